/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>
#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST                                                                                                  \
  "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":1,\"created\":\"2026-11-24T14:00:00Z\","     \
  "\"program\":\"dermaclassify 0.3.0\",\"recording\":\"a.mkv\",\"part\":2,\"tags\":\"left arm\",\"notice\":\"" \
  "Research use only.\"}\n"
#define END "{\"type\":\"end\",\"pts\":5000,\"readings\":1,\"events\":1}\n"

typedef struct {
  gchar *folder;
  gchar *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("sidecar-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "a.jsonl", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

/* A reading as the library writes it, as a line of a sidecar. */
static gchar *
reading_line (const gchar *model, gfloat first)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, NULL);
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autofree gchar *json = NULL;

  classes->malignant[0] = TRUE;
  classes->operating_point = 0.25f;
  g_free (classes->model_name);
  classes->model_name = g_strdup (model);
  derma_reading_set_classes (&reading, classes);
  reading.probabilities[0] = first;
  reading.probabilities[1] = 1 - first;
  derma_reading_decide (&reading, 0.5f);
  reading.pts = 4000;
  reading.age = 7;
  reading.latency = 9;
  reading.lesion = 3;
  reading.typicality = 0.5f;
  reading.quality.focus = 0.75f;
  reading.region = (DermaBox){ 0.25f, 0.125f, 0.5f, 0.75f };
  json = derma_reading_to_json (&reading);
  return g_strconcat ("{\"type\":\"reading\",", json + 1, "\n", NULL);
}

static DermaSidecar *
open_bytes (Fixture *fixture, const gchar *text, gsize size, GError **error)
{
  g_assert_true (g_file_set_contents (fixture->path, text, (gssize)size, NULL));
  return derma_sidecar_open (fixture->path, error);
}

static DermaSidecar *
open_text (Fixture *fixture, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  DermaSidecar *sidecar = open_bytes (fixture, text, strlen (text), &error);

  g_assert_no_error (error);
  return sidecar;
}

static DermaSidecarItem
next (DermaSidecar *sidecar)
{
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item = DERMA_SIDECAR_END;

  derma_sidecar_next (sidecar, &item, &error);
  g_assert_no_error (error);
  return item;
}

static void
test_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, FIRST END);
  const DermaSidecarSession *session = derma_sidecar_get_session (sidecar);

  g_assert_cmpstr (session->program, ==, "dermaclassify 0.3.0");
  g_assert_cmpstr (session->created, ==, "2026-11-24T14:00:00Z");
  g_assert_cmpstr (session->recording, ==, "a.mkv");
  g_assert_cmpuint (session->part, ==, 2);
  g_assert_cmpstr (session->tags, ==, "left arm");
  g_assert_cmpstr (session->notice, ==, "Research use only.");
  g_assert_false (derma_sidecar_is_complete (sidecar));
  g_assert_cmpuint (derma_sidecar_get_duration (sidecar), ==, G_MAXUINT64);
  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_END);
  g_assert_true (derma_sidecar_is_complete (sidecar));
  g_assert_cmpuint (derma_sidecar_get_duration (sidecar), ==, 5000);
  g_assert_cmpuint (derma_sidecar_get_line (sidecar), ==, 2);
  g_assert_cmpuint (derma_sidecar_get_torn_line (sidecar), ==, 0);
  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_END);
}

/* What the library writes, it reads. */
static void
test_reading (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *line = reading_line ("ours", 0.375f);
  g_autofree gchar *text = g_strconcat (FIRST, line, END, NULL);
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, text);
  const DermaReading *reading = derma_sidecar_get_reading (sidecar);

  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_READING);
  g_assert_cmpuint (reading->classes->n, ==, 2);
  g_assert_cmpstr (reading->classes->labels[1], ==, "nv");
  g_assert_cmpstr (reading->classes->model_name, ==, "ours");
  g_assert_cmpfloat (reading->classes->operating_point, ==, 0.25f);
  g_assert_cmpuint (reading->pts, ==, 4000);
  g_assert_cmpuint (reading->age, ==, 7);
  g_assert_cmpuint (reading->latency, ==, 9);
  g_assert_cmpuint (reading->lesion, ==, 3);
  g_assert_cmpuint (reading->top, ==, 1);
  g_assert_cmpfloat (reading->confidence, ==, 0.625f);
  g_assert_cmpfloat (reading->malignant, ==, 0.375f);
  g_assert_true (reading->flagged);
  g_assert_cmpint (reading->state, ==, DERMA_STATE_STABLE);
  g_assert_cmpfloat (reading->quality.focus, ==, 0.75f);
  g_assert_cmpfloat (reading->quality.motion, ==, DERMA_UNMEASURED);
  g_assert_cmpfloat (reading->typicality, ==, 0.5f);
  g_assert_cmpfloat (reading->region.height, ==, 0.75f);
}

