/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recordpipeline.h"

#include "window.h"

#include <derma/error.h>

static const gchar reading_line[] =
    "identity name=gate silent=true ! dermaclassify name=classify post-messages=true ! "
    "videoconvertscale add-borders=true ! capsfilter name=size ! tee name=tee ! dermarecord name=record";
static const gchar window_line[] =
    "queue max-size-bytes=0 max-size-time=0 max-size-buffers=4 leaky=downstream ! videoconvertscale ! dermaoverlay ! "
    "videoconvert ! autovideosink";

static void
ignore_size (gint width, gint height, gpointer data)
{
}

/* Frames that follow, as of a folder of pictures, are brought to the size of the first one. */
static GstPadProbeReturn
take_size (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autoptr (GstCaps) size = NULL;
  const GstStructure *structure;
  GstCaps *caps;
  gint width, height;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  structure = gst_caps_get_structure (caps, 0);
  if (!gst_structure_get_int (structure, "width", &width) || !gst_structure_get_int (structure, "height", &height))
    return GST_PAD_PROBE_OK;
  size = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, gst_structure_get_string (structure, "format"),
                              "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, NULL);
  g_object_set (GST_ELEMENT (data), "caps", size, NULL);
  return GST_PAD_PROBE_REMOVE;
}

static void
set_recorder (GstElement *record, const RecordOptions *options)
{
  g_object_set (record, "location", options->output, "tags", options->tags, "max-duration", options->max_duration,
                "max-size", (guint64)(options->max_size * 1e6), "bitrate", (guint)options->bitrate, NULL);
  if (options->encoder)
    gst_util_set_object_arg (G_OBJECT (record), "encoder", options->encoder);
}

static void
set_elements (GstBin *bin, const Input *input, const RecordOptions *options)
{
  g_autoptr (GstElement) classify = gst_bin_get_by_name (bin, "classify");
  g_autoptr (GstElement) record = gst_bin_get_by_name (bin, "record");

  if (options->model)
    g_object_set (classify, "model", options->model, NULL);
  g_object_set (classify, "threads", options->threads, "evidence-window", options->evidence, NULL);
  /* A camera is not held up by the network; of a file every frame is read. */
  gst_util_set_object_arg (G_OBJECT (classify), "mode", input->is_live ? "async" : "sync");
  g_object_set (classify, "qos", FALSE, NULL);
  set_recorder (record, options);
}

static gboolean
add_window (GstBin *bin, GError **error)
{
  GstElement *window = window_new (window_line, error);
  g_autoptr (GstElement) tee = gst_bin_get_by_name (bin, "tee");

  if (!window)
    return FALSE;
  gst_bin_add (bin, window);
  return gst_element_link (tee, window);
}

static gboolean
link_input (GstBin *bin, Input *input, GstElement *gate, GError **error)
{
  gst_bin_add (bin, input->source);
  if (gst_element_link (input->source, gate))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: cannot be linked", input->described);
  return FALSE;
}

gboolean
record_pipeline_build (RecordPipeline *pipeline, Input *input, const RecordOptions *options, gboolean display,
                       GError **error)
{
  const GstClockTime limit =
      options->seconds > 0.0 ? (GstClockTime)(options->seconds * GST_SECOND + 0.5) : GST_CLOCK_TIME_NONE;
  g_autoptr (GstElement) gate = NULL, size = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstBin *bin;

  pipeline->element = gst_parse_launch_full (reading_line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (!pipeline->element)
    return FALSE;
  bin = GST_BIN (pipeline->element);
  gate = gst_bin_get_by_name (bin, "gate");
  size = gst_bin_get_by_name (bin, "size");
  pad = gst_element_get_static_pad (gate, "src");
  pipeline->gate = gate_new (pad, limit, ignore_size, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, take_size, g_object_ref (size), g_object_unref);
  set_elements (bin, input, options);
  return link_input (bin, input, gate, error) && (!display || add_window (bin, error));
}

void
record_pipeline_clear (RecordPipeline *pipeline)
{
  if (pipeline->element)
    gst_element_set_state (pipeline->element, GST_STATE_NULL);
  g_clear_pointer (&pipeline->gate, gate_free);
  gst_clear_object (&pipeline->element);
}
