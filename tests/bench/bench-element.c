/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-element [--formats LIST] [--sizes LIST] [--model FILE]... [--threads N] [--runs N]: prints as JSON, in the
 * words of derma bench, what a frame costs in the whole element, mode sync, and in its network alone, for the plugin in
 * $DERMA_PLUGIN. Stages:
 *   inference      the network alone
 *   painting       an overlay for another reading than the one before
 *   element        no overlay
 *   attached       overlay as a meta, the reading the same from frame to frame
 *   attached-new   overlay as a meta, another reading on each frame
 *   blended, blended-new   the same, drawn into the frame
 *   above-element, ...     what each of the last five takes beyond the network alone, which runs right before each
 *                          frame, for a machine may change its speed at any time; without processor time
 */
#include "painter.h"
#include "tools/stages.h"

#include <derma/graph.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <stdio.h>
#include <string.h>

#define N_FRAMES 2
#define TOP_K 3

typedef struct {
  gchar *formats; /* with commas between */
  gchar *sizes;
  gchar **models;
  gint threads;
  gint runs;
} Options;

typedef struct {
  GstHarness *harness;
  GstBuffer *frames[N_FRAMES];
  guint n_frames; /* how many different ones are passed */
  guint next;
  GstBuffer *frame; /* the one to pass now */
  DermaGraph *graph;
  gdouble alone; /* ms that the network took right before it */
  GArray *above; /* of gdouble, ms beyond that, a frame each */
} Bench;

static gdouble
now (void)
{
  return (gdouble)g_get_monotonic_time () / 1e3;
}

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

/* The network alone; a frame as a camera gives it, whose pixels may be drawn into. */
static gboolean
prepare (gpointer data, GError **error)
{
  Bench *bench = data;
  gdouble begin = now ();

  if (!derma_graph_run (bench->graph, error))
    return FALSE;
  bench->alone = now () - begin;
  bench->frame = gst_buffer_copy_deep (bench->frames[bench->next % bench->n_frames]);
  GST_BUFFER_PTS (bench->frame) = bench->next++ * (GST_SECOND / 30);
  return TRUE;
}

static gboolean
pass (gpointer data, GError **error)
{
  Bench *bench = data;
  gdouble begin = now (), above;

  if (gst_harness_push (bench->harness, g_steal_pointer (&bench->frame)) != GST_FLOW_OK) {
    g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "dermaclassify: a frame did not pass");
    return FALSE;
  }
  gst_buffer_unref (gst_harness_pull (bench->harness));
  above = now () - begin - bench->alone;
  g_array_append_val (bench->above, above);
  return TRUE;
}

static gboolean
set_up (Bench *bench, DermaModel *model, const DermaTiming *what, GError **error)
{
  gboolean attached = g_str_has_prefix (what->stage, "attached");
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=%u,height=%u,framerate=30/1", what->format,
                                            what->width, what->height);
  gfloat *input;
  gsize n;

  bench->graph = derma_graph_new (model, what->threads, error);
  if (!bench->graph)
    return FALSE;
  input = derma_graph_get_input (bench->graph, &n);
  derma_golden_fill (input, n);
  bench->above = g_array_new (FALSE, FALSE, sizeof (gdouble));
  bench->harness = gst_harness_new ("dermaclassify");
  g_object_set (bench->harness->element, "model", what->model, "threads", what->threads, "overlay",
                attached || g_str_has_prefix (what->stage, "blended"), "post-messages", FALSE, NULL);
  if (attached)
    gst_harness_add_propose_allocation_meta (bench->harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  gst_harness_set_src_caps_str (bench->harness, caps);
  for (guint i = 0; i < N_FRAMES; i++)
    bench->frames[i] = make_frame (what->format, what->width, what->height, i + 1);
  return TRUE;
}

static void
tear_down (Bench *bench)
{
  for (guint i = 0; i < N_FRAMES; i++)
    gst_buffer_unref (bench->frames[i]);
  gst_harness_teardown (bench->harness);
  g_array_unref (bench->above);
  derma_graph_free (bench->graph);
}

static void
add_line (DermaTimings *timings, const DermaTiming *what, const gchar *stage, const DermaCost *cost)
{
  DermaTiming timing = *what;

  timing.stage = stage;
  timing.cost = *cost;
  timing.format = g_strdup (what->format);
  timing.model = what->model ? g_path_get_basename (what->model) : NULL;
  derma_timings_add (timings, &timing);
}

/* Adds a line for @work. */
static gboolean
add (DermaTimings *timings, const DermaTiming *what, DermaWork before, DermaWork work, gpointer data, GError **error)
{
  DermaCost cost;

  if (!derma_stopwatch_measure (before, work, data, timings->runs, &cost, error))
    return FALSE;
  add_line (timings, what, what->stage, &cost);
  return TRUE;
}

static void
add_above (DermaTimings *timings, const DermaTiming *what, const gchar *stage, GArray *above)
{
  DermaCost cost = derma_stopwatch_summarise ((gdouble *)(gpointer)above->data, above->len, 0);

  add_line (timings, what, stage, &cost);
}

