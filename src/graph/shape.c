/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <string.h>

static void
get_dims (const DermaTensor *tensor, gsize dims[DERMA_MAX_RANK])
{
  for (guint i = 0; i < tensor->rank; i++)
    dims[i] = (gsize)tensor->dims[i];
}

/* If the reshape only merges axes, the sequence of the old ones that puts the merged ones in their usual order. */
static gboolean
get_merge_order (const DermaView *view, guint rank, const gsize *dims, guint order[DERMA_MAX_RANK])
{
  guint usual[DERMA_MAX_RANK], first[DERMA_MAX_RANK + 1], axis = 0, n = 0;

  derma_lower_get_order (rank, usual);
  for (guint i = 0; i < rank; i++) {
    gsize size = 1;

    first[i] = axis;
    while (axis < view->rank && size < dims[i])
      size *= view->dims[axis++];
    if (size != dims[i])
      return FALSE;
  }
  first[rank] = view->rank;
  for (guint i = 0; i < rank; i++)
    for (guint j = first[usual[i]]; j < first[usual[i] + 1]; j++)
      order[n++] = j;
  return n == view->rank;
}

/* The elements packed in memory with axes in @order, seen with axes in their own order. */
static DermaView
pack (DermaLower *lower, const DermaView *view, const guint *order)
{
  DermaView packed = *view;
  gsize stride = 1;

  packed.value = derma_lower_store (lower, view, order);
  packed.offset = 0;
  for (guint i = view->rank; i-- > 0;) {
    packed.strides[order[i]] = stride;
    stride *= view->dims[order[i]];
  }
  return packed;
}

void
derma_lower_reshape (DermaLower *lower, const DermaNode *node)
{
  static const guint own[] = { 0, 1, 2, 3, 4, 5 };
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaView view = derma_lower_get_view (lower, node->inputs[0]), packed, reshaped;
  guint order[DERMA_MAX_RANK];
  gsize dims[DERMA_MAX_RANK];

  get_dims (y, dims);
  if (derma_tensor_n_elements (y) != derma_view_n_elements (&view)) {
    derma_lower_refuse (lower, DERMA_ERROR_FORMAT, "the result has another number of elements");
    return;
  }
  if (!derma_view_reshape (&view, y->rank, dims, &reshaped)) {
    packed = pack (lower, &view, get_merge_order (&view, y->rank, dims, order) ? order : own);
    if (!derma_view_reshape (&packed, y->rank, dims, &reshaped)) {
      packed = pack (lower, &view, own);
      derma_view_reshape (&packed, y->rank, dims, &reshaped);
    }
  }
  derma_lower_bind_view (lower, node->outputs[0], &reshaped);
}

void
derma_lower_transpose (DermaLower *lower, const DermaNode *node)
{
  DermaView view = derma_lower_get_view (lower, node->inputs[0]);
  const guint *perm = node->attrs.transpose.perm;
  guint seen = 0;

  for (guint i = 0; i < view.rank; i++)
    if (perm[i] < view.rank)
      seen |= 1u << perm[i];
  if (seen != (1u << view.rank) - 1) {
    derma_lower_refuse (lower, DERMA_ERROR_FORMAT, "not a permutation of the axes");
    return;
  }
  view = derma_view_permute (&view, perm);
  derma_lower_bind_view (lower, node->outputs[0], &view);
}

void
derma_lower_slice (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaView view = derma_lower_get_view (lower, node->inputs[0]);

  for (guint i = 0; i < view.rank; i++) {
    gint64 start = node->attrs.slice.start[i];

    if (start < 0 || start > (gint64)view.dims[i] - y->dims[i]) {
      derma_lower_refuse (lower, DERMA_ERROR_FORMAT,
                          "axis %u: %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " is not in 0 to %" G_GSIZE_FORMAT, i,
                          start, start + y->dims[i], view.dims[i]);
      return;
    }
    view.offset += (gsize)node->attrs.slice.start[i] * view.strides[i];
    view.dims[i] = (gsize)y->dims[i];
  }
  derma_lower_bind_view (lower, node->outputs[0], &view);
}

/* Parts that share an int8 quantisation stay in it. */
static gboolean
share_quantization (DermaLower *lower, const DermaNode *node, DermaValue *value)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    DermaView view = derma_lower_get_view (lower, node->inputs[i]);
    const DermaValue *part = derma_plan_get_value (lower->plan, view.value);

    if (part->dtype != DERMA_DTYPE_INT8
        || (i && (part->scale != value->scale || part->zero_point != value->zero_point)))
      return FALSE;
    value->scale = part->scale;
    value->zero_point = part->zero_point;
  }
  return TRUE;
}

static DermaView
get_part (DermaLower *lower, guint tensor, gboolean quantized)
{
  DermaView view = derma_lower_get_view (lower, tensor);
  guint value;

  if (quantized || derma_plan_get_value (lower->plan, view.value)->dtype == DERMA_DTYPE_FLOAT32)
    return view;
  value = derma_lower_get_float (lower, tensor);
  derma_lower_bind (lower, tensor, value, NULL);
  return derma_lower_get_view (lower, tensor);
}

static gboolean
check_concat (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  guint axis = (guint)node->attrs.axis;
  gint64 extent = 0;

  for (guint i = 0; i < node->n_inputs; i++) {
    const DermaTensor *part = derma_lower_get_tensor (lower, node->inputs[i]);

    for (guint k = 0; k < y->rank; k++)
      if (k != axis && part->dims[k] != y->dims[k]) {
        derma_lower_refuse (lower, DERMA_ERROR_FORMAT,
                            "part %u has extent %" G_GINT64_FORMAT " along axis %u, not %" G_GINT64_FORMAT, i,
                            part->dims[k], k, y->dims[k]);
        return FALSE;
      }
    extent += part->dims[axis];
  }
  if (extent != y->dims[axis])
    derma_lower_refuse (lower, DERMA_ERROR_FORMAT,
                        "the parts make %" G_GINT64_FORMAT " along axis %u, not %" G_GINT64_FORMAT, extent, axis,
                        y->dims[axis]);
  return extent == y->dims[axis];
}

void
derma_lower_concat (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *y = derma_lower_get_tensor (lower, node->outputs[0]);
  DermaValue value = { .dtype = DERMA_DTYPE_FLOAT32, .rank = y->rank };
  guint order[DERMA_MAX_RANK], axis = (guint)node->attrs.axis, index;
  gboolean quantized;
  gsize at = 0;

  if (!check_concat (lower, node))
    return;
  quantized = share_quantization (lower, node, &value);
  if (quantized)
    value.dtype = DERMA_DTYPE_INT8;
  derma_lower_get_order (y->rank, order);
  for (guint i = 0; i < y->rank; i++)
    value.dims[i] = (gsize)y->dims[order[i]];
  index = derma_plan_add_value (lower->plan, &value);
  derma_lower_bind (lower, node->outputs[0], index, NULL);
  for (guint i = 0; i < node->n_inputs; i++) {
    const gsize *strides = lower->views[node->outputs[0]].strides;
    DermaView part = get_part (lower, node->inputs[i], quantized);

    derma_lower_copy (lower, &part, index, strides, at * strides[axis]);
    at += part.dims[axis];
  }
}
