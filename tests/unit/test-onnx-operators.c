/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <math.h>
#include <string.h>

/* Names of DermaOp, in its order. */
static const gchar *const OPS[] = {
  "CONV",
  "SCALE_SHIFT",
  "CLIP",
  "LEAKY_RELU",
  "PRELU",
  "ELU",
  "HARD_SWISH",
  "HARD_SIGMOID",
  "SIGMOID",
  "ADD",
  "SUB",
  "MUL",
  "DIV",
  "GLOBAL_AVERAGE_POOL",
  "AVERAGE_POOL",
  "MAX_POOL",
  "RESHAPE",
  "TRANSPOSE",
  "FULLY_CONNECTED",
  "SOFTMAX",
  "PAD",
  "CONCAT",
  "SLICE",
  "QUANTIZE",
  "DEQUANTIZE",
};

/*
 * One operator on the input "x", made into scores: then comes a GlobalAveragePool if the result has four extents.
 * Good cases give the operators of the IR and the shape of the result "y"; bad ones neither, only the error's code.
 */
typedef struct {
  const gchar *name;
  gint64 opset;
  const gchar *input;
  const gchar *op;
  const gchar *inputs;
  const gchar *constants;
  const gchar *attributes;
  const gchar *ops;
  const gchar *shape;
  DermaError code;
} Case;

