/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/evaluation.h"
#include "tools/json.h"

#include <math.h>

static void
add_classes (JsonBuilder *builder, const DermaEvaluation *evaluation, const DermaClasses *classes)
{
  derma_json_begin_object (builder, "per_class");
  for (guint i = 0; i < classes->n; i++) {
    const DermaClassMeasures *measures = &evaluation->classes[i];

    derma_json_begin_object (builder, classes->labels[i]);
    derma_json_add_number (builder, "recall", measures->recall);
    derma_json_add_number (builder, "precision", measures->precision);
    derma_json_add_number (builder, "f1", measures->f1);
    derma_json_add_number (builder, "auc", measures->auc);
    derma_json_add_count (builder, "n", measures->n);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
}

static void
add_detection (JsonBuilder *builder, const gchar *name, const DermaDetection *detection, gdouble operating_point)
{
  derma_json_begin_object (builder, name);
  derma_json_add_number (builder, "auc", detection->auc);
  derma_json_add_number (builder, "sensitivity", detection->sensitivity);
  derma_json_add_number (builder, "specificity", detection->specificity);
  derma_json_add_number (builder, "operating_point", operating_point);
  json_builder_end_object (builder);
}

static void
add_confusion (JsonBuilder *builder, const DermaEvaluation *evaluation, const DermaClasses *classes)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint i = 0; i < classes->n; i++)
    json_builder_add_string_value (builder, classes->labels[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "confusion_matrix");
  json_builder_begin_array (builder);
  for (guint i = 0; i < classes->n; i++) {
    json_builder_begin_array (builder);
    for (guint j = 0; j < classes->n; j++)
      json_builder_add_int_value (builder, evaluation->confusion[(gsize)i * classes->n + j]);
    json_builder_end_array (builder);
  }
  json_builder_end_array (builder);
}

static void
add_interval (JsonBuilder *builder, const gchar *name, const gdouble interval[2])
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < 2; i++) {
    if (isnan (interval[i]))
      json_builder_add_null_value (builder);
    else
      json_builder_add_double_value (builder, interval[i]);
  }
  json_builder_end_array (builder);
}

static void
add_intervals (JsonBuilder *builder, const DermaEvaluation *evaluation, const DermaClasses *classes)
{
  const DermaIntervals *intervals = &evaluation->intervals;

  derma_json_begin_object (builder, "intervals");
  if (evaluation->resamples > 0) {
    add_interval (builder, "accuracy", intervals->accuracy);
    add_interval (builder, "balanced_accuracy", intervals->balanced_accuracy);
    add_interval (builder, "macro_f1", intervals->macro_f1);
    add_interval (builder, "macro_auc", intervals->macro_auc);
    add_interval (builder, "ece", intervals->ece);
    add_interval (builder, "malignant_auc", intervals->malignant_auc);
    add_interval (builder, "malignant_sensitivity", intervals->malignant_sensitivity);
    add_interval (builder, "malignant_specificity", intervals->malignant_specificity);
    if (derma_detections_find_melanoma (classes) >= 0) {
      add_interval (builder, "melanoma_auc", intervals->melanoma_auc);
      add_interval (builder, "melanoma_sensitivity", intervals->melanoma_sensitivity);
      add_interval (builder, "melanoma_specificity", intervals->melanoma_specificity);
    }
  }
  json_builder_end_object (builder);
  derma_json_add_count (builder, "bootstrap_samples", evaluation->resamples);
  derma_json_add_string (builder, "bootstrap_unit", evaluation->labels->lesions ? "lesion" : "picture");
}

static void
add_baseline (JsonBuilder *builder, const DermaEvaluation *evaluation, const DermaClasses *classes)
{
  guint present = 0;

  for (guint i = 0; i < classes->n; i++)
    present += evaluation->classes[i].n > 0;
  derma_json_begin_object (builder, "majority_baseline");
  derma_json_add_string (builder, "label", classes->labels[evaluation->majority]);
  derma_json_add_number (builder, "accuracy",
                         (gdouble)evaluation->classes[evaluation->majority].n / evaluation->sweep->n);
  derma_json_add_number (builder, "balanced_accuracy", 1.0 / present);
  json_builder_end_object (builder);
}

static void
add_model (JsonBuilder *builder, const DermaModel *model, const DermaClasses *classes)
{
  derma_json_begin_object (builder, "model");
  derma_json_add_string (builder, "name", classes->model_name);
  derma_json_add_string (builder, "version", classes->model_version);
  derma_json_add_string (builder, "sha256", derma_model_get_sha256 (model));
  derma_json_add_count (builder, "parameters", derma_model_get_n_parameters (model));
  derma_json_add_count (builder, "macs", derma_model_get_n_macs (model));
  json_builder_end_object (builder);
}

static void
add_all (JsonBuilder *builder, const DermaEvaluation *evaluation)
{
  const DermaClasses *classes = derma_model_get_metadata (evaluation->model)->classes;

  derma_json_add_count (builder, "n", evaluation->sweep->n);
  derma_json_add_count (builder, "skipped_unknown", evaluation->labels->n_unknown);
  derma_json_add_count (builder, "skipped_unlabelled", evaluation->labels->n_unlabelled);
  derma_json_add_count (builder, "skipped_bad", evaluation->sweep->n_bad);
  derma_json_add_number (builder, "accuracy", evaluation->measures.accuracy);
  derma_json_add_number (builder, "balanced_accuracy", evaluation->measures.balanced_accuracy);
  derma_json_add_number (builder, "macro_f1", evaluation->measures.macro_f1);
  derma_json_add_number (builder, "macro_auc", evaluation->measures.macro_auc);
  derma_json_add_number (builder, "ece", evaluation->measures.ece);
  derma_json_add_number (builder, "refused", evaluation->refused);
  add_classes (builder, evaluation, classes);
  if (derma_detections_find_melanoma (classes) >= 0)
    add_detection (builder, "melanoma", &evaluation->found.melanoma, derma_detections_get_melanoma_point (classes));
  add_detection (builder, "malignant", &evaluation->found.malignant, classes->operating_point);
  add_confusion (builder, evaluation, classes);
  add_intervals (builder, evaluation, classes);
  add_baseline (builder, evaluation, classes);
  if (evaluation->robustness)
    derma_robustness_add (evaluation->robustness, builder);
  if (evaluation->sweep->masks)
    derma_overlap_add (&evaluation->overlap, builder);
  if (evaluation->outliers->len > 0)
    derma_outliers_add (evaluation->outliers, builder);
  if (evaluation->subgroups)
    derma_subgroups_add (evaluation->subgroups, evaluation->n_subgroups, builder);
  add_model (builder, evaluation->model, classes);
}

gchar *
derma_evaluation_to_json (const DermaEvaluation *evaluation)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_all (builder, evaluation);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
