/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dermarecord notes down of frames and events, and in which film. */
#include "recordtest.h"

#include <string.h>

#define SECONDS *GST_SECOND

/* The number of times that @text is in the sidecar @name. */
static guint
count_in_sidecar (const RecordTest *test, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = record_test_path (test, name);
  g_autofree gchar *all = NULL;
  g_auto (GStrv) pieces = NULL;

  g_assert_true (g_file_get_contents (path, &all, NULL, NULL));
  pieces = g_strsplit (all, text, -1);
  return g_strv_length (pieces) - 1;
}

/* However long nothing is recorded: what is said at the beginning of a film is what is so then. */
static void
test_long_without_recording (void)
{
  RecordTest test;

  record_test_set_up (&test, "recording", FALSE, NULL);
  record_test_show (&test, 900 SECONDS);
  g_assert_false (record_test_exists (&test, "a.mkv"));
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 901 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", TRUE), ==, 10);
  record_test_tear_down (&test);
}

/* A film that begins with nothing in view does not tell of the lesion before it, but for the time that it comes back.
 */
static void
test_lesion_gone_before_the_start (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  g_signal_emit_by_name (test.harness->element, "stop");
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  test.reading.state = DERMA_STATE_NO_LESION;
  for (guint i = 1; i <= 2; i++) {
    record_test_show (&test, test.now + 1 SECONDS);
    g_signal_emit_by_name (test.harness->element, "start");
    record_test_show (&test, test.now + 1 SECONDS);
    test.reading.state = i == 2 ? DERMA_STATE_STABLE : DERMA_STATE_NO_LESION;
    record_test_show (&test, test.now + 1 SECONDS);
    record_test_wait (&test, 10 + 20 * i);
    g_signal_emit_by_name (test.harness->element, "stop");
    gst_structure_free (record_test_part (&test));
  }
  record_test_sidecar (&test, "a-1.jsonl", "model", TRUE);
  record_test_sidecar (&test, "a-2.jsonl", "model lesion", TRUE);
  g_assert_cmpuint (count_in_sidecar (&test, "a-2.jsonl", "\"event\":\"lesion\",\"pts\":1000000000"), ==, 1);
  record_test_tear_down (&test);
}

/* Frames of the time line that begins at @begin, until @end. */
static void
show_line (RecordTest *test, GstClockTime begin, GstClockTime end)
{
  test->now = begin;
  record_test_show (test, end);
}

/* The film a.mkv, which began at @start, has its own readings and no others, one for each frame, in order. */
static void
expect_own_readings (RecordTest *test, GstClockTime start)
{
  g_autoptr (GstStructure) part = record_test_part (test);
  g_autofree gchar *path = record_test_path (test, "a.jsonl");
  g_autoptr (DermaSidecar) sidecar = derma_sidecar_open (path, NULL);
  DermaSidecarItem item = DERMA_SIDECAR_END;
  guint64 n = 0;

  g_assert_cmpuint (element_test_uint64 (part, "duration"), ==, test->now - start);
  g_assert_cmpuint (element_test_uint64 (part, "frames"), ==, (test->now - start) / RECORD_FRAME);
  do {
    g_assert_true (derma_sidecar_next (sidecar, &item, NULL));
    if (item == DERMA_SIDECAR_READING)
      g_assert_cmpuint (derma_sidecar_get_reading (sidecar)->pts, ==, RECORD_FRAME * n++);
  } while (item != DERMA_SIDECAR_END);
  g_assert_cmpuint (n, ==, element_test_uint64 (part, "frames"));
}

/* A frame with a wild time, long before the film begins, keeps nothing from it. */
static void
test_wild_time_before_the_start (void)
{
  RecordTest test;

  record_test_set_up (&test, "recording", FALSE, NULL);
  show_line (&test, 0, 2 SECONDS);
  show_line (&test, 3600 SECONDS, 3600 SECONDS + RECORD_FRAME);
  show_line (&test, 2 SECONDS, 4 SECONDS);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 6 SECONDS);
  record_test_finish (&test);
  expect_own_readings (&test, 4 SECONDS);
  record_test_tear_down (&test);
}

