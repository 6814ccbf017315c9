/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/output.h"
#include "tools/stages.h"
#include "tools/tool.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SIZES "640x480,1280x720,1920x1080,3840x2160"
#define DEFAULT_FORMATS "I420,NV12,YUY2,RGB,BGRx,GRAY8"

typedef struct {
  gchar **models; /* paths */
  gchar *sizes;
  gchar *formats;
  gchar *json;
  gint threads;
  gint runs;
} Options;

static void
options_clear (Options *options)
{
  g_strfreev (options->models);
  g_free (options->sizes);
  g_free (options->formats);
  g_free (options->json);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct {
  guint width;
  guint height;
} Size;

/* What is measured, and how far it has come. */
typedef struct {
  GPtrArray *models; /* of DermaModel */
  GArray *sizes;     /* of Size */
  GArray *formats;   /* of DermaFormat */
  DermaTimings *timings;
  guint total; /* lines to come */
} Plan;

static void
plan_clear (Plan *plan)
{
  g_ptr_array_unref (plan->models);
  g_array_unref (plan->sizes);
  g_array_unref (plan->formats);
  derma_timings_free (plan->timings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static gboolean
add_size (const gchar *text, GArray *sizes)
{
  guint width, height;
  gint end = 0;

  if (sscanf (text, "%5ux%5u%n", &width, &height, &end) != 2 || text[end] || width < 1 || height < 1
      || width > DERMA_MAX_SIDE || height > DERMA_MAX_SIDE)
    return FALSE;
  g_array_append_vals (sizes, &(Size){ width, height }, 1);
  return TRUE;
}

static gboolean
add_format (const gchar *text, GArray *formats)
{
  DermaFormat format;

  if (!derma_format_from_name (text, &format))
    return FALSE;
  g_array_append_vals (formats, &format, 1);
  return TRUE;
}

/* Calls @add on each part of a list with commas; returns the first part that it does not take, or NULL. */
static gchar *
read_list (const gchar *text, gboolean (*add) (const gchar *, GArray *), GArray *array)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i]; i++)
    if (!add (parts[i], array))
      return g_strdup (parts[i]);
  return array->len > 0 ? NULL : g_strdup ("");
}

static gint
read_options (Options *options, Plan *plan)
{
  g_autofree gchar *size = read_list (options->sizes ? options->sizes : DEFAULT_SIZES, add_size, plan->sizes);
  g_autofree gchar *format =
      read_list (options->formats ? options->formats : DEFAULT_FORMATS, add_format, plan->formats);

  if (size)
    return derma_tool_fail (DERMA_EXIT_USAGE, "bench", "--sizes: '%s' is not WIDTHxHEIGHT from 1x1 to %dx%d", size,
                            DERMA_MAX_SIDE, DERMA_MAX_SIDE);
  if (format)
    return derma_tool_fail (DERMA_EXIT_USAGE, "bench", "--formats: '%s' is not a format that is read", format);
  if (options->threads < 1 || options->threads > 64)
    return derma_tool_fail (DERMA_EXIT_USAGE, "bench", "--threads: %d is not from 1 to 64", options->threads);
  if (options->runs < 1 || options->runs > 100000)
    return derma_tool_fail (DERMA_EXIT_USAGE, "bench", "--runs: %d is not from 1 to 100000", options->runs);
  return -1;
}

static gboolean
writes_file (const Options *options)
{
  return options->json && strcmp (options->json, "-") != 0;
}

static gboolean
load_models (const Options *options, Plan *plan, GError **error)
{
  g_autofree gchar *shipped = derma_model_find_default ();
  const gchar *only[] = { shipped, NULL };
  const gchar *const *paths = options->models ? (const gchar *const *)options->models : only;

  for (; *paths; paths++) {
    DermaModel *model;

    if (writes_file (options) && !derma_output_check (options->json, *paths, error))
      return FALSE;
    model = derma_model_load (*paths, error);
    if (!model)
      return FALSE;
    g_ptr_array_add (plan->models, model);
  }
  return TRUE;
}

