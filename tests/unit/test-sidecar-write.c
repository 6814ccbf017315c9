/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a sidecar: each one JSON object on one line, whatever is in it. */
#include <derma/sidecar.h>

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define HOSTILE "a\"b\\c\n\r\t</script>\x01\xff\xfe \xe2\x80\xa8 {\"type\":\"end\"}"

/* Takes the line apart. */
static JsonObject *
parse (gchar *line, const gchar *type)
{
  g_autofree gchar *text = line;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (strpbrk (text, "\n\r"));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "type"), ==, type);
  return json_node_dup_object (node);
}

static JsonObject *
parse_event (gchar *line, const gchar *kind)
{
  JsonObject *object = parse (line, "event");

  g_assert_cmpstr (json_object_get_string_member (object, "event"), ==, kind);
  return object;
}

static gint64
number (JsonObject *object, const gchar *member)
{
  g_assert_true (json_object_has_member (object, member));
  g_assert_false (json_object_get_null_member (object, member));
  return json_object_get_int_member (object, member);
}

static void
fill (DermaReading *reading, const gchar *first)
{
  const gchar *const labels[] = { first, "nv", NULL };
  const gchar *const titles[] = { "melanoma", "nevus", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, titles);

  g_free (classes->model_name);
  classes->model_name = g_strdup ("tiny");
  derma_reading_set_classes (reading, classes);
  reading->probabilities[0] = 0.75f;
  reading->probabilities[1] = 0.25f;
  derma_reading_decide (reading, 0.5f);
}

