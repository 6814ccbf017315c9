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

static GstBusSyncReply
stop_there (GstBus *bus, GstMessage *message, gpointer data)
{
  if (gst_message_has_name (message, "dermarecord-part"))
    g_signal_emit_by_name (data, "stop");
  return GST_BUS_PASS;
}

/* Who stops on hearing that the film is over, which a flush has ended, wants no other one. */
static void
test_stop_while_it_flushes (void)
{
  RecordTest test;
  g_autoptr (GstBus) bus = NULL;

  record_test_set_up (&test, "pre-roll", 1.0, "recording", TRUE, NULL);
  bus = gst_element_get_bus (test.harness->element);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  gst_bus_set_sync_handler (bus, stop_there, test.harness->element, NULL);
  element_test_flush (test.harness);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  expect_frames (&test, 10);
  assert_recording (&test, FALSE);
  test.now = 0;
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  g_assert_cmpuint (record_test_stat (&test, "files"), ==, 1);
  record_test_tear_down (&test);
}

/* A start that is refused is none, also when a flush begins all anew. */
static void
test_refused_start (void)
{
  RecordTest test;

  record_test_set_up (&test, "pre-roll", 1.0, NULL);
  g_object_set (test.harness->element, "location", NULL, NULL);
  record_test_show (&test, 1 SECONDS);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_fails (&test, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "location");
  assert_recording (&test, FALSE);
  element_test_flush (test.harness);
  test.now = 0;
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  g_assert_cmpuint (record_test_stat (&test, "files"), ==, 0);
  record_test_tear_down (&test);
}

/* Without a name what is being recorded goes on to its end, and the next film is an error. */
static void
test_name_taken_away (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  g_object_set (test.harness->element, "location", NULL, NULL);
  record_test_show (&test, 2 SECONDS);
  record_test_wait (&test, 20);
  element_test_flush (test.harness);
  expect_frames (&test, 20);
  test.now = 0;
  record_test_show (&test, 1 SECONDS);
  record_test_fails (&test, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "location");
  record_test_finish (&test);
  g_assert_cmpuint (record_test_stat (&test, "files"), ==, 1);
  record_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record-switch/pre-roll-set-to-zero", test_pre_roll_set_to_zero);
  g_test_add_func ("/record-switch/pre-roll-set-while-it-records", test_pre_roll_set_while_it_records);
  g_test_add_func ("/record-switch/set-and-pre-roll", test_set_and_pre_roll);
  g_test_add_func ("/record-switch/stop-while-it-flushes", test_stop_while_it_flushes);
  g_test_add_func ("/record-switch/refused-start", test_refused_start);
  g_test_add_func ("/record-switch/lacking-name", test_name_taken_away);
  return element_test_run ();
}
