/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <math.h>
#include <string.h>

/* Steps of the output that nobody sees, and steps of the sum in one of the output for a channel that is constant. */
#define NEGLIGIBLE 0x1p-10
#define SETTLED 0x1p-16

static enum xnn_status
emit_conv (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  const DermaWindow *w = &step->u.conv.window;

  return xnn_define_convolution_2d (subgraph, w->pads[0], w->pads[3], w->pads[2], w->pads[1], w->kernel[0],
                                    w->kernel[1], w->stride[0], w->stride[1], w->dilation[0], w->dilation[1], w->groups,
                                    step->u.conv.channels_in, step->u.conv.channels_out, step->min, step->max,
                                    inputs[0], inputs[1], inputs[2], output, 0);
}

static enum xnn_status
emit_depthwise (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  const DermaWindow *w = &step->u.conv.window;

  return xnn_define_depthwise_convolution_2d (subgraph, w->pads[0], w->pads[3], w->pads[2], w->pads[1], w->kernel[0],
                                              w->kernel[1], w->stride[0], w->stride[1], w->dilation[0], w->dilation[1],
                                              (uint32_t)step->u.conv.channels_out, w->groups, step->min, step->max,
                                              inputs[0], inputs[1], inputs[2], output, 0);
}

gboolean
derma_lower_check_window (DermaLower *lower, const DermaWindow *window, const gint64 *in, const gint64 *out)
{
  for (guint i = 0; i < 2; i++) {
    gint64 span = ((gint64)window->kernel[i] - 1) * window->dilation[i] + 1;
    gint64 room = in[i] + window->pads[i] + window->pads[i + 2] - span;

    if (!window->kernel[i] || !window->stride[i] || !window->dilation[i] || room < 0
        || room / window->stride[i] + 1 != out[i]) {
      derma_lower_refuse (lower, DERMA_ERROR_FORMAT,
                          "kernel %u, stride %u, dilation %u and padding %u + %u do not turn %" G_GINT64_FORMAT
                          " into %" G_GINT64_FORMAT,
                          window->kernel[i], window->stride[i], window->dilation[i], window->pads[i],
                          window->pads[i + 2], in[i], out[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
is_depthwise (const DermaConv *conv)
{
  return conv->window.groups > 1 && conv->window.groups == conv->in[2];
}

/* O,I,kh,kw to O,kh,kw,I, or 1,kh,kw,O of a depthwise convolution, whose I is 1. */
static gpointer
arrange_weights (DermaLower *lower, const DermaConv *conv, gsize element, gsize dims[4])
{
  gsize o = conv->out[2], i = conv->in[2] / conv->window.groups;
  gsize h = conv->window.kernel[0], w = conv->window.kernel[1];
  DermaCopy copy = { .rank = 4, .dims = { o, i, h, w }, .element = element };
  const gsize full[4] = { h * w * i, 1, w * i, i }, depthwise[4] = { 1, 1, w * o, o };
  gpointer data = derma_lower_alloc (lower, o * i * h * w * element);
  gboolean flat = is_depthwise (conv);

  derma_copy_pack_strides (4, copy.dims, copy.from_strides);
  memcpy (copy.to_strides, flat ? depthwise : full, sizeof full);
  derma_copy_simplify (&copy);
  if (data)
    derma_copy_run (&copy, conv->quantized ? (gconstpointer)conv->quantized->data : conv->weights, data);
  memcpy (dims, flat ? (const gsize[]){ 1, h, w, o } : (const gsize[]){ o, h, w, i }, 4 * sizeof *dims);
  return data;
}

static guint
add_weights (DermaLower *lower, const DermaConv *conv)
{
  DermaValue value = { .dtype = DERMA_DTYPE_FLOAT32, .rank = 4 };

  value.data = arrange_weights (lower, conv, conv->quantized ? 1 : sizeof (gfloat), value.dims);
  if (conv->quantized) {
    value.dtype = DERMA_DTYPE_INT8;
    value.scales = conv->quantized->scales;
    value.scale_axis = is_depthwise (conv) ? 3 : 0;
  }
  return derma_plan_add_value (lower->plan, &value);
}

static gdouble
get_bias_steps (const DermaConv *conv, gfloat input_scale, gsize channel)
{
  return conv->bias ? rint (conv->bias[channel] / ((gdouble)input_scale * conv->quantized->scales[channel])) : 0.0;
}

static guint
add_bias (DermaLower *lower, const DermaConv *conv)
{
  gsize n = conv->out[2];
  gfloat input_scale = derma_plan_get_value (lower->plan, conv->input)->scale;
  DermaValue value = { .dtype = DERMA_DTYPE_FLOAT32, .rank = 1, .dims = { n } };
  gfloat *floats;

  if (conv->quantized) {
    gint32 *steps = derma_lower_alloc (lower, n * sizeof *steps);
    gfloat *scales = derma_lower_alloc (lower, n * sizeof *scales);

    for (gsize i = 0; steps && scales && i < n; i++) {
      steps[i] = (gint32)get_bias_steps (conv, input_scale, i);
      scales[i] = input_scale * conv->quantized->scales[i];
    }
    value.dtype = DERMA_DTYPE_INT32;
    value.data = steps;
    value.scales = scales;
    return derma_plan_add_value (lower->plan, &value);
  }
  floats = derma_lower_alloc (lower, n * sizeof *floats);
  if (floats && conv->bias)
    memcpy (floats, conv->bias, n * sizeof *floats);
  return derma_lower_add_constant (lower, 1, value.dims, floats);
}

/*
 * Training leaves channels behind that are constant: their weights, and with them their scale, are next to nothing, and
 * XNNPACK takes no such scale. Without weights any scale will do: one that is fine against a step of the output.
 */
static void
settle_constants (const DermaLower *lower, const DermaConv *conv, const DermaSink *sink)
{
  gfloat input_scale = derma_plan_get_value (lower->plan, conv->input)->scale;
  gsize size = conv->in[2] / conv->window.groups * conv->window.kernel[0] * conv->window.kernel[1];

  for (gsize i = 0; i < conv->out[2]; i++) {
    gint8 *weights = conv->quantized->data + i * size;
    gdouble ratio = (gdouble)input_scale * conv->quantized->scales[i] / sink->scale, reach = 0.0;

    for (gsize k = 0; k < size; k++)
      reach += ABS ((gdouble)weights[k]) * 255.0 * ratio;
    if (ratio >= SETTLED || reach > NEGLIGIBLE)
      continue;
    memset (weights, 0, size);
    conv->quantized->scales[i] = (gfloat)(sink->scale * SETTLED / input_scale);
  }
}

gboolean
derma_conv_can_requantize (const DermaLower *lower, const DermaConv *conv, const DermaSink *sink)
{
  gfloat input_scale = derma_plan_get_value (lower->plan, conv->input)->scale;

  settle_constants (lower, conv, sink);
  for (gsize i = 0; i < conv->out[2]; i++) {
    gfloat product = input_scale * conv->quantized->scales[i], ratio = product / sink->scale;

    if (!(product >= G_MINFLOAT) || !(ratio >= 0x1p-32f && ratio < 256.0f)
        || !(fabs (get_bias_steps (conv, input_scale, i)) < 0x1p30))
      return FALSE;
  }
  return TRUE;
}

guint
derma_lower_add_conv (DermaLower *lower, const DermaConv *conv, const DermaSink *sink)
{
  guint weights = add_weights (lower, conv), bias = add_bias (lower, conv);
  const gsize dims[] = { 1, conv->out[0], conv->out[1], conv->out[2] };
  DermaStep *step = derma_lower_add_step (lower, is_depthwise (conv) ? emit_depthwise : emit_conv, sink, 4, dims);

  step->n_inputs = 3;
  step->inputs[0] = conv->input;
  step->inputs[1] = weights;
  step->inputs[2] = bias;
  step->u.conv.window = conv->window;
  step->u.conv.channels_in = conv->in[2] / conv->window.groups;
  step->u.conv.channels_out = conv->out[2] / conv->window.groups;
  return step->output;
}

/* Batch normalisation that alone reads the result becomes part of the weights. */
static guint
fold_scale_shift (DermaLower *lower, DermaConv *conv, guint output)
{
  const DermaNode *node = derma_lower_get_only_reader (lower, output, DERMA_OP_SCALE_SHIFT);
  gsize n = conv->out[2];
  gsize size = conv->in[2] / conv->window.groups * conv->window.kernel[0] * conv->window.kernel[1];
  const gfloat *scale, *shift;
  gfloat *weights, *bias;

  if (!node || !derma_lower_get_scale_shift (lower, node, n, &scale, &shift))
    return output;
  weights = derma_lower_alloc (lower, n * size * sizeof *weights);
  bias = derma_lower_alloc (lower, n * sizeof *bias);
  if (!weights || !bias)
    return output;
  for (gsize i = 0; i < n; i++) {
    for (gsize j = 0; j < size; j++)
      weights[i * size + j] = (gfloat)(conv->weights[i * size + j] * (gdouble)scale[i]);
    bias[i] = (gfloat)((conv->bias ? conv->bias[i] : 0.0) * (gdouble)scale[i] + shift[i]);
  }
  conv->weights = weights;
  conv->bias = bias;
  derma_lower_take_in (lower, node);
  return node->outputs[0];
}

static gboolean
read_conv (DermaLower *lower, const DermaNode *node, DermaConv *conv)
{
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  const DermaTensor *w = derma_lower_get_tensor (lower, node->inputs[1]);

  *conv = (DermaConv){ .window = node->attrs.conv };
  if (x->rank != 4 || w->rank != 4) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "only convolutions over two spatial axes are supported");
    return FALSE;
  }
  if (x->dims[0] != 1) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "convolutions of several pictures are not supported");
    return FALSE;
  }
  for (guint i = 0; i < 4; i++)
    conv->window.pads[i] += lower->padding[node->inputs[0]].pads[i];
  for (guint i = 0; i < 3; i++) {
    conv->in[i] = (gsize)x->dims[i == 2 ? 1 : i + 2];
    conv->out[i] = (gsize)y->dims[i == 2 ? 1 : i + 2];
  }
  conv->weights = derma_lower_get_floats (lower, node->inputs[1]);
  conv->bias =
      node->n_inputs > 2 && node->inputs[2] != DERMA_NO_TENSOR ? derma_lower_get_floats (lower, node->inputs[2]) : NULL;
  if (!conv->weights || (node->n_inputs > 2 && node->inputs[2] != DERMA_NO_TENSOR && !conv->bias)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "weights and bias must be constant");
    return FALSE;
  }
  return TRUE;
}

