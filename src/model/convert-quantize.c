/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"
#include "model/weights.h"

#include <math.h>
#include <string.h>

/* One scale, or one for each slice along the axis; -1 for the former. */
static gboolean
read_axis (DermaReader *reader, const DermaTensor *x, gint *axis)
{
  const DermaTensor *scale = derma_reader_get_tensor (reader, 1), *zero = derma_reader_get_tensor (reader, 2);
  const gfloat *scales;
  gsize n;
  guint along;

  if (!derma_reader_want_floats (reader, 1, 0, &scales))
    return FALSE;
  n = derma_tensor_n_elements (scale);
  *axis = -1;
  for (gsize i = 0; i < n; i++)
    if (!(isfinite (scales[i]) && scales[i] > 0.0f))
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "a scale is %g", scales[i]);
  if (zero && (!zero->data || derma_tensor_n_elements (zero) != n))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the zero points do not match the scales");
  if (n == 1)
    return TRUE;
  if (!derma_reader_want_axis (reader, derma_reader_get_int (reader, "axis", 1), x->rank, &along))
    return FALSE;
  if (x->dims[along] != (gint64)n)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "%" G_GSIZE_FORMAT " scales for %" G_GINT64_FORMAT " slices",
                              n, x->dims[along]);
  *axis = (gint)along;
  return TRUE;
}

static DermaNode *
emit (DermaReader *reader, DermaOp op, DermaDtype dtype, gint axis)
{
  guint inputs[3] = { derma_reader_get_input (reader, 0), derma_reader_get_input (reader, 1),
                      derma_reader_get_input (reader, 2) };
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  DermaTensor like = { .dtype = dtype, .rank = x->rank };
  DermaNode *node;

  memcpy (like.dims, x->dims, sizeof like.dims);
  node = derma_reader_emit_output (reader, op, inputs, 3, &like, 0);
  if (node)
    node->attrs.axis = axis;
  return node;
}

gboolean
derma_convert_quantize (DermaReader *reader)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0), *zero = derma_reader_get_tensor (reader, 2);
  DermaDtype dtype = zero ? zero->dtype : DERMA_DTYPE_UINT8;
  gint axis;

  if (!derma_reader_want_inputs (reader, 2, 3) || !read_axis (reader, x, &axis))
    return FALSE;
  if (x->dtype != DERMA_DTYPE_FLOAT32 || (dtype != DERMA_DTYPE_INT8 && dtype != DERMA_DTYPE_UINT8))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "only float32 to int8 or uint8 is supported");
  if (x->data) {
    guint weights = derma_weights_quantize (reader, dtype, axis);

    return weights != DERMA_NO_TENSOR && derma_reader_alias (reader, 0, weights);
  }
  return emit (reader, DERMA_OP_QUANTIZE, dtype, axis) != NULL;
}

gboolean
derma_convert_dequantize (DermaReader *reader)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0), *zero = derma_reader_get_tensor (reader, 2);
  DermaNode *node;
  gint axis;

  if (!derma_reader_want_inputs (reader, 2, 3) || !read_axis (reader, x, &axis))
    return FALSE;
  if (x->dtype != DERMA_DTYPE_INT8 && x->dtype != DERMA_DTYPE_UINT8 && !(x->data && x->dtype == DERMA_DTYPE_INT32))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "only int8, uint8 and constant int32 are supported");
  if (zero && zero->dtype != x->dtype)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "the zero point is of another type");
  node = emit (reader, DERMA_OP_DEQUANTIZE, DERMA_DTYPE_FLOAT32, axis);
  if (node && x->data)
    g_hash_table_insert (reader->scales, GUINT_TO_POINTER (node->outputs[0]), node);
  return node != NULL;
}
