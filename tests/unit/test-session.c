/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"
#include "tools/session.h"

#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* Adds a recording of the board to sessions; the error, or NULL. */
static GError *
try_add (GPtrArray *sessions, const DermaStoryboard *board, const gchar *recording, const gchar *sidecar)
{
  g_autofree gchar *path = derma_storyboard_get_path (board, recording);
  g_autofree gchar *other = sidecar ? derma_storyboard_get_path (board, sidecar) : NULL;
  GError *error = NULL;
  gboolean good = derma_sessions_add (sessions, path, other, &error);

  g_assert_true (good == (error == NULL));
  return error;
}

static DermaSession *
add (GPtrArray *sessions, const DermaStoryboard *board, const gchar *recording)
{
  g_autoptr (GError) error = try_add (sessions, board, recording, NULL);

  g_assert_no_error (error);
  return g_ptr_array_index (sessions, sessions->len - 1);
}

/* What the board says is refused, with that cause, at that line. */
static void
assert_refused (const DermaStoryboard *board, gint code, const gchar *cause, guint line)
{
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = derma_storyboard_get_path (board, "bad.jsonl");
  g_autofree gchar *prefix = g_strdup_printf ("%s: line %u: ", path, line);

  derma_storyboard_save (board, "bad.jsonl");
  error = try_add (sessions, board, "bad.mkv", NULL);
  g_assert_error (error, DERMA_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_nonnull (strstr (error->message, cause));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_session (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;
  const DermaPart *part;

  derma_storyboard_add_reading (board, NULL, 1 * SECOND, 1, 0.25f);
  derma_storyboard_add_reading (board, NULL, 2 * SECOND, 1, 0.75f);
  derma_storyboard_add_reading (board, NULL, 3 * SECOND, 2, 0.5f);
  derma_storyboard_add_line (board, "{\"type\":\"end\",\"pts\":4000000000,\"readings\":3,\"events\":0}");
  derma_storyboard_save (board, "visit.jsonl");
  session = add (sessions, board, "visit.mkv");
  g_assert_cmpuint (session->number, ==, 1);
  g_assert_cmpstr (session->name, ==, "visit.mkv");
  g_assert_cmpstr (session->program, ==, "test 1");
  g_assert_cmpstr (session->created, ==, "2026-11-24T14:00:00Z");
  g_assert_cmpstr (session->tags, ==, "left arm");
  g_assert_cmpuint (session->n_readings, ==, 3);
  g_assert_cmpuint (session->duration, ==, 4 * SECOND);
  g_assert_cmpuint (session->courses->len, ==, 2);
  g_assert_cmpuint (session->networks->len, ==, 1);
  part = g_ptr_array_index (session->parts, 0);
  g_assert_true (part->complete);
  g_assert_cmpuint (part->torn, ==, 0);
  g_assert_cmpuint (part->offset, ==, 0);
  g_assert_cmpuint (part->duration, ==, 4 * SECOND);
}

static void
test_courses (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;
  const DermaCourse *course;

  derma_storyboard_add_reading (board, NULL, 1 * SECOND, 7, 0.25f);
  derma_storyboard_add_reading (board, NULL, 2 * SECOND, 3, 0.75f);
  derma_storyboard_add_reading (board, NULL, 3 * SECOND, 7, 0.5f);
  derma_storyboard_save (board, "a.jsonl");
  session = add (sessions, board, "a.mkv");
  g_assert_cmpuint (session->courses->len, ==, 2);
  course = g_ptr_array_index (session->courses, 0);
  g_assert_cmpuint (course->lesion, ==, 7);
  g_assert_cmpuint (course->points->len, ==, 2);
  g_assert_cmpuint (derma_course_get_start (course), ==, 1 * SECOND);
  g_assert_cmpuint (derma_course_get_end (course), ==, 3 * SECOND);
  course = g_ptr_array_index (session->courses, 1);
  g_assert_cmpuint (course->lesion, ==, 3);
}

static void
test_marks (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;
  const DermaMark *mark;

  derma_storyboard_add_line (board,
                             "{\"type\":\"event\",\"event\":\"snapshot\",\"pts\":5,\"file\":\"s.jpg\",\"lesion\":2}");
  derma_storyboard_add_line (board, "{\"type\":\"event\",\"event\":\"tag\",\"pts\":9,\"text\":\"arm\"}");
  derma_storyboard_save (board, "a.jsonl");
  session = add (sessions, board, "a.mkv");
  g_assert_cmpuint (session->snapshots->len, ==, 1);
  mark = g_ptr_array_index (session->snapshots, 0);
  g_assert_cmpstr (mark->text, ==, "s.jpg");
  g_assert_cmpuint (mark->lesion, ==, 2);
  g_assert_cmpuint (mark->time, ==, 5);
  g_assert_cmpuint (session->marks->len, ==, 1);
  mark = g_ptr_array_index (session->marks, 0);
  g_assert_cmpstr (mark->text, ==, "arm");
  g_assert_cmpuint (mark->time, ==, 9);
}

/* Events that are unknown, or lack what makes them one, only move the time on. */
static void
test_unknown_events (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;

  derma_storyboard_add_line (board, "{\"type\":\"event\",\"event\":\"earthquake\",\"pts\":70}");
  derma_storyboard_add_line (board, "{\"type\":\"event\",\"event\":\"tag\",\"pts\":80}");
  derma_storyboard_add_line (board, "{\"type\":\"event\",\"event\":\"snapshot\",\"pts\":60,\"file\":null}");
  derma_storyboard_save (board, "a.jsonl");
  session = add (sessions, board, "a.mkv");
  g_assert_cmpuint (session->marks->len, ==, 0);
  g_assert_cmpuint (session->snapshots->len, ==, 1);
  g_assert_null (((DermaMark *)g_ptr_array_index (session->snapshots, 0))->text);
  g_assert_cmpuint (session->duration, ==, 80);
}

/* What has no time came when the last thing did. */
static void
test_without_times (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;

  derma_storyboard_add_reading (board, NULL, 5 * SECOND, 1, 0.25f);
  derma_storyboard_add_reading (board, NULL, G_MAXUINT64, 1, 0.25f);
  derma_storyboard_add_line (board, "{\"type\":\"event\",\"event\":\"tag\",\"text\":\"arm\"}");
  derma_storyboard_save (board, "a.jsonl");
  session = add (sessions, board, "a.mkv");
  g_assert_cmpuint (((DermaMark *)g_ptr_array_index (session->marks, 0))->time, ==, 5 * SECOND);
  g_assert_cmpuint (derma_course_get_end (g_ptr_array_index (session->courses, 0)), ==, 5 * SECOND);
}

/* A course goes on, though times of readings go back. */
static void
test_time_backwards (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaCourse *course;

  derma_storyboard_add_reading (board, NULL, 5 * SECOND, 1, 0.25f);
  derma_storyboard_add_reading (board, NULL, 2 * SECOND, 1, 0.25f);
  derma_storyboard_save (board, "a.jsonl");
  course = g_ptr_array_index (add (sessions, board, "a.mkv")->courses, 0);
  g_assert_cmpuint (derma_course_get_start (course), ==, 5 * SECOND);
  g_assert_cmpuint (derma_course_get_end (course), ==, 5 * SECOND);
}

static void
add_part (const DermaStoryboard *board, const gchar *sidecar)
{
  derma_storyboard_save (board, sidecar);
}

static void
test_parts (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;
  const DermaCourse *course;

  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *name = g_strdup_printf ("v-%05u.jsonl", i);
    g_autofree gchar *film = g_strdup_printf ("v-%05u.mkv", i);

    derma_storyboard_begin (board, i);
    derma_storyboard_add_reading (board, NULL, 1 * SECOND, 1, 0.25f);
    derma_storyboard_add_line (board, "{\"type\":\"end\",\"pts\":3000000000,\"readings\":1,\"events\":0}");
    add_part (board, name);
    add (sessions, board, film);
  }
  g_assert_cmpuint (sessions->len, ==, 1);
  session = g_ptr_array_index (sessions, 0);
  g_assert_cmpuint (session->parts->len, ==, 3);
  g_assert_cmpuint (session->duration, ==, 9 * SECOND);
  g_assert_cmpuint (((DermaPart *)g_ptr_array_index (session->parts, 2))->offset, ==, 6 * SECOND);
  g_assert_cmpuint (session->courses->len, ==, 1);
  course = g_ptr_array_index (session->courses, 0);
  g_assert_cmpuint (course->points->len, ==, 3);
  g_assert_cmpuint (derma_course_get_end (course), ==, 7 * SECOND);
}

/* A file goes on with a session only if its name and its number both do. */
static void
test_parts_that_do_not_follow (void)
{
  static const struct {
    const gchar *first, *second;
    guint number;
  } pairs[] = {
    { "v-00000", "v-00002", 2 },                             /* one is missing */
    { "v-00000", "w-00001", 1 },                             /* another recording */
    { "v-00000", "v-00001", 0 },                             /* says that it is the first */
    { "v-00000", "v", 1 },                                   /* no number in its name */
    { "v", "v-00001", 1 },        { "v-0000", "v-0001", 1 }, /* too few digits */
    { "v00000", "v00001", 1 },                               /* no dash */
    { "v-00000", "v-0000x", 1 },                             /* no digit */
    { "v-00000", "v-000001", 1 },                            /* six digits: another stem */
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
    g_autoptr (GPtrArray) sessions = derma_sessions_new ();
    g_autofree gchar *first = g_strconcat (pairs[i].first, ".jsonl", NULL),
                     *film = g_strconcat (pairs[i].first, ".mkv", NULL);
    g_autofree gchar *second = g_strconcat (pairs[i].second, ".jsonl", NULL);
    g_autofree gchar *other = g_strconcat (pairs[i].second, ".mkv", NULL);

    derma_storyboard_save (board, first);
    derma_storyboard_begin (board, pairs[i].number);
    derma_storyboard_save (board, second);
    add (sessions, board, film);
    g_assert_cmpuint (add (sessions, board, other)->number, ==, 2);
    g_assert_cmpuint (sessions->len, ==, 2);
  }
}

static void
test_torn (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaPart *part;

  derma_storyboard_add_reading (board, NULL, 1 * SECOND, 1, 0.25f);
  derma_storyboard_add_reading (board, NULL, 2 * SECOND, 1, 0.25f);
  g_string_truncate (board->lines, board->lines->len - 20);
  derma_storyboard_save (board, "a.jsonl");
  part = g_ptr_array_index (add (sessions, board, "a.mkv")->parts, 0);
  g_assert_cmpuint (part->torn, ==, 3);
  g_assert_false (part->complete);
  g_assert_cmpuint (part->duration, ==, 1 * SECOND);
}

static void
test_missing_sidecar (void)
{
  static const gchar *const names[] = { "a.mkv", "a", "a.b.mkv", ".mkv", "a.jsonl", "a.mkv.mkv" };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GPtrArray) sessions = derma_sessions_new ();
    g_autoptr (GError) error = try_add (sessions, board, names[i], NULL);

    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_nonnull (strstr (error->message, names[i]));
    g_assert_nonnull (strstr (error->message, "--sidecar"));
    g_assert_cmpuint (sessions->len, ==, 0);
  }
}

