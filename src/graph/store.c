/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <string.h>

/* A copy that was made: of what, with axes in which sequence, as what. */
typedef struct {
  DermaView view;
  DermaDtype dtype;
  guint value;
} Stored;

GArray *
derma_lower_new_stored (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Stored));
}

static enum xnn_status
emit_reshape (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_static_reshape (subgraph, step->u.reshape.rank, step->u.reshape.dims, inputs[0], output, 0);
}

static enum xnn_status
emit_convert (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_convert (subgraph, inputs[0], output, 0);
}

static DermaStep *
add_raw_step (DermaLower *lower, DermaEmit emit, guint input, guint output)
{
  DermaStep step = { .emit = emit, .node = lower->node, .n_inputs = 1, .inputs = { input }, .output = output };

  g_array_append_val (lower->plan->steps, step);
  return &g_array_index (lower->plan->steps, DermaStep, lower->plan->steps->len - 1);
}

void
derma_lower_copy (DermaLower *lower, const DermaView *view, guint value, const gsize *strides, gsize offset)
{
  const DermaValue *from = derma_plan_get_value (lower->plan, view->value);
  DermaValue *to = derma_plan_get_value (lower->plan, value);
  DermaCopy copy = {
    .rank = view->rank, .from_offset = view->offset, .to_offset = offset, .element = derma_dtype_size (from->dtype)
  };

  memcpy (copy.dims, view->dims, sizeof copy.dims);
  memcpy (copy.from_strides, view->strides, sizeof copy.from_strides);
  memcpy (copy.to_strides, strides, view->rank * sizeof *strides);
  derma_copy_simplify (&copy);
  if (from->data && to->data)
    derma_copy_run (&copy, from->data, (gpointer)to->data);
  else
    add_raw_step (lower, NULL, view->value, value)->u.copy = copy;
}

/* An unwritten value like the one under @view, with its shape. A copy of a constant is a constant. */
static guint
add_like (DermaLower *lower, const DermaView *view)
{
  DermaValue value = *derma_plan_get_value (lower->plan, view->value);
  gsize size = derma_view_n_elements (view) * derma_dtype_size (value.dtype);

  value.rank = view->rank;
  memcpy (value.dims, view->dims, sizeof value.dims);
  if (value.data)
    value.data = derma_lower_alloc (lower, size);
  return derma_plan_add_value (lower->plan, &value);
}

static gboolean
views_equal (const DermaView *a, const DermaView *b)
{
  if (a->value != b->value || a->offset != b->offset || a->rank != b->rank)
    return FALSE;
  for (guint i = 0; i < a->rank; i++)
    if (a->dims[i] != b->dims[i] || (a->dims[i] != 1 && a->strides[i] != b->strides[i]))
      return FALSE;
  return TRUE;
}

static guint
find_stored (DermaLower *lower, const DermaView *view, DermaDtype dtype)
{
  for (guint i = lower->stored->len; i-- > 0;) {
    const Stored *stored = &g_array_index (lower->stored, Stored, i);

    if (stored->dtype == dtype && views_equal (&stored->view, view))
      return stored->value;
  }
  return DERMA_NO_VALUE;
}

static void
remember (DermaLower *lower, const DermaView *view, DermaDtype dtype, guint value)
{
  Stored stored = { .view = *view, .dtype = dtype, .value = value };

  g_array_append_val (lower->stored, stored);
}

static gboolean
has_shape (const DermaValue *value, const DermaView *view)
{
  if (value->rank != view->rank)
    return FALSE;
  for (guint i = 0; i < view->rank; i++)
    if (value->dims[i] != view->dims[i])
      return FALSE;
  return TRUE;
}

