/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elementtest.h"
#include "readingmeta.h"

#include <derma/error.h>
#include <math.h>

static GstStructure *
valid_structure (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  return derma_reading_to_structure (&reading, "DermaReading");
}

static void
assert_refused (GstStructure *structure, const gchar *field)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GError) error = NULL;

  reading.lesion = 77;
  g_assert_false (derma_reading_from_structure (&reading, structure, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, field));
  g_assert_cmpuint (reading.lesion, ==, 77);
  g_assert_null (reading.classes);
  gst_structure_free (structure);
}

static void
test_round_trip (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT, back = DERMA_READING_INIT;
  g_autoptr (GstStructure) structure = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *json = NULL, *json_back = NULL;

  element_test_reading (&reading);
  reading.age = 3;
  reading.quality.glare = 0.5f;
  reading.typicality = 0.75f;
  structure = derma_reading_to_structure (&reading, "DermaReading");
  g_assert_true (derma_reading_from_structure (&back, structure, &error));
  g_assert_no_error (error);
  json = derma_reading_to_json (&reading);
  json_back = derma_reading_to_json (&back);
  g_assert_cmpstr (json, ==, json_back);
  g_assert_cmpstr (back.classes->titles[2], ==, "benign keratosis");
}

static void
test_fields (void)
{
  g_autoptr (GstStructure) structure = valid_structure ();
  static const struct {
    const gchar *field;
    GType type;
  } fields[] = { { "pts", G_TYPE_UINT64 },      { "age", G_TYPE_UINT64 },        { "label", G_TYPE_STRING },
                 { "title", G_TYPE_STRING },    { "confidence", G_TYPE_DOUBLE }, { "malignant", G_TYPE_DOUBLE },
                 { "flagged", G_TYPE_BOOLEAN }, { "state", G_TYPE_STRING },      { "typicality", G_TYPE_DOUBLE },
                 { "lesion", G_TYPE_UINT },     { "latency", G_TYPE_UINT64 },    { "operating-point", G_TYPE_DOUBLE },
                 { "labels", G_TYPE_INVALID },  { "titles", G_TYPE_INVALID },    { "probabilities", G_TYPE_INVALID },
                 { "quality", G_TYPE_INVALID }, { "model", G_TYPE_INVALID } };

  g_assert_cmpint (gst_structure_n_fields (structure), ==, G_N_ELEMENTS (fields));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    g_assert_true (gst_structure_has_field (structure, fields[i].field));
    if (fields[i].type != G_TYPE_INVALID)
      g_assert_true (gst_structure_has_field_typed (structure, fields[i].field, fields[i].type));
  }
  g_assert_true (GST_VALUE_HOLDS_ARRAY (gst_structure_get_value (structure, "labels")));
  g_assert_true (GST_VALUE_HOLDS_ARRAY (gst_structure_get_value (structure, "probabilities")));
  g_assert_true (GST_VALUE_HOLDS_STRUCTURE (gst_structure_get_value (structure, "quality")));
  g_assert_cmpstr (gst_structure_get_string (structure, "label"), ==, "nv");
  g_assert_cmpstr (gst_structure_get_string (structure, "title"), ==, "nevus");
  g_assert_cmpfloat (element_test_double (structure, "typicality"), ==, -1.0);
}

static void
test_classes_are_kept (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) structure = valid_structure ();
  DermaClasses *classes;

  g_assert_true (derma_reading_from_structure (&reading, structure, NULL));
  classes = reading.classes;
  gst_structure_set (structure, "malignant", G_TYPE_DOUBLE, 0.9, NULL);
  g_assert_true (derma_reading_from_structure (&reading, structure, NULL));
  g_assert_true (reading.classes == classes);
  g_assert_cmpfloat (reading.malignant, ==, 0.9f);
  gst_structure_set (structure, "operating-point", G_TYPE_DOUBLE, 0.9, NULL);
  g_assert_true (derma_reading_from_structure (&reading, structure, NULL));
  g_assert_cmpfloat (reading.classes->operating_point, ==, 0.9f);
}

/* A peer may leave out what it does not know. */
static void
test_optional (void)
{
  static const gchar *const optional[] = { "pts",        "age",    "title",   "titles", "quality",
                                           "typicality", "lesion", "latency", "model",  NULL };
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) structure = valid_structure ();

  for (guint i = 0; optional[i]; i++)
    gst_structure_remove_field (structure, optional[i]);
  g_assert_true (derma_reading_from_structure (&reading, structure, NULL));
  g_assert_cmpuint (reading.pts, ==, G_MAXUINT64);
  g_assert_cmpfloat (reading.typicality, ==, DERMA_UNMEASURED);
  g_assert_cmpfloat (reading.quality.focus, ==, DERMA_UNMEASURED);
  g_assert_cmpstr (reading.classes->titles[0], ==, "mel");
  g_assert_cmpstr (reading.classes->model_name, ==, "");
}