/* A sidecar is not the recording of itself. */
static void
test_sidecar_as_the_recording_is_refused (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  g_autoptr (GError) error = NULL;

  derma_storyboard_save (board, "a.jsonl");
  error = try_add (sessions, board, "a.jsonl", NULL);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
}

static void
test_another_sidecar (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  g_autoptr (GError) error = NULL, missing = NULL;
  const DermaPart *part;

  derma_storyboard_save (board, "elsewhere");
  error = try_add (sessions, board, "a.mkv", "elsewhere");
  g_assert_no_error (error);
  part = g_ptr_array_index (((DermaSession *)g_ptr_array_index (sessions, 0))->parts, 0);
  g_assert_true (g_str_has_suffix (part->sidecar, "/elsewhere"));
  missing = try_add (sessions, board, "a.mkv", "nowhere");
  g_assert_error (missing, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_cmpuint (sessions->len, ==, 1);
}

static void
test_times_beyond_a_year_are_refused (void)
{
  static const gchar *const lines[] = {
    "{\"type\":\"event\",\"event\":\"tag\",\"pts\":31622400000000001,\"text\":\"a\"}",
    "{\"type\":\"event\",\"event\":\"snapshot\",\"pts\":9223372036854775807}",
    "{\"type\":\"event\",\"event\":\"other\",\"pts\":31622400000000001}",
    "{\"type\":\"end\",\"pts\":31622400000000001,\"readings\":0,\"events\":0}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (DermaStoryboard) board = derma_storyboard_new ();

    derma_storyboard_add_line (board, "%s", lines[i]);
    assert_refused (board, DERMA_ERROR_LIMIT, "more than a year", 2);
  }
}

static void
test_a_year_is_not_too_long (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();

  derma_storyboard_add_line (board, "{\"type\":\"end\",\"pts\":31622400000000000,\"readings\":0,\"events\":0}");
  derma_storyboard_save (board, "a.jsonl");
  g_assert_cmpuint (add (sessions, board, "a.mkv")->duration, ==, G_GUINT64_CONSTANT (31622400000000000));
}

static void
test_reading_beyond_a_year_is_refused (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();

  derma_storyboard_add_reading (board, NULL, G_GUINT64_CONSTANT (31622400000000001), 1, 0.5f);
  assert_refused (board, DERMA_ERROR_LIMIT, "more than a year", 2);
}

static void
test_too_many_marks (void)
{
  for (guint snapshots = 0; snapshots < 2; snapshots++) {
    g_autoptr (DermaStoryboard) board = derma_storyboard_new ();

    for (guint i = 0; i <= 10000; i++)
      derma_storyboard_add_line (board, "{\"type\":\"event\",\"event\":\"%s\",\"pts\":1,\"text\":\"a\"}",
                                 snapshots ? "snapshot" : "tag");
    assert_refused (board, DERMA_ERROR_LIMIT, "more than 10000", 10002);
  }
}

static void
test_too_many_lesions (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();

  for (guint i = 1; i <= 2001; i++)
    derma_storyboard_add_reading (board, NULL, i, i, 0.5f);
  assert_refused (board, DERMA_ERROR_LIMIT, "more than 2000 lesions", 2002);
}

static void
test_too_many_networks (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  static const gchar *const labels[] = { "mel", "nv", NULL };

  for (guint i = 0; i <= 64; i++) {
    g_autoptr (DermaClasses) classes = derma_classes_new (labels, NULL);

    g_free (classes->model_name);
    classes->model_name = g_strdup_printf ("network %u", i);
    derma_storyboard_add_reading (board, classes, i, 1, 0.5f);
  }
  assert_refused (board, DERMA_ERROR_LIMIT, "number 64 and more", 66);
}

/* What distinguishes networks: labels, operating point, name, version and digest. */
static void
test_another_network (void)
{
  static const gchar *const labels[] = { "mel", "nv", NULL }, *const others[] = { "mel", "bkl", NULL };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;

  for (guint i = 0; i < 12; i++) {
    g_autoptr (DermaClasses) classes = derma_classes_new (i % 6 == 1 ? others : labels, NULL);

    if (i % 6 == 2)
      classes->operating_point = 0.125f;
    if (i % 6 == 3)
      classes->model_name = (g_free (classes->model_name), g_strdup ("other"));
    if (i % 6 == 4)
      classes->model_version = (g_free (classes->model_version), g_strdup ("2"));
    if (i % 6 == 5)
      classes->model_sha256 = (g_free (classes->model_sha256), g_strnfill (64, 'a'));
    derma_storyboard_add_reading (board, classes, i, 1, 0.5f);
  }
  derma_storyboard_save (board, "a.jsonl");
  session = add (sessions, board, "a.mkv");
  g_assert_cmpuint (session->networks->len, ==, 6);
  g_assert_null (derma_session_find_network (session, NULL));
}

/* Without the network at hand nobody knows more than the labels. */
static void
test_network_that_is_not_at_hand (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  const DermaSession *session;
  const DermaNetwork *network;

  derma_storyboard_add_reading (board, NULL, 1, 1, 0.9f);
  derma_storyboard_save (board, "a.jsonl");
  session = add (sessions, board, "a.mkv");
  network = g_ptr_array_index (session->networks, 0);
  g_assert_null (network->model);
  g_assert_cmpstr (derma_network_get_title (network, 0), ==, "mel");
  g_assert_cmpstr (derma_network_get_title (network, 1), ==, "nv");
  g_assert_false (derma_network_is_malignant (network, 0));
  g_assert_true (derma_session_find_network (session, network->classes) == network);
}

static void
test_no_lesion_at_all (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();

  derma_storyboard_add_line (board, "{\"type\":\"end\",\"pts\":5,\"readings\":0,\"events\":0}");
  derma_storyboard_save (board, "a.jsonl");
  g_assert_cmpuint (add (sessions, board, "a.mkv")->courses->len, ==, 0);
}

static const gchar *const MALFORMED[] = {
  "{",     "[]",  "1", "null", "{\"type\":\"event\",\"event\":7}", "{\"type\":\"event\",\"event\":\"tag\",\"pts\":-1}",
  "{} {}", "\xff"
};

static void
test_malformed_line (gconstpointer data)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  g_autoptr (GError) error = NULL;

  derma_storyboard_add_line (board, "%s", (const gchar *)data);
  derma_storyboard_add_reading (board, NULL, 1, 1, 0.5f);
  derma_storyboard_save (board, "a.jsonl");
  error = try_add (sessions, board, "a.mkv", NULL);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, ": line 2: "));
}

