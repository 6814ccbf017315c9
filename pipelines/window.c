/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "window.h"

#include <string.h>

typedef struct {
  GstElement *pipeline;
  GstElement *window;
  WindowGone gone;
  gpointer data;
} Removal;

/* Who shows has posted a message before it fails. */
static GstFlowReturn
show (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  const GstFlowReturn shown = gst_proxy_pad_chain_default (pad, parent, buffer);

  return shown == GST_FLOW_ERROR ? GST_FLOW_OK : shown;
}

GstElement *
window_new (const gchar *line, GError **error)
{
  GstElement *window = gst_parse_bin_from_description_full (line, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_autoptr (GstPad) entry = window ? gst_element_get_static_pad (window, "sink") : NULL;

  if (entry)
    gst_pad_set_chain_function (entry, show);
  return window;
}

gboolean
window_is_closed (GstMessage *error)
{
  g_autoptr (GError) cause = NULL;

  gst_message_parse_error (error, &cause, NULL);
  /* Nothing else tells it from a display that is not there; no sink translates it. */
  return g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND)
         && strcmp (cause->message, "Output window was closed") == 0;
}

static void
removal_free (gpointer data)
{
  Removal *removal = data;

  gst_object_unref (removal->pipeline);
  gst_object_unref (removal->window);
  g_free (removal);
}

static gboolean
tell (gpointer data)
{
  Removal *removal = data;

  gst_bin_remove (GST_BIN (removal->pipeline), removal->window);
  gst_element_set_state (removal->window, GST_STATE_NULL);
  removal->gone (removal->data);
  return G_SOURCE_REMOVE;
}

/* No frame is on its way through the pad. */
static GstPadProbeReturn
cut_off (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_autoptr (GstPad) entry = gst_pad_get_peer (pad);

  if (entry)
    gst_pad_unlink (pad, entry);
  g_idle_add_full (G_PRIORITY_DEFAULT, tell, data, removal_free);
  return GST_PAD_PROBE_REMOVE;
}

/* (transfer full) (nullable): the child of the pipeline that the sink is in */
static GstElement *
find_window (GstElement *pipeline, GstObject *sink)
{
  GstObject *child = gst_object_ref (sink);

  while (child && !gst_object_has_as_parent (child, GST_OBJECT (pipeline))) {
    GstObject *parent = gst_object_get_parent (child);

    gst_object_unref (child);
    child = parent;
  }
  return (GstElement *)child;
}

gboolean
window_take_out (GstElement *pipeline, GstObject *sink, WindowGone gone, gpointer data)
{
  g_autoptr (GstElement) window = find_window (pipeline, sink);
  g_autoptr (GstPad) entry = window ? gst_element_get_static_pad (window, "sink") : NULL;
  g_autoptr (GstPad) exit = entry ? gst_pad_get_peer (entry) : NULL;
  g_autoptr (GstElement) before = exit ? gst_pad_get_parent_element (exit) : NULL;
  Removal *removal;

  if (!before || before->numsrcpads < 2)
    return FALSE;
  removal = g_new0 (Removal, 1);
  removal->pipeline = gst_object_ref (pipeline);
  removal->window = gst_object_ref (window);
  removal->gone = gone;
  removal->data = data;
  gst_pad_add_probe (exit, GST_PAD_PROBE_TYPE_IDLE, cut_off, removal, NULL);
  return TRUE;
}
