/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether dermarecord records, and what it says of that. */
#include "recordtest.h"

#define SECONDS *GST_SECOND

static void
assert_recording (RecordTest *test, gboolean wanted)
{
  gboolean recording;

  g_object_get (test->harness->element, "recording", &recording, NULL);
  g_assert_cmpint (recording, ==, wanted);
}

/* The next file that ends has that many frames. */
static void
expect_frames (RecordTest *test, guint64 frames)
{
  g_autoptr (GstStructure) part = record_test_part (test);

  g_assert_cmpuint (element_test_uint64 (part, "frames"), ==, frames);
}

static void
set_pre_roll (RecordTest *test, gdouble seconds)
{
  g_object_set (test->harness->element, "pre-roll", seconds, NULL);
}

/* A pre-roll that is taken away begins no recording, and none is told. */
static void
test_pre_roll_set_to_zero (void)
{
  RecordTest test;

  record_test_set_up (&test, "pre-roll", 5.0, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_drain (&test);
  set_pre_roll (&test, 0.0);
  assert_recording (&test, FALSE);
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  g_assert_cmpuint (record_test_stat (&test, "files"), ==, 0);
  /* Nor is it forgotten. */
  gst_element_set_state (test.harness->element, GST_STATE_NULL);
  assert_recording (&test, TRUE);
  record_test_tear_down (&test);
}

/* Nor does one that is set end a recording, also after a flush. */
static void
test_pre_roll_set_while_it_records (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  set_pre_roll (&test, 5.0);
  assert_recording (&test, TRUE);
  element_test_flush (test.harness);
  expect_frames (&test, 10);
  assert_recording (&test, TRUE);
  test.now = 0;
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  expect_frames (&test, 20);
  gst_element_set_state (test.harness->element, GST_STATE_NULL);
  assert_recording (&test, FALSE);
  record_test_tear_down (&test);
}

/* What was said outlasts all of it. */
static void
test_set_and_pre_roll (void)
{
  RecordTest test;

  record_test_set_up (&test, "pre-roll", 5.0, "recording", TRUE, NULL);
  assert_recording (&test, TRUE);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  g_signal_emit_by_name (test.harness->element, "stop");
  expect_frames (&test, 10);
  set_pre_roll (&test, 0.0);
  assert_recording (&test, FALSE);
  gst_element_set_state (test.harness->element, GST_STATE_NULL);
  assert_recording (&test, FALSE);
  record_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record-switch/pre-roll-set-to-zero", test_pre_roll_set_to_zero);
  g_test_add_func ("/record-switch/pre-roll-set-while-it-records", test_pre_roll_set_while_it_records);
  g_test_add_func ("/record-switch/set-and-pre-roll", test_set_and_pre_roll);
  return element_test_run ();
}