/* What was read of another time line is in no film of this one: neither with a pre-roll nor without. */
static void
test_wrong_time_line_before_the_start (void)
{
  for (guint i = 0; i < 2; i++) {
    RecordTest test;

    record_test_set_up (&test, "recording", FALSE, "pre-roll", i * 5.0, NULL);
    show_line (&test, 90 SECONDS, 100 SECONDS);
    show_line (&test, 0, 4 SECONDS);
    record_test_drain (&test);
    g_signal_emit_by_name (test.harness->element, "start");
    record_test_show (&test, 6 SECONDS);
    record_test_finish (&test);
    expect_own_readings (&test, i == 0 ? 4 SECONDS : 0);
    record_test_tear_down (&test);
  }
}

/* Nor where both begin at the same time. */
static void
test_same_time_line_twice_before_the_start (void)
{
  RecordTest test;

  record_test_set_up (&test, "recording", FALSE, NULL);
  show_line (&test, 0, 10 SECONDS);
  show_line (&test, 0, 2 SECONDS);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 4 SECONDS);
  record_test_finish (&test);
  expect_own_readings (&test, 2 SECONDS);
  record_test_tear_down (&test);
}

/* A frame that is left out leaves no trace of its time either, and the film goes on. */
static void
test_wild_time_of_a_short_frame (void)
{
  RecordTest test;
  GstBuffer *frame;

  record_test_set_up (&test, NULL);
  show_line (&test, 0, 2 SECONDS);
  test.reading.pts = 3600 SECONDS;
  frame = caption_test_frame (&test.reading, 3600 SECONDS, RECORD_FRAME);
  gst_buffer_resize (frame, 0, 10);
  g_assert_cmpint (gst_harness_push (test.harness, frame), ==, GST_FLOW_OK);
  record_test_show (&test, 4 SECONDS);
  record_test_finish (&test);
  expect_own_readings (&test, 0);
  record_test_tear_down (&test);
}

/* Where time goes back while it records, each film has what is its own, also what was done in it. */
static void
test_time_goes_back_while_it_records (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  show_line (&test, 10 SECONDS, 12 SECONDS);
  g_signal_emit_by_name (test.harness->element, "tag", "in the first");
  show_line (&test, 0, 3 SECONDS);
  g_signal_emit_by_name (test.harness->element, "tag", "in the second");
  record_test_finish (&test);
  gst_structure_free (record_test_part (&test));
  record_test_expect (&test, "a-1.mkv", 1, 3 SECONDS, 30);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion tag", TRUE), ==, 20);
  g_assert_cmpuint (count_in_sidecar (&test, "a.jsonl", "in the first"), ==, 1);
  g_assert_cmpuint (record_test_sidecar (&test, "a-1.jsonl", "model lesion tag", TRUE), ==, 30);
  record_test_tear_down (&test);
}

static void
push_custom (RecordTest *test, GstStructure *structure)
{
  g_assert_true (gst_harness_push_event (test->harness, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, structure)));
}

static void
test_events (void)
{
  RecordTest test;
  g_autofree gchar *picture = NULL;
  g_autofree gchar *path = NULL;
  g_autofree gchar *text = NULL;

  record_test_set_up (&test, NULL);
  picture = record_test_path (&test, "shot.png");
  record_test_show (&test, 1 SECONDS);
  push_custom (&test, gst_structure_new ("derma-still-button", "pressed", G_TYPE_BOOLEAN, TRUE, NULL));
  push_custom (&test, gst_structure_new ("derma-still-button", "pressed", G_TYPE_BOOLEAN, FALSE, NULL));
  push_custom (&test, gst_structure_new ("derma-snapshot", "pts", G_TYPE_UINT64, 500 * GST_MSECOND, "file",
                                         G_TYPE_STRING, picture, "lesion", G_TYPE_UINT, 1, NULL));
  g_signal_emit_by_name (test.harness->element, "tag", "left arm");
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 2 SECONDS, 20);
  record_test_sidecar (&test, "a.jsonl", "model lesion still-button snapshot tag", TRUE);
  path = record_test_path (&test, "a.jsonl");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"event\":\"snapshot\",\"pts\":500000000,\"file\":\"shot.png\",\"lesion\":1"));
  g_assert_nonnull (strstr (text, "\"text\":\"left arm\""));
  record_test_tear_down (&test);
}

