/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/message.h"
#include "support/onnx-builder.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <string.h>

/*
 * Small networks, read from a file and run: what each operator computes. The input x is 1,1,2,3 and holds 1 to 6; the
 * constants that derma_onnx_builder_add_constants() makes are given as lists, all else comes from it.
 */
typedef struct {
  const gchar *name;
  gint opset;
  const gchar *constants;
  const gchar *nodes; /* "Operator inputs outputs [attributes]; ..."; "y" is the output */
  const gchar *values;
} Case;

static const Case CASES[] = {
  { "relu", 13, "t=s-3", "Add x,t a; Relu a y", "0,0,0,1,2,3" },
  { "add-constant-first", 13, "t=s10", "Add t,x y", "11,12,13,14,15,16" },
  { "sub", 13, "t=s10", "Sub x,t y", "-9,-8,-7,-6,-5,-4" },
  { "sub-constant-first", 13, "t=s10", "Sub t,x y", "9,8,7,6,5,4" },
  { "mul", 13, "t=s0.5", "Mul x,t y", "0.5,1,1.5,2,2.5,3" },
  { "mul-self", 13, "", "Mul x,x y", "1,4,9,16,25,36" },
  { "div", 13, "t=s2", "Div x,t y", "0.5,1,1.5,2,2.5,3" },
  { "div-constant-first", 13, "t=s60", "Div t,x y", "60,30,20,15,12,10" },
  { "max", 13, "t=s3.5", "Max x,t y", "3.5,3.5,3.5,4,5,6" },
  { "max-constant-first", 13, "t=s3.5", "Max t,x y", "3.5,3.5,3.5,4,5,6" },
  { "min", 13, "t=s3.5", "Min x,t y", "1,2,3,3.5,3.5,3.5" },
  { "min-constant-first", 13, "t=s3.5", "Min t,x y", "1,2,3,3.5,3.5,3.5" },
  { "clip-inputs", 13, "a=s2 b=s5", "Clip x,a,b y", "2,2,3,4,5,5" },
  { "clip-no-min", 13, "b=s5", "Clip x,,b y", "1,2,3,4,5,5" },
  { "clip-no-max", 13, "a=s2", "Clip x,a y", "2,2,3,4,5,6" },
  { "clip-attributes", 10, "", "Clip x y min=2.0 max=5.0", "2,2,3,4,5,5" },
  { "leaky-relu", 13, "t=s-4", "Add x,t a; LeakyRelu a y alpha=0.5", "-1.5,-1,-0.5,0,1,2" },
  { "prelu", 13, "t=s-4 s=s0.25", "Add x,t a; PRelu a,s y", "-0.75,-0.5,-0.25,0,1,2" },
  { "hard-sigmoid", 13, "t=s-3", "Add x,t a; HardSigmoid a y alpha=0.25 beta=0.5", "0,0.25,0.5,0.75,1,1" },
  { "hard-swish", 14, "t=s-3", "Add x,t a; HardSwish a y", "-0.333333,-0.333333,0,0.666667,1.66667,3" },
  { "pad-inputs", 13, "p=i[0,0,0,1,0,0,1,0] v=s9", "Pad x,p,v y", "9,1,2,3,9,4,5,6,9,9,9,9" },
  { "pad-zero", 13, "p=i[0,0,1,0,0,0,0,0]", "Pad x,p y", "0,0,0,1,2,3,4,5,6" },
  { "pad-attributes", 10, "", "Pad x y pads=[0,0,0,0,0,0,0,1] value=7.0", "1,2,3,7,4,5,6,7" },
  { "transpose", 13, "", "Transpose x y perm=[0,1,3,2]", "1,4,2,5,3,6" },
  { "transpose-reverses", 13, "", "Transpose x y", "1,4,2,5,3,6" },
  { "slice-columns", 13, "s=i[1] e=i[3] a=i[3]", "Slice x,s,e,a y", "2,3,5,6" },
  { "slice-from-the-end", 13, "s=i[-2] e=i[-1] a=i[-1]", "Slice x,s,e,a y", "2,5" },
  { "slice-beyond-the-end", 13, "s=i[-99] e=i[99] a=i[2]", "Slice x,s,e,a y", "1,2,3,4,5,6" },
  { "slice-two-axes", 13, "s=i[1,0] e=i[2,2] a=i[2,3]", "Slice x,s,e,a y", "4,5" },
  { "slice-attributes", 9, "", "Slice x y starts=[1] ends=[2] axes=[2]", "4,5,6" },
  { "split", 13, "n=i[1,2]", "Split x,n a,b axis=3; Relu b y", "2,3,5,6" },
  { "split-equal", 13, "", "Split x a,b axis=2; Relu b y", "4,5,6" },
  { "split-attribute", 11, "", "Split x a,b axis=-1 split=[2,1]; Relu b y", "3,6" },
  { "concat", 13, "", "Concat x,x y axis=3", "1,2,3,1,2,3,4,5,6,4,5,6" },
  { "concat-rows", 13, "", "Concat x,x y axis=-2", "1,2,3,4,5,6,1,2,3,4,5,6" },
  { "reshape", 13, "n=i[1,0,3,2]", "Reshape x,n y", "1,2,3,4,5,6" },
  { "flatten", 13, "", "Flatten x y", "1,2,3,4,5,6" },
  { "global-average", 13, "", "GlobalAveragePool x y", "3.5" },
  { "mean-of-both", 13, "", "ReduceMean x y axes=[2,3]", "3.5" },
  { "average-pool", 13, "", "AveragePool x y kernel_shape=[2,2]", "3,4" },
  { "average-pool-pads-do-not-count", 13, "", "AveragePool x y kernel_shape=[2,3] pads=[0,1,0,1]", "3,3.5,4" },
  { "average-pool-pads-count", 13, "", "AveragePool x y kernel_shape=[2,3] pads=[0,1,0,1] count_include_pad=1",
    "2,3.5,2.66667" },
  { "max-pool", 13, "", "MaxPool x y kernel_shape=[1,2] strides=[1,1]", "2,3,5,6" },
  { "max-pool-strides", 13, "", "MaxPool x y kernel_shape=[1,1] strides=[1,2]", "1,3,4,6" },
  { "softmax", 13, "t=s0", "Mul x,t z; Softmax z y axis=3", "0.333333,0.333333,0.333333,0.333333,0.333333,0.333333" },
  { "batch-norm", 13, "g=f(1) b=f(1) m=f(1) v=s0.999990", "Reshape v,one r; BatchNormalization x,g,b,m,r y",
    "-1.25,-1.75,-2.25,-2.75,-3.25,-3.75" },
  { "sigmoid", 13, "t=s0", "Mul x,t z; Sigmoid z y", "0.5,0.5,0.5,0.5,0.5,0.5" },
  { "identity", 13, "", "Identity x a; Relu a y", "1,2,3,4,5,6" },
  { "dropout-in-evaluation", 13, "r=s0.5 t=i[0]", "Dropout x,r,t a; Relu a y", "1,2,3,4,5,6" },
  { "dropout-of-a-constant", 13, "c=s0.5", "Dropout c d; Mul x,d y", "0.5,1,1.5,2,2.5,3" },
  { "dropout", 13, "", "Dropout x a; Relu a y", "1,2,3,4,5,6" },
};

