/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camgate.h"

#define MAX_PRESSES 16 /* that wait for a picture */

struct _DermaCamGate {
  GstPad *entry;
  GstPad *exit;
  gulong probe;
  DermaCamTell tell;
  gpointer user;
  GMutex lock;

  /* Under the lock. */
  gboolean started; /* a stream start has passed */
  gboolean has_segment;
  GstSegment segment; /* that passed last */
  gboolean expecting; /* the first picture of a feed */
  gboolean flowing;   /* a picture has passed since the feed was put in or resumed */
  gboolean end_allowed;
  gboolean end_passed;
  guint64 frames;
  gboolean presses[MAX_PRESSES];
  guint n_presses;
};

/* Whether a segment says nothing new. */
static gboolean
is_repeated (DermaCamGate *gate, GstEvent *event)
{
  const GstSegment *segment;
  gboolean repeated;

  gst_event_parse_segment (event, &segment);
  repeated = gate->has_segment && gst_segment_is_equal (segment, &gate->segment);
  gate->segment = *segment;
  gate->has_segment = TRUE;
  return repeated;
}

static GstPadProbeReturn
pass_event (DermaCamGate *gate, GstEvent *event)
{
  gboolean dropped = FALSE, ended = FALSE;

  g_mutex_lock (&gate->lock);
  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_STREAM_START:
    dropped = gate->started;
    gate->started = TRUE;
    break;
  case GST_EVENT_SEGMENT:
    dropped = is_repeated (gate, event);
    break;
  case GST_EVENT_FLUSH_STOP:
    gate->has_segment = FALSE;
    break;
  case GST_EVENT_EOS:
    dropped = ended = !gate->end_allowed;
    gate->end_passed = gate->end_allowed;
    break;
  default:
    break;
  }
  g_mutex_unlock (&gate->lock);
  if (ended)
    gate->tell (gate->user, DERMA_CAM_NEWS_END);
  return dropped ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void
push_press (DermaCamGate *gate, gboolean pressed)
{
  GstStructure *structure = gst_structure_new ("derma-still-button", "pressed", G_TYPE_BOOLEAN, pressed, NULL);

  gst_pad_push_event (gate->exit, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, structure));
}

static GstPadProbeReturn
pass_picture (DermaCamGate *gate, GstPadProbeInfo *info)
{
  gboolean presses[MAX_PRESSES];
  gboolean first;
  guint n;

  g_mutex_lock (&gate->lock);
  first = gate->expecting;
  gate->expecting = FALSE;
  gate->flowing = TRUE;
  gate->frames++;
  n = gate->n_presses;
  for (guint i = 0; i < n; i++)
    presses[i] = gate->presses[i];
  gate->n_presses = 0;
  g_mutex_unlock (&gate->lock);

  for (guint i = 0; i < n; i++)
    push_press (gate, presses[i]);
  if (!first)
    return GST_PAD_PROBE_OK;
  info->data = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_BUFFER_FLAG_SET (GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_DISCONT);
  gate->tell (gate->user, DERMA_CAM_NEWS_PICTURES);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
pass (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return pass_picture (data, info);
  return pass_event (data, GST_PAD_PROBE_INFO_EVENT (info));
}

DermaCamGate *
derma_cam_gate_new (GstElement *exit, DermaCamTell tell, gpointer user)
{
  DermaCamGate *gate = g_new0 (DermaCamGate, 1);

  gate->entry = gst_element_get_static_pad (exit, "sink");
  gate->exit = gst_element_get_static_pad (exit, "src");
  gate->tell = tell;
  gate->user = user;
  gate->expecting = TRUE;
  g_mutex_init (&gate->lock);
  gate->probe = gst_pad_add_probe (
      gate->entry, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      pass, gate, NULL);
  return gate;
}

void
derma_cam_gate_free (DermaCamGate *gate)
{
  gst_pad_remove_probe (gate->entry, gate->probe);
  gst_object_unref (gate->entry);
  gst_object_unref (gate->exit);
  g_mutex_clear (&gate->lock);
  g_free (gate);
}

void
derma_cam_gate_expect (DermaCamGate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->expecting = TRUE;
  gate->flowing = FALSE;
  g_mutex_unlock (&gate->lock);
}

void
derma_cam_gate_resume (DermaCamGate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->flowing = FALSE;
  g_mutex_unlock (&gate->lock);
}

gboolean
derma_cam_gate_is_flowing (DermaCamGate *gate)
{
  gboolean flowing;

  g_mutex_lock (&gate->lock);
  flowing = gate->flowing;
  g_mutex_unlock (&gate->lock);
  return flowing;
}

void
derma_cam_gate_allow_end (DermaCamGate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->end_allowed = TRUE;
  g_mutex_unlock (&gate->lock);
}

gboolean
derma_cam_gate_end (DermaCamGate *gate)
{
  gboolean allowed, missing;

  g_mutex_lock (&gate->lock);
  allowed = gate->end_allowed;
  missing = allowed && !gate->end_passed;
  g_mutex_unlock (&gate->lock);
  if (missing)
    gst_pad_send_event (gate->entry, gst_event_new_eos ());
  return allowed;
}

void
derma_cam_gate_press (DermaCamGate *gate, gboolean pressed)
{
  g_mutex_lock (&gate->lock);
  if (gate->n_presses < MAX_PRESSES)
    gate->presses[gate->n_presses++] = pressed;
  g_mutex_unlock (&gate->lock);
}

guint64
derma_cam_gate_get_frames (DermaCamGate *gate)
{
  guint64 frames;

  g_mutex_lock (&gate->lock);
  frames = gate->frames;
  g_mutex_unlock (&gate->lock);
  return frames;
}
