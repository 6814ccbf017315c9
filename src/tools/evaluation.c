/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/evaluation.h"

#include <math.h>
#include <string.h>

static const DermaClasses *
get_classes (const DermaEvaluation *evaluation)
{
  return derma_model_get_metadata (evaluation->model)->classes;
}

static void
detect (DermaEvaluation *evaluation, const DermaScores *scores)
{
  const DermaClasses *classes = get_classes (evaluation);
  g_autofree gboolean *melanoma = g_new0 (gboolean, classes->n);

  evaluation->melanoma_class = -1;
  for (guint i = 0; i < classes->n; i++)
    if (strcmp (classes->labels[i], "mel") == 0)
      evaluation->melanoma_class = (gint)i;
  derma_metrics_detect (scores, classes->malignant, classes->operating_point, &evaluation->malignant);
  if (evaluation->melanoma_class < 0)
    return;
  melanoma[evaluation->melanoma_class] = TRUE;
  derma_metrics_detect (scores, melanoma, classes->operating_point, &evaluation->melanoma);
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
  detect (evaluation, &scores);
  for (guint i = 1; i < sweep->n_classes; i++)
    if (evaluation->classes[i].n > evaluation->classes[evaluation->majority].n)
      evaluation->majority = i;
  if (bootstrap->resamples > 0)
    derma_bootstrap_run (sweep, labels, get_classes (evaluation), bootstrap, &evaluation->intervals);
}

void
derma_evaluation_clear (DermaEvaluation *evaluation)
{
  g_clear_pointer (&evaluation->classes, g_free);
  g_clear_pointer (&evaluation->confusion, g_free);
}

/* "0.812 (0.795 to 0.830)" */
static void
print_measure (GString *text, const gchar *name, gdouble value, const gdouble interval[2])
{
  g_string_append_printf (text, "%-20s%.4f", name, value);
  if (interval)
    g_string_append_printf (text, "  (%.4f to %.4f)", interval[0], interval[1]);
  g_string_append_c (text, '\n');
}

static void
print_measures (GString *text, const DermaEvaluation *evaluation)
{
  const DermaIntervals *intervals = evaluation->resamples > 0 ? &evaluation->intervals : NULL;

  print_measure (text, "accuracy", evaluation->measures.accuracy, intervals ? intervals->accuracy : NULL);
  print_measure (text, "balanced accuracy", evaluation->measures.balanced_accuracy,
                 intervals ? intervals->balanced_accuracy : NULL);
  print_measure (text, "macro F1", evaluation->measures.macro_f1, intervals ? intervals->macro_f1 : NULL);
  print_measure (text, "macro AUC", evaluation->measures.macro_auc, intervals ? intervals->macro_auc : NULL);
  print_measure (text, "ECE", evaluation->measures.ece, intervals ? intervals->ece : NULL);
}

static void
print_detection (GString *text, const gchar *name, const DermaEvaluation *evaluation, const DermaDetection *detection)
{
  g_string_append_printf (text, "%-20sAUC %.4f, sensitivity %.4f, specificity %.4f at %.4f\n", name, detection->auc,
                          detection->sensitivity, detection->specificity, get_classes (evaluation)->operating_point);
}

static void
print_classes (GString *text, const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = get_classes (evaluation);

  g_string_append_printf (text, "\n%-12s%8s%11s%8s%8s%8s\n", "class", "recall", "precision", "F1", "AUC", "n");
  for (guint i = 0; i < classes->n; i++)
    g_string_append_printf (text, "%-12s%8.3f%11.3f%8.3f%8.3f%8u\n", classes->labels[i], evaluation->classes[i].recall,
                            evaluation->classes[i].precision, evaluation->classes[i].f1, evaluation->classes[i].auc,
                            evaluation->classes[i].n);
  g_string_append_printf (text, "\n%-12s", "true\\read");
  for (guint i = 0; i < classes->n; i++)
    g_string_append_printf (text, "%8.7s", classes->labels[i]);
  for (guint i = 0; i < classes->n; i++) {
    g_string_append_printf (text, "\n%-12s", classes->labels[i]);
    for (guint j = 0; j < classes->n; j++)
      g_string_append_printf (text, "%8u", evaluation->confusion[(gsize)i * classes->n + j]);
  }
  g_string_append_c (text, '\n');
}

gchar *
derma_evaluation_to_text (const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = get_classes (evaluation);
  GString *text = g_string_new (NULL);
  guint n = evaluation->sweep->n, present = 0;

  for (guint i = 0; i < classes->n; i++)
    present += evaluation->classes[i].n > 0;
  g_string_append_printf (text, "%-20s%s %s\n%-20s%u (%u of other diagnoses and %u unreadable left out)\n", "model",
                          classes->model_name, classes->model_version, "pictures", n, evaluation->labels->n_unknown,
                          evaluation->sweep->n_bad);
  print_measures (text, evaluation);
  print_detection (text, "malignant", evaluation, &evaluation->malignant);
  if (evaluation->melanoma_class >= 0)
    print_detection (text, "melanoma", evaluation, &evaluation->melanoma);
  g_string_append_printf (text, "%-20salways '%s': accuracy %.4f, balanced accuracy %.4f\n", "baseline",
                          classes->labels[evaluation->majority],
                          (gdouble)evaluation->classes[evaluation->majority].n / n, 1.0 / present);
  if (evaluation->resamples > 0)
    g_string_append_printf (text, "%-20s95 %%, %u bootstrap samples of %s\n", "intervals", evaluation->resamples,
                            evaluation->labels->lesions ? "lesions" : "pictures");
  print_classes (text, evaluation);
  return g_string_free (text, FALSE);
}

/* A field that spreadsheets take as text: quoted where it must be. */
static void
append_field (GString *text, const gchar *field)
{
  g_autoptr (GString) quoted = g_string_new (field);

  if (!strpbrk (field, ",\"\r\n")) {
    g_string_append (text, field);
    return;
  }
  g_string_replace (quoted, "\"", "\"\"", 0);
  g_string_append_printf (text, "\"%s\"", quoted->str);
}

gchar *
derma_evaluation_to_predictions (const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = get_classes (evaluation);
  const DermaSweep *sweep = evaluation->sweep;
  GString *text = g_string_new ("path,truth");
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint c = 0; c < classes->n; c++) {
    g_string_append_c (text, ',');
    append_field (text, classes->labels[c]);
  }
  for (guint i = 0; i < sweep->n; i++) {
    const DermaSample *sample = g_ptr_array_index (evaluation->labels->samples, sweep->samples[i]);

    g_string_append_c (text, '\n');
    append_field (text, sample->path);
    g_string_append_c (text, ',');
    append_field (text, classes->labels[sample->truth]);
    for (guint c = 0; c < classes->n; c++)
      g_string_append_printf (
          text, ",%s",
          g_ascii_formatd (number, sizeof number, "%.7g", sweep->probabilities[(gsize)i * classes->n + c]));
  }
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}