static void
add_nodes (DermaOnnxBuilder *builder, const gchar *nodes)
{
  g_auto (GStrv) list = g_strsplit (nodes, "; ", -1);

  for (guint i = 0; list[i]; i++) {
    g_auto (GStrv) parts = g_strsplit (list[i], " ", 4);

    derma_onnx_builder_add_node (builder, parts[0], parts[1], parts[2], parts[3]);
  }
  derma_onnx_builder_add_output (builder, "y", NULL);
}

static DermaOnnxBuilder *
start (gint opset)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (opset);

  derma_onnx_builder_add_input (builder, "x", "1,1,2,3");
  derma_onnx_builder_add_constants (builder, "one=i[1]");
  return builder;
}

static void
assert_values (DermaOnnxBuilder *builder, const gchar *wanted)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "values.onnx", &error);
  g_autoptr (DermaGraph) graph = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const gfloat *values;
  gfloat *input;
  gsize n;

  g_assert_no_error (error);
  graph = derma_graph_new (model, 1, &error);
  g_assert_no_error (error);
  input = derma_graph_get_input (graph, &n);
  g_assert_cmpuint (n, ==, 6);
  for (guint i = 0; i < 6; i++)
    input[i] = (gfloat)(i + 1);
  g_assert_true (derma_graph_run (graph, &error));
  g_assert_no_error (error);
  values = derma_graph_get_output (graph, 0, &n);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%s%g", i ? "," : "", (gdouble)values[i] + 0.0);
  g_assert_cmpstr (text->str, ==, wanted);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DermaOnnxBuilder) builder = start (test->opset);

  derma_onnx_builder_add_constants (builder, test->constants);
  add_nodes (builder, test->nodes);
  assert_values (builder, test->values);
}

