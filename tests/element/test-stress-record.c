/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermarecord in streams that change all the time, of frames that are none, and that end at any moment. */
#include "reel.h"
#include "storm.h"

#define N_ROUNDS 25
#define N_STEPS 30
#define N_FRAMES 10
#define FRAME (40 * GST_MSECOND)

/* What comes of it are files that play, of all that it said was in them. */
static void
test_storm (gconstpointer data)
{
  Stress stress;
  Reel reel;

  reel_open (&reel);
  reel_start (&reel, &stress, data);
  element_test_set_caps (stress.harness, stress.format, stress.width, stress.height);
  for (guint i = 0; i < N_ROUNDS; i++) {
    for (guint j = 0; j < N_STEPS; j++)
      storm_step (&stress, FALSE);
    stress_flush (&stress);
    g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_OK);
    reel_end (&reel, &stress, 0, 0);
    stress_flush (&stress);
  }
  g_assert_cmpuint (reel.parts, >=, N_ROUNDS);
  g_assert_cmpuint (reel.frames, >=, N_ROUNDS);
  stress_tear_down (&stress);
  reel_close (&reel);
}

static void
begin (Reel *reel, Stress *stress)
{
  reel_open (reel);
  reel_start (reel, stress, "");
  element_test_set_caps (stress->harness, stress->format, stress->width, stress->height);
}

static void
finish (Reel *reel, Stress *stress, guint parts, guint64 frames)
{
  reel_end (reel, stress, 0, 0);
  g_assert_cmpuint (reel->parts, ==, parts);
  g_assert_cmpuint (reel->frames, ==, frames);
  stress_tear_down (stress);
  reel_close (reel);
}

static void
push (Stress *stress, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (stress_push (stress), ==, GST_FLOW_OK);
}

/* So many frames are not recorded, and why is said once. */
static void
assert_left_out (Stress *stress, guint n, gint code, const gchar *words)
{
  g_assert_cmpuint (element_test_stat (stress->harness, "dropped"), ==, n);
  element_test_expect (stress->harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, code, words);
}

/* Whatever a frame says of its time, those before and after it are in the file in order. */
static void
push_at (Stress *stress, GstClockTime pts, GstClockTime duration)
{
  GstBuffer *frame = stress_frame (stress);

  GST_BUFFER_PTS (frame) = pts;
  GST_BUFFER_DURATION (frame) = duration;
  g_assert_cmpint (gst_harness_push (stress->harness, frame), ==, GST_FLOW_OK);
}

static void
test_no_time (void)
{
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  for (guint i = 0; i < N_FRAMES; i++) {
    push_at (&stress, GST_CLOCK_TIME_NONE, i % 2 ? FRAME : GST_CLOCK_TIME_NONE);
    push (&stress, 1);
  }
  assert_left_out (&stress, N_FRAMES, GST_STREAM_ERROR_FORMAT, "without a time|1 frame left out");
  finish (&reel, &stress, 1, N_FRAMES);
}

static void
test_no_duration (void)
{
  static const GstClockTime durations[] = { GST_CLOCK_TIME_NONE, 0, 1, G_MAXUINT64 - 1, GST_SECOND * 3600 * 24 };
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  for (guint i = 0; i < N_FRAMES; i++)
    push_at (&stress, stress.now, durations[i % G_N_ELEMENTS (durations)]);
  finish (&reel, &stress, 1, N_FRAMES);
}

static void
test_backwards (void)
{
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  for (guint i = 0; i < N_FRAMES; i++)
    push_at (&stress, (N_FRAMES - i) * FRAME, FRAME);
  push (&stress, N_FRAMES);
  finish (&reel, &stress, 1, 2 * N_FRAMES);
}

/* A time that no clock has: what comes after it is in another file, and not behind a pause of years. */
static void
test_wrong_times (void)
{
  static const GstClockTime times[] = { G_MAXUINT64 - 1, G_MAXUINT64 / 2, G_MAXUINT64 / 2 + 2, G_MAXINT64 / 1000,
                                        GST_SECOND * 3600 * 24 * 366 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    Stress stress;
    Reel reel;

    begin (&reel, &stress);
    push (&stress, N_FRAMES);
    push_at (&stress, times[i], FRAME);
    push (&stress, N_FRAMES);
    finish (&reel, &stress, 2, 2 * N_FRAMES + 1);
  }
}

