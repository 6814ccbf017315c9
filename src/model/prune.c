/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/prune.h"

static gboolean
is_wanted (const DermaNode *node, const gboolean *wanted)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (wanted[node->outputs[i]])
      return TRUE;
  return FALSE;
}

void
derma_ir_prune (DermaIr *ir)
{
  g_autofree gboolean *wanted = g_new0 (gboolean, ir->tensors->len);

  for (guint i = 0; i < ir->outputs->len; i++)
    wanted[g_array_index (ir->outputs, guint, i)] = TRUE;
  for (guint i = ir->nodes->len; i > 0; i--) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i - 1);

    if (!is_wanted (node, wanted)) {
      g_ptr_array_remove_index (ir->nodes, i - 1);
      continue;
    }
    for (guint k = 0; k < node->n_inputs; k++)
      if (node->inputs[k] != DERMA_NO_TENSOR)
        wanted[node->inputs[k]] = TRUE;
  }
  for (guint i = 0; i < ir->tensors->len; i++)
    if (!wanted[i])
      g_clear_pointer (&derma_ir_get_tensor (ir, i)->data, g_bytes_unref);
}
