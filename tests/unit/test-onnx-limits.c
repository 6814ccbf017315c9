/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files that ask for much: refused before the memory or the time is spent. */
#include "support/onnx-builder.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <string.h>

/* Beginnings of graphs: a constant of 4 million values out of a few bytes, and a picture. */
static DermaOnnxBuilder *
make_builder (void)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (13);

  derma_onnx_builder_add_input (builder, "x", "1,1,1,2048");
  derma_onnx_builder_add_constants (builder, "size=i[2048,2048] flat=i[1,2048] two=i[0,1]");
  derma_onnx_builder_add_node (builder, "ConstantOfShape", "size", "large", NULL);
  derma_onnx_builder_add_node (builder, "Reshape", "x,flat", "y0", NULL);
  return builder;
}

static DermaModel *
load (DermaOnnxBuilder *builder, const gchar *output, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  derma_onnx_builder_add_output (builder, output, NULL);
  bytes = derma_onnx_builder_finish (builder);
  g_assert_cmpuint (g_bytes_get_size (bytes), <, 65536);
  return derma_model_new_from_bytes (bytes, "large.onnx", error);
}

static void
assert_limit (const GError *error, const gchar *words)
{
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_true (g_str_has_prefix (error->message, "large.onnx: node '"));
  g_assert_nonnull (strstr (error->message, words));
}

/* All inputs of a node are in memory together: 500 of them would take 16 GB. */
static void
test_many_large_inputs (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (GString) inputs = g_string_new ("large");
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i < 500; i++)
    g_string_append (inputs, ",large");
  derma_onnx_builder_add_node (builder, "Concat", inputs->str, "larger", "axis=0");
  g_assert_null (load (builder, "y0", &error));
  assert_limit (error, "too large constants");
}

/* One after the other: the time that they take. */
static void
test_many_large_nodes (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 60; i++) {
    g_autofree gchar *name = g_strdup_printf ("n%u", i);

    derma_onnx_builder_add_node (builder, "Gather", "large,two", name, "axis=0");
  }
  g_assert_null (load (builder, "y0", &error));
  assert_limit (error, "too large a constant");
}

/* Layers that share their weights have them once each when they are laid out to be run. */
static void
test_many_layers_of_large_weights (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;
  gchar from[16], to[16];

  for (guint i = 0; i < 70; i++) {
    g_snprintf (from, sizeof from, "y%u,large", i);
    g_snprintf (to, sizeof to, "y%u", i + 1);
    derma_onnx_builder_add_node (builder, "Gemm", from, to, "transB=1");
  }
  model = load (builder, "y70", &error);
  g_assert_no_error (error);
  graph = derma_graph_new (model, 1, &error);
  g_assert_null (graph);
  assert_limit (error, "not enough memory");
}

/* A picture, and pooling of it that looks at @kernel x @kernel values for each of its own results. */
static DermaOnnxBuilder *
make_pooling (guint side, guint channels, const gchar *op, guint kernel)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (13);
  g_autofree gchar *shape = g_strdup_printf ("1,%u,%u,%u", channels, side, side);
  const guint pad = kernel / 2;
  g_autofree gchar *attributes =
      g_strdup_printf ("kernel_shape=[%u,%u] pads=[%u,%u,%u,%u]", kernel, kernel, pad, pad, pad, pad);

  derma_onnx_builder_add_input (builder, "x", shape);
  derma_onnx_builder_add_node (builder, op, "x", "y0", attributes);
  return builder;
}

