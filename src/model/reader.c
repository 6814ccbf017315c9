/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/reader.h"

#include "model/message.h"
#include "model/model-limits.h"

#include <string.h>

gchar *
derma_reader_get_node_name (const DermaReader *reader)
{
  if (*reader->node->name)
    return g_strdup (reader->node->name);
  return g_strdup_printf ("#%u", reader->position);
}

gboolean
derma_reader_fail (DermaReader *reader, DermaError code, const gchar *format, ...)
{
  g_autofree gchar *name = derma_reader_get_node_name (reader);
  g_autofree gchar *cause = NULL;
  va_list args;

  va_start (args, format);
  cause = g_strdup_vprintf (format, args);
  va_end (args);
  return derma_fail (reader->error, code, reader->file, "node '%s' (%s): %s", name, reader->node->op_type, cause);
}

gboolean
derma_shape_count (const DermaShape *shape, gsize max, gsize *n)
{
  *n = 1;
  for (guint i = 0; i < shape->rank; i++) {
    if (shape->dims[i] < 0 || (guint64)shape->dims[i] > max)
      return FALSE;
    *n *= (gsize)shape->dims[i];
    if (*n > max)
      return FALSE;
  }
  return TRUE;
}

DermaShape
derma_shape_of (const DermaTensor *tensor)
{
  DermaShape shape = { .rank = tensor->rank };

  memcpy (shape.dims, tensor->dims, sizeof shape.dims);
  return shape;
}

static guint
look_up (const DermaReader *reader, const gchar *name)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (reader->index, name));

  return found ? found - 1 : DERMA_NO_TENSOR;
}

guint
derma_reader_get_input (const DermaReader *reader, guint i)
{
  if (i >= reader->node->n_input || !*reader->node->input[i])
    return DERMA_NO_TENSOR;
  return look_up (reader, reader->node->input[i]);
}

const DermaTensor *
derma_reader_get_tensor (const DermaReader *reader, guint i)
{
  guint input = derma_reader_get_input (reader, i);

  return input == DERMA_NO_TENSOR ? NULL : derma_ir_get_tensor (reader->ir, input);
}

gboolean
derma_reader_want_inputs (DermaReader *reader, guint min, guint max)
{
  gsize n = reader->node->n_input;

  if (n < min || n > max)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "%" G_GSIZE_FORMAT " inputs where %u to %u are allowed", n,
                              min, max);
  for (guint i = 0; i < min; i++)
    if (!*reader->node->input[i])
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input %u is missing", i);
  return TRUE;
}

gboolean
derma_reader_is_constant (const DermaReader *reader, guint tensor)
{
  return derma_ir_get_tensor (reader->ir, tensor)->data != NULL
         || g_hash_table_contains (reader->scales, GUINT_TO_POINTER (tensor));
}

gboolean
derma_reader_want_activation (DermaReader *reader, guint i, const DermaTensor **tensor)
{
  *tensor = derma_reader_get_tensor (reader, i);
  if (!*tensor)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input %u is missing", i);
  if ((*tensor)->data)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "input '%s' is a constant", (*tensor)->name);
  if ((*tensor)->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "input '%s' is not float32", (*tensor)->name);
  return TRUE;
}

gboolean
derma_reader_want_floats (DermaReader *reader, guint i, gsize n, const gfloat **values)
{
  const DermaTensor *tensor = derma_reader_get_tensor (reader, i);

  if (!tensor)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input %u is missing", i);
  if (!tensor->data || tensor->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "input '%s' is not a float32 constant", tensor->name);
  if (n != 0 && derma_tensor_n_elements (tensor) != n)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                              "input '%s' has %" G_GSIZE_FORMAT " values where %" G_GSIZE_FORMAT " are needed",
                              tensor->name, derma_tensor_n_elements (tensor), n);
  *values = g_bytes_get_data (tensor->data, NULL);
  return TRUE;
}

gboolean
derma_reader_want_ints (DermaReader *reader, guint i, guint max, gint64 *values, guint *n)
{
  const DermaTensor *tensor = derma_reader_get_tensor (reader, i);
  gsize count;

  if (!tensor || !tensor->data || (tensor->dtype != DERMA_DTYPE_INT64 && tensor->dtype != DERMA_DTYPE_INT32))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "input %u is not a constant of integers", i);
  count = derma_tensor_n_elements (tensor);
  if (count > max)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED,
                              "input '%s' has %" G_GSIZE_FORMAT " values, at most %u are supported", tensor->name,
                              count, max);
  *n = (guint)count;
  for (guint k = 0; k < *n; k++) {
    gconstpointer data = g_bytes_get_data (tensor->data, NULL);

    values[k] = tensor->dtype == DERMA_DTYPE_INT64 ? ((const gint64 *)data)[k] : ((const gint32 *)data)[k];
  }
  return TRUE;
}

gboolean
derma_reader_want_axis (DermaReader *reader, gint64 axis, guint rank, guint *normalised)
{
  if (axis < -(gint64)rank || axis >= (gint64)rank)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "axis %" G_GINT64_FORMAT " of a tensor of %u dimensions",
                              axis, rank);
  *normalised = (guint)(axis < 0 ? axis + (gint64)rank : axis);
  return TRUE;
}

