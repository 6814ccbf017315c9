/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* RTLD_NEXT */
/* Whether dermarecord records, and what it says of that. */
#include "recordtest.h"

#include <dlfcn.h>

#define SECONDS *GST_SECOND

/* Whether another thread has each lock that is tried, so that one cannot wait for it. */
static gboolean busy;

/* The plugin finds this one, too. */
gboolean
g_mutex_trylock (GMutex *mutex)
{
  static gboolean (*real) (GMutex *);

  if (!real)
    *(void **)&real = dlsym (RTLD_NEXT, "g_mutex_trylock");
  return !busy && real (mutex);
}

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

/* What was kept before that is in no film that begins later. */
static void
test_lost_pre_roll (void)
{
  RecordTest test;

  record_test_set_up (&test, "pre-roll", 5.0, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_drain (&test);
  set_pre_roll (&test, 0.0);
  test.now = 600 SECONDS;
  record_test_show (&test, 601 SECONDS);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 602 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", TRUE), ==, 10);
  record_test_tear_down (&test);
}

static void
forget_one (gpointer data, GstMiniObject *frame)
{
  g_atomic_int_add ((gint *)data, -1);
}

static GstPadProbeReturn
count_one (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  gst_mini_object_weak_ref (GST_MINI_OBJECT (GST_PAD_PROBE_INFO_BUFFER (info)), forget_one, data);
  g_atomic_int_inc ((gint *)data);
  return GST_PAD_PROBE_OK;
}

/* Where it is taken away with frames in it they are let go of; the sink holds on to the last one. */
static void
test_full_pre_roll_set_to_zero (void)
{
  RecordTest test;
  g_autoptr (GstElement) encoded = NULL;
  g_autoptr (GstPad) pad = NULL;
  gint kept = 0;

  record_test_set_up (&test, "pre-roll", 5.0, NULL);
  encoded = record_test_element (&test, "encoded");
  pad = gst_element_get_static_pad (encoded, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_one, &kept, NULL);
  record_test_show (&test, 2 SECONDS);
  record_test_drain (&test);
  g_assert_cmpint (g_atomic_int_get (&kept), ==, 20);
  set_pre_roll (&test, 0.0);
  g_assert_cmpint (g_atomic_int_get (&kept), <=, 1);
  record_test_tear_down (&test);
}

/* One that is made shorter, or taken away, while the tape is busy is so in a film that begins at once. */
static void
test_shorter_pre_roll (void)
{
  static const struct {
    gdouble seconds;
    guint64 frames;
  } cases[] = { { 1.0, 21 }, { 0.0, 10 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    RecordTest test;

    record_test_set_up (&test, "pre-roll", 5.0, NULL);
    record_test_show (&test, 3 SECONDS);
    record_test_drain (&test);
    busy = TRUE;
    set_pre_roll (&test, cases[i].seconds);
    g_signal_emit_by_name (test.harness->element, "start");
    busy = FALSE;
    record_test_show (&test, 4 SECONDS);
    record_test_finish (&test);
    record_test_expect (&test, "a.mkv", 0, cases[i].frames * RECORD_FRAME, cases[i].frames);
    record_test_tear_down (&test);
  }
}

/* Nothing comes for a while: what was before it is kept as long as it is of the last seconds. */
static void
test_pause_before_the_start (void)
{
  static const struct {
    GstClockTime again, start, duration;
    guint64 frames;
  } cases[] = {
    { 600 SECONDS, 602 SECONDS, 3 SECONDS, 30 }, /* all of the pre-roll passed in silence */
    { 6 SECONDS, 8 SECONDS, 3 SECONDS, 30 },     /* it began in the silence */
    { 4 SECONDS, 5 SECONDS, 6 SECONDS, 40 },     /* it began before */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    RecordTest test;

    record_test_set_up (&test, "pre-roll", 5.0, NULL);
    record_test_show (&test, 2 SECONDS);
    test.now = cases[i].again;
    record_test_show (&test, cases[i].start);
    record_test_drain (&test);
    g_signal_emit_by_name (test.harness->element, "start");
    record_test_show (&test, cases[i].start + 1 SECONDS);
    record_test_finish (&test);
    record_test_expect (&test, "a.mkv", 0, cases[i].duration, cases[i].frames);
    g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "pre-roll model lesion", TRUE), ==, cases[i].frames);
    record_test_tear_down (&test);
  }
}

