/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <math.h>
#include <string.h>

static enum xnn_status
emit_global (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_global_average_pooling_2d (subgraph, step->min, step->max, inputs[0], output, DERMA_FLAG_KEEP_DIMS);
}

static enum xnn_status
emit_average (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  const DermaWindow *w = &step->u.conv.window;

  return xnn_define_average_pooling_2d (subgraph, w->pads[0], w->pads[3], w->pads[2], w->pads[1], w->kernel[0],
                                        w->kernel[1], w->stride[0], w->stride[1], step->min, step->max, inputs[0],
                                        output, 0);
}

static enum xnn_status
emit_max (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  const DermaWindow *w = &step->u.conv.window;

  return xnn_define_max_pooling_2d (subgraph, w->pads[0], w->pads[3], w->pads[2], w->pads[1], w->kernel[0],
                                    w->kernel[1], w->stride[0], w->stride[1], w->dilation[0], w->dilation[1], step->min,
                                    step->max, inputs[0], output, 0);
}

static gboolean
check_rank (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);

  if (x->rank != 4)
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "only pooling over two spatial axes is supported");
  else if (x->dims[0] != 1)
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "pooling of several pictures is not supported");
  else
    return TRUE;
  return FALSE;
}

void
derma_lower_global_pool (DermaLower *lower, const DermaNode *node)
{
  DermaView view = derma_lower_get_view (lower, node->inputs[0]);
  DermaSink sink = derma_lower_follow (lower, node->outputs[0]), quantized;
  const DermaNode *quantize = derma_lower_peek_quantize (lower, &sink, &quantized);
  DermaValue from = *derma_plan_get_value (lower->plan, view.value);
  guint input;
  DermaStep *step;

  if (!check_rank (lower, node))
    return;
  if (from.dtype == DERMA_DTYPE_INT8 && quantize && from.scale / quantized.scale >= 0x1p-8f
      && from.scale / quantized.scale < 0x1p8f) {
    derma_lower_take_in (lower, quantize);
    sink = quantized;
    input = derma_lower_store (lower, &view, NULL);
  } else {
    input = derma_lower_store_float (lower, &view, NULL);
  }
  step = derma_lower_add_step (lower, emit_global, &sink, 4, (const gsize[]){ 1, 1, 1, view.dims[1] });
  step->n_inputs = 1;
  step->inputs[0] = input;
  derma_lower_bind (lower, sink.tensor, step->output, NULL);
}

static gboolean
is_padded (const DermaWindow *w)
{
  return w->pads[0] || w->pads[1] || w->pads[2] || w->pads[3];
}

/* A window of one element only picks elements; XNNPACK does not take it. */
static gboolean
lower_pick (DermaLower *lower, const DermaNode *node)
{
  const DermaWindow *w = &node->attrs.pool;
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaView view;

  if (w->kernel[0] != 1 || w->kernel[1] != 1 || is_padded (w))
    return FALSE;
  view = derma_lower_get_view (lower, node->inputs[0]);
  for (guint i = 0; i < 2; i++) {
    view.dims[2 + i] = (gsize)y->dims[2 + i];
    view.strides[2 + i] *= w->stride[i];
  }
  derma_lower_bind_view (lower, node->outputs[0], &view);
  return TRUE;
}

/* Whether each window has an element of the @extent along one axis; those of one with holes may all be padding where
 * the window reaches into it. */
static gboolean
is_covered (gint64 extent, gint64 windows, gint64 kernel, gint64 stride, gint64 dilation, gint64 pad)
{
  for (gint64 i = 0; i < windows; i++) {
    const gint64 first = i * stride - pad;
    const gint64 skipped = first < 0 ? (-first + dilation - 1) / dilation : 0;

    if (skipped >= kernel || first + skipped * dilation >= extent)
      return FALSE;
  }
  return TRUE;
}

/* ONNX has no value for a window that lies in the padding as a whole. */
static gboolean
check_pool (DermaLower *lower, const DermaNode *node)
{
  const DermaWindow *w = &node->attrs.pool;
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);

  if (!check_rank (lower, node) || !derma_lower_check_window (lower, w, x->dims + 2, y->dims + 2))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (!is_covered (x->dims[2 + i], y->dims[2 + i], w->kernel[i], w->stride[i], w->dilation[i], w->pads[i])) {
      derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "a window lies in the padding as a whole");
      return FALSE;
    }
  return TRUE;
}

static DermaStep *
add_pool (DermaLower *lower, DermaEmit emit, const DermaSink *sink, const DermaWindow *window, guint input)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, lower->node->outputs[0]);
  const gsize dims[] = { 1, (gsize)y->dims[2], (gsize)y->dims[3], (gsize)y->dims[1] };
  DermaStep *step = derma_lower_add_step (lower, emit, sink, 4, dims);

  step->n_inputs = 1;
  step->inputs[0] = input;
  step->u.conv.window = *window;
  return step;
}