gboolean
derma_reader_bind (DermaReader *reader, const gchar *name, guint tensor)
{
  if (!derma_text_is_clean (name, DERMA_LIMIT_NAME_BYTES))
    return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "a tensor's name is not plain text");
  if (look_up (reader, name) != DERMA_NO_TENSOR)
    return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "tensor '%.200s' is defined twice", name);
  g_hash_table_insert (reader->index, g_strdup (name), GUINT_TO_POINTER (tensor + 1));
  return TRUE;
}

gboolean
derma_reader_alias (DermaReader *reader, guint output, guint tensor)
{
  return derma_reader_bind (reader, reader->node->output[output], tensor);
}

gpointer
derma_reader_alloc (DermaReader *reader, gsize n, gsize size)
{
  gpointer memory = g_try_malloc0_n (MAX (n, 1), size);

  if (!memory)
    derma_reader_fail (reader, DERMA_ERROR_LIMIT, "not enough memory for %" G_GSIZE_FORMAT " elements", n);
  return memory;
}

guint
derma_reader_add_constant (DermaReader *reader, const gchar *name, DermaDtype dtype, const DermaShape *shape,
                           GBytes *data)
{
  reader->constant_bytes += g_bytes_get_size (data);
  if (reader->constant_bytes > DERMA_LIMIT_CONSTANT_BYTES || reader->ir->tensors->len >= DERMA_LIMIT_TENSORS) {
    derma_fail (reader->error, DERMA_ERROR_LIMIT, reader->file, "tensor '%.200s': too many or too large constants",
                name);
    return DERMA_NO_TENSOR;
  }
  return derma_ir_add_tensor (reader->ir, name, dtype, shape->rank, shape->dims, data);
}

guint
derma_reader_add_floats (DermaReader *reader, const gchar *name, gsize n, gfloat *data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n * sizeof *data);
  DermaShape shape = { .rank = 1, .dims = { (gint64)n } };

  return derma_reader_add_constant (reader, name, DERMA_DTYPE_FLOAT32, &shape, bytes);
}

/* Every extent of what is computed is at least 1, and all of it fits into memory. */
static gboolean
check_result (DermaReader *reader, const DermaTensor *like)
{
  DermaShape shape = derma_shape_of (like);
  g_autofree gchar *text = derma_shape_to_string (like->rank, like->dims);
  gsize n;

  for (guint i = 0; i < like->rank; i++)
    if (like->dims[i] < 1)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "gives an impossible shape, %s", text);
  if (!derma_shape_count (&shape, DERMA_LIMIT_ELEMENTS, &n))
    return derma_reader_fail (reader, DERMA_ERROR_LIMIT, "gives too large a tensor, %s", text);
  reader->activation_elements += n;
  if (reader->activation_elements > DERMA_LIMIT_ACTIVATION_ELEMENTS || reader->ir->tensors->len >= DERMA_LIMIT_TENSORS)
    return derma_reader_fail (reader, DERMA_ERROR_LIMIT, "the network needs too much memory");
  return TRUE;
}

static gboolean
check_operands (DermaReader *reader, const guint *inputs, guint n_inputs)
{
  for (guint i = 0; i < n_inputs; i++) {
    const DermaTensor *tensor = inputs[i] == DERMA_NO_TENSOR ? NULL : derma_ir_get_tensor (reader->ir, inputs[i]);

    for (guint d = 0; tensor && d < tensor->rank; d++)
      if (tensor->dims[d] < 1)
        return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "input '%s' is empty", tensor->name);
  }
  return TRUE;
}

DermaNode *
derma_reader_emit_output (DermaReader *reader, DermaOp op, const guint *inputs, guint n_inputs, const DermaTensor *like,
                          guint output)
{
  g_autofree gchar *name = derma_reader_get_node_name (reader);
  guint tensor;

  if (output >= reader->node->n_output || !*reader->node->output[output]) {
    derma_reader_fail (reader, DERMA_ERROR_FORMAT, "output %u is missing", output);
    return NULL;
  }
  if (!check_result (reader, like) || !check_operands (reader, inputs, n_inputs))
    return NULL;
  tensor = derma_ir_add_tensor (reader->ir, reader->node->output[output], like->dtype, like->rank, like->dims, NULL);
  if (!derma_reader_alias (reader, output, tensor))
    return NULL;
  return derma_ir_add_node (reader->ir, op, name, reader->node->op_type, n_inputs, inputs, 1, &tensor);
}

DermaNode *
derma_reader_emit (DermaReader *reader, DermaOp op, const guint *inputs, guint n_inputs, const DermaShape *shape)
{
  DermaTensor like = { .dtype = DERMA_DTYPE_FLOAT32, .rank = shape->rank };

  memcpy (like.dims, shape->dims, sizeof like.dims);
  return derma_reader_emit_output (reader, op, inputs, n_inputs, &like, 0);
}

DermaNode *
derma_reader_emit_inner (DermaReader *reader, DermaOp op, guint input, const DermaShape *shape)
{
  g_autofree gchar *name = derma_reader_get_node_name (reader);
  DermaTensor like = { .dtype = DERMA_DTYPE_FLOAT32, .rank = shape->rank };
  guint tensor;

  memcpy (like.dims, shape->dims, sizeof like.dims);
  if (!check_result (reader, &like) || !check_operands (reader, &input, 1))
    return NULL;
  tensor = derma_ir_add_tensor (reader->ir, name, like.dtype, like.rank, like.dims, NULL);
  return derma_ir_add_node (reader->ir, op, name, reader->node->op_type, 1, &input, 1, &tensor);
}
