/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <string.h>

gboolean
derma_lower_get_scale_shift (DermaLower *lower, const DermaNode *node, gsize channels, const gfloat **scale,
                             const gfloat **shift)
{
  *scale = derma_lower_get_floats (lower, node->inputs[1]);
  *shift = derma_lower_get_floats (lower, node->inputs[2]);
  return *scale && *shift && derma_tensor_n_elements (derma_lower_get_tensor (lower, node->inputs[1])) == channels
         && derma_tensor_n_elements (derma_lower_get_tensor (lower, node->inputs[2])) == channels;
}

/* Batch normalisation on its own is a depthwise 1x1 convolution. */
void
derma_lower_scale_shift (DermaLower *lower, const DermaNode *node)
{
  guint order[DERMA_MAX_RANK];
  gsize dims[4];
  DermaConv conv = { 0 };
  DermaSink sink = derma_lower_follow (lower, node->outputs[0]);

  conv.input = derma_lower_store_channels_last (lower, node->inputs[0], order, dims);
  if (!derma_lower_get_scale_shift (lower, node, dims[3], &conv.weights, &conv.bias)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "scale and shift must be constant, one a channel");
    return;
  }
  memcpy (conv.in, dims + 1, sizeof conv.in);
  memcpy (conv.out, dims + 1, sizeof conv.out);
  conv.window = (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = (guint)dims[3] };
  derma_lower_bind (lower, sink.tensor, derma_lower_add_conv (lower, &conv, &sink), order);
}
