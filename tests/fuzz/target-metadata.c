/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metadata of a network that is sound otherwise: key, zero, value, zero, and so on; "derma." goes before the keys. */
#include "input.h"
#include "network.h"
#include "target.h"

#include "support/onnx-builder.h"

#define MAX_ENTRIES 64

void
fuzz_target_start (void)
{
}

/* A map and a typicality, so that metadata has something to name. */
static DermaOnnxBuilder *
make_network (void)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (13);

  derma_onnx_builder_add_input (builder, "image", "1,3,8,8");
  derma_onnx_builder_add_constants (builder, "w=f(4,3,3,3) u=f(1,3,1,1) v=f(3,4) t=f(1,4)");
  derma_onnx_builder_add_node (builder, "Conv", "image,w", "features", "strides=[2,2] pads=[1,1,1,1]");
  derma_onnx_builder_add_node (builder, "Conv", "image,u", "raw", "strides=[2,2]");
  derma_onnx_builder_add_node (builder, "Sigmoid", "raw", "map", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "features", "pool", NULL);
  derma_onnx_builder_add_node (builder, "Flatten", "pool", "flat", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "flat,v", "scores", "transB=1");
  derma_onnx_builder_add_node (builder, "Gemm", "flat,t", "trust", "transB=1");
  derma_onnx_builder_add_node (builder, "Sigmoid", "trust", "typicality", NULL);
  derma_onnx_builder_add_output (builder, "scores", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  derma_onnx_builder_add_output (builder, "typicality", NULL);
  return builder;
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (DermaOnnxBuilder) builder = make_network ();
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < MAX_ENTRIES && input.size > 0; i++) {
    g_autofree gchar *tail = fuzz_input_text (&input);
    g_autofree gchar *key = g_strconcat ("derma.", tail, NULL);
    g_autofree gchar *value = fuzz_input_text (&input);

    derma_onnx_builder_set_metadata (builder, key, value);
  }
  bytes = derma_onnx_builder_finish (builder);
  fuzz_network_try (bytes);
}