/* Too little or nothing in a buffer: others are recorded. */
static void
test_wrong_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 100, 32 * 24 * 3 - 1 };
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  push (&stress, 1);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstBuffer *frame = stress_frame (&stress);

    gst_buffer_resize (frame, 0, (gssize)sizes[i]);
    g_assert_cmpint (gst_harness_push (stress.harness, frame), ==, GST_FLOW_OK);
    push (&stress, 1);
  }
  assert_left_out (&stress, G_N_ELEMENTS (sizes), GST_STREAM_ERROR_FORMAT, "not what their caps say|1 frame");
  finish (&reel, &stress, 1, 1 + G_N_ELEMENTS (sizes));
}

/* A meta of a picture that is not that of the caps, or not within the buffer. */
static void
push_with_meta (Stress *stress, GstVideoFormat format, guint width, guint height, gsize offset, gint stride)
{
  GstBuffer *frame = stress_frame (stress);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { offset };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride };

  gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE, format, width, height, 1, offsets, strides);
  g_assert_cmpint (gst_harness_push (stress->harness, frame), ==, GST_FLOW_OK);
}

static void
test_wrong_meta (void)
{
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, 1, 96);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, 0, 97);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, 0, 95);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, 0, -96);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, 0, G_MAXINT);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, G_MAXSIZE - 95, 96);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 16, 24, 0, 96);
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 0, 0, 96);
  push_with_meta (&stress, GST_VIDEO_FORMAT_GRAY8, 32, 24, 0, 32);
  assert_left_out (&stress, 9, GST_STREAM_ERROR_FORMAT, "not what their caps say|1 frame");
  push_with_meta (&stress, GST_VIDEO_FORMAT_RGB, 32, 24, 0, 96);
  finish (&reel, &stress, 1, 1);
}

static void
test_empty_buffers (void)
{
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  for (guint i = 0; i < N_FRAMES; i++) {
    GstBuffer *frame = gst_buffer_new ();

    GST_BUFFER_PTS (frame) = stress.now;
    g_assert_cmpint (gst_harness_push (stress.harness, frame), ==, GST_FLOW_OK);
  }
  assert_left_out (&stress, N_FRAMES, GST_STREAM_ERROR_FORMAT, "not what their caps say");
  finish (&reel, &stress, 0, 0);
}

/* Caps that no encoder takes, in mid-stream; what was recorded until then is there. */
static void
test_strange_caps (void)
{
  static const gchar *const strange[] = {
    "video/x-raw, format=RGB, width=32, height=0, framerate=25/1",
    "video/x-raw, format=NONSENSE, width=32, height=24, framerate=25/1",
    "video/x-raw, format=RGB, width=32767, height=32767, framerate=25/1",
    "video/x-raw, framerate=25/1",
    "video/x-raw, format=RGB, width=32, height=24, framerate=0/1",
    "video/x-raw, format=RGB, width=32, height=24, framerate=2147483647/1",
    "video/x-raw, format=RGB, width=32, height=24, pixel-aspect-ratio=2147483647/1, framerate=25/1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (strange); i++) {
    Stress stress;
    Reel reel;
    g_autoptr (GstBus) bus = NULL;

    begin (&reel, &stress);
    bus = gst_element_get_bus (stress.harness->element);
    push (&stress, N_FRAMES);
    reel_await (&stress, N_FRAMES);
    gst_harness_set_src_caps_str (stress.harness, strange[i]);
    for (guint j = 0; j < N_FRAMES; j++)
      stress_push (&stress);
    gst_element_set_state (stress.harness->element, GST_STATE_NULL);
    reel_look (&reel, bus, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
    g_assert_cmpuint (reel.parts, >=, 1);
    g_assert_cmpuint (reel.frames, >=, N_FRAMES);
    stress_tear_down (&stress);
    reel_close (&reel);
  }
}

/* Before anything else has come: no file. */
static void
test_end_first (gconstpointer data)
{
  Stress stress;
  Reel reel;

  reel_open (&reel);
  reel_start (&reel, &stress, "");
  if (data)
    element_test_set_caps (stress.harness, stress.format, stress.width, stress.height);
  reel_end (&reel, &stress, 0, 0);
  g_assert_cmpuint (reel.parts, ==, 0);
  gst_harness_push_event (stress.harness, gst_event_new_flush_start ());
  gst_harness_push_event (stress.harness, gst_event_new_flush_stop (TRUE));
  stress_restart (&stress);
  push (&stress, N_FRAMES);
  finish (&reel, &stress, 1, N_FRAMES);
}

/* After n frames, and once more; then another stream, after a flush, is another file. */
static void
test_end_twice (void)
{
  for (guint n = 1; n <= N_FRAMES; n++) {
    Stress stress;
    Reel reel;

    begin (&reel, &stress);
    push (&stress, n);
    reel_end (&reel, &stress, 0, 0);
    g_assert_cmpuint (reel.frames, ==, n);
    g_assert_false (gst_harness_push_event (stress.harness, gst_event_new_eos ()));
    g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_EOS);
    stress_flush (&stress);
    push (&stress, n);
    finish (&reel, &stress, 2, 2 * n);
  }
}

