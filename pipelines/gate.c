/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gate.h"

#include <gst/video/video.h>

#define LEAST_HEIGHT 720
#define ENLARGED_HEIGHT 768.0
#define LONGEST_SIDE 1920.0

struct _Gate {
  GstPad *pad;
  gulong probe;
  GstClockTime limit;
  GateSized sized;
  gpointer data;
  gint closed; /* atomic */
  gint frames; /* atomic */
  /* Of the streaming thread: */
  gboolean is_sized;
  gboolean ended;
  GstSegment segment;
  GstClockTime first;
  GstClockTime end;
};

static gint
even (gdouble pixels)
{
  return MAX (2, 2 * (gint)(pixels / 2.0 + 0.5));
}

void
gate_fit (gint *width, gint *height)
{
  gdouble scale = *height < LEAST_HEIGHT ? ENLARGED_HEIGHT / *height : 1.0;

  scale = MIN (scale, LONGEST_SIDE / MAX (*width, *height));
  *width = even (*width * scale);
  *height = even (*height * scale);
}

static void
take_caps (Gate *gate, GstCaps *caps)
{
  GstVideoInfo info;
  gint width;
  gint height;

  if (gate->is_sized || !gst_video_info_from_caps (&info, caps))
    return;
  /* Shown with square pixels. */
  width = (gint)CLAMP (gst_util_uint64_scale_int ((guint64)GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_PAR_N (&info),
                                                  MAX (1, GST_VIDEO_INFO_PAR_D (&info))),
                       1, G_MAXINT);
  height = GST_VIDEO_INFO_HEIGHT (&info);
  gate_fit (&width, &height);
  gate->is_sized = TRUE;
  gate->sized (width, height, gate->data);
}

static void
take_event (Gate *gate, GstEvent *event)
{
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment (event, &gate->segment);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    take_caps (gate, caps);
  }
}

/* Whether the frame still belongs to what is wanted; counts it if so. */
static gboolean
admit (Gate *gate, GstBuffer *buffer)
{
  GstClockTime now = GST_CLOCK_TIME_NONE;

  if (gate->ended || g_atomic_int_get (&gate->closed))
    return FALSE;
  if (GST_BUFFER_PTS_IS_VALID (buffer) && gate->segment.format == GST_FORMAT_TIME)
    now = gst_segment_to_running_time (&gate->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (now)) {
    if (!GST_CLOCK_TIME_IS_VALID (gate->first))
      gate->first = now;
    if (GST_CLOCK_TIME_IS_VALID (gate->limit) && now >= gate->first + gate->limit)
      return FALSE;
    gate->end = now + (GST_BUFFER_DURATION_IS_VALID (buffer) ? GST_BUFFER_DURATION (buffer) : 0);
  }
  g_atomic_int_inc (&gate->frames);
  return TRUE;
}

static GstPadProbeReturn
probe (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Gate *gate = data;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    take_event (gate, GST_PAD_PROBE_INFO_EVENT (info));
    return GST_PAD_PROBE_OK;
  }
  if (admit (gate, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_OK;
  if (!gate->ended) {
    gate->ended = TRUE;
    gst_pad_push_event (pad, gst_event_new_eos ());
  }
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = NULL;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_EOS;
  return GST_PAD_PROBE_HANDLED;
}

Gate *
gate_new (GstPad *pad, GstClockTime limit, GateSized sized, gpointer data)
{
  Gate *gate = g_new0 (Gate, 1);

  gate->pad = gst_object_ref (pad);
  gate->limit = limit;
  gate->sized = sized;
  gate->data = data;
  gate->first = GST_CLOCK_TIME_NONE;
  gst_segment_init (&gate->segment, GST_FORMAT_UNDEFINED);
  gate->probe =
      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, probe, gate, NULL);
  return gate;
}

void
gate_free (Gate *gate)
{
  if (!gate)
    return;
  gst_pad_remove_probe (gate->pad, gate->probe);
  gst_object_unref (gate->pad);
  g_free (gate);
}

void
gate_close (Gate *gate)
{
  g_atomic_int_set (&gate->closed, 1);
}

guint
gate_get_frames (Gate *gate)
{
  return (guint)g_atomic_int_get (&gate->frames);
}

GstClockTime
gate_get_time (Gate *gate)
{
  return GST_CLOCK_TIME_IS_VALID (gate->first) ? gate->end - gate->first : 0;
}