static gboolean
measure (DermaTimings *timings, DermaModel *model, const DermaTiming *what, const gchar *above, GError **error)
{
  Bench bench = { .n_frames = g_str_has_suffix (what->stage, "-new") ? N_FRAMES : 1 };
  gboolean done;

  if (!set_up (&bench, model, what, error))
    return FALSE;
  done = add (timings, what, prepare, pass, &bench, error);
  if (done)
    add_above (timings, what, above, bench.above);
  tear_down (&bench);
  return done;
}

typedef struct {
  DermaPainter *painter;
  DermaReading reading;
  const DermaTiming *what;
} Easel;

static gboolean
paint (gpointer data, GError **error)
{
  Easel *easel = data;

  easel->reading.lesion++;
  derma_painter_paint (easel->painter, &easel->reading, TOP_K, easel->what->width, easel->what->height);
  return TRUE;
}

static gboolean
measure_painting (DermaTimings *timings, DermaModel *model, const DermaTiming *what, GError **error)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  Easel easel = { painter, DERMA_READING_INIT, what };
  gboolean done;

  derma_reading_set_classes (&easel.reading, derma_model_get_metadata (model)->classes);
  for (guint i = 0; i < easel.reading.classes->n; i++)
    easel.reading.probabilities[i] = 1.0f / (gfloat)easel.reading.classes->n;
  derma_reading_decide (&easel.reading, 0.5f);
  done = add (timings, what, NULL, paint, &easel, error);
  derma_reading_clear (&easel.reading);
  return done;
}

/* All of one network, format and size. */
static gboolean
measure_frame (DermaTimings *timings, DermaModel *model, const DermaTiming *what, GError **error)
{
  static const gchar *const stages[][2] = {
    { "element", "above-element" }, { "attached", "above-attached" },       { "attached-new", "above-attached-new" },
    { "blended", "above-blended" }, { "blended-new", "above-blended-new" },
  };

  if (!derma_stage_inference (timings, model, what->threads, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++) {
    DermaTiming one = *what;

    one.stage = stages[i][0];
    if (!measure (timings, model, &one, stages[i][1], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
set_error (GError **error, const gchar *text, const gchar *what)
{
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s: not %s", text, what);
  return FALSE;
}

static gboolean
measure_model (DermaTimings *timings, gchar *path, const Options *options, GError **error)
{
  g_autoptr (DermaModel) model = derma_model_load (path, error);
  g_auto (GStrv) formats = g_strsplit (options->formats, ",", -1), sizes = g_strsplit (options->sizes, ",", -1);
  DermaTiming what = { .model = path, .threads = (guint)options->threads };

  if (!model)
    return FALSE;
  for (guint s = 0; sizes[s]; s++) {
    DermaTiming painting = { .stage = "painting", .threads = 1 };

    if (sscanf (sizes[s], "%5ux%5u", &what.width, &what.height) != 2)
      return set_error (error, sizes[s], "WIDTHxHEIGHT");
    painting.width = what.width;
    painting.height = what.height;
    if (!measure_painting (timings, model, &painting, error))
      return FALSE;
    for (guint f = 0; formats[f]; f++) {
      what.format = formats[f];
      if (gst_video_format_from_string (what.format) == GST_VIDEO_FORMAT_UNKNOWN)
        return set_error (error, what.format, "a video format");
      if (!measure_frame (timings, model, &what, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
measure_all (DermaTimings *timings, const Options *options, GError **error)
{
  g_autofree gchar *shipped = derma_model_find_default ();
  gchar *only[] = { shipped, NULL };

  for (gchar **path = options->models ? options->models : only; *path; path++)
    if (!measure_model (timings, *path, options, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_options (Options *options, gint *argc, gchar ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "formats", 0, 0, G_OPTION_ARG_STRING, &options->formats, "Pixel formats (NV12)", "LIST" },
    { "sizes", 0, 0, G_OPTION_ARG_STRING, &options->sizes, "Frame sizes (1920x1080)", "LIST" },
    { "model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->models, "Network; again for more (the shipped one)",
      "FILE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options->threads, "Threads of the network (1)", "N" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &options->runs, "Times to run each (101)", "N" },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  options->formats = g_strdup ("NV12");
  options->sizes = g_strdup ("1920x1080");
  options->threads = 1;
  options->runs = 101;
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return g_option_context_parse (context, argc, argv, error);
}

int
main (int argc, char **argv)
{
  Options options = { 0 };
  g_autoptr (DermaTimings) timings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) plugin = NULL;
  g_autofree gchar *json = NULL;

  if (read_options (&options, &argc, &argv, &error)) {
    timings = derma_timings_new ((guint)MAX (options.runs, 1), (guint)MAX (options.threads, 1));
    plugin = gst_plugin_load_file (g_getenv ("DERMA_PLUGIN") ? g_getenv ("DERMA_PLUGIN") : "", &error);
  }
  if (error || !measure_all (timings, &options, &error)) {
    g_printerr ("bench-element: %s\n", error->message);
    return 1;
  }
  json = derma_timings_to_json (timings);
  g_print ("%s\n", json);
  g_free (options.formats);
  g_free (options.sizes);
  g_strfreev (options.models);
  return 0;
}
