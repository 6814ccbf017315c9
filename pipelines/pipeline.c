/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline.h"

#include "controls.h"
#include "output.h"

#include <derma/error.h>

#define EVIDENCE_WINDOW 3.0 /* s */

static const gchar reading_line[] =
    "identity name=gate silent=true ! dermaclassify name=classify overlay=false post-messages=true ! "
    "videoconvertscale add-borders=true ! capsfilter name=size ! dermaoverlay name=overlay ! tee name=tee";

static void
set_size (gint width, gint height, gpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
                                                  width, "height", G_TYPE_INT, height, "pixel-aspect-ratio",
                                                  GST_TYPE_FRACTION, 1, 1, "colorimetry", G_TYPE_STRING, "bt709", NULL);

  g_object_set (GST_ELEMENT (data), "caps", caps, NULL);
}

static gboolean
add_output (Pipeline *pipeline, GstElement *tee, GstElement *output)
{
  if (!output)
    return FALSE;
  gst_bin_add (GST_BIN (pipeline->element), output);
  return gst_element_link (tee, output);
}

static gboolean
add_outputs (Pipeline *pipeline, const Options *options, gboolean display, GError **error)
{
  g_autoptr (GstElement) tee = gst_bin_get_by_name (GST_BIN (pipeline->element), "tee");

  if (options->output && !add_output (pipeline, tee, output_file_new (options->output, error)))
    return FALSE;
  if (display && !add_output (pipeline, tee, output_window_new (error)))
    return FALSE;
  return options->output || display || add_output (pipeline, tee, output_nothing_new (error));
}

/* Frames that somebody waits for do not wait for their readings; evidence is gathered where frames belong together. */
static void
set_reading (Pipeline *pipeline, const Input *input, const Options *options, gboolean display)
{
  g_autoptr (GstElement) classify = gst_bin_get_by_name (GST_BIN (pipeline->element), "classify");
  const gboolean moving = input->is_live || input->is_file;

  gst_util_set_object_arg (G_OBJECT (classify), "mode",
                           input->is_live || (input->is_file && display) ? "async" : "sync");
  g_object_set (classify, "evidence-window",
                options->window >= 0.0 ? options->window
                : moving               ? EVIDENCE_WINDOW
                                       : 0.0,
                NULL);
  if (options->model)
    g_object_set (classify, "model", options->model, NULL);
  g_object_set (classify, "threads", options->threads, NULL);
}

static void
watch_keys (Pipeline *pipeline)
{
  g_autoptr (GstElement) overlay = gst_bin_get_by_name (GST_BIN (pipeline->element), "overlay");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (overlay, "src");

  keys_watch (pad, pipeline->element);
}

static gboolean
link_input (Pipeline *pipeline, Input *input, GstElement *gate, GError **error)
{
  gst_bin_add (GST_BIN (pipeline->element), input->source);
  if (gst_element_link (input->source, gate))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: cannot be linked", input->described);
  return FALSE;
}

gboolean
pipeline_build (Pipeline *pipeline, Input *input, const Options *options, gboolean display, GError **error)
{
  GstClockTime limit =
      options->seconds > 0.0 ? (GstClockTime)(options->seconds * GST_SECOND + 0.5) : GST_CLOCK_TIME_NONE;
  g_autoptr (GstElement) gate = NULL;
  g_autoptr (GstPad) pad = NULL;

  pipeline->element = gst_parse_launch_full (reading_line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (!pipeline->element)
    return FALSE;
  gate = gst_bin_get_by_name (GST_BIN (pipeline->element), "gate");
  pipeline->size = gst_bin_get_by_name (GST_BIN (pipeline->element), "size");
  pad = gst_element_get_static_pad (gate, "src");
  pipeline->gate = gate_new (pad, limit, set_size, pipeline->size);
  set_reading (pipeline, input, options, display);
  controls_set_snapshots (pipeline->element, options->snapshots ? options->snapshots : OPTIONS_SNAPSHOTS);
  watch_keys (pipeline);
  return link_input (pipeline, input, gate, error) && add_outputs (pipeline, options, display, error);
}

void
pipeline_clear (Pipeline *pipeline)
{
  if (pipeline->element)
    gst_element_set_state (pipeline->element, GST_STATE_NULL);
  g_clear_pointer (&pipeline->gate, gate_free);
  gst_clear_object (&pipeline->size);
  gst_clear_object (&pipeline->element);
}