static void
test_shared_classes (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = reading_line ("ours", 0.375f);
  g_autofree gchar *second = reading_line ("ours", 0.5f);
  g_autofree gchar *other = reading_line ("theirs", 0.5f);
  g_autofree gchar *text = g_strconcat (FIRST, first, second, other, NULL);
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, text);
  const DermaReading *reading = derma_sidecar_get_reading (sidecar);
  g_autoptr (DermaClasses) classes = NULL;

  next (sidecar);
  classes = derma_classes_ref (reading->classes);
  next (sidecar);
  g_assert_true (reading->classes == classes);
  next (sidecar);
  g_assert_true (reading->classes != classes);
  g_assert_cmpstr (reading->classes->model_name, ==, "theirs");
}

static void
test_empty_reading (Fixture *fixture, gconstpointer data)
{
  g_auto (DermaReading) empty = DERMA_READING_INIT;
  g_autofree gchar *json = derma_reading_to_json (&empty);
  g_autofree gchar *text = g_strconcat (FIRST "{\"type\":\"reading\",", json + 1, "\n{\"type\":\"reading\"}\n", NULL);
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, text);

  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_READING);
    g_assert_null (derma_sidecar_get_reading (sidecar)->classes);
    g_assert_cmpuint (derma_sidecar_get_reading (sidecar)->pts, ==, G_MAXUINT64);
  }
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaSidecar) sidecar = open_text (
      fixture, FIRST "{\"type\":\"event\",\"event\":\"snapshot\",\"pts\":40,\"file\":\"a.jpg\",\"lesion\":2}\n"
                     "{\"type\":\"event\",\"event\":\"tag\",\"pts\":50,\"text\":\"back\"}\n"
                     "{\"type\":\"event\",\"event\":\"model\",\"model\":{\"name\":\"m\",\"version\":\"1\",\"sha256\":"
                     "\"ab\"}}\n"
                     "{\"type\":\"weather\",\"rain\":[1,2,{\"a\":null}]}\n"
                     "{\"type\":\"event\",\"event\":\"pre-roll\",\"seconds\":2.5,\"unknown\":{}}\n");
  const DermaSidecarEvent *event = derma_sidecar_get_event (sidecar);

  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_EVENT);
  g_assert_cmpstr (event->kind, ==, "snapshot");
  g_assert_cmpstr (event->file, ==, "a.jpg");
  g_assert_cmpuint (event->lesion, ==, 2);
  g_assert_cmpuint (event->pts, ==, 40);
  next (sidecar);
  g_assert_cmpstr (event->text, ==, "back");
  g_assert_null (event->file);
  next (sidecar);
  g_assert_cmpstr (event->model_name, ==, "m");
  g_assert_cmpstr (event->model_sha256, ==, "ab");
  g_assert_cmpuint (event->pts, ==, G_MAXUINT64);
  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_EVENT);
  g_assert_cmpstr (event->kind, ==, "pre-roll");
  g_assert_cmpfloat (event->seconds, ==, 2.5);
  g_assert_cmpuint (derma_sidecar_get_line (sidecar), ==, 6);
  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_END);
  g_assert_false (derma_sidecar_is_complete (sidecar));
}

