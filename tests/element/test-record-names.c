/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dermarecord calls its files. */
#include "recordtest.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECONDS *GST_SECOND

static void
set_location (RecordTest *test, const gchar *name)
{
  g_autofree gchar *path = record_test_path (test, name);

  g_object_set (test->harness->element, "location", path, NULL);
}

/* The next film is @name, with 10 readings in @sidecar. */
static void
record (RecordTest *test, const gchar *name, const gchar *sidecar)
{
  g_signal_emit_by_name (test->harness->element, "start");
  record_test_show (test, test->now + 1 SECONDS);
  record_test_drain (test);
  element_test_flush (test->harness);
  test->now = 0;
  record_test_expect (test, name, 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (test, sidecar, NULL, TRUE), ==, 10);
}

/* A sidecar is found beside its film, by the name of that: also where all of the name that was given looks like an
 * extension, and where it has none. */
static void
test_odd_extensions (void)
{
  static const gchar *const cases[][3] = {
    { "a", "a.mkv", "a.jsonl" },          { "a", "a-1.mkv", "a-1.jsonl" },
    { ".mkv", ".mkv.mkv", ".mkv.jsonl" }, { ".mkv", ".mkv-1.mkv", ".mkv-1.jsonl" },
    { ".b.c", ".b.c", ".b.jsonl" },       { "d.", "d.", "d.jsonl" },
  };
  RecordTest test;

  record_test_set_up (&test, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    set_location (&test, cases[i][0]);
    record (&test, cases[i][1], cases[i][2]);
  }
  record_test_tear_down (&test);
}

static void
push_snapshot (RecordTest *test, const gchar *file)
{
  GstStructure *structure = gst_structure_new ("derma-snapshot", "file", G_TYPE_STRING, file, NULL);

  g_assert_true (gst_harness_push_event (test->harness, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, structure)));
}

/* All that a sidecar says is text, and a picture beside it is named without the folder. */
static void
check_text (const gchar *path)
{
  g_autofree gchar *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "\"recording\":\"a\357\277\275.mkv\""));
  g_assert_nonnull (strstr (text, "\"event\":\"snapshot\",\"pts\":900000000,\"file\":\"shot.png\""));
  g_assert_nonnull (strstr (text, "\"file\":\"/elsewhere/shot.png\""));
}

/* The files have the names that were given, and what is said of them is text. */
static void
test_names_that_are_not_text (void)
{
  RecordTest test;
  g_autofree gchar *folder = NULL, *film = NULL, *sidecar = NULL, *picture = NULL, *shown = NULL, *said = NULL;
  g_autoptr (GstStructure) part = NULL;

  record_test_set_up (&test, NULL);
  folder = record_test_path (&test, "f\xff");
  film = g_build_filename (folder, "a\xff.mkv", NULL);
  sidecar = g_build_filename (folder, "a\xff.jsonl", NULL);
  picture = g_build_filename (folder, "shot.png", NULL);
  shown = g_filename_display_name (picture); /* as the event has it */
  said = g_filename_display_name (film);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  set_location (&test, "f\xff/a\xff.mkv");
  record_test_show (&test, 1 SECONDS);
  push_snapshot (&test, shown);
  push_snapshot (&test, "/elsewhere/shot.png");
  record_test_finish (&test);
  part = record_test_part (&test);
  g_assert_cmpstr (gst_structure_get_string (part, "location"), ==, said);
  g_assert_true (g_utf8_validate (gst_structure_get_string (part, "sidecar"), -1, NULL));
  check_text (sidecar);
  g_assert_cmpint (g_unlink (film) | g_unlink (sidecar) | g_rmdir (folder), ==, 0);
  record_test_tear_down (&test);
}

/* Nor are errors anything but text. */
static void
test_missing_folder_that_is_not_text (void)
{
  RecordTest test;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  record_test_set_up (&test, NULL);
  set_location (&test, "missing\xff/a.mkv");
  record_test_show (&test, 1 SECONDS);
  record_test_finish (&test);
  bus = gst_element_get_bus (test.harness->element);
  message = gst_bus_timed_pop_filtered (bus, 60 SECONDS, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, "missing\357\277\275/a.mkv: "));
  record_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record-names/odd-extensions", test_odd_extensions);
  g_test_add_func ("/record-names/names-that-are-not-text", test_names_that_are_not_text);
  g_test_add_func ("/record-names/missing-folder-that-is-not-text", test_missing_folder_that_is_not_text);
  return element_test_run ();
}
