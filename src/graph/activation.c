/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <math.h>

static enum xnn_status
emit_clamp (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_clamp (subgraph, step->min, step->max, inputs[0], output, 0);
}

static enum xnn_status
emit_leaky_relu (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_leaky_relu (subgraph, step->u.alpha, inputs[0], output, 0);
}

static enum xnn_status
emit_elu (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_elu (subgraph, step->u.alpha, inputs[0], output, 0);
}

static enum xnn_status
emit_hardswish (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_hardswish (subgraph, inputs[0], output, 0);
}

static enum xnn_status
emit_sigmoid (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_sigmoid (subgraph, inputs[0], output, 0);
}

static enum xnn_status
emit_multiply (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_multiply2 (subgraph, step->min, step->max, inputs[0], inputs[1], output, 0);
}

static enum xnn_status
emit_add (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_add2 (subgraph, step->min, step->max, inputs[0], inputs[1], output, 0);
}

static DermaStep *
add_like (DermaLower *lower, DermaEmit emit, const DermaSink *sink, guint input)
{
  DermaValue value = *derma_plan_get_value (lower->plan, input);
  DermaStep *step = derma_lower_add_step (lower, emit, sink, value.rank, value.dims);

  step->n_inputs = 1;
  step->inputs[0] = input;
  return step;
}

/* A clip of int8 stays int8 if what reads it would quantise it the same way. */
static gboolean
lower_quantized_clip (DermaLower *lower, const DermaNode *node, const DermaSink *sink)
{
  DermaView view = derma_lower_get_view (lower, node->inputs[0]);
  const DermaValue *from = derma_plan_get_value (lower->plan, view.value);
  DermaSink quantized;
  const DermaNode *quantize = derma_lower_peek_quantize (lower, sink, &quantized);
  DermaStep *step;

  if (from->dtype != DERMA_DTYPE_INT8 || !quantize || from->scale != quantized.scale
      || from->zero_point != quantized.zero_point)
    return FALSE;
  step = add_like (lower, emit_clamp, &quantized, derma_lower_store (lower, &view, NULL));
  derma_lower_take_in (lower, quantize);
  derma_lower_bind (lower, quantized.tensor, step->output, NULL);
  return TRUE;
}

void
derma_lower_clip (DermaLower *lower, const DermaNode *node)
{
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  DermaStep *step;

  if (!derma_sink_clip (&sink, node)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "clipping to %g..%g is not supported",
                        (gdouble)node->attrs.clip.min, (gdouble)node->attrs.clip.max);
    return;
  }
  derma_lower_follow_clips (lower, &sink);
  if (lower_quantized_clip (lower, node, &sink))
    return;
  step = add_like (lower, emit_clamp, &sink, derma_lower_get_float (lower, node->inputs[0]));
  derma_lower_bind (lower, sink.tensor, step->output, NULL);
}

/* XNNPACK wants a slope or scale in a certain range only. */
static gboolean
check_alpha (DermaLower *lower, const DermaNode *node)
{
  gfloat alpha = node->attrs.unary.alpha;
  gboolean good = node->op == DERMA_OP_ELU ? isnormal (alpha) && alpha > 0.0f : isfinite (alpha);

  if (!good)
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "alpha %g is not supported", alpha);
  return good;
}

void
derma_lower_unary (DermaLower *lower, const DermaNode *node)
{
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  gboolean has_alpha = node->op == DERMA_OP_LEAKY_RELU || node->op == DERMA_OP_ELU;
  DermaEmit emit = node->op == DERMA_OP_LEAKY_RELU   ? emit_leaky_relu
                   : node->op == DERMA_OP_ELU        ? emit_elu
                   : node->op == DERMA_OP_HARD_SWISH ? emit_hardswish
                                                     : emit_sigmoid;
  DermaStep *step;

  if (has_alpha && !check_alpha (lower, node))
    return;
  step = add_like (lower, emit, &sink, derma_lower_get_float (lower, node->inputs[0]));
  step->u.alpha = node->attrs.unary.alpha;
  derma_lower_bind (lower, node->outputs[0], step->output, NULL);
}

