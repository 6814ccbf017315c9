/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements in streams that change all the time, flush, turn round, end and begin again. */
#include "storm.h"

#define N_RENEGOTIATIONS 500
#define N_STEPS 1500

static const gchar *const filters[] = {
  "dermaclassify evidence-window=0",
  "dermaclassify mode=async",
  "dermaclassify overlay=true adaptive=true",
  "dermaclassify mode=async overlay=true inference-interval=3",
  "dermaoverlay",
};

/* Each frame comes out with its caps; its pixels are the same unless something is drawn. */
static void
test_renegotiation (gconstpointer data)
{
  Stress stress = { 0 };

  stress_set_up (&stress, data);
  for (guint i = 0; i < N_RENEGOTIATIONS; i++) {
    g_autoptr (GstBuffer) out = NULL;
    g_autoptr (GstCaps) caps = NULL;
    GstVideoInfo info;

    stress_renegotiate (&stress, 64);
    g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_OK);
    out = gst_harness_pull (stress.harness);
    caps = gst_pad_get_current_caps (stress.harness->sinkpad);
    g_assert_true (gst_video_info_from_caps (&info, caps));
    g_assert_cmpstr (gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&info)), ==, stress.format);
    g_assert_cmpint (GST_VIDEO_INFO_WIDTH (&info), ==, stress.width);
    g_assert_cmpint (GST_VIDEO_INFO_HEIGHT (&info), ==, stress.height);
    g_assert_cmpuint (gst_buffer_get_size (out), ==, info.size);
  }
  g_assert_cmpuint (stress.watch.n_buffers, ==, N_RENEGOTIATIONS);
  stress_tear_down (&stress);
}

static void
storm (const gchar *description, gboolean timed)
{
  Stress stress = { 0 };

  stress_set_up (&stress, description);
  for (guint i = 0; i < N_STEPS; i++) {
    storm_step (&stress, timed);
    if (i % 50 == 0)
      stress_drain (&stress);
  }
  g_assert_cmpuint (stress.watch.n_buffers, >, 100);
  g_assert_cmpuint (stress.watch.n_flushes, >, 10);
  stress_tear_down (&stress);
}

static void
test_storm (gconstpointer data)
{
  storm (data, FALSE);
}

/* A stream that is not of times is an error there. */
static void
test_storm_caption (gconstpointer data)
{
  storm (data, TRUE);
}

static void
test_storm_replay (void)
{
  g_autofree gchar *path = stress_sidecar (100);
  g_autofree gchar *line = g_strdup_printf ("dermareplay sidecar=%s", path);

  storm (line, FALSE);
}

/* Events without a time may be made, though GStreamer's base class takes them for a mistake. */
static void
test_qos_without_time (gconstpointer data)
{
  g_autofree gchar *sidecar = stress_sidecar (1);
  g_autofree gchar *line = g_strdup_printf (data, sidecar);
  Stress stress = { 0 };
  g_autoptr (GstEvent) event = NULL;

  stress_set_up (&stress, line);
  gst_harness_push_upstream_event (stress.harness,
                                   gst_event_new_qos (GST_QOS_TYPE_OVERFLOW, 1.0, 0, GST_CLOCK_TIME_NONE));
  g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_OK);
  while ((event = gst_harness_try_pull_upstream_event (stress.harness)) && GST_EVENT_TYPE (event) != GST_EVENT_QOS)
    gst_clear_event (&event);
  g_assert_nonnull (event);
  stress_tear_down (&stress);
}

/* What is left to say of a stream that has ended is not said in the one after it. */
static void
test_caption_second (void)
{
  Stress stress = { 0 };
  guint n;

  stress_set_up (&stress, "dermacaption");
  g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_OK);
  gst_harness_push_event (stress.harness, gst_event_new_eos ());
  n = stress.watch.n_buffers;
  stress_restart (&stress);
  g_assert_cmpuint (stress.watch.n_buffers, ==, n);
  g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_OK);
  gst_harness_push_event (stress.harness, gst_event_new_eos ());
  g_assert_cmpuint (stress.watch.n_buffers, >, n);
  stress_tear_down (&stress);
}

/* A stream that is not of times is an error, and there is no text for its frames. */
static void
test_caption_untimed (void)
{
  Stress stress = { 0 };
  guint n;

  stress_set_up (&stress, "dermacaption");
  stress_segment (&stress, GST_FORMAT_BYTES, 1.0);
  n = stress.watch.n_buffers;
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_ERROR);
  g_assert_cmpuint (stress.watch.n_buffers, ==, n);
  element_test_expect (stress.harness, GST_MESSAGE_ERROR, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "time");
  stress_messages (stress.harness->element, GST_MESSAGE_ERROR); /* one for each frame */
  stress_segment (&stress, GST_FORMAT_TIME, 1.0);
  g_assert_cmpint (stress_push (&stress), ==, GST_FLOW_OK);
  stress_tear_down (&stress);
}

static void
add (const gchar *name, const gchar *description, GTestDataFunc function)
{
  g_autofree gchar *words = g_strdelimit (g_strdup (description), " =", '-');
  g_autofree gchar *path = g_strdup_printf ("/stress-stream/%s/%s", name, words);

  g_test_add_data_func (path, description, function);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++) {
    add ("renegotiation", filters[i], test_renegotiation);
    add ("storm", filters[i], test_storm);
  }
  add ("storm", "dermacaption", test_storm_caption);
  add ("storm", "dermacaption max-delay=500000000", test_storm_caption);
  add ("storm", "dermacaption max-delay=-1", test_storm_caption);
  g_test_add_func ("/stress-stream/storm/dermareplay", test_storm_replay);
  g_test_add_data_func ("/stress-stream/qos-without-time/dermaoverlay", "dermaoverlay", test_qos_without_time);
  g_test_add_data_func ("/stress-stream/qos-without-time/dermaclassify", "dermaclassify", test_qos_without_time);
  g_test_add_data_func ("/stress-stream/qos-without-time/dermareplay", "dermareplay sidecar=%s", test_qos_without_time);
  g_test_add_func ("/stress-stream/caption-second", test_caption_second);
  g_test_add_func ("/stress-stream/caption-untimed", test_caption_untimed);
  return element_test_run ();
}
