/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"
#include "model/model-limits.h"

#include <string.h>

gboolean
derma_convert_identity (DermaReader *reader)
{
  guint x = derma_reader_get_input (reader, 0);

  return derma_reader_want_inputs (reader, 1, 1) && derma_reader_alias (reader, 0, x);
}

gboolean
derma_convert_dropout (DermaReader *reader)
{
  const DermaTensor *training = derma_reader_get_tensor (reader, 2);
  gsize size = 0;
  const guint8 *bytes = training && training->data ? g_bytes_get_data (training->data, &size) : NULL;

  if (!derma_reader_want_inputs (reader, 1, 3))
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (bytes[i] != 0)
      return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "is in training mode; export it in evaluation mode");
  if (training && !bytes)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "whether it is in training mode is not constant");
  /* The mask that it may give has no meaning in evaluation. */
  return derma_reader_alias (reader, 0, derma_reader_get_input (reader, 0));
}

static gboolean
fill_reshape (DermaReader *reader, const DermaTensor *x, const gint64 *wanted, DermaShape *shape)
{
  gboolean zero_is_zero = derma_reader_get_int (reader, "allowzero", 0) != 0;
  gint64 known = 1, total = (gint64)derma_tensor_n_elements (x);
  gint open = -1;

  for (guint i = 0; i < shape->rank; i++) {
    shape->dims[i] = wanted[i];
    if (wanted[i] == 0 && !zero_is_zero && i < x->rank)
      shape->dims[i] = x->dims[i];
    if (wanted[i] < -1 || (wanted[i] == -1 && open >= 0) || wanted[i] > DERMA_LIMIT_ELEMENTS)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "an extent of the new shape is %" G_GINT64_FORMAT,
                                wanted[i]);
    if (wanted[i] == -1)
      open = (gint)i;
    else if (!g_uint64_checked_mul ((guint64 *)&known, (guint64)known, (guint64)shape->dims[i])
             || known > DERMA_LIMIT_ELEMENTS)
      return derma_reader_fail (reader, DERMA_ERROR_LIMIT, "the new shape is too large");
  }
  if (open >= 0)
    shape->dims[open] = known > 0 ? total / known : 0;
  if (open >= 0 ? known == 0 || total % known != 0 : known != total)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "%" G_GINT64_FORMAT " elements do not fit the new shape",
                              total);
  return TRUE;
}

static gboolean
shape_reshape (DermaReader *reader, const DermaTensor *x, DermaShape *shape)
{
  gint64 wanted[DERMA_MAX_RANK];

  if (!derma_reader_want_inputs (reader, 2, 2)
      || !derma_reader_want_ints (reader, 1, DERMA_MAX_RANK, wanted, &shape->rank))
    return FALSE;
  return fill_reshape (reader, x, wanted, shape);
}

static gboolean
shape_flatten (DermaReader *reader, const DermaTensor *x, DermaShape *shape)
{
  gint64 axis = derma_reader_get_int (reader, "axis", 1);

  axis += axis < 0 ? (gint64)x->rank : 0;
  if (axis < 0 || axis > (gint64)x->rank)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "axis is out of range");
  shape->rank = 2;
  shape->dims[0] = shape->dims[1] = 1;
  for (guint i = 0; i < x->rank; i++)
    shape->dims[i < axis ? 0 : 1] *= x->dims[i];
  return TRUE;
}

static gboolean
shape_squeeze (DermaReader *reader, const DermaTensor *x, DermaShape *shape)
{
  gint64 axes[DERMA_MAX_RANK];
  guint n, dropped = 0, axis;

  if (!derma_convert_read_axes (reader, 13, axes, &n))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!derma_reader_want_axis (reader, axes[i], x->rank, &axis))
      return FALSE;
    if (x->dims[axis] != 1)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "axis %u has %" G_GINT64_FORMAT " elements, not 1", axis,
                                x->dims[axis]);
    dropped |= 1u << axis;
  }
  shape->rank = 0;
  for (guint i = 0; i < x->rank; i++)
    if (n > 0 ? !(dropped & 1u << i) : x->dims[i] != 1)
      shape->dims[shape->rank++] = x->dims[i];
  return TRUE;
}

