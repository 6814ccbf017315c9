/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "replaypipeline.h"

#include <derma/error.h>

#include <gst/app/gstappsink.h>

static const gchar replay_line[] = "identity name=gate silent=true ! dermareplay name=replay ! identity name=last "
                                   "silent=true";
static const gchar again_line[] =
    "identity name=gate silent=true ! dermareplay name=replay post-messages=false ! "
    "dermaclassify name=classify mode=sync qos=false post-messages=false ! identity name=last silent=true";
static const gchar caption_line[] =
    "filesrc name=origin ! matroskademux name=demux  queue name=video  identity name=gate silent=true ! "
    "identity name=last silent=true  tee name=cues ! queue ! appsink name=told sync=false async=false";
/* Told and drawn, too. */
static const gchar drawn_line[] =
    "filesrc name=origin ! matroskademux name=demux  queue name=video  identity name=gate silent=true ! "
    "videoconvert ! textoverlay name=text wait-text=false ! identity name=last silent=true  tee name=cues ! queue ! "
    "text.text_sink  cues. ! queue ! appsink name=told sync=false async=false";
static const gchar window_line[] = "queue max-size-bytes=0 max-size-time=0 max-size-buffers=4 ! videoconvertscale ! "
                                   "dermaoverlay ! videoconvert ! autovideosink";
static const gchar nothing_line[] = "fakesink sync=false async=false";

static void
ignore_size (gint width, gint height, gpointer data)
{
}

static const GstStructure *
get_reading (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "DermaReading");

  return meta ? gst_custom_meta_get_structure (meta) : NULL;
}

/* Keeps the recorded reading of the frame, if it is one that was read. */
static GstPadProbeReturn
before_reading (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  ReplayPipeline *pipeline = data;
  const GstStructure *reading = get_reading (GST_PAD_PROBE_INFO_BUFFER (info));
  guint64 age = 0;

  gst_clear_structure (&pipeline->recorded);
  if (reading && (!gst_structure_get_uint64 (reading, "age", &age) || age == 0))
    pipeline->recorded = gst_structure_copy (reading);
  return GST_PAD_PROBE_OK;
}

/* In the thread of before_reading(), as the network reads in it. */
static GstPadProbeReturn
after_reading (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  ReplayPipeline *pipeline = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (pipeline->recorded)
    comparison_take (pipeline->comparison, pipeline->recorded, get_reading (buffer), GST_BUFFER_PTS (buffer));
  gst_clear_structure (&pipeline->recorded);
  return GST_PAD_PROBE_OK;
}

static void
set_again (ReplayPipeline *pipeline, const ReplayOptions *options)
{
  g_autoptr (GstElement) classify = gst_bin_get_by_name (GST_BIN (pipeline->element), "classify");
  g_autoptr (GstPad) sink = gst_element_get_static_pad (classify, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (classify, "src");

  if (options->model)
    g_object_set (classify, "model", options->model, NULL);
  g_object_set (classify, "threads", options->threads, "evidence-window", options->evidence, NULL);
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, before_reading, pipeline, NULL);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, after_reading, pipeline, NULL);
}

static GstFlowReturn
take_cue (GstAppSink *sink, gpointer data)
{
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample ? gst_sample_get_buffer (sample) : NULL;
  GstMapInfo map;

  /* An empty one ends what is shown, and says nothing. */
  if (buffer && gst_buffer_get_size (buffer) > 0 && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_autofree gchar *text = g_utf8_make_valid ((const gchar *)map.data, (gssize)map.size);

    gst_buffer_unmap (buffer, &map);
    gst_element_post_message (
        GST_ELEMENT (sink),
        gst_message_new_application (GST_OBJECT (sink),
                                     gst_structure_new (REPLAY_CAPTION, "pts", G_TYPE_UINT64, GST_BUFFER_PTS (buffer),
                                                        "text", G_TYPE_STRING, text, NULL)));
  }
  g_clear_pointer (&sample, gst_sample_unref);
  return GST_FLOW_OK;
}

static void
link_decoded (GstElement *decoder, GstPad *pad, gpointer data)
{
  g_autoptr (GstPad) entry = gst_element_get_static_pad (GST_ELEMENT (data), "sink");

  if (!gst_pad_is_linked (entry))
    gst_pad_link (pad, entry);
}

/* Video goes to a decoder, text to the cues. */
static void
link_track (GstElement *demux, GstPad *pad, gpointer data)
{
  GstBin *bin = data;
  const gboolean video = g_str_has_prefix (GST_PAD_NAME (pad), "video");
  g_autoptr (GstElement) target = NULL;
  g_autoptr (GstPad) entry = NULL;

  if (video)
    target = gst_bin_get_by_name (bin, "video");
  else if (g_str_has_prefix (GST_PAD_NAME (pad), "subtitle"))
    target = gst_bin_get_by_name (bin, "cues");
  entry = target ? gst_element_get_static_pad (target, "sink") : NULL;
  if (entry && !gst_pad_is_linked (entry))
    gst_pad_link (pad, entry);
}