/* A sink that has ended says so until there is a flush, whatever stream begins. */
static void
test_end_without_flush (void)
{
  Stress stress;
  Reel reel;

  begin (&reel, &stress);
  push (&stress, N_FRAMES);
  reel_end (&reel, &stress, 0, 0);
  stress_restart (&stress);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_EOS);
  stress_flush (&stress);
  push (&stress, N_FRAMES);
  finish (&reel, &stress, 2, 2 * N_FRAMES);
}

/* Stopped at once, with or without an end: what had been written is a file that plays. */
static void
test_end_and_stop (void)
{
  for (guint n = 0; n < 3 * N_FRAMES; n++) {
    Stress stress;
    Reel reel;

    begin (&reel, &stress);
    push (&stress, n);
    if (n % 3 > 0)
      gst_harness_push_event (stress.harness, gst_event_new_eos ());
    g_assert_cmpint (gst_element_set_state (stress.harness->element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    reel_check (&reel, &stress);
    g_assert_cmpuint (reel.frames, <=, n);
    g_assert_cmpint (gst_element_set_state (stress.harness->element, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
    reel = (Reel){ .folder = reel.folder, .path = reel.path };
    stress_restart (&stress);
    push (&stress, N_FRAMES);
    finish (&reel, &stress, 1, N_FRAMES);
  }
}

/* Times that are none are of no use to a recording, which is said. */
static void
test_wrong_segment (void)
{
  static const GstFormat formats[] = { GST_FORMAT_BYTES, GST_FORMAT_DEFAULT, GST_FORMAT_BUFFERS };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    Stress stress;
    Reel reel;

    begin (&reel, &stress);
    push (&stress, N_FRAMES);
    stress_segment (&stress, formats[i], 1.0);
    push (&stress, N_FRAMES);
    assert_left_out (&stress, N_FRAMES, GST_STREAM_ERROR_FORMAT, "without a time");
    stress_segment (&stress, GST_FORMAT_TIME, 1.0);
    push (&stress, N_FRAMES);
    finish (&reel, &stress, 1, 2 * N_FRAMES);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/stress-record/storm/plain", "", test_storm);
  g_test_add_data_func ("/stress-record/storm/parts", "max-duration=1 max-size=20000", test_storm);
  g_test_add_data_func ("/stress-record/storm/pre-roll", "pre-roll=1 recording=true", test_storm);
  g_test_add_func ("/stress-record/no-time", test_no_time);
  g_test_add_func ("/stress-record/no-duration", test_no_duration);
  g_test_add_func ("/stress-record/backwards", test_backwards);
  g_test_add_func ("/stress-record/wrong-times", test_wrong_times);
  g_test_add_func ("/stress-record/wrong-sizes", test_wrong_sizes);
  g_test_add_func ("/stress-record/wrong-meta", test_wrong_meta);
  g_test_add_func ("/stress-record/empty-buffers", test_empty_buffers);
  g_test_add_func ("/stress-record/strange-caps", test_strange_caps);
  g_test_add_data_func ("/stress-record/end-too-early/before-caps", NULL, test_end_first);
  g_test_add_data_func ("/stress-record/end-too-early/before-frames", "caps", test_end_first);
  g_test_add_func ("/stress-record/end-twice", test_end_twice);
  g_test_add_func ("/stress-record/end-without-flush", test_end_without_flush);
  g_test_add_func ("/stress-record/end-and-stop", test_end_and_stop);
  g_test_add_func ("/stress-record/wrong-segment", test_wrong_segment);
  return element_test_run ();
}
