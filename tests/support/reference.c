/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/reference.h"

#include <math.h>
#include <string.h>

typedef struct {
  const DermaIr *ir;
  const DermaNode *node;
  GPtrArray *values;
} Run;

static const DermaTensor *
input_tensor (const Run *run, guint i)
{
  return derma_ir_get_tensor (run->ir, run->node->inputs[i]);
}

static const DermaTensor *
output_tensor (const Run *run)
{
  return derma_ir_get_tensor (run->ir, run->node->outputs[0]);
}

static const gdouble *
input (const Run *run, guint i)
{
  return g_ptr_array_index (run->values, run->node->inputs[i]);
}

static gdouble *
output (const Run *run)
{
  return g_ptr_array_index (run->values, run->node->outputs[0]);
}

/* The coordinates of element @i. */
static void
unravel (const DermaTensor *tensor, gsize i, gint64 at[DERMA_MAX_RANK])
{
  for (guint k = tensor->rank; k-- > 0;) {
    at[k] = (gint64)(i % (gsize)tensor->dims[k]);
    i /= (gsize)tensor->dims[k];
  }
}

/* The index of the element at @at, whose last axes are the tensor's; axes of one are broadcast. */
static gsize
ravel (const DermaTensor *tensor, const gint64 *at, guint rank)
{
  gsize i = 0;

  for (guint k = 0; k < tensor->rank; k++) {
    gint64 x = tensor->dims[k] == 1 ? 0 : at[rank - tensor->rank + k];

    i = i * (gsize)tensor->dims[k] + (gsize)x;
  }
  return i;
}

static gdouble
conv_at (const Run *run, const gint64 at[4])
{
  const DermaWindow *c = &run->node->attrs.conv;
  const DermaTensor *x = input_tensor (run, 0), *w = input_tensor (run, 1);
  gint64 per_group = derma_ir_get_tensor (run->ir, run->node->outputs[0])->dims[1] / c->groups;
  gint64 first = at[1] / per_group * w->dims[1];
  gdouble sum = run->node->n_inputs > 2 && run->node->inputs[2] != DERMA_NO_TENSOR ? input (run, 2)[at[1]] : 0.0;

  for (gint64 i = 0; i < w->dims[1]; i++)
    for (gint64 kh = 0; kh < w->dims[2]; kh++)
      for (gint64 kw = 0; kw < w->dims[3]; kw++) {
        gint64 h = at[2] * c->stride[0] - c->pads[0] + kh * c->dilation[0];
        gint64 v = at[3] * c->stride[1] - c->pads[1] + kw * c->dilation[1];

        if (h >= 0 && h < x->dims[2] && v >= 0 && v < x->dims[3])
          sum += input (run, 0)[ravel (x, (const gint64[]){ 0, first + i, h, v }, 4)]
                 * input (run, 1)[ravel (w, (const gint64[]){ at[1], i, kh, kw }, 4)];
      }
  return sum;
}

static gdouble
pool_at (const Run *run, const gint64 at[4])
{
  const DermaWindow *p = &run->node->attrs.pool;
  const DermaTensor *x = input_tensor (run, 0);
  gboolean average = run->node->op == DERMA_OP_AVERAGE_POOL;
  gdouble sum = 0.0, max = -INFINITY, n = 0.0;

  for (gint64 kh = 0; kh < p->kernel[0]; kh++)
    for (gint64 kw = 0; kw < p->kernel[1]; kw++) {
      gint64 h = at[2] * p->stride[0] - p->pads[0] + kh * p->dilation[0];
      gint64 v = at[3] * p->stride[1] - p->pads[1] + kw * p->dilation[1];
      gboolean inside = h >= 0 && h < x->dims[2] && v >= 0 && v < x->dims[3];
      gdouble value = inside ? input (run, 0)[ravel (x, (const gint64[]){ 0, at[1], h, v }, 4)] : 0.0;

      sum += value;
      n += inside || p->count_include_pad;
      max = inside ? MAX (max, value) : max;
    }
  return average ? sum / n : max;
}

static gdouble
global_at (const Run *run, gint64 channel)
{
  const DermaTensor *x = input_tensor (run, 0);
  gsize n = (gsize)(x->dims[2] * x->dims[3]);
  gdouble sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += input (run, 0)[(gsize)channel * n + i];
  return sum / (gdouble)n;
}