static guint
add_scalar (DermaLower *lower, gfloat number)
{
  gfloat *data = derma_lower_alloc (lower, sizeof *data);

  if (data)
    *data = number;
  return derma_lower_add_constant (lower, 1, (const gsize[]){ 1 }, data);
}

/* x times its hard sigmoid of slope 1/6 is how exporters write a hard swish. */
static gboolean
lower_as_hard_swish (DermaLower *lower, const DermaNode *node)
{
  guint y = node->outputs[0], x = node->inputs[0];
  const DermaNode *mul;
  DermaSink sink;
  DermaStep *step;

  if (lower->n_readers[y] != 1 || fabsf (node->attrs.unary.alpha - 1.0f / 6.0f) > 1e-6f
      || node->attrs.unary.beta != 0.5f)
    return FALSE;
  mul = g_ptr_array_index (lower->ir->nodes, lower->readers[y]);
  if (mul->op != DERMA_OP_MUL || (mul->inputs[0] != x && mul->inputs[1] != x))
    return FALSE;
  derma_lower_take_in (lower, mul);
  sink = derma_sink_plain (mul->outputs[0]);
  step = add_like (lower, emit_hardswish, &sink, derma_lower_get_float (lower, x));
  derma_lower_bind (lower, sink.tensor, step->output, NULL);
  return TRUE;
}

void
derma_lower_hard_sigmoid (DermaLower *lower, const DermaNode *node)
{
  DermaSink scaled = derma_sink_plain (node->outputs[0]), clipped = scaled;
  guint alpha, beta, input;
  DermaStep *step;

  if (lower_as_hard_swish (lower, node))
    return;
  input = derma_lower_get_float (lower, node->inputs[0]);
  alpha = add_scalar (lower, node->attrs.unary.alpha);
  beta = add_scalar (lower, node->attrs.unary.beta);
  step = add_like (lower, emit_multiply, &scaled, input);
  step->inputs[step->n_inputs++] = alpha;
  input = step->output;
  clipped.min = 0.0f;
  clipped.max = 1.0f;
  /* XNNPACK would join a clip that follows with this one, and does not take limits that it joined to none. */
  derma_lower_follow_clips (lower, &clipped);
  step = add_like (lower, emit_add, &clipped, input);
  step->inputs[step->n_inputs++] = beta;
  derma_lower_bind (lower, clipped.tensor, step->output, NULL);
}

static enum xnn_status
emit_prelu (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_prelu (subgraph, inputs[0], inputs[1], output, 0);
}

void
derma_lower_prelu (DermaLower *lower, const DermaNode *node)
{
  const gfloat *given = derma_lower_get_floats (lower, node->inputs[1]);
  gsize n_given = derma_tensor_n_elements (derma_lower_get_tensor (lower, node->inputs[1]));
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  guint order[DERMA_MAX_RANK], input, slope;
  gsize dims[4];
  gfloat *slopes;
  DermaStep *step;

  input = derma_lower_store_channels_last (lower, node->inputs[0], order, dims);
  if (!given || (n_given != 1 && n_given != dims[3])) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "the slope must be constant, one or one a channel");
    return;
  }
  slopes = derma_lower_alloc (lower, dims[3] * sizeof *slopes);
  if (!slopes)
    return;
  for (gsize i = 0; i < dims[3]; i++)
    slopes[i] = given[n_given == 1 ? 0 : i];
  slope = derma_lower_add_constant (lower, 1, dims + 3, slopes);
  step = derma_lower_add_step (lower, emit_prelu, &sink, 4, dims);
  step->n_inputs = 2;
  step->inputs[0] = input;
  step->inputs[1] = slope;
  derma_lower_bind (lower, node->outputs[0], step->output, order);
}
