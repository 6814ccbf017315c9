/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <string.h>

void
derma_lower_get_order (guint rank, guint order[DERMA_MAX_RANK])
{
  static const guint nhwc[] = { 0, 2, 3, 1 };

  for (guint i = 0; i < rank; i++)
    order[i] = rank == 4 ? nhwc[i] : i;
}

gsize
derma_view_n_elements (const DermaView *view)
{
  gsize n = 1;

  for (guint i = 0; i < view->rank; i++)
    n *= view->dims[i];
  return n;
}

gboolean
derma_view_is_packed (const DermaView *view)
{
  gsize stride = 1;

  for (guint i = view->rank; i-- > 0;) {
    if (view->dims[i] != 1 && view->strides[i] != stride)
      return FALSE;
    stride *= view->dims[i];
  }
  return TRUE;
}

DermaView
derma_view_permute (const DermaView *view, const guint *order)
{
  DermaView permuted = *view;

  for (guint i = 0; i < view->rank; i++) {
    permuted.dims[i] = view->dims[order[i]];
    permuted.strides[i] = view->strides[order[i]];
  }
  return permuted;
}

DermaView
derma_view_extend (const DermaView *view, guint rank)
{
  DermaView extended = *view;
  guint added = rank - view->rank;

  for (guint i = 0; i < rank; i++) {
    extended.dims[i] = i < added ? 1 : view->dims[i - added];
    extended.strides[i] = i < added ? 0 : view->strides[i - added];
  }
  extended.rank = rank;
  return extended;
}

/* Axes old[oi..oj) and new[ni..nj) hold as many elements; strides of the new ones follow if the old ones merge. */
static gboolean
reshape_group (const DermaView *from, guint oi, guint oj, DermaView *to, guint ni, guint nj)
{
  for (guint k = oi; k + 1 < oj; k++)
    if (from->strides[k] != from->dims[k + 1] * from->strides[k + 1])
      return FALSE;
  to->strides[nj - 1] = from->strides[oj - 1];
  for (guint k = nj - 1; k > ni; k--)
    to->strides[k - 1] = to->strides[k] * to->dims[k];
  return TRUE;
}

static DermaView
drop_ones (const DermaView *view)
{
  DermaView dropped = *view;

  dropped.rank = 0;
  for (guint i = 0; i < view->rank; i++) {
    if (view->dims[i] == 1)
      continue;
    dropped.dims[dropped.rank] = view->dims[i];
    dropped.strides[dropped.rank++] = view->strides[i];
  }
  return dropped;
}

gboolean
derma_view_reshape (const DermaView *view, guint rank, const gsize *dims, DermaView *reshaped)
{
  DermaView from = drop_ones (view);
  guint ni = 0, oi = 0;

  *reshaped = (DermaView){ .value = view->value, .offset = view->offset, .rank = rank };
  for (guint i = 0; i < rank; i++) {
    reshaped->dims[i] = dims[i];
    reshaped->strides[i] = 1;
  }
  while (ni < rank && oi < from.rank) {
    gsize new_size = dims[ni], old_size = from.dims[oi];
    guint nj = ni + 1, oj = oi + 1;

    while (new_size != old_size)
      if (new_size < old_size)
        new_size *= nj < rank ? dims[nj++] : old_size;
      else
        old_size *= oj < from.rank ? from.dims[oj++] : new_size;
    if (!reshape_group (&from, oi, oj, reshaped, ni, nj))
      return FALSE;
    ni = nj;
    oi = oj;
  }
  return TRUE;
}

void
derma_lower_bind_view (DermaLower *lower, guint tensor, const DermaView *view)
{
  lower->views[tensor] = *view;
}

void
derma_lower_bind (DermaLower *lower, guint tensor, guint value, const guint *order)
{
  const DermaTensor *t = derma_lower_get_tensor (lower, tensor);
  DermaView view = { .value = value, .rank = t->rank };
  guint usual[DERMA_MAX_RANK];
  gsize stride = 1;

  derma_lower_get_order (t->rank, usual);
  for (guint i = t->rank; i-- > 0;) {
    guint axis = order ? order[i] : usual[i];

    view.dims[axis] = (gsize)t->dims[axis];
    view.strides[axis] = stride;
    stride *= view.dims[axis];
  }
  lower->views[tensor] = view;
}

static gboolean
bind_constant (DermaLower *lower, guint tensor)
{
  const DermaTensor *t = derma_lower_get_tensor (lower, tensor);
  DermaValue value = { .dtype = DERMA_DTYPE_FLOAT32, .rank = t->rank };
  guint order[DERMA_MAX_RANK];
  gpointer data;
  gsize size;
  gconstpointer bytes;

  if (!t->data || t->dtype != DERMA_DTYPE_FLOAT32)
    return FALSE;
  bytes = g_bytes_get_data (t->data, &size);
  data = derma_lower_alloc (lower, size);
  if (!data)
    return FALSE;
  memcpy (data, bytes, size);
  value.data = data;
  for (guint i = 0; i < t->rank; i++) {
    value.dims[i] = (gsize)t->dims[i];
    order[i] = i;
  }
  derma_lower_bind (lower, tensor, derma_plan_add_value (lower->plan, &value), order);
  return TRUE;
}

DermaView
derma_lower_get_view (DermaLower *lower, guint tensor)
{
  if (lower->views[tensor].value == DERMA_NO_VALUE && !bind_constant (lower, tensor)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "input '%s' is not a float32 tensor",
                        derma_lower_get_tensor (lower, tensor)->name);
    lower->views[tensor].value = lower->plan->input.value;
  }
  return lower->views[tensor];
}