/* Wherever a file is cut off, what came before the cut is read. */
static void
test_torn_anywhere (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *line = reading_line ("ours", 0.375f);
  g_autofree gchar *text = g_strconcat (FIRST, line, line, NULL);
  gsize first = strlen (FIRST), one = strlen (line);

  for (gsize size = first; size <= strlen (text); size++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaSidecar) sidecar = open_bytes (fixture, text, size, &error);
    /* A line that lacks its end alone is whole. */
    guint whole = (guint)((size - first + 1) / one);
    gboolean torn = (size - first) % one != 0 && (size - first + 1) % one != 0;

    g_assert_no_error (error);
    for (guint i = 0; i < whole; i++)
      g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_READING);
    g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_END);
    g_assert_cmpuint (derma_sidecar_get_torn_line (sidecar), ==, torn ? whole + 2 : 0);
  }
}

/* After a power cut a file may end in zeros. */
static void
test_zeros_at_the_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (DermaSidecar) sidecar = NULL;
  g_autoptr (GError) error = NULL;
  static const guint8 zeros[4096];

  g_byte_array_append (bytes, (const guint8 *)FIRST, strlen (FIRST));
  g_byte_array_append (bytes, zeros, sizeof zeros);
  sidecar = open_bytes (fixture, (const gchar *)bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_END);
  g_assert_cmpuint (derma_sidecar_get_torn_line (sidecar), ==, 2);
}

