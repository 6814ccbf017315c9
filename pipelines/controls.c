/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "controls.h"

#include <derma/error.h>

#include <errno.h>

/* Returns: the new value */
static gboolean
toggle (GstElement *element, const gchar *property)
{
  gboolean value = FALSE;

  g_object_get (element, property, &value, NULL);
  g_object_set (element, property, !value, NULL);
  return !value;
}

static void
take_snapshot (GstElement *classify, GError **error)
{
  g_autofree gchar *folder = NULL;
  gboolean taken;

  g_object_get (classify, "snapshot-location", &folder, NULL);
  if (folder && g_mkdir_with_parents (folder, 0777) < 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be created: %s", folder, g_strerror (errno));
    return;
  }
  g_signal_emit_by_name (classify, "snapshot", &taken);
}

/* If the folder cannot be made, the element says that there is none. */
static GstPadProbeReturn
take_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), "derma-still-button"))
    g_mkdir_with_parents (data, 0777);
  return GST_PAD_PROBE_OK;
}

void
controls_set_snapshots (GstElement *pipeline, const gchar *folder)
{
  g_autoptr (GstElement) classify = gst_bin_get_by_name (GST_BIN (pipeline), "classify");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (classify, "sink");

  g_object_set (classify, "snapshot-location", folder, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, take_event, g_strdup (folder), g_free);
}

gchar *
controls_act (GstElement *pipeline, KeyAction action, GError **error)
{
  g_autoptr (GstElement) classify = gst_bin_get_by_name (GST_BIN (pipeline), "classify");
  g_autoptr (GstElement) overlay = gst_bin_get_by_name (GST_BIN (pipeline), "overlay");

  switch (action) {
  case KEY_FREEZE:
    return g_strdup (toggle (classify, "frozen") ? "frozen" : "live again");
  case KEY_SNAPSHOT:
    take_snapshot (classify, error);
    return NULL;
  case KEY_OVERLAY:
    return g_strdup (toggle (overlay, "enabled") ? "the reading is shown" : "the reading is hidden");
  case KEY_RATE:
    return g_strdup (toggle (overlay, "show-rate") ? "frames per second are shown" : "frames per second are hidden");
  default:
    return NULL;
  }
}