/* XNNPACK leaves padding out of the average; padding that counts is made of zeros first. */
void
derma_lower_average_pool (DermaLower *lower, const DermaNode *node)
{
  DermaWindow window = node->attrs.pool;
  DermaSink sink;
  guint input;

  if (!check_pool (lower, node))
    return;
  if (window.dilation[0] != 1 || window.dilation[1] != 1) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "dilation is not supported");
    return;
  }
  if (lower_pick (lower, node))
    return;
  input = derma_lower_get_float (lower, node->inputs[0]);
  if (window.count_include_pad) {
    input = derma_lower_add_border (lower, input, window.pads, 0.0f);
    memset (window.pads, 0, sizeof window.pads);
  }
  sink = derma_lower_follow (lower, node->outputs[0]);
  derma_lower_bind (lower, sink.tensor, add_pool (lower, emit_average, &sink, &window, input)->output, NULL);
}

/*
 * XNNPACK repeats the edge for padding, which a window with holes may not have in it, and later versions do not take
 * strides beyond the kernel. Such windows are gathered side by side and pooled there.
 */
static gboolean
must_gather (const DermaWindow *w)
{
  gboolean dilated = w->dilation[0] > 1 || w->dilation[1] > 1;

  return (dilated && is_padded (w)) || w->stride[0] > w->kernel[0] || w->stride[1] > w->kernel[1];
}

/* @input, N,H,W,C and padded, as N,H',W',C of all windows, one after the other. */
static guint
gather (DermaLower *lower, const DermaWindow *w, guint input)
{
  static const guint own[] = { 0, 1, 2, 3, 4, 5 };
  const DermaTensor *y = derma_lower_get_tensor (lower, lower->node->outputs[0]);
  const DermaValue *from = derma_plan_get_value (lower->plan, input);
  gsize row = from->dims[2] * from->dims[3], pixel = from->dims[3];
  DermaView windows = { .value = input, .rank = 5 }, flat = { .rank = 4 };
  const gsize dims[] = { (gsize)y->dims[2], w->kernel[0], (gsize)y->dims[3], w->kernel[1], from->dims[3] };
  const gsize strides[] = { w->stride[0] * row, w->dilation[0] * row, w->stride[1] * pixel, w->dilation[1] * pixel, 1 };
  const gsize side_by_side[] = { 1, dims[0] * dims[1], dims[2] * dims[3], dims[4] };

  memcpy (windows.dims, dims, sizeof dims);
  memcpy (windows.strides, strides, sizeof strides);
  flat.value = derma_lower_store (lower, &windows, own);
  memcpy (flat.dims, side_by_side, sizeof side_by_side);
  derma_copy_pack_strides (4, flat.dims, flat.strides);
  return derma_lower_store (lower, &flat, own);
}

static void
lower_gathered_max_pool (DermaLower *lower, const DermaNode *node)
{
  DermaWindow window = node->attrs.pool;
  guint input = derma_lower_get_float (lower, node->inputs[0]);
  DermaSink sink = derma_lower_follow (lower, node->outputs[0]);

  input = gather (lower, &window, derma_lower_add_border (lower, input, window.pads, -INFINITY));
  memset (window.pads, 0, sizeof window.pads);
  for (guint i = 0; i < 2; i++) {
    window.stride[i] = window.kernel[i];
    window.dilation[i] = 1;
  }
  derma_lower_bind (lower, sink.tensor, add_pool (lower, emit_max, &sink, &window, input)->output, NULL);
}

/* The largest of int8 values stays in their quantisation. */
void
derma_lower_max_pool (DermaLower *lower, const DermaNode *node)
{
  const DermaWindow *window = &node->attrs.pool;
  DermaView view;
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  DermaValue from;
  guint input;

  if (!check_pool (lower, node) || lower_pick (lower, node))
    return;
  if (must_gather (window)) {
    lower_gathered_max_pool (lower, node);
    return;
  }
  view = derma_lower_get_view (lower, node->inputs[0]);
  input = derma_lower_store (lower, &view, NULL);
  from = *derma_plan_get_value (lower->plan, input);
  if (from.dtype == DERMA_DTYPE_INT8) {
    sink.quantized = TRUE;
    sink.scale = from.scale;
    sink.zero_point = from.zero_point;
  } else {
    sink = derma_lower_follow (lower, node->outputs[0]);
  }
  derma_lower_bind (lower, sink.tensor, add_pool (lower, emit_max, &sink, window, input)->output, NULL);
}
