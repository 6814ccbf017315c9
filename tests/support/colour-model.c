/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/colour-model.h"

#define ONNX_FLOAT 1

/* A matrix of 3 by 3 by @n that has @value where row and column are the same. */
static void
add_diagonal (DermaOnnxBuilder *builder, const gchar *name, const gchar *shape, gsize n, gfloat value)
{
  g_autofree gfloat *values = g_new0 (gfloat, 9 * n);
  g_autoptr (GBytes) bytes = NULL;

  for (gsize channel = 0; channel < 3; channel++)
    for (gsize i = 0; i < n; i++)
      values[channel * 4 * n + i] = value;
  bytes = g_bytes_new (values, 9 * n * sizeof *values);
  derma_onnx_builder_add_raw (builder, name, ONNX_FLOAT, shape, bytes);
}

DermaOnnxBuilder *
derma_test_colour_builder (void)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (13);
  const gchar *side = G_STRINGIFY (DERMA_TEST_COLOUR_SIDE);
  g_autofree gchar *shape = g_strdup_printf ("1,3,%s,%s", side, side);

  derma_onnx_builder_add_input (builder, "image", shape);
  add_diagonal (builder, "mean", "3,3,3,3", 9, 1.0f / 9);
  add_diagonal (builder, "matrix", "3,3", 1, 4.0f);
  derma_onnx_builder_add_node (builder, "Conv", "image,mean", "features", "strides=[8,8]");
  derma_onnx_builder_add_node (builder, "Relu", "features", "rectified", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "rectified", "pooled", NULL);
  derma_onnx_builder_add_node (builder, "Flatten", "pooled", "flat", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "flat,matrix", "scores", NULL);
  derma_onnx_builder_add_output (builder, "scores", "1,3");
  derma_onnx_builder_set_metadata (builder, "derma.name", "colours");
  derma_onnx_builder_set_metadata (builder, "derma.version", "1");
  derma_onnx_builder_set_metadata (builder, "derma.labels", "red,green,blue");
  derma_onnx_builder_set_metadata (builder, "derma.malignant", "red");
  derma_onnx_builder_set_metadata (builder, "derma.normalisation.mean", "0.5");
  derma_onnx_builder_set_metadata (builder, "derma.normalisation.std", "0.5");
  return builder;
}
