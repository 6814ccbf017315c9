/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/evaluation.h"

#include "tools/csvtext.h"

#include <math.h>
#include <string.h>

static const DermaClasses *
get_classes (const DermaEvaluation *evaluation)
{
  return derma_model_get_metadata (evaluation->model)->classes;
}

static void
look (DermaEvaluation *evaluation)
{
  const DermaMetadata *metadata = derma_model_get_metadata (evaluation->model);
  const DermaSweep *sweep = evaluation->sweep;
  g_autofree gfloat *ious = g_new (gfloat, sweep->n);

  for (guint i = 0; i < sweep->n; i++)
    ious[i] = sweep->looks[i].iou;
  derma_overlap_measure (ious, sweep->n, &evaluation->overlap);
  evaluation->refused = NAN;
  if (metadata->map_output >= 0 || metadata->typicality_output >= 0)
    evaluation->refused = derma_outliers_get_refused (sweep);
  evaluation->outliers = g_array_new (FALSE, FALSE, sizeof (DermaOutliers));
  g_array_set_clear_func (evaluation->outliers, derma_outliers_clear);
}

void
derma_evaluation_init (DermaEvaluation *evaluation, const DermaModel *model, const DermaLabels *labels,
                       const DermaSweep *sweep, const DermaBootstrap *bootstrap)
{
  DermaScores scores = { sweep->n, sweep->n_classes, sweep->probabilities, sweep->truth };

  memset (evaluation, 0, sizeof *evaluation);
  evaluation->model = model;
  evaluation->labels = labels;
  evaluation->sweep = sweep;
  evaluation->classes = g_new (DermaClassMeasures, sweep->n_classes);
  evaluation->confusion = g_new (guint, (gsize)sweep->n_classes * sweep->n_classes);
  evaluation->resamples = bootstrap->resamples;
  derma_metrics_measure (&scores, &evaluation->measures);
  derma_metrics_classes (&scores, evaluation->classes);
  derma_metrics_confusion (&scores, evaluation->confusion);
  derma_detections_measure (&scores, get_classes (evaluation), &evaluation->found);
  look (evaluation);
  if (sweep->disturbed) {
    evaluation->robustness = g_new (DermaRobustness, DERMA_N_DISTURBANCES);
    derma_robustness_measure (sweep, evaluation->robustness);
  }
  for (guint i = 1; i < sweep->n_classes; i++)
    if (evaluation->classes[i].n > evaluation->classes[evaluation->majority].n)
      evaluation->majority = i;
  if (bootstrap->resamples > 0)
    derma_bootstrap_run (sweep, labels, get_classes (evaluation), bootstrap, &evaluation->intervals);
}

void
derma_evaluation_divide (DermaEvaluation *evaluation, const DermaGroups *groups)
{
  evaluation->n_subgroups = groups->n_columns;
  evaluation->subgroups =
      derma_subgroups_measure (groups, evaluation->labels, evaluation->sweep, get_classes (evaluation));
}

void
derma_evaluation_add_outliers (DermaEvaluation *evaluation, const gchar *path, const DermaSweep *others)
{
  DermaOutliers outliers;

  derma_outliers_measure (path, evaluation->sweep, others, &outliers);
  g_array_append_val (evaluation->outliers, outliers);
}

void
derma_evaluation_clear (DermaEvaluation *evaluation)
{
  g_clear_pointer (&evaluation->classes, g_free);
  g_clear_pointer (&evaluation->confusion, g_free);
  g_clear_pointer (&evaluation->robustness, g_free);
  derma_subgroups_free (evaluation->subgroups, evaluation->n_subgroups);
  evaluation->subgroups = NULL;
  g_clear_pointer (&evaluation->outliers, g_array_unref);
}

gchar *
derma_evaluation_to_predictions (const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = get_classes (evaluation);
  const DermaSweep *sweep = evaluation->sweep;
  GString *text = g_string_new ("path,truth");

  for (guint c = 0; c < classes->n; c++)
    derma_csv_add_text (text, classes->labels[c]);
  derma_csv_end_row (text);
  for (guint i = 0; i < sweep->n; i++) {
    const DermaSample *sample = g_ptr_array_index (evaluation->labels->samples, sweep->samples[i]);

    derma_csv_add_text (text, sample->path);
    derma_csv_add_text (text, classes->labels[sample->truth]);
    for (guint c = 0; c < classes->n; c++)
      derma_csv_add_number (text, "%.7g", sweep->probabilities[(gsize)i * classes->n + c]);
    derma_csv_end_row (text);
  }
  return g_string_free (text, FALSE);
}
