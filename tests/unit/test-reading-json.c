/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/reading.h>

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* The object that a reading is written as. */
static JsonObject *
write_out (const DermaReading *reading)
{
  g_autofree gchar *text = derma_reading_to_json (reading);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (strchr (text, '\n'));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  return json_node_dup_object (node);
}

static void
fill (DermaReading *reading, const gchar *first, const gchar *second)
{
  const gchar *const labels[] = { first, second, NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, NULL);

  classes->malignant[0] = TRUE;
  derma_reading_set_classes (reading, classes);
  reading->probabilities[0] = 0.75f;
  reading->probabilities[1] = 0.25f;
  derma_reading_decide (reading, 0.5f);
}

static void
assert_null (JsonObject *object, const gchar *name)
{
  g_assert_true (json_object_has_member (object, name));
  g_assert_true (json_object_get_null_member (object, name));
}

static void
test_members (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL;
  JsonObject *quality;

  fill (&reading, "mel", "nv");
  reading.pts = 40;
  reading.age = 3;
  reading.quality.focus = 0.5f;
  reading.typicality = 0.25f;
  object = write_out (&reading);
  g_assert_cmpuint (json_object_get_size (object), ==, 16);
  g_assert_cmpint (json_object_get_int_member (object, "pts"), ==, 40);
  g_assert_cmpint (json_object_get_int_member (object, "age"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (object, "label"), ==, "mel");
  g_assert_cmpfloat (json_object_get_double_member (object, "confidence"), ==, 0.75);
  g_assert_cmpfloat (json_object_get_double_member (object, "malignant"), ==, 0.75);
  g_assert_true (json_object_get_boolean_member (object, "flagged"));
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "stable");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "probabilities")), ==, 2);
  quality = json_object_get_object_member (object, "quality");
  g_assert_cmpfloat (json_object_get_double_member (quality, "focus"), ==, 0.5);
  assert_null (quality, "glare");
  g_assert_cmpfloat (json_object_get_double_member (object, "typicality"), ==, 0.25);
}

static void
test_region (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL, without = NULL;
  JsonObject *region;

  reading.region = (DermaBox){ 0.25f, 0.125f, 0.5f, 0.75f };
  object = write_out (&reading);
  region = json_object_get_object_member (object, "region");
  g_assert_cmpfloat (json_object_get_double_member (region, "x"), ==, 0.25);
  g_assert_cmpfloat (json_object_get_double_member (region, "y"), ==, 0.125);
  g_assert_cmpfloat (json_object_get_double_member (region, "width"), ==, 0.5);
  g_assert_cmpfloat (json_object_get_double_member (region, "height"), ==, 0.75);
  reading.region = (DermaBox){ 0.25f, 0.125f, NAN, 0.75f };
  without = write_out (&reading);
  assert_null (without, "region");
}

static void
test_empty (void)
{
  static const gchar *const names[] = { "pts",        "label", "confidence", "malignant", "operating-point",
                                        "typicality", "model", "region" };
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = write_out (&reading);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_null (object, names[i]);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "labels")), ==, 0);
  g_assert_false (json_object_get_boolean_member (object, "flagged"));
}

static void
test_not_finite (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL;
  JsonArray *probabilities;

  fill (&reading, "mel", "nv");
  reading.probabilities[1] = NAN;
  reading.malignant = INFINITY;
  reading.typicality = -INFINITY;
  object = write_out (&reading);
  probabilities = json_object_get_array_member (object, "probabilities");
  g_assert_true (json_array_get_null_element (probabilities, 1));
  g_assert_false (json_array_get_null_element (probabilities, 0));
  assert_null (object, "malignant");
  assert_null (object, "typicality");
}

static void
test_state_out_of_range (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL;

  reading.state = (DermaState)99;
  object = write_out (&reading);
  assert_null (object, "state");
}

static void
test_hostile_labels (void)
{
  static const gchar *const texts[] = { "\"},{\"flagged\":false", "a\\",       "line\nfeed\r\t",
                                        "\x01\x1f\x7f",           "</script>", "\xe2\x80\xa8" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (DermaReading) reading = DERMA_READING_INIT;
    g_autoptr (JsonObject) object = NULL;

    fill (&reading, texts[i], "nv");
    object = write_out (&reading);
    g_assert_cmpstr (json_object_get_string_member (object, "label"), ==, texts[i]);
    g_assert_true (json_object_get_boolean_member (object, "flagged"));
    g_assert_cmpuint (json_object_get_size (object), ==, 16);
  }
}

static void
test_not_utf8 (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL;

  fill (&reading, "m\xff\xc0l", "nv");
  object = write_out (&reading);
  g_assert_true (g_str_has_prefix (json_object_get_string_member (object, "label"), "m\xef\xbf\xbd"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reading-json/region", test_region);
  g_test_add_func ("/reading-json/members", test_members);
  g_test_add_func ("/reading-json/empty", test_empty);
  g_test_add_func ("/reading-json/not-finite", test_not_finite);
  g_test_add_func ("/reading-json/state-out-of-range", test_state_out_of_range);
  g_test_add_func ("/reading-json/hostile-labels", test_hostile_labels);
  g_test_add_func ("/reading-json/not-utf8", test_not_utf8);
  return g_test_run ();
}
