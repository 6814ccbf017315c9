/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/onnx.h"

#include "model/message.h"
#include "model/model-limits.h"

#include <derma/error.h>

#include <stdlib.h>

/* What unpacking may still take; memory goes back to the system only when all of it is freed. */
typedef struct {
  gsize left;
  gboolean spent;
  gboolean failed; /* the system has no more */
} Budget;

static void *
budget_alloc (void *data, size_t size)
{
  Budget *budget = data;
  void *memory;

  if (size > budget->left) {
    budget->spent = TRUE;
    return NULL;
  }
  budget->left -= size;
  memory = malloc (size);
  budget->failed = budget->failed || !memory;
  return memory;
}

static void
budget_free (void *data, void *memory)
{
  free (memory);
}

static gboolean
check_attributes (const Onnx__NodeProto *node, guint position, const gchar *file, GError **error)
{
  for (gsize i = 0; i < node->n_attribute; i++) {
    const Onnx__AttributeProto *a = node->attribute[i];

    if (a->n_ints > DERMA_LIMIT_ATTRIBUTE_VALUES || a->n_floats > DERMA_LIMIT_ATTRIBUTE_VALUES
        || a->n_strings > DERMA_LIMIT_ATTRIBUTE_VALUES)
      return derma_fail (error, DERMA_ERROR_LIMIT, file, "node #%u: too long an attribute", position);
    if (a->g.len > 0)
      return derma_fail (error, DERMA_ERROR_UNSUPPORTED, file, "node #%u: holds a graph of its own", position);
  }
  return TRUE;
}

static gboolean
check_node (const Onnx__NodeProto *node, guint position, const gchar *file, GError **error)
{
  if (node->n_input > DERMA_LIMIT_NODE_INPUTS || node->n_output > DERMA_LIMIT_NODE_OUTPUTS
      || node->n_attribute > DERMA_LIMIT_ATTRIBUTES)
    return derma_fail (error, DERMA_ERROR_LIMIT, file, "node #%u: too many inputs, outputs or attributes", position);
  if (!derma_text_is_clean (node->name, DERMA_LIMIT_NAME_BYTES) || !derma_text_is_clean (node->op_type, 64)
      || !derma_text_is_clean (node->domain, 64) || !*node->op_type)
    return derma_fail (error, DERMA_ERROR_FORMAT, file, "node #%u: its name or operator is not plain text", position);
  return check_attributes (node, position, file, error);
}

static gboolean
check_proto (const DermaProto *proto, const gchar *file, GError **error)
{
  const Onnx__GraphProto *graph = proto->graph;

  if (!graph || graph->n_node == 0 || proto->n_opset_import == 0)
    return derma_fail (error, DERMA_ERROR_FORMAT, file, "is not an ONNX model: it holds no graph");
  if (graph->n_node > DERMA_LIMIT_NODES || graph->n_initializer > DERMA_LIMIT_TENSORS
      || graph->n_input > DERMA_LIMIT_TENSORS || graph->n_output > DERMA_LIMIT_OUTPUTS
      || proto->n_opset_import > DERMA_LIMIT_OPSETS || proto->n_metadata_props > DERMA_LIMIT_METADATA_ENTRIES)
    return derma_fail (error, DERMA_ERROR_LIMIT, file, "has more nodes, tensors, outputs or entries than are allowed");
  if (graph->n_sparse_initializer > 0)
    return derma_fail (error, DERMA_ERROR_UNSUPPORTED, file, "has sparse tensors, which are not supported");
  for (gsize i = 0; i < graph->n_node; i++)
    if (!check_node (graph->node[i], (guint)i, file, error))
      return FALSE;
  return TRUE;
}

DermaProto *
derma_proto_unpack (GBytes *bytes, const gchar *file, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Budget budget = { size * DERMA_LIMIT_UNPACK_FACTOR + DERMA_LIMIT_UNPACK_BYTES, FALSE, FALSE };
  ProtobufCAllocator allocator = { budget_alloc, budget_free, &budget };
  g_autoptr (DermaProto) proto = NULL;

  if (size > DERMA_LIMIT_FILE_BYTES) {
    derma_fail (error, DERMA_ERROR_LIMIT, file, "is larger than %u MiB", DERMA_LIMIT_FILE_BYTES >> 20);
    return NULL;
  }
  proto = size > 0 ? onnx__model_proto__unpack (&allocator, size, data) : NULL;
  if (budget.spent) {
    derma_fail (error, DERMA_ERROR_LIMIT, file, "would take far more memory than a network of its size");
    return NULL;
  }
  if (budget.failed) {
    derma_fail (error, DERMA_ERROR_LIMIT, file, "not enough memory");
    return NULL;
  }
  if (!proto) {
    derma_fail (error, DERMA_ERROR_FORMAT, file, "is not an ONNX model, or is damaged");
    return NULL;
  }
  return check_proto (proto, file, error) ? g_steal_pointer (&proto) : NULL;
}

void
derma_proto_free (DermaProto *proto)
{
  ProtobufCAllocator allocator = { budget_alloc, budget_free, NULL };

  if (proto)
    onnx__model_proto__free_unpacked (proto, &allocator);
}
