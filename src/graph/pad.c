/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <math.h>

static enum xnn_status
emit_pad (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_static_constant_pad (subgraph, step->u.pad.before, step->u.pad.after, step->u.pad.value, inputs[0],
                                         output, 0);
}

guint
derma_lower_add_border (DermaLower *lower, guint input, const guint pads[4], gfloat number)
{
  DermaValue from = *derma_plan_get_value (lower->plan, input);
  DermaSink sink = derma_sink_plain (DERMA_NO_TENSOR);
  DermaStep *step;

  if (!pads[0] && !pads[1] && !pads[2] && !pads[3])
    return input;
  from.dims[1] += pads[0] + pads[2];
  from.dims[2] += pads[1] + pads[3];
  step = derma_lower_add_step (lower, emit_pad, &sink, 4, from.dims);
  step->n_inputs = 1;
  step->inputs[0] = input;
  step->u.pad.value = number;
  step->u.pad.before[1] = pads[0];
  step->u.pad.before[2] = pads[1];
  step->u.pad.after[1] = pads[2];
  step->u.pad.after[2] = pads[3];
  return step->output;
}

/* Zeros around the picture that only a convolution reads are padding of its own. */
static gboolean
defer_to_conv (DermaLower *lower, const DermaNode *node)
{
  guint x = node->inputs[0], y = node->outputs[0];
  const guint *before = node->attrs.pad.before, *after = node->attrs.pad.after;
  DermaPadding padding = lower->padding[x];
  DermaView view;

  if (derma_lower_get_tensor (lower, x)->rank != 4 || node->attrs.pad.value != 0.0f || before[0] || before[1]
      || after[0] || after[1] || !derma_lower_get_only_reader (lower, y, DERMA_OP_CONV))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    padding.pads[i] += before[2 + i];
    padding.pads[2 + i] += after[2 + i];
  }
  view = derma_lower_get_view (lower, x);
  derma_lower_bind_view (lower, y, &view);
  lower->padding[y] = padding;
  return TRUE;
}

void
derma_lower_pad (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  guint order[DERMA_MAX_RANK], input;
  gsize dims[DERMA_MAX_RANK];
  DermaStep *step;

  if (isnan (node->attrs.pad.value)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "padding with NaN is not supported");
    return;
  }
  if (defer_to_conv (lower, node))
    return;
  input = derma_lower_get_float (lower, node->inputs[0]);
  derma_lower_get_order (y->rank, order);
  for (guint i = 0; i < y->rank; i++)
    dims[i] = (gsize)y->dims[order[i]];
  step = derma_lower_add_step (lower, emit_pad, &sink, y->rank, dims);
  step->n_inputs = 1;
  step->inputs[0] = input;
  step->u.pad.value = node->attrs.pad.value;
  for (guint i = 0; i < y->rank; i++) {
    step->u.pad.before[i] = node->attrs.pad.before[order[i]];
    step->u.pad.after[i] = node->attrs.pad.after[order[i]];
  }
  derma_lower_bind (lower, node->outputs[0], step->output, NULL);
}