static gboolean
weights_fit (DermaLower *lower, const DermaNode *node, const DermaConv *conv)
{
  const DermaTensor *w = derma_lower_get_tensor (lower, node->inputs[1]);
  gint64 groups = conv->window.groups, in = (gint64)conv->in[2], out = (gint64)conv->out[2];
  gsize n_bias = conv->bias ? derma_tensor_n_elements (derma_lower_get_tensor (lower, node->inputs[2])) : conv->out[2];

  return groups > 0 && in % groups == 0 && out % groups == 0 && w->dims[0] == out && w->dims[1] == in / groups
         && w->dims[2] == conv->window.kernel[0] && w->dims[3] == conv->window.kernel[1] && n_bias == conv->out[2];
}

/* What is read is the tensor before any padding that the convolution adds itself. */
static gboolean
check_conv (DermaLower *lower, const DermaNode *node, DermaConv *conv)
{
  const DermaPadding *padding = &lower->padding[node->inputs[0]];
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  gint64 in[2];

  if (!weights_fit (lower, node, conv)) {
    derma_lower_refuse (lower, DERMA_ERROR_FORMAT, "weights and bias do not fit the input and the output");
    return FALSE;
  }
  for (guint i = 0; i < 2; i++) {
    conv->in[i] -= padding->pads[i] + padding->pads[i + 2];
    in[i] = (gint64)conv->in[i];
  }
  return derma_lower_check_window (lower, &conv->window, in, y->dims + 2);
}