/* 2 * 10^11 comparisons for a picture of 3 channels. */
static void
test_much_pooling (void)
{
  static const gchar *const operators[] = { "MaxPool", "AveragePool" };

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    g_autoptr (DermaOnnxBuilder) builder = make_pooling (1024, 3, operators[i], 255);
    g_autoptr (GError) error = NULL;

    g_assert_null (load (builder, "y0", &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
    g_assert_cmpstr (error->message, ==,
                     "large.onnx: needs more than 100000000000 multiply-accumulates and values to pool");
  }
}

/* One channel of it: few comparisons, but a pointer for each. */
static void
test_large_windows (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_pooling (256, 1, "MaxPool", 255);
  g_autoptr (GError) error = NULL;

  g_assert_null (load (builder, "y0", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "large.onnx: has too large windows at too many places");
}

static void
test_large_windows_of_a_convolution (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GError) error = NULL;

  derma_onnx_builder_add_input (builder, "x", "1,1,1024,1024");
  derma_onnx_builder_add_constants (builder, "w=f(1,1,63,63)");
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "y0", "pads=[31,31,31,31]");
  g_assert_null (load (builder, "y0", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "large.onnx: has too large windows at too many places");
}

/* Windows with holes that reach into padding are laid side by side: 32 times 32 times the picture. */
static void
test_large_copies (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;

  derma_onnx_builder_add_input (builder, "x", "1,3,256,256");
  derma_onnx_builder_add_constants (builder, "w=f(32,3,1,1)");
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "c", NULL);
  derma_onnx_builder_add_node (builder, "MaxPool", "c", "y0", "kernel_shape=[32,32] dilations=[2,2] pads=[1,1,1,1]");
  model = load (builder, "y0", &error);
  g_assert_no_error (error);
  graph = derma_graph_new (model, 1, &error);
  g_assert_null (graph);
  assert_limit (error, "too large results to be laid out");
}

/* 65281 tensors of 255 Split, one input and @more nodes. */
static DermaOnnxBuilder *
make_many_tensors (guint more)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (11);

  derma_onnx_builder_add_input (builder, "x", "1,1,256,1");
  derma_onnx_builder_add_constants (builder, "one=f(1)");
  for (guint i = 0; i < 255; i++) {
    g_autoptr (GString) outputs = g_string_new (NULL);

    for (guint j = 0; j < 256; j++)
      g_string_append_printf (outputs, "%ss%u_%u", j > 0 ? "," : "", i, j);
    derma_onnx_builder_add_node (builder, "Split", "x", outputs->str, "axis=2");
  }
  for (guint i = 0; i < more; i++) {
    g_autofree gchar *name = g_strdup_printf ("r%u", i);

    derma_onnx_builder_add_node (builder, "Relu", "x", name, NULL);
  }
  return builder;
}

/* Where there is no room for the first of a layer's constants, its second is not tried: one error, not one over
 * another. */
static void
test_too_many_constants_of_a_layer (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_many_tensors (65536 - 65281 - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  derma_onnx_builder_add_node (builder, "BatchNormalization", "x,one,one,one,one", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  bytes = derma_onnx_builder_finish (builder);
  g_assert_null (derma_model_new_from_bytes (bytes, "large.onnx", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "large.onnx: tensor 'scale': too many or too large constants");
}

/* The same with what is allowed. */
static void
test_a_few (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_builder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;

  derma_onnx_builder_add_node (builder, "Neg", "large", "negative", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "y0,negative", "y1", "transB=1");
  model = load (builder, "y1", &error);
  g_assert_no_error (error);
  graph = derma_graph_new (model, 1, &error);
  g_assert_no_error (error);
  g_assert_true (derma_graph_run (graph, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/limits/many-large-inputs", test_many_large_inputs);
  g_test_add_func ("/onnx/limits/many-large-nodes", test_many_large_nodes);
  g_test_add_func ("/onnx/limits/many-layers-of-large-weights", test_many_layers_of_large_weights);
  g_test_add_func ("/onnx/limits/much-pooling", test_much_pooling);
  g_test_add_func ("/onnx/limits/large-windows", test_large_windows);
  g_test_add_func ("/onnx/limits/large-windows-of-a-convolution", test_large_windows_of_a_convolution);
  g_test_add_func ("/onnx/limits/large-copies", test_large_copies);
  g_test_add_func ("/onnx/limits/too-many-constants-of-a-layer", test_too_many_constants_of_a_layer);
  g_test_add_func ("/onnx/limits/a-few", test_a_few);
  return g_test_run ();
}