static void
test_missing (void)
{
  static const gchar *const required[] = { "label",           "labels",  "probabilities", "confidence", "malignant",
                                           "operating-point", "flagged", "state",         NULL };

  for (guint i = 0; required[i]; i++) {
    GstStructure *structure = valid_structure ();

    gst_structure_remove_field (structure, required[i]);
    assert_refused (structure, required[i]);
  }
  assert_refused (gst_structure_new_empty ("DermaReading"), "labels");
}

static void
test_wrong_types (void)
{
  GstStructure *structure = valid_structure ();

  while (gst_structure_n_fields (structure) > 0) {
    g_autofree gchar *field = g_strdup (gst_structure_nth_field_name (structure, 0));
    GstStructure *wrong = valid_structure ();
    g_auto (DermaReading) reading = DERMA_READING_INIT;

    gst_structure_set (wrong, field, G_TYPE_INT, 3, NULL);
    /* Refused or, for what is optional, ignored; never an assertion. */
    (void)derma_reading_from_structure (&reading, wrong, NULL);
    gst_structure_free (wrong);
    gst_structure_remove_field (structure, field);
  }
  gst_structure_free (structure);

  structure = valid_structure ();
  gst_structure_set (structure, "model", G_TYPE_STRING, "x", NULL);
  assert_refused (structure, "model");
  structure = valid_structure ();
  gst_structure_set (structure, "quality", G_TYPE_DOUBLE, 0.5, NULL);
  assert_refused (structure, "quality");
}

static GstStructure *
with_region (gdouble x, gdouble y, gdouble width, gdouble height)
{
  GstStructure *structure = valid_structure ();
  g_autoptr (GstStructure) region = gst_structure_new ("region", "x", G_TYPE_DOUBLE, x, "y", G_TYPE_DOUBLE, y, "width",
                                                       G_TYPE_DOUBLE, width, "height", G_TYPE_DOUBLE, height, NULL);

  gst_structure_set (structure, "region", GST_TYPE_STRUCTURE, region, NULL);
  return structure;
}

static void
test_region (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_auto (DermaReading) again = DERMA_READING_INIT;
  g_autoptr (GstStructure) structure = with_region (0.25, 0.5, 0.125, 0.375), written = NULL;
  GstStructure *wrong = valid_structure ();

  g_assert_true (derma_reading_from_structure (&reading, structure, NULL));
  g_assert_cmpfloat (reading.region.height, ==, 0.375f);
  written = derma_reading_to_structure (&reading, "x");
  g_assert_true (derma_reading_from_structure (&again, written, NULL));
  g_assert_cmpmem (&again.region, sizeof again.region, &reading.region, sizeof reading.region);

  assert_refused (with_region (NAN, 0, 0, 0), "x");
  assert_refused (with_region (0, -0.5, 0, 0), "y");
  assert_refused (with_region (0, 0, 1.5, 0), "width");
  assert_refused (with_region (0, 0, 0, INFINITY), "height");
  gst_structure_set (wrong, "region", G_TYPE_STRING, "all", NULL);
  assert_refused (wrong, "region");
  wrong = valid_structure ();
  {
    g_autoptr (GstStructure) empty = gst_structure_new_empty ("region");

    gst_structure_set (wrong, "region", GST_TYPE_STRUCTURE, empty, NULL);
  }
  assert_refused (wrong, "x");
}

static void
append (GValue *array, GType type, gdouble number, const gchar *text)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, type);
  if (type == G_TYPE_STRING)
    g_value_set_string (&value, text);
  else if (type == G_TYPE_DOUBLE)
    g_value_set_double (&value, number);
  gst_value_array_append_and_take_value (array, &value);
}

static GstStructure *
with_array (const gchar *field, GType type, guint n, gdouble number, const gchar *text)
{
  GstStructure *structure = valid_structure ();
  GValue array = G_VALUE_INIT;

  gst_value_array_init (&array, n);
  for (guint i = 0; i < n; i++)
    append (&array, type, number, text);
  gst_structure_take_value (structure, field, &array);
  return structure;
}