static gdouble
dense_at (const Run *run, gsize i)
{
  const DermaTensor *w = input_tensor (run, 1);
  gsize n_out = (gsize)w->dims[0], n_in = (gsize)w->dims[1], row = i / n_out, o = i % n_out;
  gdouble sum = run->node->n_inputs > 2 && run->node->inputs[2] != DERMA_NO_TENSOR ? input (run, 2)[o] : 0.0;

  for (gsize k = 0; k < n_in; k++)
    sum += input (run, 0)[row * n_in + k] * input (run, 1)[o * n_in + k];
  return sum;
}

static gdouble
unary (const DermaNode *node, gdouble x)
{
  gdouble alpha = node->attrs.unary.alpha, beta = node->attrs.unary.beta;

  switch (node->op) {
  case DERMA_OP_CLIP:
    return MIN (MAX (x, node->attrs.clip.min), node->attrs.clip.max);
  case DERMA_OP_LEAKY_RELU:
    return x < 0.0 ? alpha * x : x;
  case DERMA_OP_ELU:
    return x < 0.0 ? alpha * expm1 (x) : x;
  case DERMA_OP_HARD_SWISH:
    return x * CLAMP (x / 6.0 + 0.5, 0.0, 1.0);
  case DERMA_OP_HARD_SIGMOID:
    return CLAMP (alpha * x + beta, 0.0, 1.0);
  case DERMA_OP_SIGMOID:
    return 1.0 / (1.0 + exp (-x));
  default:
    return x;
  }
}

static gdouble
binary_at (const Run *run, const gint64 *at)
{
  guint rank = output_tensor (run)->rank;
  gdouble a = input (run, 0)[ravel (input_tensor (run, 0), at, rank)];
  gdouble b = input (run, 1)[ravel (input_tensor (run, 1), at, rank)];

  switch (run->node->op) {
  case DERMA_OP_ADD:
    return a + b;
  case DERMA_OP_SUB:
    return a - b;
  case DERMA_OP_MUL:
    return a * b;
  default:
    return a / b;
  }
}

static gdouble
softmax_at (const Run *run, const gint64 *at)
{
  const DermaTensor *x = input_tensor (run, 0);
  gint axis = run->node->attrs.axis;
  gint64 other[DERMA_MAX_RANK];
  gdouble own = input (run, 0)[ravel (x, at, x->rank)], sum = 0.0;

  memcpy (other, at, sizeof other);
  for (other[axis] = 0; other[axis] < x->dims[axis]; other[axis]++)
    sum += exp (input (run, 0)[ravel (x, other, x->rank)] - own);
  return 1.0 / sum;
}

static gdouble
pad_at (const Run *run, const gint64 *at)
{
  const DermaTensor *x = input_tensor (run, 0);
  gint64 from[DERMA_MAX_RANK];

  for (guint k = 0; k < x->rank; k++) {
    from[k] = at[k] - run->node->attrs.pad.before[k];
    if (from[k] < 0 || from[k] >= x->dims[k])
      return run->node->attrs.pad.value;
  }
  return input (run, 0)[ravel (x, from, x->rank)];
}

static gdouble
concat_at (const Run *run, const gint64 *at)
{
  gint axis = run->node->attrs.axis;
  gint64 from[DERMA_MAX_RANK];
  guint part = 0;

  memcpy (from, at, sizeof from);
  while (from[axis] >= input_tensor (run, part)->dims[axis])
    from[axis] -= input_tensor (run, part++)->dims[axis];
  return input (run, part)[ravel (input_tensor (run, part), from, output_tensor (run)->rank)];
}

static gdouble
move_at (const Run *run, const gint64 *at)
{
  const DermaTensor *x = input_tensor (run, 0);
  gint64 from[DERMA_MAX_RANK];

  for (guint k = 0; k < x->rank; k++)
    if (run->node->op == DERMA_OP_TRANSPOSE)
      from[run->node->attrs.transpose.perm[k]] = at[k];
    else
      from[k] = at[k] + run->node->attrs.slice.start[k];
  return input (run, 0)[ravel (x, from, x->rank)];
}