static void
test_free_nothing (void)
{
  derma_session_free (NULL);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    GTestFunc run;
  } tests[] = {
    { "/session/session", test_session },
    { "/session/courses", test_courses },
    { "/session/marks", test_marks },
    { "/session/unknown-events", test_unknown_events },
    { "/session/without-times", test_without_times },
    { "/session/time-backwards", test_time_backwards },
    { "/session/parts", test_parts },
    { "/session/parts-that-do-not-follow", test_parts_that_do_not_follow },
    { "/session/torn", test_torn },
    { "/session/missing-sidecar", test_missing_sidecar },
    { "/session/sidecar-as-the-recording-is-refused", test_sidecar_as_the_recording_is_refused },
    { "/session/another-sidecar", test_another_sidecar },
    { "/session/times-beyond-a-year-are-refused", test_times_beyond_a_year_are_refused },
    { "/session/a-year", test_a_year_is_not_too_long },
    { "/session/reading-beyond-a-year-is-refused", test_reading_beyond_a_year_is_refused },
    { "/session/too-many-marks", test_too_many_marks },
    { "/session/too-many-lesions", test_too_many_lesions },
    { "/session/too-many-networks", test_too_many_networks },
    { "/session/another-network", test_another_network },
    { "/session/network-that-is-not-at-hand", test_network_that_is_not_at_hand },
    { "/session/no-lesion", test_no_lesion_at_all },
    { "/session/free-nothing", test_free_nothing },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  for (guint i = 0; i < G_N_ELEMENTS (MALFORMED); i++) {
    g_autofree gchar *path = g_strdup_printf ("/session/malformed/%u", i);

    g_test_add_data_func (path, MALFORMED[i], test_malformed_line);
  }
  return g_test_run ();
}