static const Case GOOD[] = {
  { "conv", 13, "1,3,9,9", "Conv", "x,w,b", "w=f(4,3,3,3) b=f(4)", "strides=[2,2] pads=[1,1,1,1]", "CONV", "1,4,5,5",
    0 },
  { "conv-no-bias", 9, "1,3,9,9", "Conv", "x,w", "w=f(4,3,3,3)", "", "CONV", "1,4,7,7", 0 },
  { "conv-depthwise", 13, "1,3,9,9", "Conv", "x,w", "w=f(3,1,3,3)", "group=3", "CONV", "1,3,7,7", 0 },
  { "conv-dilated", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,3,3,3)", "dilations=[2,2]", "CONV", "1,4,5,5", 0 },
  { "conv-asymmetric", 13, "1,3,8,8", "Conv", "x,w", "w=f(4,3,3,3)", "strides=[2,2] pads=[0,0,1,1]", "CONV", "1,4,4,4",
    0 },
  { "conv-same", 13, "1,3,9,8", "Conv", "x,w", "w=f(4,3,3,3)", "strides=[2,2] auto_pad=SAME_UPPER", "CONV", "1,4,5,4",
    0 },
  { "conv-valid", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,3,3,3)", "auto_pad=VALID", "CONV", "1,4,7,7", 0 },
  { "batch-norm", 13, "1,3,4,4", "BatchNormalization", "x,s,b,m,v", "s=f(3) b=f(3) m=f(3) v=f(3)", "epsilon=0.9",
    "SCALE_SHIFT", "1,3,4,4", 0 },
  { "relu", 13, "1,3,4,4", "Relu", "x", "", "", "CLIP", "1,3,4,4", 0 },
  { "clip-attributes", 9, "1,3,4,4", "Clip", "x", "", "min=0.0 max=6.0", "CLIP", "1,3,4,4", 0 },
  { "clip-inputs", 13, "1,3,4,4", "Clip", "x,lo,hi", "lo=s0 hi=s6", "", "CLIP", "1,3,4,4", 0 },
  { "clip-no-min", 13, "1,3,4,4", "Clip", "x,,hi", "hi=s6", "", "CLIP", "1,3,4,4", 0 },
  { "clip-no-max", 13, "1,3,4,4", "Clip", "x,lo", "lo=s0", "", "CLIP", "1,3,4,4", 0 },
  { "max-is-clip", 13, "1,3,4,4", "Max", "x,lo", "lo=s0", "", "CLIP", "1,3,4,4", 0 },
  { "min-is-clip", 13, "1,3,4,4", "Min", "hi,x", "hi=s6", "", "CLIP", "1,3,4,4", 0 },
  { "leaky-relu", 13, "1,3,4,4", "LeakyRelu", "x", "", "alpha=0.2", "LEAKY_RELU", "1,3,4,4", 0 },
  { "prelu", 13, "1,3,4,4", "PRelu", "x,a", "a=f(3,1,1)", "", "PRELU", "1,3,4,4", 0 },
  { "elu", 13, "1,3,4,4", "Elu", "x", "", "", "ELU", "1,3,4,4", 0 },
  { "hard-swish", 14, "1,3,4,4", "HardSwish", "x", "", "", "HARD_SWISH", "1,3,4,4", 0 },
  { "hard-sigmoid", 13, "1,3,4,4", "HardSigmoid", "x", "", "", "HARD_SIGMOID", "1,3,4,4", 0 },
  { "sigmoid", 13, "1,3,4,4", "Sigmoid", "x", "", "", "SIGMOID", "1,3,4,4", 0 },
  { "add-self", 13, "1,3,4,4", "Add", "x,x", "", "", "ADD", "1,3,4,4", 0 },
  { "sub-first-constant", 13, "1,3,4,4", "Sub", "c,x", "c=s1", "", "SUB", "1,3,4,4", 0 },
  { "mul-broadcast", 13, "1,1,4,4", "Mul", "x,c", "c=f(3,1,1)", "", "MUL", "1,3,4,4", 0 },
  { "div", 13, "1,3,4,4", "Div", "x,c", "c=s6", "", "DIV", "1,3,4,4", 0 },
  { "global-average", 13, "1,3,4,4", "GlobalAveragePool", "x", "", "", "GLOBAL_AVERAGE_POOL", "1,3,1,1", 0 },
  { "reduce-mean", 13, "1,3,4,4", "ReduceMean", "x", "", "axes=[2,3] keepdims=0", "GLOBAL_AVERAGE_POOL", "1,3", 0 },
  { "reduce-mean-negative", 13, "1,3,4,4", "ReduceMean", "x", "", "axes=[-1,-2]", "GLOBAL_AVERAGE_POOL", "1,3,1,1", 0 },
  { "average-pool", 13, "1,3,8,8", "AveragePool", "x", "", "kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1]",
    "AVERAGE_POOL", "1,3,4,4", 0 },
  { "max-pool", 13, "1,3,8,8", "MaxPool", "x", "", "kernel_shape=[2,2] strides=[2,2]", "MAX_POOL", "1,3,4,4", 0 },
  { "max-pool-ceil", 13, "1,3,8,8", "MaxPool", "x", "", "kernel_shape=[3,3] strides=[2,2] ceil_mode=1", "MAX_POOL",
    "1,3,4,4", 0 },
  { "flatten", 13, "1,3,4,4", "Flatten", "x", "", "", "RESHAPE", "1,48", 0 },
  { "flatten-negative", 13, "1,3,4,4", "Flatten", "x", "", "axis=-3", "RESHAPE", "1,48", 0 },
  { "reshape-zero-rest", 13, "1,3,4,4", "Reshape", "x,n", "n=i[0,-1]", "", "RESHAPE", "1,48", 0 },
  { "squeeze-attribute", 11, "1,3,1,1", "Squeeze", "x", "", "axes=[2,3]", "RESHAPE", "1,3", 0 },
  { "squeeze-input", 13, "1,3,1,1", "Squeeze", "x,n", "n=i[-1,-2]", "", "RESHAPE", "1,3", 0 },
  { "transpose", 13, "1,3,4,5", "Transpose", "x", "", "perm=[0,2,3,1]", "TRANSPOSE", "1,4,5,3", 0 },
  { "softmax-13", 13, "1,3,1,1", "Softmax", "x", "", "axis=1", "SOFTMAX", "1,3,1,1", 0 },
  { "pad-attribute", 9, "1,3,4,4", "Pad", "x", "", "pads=[0,0,1,2,0,0,1,2]", "PAD", "1,3,6,8", 0 },
  { "pad-input", 13, "1,3,4,4", "Pad", "x,n", "n=i[0,0,0,0,0,0,1,1]", "mode=constant", "PAD", "1,3,5,5", 0 },
  { "concat", 13, "1,3,4,4", "Concat", "x,x", "", "axis=-3", "CONCAT", "1,6,4,4", 0 },
  { "slice-attribute", 9, "1,3,8,8", "Slice", "x", "", "starts=[1] ends=[9999] axes=[1]", "SLICE", "1,2,8,8", 0 },
  { "slice-input", 13, "1,3,8,8", "Slice", "x,s,e,a", "s=i[-2] e=i[9223372036854775807] a=i[3]", "", "SLICE", "1,3,8,2",
    0 },
  { "identity", 13, "1,3,4,4", "Identity", "x", "", "", "", "1,3,4,4", 0 },
  { "dropout", 9, "1,3,4,4", "Dropout", "x", "", "ratio=0.5", "", "1,3,4,4", 0 },
};

