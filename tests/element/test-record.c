/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermarecord: what is in the files that it writes, and when it begins and ends them. */
#include "recordtest.h"

#define SECONDS *GST_SECOND

static void
test_film_captions_and_sidecar (void)
{
  RecordTest test;
  g_autofree gchar *cues = NULL;
  g_autofree gchar *duration = NULL;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, "tags", "room 2", NULL);
  record_test_show (&test, 6 SECONDS);
  caption_test_reading (&test.reading, 0, 0.61f, DERMA_STATE_STABLE);
  test.reading.lesion = 2;
  record_test_show (&test, 7 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 7 SECONDS, 70);
  record_test_plays (&test, "a.mkv", "mjpeg", 70, 70);
  cues = record_test_probe (&test, "a.mkv", "-select_streams s -show_entries packet=pts_time,duration_time");
  g_assert_cmpstr (cues, ==,
                   "0.000000,2.000000\n2.000000,1.000000\n3.000000,2.000000\n5.000000,1.000000\n6.000000,1.000000");
  duration = record_test_probe (&test, "a.mkv", "-show_entries format=duration");
  g_assert_cmpstr (duration, ==, "7.000000");
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion lesion", TRUE), ==, 70);
  record_test_tear_down (&test);
}

/* The file's time line is its own, and so is that of the sidecar. */
static void
test_stream_that_does_not_begin_at_zero (void)
{
  RecordTest test;
  g_autofree gchar *first = NULL;
  g_autofree gchar *path = NULL;
  g_autoptr (DermaSidecar) sidecar = NULL;
  DermaSidecarItem item = DERMA_SIDECAR_END;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, NULL);
  test.now = 1000 SECONDS;
  record_test_show (&test, 1002 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 2 SECONDS, 20);
  first = record_test_probe (&test, "a.mkv", "-select_streams v -show_entries packet=pts_time -read_intervals %+#1");
  g_assert_cmpstr (first, ==, "0.000000");
  path = record_test_path (&test, "a.jsonl");
  sidecar = derma_sidecar_open (path, NULL);
  for (GstClockTime time = 0; time < 2 SECONDS;) {
    g_assert_true (derma_sidecar_next (sidecar, &item, NULL));
    if (item != DERMA_SIDECAR_READING)
      continue;
    g_assert_cmpuint (derma_sidecar_get_reading (sidecar)->pts, ==, time);
    time += RECORD_FRAME;
  }
  record_test_tear_down (&test);
}

static void
test_parts_by_duration (void)
{
  RecordTest test;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, "max-duration", 2.0, NULL);
  record_test_show (&test, 5 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a-00000.mkv", 0, 2 SECONDS, 20);
  record_test_expect (&test, "a-00001.mkv", 1, 2 SECONDS, 20);
  record_test_expect (&test, "a-00002.mkv", 2, 1 SECONDS, 10);
  g_assert_false (record_test_exists (&test, "a.mkv"));
  record_test_plays (&test, "a-00001.mkv", "mjpeg", 20, 20);
  /* Each part says anew what is in view. */
  g_assert_cmpuint (record_test_sidecar (&test, "a-00000.jsonl", "model lesion", TRUE), ==, 20);
  g_assert_cmpuint (record_test_sidecar (&test, "a-00001.jsonl", "model lesion", TRUE), ==, 20);
  g_assert_cmpuint (record_test_sidecar (&test, "a-00002.jsonl", "model lesion", TRUE), ==, 10);
  record_test_tear_down (&test);
}

static void
test_parts_by_size (void)
{
  RecordTest test;
  guint64 frames = 0;

  record_test_set_up (&test, "max-size", G_GUINT64_CONSTANT (5000), NULL);
  record_test_show (&test, 5 SECONDS);
  record_test_finish (&test);
  for (guint i = 0; frames < 50; i++) {
    g_autoptr (GstStructure) part = record_test_part (&test);
    guint number;

    g_assert_true (gst_structure_get_uint (part, "part", &number));
    g_assert_cmpuint (number, ==, i);
    g_assert_cmpuint (element_test_uint64 (part, "frames"), <, 50);
    frames += element_test_uint64 (part, "frames");
  }
  g_assert_cmpuint (frames, ==, 50);
  g_assert_true (record_test_exists (&test, "a-00001.mkv"));
  record_test_tear_down (&test);
}

