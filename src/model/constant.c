/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/constant.h"

#include "model/model-limits.h"

#include <string.h>

gboolean
derma_constant_init (DermaReader *reader, DermaConstant *constant, DermaDtype dtype, const DermaShape *shape)
{
  gsize n;

  if (!derma_shape_count (shape, DERMA_LIMIT_FOLDED_ELEMENTS, &n)
      || (reader->folded_elements += n) > DERMA_LIMIT_FOLDED_TOTAL)
    return derma_reader_fail (reader, DERMA_ERROR_LIMIT, "gives too large a constant");
  derma_constant_clear (constant);
  constant->values = derma_reader_alloc (reader, n, sizeof *constant->values);
  if (!constant->values)
    return FALSE;
  constant->dtype = dtype;
  constant->shape = *shape;
  constant->n = n;
  return TRUE;
}

void
derma_constant_clear (DermaConstant *constant)
{
  g_clear_pointer (&constant->values, g_free);
  constant->n = 0;
}

static gdouble
get_value (DermaDtype dtype, gconstpointer data, gsize i)
{
  switch (dtype) {
  case DERMA_DTYPE_FLOAT32:
    return ((const gfloat *)data)[i];
  case DERMA_DTYPE_INT8:
    return ((const gint8 *)data)[i];
  case DERMA_DTYPE_INT32:
    return ((const gint32 *)data)[i];
  case DERMA_DTYPE_INT64:
    return (gdouble)((const gint64 *)data)[i];
  case DERMA_DTYPE_UINT8:
  case DERMA_DTYPE_BOOL:
    return ((const guint8 *)data)[i];
  }
  return 0;
}

static gint64
to_integer (gdouble value, gint64 low, gint64 high)
{
  if (!(value > (gdouble)low))
    return low;
  return value >= (gdouble)high ? high : (gint64)value;
}

static void
put_value (DermaDtype dtype, gpointer data, gsize i, gdouble value)
{
  switch (dtype) {
  case DERMA_DTYPE_FLOAT32:
    ((gfloat *)data)[i] = (gfloat)value;
    break;
  case DERMA_DTYPE_INT8:
    ((gint8 *)data)[i] = (gint8)to_integer (value, G_MININT8, G_MAXINT8);
    break;
  case DERMA_DTYPE_UINT8:
    ((guint8 *)data)[i] = (guint8)to_integer (value, 0, G_MAXUINT8);
    break;
  case DERMA_DTYPE_INT32:
    ((gint32 *)data)[i] = (gint32)to_integer (value, G_MININT32, G_MAXINT32);
    break;
  case DERMA_DTYPE_INT64:
    ((gint64 *)data)[i] = to_integer (value, G_MININT64, G_MAXINT64);
    break;
  case DERMA_DTYPE_BOOL:
    ((guint8 *)data)[i] = value != 0;
    break;
  }
}

gboolean
derma_constant_load (DermaReader *reader, DermaConstant *constant, const DermaTensor *tensor)
{
  DermaShape shape = derma_shape_of (tensor);
  gconstpointer data = g_bytes_get_data (tensor->data, NULL);

  if (!derma_constant_init (reader, constant, tensor->dtype, &shape))
    return FALSE;
  for (gsize i = 0; i < constant->n; i++)
    constant->values[i] = get_value (tensor->dtype, data, i);
  return TRUE;
}

guint
derma_constant_store (DermaReader *reader, const DermaConstant *constant, const gchar *name)
{
  gsize size = derma_dtype_size (constant->dtype);
  gpointer data = derma_reader_alloc (reader, constant->n, size);
  g_autoptr (GBytes) bytes = NULL;

  if (!data)
    return DERMA_NO_TENSOR;
  bytes = g_bytes_new_take (data, constant->n * size);
  for (gsize i = 0; i < constant->n; i++)
    put_value (constant->dtype, data, i, constant->values[i]);
  return derma_reader_add_constant (reader, name, constant->dtype, &constant->shape, bytes);
}

void
derma_constant_get_steps (const DermaShape *shape, gint64 *steps)
{
  gint64 step = 1;

  for (guint i = shape->rank; i > 0; i--) {
    steps[i - 1] = step;
    step *= shape->dims[i - 1];
  }
}

void
derma_constant_gather (DermaConstant *to, const DermaConstant *from, gint64 start, const gint64 *steps)
{
  gint64 at[DERMA_MAX_RANK] = { 0 };
  gint64 source = start;

  for (gsize i = 0; i < to->n; i++) {
    to->values[i] = from->values[source];
    for (guint axis = to->shape.rank; axis > 0; axis--) {
      source += steps[axis - 1];
      if (++at[axis - 1] < to->shape.dims[axis - 1])
        break;
      source -= steps[axis - 1] * at[axis - 1];
      at[axis - 1] = 0;
    }
  }
}
