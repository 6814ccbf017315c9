/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"
#include "model/window.h"

#include <math.h>
#include <string.h>

static gboolean
check_weights (DermaReader *reader, const DermaTensor *x, const DermaTensor *w, gint64 groups)
{
  if (!w || !derma_reader_is_constant (reader, derma_reader_get_input (reader, 1)))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the weights are not constant");
  if (x->rank != 4 || w->rank != 4 || w->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "only convolutions over two dimensions are supported");
  if (groups < 1 || w->dims[0] < 1 || w->dims[0] % groups != 0 || w->dims[1] < 1 || x->dims[1] % groups != 0
      || x->dims[1] / groups != w->dims[1])
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                              "weights for %" G_GINT64_FORMAT " channels in %" G_GINT64_FORMAT
                              " groups do not fit an input of %" G_GINT64_FORMAT " channels",
                              w->dims[1], groups, x->dims[1]);
  return TRUE;
}

static gboolean
check_kernel_shape (DermaReader *reader, const DermaTensor *w)
{
  gint64 kernel[2];
  guint n;

  if (!derma_reader_get_ints (reader, "kernel_shape", 2, kernel, &n))
    return FALSE;
  if (n == 0 || (n == 2 && kernel[0] == w->dims[2] && kernel[1] == w->dims[3]))
    return TRUE;
  return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "kernel_shape contradicts the weights");
}

static gboolean
check_bias (DermaReader *reader, gint64 channels)
{
  guint input = derma_reader_get_input (reader, 2);
  const DermaTensor *bias = derma_reader_get_tensor (reader, 2);

  if (!bias)
    return TRUE;
  if (!derma_reader_is_constant (reader, input) || bias->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the bias is not a float32 constant");
  if ((gint64)derma_tensor_n_elements (bias) != channels)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                              "the bias has %" G_GSIZE_FORMAT " values for %" G_GINT64_FORMAT " channels",
                              derma_tensor_n_elements (bias), channels);
  return TRUE;
}

gboolean
derma_convert_conv (DermaReader *reader)
{
  gint64 groups = derma_reader_get_int (reader, "group", 1);
  const DermaTensor *x, *w = derma_reader_get_tensor (reader, 1);
  guint inputs[3] = { derma_reader_get_input (reader, 0), derma_reader_get_input (reader, 1),
                      derma_reader_get_input (reader, 2) };
  DermaWindow window;
  DermaShape shape;
  DermaNode *node;

  if (!derma_reader_want_inputs (reader, 2, 3) || !derma_reader_want_activation (reader, 0, &x)
      || !check_weights (reader, x, w, groups) || !check_kernel_shape (reader, w) || !check_bias (reader, w->dims[0]))
    return FALSE;
  shape = derma_shape_of (x);
  shape.dims[1] = w->dims[0];
  memset (&window, 0, sizeof window);
  if (!derma_reader_read_window (reader, &w->dims[2], &window, &shape))
    return FALSE;
  window.groups = (guint)groups;
  node = derma_reader_emit (reader, DERMA_OP_CONV, inputs, 3, &shape);
  if (node)
    node->attrs.conv = window;
  return node != NULL;
}

/* scale = gamma / sqrt (variance + epsilon), shift = beta - mean * scale (Ioffe and Szegedy, 2015). */
static void
fold_statistics (const gfloat *statistics[4], gdouble epsilon, gsize n, gfloat *folded[2])
{
  for (gsize i = 0; i < n; i++) {
    gdouble scale = statistics[0][i] / sqrt (statistics[3][i] + epsilon);

    folded[0][i] = (gfloat)scale;
    folded[1][i] = (gfloat)(statistics[1][i] - statistics[2][i] * scale);
  }
}

gboolean
derma_convert_batch_norm (DermaReader *reader)
{
  const gfloat *statistics[4];
  gfloat *folded[2];
  const DermaTensor *x;
  guint inputs[3];
  DermaShape shape;
  gsize n;

  if (!derma_reader_want_inputs (reader, 5, 5) || !derma_reader_want_activation (reader, 0, &x))
    return FALSE;
  if (x->rank < 2)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the input has no channels");
  if (reader->node->n_output != 1 || derma_reader_get_int (reader, "training_mode", 0) != 0
      || derma_reader_get_int (reader, "spatial", 1) == 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "is in training mode; export it in evaluation mode");
  n = (gsize)x->dims[1];
  for (guint i = 0; i < 4; i++)
    if (!derma_reader_want_floats (reader, i + 1, n, &statistics[i]))
      return FALSE;
  folded[0] = derma_reader_alloc (reader, n, sizeof (gfloat));
  folded[1] = folded[0] ? derma_reader_alloc (reader, n, sizeof (gfloat)) : NULL;
  if (!folded[1]) {
    g_free (folded[0]);
    return FALSE;
  }
  fold_statistics (statistics, derma_reader_get_float (reader, "epsilon", 1e-5f), n, folded);
  shape = derma_shape_of (x);
  inputs[0] = derma_reader_get_input (reader, 0);
  inputs[1] = derma_reader_add_floats (reader, "scale", n, folded[0]);
  if (inputs[1] == DERMA_NO_TENSOR) {
    g_free (folded[1]);
    return FALSE;
  }
  inputs[2] = derma_reader_add_floats (reader, "shift", n, folded[1]);
  if (inputs[2] == DERMA_NO_TENSOR)
    return FALSE;
  return derma_reader_emit (reader, DERMA_OP_SCALE_SHIFT, inputs, 3, &shape) != NULL;
}