static gboolean
is_linked (GstBin *bin, const gchar *name)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (bin, name);
  g_autoptr (GstPad) entry = gst_element_get_static_pad (element, "sink");

  return gst_pad_is_linked (entry);
}

/* A sink that gets nothing would wait for ever. */
static void
check_tracks (GstElement *demux, gpointer data)
{
  if (!is_linked (data, "video"))
    GST_ELEMENT_ERROR (demux, STREAM, WRONG_TYPE, ("there is no video in it"), (NULL));
  else if (!is_linked (data, "cues"))
    GST_ELEMENT_ERROR (demux, STREAM, WRONG_TYPE,
                       ("there are no captions in it; --sidecar takes readings from elsewhere"), (NULL));
}

static gboolean
set_captions (ReplayPipeline *pipeline, const ReplayOptions *options, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = take_cue };
  GstBin *bin = GST_BIN (pipeline->element);
  g_autoptr (GstElement) origin = gst_bin_get_by_name (bin, "origin");
  g_autoptr (GstElement) demux = gst_bin_get_by_name (bin, "demux");
  g_autoptr (GstElement) gate = gst_bin_get_by_name (bin, "gate");
  g_autoptr (GstElement) told = gst_bin_get_by_name (bin, "told");
  g_autoptr (GstElement) video = gst_bin_get_by_name (bin, "video");
  GstElement *decoder = gst_element_factory_make ("decodebin", "decoder");

  if (!decoder) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: GStreamer lacks the elements to read it",
                 options->recording);
    return FALSE;
  }
  gst_bin_add (bin, decoder);
  gst_element_link (video, decoder);
  g_object_set (origin, "location", options->recording, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (told), &callbacks, NULL, NULL);
  g_signal_connect_object (demux, "pad-added", G_CALLBACK (link_track), bin, 0);
  g_signal_connect_object (demux, "no-more-pads", G_CALLBACK (check_tracks), bin, 0);
  g_signal_connect_object (decoder, "pad-added", G_CALLBACK (link_decoded), gate, 0);
  return TRUE;
}

static gboolean
add_end (GstBin *bin, gboolean display, GError **error)
{
  GstElement *end = gst_parse_bin_from_description_full (display ? window_line : nothing_line, TRUE, NULL,
                                                         GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_autoptr (GstElement) last = gst_bin_get_by_name (bin, "last");

  if (!end)
    return FALSE;
  gst_bin_add (bin, end);
  return gst_element_link (last, end);
}

static gboolean
link_input (ReplayPipeline *pipeline, Input *input, const ReplayOptions *options, GError **error)
{
  GstBin *bin = GST_BIN (pipeline->element);
  g_autoptr (GstElement) gate = gst_bin_get_by_name (bin, "gate");
  g_autoptr (GstElement) replay = gst_bin_get_by_name (bin, "replay");

  g_object_set (replay, "sidecar", options->sidecar, NULL);
  gst_bin_add (bin, input->source);
  if (gst_element_link (input->source, gate))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: cannot be linked", input->described);
  return FALSE;
}

static const gchar *
choose_line (const ReplayOptions *options, gboolean display)
{
  if (options->again)
    return again_line;
  if (options->sidecar)
    return replay_line;
  return display ? drawn_line : caption_line;
}

gboolean
replay_pipeline_build (ReplayPipeline *pipeline, Input *input, const ReplayOptions *options, gboolean display,
                       Comparison *comparison, GError **error)
{
  const gchar *line = choose_line (options, display);
  g_autoptr (GstElement) gate = NULL;
  g_autoptr (GstPad) pad = NULL;

  pipeline->comparison = comparison;
  pipeline->element = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (!pipeline->element)
    return FALSE;
  gate = gst_bin_get_by_name (GST_BIN (pipeline->element), "gate");
  pad = gst_element_get_static_pad (gate, "src");
  pipeline->gate = gate_new (pad, GST_CLOCK_TIME_NONE, ignore_size, NULL);
  if (options->again)
    set_again (pipeline, options);
  if (options->sidecar ? !link_input (pipeline, input, options, error) : !set_captions (pipeline, options, error))
    return FALSE;
  return add_end (GST_BIN (pipeline->element), display, error);
}

void
replay_pipeline_clear (ReplayPipeline *pipeline)
{
  if (pipeline->element)
    gst_element_set_state (pipeline->element, GST_STATE_NULL);
  g_clear_pointer (&pipeline->gate, gate_free);
  gst_clear_structure (&pipeline->recorded);
  gst_clear_object (&pipeline->element);
}
