/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/evaluation.h"
#include "tools/output.h"
#include "tools/tool.h"

#include <string.h>

typedef struct {
  gchar *model;
  gchar *labels;
  gchar *root;
  gchar *split;
  gchar *dataset;
  gchar *json;
  gchar *predictions;
  gboolean skip_bad;
  gboolean disturb;
  gint threads;
  gint resamples;
  gint seed;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->model);
  g_free (options->labels);
  g_free (options->root);
  g_free (options->split);
  g_free (options->dataset);
  g_free (options->json);
  g_free (options->predictions);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
write_file (const gchar *path, gchar *contents, GError **error)
{
  g_autofree gchar *text = contents;

  return !path || derma_output_write (path, text, strlen (text), error);
}

static gboolean
evaluate (const Options *options, GError **error)
{
  DermaSelection selection = { options->root, options->split, options->dataset };
  DermaSweepOptions sweeping = { (guint)options->threads, options->skip_bad, options->disturb };
  DermaBootstrap bootstrap = { (guint)options->resamples, (guint32)options->seed };
  g_autofree gchar *path = options->model ? g_strdup (options->model) : derma_model_find_default ();
  g_autoptr (DermaModel) model = derma_model_load (path, error);
  g_autoptr (DermaLabels) labels = NULL;
  g_autoptr (DermaSweep) sweep = NULL;
  g_auto (DermaEvaluation) evaluation = { 0 };
  g_autofree gchar *text = NULL;

  if (!model)
    return FALSE;
  labels = derma_labels_load (options->labels, derma_model_get_metadata (model)->classes, &selection, error);
  if (!labels)
    return FALSE;
  sweep = derma_sweep_run (model, labels, &sweeping, error);
  if (!sweep)
    return FALSE;
  derma_evaluation_init (&evaluation, model, labels, sweep, &bootstrap);
  text = derma_evaluation_to_text (&evaluation);
  g_print ("%s", text);
  return write_file (options->json, derma_evaluation_to_json (&evaluation), error)
         && write_file (options->predictions, derma_evaluation_to_predictions (&evaluation), error);
}

static gint
parse (gint *argc, gchar ***argv, Options *o)
{
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &o->model, "ONNX file (the shipped network)", "FILE" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &o->labels, "CSV with path,dx or an ISIC ground truth", "FILE" },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &o->root, "Folder of the pictures (the CSV file's)", "DIR" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &o->split, "Take only rows with this value of `split`", "NAME" },
    { "dataset", 0, 0, G_OPTION_ARG_STRING, &o->dataset, "Take only rows with this value of `dataset`", "NAME" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &o->json, "Write all figures as JSON", "FILE" },
    { "predictions", 0, 0, G_OPTION_ARG_FILENAME, &o->predictions, "Write each picture's probabilities", "FILE" },
    { "skip-bad", 0, 0, G_OPTION_ARG_NONE, &o->skip_bad, "Count pictures that cannot be read, and go on", NULL },
    { "disturb", 0, 0, G_OPTION_ARG_NONE, &o->disturb, "Read each picture blurred, turned, ... as well", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &o->threads, "Pictures at a time (1)", "N" },
    { "bootstrap", 0, 0, G_OPTION_ARG_INT, &o->resamples, "Resamples for intervals (1000; 0 for none)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &o->seed, "Seed of the resampling (1)", "N" },
    { 0 },
  };
  gint code = derma_tool_parse (argc, argv, "- measure a network on labelled pictures", entries, 0);

  if (code >= 0)
    return code;
  if (!o->labels)
    return derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--labels is needed (--help tells more)");
  if (o->threads < 1 || o->threads > 64)
    return derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--threads: %d is not from 1 to 64", o->threads);
  if (o->resamples < 0 || o->resamples > 100000)
    return derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--bootstrap: %d is not from 0 to 100000", o->resamples);
  return -1;
}

gint
derma_tool_eval (gint argc, gchar **argv)
{
  g_auto (Options) options = { .threads = 1, .resamples = 1000, .seed = 1 };
  gint code = parse (&argc, &argv, &options);
  GError *error = NULL;

  if (code >= 0)
    return code;
  return evaluate (&options, &error) ? DERMA_EXIT_SUCCESS : derma_tool_fail_error (error);
}