static void
show_progress (const Plan *plan)
{
  if (isatty (STDERR_FILENO))
    g_printerr ("\r%u of %u%s", plan->timings->rows->len, plan->total,
                plan->timings->rows->len == plan->total ? "\n" : "");
}

static gboolean
measure_networks (Plan *plan, GError **error)
{
  for (guint i = 0; i < plan->models->len; i++)
    for (guint threads = 1; threads <= plan->timings->max_threads; threads++) {
      if (!derma_stage_inference (plan->timings, g_ptr_array_index (plan->models, i), threads, error))
        return FALSE;
      show_progress (plan);
    }
  return derma_stage_evidence (plan->timings, g_ptr_array_index (plan->models, 0), error);
}

static gboolean
measure_frames (Plan *plan, DermaFormat format, const Size *size, GError **error)
{
  DermaModel *first = g_ptr_array_index (plan->models, 0);
  g_auto (DermaTestFrame) test = { 0 };

  derma_test_frame_init (&test, format, size->width, size->height);
  if (!derma_stage_sample (plan->timings, first, &test, error) || !derma_stage_quality (plan->timings, &test, error))
    return FALSE;
  for (guint i = 0; i < plan->models->len; i++)
    if (!derma_stage_reading (plan->timings, g_ptr_array_index (plan->models, i), &test, 1, error))
      return FALSE;
  show_progress (plan);
  return TRUE;
}

static gboolean
measure (Plan *plan, GError **error)
{
  plan->total = plan->models->len * plan->timings->max_threads + 1
                + plan->sizes->len * plan->formats->len * (2 + plan->models->len);
  if (!measure_networks (plan, error))
    return FALSE;
  for (guint f = 0; f < plan->formats->len; f++)
    for (guint s = 0; s < plan->sizes->len; s++)
      if (!measure_frames (plan, g_array_index (plan->formats, DermaFormat, f), &g_array_index (plan->sizes, Size, s),
                           error))
        return FALSE;
  return TRUE;
}

static gboolean
write_results (const Options *options, const Plan *plan, GError **error)
{
  g_autofree gchar *text = derma_timings_to_text (plan->timings);
  g_autofree gchar *json = options->json ? derma_timings_to_json (plan->timings) : NULL;

  if (!options->json || writes_file (options))
    g_print ("%s", text);
  else
    g_print ("%s\n", json);
  return !writes_file (options) || derma_output_write (options->json, json, strlen (json), error);
}

gint
derma_tool_bench (gint argc, gchar **argv)
{
  g_auto (Options) options = { .threads = (gint)MIN (g_get_num_processors (), 64), .runs = 101 };
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models, "Network to run; again for more (the shipped one)",
      "FILE" },
    { "sizes", 0, 0, G_OPTION_ARG_STRING, &options.sizes, "Frame sizes (" DEFAULT_SIZES ")", "LIST" },
    { "formats", 0, 0, G_OPTION_ARG_STRING, &options.formats, "Pixel formats (" DEFAULT_FORMATS ")", "LIST" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, "Run the network with 1 to N threads (all processors)",
      "N" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &options.runs, "Times to run each (101)", "N" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &options.json, "JSON file to write; - prints it in place of the table",
      "FILE" },
    { 0 },
  };
  gint code = derma_tool_parse (&argc, &argv, "- measure what a reading costs, stage by stage", entries, 0);
  g_auto (Plan)
      plan = { g_ptr_array_new_with_free_func ((GDestroyNotify)derma_model_unref),
               g_array_new (FALSE, FALSE, sizeof (Size)), g_array_new (FALSE, FALSE, sizeof (DermaFormat)), NULL, 0 };
  GError *error = NULL;

  if (code < 0)
    code = read_options (&options, &plan);
  if (code >= 0)
    return code;
  plan.timings = derma_timings_new ((guint)options.runs, (guint)options.threads);
  if (!load_models (&options, &plan, &error) || !measure (&plan, &error) || !write_results (&options, &plan, &error))
    return derma_tool_fail_error (error);
  return DERMA_EXIT_SUCCESS;
}
