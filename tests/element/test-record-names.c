/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dermarecord calls its files. */
#include "recordtest.h"

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

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record-names/odd-extensions", test_odd_extensions);
  return element_test_run ();
}