/* A list of floats as an initialiser. */
static void
add_floats (DermaOnnxBuilder *builder, const gchar *name, const gchar *shape, const gfloat *values, guint n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (values, n * sizeof *values);

  derma_onnx_builder_add_raw (builder, name, 1, shape, bytes);
}

static void
add_integers (DermaOnnxBuilder *builder, const gchar *name, gint32 type, const gchar *shape, const void *values,
              gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (values, size);

  derma_onnx_builder_add_raw (builder, name, type, shape, bytes);
}

static void
test_conv (void)
{
  static const gfloat weights[] = { 1, 10 }, bias[] = { 0.5f };
  static const struct {
    const gchar *attributes, *values;
  } cases[] = {
    { "kernel_shape=[1,2]", "21.5,32.5,54.5,65.5" },
    { "kernel_shape=[1,2] pads=[0,1,0,0]", "10.5,21.5,32.5,40.5,54.5,65.5" },
    { "strides=[2,1]", "21.5,32.5" },
    { "dilations=[1,2]", "31.5,64.5" },
    { "auto_pad=SAME_UPPER", "21.5,32.5,3.5,54.5,65.5,6.5" },
    { "auto_pad=SAME_LOWER", "10.5,21.5,32.5,40.5,54.5,65.5" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (DermaOnnxBuilder) builder = start (13);

    add_floats (builder, "w", "1,1,1,2", weights, 2);
    add_floats (builder, "b", "1", bias, 1);
    derma_onnx_builder_add_node (builder, "Conv", "x,w,b", "y", cases[i].attributes);
    add_nodes (builder, "");
    assert_values (builder, cases[i].values);
  }
}

static void
test_gemm (void)
{
  static const gfloat weights[] = { 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 1 }, bias[] = { 100, 200 };
  static const struct {
    const gchar *shape, *attributes, *values;
  } cases[] = {
    { "2,6", "transB=1", "191,206" },
    { "6,2", NULL, "122,234" },
    { "2,6", "transB=1 alpha=2.0", "282,212" },
    { "2,6", "transB=1 beta=0.5", "141,106" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (DermaOnnxBuilder) builder = start (13);

    add_floats (builder, "w", cases[i].shape, weights, 12);
    add_floats (builder, "b", "2", bias, 2);
    derma_onnx_builder_add_node (builder, "Flatten", "x", "f", NULL);
    derma_onnx_builder_add_node (builder, "Gemm", "f,w,b", "y", cases[i].attributes);
    add_nodes (builder, "");
    assert_values (builder, cases[i].values);
  }
}

/* Weights that are integers in the file, each channel with a scale and a zero of its own. */
static void
test_weights_of_integers (void)
{
  static const gint8 weights[] = { 2, 4, 6, 8, 10, 12, 1, 1, 1, 1, 1, 3 }, zeros[] = { 0, 1 };
  static const guint8 unsigned_weights[] = { 200, 202, 204, 206, 208, 210, 200, 200, 200, 200, 200, 210 };
  static const guint8 unsigned_zero[] = { 200 };
  static const gfloat scales[] = { 0.5f, 2 }, scale[] = { 0.5f };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (DermaOnnxBuilder) builder = start (13);

    add_integers (builder, "q", i ? 2 : 3, "2,6", i ? (const void *)unsigned_weights : weights, 12);
    add_integers (builder, "z", i ? 2 : 3, i ? "" : "2", i ? (const void *)unsigned_zero : zeros, i ? 1 : 2);
    add_floats (builder, "s", i ? "" : "2", i ? scale : scales, i ? 1 : 2);
    derma_onnx_builder_add_node (builder, "DequantizeLinear", "q,s,z", "w", i ? NULL : "axis=0");
    derma_onnx_builder_add_node (builder, "Flatten", "x", "f", NULL);
    derma_onnx_builder_add_node (builder, "Gemm", "f,w", "y", "transB=1");
    add_nodes (builder, "");
    assert_values (builder, i ? "70,30" : "91,24");
  }
}

static void
test_weights_of_integers_without_zero (void)
{
  static const gint8 weights[] = { 2, -4, 127, -128, 0, 1 };
  static const gfloat scale[] = { 0.25f };
  g_autoptr (DermaOnnxBuilder) builder = start (13);

  add_integers (builder, "q", 3, "1,6", weights, 6);
  add_floats (builder, "s", "", scale, 1);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "q,s", "w", NULL);
  derma_onnx_builder_add_node (builder, "Flatten", "x", "f", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "f,w", "y", "transB=1");
  add_nodes (builder, "");
  assert_values (builder, "-32.75");
}