/* What a line must not be, and a part of what is said then. */
static const struct {
  const gchar *line;
  const gchar *cause;
} malformed[] = {
  { "", "empty" },
  { "{", "JSON" },
  { "nonsense", "JSON" },
  { "[1]", "object" },
  { "7", "object" },
  { "null", "object" },
  { "{}", "'type'" },
  { "{\"type\":3}", "'type'" },
  { "{\"type\":\"event\"}", "'event'" },
  { "{\"type\":\"event\",\"event\":\"tag\",\"pts\":-1}", "'pts'" },
  { "{\"type\":\"event\",\"event\":\"tag\",\"pts\":1.5}", "'pts'" },
  { "{\"type\":\"event\",\"event\":\"tag\",\"text\":[]}", "'text'" },
  { "{\"type\":\"event\",\"event\":\"lesion\",\"lesion\":4294967297}", "'lesion'" },
  { "{\"type\":\"event\",\"event\":\"model\",\"model\":\"m\"}", "'model'" },
  { "{\"type\":\"event\",\"event\":\"pre-roll\",\"seconds\":1e300}", "'seconds'" },
  { "{\"type\":\"reading\",\"labels\":3}", "'labels'" },
  { "{\"type\":\"reading\",\"labels\":[],\"probabilities\":[1]}", "'labels'" },
  { "{\"type\":\"reading\",\"probabilities\":[1]}", "'labels'" },
  { "{\"type\":\"reading\",\"labels\":[3],\"probabilities\":[1]}", "'labels'" },
  { "{\"type\":\"reading\",\"labels\":[\"a\",\"b\"],\"probabilities\":[1]}", "length" },
  { "{\"type\":\"reading\",\"labels\":[\"a\"]}", "length" },
  { "{\"type\":\"reading\",\"labels\":[\"a\"],\"probabilities\":[null]}", "element 0" },
  { "{\"type\":\"reading\",\"labels\":[\"a\"],\"probabilities\":[1e999]}", "element 0" },
  { "{\"type\":\"reading\",\"labels\":[\"a\",\"b\"],\"probabilities\":[0.5,-0.5]}", "element 1" },
  { "{\"type\":\"reading\",\"labels\":[\"a\",\"b\"],\"probabilities\":[0.5,0.25]}", "sums to 0.75" },
  { "{\"type\":\"reading\",\"labels\":[\"a\"],\"probabilities\":[1],\"model\":7}", "'model'" },
  { "{\"type\":\"reading\",\"labels\":[\"a\"],\"probabilities\":[1],\"operating-point\":2}", "'operating-point'" },
  { "{\"type\":\"reading\",\"malignant\":\"high\"}", "'malignant'" },
  { "{\"type\":\"reading\",\"flagged\":1}", "'flagged'" },
  { "{\"type\":\"reading\",\"state\":\"splendid\"}", "'state'" },
  { "{\"type\":\"reading\",\"quality\":{\"focus\":2}}", "'focus'" },
  { "{\"type\":\"reading\",\"region\":{\"x\":-0.5}}", "'x'" },
  { "{\"type\":\"reading\",\"pts\":true}", "'pts'" },
  { "{\"type\":\"reading\",\"state\":\"\xff\"}", "UTF-8" },
  { "{\"type\":\"reading\"}{\"type\":\"reading\"}", "one JSON object" },
  { "{\"type\":\"reading\"} x", "one JSON object" },
  { "{\"type\":\"reading\"} []", "one JSON object" },
  { "{\"type\":/*\"*/\"reading\"}", "JSON" },
  { "{\"type\":'reading'}", "JSON" },
  { "{\"type\":\"reading", "JSON" },
};

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree gchar *good = reading_line ("ours", 0.375f);
  g_autofree gchar *text = g_strconcat (FIRST, good, malformed[i].line, "\n", good, NULL);
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, text);
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item = DERMA_SIDECAR_END;
  g_autofree gchar *escaped = g_strescape (malformed[i].line, NULL);

  g_test_message ("%s", escaped);
  g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_READING);
  g_assert_false (derma_sidecar_next (sidecar, &item, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_cmpint (item, ==, DERMA_SIDECAR_END);
  g_assert_true (g_str_has_prefix (error->message, fixture->path));
  g_assert_nonnull (strstr (error->message, ": line 3: "));
  g_assert_nonnull (strstr (error->message, malformed[i].cause));
  g_assert_null (strchr (error->message, '\n'));
}

static const struct {
  const gchar *text;
  DermaError code;
} openings[] = {
  { "", DERMA_ERROR_FORMAT },
  { "\n", DERMA_ERROR_FORMAT },
  { "{\"type\":\"session\",\"schema\":\"derma-session\"", DERMA_ERROR_FORMAT },
  { "{\"type\":\"session\"}\n", DERMA_ERROR_UNSUPPORTED },
  { "{\"type\":\"session\",\"schema\":\"other\",\"version\":1}\n", DERMA_ERROR_UNSUPPORTED },
  { "{\"type\":\"reading\",\"schema\":\"derma-session\",\"version\":1}\n", DERMA_ERROR_UNSUPPORTED },
  { "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":2}\n", DERMA_ERROR_UNSUPPORTED },
  { "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":0}\n", DERMA_ERROR_UNSUPPORTED },
  { "{\"type\":\"session\",\"schema\":\"derma-session\"}\n", DERMA_ERROR_UNSUPPORTED },
  { "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":\"1\"}\n", DERMA_ERROR_FORMAT },
  { "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":1,\"part\":-1}\n", DERMA_ERROR_FORMAT },
  { "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":1,\"tags\":{}}\n", DERMA_ERROR_FORMAT },
  { "\x1a\x45\xdf\xa3\n", DERMA_ERROR_FORMAT },
};

static void
test_openings (Fixture *fixture, gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  DermaSidecar *sidecar = open_bytes (fixture, openings[i].text, strlen (openings[i].text), &error);

  g_assert_null (sidecar);
  g_assert_error (error, DERMA_ERROR, (gint)openings[i].code);
  g_assert_nonnull (strstr (error->message, "line 1: "));
}

static void
test_not_a_file (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GError) error = NULL;

    if (i == 1)
      g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
    if (i == 2)
      g_assert_true (g_rmdir (fixture->path) == 0 && mkfifo (fixture->path, 0600) == 0);
    g_assert_null (derma_sidecar_open (fixture->path, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_true (g_str_has_prefix (error->message, fixture->path));
  }
}

static void
test_nothing_after_the_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, FIRST END "{\"type\":\"reading\"}\n");
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item;

  g_assert_false (derma_sidecar_next (sidecar, &item, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "line 3: comes after"));
}