static gboolean
shape_unsqueeze (DermaReader *reader, const DermaTensor *x, DermaShape *shape)
{
  gint64 axes[DERMA_MAX_RANK];
  guint n, added = 0, axis, from = 0;

  if (!derma_convert_read_axes (reader, 13, axes, &n))
    return FALSE;
  if (n == 0 || x->rank + n > DERMA_MAX_RANK)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "no axes, or too many dimensions");
  for (guint i = 0; i < n; i++) {
    if (!derma_reader_want_axis (reader, axes[i], x->rank + n, &axis))
      return FALSE;
    if (added & 1u << axis)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "axis %u is listed twice", axis);
    added |= 1u << axis;
  }
  shape->rank = x->rank + n;
  for (guint i = 0; i < shape->rank; i++)
    shape->dims[i] = added & 1u << i ? 1 : x->dims[from++];
  return TRUE;
}

gboolean
derma_convert_reshaped (DermaReader *reader, DermaShape *shape)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  const gchar *op = reader->node->op_type;

  if (strcmp (op, "Reshape") == 0)
    return shape_reshape (reader, x, shape);
  if (strcmp (op, "Flatten") == 0)
    return shape_flatten (reader, x, shape);
  return strcmp (op, "Squeeze") == 0 ? shape_squeeze (reader, x, shape) : shape_unsqueeze (reader, x, shape);
}

/* Elements may be of any type: quantised networks reshape integers. */
static gboolean
convert_reshaped (DermaReader *reader)
{
  guint input = derma_reader_get_input (reader, 0);
  DermaTensor like = { 0 };
  DermaShape shape;

  if (!derma_reader_want_inputs (reader, 1, 2) || !derma_convert_reshaped (reader, &shape))
    return FALSE;
  like.dtype = derma_reader_get_tensor (reader, 0)->dtype;
  like.rank = shape.rank;
  memcpy (like.dims, shape.dims, sizeof like.dims);
  return derma_reader_emit_output (reader, DERMA_OP_RESHAPE, &input, 1, &like, 0) != NULL;
}

gboolean
derma_convert_reshape (DermaReader *reader)
{
  return convert_reshaped (reader);
}

gboolean
derma_convert_flatten (DermaReader *reader)
{
  return convert_reshaped (reader);
}

gboolean
derma_convert_squeeze (DermaReader *reader)
{
  return convert_reshaped (reader);
}

gboolean
derma_convert_unsqueeze (DermaReader *reader)
{
  return convert_reshaped (reader);
}

gboolean
derma_convert_transpose (DermaReader *reader)
{
  guint input = derma_reader_get_input (reader, 0), n, axis, seen = 0;
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  gint64 perm[DERMA_MAX_RANK];
  DermaTensor like;
  DermaNode *node;

  if (!derma_reader_want_inputs (reader, 1, 1) || !derma_reader_get_ints (reader, "perm", DERMA_MAX_RANK, perm, &n))
    return FALSE;
  like = (DermaTensor){ .dtype = x->dtype, .rank = x->rank };
  for (guint i = 0; i < x->rank; i++) {
    if (!derma_reader_want_axis (reader, n == x->rank ? perm[i] : (gint64)(x->rank - 1 - i), x->rank, &axis))
      return FALSE;
    perm[i] = axis;
    like.dims[i] = x->dims[axis];
    seen |= 1u << axis;
  }
  if ((n != 0 && n != x->rank) || seen != (1u << x->rank) - 1)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "perm is not a permutation of the dimensions");
  node = derma_reader_emit_output (reader, DERMA_OP_TRANSPOSE, &input, 1, &like, 0);
  for (guint i = 0; node && i < like.rank; i++)
    node->attrs.transpose.perm[i] = (guint)perm[i];
  return node != NULL;
}