static const Case BAD[] = {
  { "unknown", 13, "1,3,4,4", "Einsum", "x", "", "equation=ii", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
  { "conv-channels", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,2,3,3)", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-groups", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,1,3,3)", "group=3", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-zero-groups", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,3,3,3)", "group=0", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-bias", 13, "1,3,9,9", "Conv", "x,w,b", "w=f(4,3,3,3) b=f(3)", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-kernel", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,3,3,3)", "kernel_shape=[5,5]", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-zero-stride", 13, "1,3,9,9", "Conv", "x,w", "w=f(4,3,3,3)", "strides=[0,1]", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-too-small", 13, "1,3,2,2", "Conv", "x,w", "w=f(4,3,3,3)", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-one-input", 13, "1,3,9,9", "Conv", "x", "", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "conv-not-constant", 13, "1,3,3,3", "Conv", "x,x", "", "", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
  { "batch-norm-training", 14, "1,3,4,4", "BatchNormalization", "x,s,b,m,v", "s=f(3) b=f(3) m=f(3) v=f(3)",
    "training_mode=1", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
  { "batch-norm-length", 13, "1,3,4,4", "BatchNormalization", "x,s,b,m,v", "s=f(3) b=f(2) m=f(3) v=f(3)", "", NULL,
    NULL, DERMA_ERROR_FORMAT },
  { "add-mismatch", 13, "1,3,4,4", "Add", "x,c", "c=f(2,1,1)", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "pad-reflect", 13, "1,3,4,4", "Pad", "x,n", "n=i[0,0,1,1,0,0,1,1]", "mode=reflect", NULL, NULL,
    DERMA_ERROR_UNSUPPORTED },
  { "pad-negative", 13, "1,3,4,4", "Pad", "x,n", "n=i[0,0,-1,0,0,0,0,0]", "", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
  { "pad-count", 13, "1,3,4,4", "Pad", "x,n", "n=i[0,0,1]", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "reshape-count", 13, "1,3,4,4", "Reshape", "x,n", "n=i[1,47]", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "reshape-two-rests", 13, "1,3,4,4", "Reshape", "x,n", "n=i[-1,-1]", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "reshape-negative", 13, "1,3,4,4", "Reshape", "x,n", "n=i[1,-2]", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "squeeze-wide", 11, "1,3,4,4", "Squeeze", "x", "", "axes=[2]", NULL, NULL, DERMA_ERROR_FORMAT },
  { "transpose-twice", 13, "1,3,4,4", "Transpose", "x", "", "perm=[0,1,1,3]", NULL, NULL, DERMA_ERROR_FORMAT },
  { "transpose-short", 13, "1,3,4,4", "Transpose", "x", "", "perm=[0,1]", NULL, NULL, DERMA_ERROR_FORMAT },
  { "flatten-axis", 13, "1,3,4,4", "Flatten", "x", "", "axis=9", NULL, NULL, DERMA_ERROR_FORMAT },
  { "concat-axis", 13, "1,3,4,4", "Concat", "x,x", "", "axis=-9223372036854775807", NULL, NULL, DERMA_ERROR_FORMAT },
  { "slice-step", 13, "1,3,8,8", "Slice", "x,s,e,a,t", "s=i[0] e=i[8] a=i[3] t=i[2]", "", NULL, NULL,
    DERMA_ERROR_UNSUPPORTED },
  { "slice-empty", 13, "1,3,8,8", "Slice", "x,s,e,a", "s=i[5] e=i[5] a=i[3]", "", NULL, NULL, DERMA_ERROR_FORMAT },
  { "reduce-channels", 13, "1,3,4,4", "ReduceMean", "x", "", "axes=[1]", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
  { "pool-no-kernel", 13, "1,3,4,4", "MaxPool", "x", "", "", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
  { "pool-3d", 13, "1,3,4,4", "MaxPool", "x", "", "kernel_shape=[2,2,2]", NULL, NULL, DERMA_ERROR_UNSUPPORTED },
};

static GBytes *
build (const Case *c)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (c->opset);
  gboolean picture = !c->shape || g_strrstr (c->shape, ",1,1") || strchr (strchr (c->shape, ',') + 1, ',');

  derma_onnx_builder_add_input (builder, "x", c->input);
  derma_onnx_builder_add_constants (builder, c->constants);
  derma_onnx_builder_add_node (builder, c->op, c->inputs, "y", c->attributes);
  derma_onnx_builder_add_output (builder, picture ? "p" : "y", NULL);
  if (picture)
    derma_onnx_builder_add_node (builder, "GlobalAveragePool", "y", "p", NULL);
  return derma_onnx_builder_finish (builder);
}

/* The operators of the IR but for the last pooling that build() added. */
static gchar *
list_ops (const DermaIr *ir, gboolean pooled)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i + (pooled ? 1 : 0) < ir->nodes->len; i++) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i);

    g_assert_cmpuint (node->op, <, G_N_ELEMENTS (OPS));
    g_string_append_printf (list, "%s%s", i ? " " : "", OPS[node->op]);
  }
  return g_string_free (list, FALSE);
}

