/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <string.h>

static const guint own_order[] = { 0, 1, 2, 3, 4, 5 };

static enum xnn_status
emit_dense (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_fully_connected (subgraph, step->min, step->max, inputs[0], inputs[1], inputs[2], output, 0);
}

static guint
add_constant (DermaLower *lower, const gfloat *data, guint rank, const gsize *dims)
{
  gsize n = rank == 2 ? dims[0] * dims[1] : dims[0];
  gfloat *copy = derma_lower_alloc (lower, n * sizeof *copy);

  if (copy && data)
    memcpy (copy, data, n * sizeof *copy);
  return derma_lower_add_constant (lower, rank, dims, copy);
}

/* As a 1x1 convolution, which every version of XNNPACK runs with one scale an output. */
static gboolean
lower_quantized_dense (DermaLower *lower, const DermaNode *node, const DermaConv *operands, const DermaSink *sink)
{
  DermaConv conv = *operands;
  DermaWeights weights;
  DermaSink quantized;
  DermaView view = derma_lower_get_view (lower, node->inputs[0]), flat;
  const DermaNode *quantize;

  if (view.rank != 2 || !derma_lower_is_quantized (lower, node->inputs[0])
      || !derma_lower_get_weights (lower, node->inputs[1], &weights)
      || !(quantize = derma_lower_peek_quantize (lower, sink, &quantized))
      || !derma_view_reshape (&view, 4, (const gsize[]){ 1, conv.in[2], view.dims[0], 1 }, &flat) || view.dims[0] != 1)
    return FALSE;
  conv.input = derma_lower_store (lower, &flat, NULL);
  conv.quantized = &weights;
  conv.window = (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
  if (!derma_conv_can_requantize (lower, &conv, &quantized))
    return FALSE;
  derma_lower_take_in (lower, quantize);
  derma_lower_bind (lower, quantized.tensor, derma_lower_add_conv (lower, &conv, &quantized), NULL);
  return TRUE;
}

static void
lower_float_dense (DermaLower *lower, const DermaNode *node, const DermaConv *operands, const DermaSink *sink)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaView view = derma_lower_get_view (lower, node->inputs[0]);
  const gsize shape[] = { operands->out[2], operands->in[2] };
  guint input = derma_lower_store_float (lower, &view, own_order);
  guint weights = add_constant (lower, operands->weights, 2, shape);
  guint bias = add_constant (lower, operands->bias, 1, shape);
  gsize dims[DERMA_MAX_RANK];
  DermaStep *step;

  for (guint i = 0; i < y->rank; i++)
    dims[i] = (gsize)y->dims[i];
  step = derma_lower_add_step (lower, emit_dense, sink, y->rank, dims);
  step->n_inputs = 3;
  step->inputs[0] = input;
  step->inputs[1] = weights;
  step->inputs[2] = bias;
  derma_lower_bind (lower, sink->tensor, step->output, own_order);
}

static gboolean
check_shapes (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  const DermaTensor *w = derma_lower_get_tensor (lower, node->inputs[1]);
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);

  if (w->rank == 2 && x->rank >= 1 && x->rank == y->rank && x->dims[x->rank - 1] == w->dims[1]
      && y->dims[y->rank - 1] == w->dims[0])
    return TRUE;
  derma_lower_refuse (lower, DERMA_ERROR_FORMAT, "the weights do not fit the input and the output");
  return FALSE;
}

void
derma_lower_dense (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *w = derma_lower_get_tensor (lower, node->inputs[1]);
  gboolean has_bias = node->n_inputs > 2 && node->inputs[2] != DERMA_NO_TENSOR;
  DermaConv operands = { .in = { 1, 1, (gsize)w->dims[1] }, .out = { 1, 1, (gsize)w->dims[0] } };
  DermaSink sink;

  operands.weights = derma_lower_get_floats (lower, node->inputs[1]);
  operands.bias = has_bias ? derma_lower_get_floats (lower, node->inputs[2]) : NULL;
  if (!operands.weights || (has_bias && !operands.bias)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "weights and bias must be constant");
    return;
  }
  if (!check_shapes (lower, node))
    return;
  sink = derma_lower_follow (lower, node->outputs[0]);
  if (!lower_quantized_dense (lower, node, &operands, &sink))
    lower_float_dense (lower, node, &operands, &sink);
}