static void
test_session (void)
{
  g_autoptr (JsonObject) object =
      parse (derma_sidecar_format_session ("a b.mkv", 3, G_GINT64_CONSTANT (1795528800000000), "room 2"), "session");

  g_assert_cmpstr (json_object_get_string_member (object, "schema"), ==, "derma-session");
  g_assert_cmpint (number (object, "version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "created"), ==, "2026-11-24T14:00:00Z");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (object, "program"), "dermaclassify "));
  g_assert_cmpstr (json_object_get_string_member (object, "recording"), ==, "a b.mkv");
  g_assert_cmpint (number (object, "part"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (object, "tags"), ==, "room 2");
  g_assert_nonnull (strstr (json_object_get_string_member (object, "notice"), "Not a diagnosis"));
}

static void
test_session_without_tags (void)
{
  g_autoptr (JsonObject) object = parse (derma_sidecar_format_session ("a.mkv", 0, 0, NULL), "session");

  g_assert_true (json_object_get_null_member (object, "tags"));
  g_assert_cmpstr (json_object_get_string_member (object, "created"), ==, "1970-01-01T00:00:00Z");
}

/* A clock that is wrong gives a time or none, and no crash. */
static void
test_session_at_odd_times (void)
{
  static const gint64 times[] = { G_MININT64, -1, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_autoptr (JsonObject) object = parse (derma_sidecar_format_session ("a.mkv", 0, times[i], NULL), "session");

    g_assert_true (json_object_has_member (object, "created"));
  }
}

static void
test_reading (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL;

  fill (&reading, "mel");
  reading.pts = 7;
  reading.lesion = 2;
  object = parse (derma_sidecar_format_reading (&reading, 123456789), "reading");
  g_assert_cmpint (number (object, "pts"), ==, 123456789);
  g_assert_cmpint (number (object, "lesion"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (object, "label"), ==, "mel");
  g_assert_true (json_object_has_member (object, "probabilities"));
  g_assert_cmpuint (reading.pts, ==, 7);
}

static void
test_reading_without_classes_or_time (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = parse (derma_sidecar_format_reading (&reading, G_MAXUINT64), "reading");

  g_assert_true (json_object_get_null_member (object, "pts"));
  g_assert_true (json_object_get_null_member (object, "label"));
}

static void
test_events (void)
{
  g_autoptr (JsonObject) lesion = parse_event (derma_sidecar_format_lesion (5, 2), "lesion");
  g_autoptr (JsonObject) snapshot = parse_event (derma_sidecar_format_snapshot (6, "s.png", 3), "snapshot");
  g_autoptr (JsonObject) unnamed = parse_event (derma_sidecar_format_snapshot (6, NULL, 0), "snapshot");
  g_autoptr (JsonObject) tag = parse_event (derma_sidecar_format_tag (7, "left arm"), "tag");
  g_autoptr (JsonObject) button = parse_event (derma_sidecar_format_still_button (8), "still-button");
  g_autoptr (JsonObject) roll = parse_event (derma_sidecar_format_pre_roll (0, 2.5), "pre-roll");

  g_assert_cmpint (number (lesion, "pts"), ==, 5);
  g_assert_cmpint (number (lesion, "lesion"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (snapshot, "file"), ==, "s.png");
  g_assert_cmpint (number (snapshot, "lesion"), ==, 3);
  g_assert_true (json_object_get_null_member (unnamed, "file"));
  g_assert_cmpstr (json_object_get_string_member (tag, "text"), ==, "left arm");
  g_assert_cmpint (number (button, "pts"), ==, 8);
  g_assert_cmpfloat (json_object_get_double_member (roll, "seconds"), ==, 2.5);
}

static void
test_model (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) object = NULL;
  JsonObject *model;
  JsonArray *titles;

  fill (&reading, "mel");
  object = parse_event (derma_sidecar_format_model (0, reading.classes), "model");
  model = json_object_get_object_member (object, "model");
  titles = json_object_get_array_member (object, "titles");
  g_assert_cmpstr (json_object_get_string_member (model, "name"), ==, "tiny");
  g_assert_cmpstr (json_object_get_string_member (model, "sha256"), ==, "");
  g_assert_cmpuint (json_array_get_length (titles), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (titles, 0), ==, "melanoma");
}

static void
test_end (void)
{
  g_autoptr (JsonObject) object = parse (derma_sidecar_format_end (600, 40, 3), "end");

  g_assert_cmpint (number (object, "pts"), ==, 600);
  g_assert_cmpint (number (object, "readings"), ==, 40);
  g_assert_cmpint (number (object, "events"), ==, 3);
}

/* What others wrote stays inside its string. */
static void
test_hostile_texts (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (JsonObject) tag = parse_event (derma_sidecar_format_tag (1, HOSTILE), "tag");
  g_autoptr (JsonObject) snapshot = parse_event (derma_sidecar_format_snapshot (1, HOSTILE, 1), "snapshot");
  g_autoptr (JsonObject) session = parse (derma_sidecar_format_session (HOSTILE, 0, 0, HOSTILE), "session");
  g_autoptr (JsonObject) model = NULL, read = NULL;

  g_assert_true (g_str_has_prefix (json_object_get_string_member (tag, "text"), "a\"b\\c\n\r\t</script>"));
  g_assert_true (g_str_has_prefix (json_object_get_string_member (snapshot, "file"), "a\"b\\c\n"));
  g_assert_cmpuint (json_object_get_size (session), ==, 9);
  fill (&reading, HOSTILE);
  model = parse_event (derma_sidecar_format_model (1, reading.classes), "model");
  read = parse (derma_sidecar_format_reading (&reading, 1), "reading");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (read, "label"), "a\"b\\c\n"));
}

static void
test_numbers_out_of_range (void)
{
  g_autoptr (JsonObject) lesion = parse_event (derma_sidecar_format_lesion (G_MAXUINT64, G_MAXUINT), "lesion");
  g_autoptr (JsonObject) nan = parse_event (derma_sidecar_format_pre_roll (0, (gdouble)NAN), "pre-roll");
  g_autoptr (JsonObject) less = parse_event (derma_sidecar_format_pre_roll (0, -3.0), "pre-roll");
  g_autoptr (JsonObject) end = parse (derma_sidecar_format_end (G_MAXUINT64, 0, G_MAXUINT64), "end");

  g_assert_true (json_object_get_null_member (lesion, "pts"));
  g_assert_cmpint (number (lesion, "lesion"), ==, G_MAXUINT);
  g_assert_cmpfloat (json_object_get_double_member (nan, "seconds"), ==, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (less, "seconds"), ==, 0.0);
  g_assert_true (json_object_get_null_member (end, "pts"));
  g_assert_true (json_object_get_null_member (end, "events"));
}

/* However long a text is, it is one line. */
static void
test_long_text (void)
{
  g_autofree gchar *text = g_strnfill (100000, '\n');
  g_autoptr (JsonObject) object = parse_event (derma_sidecar_format_tag (0, text), "tag");

  g_assert_cmpuint (strlen (json_object_get_string_member (object, "text")), ==, 100000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sidecar-write/session", test_session);
  g_test_add_func ("/sidecar-write/session-without-tags", test_session_without_tags);
  g_test_add_func ("/sidecar-write/session-at-odd-times", test_session_at_odd_times);
  g_test_add_func ("/sidecar-write/reading", test_reading);
  g_test_add_func ("/sidecar-write/reading-without-classes-or-time", test_reading_without_classes_or_time);
  g_test_add_func ("/sidecar-write/events", test_events);
  g_test_add_func ("/sidecar-write/model", test_model);
  g_test_add_func ("/sidecar-write/end", test_end);
  g_test_add_func ("/sidecar-write/hostile-texts", test_hostile_texts);
  g_test_add_func ("/sidecar-write/numbers-out-of-range", test_numbers_out_of_range);
  g_test_add_func ("/sidecar-write/long-text", test_long_text);
  return g_test_run ();
}
