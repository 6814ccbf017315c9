/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements in streams that change all the time, flush, turn round, end and begin again. */
#include "captiontest.h"
#include "readingmeta.h"
#include "stress.h"

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

/* For what draws readings or puts them into words. */
static void
add_reading (GstBuffer *frame)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) fields = NULL;

  caption_test_reading (&reading, (guint)stress_int (0, 3), (gfloat)stress_int (30, 100) / 100.0f,
                        (DermaState)stress_int (0, DERMA_STATE_UNCERTAIN));
  reading.lesion = (guint)stress_int (0, 2);
  fields = derma_reading_to_structure (&reading, DERMA_READING_META_NAME);
  derma_reading_meta_set (frame, fields, 0);
}

/* Pushes a frame which may be marked, come late, go back or have no time. */
static void
push_odd_frame (Stress *stress)
{
  GstBuffer *frame = stress_frame (stress);
  GstFlowReturn flow;

  if (stress_chance (2))
    add_reading (frame);
  if (stress_chance (4))
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_DISCONT);
  if (stress_chance (8))
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_GAP);
  if (stress_chance (8))
    GST_BUFFER_PTS (frame) = (guint64)stress_int (0, 1000) * GST_SECOND;
  if (stress_chance (20))
    GST_BUFFER_PTS (frame) = GST_CLOCK_TIME_NONE;
  if (stress_chance (20))
    GST_BUFFER_PTS (frame) = G_MAXUINT64 - 2;
  if (stress_chance (8))
    GST_BUFFER_DURATION (frame) = GST_CLOCK_TIME_NONE;
  flow = gst_harness_push (stress->harness, frame);
  g_assert_true (flow == GST_FLOW_OK || flow == GST_FLOW_EOS);
}

static void
push_qos (Stress *stress)
{
  const GstClockTimeDiff diff = stress_int (-1000, 1000) * GST_MSECOND;
  const GstClockTime time = stress_chance (5) ? GST_CLOCK_TIME_NONE : (guint64)stress_int (0, 2000) * GST_MSECOND;

  if (GST_CLOCK_TIME_IS_VALID (time) && diff < 0 && (GstClockTime)-diff > time)
    return;
  gst_harness_push_upstream_event (stress->harness,
                                   gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, stress_int (0, 20) / 10.0, diff, time));
}

static void
push_gap (Stress *stress)
{
  gst_harness_push_event (stress->harness,
                          gst_event_new_gap (stress->now, stress_chance (3) ? GST_CLOCK_TIME_NONE : GST_SECOND));
}

static void
end_and_go_on (Stress *stress)
{
  gst_harness_push_event (stress->harness, gst_event_new_eos ());
  if (stress_chance (2))
    stress_flush (stress);
  else
    stress_restart (stress);
}

static void
take_step (Stress *stress, gboolean timed)
{
  static const gdouble rates[] = { 1.0, 2.0, 0.5, -1.0, -3.5, 1000.0 };
  static const GstFormat formats[] = { GST_FORMAT_BYTES, GST_FORMAT_DEFAULT };

  switch (stress_int (0, 15)) {
  case 0:
    stress_flush (stress);
    stress->now = (guint64)stress_int (0, 100) * GST_SECOND;
    break;
  case 1:
    stress_segment (stress, GST_FORMAT_TIME, rates[stress_int (0, G_N_ELEMENTS (rates) - 1)]);
    break;
  case 2:
    if (!timed)
      stress_segment (stress, formats[stress_int (0, 1)], 1.0);
    break;
  case 3:
    push_gap (stress);
    break;
  case 4:
    push_qos (stress);
    break;
  case 5:
    if (stress_chance (4))
      end_and_go_on (stress);
    break;
  case 6:
    stress_renegotiate (stress, 48);
    break;
  case 7:
    gst_harness_push_event (stress->harness, gst_event_new_tag (gst_tag_list_new_empty ()));
    break;
  case 8:
    gst_harness_push_event (stress->harness,
                            gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("x")));
    break;
  default:
    push_odd_frame (stress);
    break;
  }
}

static void
storm (const gchar *description, gboolean timed)
{
  Stress stress = { 0 };

  stress_set_up (&stress, description);
  for (guint i = 0; i < N_STEPS; i++) {
    take_step (&stress, timed);
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