/* The clock of a live pipeline goes on where no frame comes: it tells how long ago the last one was when it starts,
 * also if frames have other times than the clock. */
static void
test_start_in_a_pause (void)
{
  static const struct {
    gboolean live;
    GstClockTime clock, start, duration;
    guint64 frames;
    const gchar *events;
  } cases[] = {
    { TRUE, 100 SECONDS, 700 SECONDS, 1 SECONDS, 10, "model lesion" },
    { TRUE, 100 SECONDS, 104 SECONDS, 51 * RECORD_FRAME, 21, "pre-roll model lesion" },
    { TRUE, 2 SECONDS, 2 SECONDS, 6 SECONDS, 30, "pre-roll model lesion" },
    { FALSE, 100 SECONDS, 700 SECONDS, 6 SECONDS, 30, "pre-roll model lesion" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    RecordTest test;

    record_test_set_up (&test, "pre-roll", 5.0, NULL);
    gst_harness_set_live (test.harness, cases[i].live);
    gst_harness_set_time (test.harness, cases[i].clock);
    record_test_show (&test, 2 SECONDS);
    record_test_drain (&test);
    gst_harness_set_time (test.harness, cases[i].start);
    g_signal_emit_by_name (test.harness->element, "start");
    test.now = 5 SECONDS;
    record_test_show (&test, 6 SECONDS);
    record_test_finish (&test);
    record_test_expect (&test, "a.mkv", 0, cases[i].duration, cases[i].frames);
    record_test_sidecar (&test, "a.jsonl", cases[i].events, TRUE);
    record_test_tear_down (&test);
  }
}

/* Also where frames need those before them: with the first that does not the silence goes. */
static void
test_pause_between_key_frames (void)
{
  g_autoptr (GstElementFactory) vp8 = gst_element_factory_find ("vp8enc");
  RecordTest test;
  g_autoptr (GstStructure) part = NULL;

  if (!vp8) {
    g_test_skip ("vp8enc is not installed");
    return;
  }
  record_test_set_up (&test, "pre-roll", 5.0, NULL);
  gst_element_set_state (test.harness->element, GST_STATE_NULL);
  gst_util_set_object_arg (G_OBJECT (test.harness->element), "encoder", "vp8");
  gst_harness_play (test.harness);
  gst_harness_set_src_caps_str (test.harness, "video/x-raw, format=I420, width=16, height=16, framerate=10/1");
  record_test_show (&test, 1 SECONDS);
  test.now = 4 SECONDS;
  record_test_show (&test, 4 SECONDS + RECORD_FRAME);
  record_test_drain (&test);
  record_test_show (&test, 8 SECONDS);
  record_test_drain (&test);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 9 SECONDS);
  record_test_finish (&test);
  part = record_test_part (&test);
  g_assert_cmpuint (element_test_uint64 (part, "duration"), <=, 5 SECONDS);
  g_assert_cmpuint (element_test_uint64 (part, "frames"), ==, element_test_uint64 (part, "duration") / RECORD_FRAME);
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
  g_test_add_func ("/record-switch/lost-pre-roll", test_lost_pre_roll);
  g_test_add_func ("/record-switch/full-pre-roll-set-to-zero", test_full_pre_roll_set_to_zero);
  g_test_add_func ("/record-switch/shorter-pre-roll", test_shorter_pre_roll);
  g_test_add_func ("/record-switch/pause-before-the-start", test_pause_before_the_start);
  g_test_add_func ("/record-switch/start-in-a-pause", test_start_in_a_pause);
  g_test_add_func ("/record-switch/pause-between-key-frames", test_pause_between_key_frames);
  g_test_add_func ("/record-switch/pre-roll-set-while-it-records", test_pre_roll_set_while_it_records);
  g_test_add_func ("/record-switch/set-and-pre-roll", test_set_and_pre_roll);
  g_test_add_func ("/record-switch/stop-while-it-flushes", test_stop_while_it_flushes);
  g_test_add_func ("/record-switch/refused-start", test_refused_start);
  g_test_add_func ("/record-switch/lacking-name", test_name_taken_away);
  return element_test_run ();
}
