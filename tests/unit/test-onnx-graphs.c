/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <string.h>

/* What exporters make of more than one node, and what is left of it. */

enum { TYPE_FLOAT = 1, TYPE_INT8 = 3, TYPE_DOUBLE = 11 };

static DermaModel *
finish (DermaOnnxBuilder *builder, GError **error)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);

  return derma_model_new_from_bytes (bytes, "graph.onnx", error);
}

static DermaModel *
must_finish (DermaOnnxBuilder *builder)
{
  g_autoptr (GError) error = NULL;
  DermaModel *model = finish (builder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (model);
  return model;
}

static DermaOnnxBuilder *
start (gint64 opset, const gchar *shape)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (opset);

  derma_onnx_builder_add_input (builder, "x", shape);
  return builder;
}

static const DermaNode *
node_at (DermaModel *model, guint i)
{
  const DermaIr *ir = derma_model_get_ir (model);

  g_assert_cmpuint (i, <, ir->nodes->len);
  return g_ptr_array_index (ir->nodes, i);
}

static const DermaTensor *
output_of (DermaModel *model, const DermaNode *node)
{
  return derma_ir_get_tensor (derma_model_get_ir (model), node->outputs[0]);
}

/* x.view(x.size(0), -1) */
static void
test_view (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (11, "?,3,4,4");
  g_autoptr (DermaModel) model = NULL;
  const DermaTensor *flat;

  derma_onnx_builder_add_constants (builder, "zero=i[0] rest=i[-1] w=f(2,48)");
  derma_onnx_builder_add_node (builder, "Shape", "x", "shape", NULL);
  derma_onnx_builder_add_node (builder, "Gather", "shape,zero", "batch", "axis=0");
  derma_onnx_builder_add_node (builder, "Concat", "batch,rest", "target", "axis=0");
  derma_onnx_builder_add_node (builder, "Reshape", "x,target", "flat", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "flat,w", "y", "transB=1");
  derma_onnx_builder_add_output (builder, "y", "?,2");
  model = must_finish (builder);
  g_assert_cmpuint (derma_model_get_ir (model)->nodes->len, ==, 2);
  g_assert_cmpint (node_at (model, 0)->op, ==, DERMA_OP_RESHAPE);
  flat = output_of (model, node_at (model, 0));
  g_assert_cmpuint (flat->rank, ==, 2);
  g_assert_cmpint (flat->dims[1], ==, 48);
}

static void
test_open_size (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "?,3,?,?");
  g_autoptr (DermaModel) model = NULL;
  guint width = 0, height = 0, channels = 0;

  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  derma_model_get_input_size (model, &width, &height, &channels);
  g_assert_cmpuint (width, ==, 224);
  g_assert_cmpuint (height, ==, 224);
  g_assert_cmpuint (channels, ==, 3);
}