static gchar *
show_shape (const DermaTensor *tensor)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tensor->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", tensor->dims[i]);
  return g_string_free (text, FALSE);
}

static void
test_good (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GBytes) bytes = build (c);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "case.onnx", &error);
  g_autofree gchar *ops = NULL;
  g_autofree gchar *shape = NULL;
  const DermaNode *last;
  const DermaIr *ir;
  gboolean pooled;
  guint result;

  g_assert_no_error (error);
  ir = derma_model_get_ir (model);
  pooled = strcmp (derma_model_get_output_name (model, 0), "p") == 0;
  last = g_ptr_array_index (ir->nodes, ir->nodes->len - 1);
  result = pooled ? last->inputs[0] : last->outputs[0];
  ops = list_ops (ir, pooled);
  shape = show_shape (derma_ir_get_tensor (ir, result));
  g_assert_cmpstr (ops, ==, c->ops);
  g_assert_cmpstr (shape, ==, c->shape);
}

static void
test_bad (gconstpointer data)
{
  const Case *c = data;
  g_autofree gchar *place = g_strdup_printf ("case.onnx: node 'y' (%s): ", c->op);
  g_autoptr (GBytes) bytes = build (c);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "case.onnx", &error);

  g_assert_null (model);
  g_assert_error (error, DERMA_ERROR, (gint)c->code);
  g_assert_true (g_str_has_prefix (error->message, place));
  g_assert_cmpuint (strlen (error->message), >, strlen (place));
  g_assert_null (strchr (error->message, '\n'));
}

static const DermaNode *
load_node (DermaModel **model, const Case *c)
{
  g_autoptr (GBytes) bytes = build (c);
  g_autoptr (GError) error = NULL;

  *model = derma_model_new_from_bytes (bytes, "case.onnx", &error);
  g_assert_no_error (error);
  return g_ptr_array_index (derma_model_get_ir (*model)->nodes, 0);
}

static void
test_same_padding (void)
{
  static const Case upper = {
    "", 13, "1,3,9,8", "Conv", "x,w", "w=f(4,3,3,3)", "strides=[2,2] auto_pad=SAME_UPPER", "", "1,4,5,4", 0
  };
  Case lower = upper;
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaModel) other = NULL;
  const DermaNode *node = load_node (&model, &upper);

  g_assert_cmpuint (node->attrs.conv.pads[0], ==, 1);
  g_assert_cmpuint (node->attrs.conv.pads[1], ==, 0);
  g_assert_cmpuint (node->attrs.conv.pads[2], ==, 1);
  g_assert_cmpuint (node->attrs.conv.pads[3], ==, 1);
  lower.attributes = "strides=[2,2] auto_pad=SAME_LOWER";
  node = load_node (&other, &lower);
  g_assert_cmpuint (node->attrs.conv.pads[1], ==, 1);
  g_assert_cmpuint (node->attrs.conv.pads[3], ==, 0);
}

static void
test_clip_bounds (void)
{
  static const Case relu6 = { "", 13, "1,3,4,4", "Clip", "x,lo,hi", "lo=s0 hi=s6", "", "", "1,3,4,4", 0 };
  static const Case open = { "", 13, "1,3,4,4", "Clip", "x,,hi", "hi=s6", "", "", "1,3,4,4", 0 };
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaModel) other = NULL;
  const DermaNode *node = load_node (&model, &relu6);

  g_assert_cmpfloat (node->attrs.clip.min, ==, 0.0f);
  g_assert_cmpfloat (node->attrs.clip.max, ==, 6.0f);
  node = load_node (&other, &open);
  g_assert_cmpfloat (node->attrs.clip.min, ==, -(gfloat)INFINITY);
  g_assert_cmpfloat (node->attrs.clip.max, ==, 6.0f);
}

static void
add_cases (const gchar *folder, const Case *cases, guint n, GTestDataFunc test)
{
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/operators/%s/%s", folder, cases[i].name);

    g_test_add_data_func (path, &cases[i], test);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ("good", GOOD, G_N_ELEMENTS (GOOD), test_good);
  add_cases ("bad", BAD, G_N_ELEMENTS (BAD), test_bad);
  g_test_add_func ("/onnx/operators/same-padding", test_same_padding);
  g_test_add_func ("/onnx/operators/clip-bounds", test_clip_bounds);
  return g_test_run ();
}
