/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/weights.h"

#include <math.h>

static gdouble
get_integer (const DermaTensor *tensor, gsize i)
{
  gconstpointer data = g_bytes_get_data (tensor->data, NULL);

  switch (tensor->dtype) {
  case DERMA_DTYPE_INT8:
    return ((const gint8 *)data)[i];
  case DERMA_DTYPE_UINT8:
    return ((const guint8 *)data)[i];
  default:
    return ((const gint32 *)data)[i];
  }
}

/* How far apart two neighbours along the axis of the scales are. */
static gsize
get_block (const DermaTensor *tensor, gint axis)
{
  gsize block = 1;

  for (guint i = tensor->rank; axis >= 0 && i > (guint)axis + 1; i--)
    block *= (gsize)tensor->dims[i - 1];
  return block;
}

guint
derma_weights_to_floats (DermaReader *reader, guint tensor)
{
  const DermaNode *node = g_hash_table_lookup (reader->scales, GUINT_TO_POINTER (tensor));
  const DermaTensor *x, *scale, *zero;
  g_autoptr (GBytes) bytes = NULL;
  const gfloat *scales;
  gsize n, block, n_scales;
  DermaShape shape;
  gfloat *values;

  if (!node)
    return tensor;
  x = derma_ir_get_tensor (reader->ir, node->inputs[0]);
  scale = derma_ir_get_tensor (reader->ir, node->inputs[1]);
  zero = node->inputs[2] == DERMA_NO_TENSOR ? NULL : derma_ir_get_tensor (reader->ir, node->inputs[2]);
  scales = g_bytes_get_data (scale->data, NULL);
  n = derma_tensor_n_elements (x);
  n_scales = derma_tensor_n_elements (scale);
  block = get_block (x, node->attrs.axis);
  values = derma_reader_alloc (reader, n, sizeof *values);
  if (!values)
    return DERMA_NO_TENSOR;
  for (gsize i = 0; i < n; i++) {
    gsize k = i / block % n_scales;

    values[i] = (gfloat)((get_integer (x, i) - (zero ? get_integer (zero, k) : 0)) * scales[k]);
  }
  bytes = g_bytes_new_take (values, n * sizeof *values);
  shape = derma_shape_of (x);
  return derma_reader_add_constant (reader, x->name, DERMA_DTYPE_FLOAT32, &shape, bytes);
}

guint
derma_weights_transpose (DermaReader *reader, guint tensor)
{
  const DermaTensor *x = derma_ir_get_tensor (reader->ir, tensor);
  gsize rows = (gsize)x->dims[0], columns = (gsize)x->dims[1];
  const gfloat *from = g_bytes_get_data (x->data, NULL);
  gfloat *to = derma_reader_alloc (reader, rows * columns, sizeof *to);
  DermaShape shape = { .rank = 2, .dims = { x->dims[1], x->dims[0] } };
  g_autoptr (GBytes) bytes = NULL;

  if (!to)
    return DERMA_NO_TENSOR;
  bytes = g_bytes_new_take (to, rows * columns * sizeof *to);
  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      to[j * rows + i] = from[i * columns + j];
  return derma_reader_add_constant (reader, x->name, DERMA_DTYPE_FLOAT32, &shape, bytes);
}

guint
derma_weights_quantize (DermaReader *reader, DermaDtype dtype, gint axis)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0), *scale = derma_reader_get_tensor (reader, 1);
  const DermaTensor *zero = derma_reader_get_tensor (reader, 2);
  const gfloat *values = g_bytes_get_data (x->data, NULL), *scales = g_bytes_get_data (scale->data, NULL);
  gsize n = derma_tensor_n_elements (x), n_scales = derma_tensor_n_elements (scale), block = get_block (x, axis);
  gdouble low = dtype == DERMA_DTYPE_INT8 ? G_MININT8 : 0, high = dtype == DERMA_DTYPE_INT8 ? G_MAXINT8 : G_MAXUINT8;
  guint8 *integers = derma_reader_alloc (reader, n, 1);
  DermaShape shape = derma_shape_of (x);
  g_autoptr (GBytes) bytes = NULL;

  if (!integers)
    return DERMA_NO_TENSOR;
  bytes = g_bytes_new_take (integers, n);
  for (gsize i = 0; i < n; i++) {
    gsize k = i / block % n_scales;
    gdouble value = rint ((gdouble)values[i] / scales[k]) + (zero ? get_integer (zero, k) : 0);

    /* A value that is not a number becomes the lowest. */
    integers[i] = (guint8)(gint)(value > low ? MIN (value, high) : low);
  }
  return derma_reader_add_constant (reader, x->name, dtype, &shape, bytes);
}