static gdouble
quantization_at (const Run *run, gsize i, const gint64 *at)
{
  gint axis = run->node->attrs.axis;
  gsize n = derma_tensor_n_elements (input_tensor (run, 1)), k = n == 1 ? 0 : (gsize)at[axis];
  gdouble scale = input (run, 1)[k], zero_point = input (run, 2)[k], x = input (run, 0)[i];

  if (run->node->op == DERMA_OP_DEQUANTIZE)
    return (x - zero_point) * scale;
  x = rint (x / scale) + zero_point;
  return output_tensor (run)->dtype == DERMA_DTYPE_UINT8 ? CLAMP (x, 0.0, 255.0) : CLAMP (x, -128.0, 127.0);
}

static gdouble
channel_at (const Run *run, gsize i, const gint64 *at)
{
  gdouble x = input (run, 0)[i];
  gsize n = derma_tensor_n_elements (input_tensor (run, 1)), k = n == 1 ? 0 : (gsize)at[1];

  if (run->node->op == DERMA_OP_PRELU)
    return x < 0.0 ? x * input (run, 1)[k] : x;
  return x * input (run, 1)[k] + input (run, 2)[k];
}

static gdouble
element_at (const Run *run, gsize i, const gint64 *at)
{
  switch (run->node->op) {
  case DERMA_OP_CONV:
    return conv_at (run, at);
  case DERMA_OP_SCALE_SHIFT:
  case DERMA_OP_PRELU:
    return channel_at (run, i, at);
  case DERMA_OP_ADD:
  case DERMA_OP_SUB:
  case DERMA_OP_MUL:
  case DERMA_OP_DIV:
    return binary_at (run, at);
  case DERMA_OP_GLOBAL_AVERAGE_POOL:
    return global_at (run, at[1]);
  case DERMA_OP_AVERAGE_POOL:
  case DERMA_OP_MAX_POOL:
    return pool_at (run, at);
  case DERMA_OP_FULLY_CONNECTED:
    return dense_at (run, i);
  case DERMA_OP_SOFTMAX:
    return softmax_at (run, at);
  case DERMA_OP_PAD:
    return pad_at (run, at);
  case DERMA_OP_CONCAT:
    return concat_at (run, at);
  case DERMA_OP_TRANSPOSE:
  case DERMA_OP_SLICE:
    return move_at (run, at);
  case DERMA_OP_QUANTIZE:
  case DERMA_OP_DEQUANTIZE:
    return quantization_at (run, i, at);
  default:
    return unary (run->node, input (run, 0)[i]);
  }
}

static gdouble
constant_at (const DermaTensor *tensor, gsize i)
{
  gconstpointer data = g_bytes_get_data (tensor->data, NULL);

  switch (tensor->dtype) {
  case DERMA_DTYPE_INT8:
    return ((const gint8 *)data)[i];
  case DERMA_DTYPE_UINT8:
    return ((const guint8 *)data)[i];
  case DERMA_DTYPE_INT32:
    return ((const gint32 *)data)[i];
  default:
    return (gdouble)((const gfloat *)data)[i];
  }
}

GPtrArray *
reference_run (const DermaIr *ir, const gfloat *given)
{
  Run run = { .ir = ir, .values = g_ptr_array_new_with_free_func (g_free) };

  for (guint t = 0; t < ir->tensors->len; t++) {
    const DermaTensor *tensor = derma_ir_get_tensor (ir, t);
    gsize n = derma_tensor_n_elements (tensor);
    gdouble *values = g_new0 (gdouble, n);

    for (gsize i = 0; i < n && (tensor->data || t == ir->input); i++)
      values[i] = tensor->data ? constant_at (tensor, i) : (gdouble)given[i];
    g_ptr_array_add (run.values, values);
  }
  for (guint k = 0; k < ir->nodes->len; k++) {
    gint64 at[DERMA_MAX_RANK] = { 0 };

    run.node = g_ptr_array_index (ir->nodes, k);
    for (gsize i = 0; i < derma_tensor_n_elements (output_tensor (&run)); i++) {
      unravel (output_tensor (&run), i, at);
      output (&run)[i] = element_at (&run, i, at);
    }
  }
  return run.values;
}