/* What is there stays as it is, be it a film or a sidecar. */
static void
test_never_overwrites (void)
{
  RecordTest test;
  g_autofree gchar *sidecar = NULL;
  g_autofree gchar *kept = NULL;

  record_test_set_up (&test, NULL);
  sidecar = record_test_path (&test, "a-1.jsonl");
  g_assert_true (g_file_set_contents (test.path, "precious", -1, NULL));
  g_assert_true (g_file_set_contents (sidecar, "precious too", -1, NULL));
  record_test_show (&test, 1 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a-2.mkv", 0, 1 SECONDS, 10);
  g_assert_true (g_file_get_contents (test.path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "precious");
  g_assert_cmpuint (record_test_sidecar (&test, "a-2.jsonl", NULL, TRUE), ==, 10);
  g_assert_false (record_test_exists (&test, "a-1.mkv"));
  record_test_tear_down (&test);
}

static void
test_without_sidecar (void)
{
  RecordTest test;

  record_test_set_up (&test, "sidecar", FALSE, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_false (record_test_exists (&test, "a.jsonl"));
  record_test_tear_down (&test);
}

static void
test_sidecar_elsewhere (void)
{
  RecordTest test;
  g_autofree gchar *path = NULL;

  record_test_set_up (&test, NULL);
  path = record_test_path (&test, "notes.txt");
  g_object_set (test.harness->element, "sidecar-location", path, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "notes.txt", NULL, TRUE), ==, 10);
  g_assert_false (record_test_exists (&test, "a.jsonl"));
  record_test_tear_down (&test);
}

/* An empty name is none: it lies beside the recording. */
static void
test_sidecar_nowhere (void)
{
  RecordTest test;

  record_test_set_up (&test, "sidecar-location", "", NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", NULL, TRUE), ==, 10);
  g_assert_false (g_file_test (".jsonl", G_FILE_TEST_EXISTS));
  record_test_tear_down (&test);
}

static void
test_pre_roll (void)
{
  RecordTest test;
  gboolean recording;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, "pre-roll", 2.0, NULL);
  g_object_get (test.harness->element, "recording", &recording, NULL);
  g_assert_false (recording);
  record_test_show (&test, 10 SECONDS);
  record_test_drain (&test);
  g_assert_false (record_test_exists (&test, "a.mkv"));
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 12 SECONDS);
  record_test_finish (&test);
  {
    g_autoptr (GstStructure) part = record_test_part (&test);

    g_assert_cmpuint (element_test_uint64 (part, "duration"), >=, 4 SECONDS);
    g_assert_cmpuint (element_test_uint64 (part, "duration"), <=, 5 SECONDS);
  }
  record_test_plays (&test, "a.mkv", "mjpeg", 40, 50);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "pre-roll model lesion", TRUE), >=, 40);
  record_test_tear_down (&test);
}

/* Each recording is a file; what comes in between is in none. */
static void
test_stop_and_start (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  g_signal_emit_by_name (test.harness->element, "stop");
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  record_test_show (&test, 2 SECONDS);
  g_object_set (test.harness->element, "recording", TRUE, NULL);
  record_test_show (&test, 4 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a-1.mkv", 0, 2 SECONDS, 20);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", TRUE), ==, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a-1.jsonl", "model lesion", TRUE), ==, 20);
  record_test_tear_down (&test);
}

static void
test_null_finishes_the_file (void)
{
  RecordTest test;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, NULL);
  record_test_show (&test, 5 SECONDS);
  record_test_wait (&test, 50);
  gst_element_set_state (test.harness->element, GST_STATE_NULL);
  record_test_plays (&test, "a.mkv", "mjpeg", 50, 50);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", NULL, TRUE), ==, 50);
  record_test_tear_down (&test);
}

static void
test_state_cycles (void)
{
  static const gchar *const names[] = { "a.mkv", "a-1.mkv", "a-2.mkv" };
  RecordTest test;

  record_test_set_up (&test, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (i > 0)
      gst_harness_set_src_caps_str (test.harness, "video/x-raw, format=I420, width=16, height=16, framerate=10/1");
    record_test_show (&test, test.now + 1 SECONDS);
    record_test_wait (&test, 10 * (i + 1));
    gst_element_set_state (test.harness->element, GST_STATE_NULL);
    g_assert_true (record_test_exists (&test, names[i]));
    gst_element_set_state (test.harness->element, GST_STATE_NULL);
    gst_harness_play (test.harness);
  }
  g_assert_cmpuint (record_test_stat (&test, "files"), ==, 3);
  record_test_tear_down (&test);
}

/* Another size is another film. */
static void
test_caps_change (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  gst_harness_set_src_caps_str (test.harness, "video/x-raw, format=I420, width=32, height=32, framerate=10/1");
  for (; test.now < 2 SECONDS; test.now += RECORD_FRAME) {
    GstBuffer *frame = element_test_frame ("I420", 32, 32, 1);

    GST_BUFFER_PTS (frame) = test.now;
    g_assert_cmpint (gst_harness_push (test.harness, frame), ==, GST_FLOW_OK);
  }
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  record_test_expect (&test, "a-1.mkv", 1, 1 SECONDS, 10);
  record_test_tear_down (&test);
}

static void
test_flush_begins_another_file (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  element_test_flush (test.harness);
  test.now = 0;
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  record_test_expect (&test, "a-1.mkv", 0, 2 SECONDS, 20);
  record_test_tear_down (&test);
}

