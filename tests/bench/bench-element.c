/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-element [FORMAT [WIDTHxHEIGHT [RUNS]]]: prints as JSON what a frame costs in the whole element, mode sync, and
 * in its network alone, for the plugin in $DERMA_PLUGIN and the shipped network. Stages: inference     the network
 * alone element       no overlay attached      overlay as a meta, the reading the same from frame to frame attached-new
 * overlay as a meta, another reading on each frame blended, blended-new  the same, drawn into the frame
 */
#include "tools/stages.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <stdio.h>
#include <string.h>

#define N_FRAMES 2

typedef struct {
  GstHarness *harness;
  GstBuffer *frames[N_FRAMES];
  guint n_frames; /* how many different ones are passed */
  guint next;
  GstBuffer *frame; /* the one to pass now */
} Bench;

static GstBuffer *
make_frame (const gchar *format, guint width, guint height, guint32 seed)
{
  GstVideoInfo info;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GstBuffer *buffer;
  GstMapInfo map;

  gst_video_info_set_format (&info, gst_video_format_from_string (format), width, height);
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = (guint8)(g_rand_int (rand) >> 26) + (seed % 2 ? 160 : 80);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* A frame as a camera gives it, whose pixels may be drawn into. */
static gboolean
prepare (gpointer data, GError **error)
{
  Bench *bench = data;

  bench->frame = gst_buffer_copy_deep (bench->frames[bench->next % bench->n_frames]);
  GST_BUFFER_PTS (bench->frame) = bench->next++ * (GST_SECOND / 30);
  return TRUE;
}

static gboolean
pass (gpointer data, GError **error)
{
  Bench *bench = data;

  if (gst_harness_push (bench->harness, g_steal_pointer (&bench->frame)) != GST_FLOW_OK) {
    g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "dermaclassify: a frame did not pass");
    return FALSE;
  }
  gst_buffer_unref (gst_harness_pull (bench->harness));
  return TRUE;
}

static gboolean
measure (DermaTimings *timings, const gchar *stage, const DermaTiming *what, gboolean repaint, GError **error)
{
  const gboolean attached = g_str_has_prefix (stage, "attached");
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=%u,height=%u,framerate=30/1", what->format,
                                            what->width, what->height);
  Bench bench = { .harness = gst_harness_new ("dermaclassify"), .n_frames = repaint ? N_FRAMES : 1 };
  DermaTiming timing = *what;
  gboolean done;

  g_object_set (bench.harness->element, "overlay", attached || g_str_has_prefix (stage, "blended"), "post-messages",
                FALSE, NULL);
  if (attached)
    gst_harness_add_propose_allocation_meta (bench.harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  gst_harness_set_src_caps_str (bench.harness, caps);
  for (guint i = 0; i < N_FRAMES; i++)
    bench.frames[i] = make_frame (what->format, what->width, what->height, i + 1);
  done = derma_stopwatch_measure (prepare, pass, &bench, timings->runs, &timing.cost, error);
  timing.stage = stage;
  timing.format = g_strdup (what->format);
  if (done)
    derma_timings_add (timings, &timing);
  else
    g_free (timing.format);
  for (guint i = 0; i < N_FRAMES; i++)
    gst_buffer_unref (bench.frames[i]);
  gst_harness_teardown (bench.harness);
  return done;
}

static gboolean
measure_all (DermaTimings *timings, const DermaTiming *what, GError **error)
{
  static const gchar *const stages[] = { "element", "attached", "attached-new", "blended", "blended-new" };
  g_autofree gchar *path = derma_model_find_default ();
  g_autoptr (DermaModel) model = derma_model_load (path, error);

  if (!model || !derma_stage_inference (timings, model, 1, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (!measure (timings, stages[i], what, g_str_has_suffix (stages[i], "-new"), error))
      return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  DermaTiming what = { .format = argc > 1 ? argv[1] : (gchar *)"NV12", .width = 1920, .height = 1080, .threads = 1 };
  guint runs = argc > 3 ? (guint)g_ascii_strtoull (argv[3], NULL, 10) : 101;
  g_autoptr (DermaTimings) timings = derma_timings_new (MAX (runs, 1), 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) plugin = NULL;
  g_autofree gchar *json = NULL;

  gst_init (&argc, &argv);
  plugin = gst_plugin_load_file (g_getenv ("DERMA_PLUGIN") ? g_getenv ("DERMA_PLUGIN") : "", &error);
  if (plugin && gst_video_format_from_string (what.format) == GST_VIDEO_FORMAT_UNKNOWN)
    g_set_error (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s: not a video format", what.format);
  if (plugin && !error && argc > 2 && sscanf (argv[2], "%5ux%5u", &what.width, &what.height) != 2)
    g_set_error (&error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s: not WIDTHxHEIGHT", argv[2]);
  if (error || !measure_all (timings, &what, &error)) {
    g_printerr ("bench-element: %s\n", error->message);
    return 1;
  }
  json = derma_timings_to_json (timings);
  g_print ("%s\n", json);
  return 0;
}
