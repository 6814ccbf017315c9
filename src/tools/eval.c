/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/evaluation.h"
#include "tools/folder.h"
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
  gchar *groups;
  gchar *group_by;
  gchar **columns;  /* of group_by */
  gchar **outliers; /* folders */
  gboolean masks;
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
  g_free (options->groups);
  g_free (options->group_by);
  g_strfreev (options->columns);
  g_strfreev (options->outliers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
write_file (const gchar *path, gchar *contents, GError **error)
{
  g_autofree gchar *text = contents;

  return !path || derma_output_write (path, text, strlen (text), error);
}

/* What is evaluated. */
typedef struct {
  DermaModel *model;
  DermaLabels *labels;
  DermaGroups *groups; /* NULL if not asked for */
  GPtrArray *outliers; /* of DermaLabels*, one a folder */
} Subject;

static void
subject_clear (Subject *subject)
{
  derma_model_unref (subject->model);
  derma_labels_free (subject->labels);
  derma_groups_free (subject->groups);
  g_clear_pointer (&subject->outliers, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static gboolean
load_labels (Subject *subject, const Options *options, GError **error)
{
  const DermaSelection selection = { options->root, options->split, options->dataset };

  subject->labels =
      derma_labels_load (options->labels, derma_model_get_metadata (subject->model)->classes, &selection, error);
  if (!subject->labels)
    return FALSE;
  if (!options->masks || subject->labels->masks)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: has no column 'mask'", options->labels);
  return FALSE;
}

static gboolean
list_outliers (Subject *subject, gchar **folders, GError **error)
{
  subject->outliers = g_ptr_array_new_with_free_func ((GDestroyNotify)derma_labels_free);
  for (guint i = 0; folders && folders[i]; i++) {
    DermaLabels *list = derma_folder_list (folders[i], error);

    if (!list)
      return FALSE;
    g_ptr_array_add (subject->outliers, list);
  }
  return TRUE;
}

/* Nothing that is written may take the place of the file @input. */
static gboolean
spares (const Options *options, const gchar *input, GError **error)
{
  return derma_output_check (options->json, input, error) && derma_output_check (options->predictions, input, error);
}

static gboolean
spares_pictures (const Options *options, const DermaLabels *labels, GError **error)
{
  for (guint i = 0; i < labels->samples->len; i++) {
    const DermaSample *sample = g_ptr_array_index (labels->samples, i);

    if (!spares (options, sample->path, error) || !spares (options, sample->mask, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_outputs (const Options *options, const gchar *model, GError **error)
{
  if (options->json && options->predictions && derma_output_is_same (options->json, options->predictions)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: is for both --json and --predictions", options->json);
    return FALSE;
  }
  return spares (options, model, error) && spares (options, options->labels, error)
         && spares (options, options->groups, error);
}

static gboolean
load_pictures (Subject *subject, const Options *options, GError **error)
{
  if (!load_labels (subject, options, error) || !list_outliers (subject, options->outliers, error)
      || !spares_pictures (options, subject->labels, error))
    return FALSE;
  for (guint i = 0; i < subject->outliers->len; i++)
    if (!spares_pictures (options, g_ptr_array_index (subject->outliers, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
load (Subject *subject, const Options *options, GError **error)
{
  g_autofree gchar *path = options->model ? g_strdup (options->model) : derma_model_find_default ();

  if (!check_outputs (options, path, error))
    return FALSE;
  subject->model = derma_model_load (path, error);
  if (!subject->model || !load_pictures (subject, options, error))
    return FALSE;
  if (!options->groups)
    return TRUE;
  subject->groups = derma_groups_load (options->groups, (const gchar *const *)options->columns, error);
  return subject->groups != NULL;
}

/* The folders of outliers are read as the labelled pictures were, but as they are. */
static gboolean
add_outliers (DermaEvaluation *evaluation, const Subject *subject, const Options *options, GError **error)
{
  const DermaSweepOptions sweeping = { .threads = (guint)options->threads, .skip_bad = options->skip_bad };

  for (guint i = 0; i < subject->outliers->len; i++) {
    g_autoptr (DermaSweep) others =
        derma_sweep_run (subject->model, g_ptr_array_index (subject->outliers, i), &sweeping, error);

    if (!others)
      return FALSE;
    derma_evaluation_add_outliers (evaluation, options->outliers[i], others);
  }
  return TRUE;
}

static gboolean
report (const DermaEvaluation *evaluation, const Options *options, GError **error)
{
  g_autofree gchar *text = derma_evaluation_to_text (evaluation);

  g_print ("%s", text);
  return write_file (options->json, derma_evaluation_to_json (evaluation), error)
         && write_file (options->predictions, derma_evaluation_to_predictions (evaluation), error);
}

static gboolean
evaluate (const Options *options, GError **error)
{
  const DermaSweepOptions sweeping = { (guint)options->threads, options->skip_bad, options->disturb, options->masks };
  const DermaBootstrap bootstrap = { (guint)options->resamples, (guint32)options->seed };
  g_auto (Subject) subject = { 0 };
  g_autoptr (DermaSweep) sweep = NULL;
  g_auto (DermaEvaluation) evaluation = { 0 };

  if (!load (&subject, options, error))
    return FALSE;
  sweep = derma_sweep_run (subject.model, subject.labels, &sweeping, error);
  if (!sweep)
    return FALSE;
  derma_evaluation_init (&evaluation, subject.model, subject.labels, sweep, &bootstrap);
  if (subject.groups)
    derma_evaluation_divide (&evaluation, subject.groups);
  return add_outliers (&evaluation, &subject, options, error) && report (&evaluation, options, error);
}

/* -1, or the exit code after what was wrong has been said. */
static gint
split_columns (Options *o)
{
  if (!o->groups != !o->group_by)
    return derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--groups and --group-by go together");
  if (!o->groups)
    return -1;
  o->columns = g_strsplit (o->group_by, ",", 256);
  for (guint i = 0; o->columns[i]; i++) {
    if (*g_strstrip (o->columns[i]) == '\0')
      return derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--group-by: column %u has no name", i + 1);
    for (guint j = 0; j < i; j++)
      if (g_ascii_strcasecmp (o->columns[i], o->columns[j]) == 0)
        return derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--group-by: '%s' is there twice", o->columns[i]);
  }
  return o->columns[0] ? -1 : derma_tool_fail (DERMA_EXIT_USAGE, "eval", "--group-by: names no column");
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
    { "masks", 0, 0, G_OPTION_ARG_NONE, &o->masks, "Compare lesion maps with the masks of column `mask`", NULL },
    { "outliers", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->outliers, "Folder of pictures to refuse (any number)", "DIR" },
    { "groups", 0, 0, G_OPTION_ARG_FILENAME, &o->groups, "CSV with image_id and what to group by", "FILE" },
    { "group-by", 0, 0, G_OPTION_ARG_STRING, &o->group_by, "Columns of it, such as age,sex", "COLUMN[,COLUMN...]" },
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
  return split_columns (o);
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