static GstPadProbeReturn
hold (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return GST_PAD_PROBE_OK;
}

static void
do_all (RecordTest *test)
{
  g_signal_emit_by_name (test->harness->element, "tag", "at the end");
  push_custom (test, gst_structure_new ("derma-still-button", "pressed", G_TYPE_BOOLEAN, TRUE, NULL));
  push_custom (test, gst_structure_new ("derma-snapshot", "pts", G_TYPE_UINT64, test->now - RECORD_FRAME, NULL));
}

/* What is done just before the stop is said of the last frame. */
static void
test_events_before_the_stop (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  do_all (&test);
  g_signal_emit_by_name (test.harness->element, "stop");
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion tag still-button snapshot", TRUE), ==, 10);
  g_assert_cmpuint (count_in_sidecar (&test, "a.jsonl", "\"pts\":900000000"), ==, 4);
  record_test_tear_down (&test);
}

/* Also where that frame is not yet encoded and so is left out: nothing is said of a time after the end, and the film
 * that begins with it has its reading. */
static void
test_events_of_frames_left_out (void)
{
  RecordTest test;
  g_autoptr (GstElement) convert = NULL;
  g_autoptr (GstPad) pad = NULL;
  gulong probe;

  record_test_set_up (&test, "pre-roll", 60.0, "recording", TRUE, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  convert = record_test_element (&test, "convert");
  pad = gst_element_get_static_pad (convert, "sink");
  probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, hold, NULL, NULL);
  record_test_show (&test, 2 SECONDS);
  do_all (&test);
  g_signal_emit_by_name (test.harness->element, "stop");
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion tag still-button snapshot", TRUE), ==, 10);
  g_assert_cmpuint (count_in_sidecar (&test, "a.jsonl", "\"pts\":900000000"), ==, 4);
  gst_pad_remove_probe (pad, probe);
  record_test_drain (&test);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 3 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a-1.mkv", 0, 2 SECONDS, 20);
  g_assert_cmpuint (record_test_sidecar (&test, "a-1.jsonl", "pre-roll model lesion", TRUE), ==, 20);
  record_test_tear_down (&test);
}

static void
flush (RecordTest *test)
{
  element_test_flush (test->harness);
  test->now = 0;
}

/* And so is what is done just before a flush, which begins another film. */
static void
test_events_before_a_flush (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  do_all (&test);
  flush (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion tag still-button snapshot", TRUE), ==, 10);
  g_assert_cmpuint (count_in_sidecar (&test, "a.jsonl", "\"pts\":900000000"), ==, 4);
  record_test_show (&test, 1 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a-1.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a-1.jsonl", "model lesion", TRUE), ==, 10);
  record_test_tear_down (&test);
}

/* Where nothing is recorded it is said of nothing, not of what comes after the flush. */
static void
test_events_before_a_flush_of_nothing (void)
{
  RecordTest test;

  record_test_set_up (&test, "recording", FALSE, NULL);
  record_test_show (&test, 1 SECONDS);
  do_all (&test);
  flush (&test);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 2 SECONDS, 20);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", TRUE), ==, 20);
  record_test_tear_down (&test);
}

/* Events of others, and such as lack what they should have, neither harm nor get lost. */
static void
test_odd_events (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  push_custom (&test, gst_structure_new_empty ("somebody-else"));
  push_custom (&test, gst_structure_new_empty ("derma-still-button"));
  push_custom (&test, gst_structure_new ("derma-snapshot", "pts", G_TYPE_STRING, "soon", "file", G_TYPE_INT, 3, NULL));
  push_custom (&test, gst_structure_new ("derma-snapshot", "pts", G_TYPE_UINT64, G_MAXUINT64 - 5, NULL));
  g_signal_emit_by_name (test.harness->element, "tag", NULL);
  g_signal_emit_by_name (test.harness->element, "tag", "\xff\n\"}{\"type\":\"end\"}");
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 2 SECONDS, 20);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion snapshot snapshot tag tag", TRUE), ==, 20);
  record_test_tear_down (&test);
}