static void
test_open_channels (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,?,8,8");
  g_autoptr (GError) error = NULL;

  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  g_assert_null (finish (builder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
}

/* What torch writes for weights that two layers share. */
static void
test_identity_of_initialiser (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,8,8");
  g_autoptr (DermaModel) model = NULL;
  const DermaNode *second;

  derma_onnx_builder_add_constants (builder, "w=f(3,3,3,3) b=f(3)");
  derma_onnx_builder_add_node (builder, "Identity", "b", "b2", NULL);
  derma_onnx_builder_add_node (builder, "Conv", "x,w,b", "c", NULL);
  derma_onnx_builder_add_node (builder, "Conv", "c,w,b2", "d", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "d", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  g_assert_cmpuint (derma_model_get_ir (model)->nodes->len, ==, 3);
  second = node_at (model, 1);
  g_assert_nonnull (derma_ir_get_tensor (derma_model_get_ir (model), second->inputs[2])->data);
}

/* Nodes that feed no output are gone. */
static void
test_dead_branch (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,8,8");
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_add_node (builder, "Relu", "x", "unused", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  g_assert_cmpuint (derma_model_get_ir (model)->nodes->len, ==, 1);
}

static void
test_old_initialisers_are_no_inputs (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (9, "1,3,8,8");
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_add_input (builder, "w", "2,3,8,8");
  derma_onnx_builder_add_constants (builder, "w=f(2,3,8,8)");
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  g_assert_cmpstr (derma_model_get_input_name (model), ==, "x");
}

/* Gemm: alpha and beta are in the weights and bias, transposed to O,I. */
static void
test_gemm_scales (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,1,1");
  g_autoptr (DermaModel) model = NULL;
  const DermaNode *node;
  const DermaTensor *w, *b;
  const gfloat *values;

  derma_onnx_builder_add_constants (builder, "w=f(3,2) c=s0.5");
  derma_onnx_builder_add_node (builder, "Flatten", "x", "flat", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "flat,w,c", "y", "alpha=2.0 beta=4.0");
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  node = node_at (model, 1);
  g_assert_cmpint (node->op, ==, DERMA_OP_FULLY_CONNECTED);
  w = derma_ir_get_tensor (derma_model_get_ir (model), node->inputs[1]);
  b = derma_ir_get_tensor (derma_model_get_ir (model), node->inputs[2]);
  g_assert_cmpint (w->dims[0], ==, 2);
  g_assert_cmpint (w->dims[1], ==, 3);
  values = g_bytes_get_data (w->data, NULL);
  /* Row 0 is column 0 of the file: elements 0, 2, 4 of the pattern. */
  g_assert_cmpfloat_with_epsilon (values[1], 2 * (2 * 37 / 101.0f - 0.5f), 1e-6f);
  values = g_bytes_get_data (b->data, NULL);
  g_assert_cmpint (b->dims[0], ==, 2);
  g_assert_cmpfloat (values[0], ==, 2.0f);
  g_assert_cmpfloat (values[1], ==, 2.0f);
}

static void
test_batch_norm_values (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,1,2,2");
  g_autoptr (DermaModel) model = NULL;
  const DermaNode *node;
  const gfloat *scale, *shift;

  for (guint i = 0; i < 4; i++) {
    static const gchar *const names[] = { "g", "b", "m", "v" };
    static const gfloat values[] = { 3.0f, 1.0f, 2.0f, 2.25f };
    g_autoptr (GBytes) bytes = g_bytes_new (&values[i], sizeof values[i]);

    derma_onnx_builder_add_raw (builder, names[i], TYPE_FLOAT, "1", bytes);
  }
  derma_onnx_builder_add_node (builder, "BatchNormalization", "x,g,b,m,v", "n", "epsilon=0.0");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "n", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  node = node_at (model, 0);
  g_assert_cmpint (node->op, ==, DERMA_OP_SCALE_SHIFT);
  scale = g_bytes_get_data (derma_ir_get_tensor (derma_model_get_ir (model), node->inputs[1])->data, NULL);
  shift = g_bytes_get_data (derma_ir_get_tensor (derma_model_get_ir (model), node->inputs[2])->data, NULL);
  g_assert_cmpfloat_with_epsilon (scale[0], 2.0f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (shift[0], -3.0f, 1e-6f);
}

static void
test_split_becomes_slices (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,4,4");
  g_autoptr (DermaModel) model = NULL;
  const DermaNode *second;

  derma_onnx_builder_add_constants (builder, "parts=i[1,2]");
  derma_onnx_builder_add_node (builder, "Split", "x,parts", "a,b", "axis=1");
  derma_onnx_builder_add_node (builder, "Concat", "b,a", "c", "axis=1");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "c", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = must_finish (builder);
  second = node_at (model, 1);
  g_assert_cmpint (second->op, ==, DERMA_OP_SLICE);
  g_assert_cmpint (second->attrs.slice.start[1] + output_of (model, second)->dims[1], ==, 3);
}

static void
test_two_outputs (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,4,4");
  g_autoptr (DermaModel) model = NULL;
  gint64 dims[DERMA_MAX_RANK];

  derma_onnx_builder_add_constants (builder, "w=f(1,3,1,1)");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "scores", NULL);
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "map", NULL);
  derma_onnx_builder_add_output (builder, "map", "1,1,4,4");
  derma_onnx_builder_add_output (builder, "scores", "1,3,1,1");
  derma_onnx_builder_set_metadata (builder, "derma.output.scores", "scores");
  derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
  model = must_finish (builder);
  g_assert_cmpuint (derma_model_get_n_outputs (model), ==, 2);
  g_assert_cmpstr (derma_model_get_output_name (model, 0), ==, "map");
  g_assert_cmpuint (derma_model_get_output_shape (model, 0, dims), ==, 4);
  g_assert_cmpint (dims[3], ==, 4);
  g_assert_cmpuint (derma_model_get_metadata (model)->scores_output, ==, 1);
  g_assert_cmpint (derma_model_get_metadata (model)->map_output, ==, 0);
}

/* Doubles are read as floats. */
static void
test_double_weights (void)
{
  static const gdouble values[3] = { 0.1, 0.2, 0.3 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (values, sizeof values);
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,2,2");
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;
  const DermaTensor *w;

  derma_onnx_builder_add_raw (builder, "w", TYPE_DOUBLE, "1,3,1,1", bytes);
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "c", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "c", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  model = finish (builder, &error);
  g_assert_no_error (error);
  w = derma_ir_get_tensor (derma_model_get_ir (model), node_at (model, 0)->inputs[1]);
  g_assert_cmpint (w->dtype, ==, DERMA_DTYPE_FLOAT32);
  g_assert_cmpfloat (((const gfloat *)g_bytes_get_data (w->data, NULL))[1], ==, 0.2f);
}

static void
add_quantised_conv (DermaOnnxBuilder *builder)
{
  static const gint8 weights[6] = { -127, 0, 127, 1, 2, 3 };
  static const gint8 zero = 0;
  static const gfloat scales[2] = { 0.5f, 0.25f };
  g_autoptr (GBytes) w = g_bytes_new_static (weights, sizeof weights);
  g_autoptr (GBytes) s = g_bytes_new_static (scales, sizeof scales);
  g_autoptr (GBytes) zeros = g_bytes_new_static ("\0\0", 2);
  g_autoptr (GBytes) z = g_bytes_new_static (&zero, 1);

  derma_onnx_builder_add_constants (builder, "sx=s0.02");
  derma_onnx_builder_add_raw (builder, "zx", TYPE_INT8, "", z);
  derma_onnx_builder_add_raw (builder, "wq", TYPE_INT8, "2,3,1,1", w);
  derma_onnx_builder_add_raw (builder, "sw", TYPE_FLOAT, "2", s);
  derma_onnx_builder_add_raw (builder, "zw", TYPE_INT8, "2", zeros);
  derma_onnx_builder_add_node (builder, "QuantizeLinear", "x,sx,zx", "xq", NULL);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "xq,sx,zx", "xd", NULL);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "wq,sw,zw", "wd", "axis=0");
  derma_onnx_builder_add_node (builder, "Conv", "xd,wd", "c", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "c", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", "1,2,1,1");
}

static const DermaNode *
find_op (DermaModel *model, DermaOp op)
{
  const DermaIr *ir = derma_model_get_ir (model);

  for (guint i = 0; i < ir->nodes->len; i++) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i);

    if (node->op == op)
      return node;
  }
  return NULL;
}

static void
test_quantised (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,4,4");
  g_autoptr (DermaModel) model = NULL;
  const DermaNode *quantize;

  add_quantised_conv (builder);
  model = must_finish (builder);
  quantize = find_op (model, DERMA_OP_QUANTIZE);
  g_assert_nonnull (quantize);
  g_assert_cmpint (quantize->attrs.axis, ==, -1);
  g_assert_cmpint (output_of (model, quantize)->dtype, ==, DERMA_DTYPE_INT8);
  g_assert_nonnull (find_op (model, DERMA_OP_CONV));
}

static void
test_quantised_axis_out_of_range (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,4,4");
  g_autoptr (GError) error = NULL;

  add_quantised_conv (builder);
  derma_onnx_builder_get_model (builder)->graph->node[2]->attribute[0]->i = 9;
  g_assert_null (finish (builder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "graph.onnx: node 'wd' (DequantizeLinear): "));
}

static void
test_quantised_zero_scale (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,4,4");
  g_autoptr (GError) error = NULL;

  add_quantised_conv (builder);
  memset (derma_onnx_builder_get_model (builder)->graph->initializer[0]->raw_data.data, 0, 4);
  g_assert_null (finish (builder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
}

static void
test_fold_huge_constant (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (13, "1,3,4,4");
  g_autoptr (GError) error = NULL;

  derma_onnx_builder_add_constants (builder, "n=i[9000,9000,9000]");
  derma_onnx_builder_add_node (builder, "ConstantOfShape", "n", "c", NULL);
  derma_onnx_builder_add_node (builder, "Add", "x,c", "a", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "a", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  g_assert_null (finish (builder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_true (g_str_has_prefix (error->message, "graph.onnx: node 'c' (ConstantOfShape): "));
}

static void
test_gather_out_of_range (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start (11, "1,3,4,4");
  g_autoptr (GError) error = NULL;

  derma_onnx_builder_add_constants (builder, "i=i[4]");
  derma_onnx_builder_add_node (builder, "Shape", "x", "shape", NULL);
  derma_onnx_builder_add_node (builder, "Gather", "shape,i", "n", NULL);
  derma_onnx_builder_add_node (builder, "Reshape", "x,n", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  g_assert_null (finish (builder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "graph.onnx: node 'n' (Gather): "));
}

static void
test_references (void)
{
  g_autoptr (GBytes) bytes = derma_test_tiny_model ("a,b");
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "tiny", NULL);
  DermaModel *other = derma_model_ref (model);

  g_clear_pointer (&bytes, g_bytes_unref);
  g_assert_true (other == model);
  derma_model_unref (other);
  derma_model_unref (NULL);
  g_assert_cmpstr (derma_model_get_name (model), ==, "tiny");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/graphs/view", test_view);
  g_test_add_func ("/onnx/graphs/open-size", test_open_size);
  g_test_add_func ("/onnx/graphs/open-channels", test_open_channels);
  g_test_add_func ("/onnx/graphs/identity-of-initialiser", test_identity_of_initialiser);
  g_test_add_func ("/onnx/graphs/dead-branch", test_dead_branch);
  g_test_add_func ("/onnx/graphs/old-initialisers", test_old_initialisers_are_no_inputs);
  g_test_add_func ("/onnx/graphs/gemm-scales", test_gemm_scales);
  g_test_add_func ("/onnx/graphs/batch-norm-values", test_batch_norm_values);
  g_test_add_func ("/onnx/graphs/split", test_split_becomes_slices);
  g_test_add_func ("/onnx/graphs/two-outputs", test_two_outputs);
  g_test_add_func ("/onnx/graphs/double-weights", test_double_weights);
  g_test_add_func ("/onnx/graphs/quantised", test_quantised);
  g_test_add_func ("/onnx/graphs/quantised-axis", test_quantised_axis_out_of_range);
  g_test_add_func ("/onnx/graphs/quantised-zero-scale", test_quantised_zero_scale);
  g_test_add_func ("/onnx/graphs/huge-constant", test_fold_huge_constant);
  g_test_add_func ("/onnx/graphs/gather-out-of-range", test_gather_out_of_range);
  g_test_add_func ("/onnx/graphs/references", test_references);
  return g_test_run ();
}
