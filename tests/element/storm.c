/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storm.h"

#include "captiontest.h"
#include "readingmeta.h"

/* For what draws readings or puts them into words. */
static void
add_reading (GstBuffer *frame)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) fields = NULL;

  caption_test_reading (&reading, (guint)stress_int (0, 3), (gfloat)stress_int (30, 100) / 100.0f,
                        (DermaState)stress_int (0, DERMA_STATE_UNCERTAIN));
  reading.lesion = (guint)stress_int (0, 2);
  reading.pts = GST_BUFFER_PTS (frame);
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
  const GstClockTime time =
      !stress->dated && stress_chance (5) ? GST_CLOCK_TIME_NONE : (guint64)stress_int (0, 2000) * GST_MSECOND;

  if (GST_CLOCK_TIME_IS_VALID (time) && diff < 0 && (GstClockTime)-diff > time)
    return;
  gst_pad_push_event (stress->below, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, stress_int (0, 20) / 10.0, diff, time));
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

void
storm_step (Stress *stress, gboolean timed)
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
