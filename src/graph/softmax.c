/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

static enum xnn_status
emit_softmax (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_softmax (subgraph, inputs[0], output, 0);
}

/* XNNPACK normalises along the last axis in memory. */
void
derma_lower_softmax (DermaLower *lower, const DermaNode *node)
{
  DermaView view = derma_lower_get_view (lower, node->inputs[0]);
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  guint order[DERMA_MAX_RANK], axis = (guint)node->attrs.axis, n = 0, input;
  DermaValue value;
  DermaStep *step;

  if (axis >= view.rank) {
    derma_lower_refuse (lower, DERMA_ERROR_FORMAT, "there is no axis %d", node->attrs.axis);
    return;
  }
  for (guint i = 0; i < view.rank; i++)
    if (i != axis)
      order[n++] = i;
  order[n] = axis;
  input = derma_lower_store_float (lower, &view, order);
  value = *derma_plan_get_value (lower->plan, input);
  step = derma_lower_add_step (lower, emit_softmax, &sink, value.rank, value.dims);
  step->n_inputs = 1;
  step->inputs[0] = input;
  derma_lower_bind (lower, node->outputs[0], step->output, order);
}
