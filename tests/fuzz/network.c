/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network.h"

#include "model/ir.h"
#include "outcome.h"

#include <derma/classifier.h>

#include <string.h>

#define NAME "fuzz.onnx"
#define MAX_MACS 2000000
#define MAX_ELEMENTS 400000
#define SIDE 24

static void
check_metadata (const DermaModel *model)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  const DermaClasses *classes = metadata->classes;

  fuzz_outcome_check_range (classes->n, 1, DERMA_MAX_CLASSES);
  for (guint i = 0; i < classes->n; i++) {
    fuzz_outcome_check_text (classes->labels[i]);
    fuzz_outcome_check_text (classes->titles[i]);
  }
  fuzz_outcome_check_text (classes->model_name);
  fuzz_outcome_check_range (classes->operating_point, 0, 1);
  fuzz_outcome_check_range (metadata->scores_output, 0, derma_model_get_n_outputs (model) - 1);
  fuzz_outcome_check_range (metadata->map_output, -1, derma_model_get_n_outputs (model) - 1);
  fuzz_outcome_check_range (metadata->typicality_output, -1, derma_model_get_n_outputs (model) - 1);
  fuzz_outcome_check_range (metadata->typicality_threshold, 0, 1);
  g_assert_true (metadata->temperature > 0);
  for (guint i = 0; i < 3; i++)
    g_assert_true (metadata->std[i] > 0);
}

gboolean
fuzz_network_is_small (const DermaModel *model)
{
  const DermaIr *ir = derma_model_get_ir (model);
  gsize elements = 0;

  for (guint i = 0; i < ir->tensors->len; i++)
    elements += derma_tensor_n_elements (derma_ir_get_tensor (ir, i));
  return elements <= MAX_ELEMENTS && derma_model_get_n_macs (model) <= MAX_MACS;
}

static void
run_graph (DermaModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaGraph) graph = derma_graph_new (model, 1, &error);
  gsize n;
  gfloat *input;

  fuzz_outcome_check (graph != NULL, error, NAME ": ");
  if (!graph)
    return;
  input = derma_graph_get_input (graph, &n);
  for (gsize i = 0; i < n; i++)
    input[i] = (gfloat)(i % 17) / 8.0f - 1.0f;
  g_assert_true (derma_graph_run (graph, &error));
  for (guint i = 0; i < derma_model_get_n_outputs (model); i++) {
    gint64 dims[DERMA_MAX_RANK];
    guint rank = derma_model_get_output_shape (model, i, dims);
    const gfloat *output = derma_graph_get_output (graph, i, &n);
    g_autofree gfloat *copy = g_memdup2 (output, n * sizeof *output);
    gsize elements = 1;

    for (guint d = 0; d < rank; d++)
      elements *= (gsize)dims[d];
    g_assert_cmpuint (elements, ==, n);
    g_assert_true (copy || n == 0);
  }
}

static void
check_reading (const DermaReading *reading)
{
  gdouble sum = 0;

  g_assert_cmpuint (reading->top, <, reading->classes->n);
  for (guint i = 0; i < reading->classes->n; i++) {
    fuzz_outcome_check_range (reading->probabilities[i], 0, 1);
    sum += reading->probabilities[i];
  }
  fuzz_outcome_check_range (sum, 0.99, 1.01);
  fuzz_outcome_check_range (reading->confidence, 0, 1);
  fuzz_outcome_check_range (reading->malignant, 0, 1.001);
  if (reading->typicality != DERMA_UNMEASURED)
    fuzz_outcome_check_range (reading->typicality, 0, 1);
  fuzz_outcome_check_range (reading->region.x, 0, 1);
  fuzz_outcome_check_range (reading->region.y, 0, 1);
  fuzz_outcome_check_range (reading->region.width, 0, 1);
  fuzz_outcome_check_range (reading->region.height, 0, 1);
}

static void
read_picture (DermaModel *model)
{
  static guint8 pixels[SIDE * SIDE * 3];
  const DermaFrame frame = {
    .format = DERMA_FORMAT_RGB, .width = SIDE, .height = SIDE, .planes = { pixels }, .strides = { SIDE * 3 }
  };
  const DermaRect rect = { 2, 1, SIDE - 4, SIDE - 4 };
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaClassifier) classifier = derma_classifier_new (model, 1, &error);
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  fuzz_outcome_check (classifier != NULL, error, NAME ": ");
  if (!classifier)
    return;
  for (guint i = 0; i < sizeof pixels; i++)
    pixels[i] = (guint8)(i * 7);
  if (derma_classifier_classify (classifier, &frame, &rect, 0.5f, &reading, &error))
    check_reading (&reading);
  else
    fuzz_outcome_check (FALSE, error, "");
}

void
fuzz_network_try (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, NAME, &error);

  fuzz_outcome_check (model != NULL, error, NAME ": ");
  if (!model)
    return;
  check_metadata (model);
  if (!fuzz_network_is_small (model))
    return;
  run_graph (model);
  read_picture (model);
}