/* Packed and whole elements only need another shape; others are copied. */
static guint
store_new (DermaLower *lower, const DermaView *view)
{
  const DermaValue *source = derma_plan_get_value (lower->plan, view->value);
  gboolean whole = view->offset == 0 && derma_view_is_packed (view)
                   && derma_value_n_elements (source) == derma_view_n_elements (view);
  gsize strides[DERMA_MAX_RANK];
  guint value;

  if (whole && has_shape (source, view))
    return view->value;
  value = add_like (lower, view);
  if (whole && !derma_plan_get_value (lower->plan, view->value)->data) {
    DermaStep *step = add_raw_step (lower, emit_reshape, view->value, value);

    step->u.reshape.rank = view->rank;
    memcpy (step->u.reshape.dims, view->dims, sizeof view->dims);
    return value;
  }
  derma_copy_pack_strides (view->rank, view->dims, strides);
  derma_lower_copy (lower, view, value, strides, 0);
  return value;
}

guint
derma_lower_store (DermaLower *lower, const DermaView *view, const guint *order)
{
  guint usual[DERMA_MAX_RANK], value;
  DermaDtype dtype = derma_plan_get_value (lower->plan, view->value)->dtype;
  DermaView permuted;

  derma_lower_get_order (view->rank, usual);
  permuted = derma_view_permute (view, order ? order : usual);
  value = find_stored (lower, &permuted, dtype);
  if (value == DERMA_NO_VALUE) {
    value = store_new (lower, &permuted);
    remember (lower, &permuted, dtype, value);
  }
  return value;
}

guint
derma_lower_store_float (DermaLower *lower, const DermaView *view, const guint *order)
{
  guint stored = derma_lower_store (lower, view, order);
  const DermaValue *value = derma_plan_get_value (lower->plan, stored);
  DermaView whole = { .value = stored, .rank = value->rank };
  guint converted;

  if (value->dtype == DERMA_DTYPE_FLOAT32)
    return stored;
  memcpy (whole.dims, value->dims, sizeof whole.dims);
  derma_copy_pack_strides (whole.rank, whole.dims, whole.strides);
  converted = find_stored (lower, &whole, DERMA_DTYPE_FLOAT32);
  if (converted == DERMA_NO_VALUE) {
    converted = derma_lower_add_value (lower, whole.rank, whole.dims);
    add_raw_step (lower, emit_convert, stored, converted);
    remember (lower, &whole, DERMA_DTYPE_FLOAT32, converted);
  }
  return converted;
}

guint
derma_lower_get_float (DermaLower *lower, guint tensor)
{
  DermaView view = derma_lower_get_view (lower, tensor);

  return derma_lower_store_float (lower, &view, NULL);
}

gboolean
derma_lower_is_quantized (DermaLower *lower, guint tensor)
{
  DermaView view = derma_lower_get_view (lower, tensor);

  return derma_plan_get_value (lower->plan, view.value)->dtype == DERMA_DTYPE_INT8;
}

guint
derma_lower_store_channels_last (DermaLower *lower, guint tensor, guint order[DERMA_MAX_RANK], gsize dims[4])
{
  const DermaTensor *t = derma_lower_get_tensor (lower, tensor);
  DermaView view = derma_lower_get_view (lower, tensor), flat = { .rank = 4 };
  const DermaValue *value;
  guint n = 0, axis = t->rank > 1 ? 1 : 0;

  for (guint i = 0; i < t->rank; i++)
    if (i != axis)
      order[n++] = i;
  if (t->rank > 0)
    order[n] = axis;
  flat.value = derma_lower_store_float (lower, &view, order);
  value = derma_plan_get_value (lower->plan, flat.value);
  dims[0] = dims[1] = 1;
  dims[3] = t->rank > 0 ? (gsize)t->dims[axis] : 1;
  dims[2] = derma_value_n_elements (value) / dims[3];
  if (value->rank == 4 && value->dims[0] == 1) {
    memcpy (dims, value->dims, 4 * sizeof *dims);
    return flat.value;
  }
  memcpy (flat.dims, dims, 4 * sizeof *dims);
  derma_copy_pack_strides (4, dims, flat.strides);
  return derma_lower_store (lower, &flat, (const guint[]){ 0, 1, 2, 3 });
}
