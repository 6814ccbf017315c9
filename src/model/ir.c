/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"

static void
tensor_free (gpointer data)
{
  DermaTensor *tensor = data;

  g_free (tensor->name);
  g_clear_pointer (&tensor->data, g_bytes_unref);
  g_free (tensor);
}

static void
node_free (gpointer data)
{
  DermaNode *node = data;

  g_free (node->name);
  g_free (node->op_type);
  g_free (node->inputs);
  g_free (node->outputs);
  g_free (node);
}

DermaIr *
derma_ir_new (void)
{
  DermaIr *ir = g_new0 (DermaIr, 1);

  ir->tensors = g_ptr_array_new_with_free_func (tensor_free);
  ir->nodes = g_ptr_array_new_with_free_func (node_free);
  ir->input = DERMA_NO_TENSOR;
  ir->outputs = g_array_new (FALSE, FALSE, sizeof (guint));
  return ir;
}

void
derma_ir_free (DermaIr *ir)
{
  if (!ir)
    return;
  g_ptr_array_unref (ir->tensors);
  g_ptr_array_unref (ir->nodes);
  g_array_unref (ir->outputs);
  g_free (ir);
}

guint
derma_ir_add_tensor (DermaIr *ir, const gchar *name, DermaDtype dtype, guint rank, const gint64 *dims, GBytes *data)
{
  DermaTensor *tensor = g_new0 (DermaTensor, 1);

  tensor->name = g_strdup (name);
  tensor->dtype = dtype;
  tensor->rank = rank;
  for (guint i = 0; i < rank; i++)
    tensor->dims[i] = dims[i];
  tensor->data = data ? g_bytes_ref (data) : NULL;
  g_ptr_array_add (ir->tensors, tensor);
  return ir->tensors->len - 1;
}

DermaNode *
derma_ir_add_node (DermaIr *ir, DermaOp op, const gchar *name, const gchar *op_type, guint n_inputs,
                   const guint *inputs, guint n_outputs, const guint *outputs)
{
  DermaNode *node = g_new0 (DermaNode, 1);

  node->op = op;
  node->name = g_strdup (name);
  node->op_type = g_strdup (op_type);
  node->n_inputs = n_inputs;
  node->inputs = g_memdup2 (inputs, n_inputs * sizeof *inputs);
  node->n_outputs = n_outputs;
  node->outputs = g_memdup2 (outputs, n_outputs * sizeof *outputs);
  g_ptr_array_add (ir->nodes, node);
  return node;
}

DermaTensor *
derma_ir_get_tensor (const DermaIr *ir, guint index)
{
  return index < ir->tensors->len ? g_ptr_array_index (ir->tensors, index) : NULL;
}

gsize
derma_tensor_n_elements (const DermaTensor *tensor)
{
  gsize n = 1;

  for (guint i = 0; i < tensor->rank; i++)
    n *= (gsize)tensor->dims[i];
  return n;
}

gsize
derma_dtype_size (DermaDtype dtype)
{
  switch (dtype) {
  case DERMA_DTYPE_FLOAT32:
  case DERMA_DTYPE_INT32:
    return 4;
  case DERMA_DTYPE_INT64:
    return 8;
  case DERMA_DTYPE_INT8:
  case DERMA_DTYPE_UINT8:
  case DERMA_DTYPE_BOOL:
    return 1;
  }
  return 0;
}
