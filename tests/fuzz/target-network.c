/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks put together as bytes say. One that runs gives what ONNX says, as a naive reference computes it. */
#include "blueprint.h"
#include "network.h"
#include "target.h"

#include "model/ir.h"
#include "support/reference.h"

#include <derma/graph.h>

#include <math.h>

/* Of the largest magnitude on the way. */
#define TOLERANCE 2e-4
#define LARGEST 1e5
#define LEAST_DIVISOR 1e-2

void
fuzz_target_start (void)
{
}

/* Rounding to eight bits turns a small difference into a step, and so do sums of huge numbers and divisions by small
 * ones. */
static gboolean
is_comparable (const DermaIr *ir)
{
  for (guint i = 0; i < ir->nodes->len; i++) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i);

    if (node->op == DERMA_OP_QUANTIZE || node->op == DERMA_OP_DEQUANTIZE)
      return FALSE;
  }
  for (guint i = 0; i < ir->tensors->len; i++) {
    const DermaTensor *tensor = derma_ir_get_tensor (ir, i);

    if (tensor->data && tensor->dtype != DERMA_DTYPE_FLOAT32)
      return FALSE;
  }
  return TRUE;
}

static gboolean
divides_by_little (const DermaIr *ir, const DermaNode *node, GPtrArray *values)
{
  const gdouble *divisor = g_ptr_array_index (values, node->inputs[1]);

  for (gsize i = 0; i < derma_tensor_n_elements (derma_ir_get_tensor (ir, node->inputs[1])); i++)
    if (!(fabs (divisor[i]) >= LEAST_DIVISOR))
      return TRUE;
  return FALSE;
}

/* The largest magnitude of all values; infinite if they should not be compared. */
static gdouble
get_largest (const DermaIr *ir, GPtrArray *values)
{
  gdouble largest = 0;

  for (guint i = 0; i < ir->nodes->len; i++) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i);

    if (node->op == DERMA_OP_DIV && divides_by_little (ir, node, values))
      return INFINITY;
  }
  for (guint i = 0; i < values->len; i++)
    for (gsize k = 0; k < derma_tensor_n_elements (derma_ir_get_tensor (ir, i)); k++) {
      gdouble value = fabs (((const gdouble *)g_ptr_array_index (values, i))[k]);

      if (!(value <= LARGEST))
        return INFINITY;
      largest = MAX (largest, value);
    }
  return largest;
}

/* The same picture for both: rows of pixels for one, planes for the other. */
static gfloat *
make_picture (const DermaModel *model, gfloat *pixels)
{
  guint width, height, channels;
  gfloat *planes;

  derma_model_get_input_size (model, &width, &height, &channels);
  planes = g_new (gfloat, (gsize)width * height * channels);
  for (guint i = 0; i < width * height; i++)
    for (guint c = 0; c < channels; c++)
      planes[c * width * height + i] = pixels[i * channels + c] = (gfloat)((i * 3 + c) * 7 % 23) / 11.0f - 1.0f;
  return planes;
}

static void
compare (DermaModel *model, DermaGraph *graph)
{
  const DermaIr *ir = derma_model_get_ir (model);
  g_autofree gfloat *picture = make_picture (model, derma_graph_get_input (graph, NULL));
  g_autoptr (GPtrArray) expected = reference_run (ir, picture);
  gdouble largest;
  gsize n;

  g_assert_true (derma_graph_run (graph, NULL));
  largest = get_largest (ir, expected);
  for (guint i = 0; largest < LARGEST && i < ir->outputs->len; i++) {
    const gfloat *output = derma_graph_get_output (graph, i, &n);
    const gdouble *wanted = g_ptr_array_index (expected, g_array_index (ir->outputs, guint, i));

    for (gsize k = 0; k < n; k++)
      if (!(fabs (output[k] - wanted[k]) <= TOLERANCE * (1 + largest)))
        g_error ("output %u, element %" G_GSIZE_FORMAT ": %g where %g is due", i, k, output[k], wanted[k]);
  }
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (GBytes) bytes = fuzz_blueprint_build (&input);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;

  fuzz_network_try (bytes);
  model = derma_model_new_from_bytes (bytes, "network", NULL);
  if (!model || !fuzz_network_is_small (model) || !is_comparable (derma_model_get_ir (model)))
    return;
  graph = derma_graph_new (model, 1, NULL);
  if (graph)
    compare (model, graph);
}
