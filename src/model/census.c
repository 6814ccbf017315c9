/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/census.h"

/* Layers are made of trained values; single numbers elsewhere are arithmetic that the exporter wrote. */
static gboolean
is_layer (const DermaNode *node)
{
  return node->op == DERMA_OP_CONV || node->op == DERMA_OP_FULLY_CONNECTED || node->op == DERMA_OP_SCALE_SHIFT
         || node->op == DERMA_OP_PRELU || node->op == DERMA_OP_DEQUANTIZE;
}

static guint
count_parameter_inputs (const DermaNode *node)
{
  return node->op == DERMA_OP_QUANTIZE || node->op == DERMA_OP_DEQUANTIZE ? MIN (1, node->n_inputs) : node->n_inputs;
}

guint64
derma_ir_count_parameters (const DermaIr *ir)
{
  g_autoptr (GHashTable) counted = g_hash_table_new (NULL, NULL);
  guint64 n = 0;

  for (guint i = 0; i < ir->nodes->len; i++) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i);

    for (guint j = 0; j < count_parameter_inputs (node); j++) {
      const DermaTensor *tensor = derma_ir_get_tensor (ir, node->inputs[j]);

      if (tensor && tensor->data && (derma_tensor_n_elements (tensor) > 1 || is_layer (node))
          && g_hash_table_add (counted, (gpointer)tensor))
        n += derma_tensor_n_elements (tensor);
    }
  }
  return n;
}

static guint64
count_node_macs (const DermaIr *ir, const DermaNode *node)
{
  const DermaTensor *weights;
  const DermaTensor *output;
  guint64 macs;

  if (node->op != DERMA_OP_CONV && node->op != DERMA_OP_FULLY_CONNECTED)
    return 0;
  weights = derma_ir_get_tensor (ir, node->inputs[1]);
  output = derma_ir_get_tensor (ir, node->outputs[0]);
  /* Both layers put the extent of their output channels first; the rest is what one output value takes. */
  if (!g_uint64_checked_mul (&macs, derma_tensor_n_elements (weights) / (gsize)weights->dims[0],
                             derma_tensor_n_elements (output)))
    return G_MAXUINT64;
  return macs;
}

static gboolean
is_pooling (const DermaNode *node)
{
  return node->op == DERMA_OP_AVERAGE_POOL || node->op == DERMA_OP_MAX_POOL;
}

/* @n times the places in a window; an extent is at most DERMA_LIMIT_WINDOW. */
static guint64
times_window (guint64 n, const DermaWindow *window)
{
  guint64 all;

  return g_uint64_checked_mul (&all, n, (guint64)window->kernel[0] * window->kernel[1]) ? all : G_MAXUINT64;
}

static guint64
count_node_operations (const DermaIr *ir, const DermaNode *node)
{
  if (is_pooling (node))
    return times_window (derma_tensor_n_elements (derma_ir_get_tensor (ir, node->outputs[0])), &node->attrs.pool);
  return count_node_macs (ir, node);
}

static guint64
count_node_taps (const DermaIr *ir, const DermaNode *node)
{
  const DermaTensor *y = derma_ir_get_tensor (ir, node->outputs[0]);
  guint64 places = 1;

  if (node->op != DERMA_OP_CONV && !is_pooling (node))
    return 0;
  for (guint i = 2; i < y->rank; i++)
    places *= (guint64)y->dims[i];
  return times_window (places, node->op == DERMA_OP_CONV ? &node->attrs.conv : &node->attrs.pool);
}

static guint64
sum_over_nodes (const DermaIr *ir, guint64 (*count) (const DermaIr *, const DermaNode *))
{
  guint64 n = 0;

  for (guint i = 0; i < ir->nodes->len; i++) {
    if (!g_uint64_checked_add (&n, n, count (ir, g_ptr_array_index (ir->nodes, i))))
      return G_MAXUINT64;
  }
  return n;
}

guint64
derma_ir_count_macs (const DermaIr *ir)
{
  return sum_over_nodes (ir, count_node_macs);
}

guint64
derma_ir_count_operations (const DermaIr *ir)
{
  return sum_over_nodes (ir, count_node_operations);
}

guint64
derma_ir_count_taps (const DermaIr *ir)
{
  return sum_over_nodes (ir, count_node_taps);
}
