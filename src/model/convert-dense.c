/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"

#include "model/weights.h"

#include <string.h>

/* Output channels first: constant weights I,O are transposed; dequantised ones become floats for that. */
static guint
orient_weights (DermaReader *reader, guint input, gboolean output_first)
{
  guint weights = derma_reader_get_input (reader, input);

  if (output_first)
    return weights;
  weights = derma_weights_to_floats (reader, weights);
  return weights == DERMA_NO_TENSOR ? weights : derma_weights_transpose (reader, weights);
}

/* Multiplies a constant; returns another one. */
static guint
scale_constant (DermaReader *reader, guint tensor, gfloat factor)
{
  const gfloat *values;
  const DermaTensor *old;
  g_autoptr (GBytes) bytes = NULL;
  gfloat *scaled;
  DermaShape shape;
  gsize n;

  if (factor == 1.0f || tensor == DERMA_NO_TENSOR)
    return tensor;
  tensor = derma_weights_to_floats (reader, tensor);
  if (tensor == DERMA_NO_TENSOR)
    return tensor;
  old = derma_ir_get_tensor (reader->ir, tensor);
  n = derma_tensor_n_elements (old);
  values = g_bytes_get_data (old->data, NULL);
  scaled = derma_reader_alloc (reader, n, sizeof *scaled);
  if (!scaled)
    return DERMA_NO_TENSOR;
  for (gsize i = 0; i < n; i++)
    scaled[i] = values[i] * factor;
  bytes = g_bytes_new_take (scaled, n * sizeof *scaled);
  shape = derma_shape_of (old);
  return derma_reader_add_constant (reader, old->name, DERMA_DTYPE_FLOAT32, &shape, bytes);
}

/* Gemm's C broadcast to one value an output channel. */
static gboolean
read_bias (DermaReader *reader, gint64 channels, guint *bias)
{
  const DermaTensor *c = derma_reader_get_tensor (reader, 2);
  const gfloat *values;
  gfloat *spread;
  gsize n;

  *bias = derma_reader_get_input (reader, 2);
  if (!c)
    return TRUE;
  n = derma_tensor_n_elements (c);
  if (!derma_reader_is_constant (reader, *bias) || c->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the bias is not a float32 constant");
  if (((gint64)n != channels && n != 1) || (c->rank > 0 && (gsize)c->dims[c->rank - 1] != n))
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                              "the bias has %" G_GSIZE_FORMAT " values for %" G_GINT64_FORMAT " outputs", n, channels);
  if ((gint64)n == channels && c->rank == 1)
    return TRUE;
  *bias = derma_weights_to_floats (reader, *bias);
  if (*bias == DERMA_NO_TENSOR)
    return FALSE;
  values = g_bytes_get_data (derma_ir_get_tensor (reader->ir, *bias)->data, NULL);
  spread = derma_reader_alloc (reader, (gsize)channels, sizeof *spread);
  if (!spread)
    return FALSE;
  for (gint64 i = 0; i < channels; i++)
    spread[i] = values[n == 1 ? 0 : i];
  *bias = derma_reader_add_floats (reader, c->name, (gsize)channels, spread);
  return *bias != DERMA_NO_TENSOR;
}

static gboolean
check_matrix (DermaReader *reader, const DermaTensor *x, const DermaTensor *w)
{
  if (!w || !derma_reader_is_constant (reader, derma_reader_get_input (reader, 1)) || w->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the second operand is not a float32 constant");
  if (w->rank != 2)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the second operand does not have two dimensions");
  if (x->rank != 2)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the first operand does not have two dimensions");
  return TRUE;
}

static gboolean
emit_dense (DermaReader *reader, guint weights, guint bias)
{
  guint inputs[3] = { derma_reader_get_input (reader, 0), weights, bias };
  const DermaTensor *x = derma_reader_get_tensor (reader, 0), *w;
  DermaShape shape = { .rank = 2 };

  if (weights == DERMA_NO_TENSOR)
    return FALSE;
  w = derma_ir_get_tensor (reader->ir, weights);
  if (x->dims[1] != w->dims[1])
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                              "a matrix for %" G_GINT64_FORMAT " inputs does not fit %" G_GINT64_FORMAT, w->dims[1],
                              x->dims[1]);
  shape.dims[0] = x->dims[0];
  shape.dims[1] = w->dims[0];
  return derma_reader_emit (reader, DERMA_OP_FULLY_CONNECTED, inputs, 3, &shape) != NULL;
}

gboolean
derma_convert_gemm (DermaReader *reader)
{
  gboolean output_first = derma_reader_get_int (reader, "transB", 0) != 0;
  const DermaTensor *x, *w = derma_reader_get_tensor (reader, 1);
  guint weights, bias;

  if (!derma_reader_want_inputs (reader, 2, 3) || !derma_reader_want_activation (reader, 0, &x)
      || !check_matrix (reader, x, w))
    return FALSE;
  if (derma_reader_get_int (reader, "transA", 0) != 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "a transposed first operand");
  if (!read_bias (reader, w->dims[output_first ? 0 : 1], &bias))
    return FALSE;
  weights =
      scale_constant (reader, orient_weights (reader, 1, output_first), derma_reader_get_float (reader, "alpha", 1.0f));
  if (weights != DERMA_NO_TENSOR && bias != DERMA_NO_TENSOR) {
    bias = scale_constant (reader, bias, derma_reader_get_float (reader, "beta", 1.0f));
    if (bias == DERMA_NO_TENSOR)
      return FALSE;
  }
  return emit_dense (reader, weights, bias);
}

gboolean
derma_convert_matmul (DermaReader *reader)
{
  const DermaTensor *x;

  return derma_reader_want_inputs (reader, 2, 2) && derma_reader_want_activation (reader, 0, &x)
         && check_matrix (reader, x, derma_reader_get_tensor (reader, 1))
         && emit_dense (reader, orient_weights (reader, 1, FALSE), DERMA_NO_TENSOR);
}