static void
test_long_line (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *filler = g_strnfill ((1 << 20) - 40 + i * 100, 'x');
    g_autofree gchar *text = g_strconcat (FIRST "{\"type\":\"event\",\"event\":\"", filler, "\"}\n", NULL);
    g_autoptr (DermaSidecar) sidecar = open_text (fixture, text);
    g_autoptr (GError) error = NULL;
    DermaSidecarItem item;

    if (i == 0) {
      g_assert_cmpint (next (sidecar), ==, DERMA_SIDECAR_EVENT);
      continue;
    }
    g_assert_false (derma_sidecar_next (sidecar, &item, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
    g_assert_nonnull (strstr (error->message, "line 2: is longer than 1 MiB"));
  }
}

/* The parser would call itself a hundred thousand times. */
static void
test_deep_line (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *brackets = g_strnfill (100000, '[');
  g_autofree gchar *text = g_strconcat (FIRST "{\"type\":", brackets, "\n", NULL);
  g_autofree gchar *hidden = g_strconcat (FIRST "{\"type\":'\"'", brackets, "\n", NULL);
  g_autoptr (DermaSidecar) sidecar = open_text (fixture, text);
  g_autoptr (DermaSidecar) quoted =
      open_text (fixture, FIRST "{\"type\":\"event\",\"event\":\"[[[[[[[[[[[[[[[[[[[[[\\\"{{{\"}\n");
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item;

  g_assert_false (derma_sidecar_next (sidecar, &item, &error));
  g_assert_nonnull (strstr (error->message, "brackets in brackets"));
  g_assert_cmpint (next (quoted), ==, DERMA_SIDECAR_EVENT);
  g_clear_pointer (&sidecar, derma_sidecar_free);
  g_clear_error (&error);
  sidecar = open_text (fixture, hidden);
  g_assert_false (derma_sidecar_next (sidecar, &item, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
}

static void
test_many_classes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (FIRST "{\"type\":\"reading\",\"labels\":[\"a\"");
  g_autoptr (DermaSidecar) sidecar = NULL;
  g_autoptr (GError) error = NULL;
  DermaSidecarItem item;

  for (guint i = 0; i < DERMA_MAX_CLASSES; i++)
    g_string_append (text, ",\"a\"");
  g_string_append (text, "],\"probabilities\":[1]}\n");
  sidecar = open_text (fixture, text->str);
  g_assert_false (derma_sidecar_next (sidecar, &item, &error));
  g_assert_nonnull (strstr (error->message, "1025 elements"));
}

/* A bit at a time: an error or not, never more than that. */
static void
test_damage (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *line = reading_line ("ours", 0.375f);
  g_autofree gchar *text = g_strconcat (FIRST, line, END, NULL);
  gsize size = strlen (text);

  for (gsize i = 0; i < size; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaSidecar) sidecar = NULL;
    DermaSidecarItem item = DERMA_SIDECAR_READING;

    text[i] ^= (gchar)(1 << i % 7);
    sidecar = open_bytes (fixture, text, size, &error);
    while (sidecar && item != DERMA_SIDECAR_END && derma_sidecar_next (sidecar, &item, &error))
      ;
    if (error)
      g_assert_nonnull (strstr (error->message, ": line "));
    text[i] ^= (gchar)(1 << i % 7);
  }
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/sidecar/session", test_session },
    { "/sidecar/reading", test_reading },
    { "/sidecar/shared-classes", test_shared_classes },
    { "/sidecar/empty-reading", test_empty_reading },
    { "/sidecar/events", test_events },
    { "/sidecar/torn-anywhere", test_torn_anywhere },
    { "/sidecar/zeros-at-the-end", test_zeros_at_the_end },
    { "/sidecar/not-a-file", test_not_a_file },
    { "/sidecar/nothing-after-the-end", test_nothing_after_the_end },
    { "/sidecar/long-line", test_long_line },
    { "/sidecar/deep-line", test_deep_line },
    { "/sidecar/many-classes", test_many_classes },
    { "/sidecar/damage", test_damage },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++) {
    g_autofree gchar *path = g_strdup_printf ("/sidecar/malformed/%u", i);

    g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_malformed, tear_down);
  }
  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autofree gchar *path = g_strdup_printf ("/sidecar/bad-opening/%u", i);

    g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_openings, tear_down);
  }
  return g_test_run ();
}