/* Integers that are multiplied with what is computed become floats when the file is read. */
static void
test_factors_of_integers (void)
{
  static const gint8 factors[] = { 2, 4, -6 };
  static const gfloat scale[] = { 0.5f };
  g_autoptr (DermaOnnxBuilder) builder = start (13);

  add_integers (builder, "q", 3, "1,1,1,3", factors, 3);
  add_floats (builder, "s", "", scale, 1);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "q,s", "w", NULL);
  derma_onnx_builder_add_node (builder, "Mul", "x,w", "y", NULL);
  add_nodes (builder, "");
  assert_values (builder, "1,4,-9,4,10,-18");
}

/* Constants that are quantised in the graph, rounded to even and cut off at the ends. */
static void
test_constants_that_are_quantised (void)
{
  static const gfloat factors[] = { 1.25f, 1000, -1000 }, scale[] = { 0.5f };
  static const gint8 zero[] = { 1 };
  g_autoptr (DermaOnnxBuilder) builder = start (13);

  add_floats (builder, "c", "1,1,1,3", factors, 3);
  add_floats (builder, "s", "", scale, 1);
  add_integers (builder, "z", 3, "", zero, 1);
  derma_onnx_builder_add_node (builder, "QuantizeLinear", "c,s,z", "q", NULL);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "q,s,z", "w", NULL);
  derma_onnx_builder_add_node (builder, "Mul", "x,w", "y", NULL);
  add_nodes (builder, "");
  assert_values (builder, "1,126,-193.5,4,315,-387");
}

static void
assert_refused (DermaOnnxBuilder *builder, const gchar *cause)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "values.onnx", &error);

  g_assert_null (model);
  g_assert_cmpint (error->domain, ==, DERMA_ERROR);
  if (!strstr (error->message, cause))
    g_error ("'%s' is not in: %s", cause, error->message);
}

/* A form of another operator set is not taken for that of this one. */
typedef struct {
  gint opset;
  const gchar *constants, *nodes, *cause;
} Refusal;