static gboolean
lower_quantized_conv (DermaLower *lower, const DermaNode *node, DermaConv *conv, DermaSink *sink)
{
  DermaWeights weights;
  DermaSink quantized;
  const DermaNode *quantize;
  DermaView view;

  if (!derma_lower_is_quantized (lower, node->inputs[0]) || !derma_lower_get_weights (lower, node->inputs[1], &weights)
      || !(quantize = derma_lower_peek_quantize (lower, sink, &quantized)))
    return FALSE;
  view = derma_lower_get_view (lower, node->inputs[0]);
  conv->input = derma_lower_store (lower, &view, NULL);
  conv->quantized = &weights;
  if (!derma_conv_can_requantize (lower, conv, &quantized)) {
    conv->quantized = NULL;
    return FALSE;
  }
  derma_lower_take_in (lower, quantize);
  derma_lower_bind (lower, quantized.tensor, derma_lower_add_conv (lower, conv, &quantized), NULL);
  return TRUE;
}

void
derma_lower_conv (DermaLower *lower, const DermaNode *node)
{
  DermaConv conv;
  DermaSink sink;
  guint output;

  if (!read_conv (lower, node, &conv) || !check_conv (lower, node, &conv))
    return;
  output = fold_scale_shift (lower, &conv, node->outputs[0]);
  sink = derma_lower_follow (lower, output);
  /* Weights with something folded in are no longer those that the file has in int8. */
  if (output == node->outputs[0] && lower_quantized_conv (lower, node, &conv, &sink))
    return;
  conv.input = derma_lower_get_float (lower, node->inputs[0]);
  derma_lower_bind (lower, sink.tensor, derma_lower_add_conv (lower, &conv, &sink), NULL);
}
