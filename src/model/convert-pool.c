/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"
#include "model/model-limits.h"
#include "model/window.h"

#include <string.h>

static gboolean
read_pool (DermaReader *reader, DermaWindow *window, DermaShape *shape)
{
  const DermaTensor *x;
  gint64 kernel[2];
  guint n;

  if (!derma_reader_want_inputs (reader, 1, 1) || !derma_reader_want_activation (reader, 0, &x)
      || !derma_reader_get_ints (reader, "kernel_shape", 2, kernel, &n))
    return FALSE;
  if (x->rank != 4 || n != 2)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "only pooling over two dimensions is supported");
  if (reader->node->n_output != 1)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the indices output is not supported");
  *shape = derma_shape_of (x);
  memset (window, 0, sizeof *window);
  window->groups = 1;
  if (!derma_reader_read_window (reader, kernel, window, shape))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    guint reach = (window->kernel[i] - 1) * window->dilation[i] + 1;

    if (window->pads[i] >= reach || window->pads[i + 2] >= reach)
      return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the padding is wider than the window");
  }
  return TRUE;
}

static gboolean
emit_pool (DermaReader *reader, DermaOp op, const DermaWindow *window, const DermaShape *shape)
{
  guint input = derma_reader_get_input (reader, 0);
  DermaNode *node = derma_reader_emit (reader, op, &input, 1, shape);

  if (node)
    node->attrs.pool = *window;
  return node != NULL;
}

gboolean
derma_convert_average_pool (DermaReader *reader)
{
  DermaWindow window;
  DermaShape shape;

  if (!read_pool (reader, &window, &shape))
    return FALSE;
  window.count_include_pad = derma_reader_get_int (reader, "count_include_pad", 0) != 0;
  /* What ceil_mode adds counts for nothing while the padding counts: one window cannot say both. */
  if (window.count_include_pad && derma_reader_get_int (reader, "ceil_mode", 0) != 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "ceil_mode together with count_include_pad");
  return emit_pool (reader, DERMA_OP_AVERAGE_POOL, &window, &shape);
}

gboolean
derma_convert_max_pool (DermaReader *reader)
{
  DermaWindow window;
  DermaShape shape;

  if (derma_reader_get_int (reader, "storage_order", 0) != 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "storage_order is not supported");
  return read_pool (reader, &window, &shape) && emit_pool (reader, DERMA_OP_MAX_POOL, &window, &shape);
}

static gboolean
emit_mean (DermaReader *reader, const DermaTensor *x, gboolean keep)
{
  DermaShape shape = { .rank = keep ? 4 : 2, .dims = { x->dims[0], x->dims[1], 1, 1 } };
  guint input = derma_reader_get_input (reader, 0);

  return derma_reader_emit (reader, DERMA_OP_GLOBAL_AVERAGE_POOL, &input, 1, &shape) != NULL;
}

gboolean
derma_convert_global_average_pool (DermaReader *reader)
{
  const DermaTensor *x;

  if (!derma_reader_want_inputs (reader, 1, 1) || !derma_reader_want_activation (reader, 0, &x))
    return FALSE;
  if (x->rank != 4)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the input does not have four dimensions");
  return emit_mean (reader, x, TRUE);
}

gboolean
derma_convert_read_axes (DermaReader *reader, gint since, gint64 axes[DERMA_MAX_RANK], guint *n)
{
  *n = 0;
  if (reader->opset < since)
    return derma_reader_want_inputs (reader, 1, 1) && derma_reader_get_ints (reader, "axes", DERMA_MAX_RANK, axes, n);
  if (!derma_reader_want_no_attribute (reader, "axes"))
    return FALSE;
  return !derma_reader_get_tensor (reader, 1) || derma_reader_want_ints (reader, 1, DERMA_MAX_RANK, axes, n);
}

/* x.mean(3).mean(2): the mean of rows or columns is a pooling with a window as long as they are. */
static gboolean
emit_mean_along (DermaReader *reader, const DermaTensor *x, guint axis, gboolean keep)
{
  DermaShape wide = { .rank = 4, .dims = { x->dims[0], x->dims[1], x->dims[2], x->rank == 4 ? x->dims[3] : 1 } };
  DermaShape shape = { .rank = keep ? x->rank : x->rank - 1 };
  guint input = derma_reader_get_input (reader, 0);
  gint64 extent = x->dims[axis];
  DermaNode *node;

  for (guint i = 0, from = 0; i < shape.rank; i++, from++) {
    from += !keep && from == axis ? 1 : 0;
    shape.dims[i] = from == axis ? 1 : x->dims[from];
  }
  if (x->rank != 4) {
    node = derma_reader_emit_inner (reader, DERMA_OP_RESHAPE, input, &wide);
    if (!node)
      return FALSE;
    input = node->outputs[0];
  }
  wide.dims[axis] = 1;
  if (extent > 1) {
    node = derma_reader_emit_inner (reader, DERMA_OP_AVERAGE_POOL, input, &wide);
    if (!node)
      return FALSE;
    node->attrs.pool = (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
    node->attrs.pool.kernel[axis - 2] = (guint)extent;
    input = node->outputs[0];
  }
  return derma_reader_emit (reader, DERMA_OP_RESHAPE, &input, 1, &shape) != NULL;
}

/* The axes that are reduced, as bits. */
static gboolean
read_reduced (DermaReader *reader, const DermaTensor *x, guint *reduced)
{
  gint64 axes[DERMA_MAX_RANK];
  guint n, axis;

  *reduced = 0;
  if (!derma_convert_read_axes (reader, 18, axes, &n))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!derma_reader_want_axis (reader, axes[i], x->rank, &axis))
      return FALSE;
    *reduced |= 1u << axis;
  }
  return TRUE;
}

gboolean
derma_convert_reduce_mean (DermaReader *reader)
{
  gboolean keep = derma_reader_get_int (reader, "keepdims", 1) != 0;
  const DermaTensor *x;
  guint reduced;

  if (!derma_reader_want_inputs (reader, 1, 2) || !derma_reader_want_activation (reader, 0, &x)
      || !read_reduced (reader, x, &reduced))
    return FALSE;
  if (x->rank == 4 && reduced == 0xc)
    return emit_mean (reader, x, keep);
  if ((x->rank == 3 || x->rank == 4) && (reduced == 0x4 || reduced == 0x8))
    return emit_mean_along (reader, x, reduced == 0x4 ? 2 : 3, keep);
  return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "only means over height and width are supported");
}
