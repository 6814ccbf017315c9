/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/model-info.h"
#include "tools/npy.h"
#include "tools/output.h"
#include "tools/tool.h"

#include <derma/graph.h>

#include <math.h>
#include <string.h>

static gint
run_info (gint argc, gchar **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL }, { 0 } };
  gint code = derma_tool_parse (&argc, &argv, "MODEL - say what is in a model file", entries, 1);
  g_autoptr (DermaModel) model = NULL;
  g_autofree gchar *text = NULL;
  GError *error = NULL;

  if (code >= 0)
    return code;
  model = derma_model_load (argv[1], &error);
  if (!model)
    return derma_tool_fail_error (error);
  text = json ? derma_model_info_to_json (model) : derma_model_info_to_text (model);
  g_print ("%s%s", text, json ? "\n" : "");
  return DERMA_EXIT_SUCCESS;
}

/* N,C,H,W with N = 1 to H,W,C. */
static void
fill_input (DermaGraph *graph, const gfloat *values)
{
  gfloat *input = derma_graph_get_input (graph, NULL);
  guint width, height, channels;

  derma_model_get_input_size (derma_graph_get_model (graph), &width, &height, &channels);
  for (guint c = 0; c < channels; c++)
    for (gsize i = 0; i < (gsize)width * height; i++)
      input[i * channels + c] = *values++;
}

static gboolean
check_array (const DermaModel *model, const gchar *path, const DermaArray *array, GError **error)
{
  guint width, height, channels;

  derma_model_get_input_size (model, &width, &height, &channels);
  if (array->rank == 4 && array->dims[0] == 1 && array->dims[1] == channels && array->dims[2] == height
      && array->dims[3] == width)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: is not of the shape 1x%ux%ux%u that %s takes", path,
               channels, height, width, derma_model_get_name (model));
  return FALSE;
}

static gboolean
find_output (const DermaModel *model, const gchar *name, guint *output, GError **error)
{
  *output = derma_model_get_metadata (model)->scores_output;
  if (!name)
    return TRUE;
  for (*output = 0; *output < derma_model_get_n_outputs (model); (*output)++)
    if (strcmp (derma_model_get_output_name (model, *output), name) == 0)
      return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: has no output '%s'", derma_model_get_name (model), name);
  return FALSE;
}

static gboolean
save_output (DermaGraph *graph, guint output, const gchar *path, GError **error)
{
  gint64 dims[DERMA_MAX_RANK];
  DermaArray array = { 0 };

  array.rank = derma_model_get_output_shape (derma_graph_get_model (graph), output, dims);
  memcpy (array.dims, dims, array.rank * sizeof *dims);
  array.values = (gfloat *)derma_graph_get_output (graph, output, &array.n);
  return derma_npy_save (path, &array, error);
}

/* The files and choices of `model run`. */
typedef struct {
  gchar *model;
  gchar *input;
  gchar *output;
  gchar *name;
  gint threads;
} Run;

static gboolean
run_array (const Run *run, GError **error)
{
  g_auto (DermaArray) array = { 0 };
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;
  guint output;

  if (!derma_output_check (run->output, run->model, error) || !derma_output_check (run->output, run->input, error))
    return FALSE;
  model = derma_model_load (run->model, error);
  if (!model || !find_output (model, run->name, &output, error) || !derma_npy_load (run->input, &array, error)
      || !check_array (model, run->input, &array, error))
    return FALSE;
  graph = derma_graph_new (model, (guint)run->threads, error);
  if (!graph)
    return FALSE;
  fill_input (graph, array.values);
  return derma_graph_run (graph, error) && save_output (graph, output, run->output, error);
}