static void
test_arrays (void)
{
  assert_refused (with_array ("probabilities", G_TYPE_DOUBLE, 3, 0.25, NULL), "probabilities");
  assert_refused (with_array ("probabilities", G_TYPE_DOUBLE, 0, 0.25, NULL), "probabilities");
  assert_refused (with_array ("probabilities", G_TYPE_INT, 4, 0, NULL), "probabilities");
  assert_refused (with_array ("probabilities", G_TYPE_DOUBLE, 4, NAN, NULL), "probabilities");
  assert_refused (with_array ("probabilities", G_TYPE_DOUBLE, 4, INFINITY, NULL), "probabilities");
  assert_refused (with_array ("probabilities", G_TYPE_DOUBLE, 4, -0.1, NULL), "probabilities");
  assert_refused (with_array ("titles", G_TYPE_STRING, 5, 0, "x"), "titles");
  assert_refused (with_array ("titles", G_TYPE_STRING, 4, 0, "\xff\xfe"), "titles");
  assert_refused (with_array ("titles", G_TYPE_STRING, 4, 0, NULL), "titles");
  assert_refused (with_array ("labels", G_TYPE_STRING, DERMA_MAX_CLASSES + 1, 0, "nv"), "labels");
  assert_refused (with_array ("labels", G_TYPE_DOUBLE, 4, 0, NULL), "labels");
  assert_refused (with_array ("labels", G_TYPE_STRING, 4, 0, "other"), "label");
}

static void
test_numbers (void)
{
  static const gchar *const fields[] = { "confidence", "malignant", "operating-point", "typicality", NULL };
  static const gdouble wrong[] = { NAN, INFINITY, -INFINITY, 1.5, -2.0 };

  for (guint i = 0; fields[i]; i++) {
    for (guint k = 0; k < G_N_ELEMENTS (wrong); k++) {
      GstStructure *structure = valid_structure ();

      gst_structure_set (structure, fields[i], G_TYPE_DOUBLE, wrong[k], NULL);
      assert_refused (structure, fields[i]);
    }
  }
}

static void
test_strings (void)
{
  g_autofree gchar *huge = g_strnfill (100000, 'x');
  GstStructure *structure = valid_structure ();

  gst_structure_set (structure, "state", G_TYPE_STRING, "excellent", NULL);
  assert_refused (structure, "state");
  structure = valid_structure ();
  gst_structure_set (structure, "state", G_TYPE_STRING, NULL, NULL);
  assert_refused (structure, "state");
  assert_refused (with_array ("titles", G_TYPE_STRING, 4, 0, huge), "titles");
  structure = valid_structure ();
  {
    g_autoptr (GstStructure) model = gst_structure_new ("model", "name", G_TYPE_STRING, huge, NULL);

    gst_structure_set (structure, "model", GST_TYPE_STRUCTURE, model, NULL);
  }
  assert_refused (structure, "model");
}

static void
test_meta (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_autoptr (GstStructure) structure = valid_structure ();
  const GstStructure *found;
  gpointer state = NULL;
  guint n = 0;

  derma_reading_meta_register ();
  derma_reading_meta_register ();
  g_assert_null (derma_reading_meta_get (buffer));
  derma_reading_meta_set (buffer, structure, 5);
  found = derma_reading_meta_get (buffer);
  g_assert_cmpuint (element_test_uint64 (found, "age"), ==, 5);
  gst_structure_set (structure, "lesion", G_TYPE_UINT, 9, NULL);
  gst_structure_remove_field (structure, "typicality");
  derma_reading_meta_set (buffer, structure, 6);
  found = derma_reading_meta_get (buffer);
  g_assert_cmpuint (element_test_uint64 (found, "age"), ==, 6);
  g_assert_false (gst_structure_has_field (found, "typicality"));
  while (gst_buffer_iterate_meta (buffer, &state))
    n++;
  g_assert_cmpuint (n, ==, 1);
}

static void
test_meta_has_no_tags (void)
{
  const gchar **tags;

  derma_reading_meta_register ();
  g_assert_true (gst_meta_info_is_custom (gst_meta_get_info (DERMA_READING_META_NAME)));
  tags = (const gchar **)gst_meta_api_type_get_tags (gst_meta_get_info (DERMA_READING_META_NAME)->api);
  g_assert_true (!tags || !tags[0]);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/reading-meta/round-trip", test_round_trip);
  g_test_add_func ("/reading-meta/fields", test_fields);
  g_test_add_func ("/reading-meta/classes-are-kept", test_classes_are_kept);
  g_test_add_func ("/reading-meta/optional", test_optional);
  g_test_add_func ("/reading-meta/missing", test_missing);
  g_test_add_func ("/reading-meta/wrong-types", test_wrong_types);
  g_test_add_func ("/reading-meta/region", test_region);
  g_test_add_func ("/reading-meta/arrays", test_arrays);
  g_test_add_func ("/reading-meta/numbers", test_numbers);
  g_test_add_func ("/reading-meta/strings", test_strings);
  g_test_add_func ("/reading-meta/meta", test_meta);
  g_test_add_func ("/reading-meta/no-tags", test_meta_has_no_tags);
  return element_test_run ();
}
