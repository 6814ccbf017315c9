/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/evaluation.h"

#include "tools/cell.h"

#include <math.h>

static const DermaClasses *
get_classes (const DermaEvaluation *evaluation)
{
  return derma_model_get_metadata (evaluation->model)->classes;
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

/* Of all malignant classes, or of melanoma alone. */
static void
print_detection (GString *text, const DermaEvaluation *evaluation, gboolean melanoma)
{
  const DermaIntervals *all = evaluation->resamples > 0 ? &evaluation->intervals : NULL;
  const DermaDetection *found = melanoma ? &evaluation->found.melanoma : &evaluation->found.malignant;
  const gdouble *auc = !all ? NULL : melanoma ? all->melanoma_auc : all->malignant_auc;
  const gdouble *sensitivity = !all ? NULL : melanoma ? all->melanoma_sensitivity : all->malignant_sensitivity;
  const gdouble *specificity = !all ? NULL : melanoma ? all->melanoma_specificity : all->malignant_specificity;
  const DermaClasses *classes = get_classes (evaluation);

  g_string_append_printf (text, "%-20sat a score of %.4f\n", melanoma ? "melanoma" : "malignant",
                          melanoma ? derma_detections_get_melanoma_point (classes) : classes->operating_point);
  print_measure (text, "  AUC", found->auc, auc);
  print_measure (text, "  sensitivity", found->sensitivity, sensitivity);
  print_measure (text, "  specificity", found->specificity, specificity);
}

static void
print_classes (GString *text, const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = get_classes (evaluation);

  g_string_append_printf (text, "\n%-12s%8s%11s%8s%8s%8s\n", "class", "recall", "precision", "F1", "AUC", "n");
  for (guint i = 0; i < classes->n; i++) {
    const DermaClassMeasures *one = &evaluation->classes[i];

    derma_cell_add (text, classes->labels[i], -12, 0);
    g_string_append_printf (text, "%8.3f%11.3f%8.3f%8.3f%8u\n", one->recall, one->precision, one->f1, one->auc, one->n);
  }
}

/* How many of each class were read as which. */
static void
print_confusion (GString *text, const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = get_classes (evaluation);

  g_string_append_printf (text, "\n%-12s", "true\\read");
  for (guint i = 0; i < classes->n; i++)
    derma_cell_add (text, classes->labels[i], 8, 7);
  for (guint i = 0; i < classes->n; i++) {
    g_string_append_c (text, '\n');
    derma_cell_add (text, classes->labels[i], -12, 0);
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
  g_string_append_printf (text, "%-20s%s %s\n", "model", classes->model_name, classes->model_version);
  g_string_append_printf (text, "%-20s%u (%u of other diagnoses, %u without one and %u unreadable left out)\n",
                          "pictures", n, evaluation->labels->n_unknown, evaluation->labels->n_unlabelled,
                          evaluation->sweep->n_bad);
  print_measures (text, evaluation);
  print_detection (text, evaluation, FALSE);
  if (derma_detections_find_melanoma (classes) >= 0)
    print_detection (text, evaluation, TRUE);
  g_string_append_printf (text, "%-20salways '%s': accuracy %.4f, balanced accuracy %.4f\n", "baseline",
                          classes->labels[evaluation->majority],
                          (gdouble)evaluation->classes[evaluation->majority].n / n, 1.0 / present);
  if (!isnan (evaluation->refused))
    g_string_append_printf (text, "%-20s%.4f of the pictures are read as without a lesion\n", "refused",
                            evaluation->refused);
  if (evaluation->sweep->masks)
    derma_overlap_print (&evaluation->overlap, text);
  if (evaluation->resamples > 0)
    g_string_append_printf (text, "%-20s95 %%, %u bootstrap samples of %s\n", "intervals", evaluation->resamples,
                            evaluation->labels->lesions ? "lesions" : "pictures");
  print_classes (text, evaluation);
  print_confusion (text, evaluation);
  if (evaluation->robustness)
    derma_robustness_print (evaluation->robustness, text);
  derma_subgroups_print (evaluation->subgroups, evaluation->n_subgroups, text);
  derma_outliers_print (evaluation->outliers, text);
  return g_string_free (text, FALSE);
}