static const Refusal REFUSALS[] = {
  { 10, "p=i[0,0,0,0,0,0,0,0]", "Pad x,p y", "'y' (Pad)" },
  { 9, "s=i[0] e=i[1] a=i[2]", "Slice x,s,e,a y", "'y' (Slice)" },
  { 13, "w=f(1,1,1,2)", "Conv x,w y kernel_shape=[1,3]", "kernel_shape contradicts" },
  { 13, "w=f(1,1,1,2)", "Conv x,w y kernel_shape=[2,2]", "kernel_shape contradicts" },
  { 13, "w=f(1,1,1,2)", "Conv x,w y kernel_shape=[2]", "'y' (Conv)" },
  { 13, "w=f(1,1,1,2)", "Conv x,w y kernel_shape=[1,2,1]", "'y' (Conv)" },
  { 13, "w=f(1,1,1,2) b=f(2)", "Conv x,w,b y", "'y' (Conv)" },
  { 13, "s=i[2] e=i[2] a=i[3]", "Slice x,s,e,a y", "1x1x2x0" },
  { 13, "s=i[3] e=i[9] a=i[3]", "Slice x,s,e,a y", "1x1x2x0" },
  { 13, "s=i[0] e=i[-3] a=i[3]", "Slice x,s,e,a y", "1x1x2x0" },
  { 13, "p=i[0,0,0,0,0,0,0]", "Pad x,p y", "'y' (Pad)" },
  { 13, "p=i[0,0,0,0,0,0,0,-1]", "Pad x,p y", "a pad of -1" },
  { 13, "n=i[1,1]", "Split x,n a,y axis=3", "'a' (Split)" },
  { 13, "t=snan", "Max x,t y", "not a number" },
  { 13, "t=snan", "Min t,x y", "not a number" },
  { 13, "r=s0.5 t=i[1]", "Dropout x,r,t a; Relu a y", "'a' (Dropout): is in training mode" },
  { 13, "r=s0.5 t=i[1]", "Dropout r,r,t a; Add x,a y", "'a' (Dropout): is in training mode" },
  { 13, "r=s0.5", "Relu x t; Dropout x,r,t y", "'y' (Dropout): whether it is in training mode" },
  { 13, "r=s0.5 t=i[0]", "Identity x,r a; Relu a y", "'a' (Identity)" },
  { 13, "", "MaxPool x y,i kernel_shape=[1,1]", "the indices output" },
  { 13, "", "MaxPool x,x y kernel_shape=[1,1]", "2 inputs where 1 to 1 are allowed" },
  { 13, "", "MaxPool x y kernel_shape=[2]", "two dimensions" },
  { 13, "", "AveragePool x y kernel_shape=[1,1,1]", "'y' (AveragePool)" },
  { 13, "n=i[1,4,-1]", "Reshape x,n y", "6 elements do not fit" },
  { 13, "n=i[1,-1,-1]", "Reshape x,n y", "an extent of the new shape is -1" },
  { 13, "n=i[7]", "Reshape x,n y", "6 elements do not fit" },
  { 13, "n=i[4294967296,4294967296,4294967296]", "Reshape x,n y", "'y' (Reshape)" },
  { 13, "t=f(1,1,1,1,1)", "Max x,t y", "more dimensions" },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *test = data;
  g_autoptr (DermaOnnxBuilder) builder = start (test->opset);

  derma_onnx_builder_add_constants (builder, test->constants);
  add_nodes (builder, test->nodes);
  assert_refused (builder, test->cause);
}

static void
test_shape_texts (void)
{
  const gint64 dims[] = { 3, 4, 5, 6 };
  g_autofree gchar *none = derma_shape_to_string (0, dims), *one = derma_shape_to_string (1, dims);
  g_autofree gchar *three = derma_shape_to_string (3, dims);

  g_assert_cmpstr (none, ==, "scalar");
  g_assert_cmpstr (one, ==, "3");
  g_assert_cmpstr (three, ==, "3x4x5");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *path = g_strconcat ("/onnx/values/", CASES[i].name, NULL);

    g_test_add_data_func (path, &CASES[i], test_case);
  }
  g_test_add_func ("/onnx/values/conv", test_conv);
  g_test_add_func ("/onnx/values/gemm", test_gemm);
  g_test_add_func ("/onnx/values/weights-of-integers", test_weights_of_integers);
  g_test_add_func ("/onnx/values/weights-of-integers-without-zero", test_weights_of_integers_without_zero);
  g_test_add_func ("/onnx/values/factors-of-integers", test_factors_of_integers);
  g_test_add_func ("/onnx/values/constants-that-are-quantised", test_constants_that_are_quantised);
  for (guint i = 0; i < G_N_ELEMENTS (REFUSALS); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/values/refused/%u", i);

    g_test_add_data_func (path, &REFUSALS[i], test_refused);
  }
  g_test_add_func ("/onnx/values/shape-texts", test_shape_texts);
  return g_test_run ();
}
