/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

typedef enum xnn_status (*DefineBinary) (xnn_subgraph_t, float, float, uint32_t, uint32_t, uint32_t, uint32_t);

static enum xnn_status
emit_binary (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  static const DefineBinary definitions[] = {
    [DERMA_OP_ADD] = xnn_define_add2,
    [DERMA_OP_SUB] = xnn_define_subtract,
    [DERMA_OP_MUL] = xnn_define_multiply2,
    [DERMA_OP_DIV] = xnn_define_divide,
  };

  return definitions[step->node->op](subgraph, step->min, step->max, inputs[0], inputs[1], output, 0);
}

/* Both in the rank of the result, so that axes keep their meaning when channels go last. */
static DermaView
get_operand (DermaLower *lower, const DermaNode *node, guint i)
{
  DermaView view = derma_lower_get_view (lower, node->inputs[i]);

  return derma_view_extend (&view, derma_lower_get_tensor (lower, node->outputs[0])->rank);
}

/* The scales that XNNPACK's int8 kernels take. */
static gboolean
can_requantize (DermaOp op, const DermaValue *a, const DermaValue *b, gfloat scale)
{
  gfloat product = a->scale * b->scale / scale, ratio_a = a->scale / scale, ratio_b = b->scale / scale;

  if (op == DERMA_OP_MUL)
    return product >= 0x1p-16f && product < 0x1p8f;
  return op != DERMA_OP_DIV && ratio_a >= 0x1p-10f && ratio_a < 0x1p8f && ratio_b >= 0x1p-10f && ratio_b < 0x1p8f;
}

static const DermaNode *
find_quantize (DermaLower *lower, const DermaNode *node, const DermaView *views, DermaSink *sink)
{
  const DermaValue *a = derma_plan_get_value (lower->plan, views[0].value);
  const DermaValue *b = derma_plan_get_value (lower->plan, views[1].value);
  DermaSink quantized;
  const DermaNode *quantize = derma_lower_peek_quantize (lower, sink, &quantized);

  if (!quantize || a->dtype != DERMA_DTYPE_INT8 || b->dtype != DERMA_DTYPE_INT8
      || !can_requantize (node->op, a, b, quantized.scale))
    return NULL;
  *sink = quantized;
  return quantize;
}

static gboolean
check_broadcast (DermaLower *lower, const DermaTensor *y, const DermaView *views)
{
  for (guint i = 0; i < y->rank; i++) {
    gsize a = views[0].dims[i], b = views[1].dims[i];

    if (MAX (a, b) != (gsize)y->dims[i] || (a != b && a != 1 && b != 1)) {
      derma_lower_refuse (lower, DERMA_ERROR_FORMAT,
                          "extents %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " do not give %" G_GINT64_FORMAT, a, b,
                          y->dims[i]);
      return FALSE;
    }
  }
  return TRUE;
}

void
derma_lower_binary (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaView views[2] = { get_operand (lower, node, 0), get_operand (lower, node, 1) };
  DermaSink sink;
  const DermaNode *quantize;
  guint inputs[2], order[DERMA_MAX_RANK];
  gsize dims[DERMA_MAX_RANK];
  DermaStep *step;

  if (!check_broadcast (lower, y, views))
    return;
  sink = derma_lower_follow (lower, node->outputs[0]);
  quantize = find_quantize (lower, node, views, &sink);
  derma_lower_get_order (y->rank, order);
  for (guint i = 0; i < y->rank; i++)
    dims[i] = (gsize)y->dims[order[i]];
  for (guint i = 0; i < 2; i++)
    inputs[i] =
        quantize ? derma_lower_store (lower, &views[i], NULL) : derma_lower_store_float (lower, &views[i], NULL);
  step = derma_lower_add_step (lower, emit_binary, &sink, y->rank, dims);
  step->n_inputs = 2;
  step->inputs[0] = inputs[0];
  step->inputs[1] = inputs[1];
  if (quantize)
    derma_lower_take_in (lower, quantize);
  derma_lower_bind (lower, sink.tensor, step->output, NULL);
}