static gint
run_run (gint argc, gchar **argv)
{
  g_autofree gchar *input = NULL, *output = NULL, *name = NULL;
  gint threads = 1, code;
  const GOptionEntry entries[] = {
    { "input", 0, 0, G_OPTION_ARG_FILENAME, &input, "Array to read: .npy, float32 N,C,H,W", "FILE" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, "Array to write", "FILE" },
    { "output-name", 0, 0, G_OPTION_ARG_STRING, &name, "Output of the network to write (the scores)", "NAME" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Threads of computation (1)", "N" },
    { 0 },
  };
  GError *error = NULL;
  Run run;

  code = derma_tool_parse (&argc, &argv, "MODEL - run a network on an array", entries, 1);
  if (code >= 0)
    return code;
  if (!input || !output)
    return derma_tool_fail (DERMA_EXIT_USAGE, "model run", "--input and --output are needed");
  if (threads < 1 || threads > 64)
    return derma_tool_fail (DERMA_EXIT_USAGE, "model run", "--threads: %d is not from 1 to 64", threads);
  run = (Run){ argv[1], input, output, name, threads };
  return run_array (&run, &error) ? DERMA_EXIT_SUCCESS : derma_tool_fail_error (error);
}

static gboolean
check_digest (const DermaModel *model, const gfloat *golden, gsize n, GError **error)
{
  const gchar *wanted = derma_model_get_metadata (model)->golden_input;
  g_autofree gchar *digest =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)golden, n * sizeof *golden);

  if (!wanted || strcmp (wanted, digest) == 0)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: derma.golden.input: is the digest of another input",
               derma_model_get_name (model));
  return FALSE;
}

static gboolean
compare_scores (const DermaModel *model, const gfloat *scores, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);

  for (guint i = 0; i < metadata->classes->n; i++) {
    gfloat wanted = metadata->golden_output ? metadata->golden_output[i] : scores[i];

    if (fabsf (scores[i] - wanted) <= metadata->golden_tolerance * MAX (1.0f, fabsf (wanted)))
      continue;
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: class '%s': the golden input gives %g, not %g",
                 derma_model_get_name (model), metadata->classes->labels[i], scores[i], wanted);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_finite (DermaGraph *graph, GError **error)
{
  const DermaModel *model = derma_graph_get_model (graph);

  for (guint i = 0; i < derma_model_get_n_outputs (model); i++) {
    gsize n;
    const gfloat *values = derma_graph_get_output (graph, i, &n);

    for (gsize k = 0; k < n; k++)
      if (!isfinite (values[k])) {
        g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: output '%s': value %" G_GSIZE_FORMAT " is %g",
                     derma_model_get_name (model), derma_model_get_output_name (model, i), k, values[k]);
        return FALSE;
      }
  }
  return TRUE;
}

static gboolean
check_model (const gchar *path, GError **error)
{
  g_autoptr (DermaModel) model = derma_model_load (path, error);
  g_autoptr (DermaGraph) graph = model ? derma_graph_new (model, 1, error) : NULL;
  g_autofree gfloat *golden = NULL;
  const gfloat *scores;
  gsize n;

  if (!graph)
    return FALSE;
  derma_graph_get_input (graph, &n);
  golden = g_new (gfloat, n);
  derma_golden_fill (golden, n);
  fill_input (graph, golden);
  if (!check_digest (model, golden, n, error) || !derma_graph_run (graph, error) || !check_finite (graph, error))
    return FALSE;
  scores = derma_graph_get_output (graph, derma_model_get_metadata (model)->scores_output, NULL);
  if (!compare_scores (model, scores, error))
    return FALSE;
  g_print ("%s: loads, runs, and gives %s\n", path,
           derma_model_get_metadata (model)->golden_output ? "its golden output"
                                                           : "finite scores (it has no golden output)");
  return TRUE;
}

static gint
run_check (gint argc, gchar **argv)
{
  const GOptionEntry entries[] = { { 0 } };
  gint code = derma_tool_parse (&argc, &argv, "MODEL - see that a model file gives what it promises", entries, 1);
  GError *error = NULL;

  if (code >= 0)
    return code;
  return check_model (argv[1], &error) ? DERMA_EXIT_SUCCESS : derma_tool_fail_error (error);
}

gint
derma_tool_model (gint argc, gchar **argv)
{
  static const struct {
    const gchar *name;
    gint (*run) (gint argc, gchar **argv);
  } commands[] = { { "info", run_info }, { "run", run_run }, { "check", run_check } };

  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0) {
      g_autofree gchar *name = g_strconcat ("model ", argv[1], NULL);

      argv[1] = name;
      return commands[i].run (argc - 1, argv + 1);
    }
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)) {
    g_print ("Usage: derma model info|run|check MODEL [OPTION...]\n");
    return DERMA_EXIT_SUCCESS;
  }
  return derma_tool_fail (DERMA_EXIT_USAGE, "model", "info, run or check? (--help tells more)");
}