/* Without a frame there is no file, and the end is the end. */
static void
test_nothing_comes (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_finish (&test);
  gst_element_set_state (test.harness->element, GST_STATE_NULL);
  g_assert_false (record_test_exists (&test, "a.mkv"));
  record_test_tear_down (&test);
}

static void
test_frames_without_time_or_readings (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  for (guint i = 0; i < 20; i++) {
    const GstClockTime pts = i % 2 ? GST_CLOCK_TIME_NONE : i * RECORD_FRAME;

    g_assert_cmpint (gst_harness_push (test.harness, caption_test_frame (NULL, pts, RECORD_FRAME)), ==, GST_FLOW_OK);
  }
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 19 * RECORD_FRAME, 10);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "", TRUE), ==, 0);
  record_test_tear_down (&test);
}

static void
test_encoders (void)
{
  static const gchar *const encoders[][3] = {
    { "x264", "x264enc", "h264" },   { "vp8", "vp8enc", "vp8" },       { "vp9", "vp9enc", "vp9" },
    { "mjpeg", "jpegenc", "mjpeg" }, { "ffv1", "avenc_ffv1", "ffv1" },
  };

  if (!record_test_can_probe ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (encoders[i][1]);
    RecordTest test;

    if (!factory)
      continue;
    record_test_set_up (&test, "bitrate", 500, NULL);
    gst_element_set_state (test.harness->element, GST_STATE_NULL);
    gst_util_set_object_arg (G_OBJECT (test.harness->element), "encoder", encoders[i][0]);
    gst_harness_play (test.harness);
    gst_harness_set_src_caps_str (test.harness, "video/x-raw, format=I420, width=16, height=16, framerate=10/1");
    record_test_show (&test, 5 SECONDS);
    record_test_finish (&test);
    record_test_expect (&test, "a.mkv", 0, 5 SECONDS, 50);
    record_test_plays (&test, "a.mkv", encoders[i][2], 50, 50);
    g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", TRUE), ==, 50);
    record_test_tear_down (&test);
  }
}

/* The only pad of @bin leads to the recorder @name, whose own bin has none left over, also after it was in @state. */
static void
assert_leads_to (GstElement *bin, const gchar *name, GstState state)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (bin, "sink");
  g_autoptr (GstPad) target = gst_ghost_pad_get_target (GST_GHOST_PAD (pad));
  g_autoptr (GstElement) element = gst_pad_get_parent_element (target);

  g_assert_cmpuint (bin->numpads, ==, 1);
  g_assert_cmpstr (GST_OBJECT_NAME (element), ==, name);
  g_assert_cmpint (gst_element_set_state (element, state), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_null (gst_bin_find_unlinked_pad (GST_BIN (element), GST_PAD_SRC));
}

/* Where a bin is made of a line, what is not linked yet becomes its pads: nothing of the inside of a recorder. */
static void
test_in_a_bin (void)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    RecordTest test;
    g_autofree gchar *line = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (GstElement) bin = NULL;

    record_test_set_up (&test, NULL);
    line = g_strdup_printf ("dermarecord name=inner encoder=mjpeg location=%s", test.path);
    bin = gst_object_ref_sink (gst_parse_bin_from_description (line, TRUE, &error));
    g_assert_no_error (error);
    assert_leads_to (bin, "inner", states[i]);
    record_test_tear_down (&test);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record/film-captions-and-sidecar", test_film_captions_and_sidecar);
  g_test_add_func ("/record/stream-that-does-not-begin-at-zero", test_stream_that_does_not_begin_at_zero);
  g_test_add_func ("/record/parts-by-duration", test_parts_by_duration);
  g_test_add_func ("/record/parts-by-size", test_parts_by_size);
  g_test_add_func ("/record/never-overwrites", test_never_overwrites);
  g_test_add_func ("/record/without-sidecar", test_without_sidecar);
  g_test_add_func ("/record/sidecar-elsewhere", test_sidecar_elsewhere);
  g_test_add_func ("/record/sidecar-nowhere", test_sidecar_nowhere);
  g_test_add_func ("/record/pre-roll", test_pre_roll);
  g_test_add_func ("/record/stop-and-start", test_stop_and_start);
  g_test_add_func ("/record/null-finishes-the-file", test_null_finishes_the_file);
  g_test_add_func ("/record/state-cycles", test_state_cycles);
  g_test_add_func ("/record/caps-change", test_caps_change);
  g_test_add_func ("/record/flush-begins-another-file", test_flush_begins_another_file);
  g_test_add_func ("/record/nothing-comes", test_nothing_comes);
  g_test_add_func ("/record/in-a-bin", test_in_a_bin);
  g_test_add_func ("/record/frames-without-time-or-readings", test_frames_without_time_or_readings);
  g_test_add_func ("/record/encoders", test_encoders);
  return element_test_run ();
}