/* Ten frames at once, as appsrc and what takes things out of files may send them; every third is @cut bytes too short.
 */
static void
push_list (RecordTest *test, gssize cut)
{
  GstBufferList *list = gst_buffer_list_new ();

  for (guint i = 0; i < 10; i++, test->now += RECORD_FRAME) {
    GstBuffer *frame;

    test->reading.pts = test->now;
    frame = caption_test_frame (&test->reading, test->now, RECORD_FRAME);
    if (i % 3 == 2)
      gst_buffer_resize (frame, 0, (gssize)gst_buffer_get_size (frame) - cut);
    gst_buffer_list_add (list, frame);
  }
  g_assert_cmpint (gst_pad_push_list (test->harness->srcpad, list), ==, GST_FLOW_OK);
}

static void
test_lists_of_frames (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  for (guint i = 0; i < 3; i++)
    push_list (&test, 0);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 3 SECONDS, 30);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", TRUE), ==, 30);
  record_test_tear_down (&test);
}

/* Frames in a list are looked at as any other; the end of the stream is the end of lists, too. */
static void
test_lists_of_short_frames (void)
{
  RecordTest test;
  GstBufferList *late;

  record_test_set_up (&test, NULL);
  push_list (&test, 1);
  g_assert_cmpuint (record_test_stat (&test, "dropped"), ==, 3);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 7);
  late = gst_buffer_list_new ();
  gst_buffer_list_add (late, caption_test_frame (&test.reading, test.now, RECORD_FRAME));
  g_assert_cmpint (gst_pad_push_list (test.harness->srcpad, late), ==, GST_FLOW_EOS);
  record_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record-notes/long-without-recording", test_long_without_recording);
  g_test_add_func ("/record-notes/lesion-gone-before-the-start", test_lesion_gone_before_the_start);
  g_test_add_func ("/record-notes/wild-time-before-the-start", test_wild_time_before_the_start);
  g_test_add_func ("/record-notes/wrong-time-line-before-the-start", test_wrong_time_line_before_the_start);
  g_test_add_func ("/record-notes/same-time-line-twice-before-the-start", test_same_time_line_twice_before_the_start);
  g_test_add_func ("/record-notes/wild-time-of-a-short-frame", test_wild_time_of_a_short_frame);
  g_test_add_func ("/record-notes/time-goes-back-while-it-records", test_time_goes_back_while_it_records);
  g_test_add_func ("/record-notes/events", test_events);
  g_test_add_func ("/record-notes/events-before-the-stop", test_events_before_the_stop);
  g_test_add_func ("/record-notes/events-of-frames-left-out", test_events_of_frames_left_out);
  g_test_add_func ("/record-notes/events-before-a-flush", test_events_before_a_flush);
  g_test_add_func ("/record-notes/events-before-a-flush-of-nothing", test_events_before_a_flush_of_nothing);
  g_test_add_func ("/record-notes/odd-events", test_odd_events);
  g_test_add_func ("/record-notes/lists-of-frames", test_lists_of_frames);
  g_test_add_func ("/record-notes/lists-of-short-frames", test_lists_of_short_frames);
  return element_test_run ();
}
