/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <math.h>
#include <string.h>

/* Constant sub-expressions: what exporters write around shapes, evaluated when the file is read. */
typedef struct {
  const gchar *name;
  gint opset;
  const gchar *constants;
  const gchar *nodes;  /* "Operator inputs outputs [attributes]; ..."; "r" is the result */
  const gchar *shape;  /* of the result; NULL if the file is refused */
  const gchar *values; /* of the result, or what the refusal says */
} Case;

#define END "9223372036854775807"

static const Case CASES[] = {
  { "shape", 13, "", "Shape x r", "4", "1,1,6,8" },
  { "shape-of-constant", 13, "c=f(2,5)", "Shape c r", "2", "2,5" },
  { "shape-start-end", 15, "", "Shape x r start=-3 end=-1", "2", "1,6" },
  { "gather", 13, "i=i[2,-1]", "Shape x s; Gather s,i r", "2", "6,8" },
  { "gather-axis", 13, "i=i[1] l=i[1,2,3,4,5,6] n=i[2,3]", "Reshape l,n m; Gather m,i r axis=1", "2,1", "2,5" },
  { "gather-rows", 13, "i=i[1,0] l=i[1,2,3,4,5,6] n=i[2,3]", "Reshape l,n m; Gather m,i r", "2,3", "4,5,6,1,2,3" },
  { "unsqueeze-attribute", 11, "l=i[7,8]", "Unsqueeze l r axes=[0,-1]", "1,2,1", "7,8" },
  { "unsqueeze-input", 13, "l=i[7,8] a=i[1]", "Unsqueeze l,a r", "2,1", "7,8" },
  { "squeeze-all", 13, "l=i[7,8] a=i[0,2]", "Unsqueeze l,a m; Squeeze m r", "2", "7,8" },
  { "concat", 13, "a=i[1,2] b=i[3]", "Concat a,b,a r axis=0", "5", "1,2,3,1,2" },
  { "concat-columns", 13, "l=i[1,2,3,4] n=i[2,2]", "Reshape l,n m; Concat m,m r axis=-1", "2,4", "1,2,1,2,3,4,3,4" },
  { "slice", 13, "l=i[0,1,2,3,4,5] s=i[1] e=i[-1]", "Slice l,s,e r", "4", "1,2,3,4" },
  { "slice-step", 13, "l=i[0,1,2,3,4,5] s=i[0] e=i[" END "] a=i[0] t=i[2]", "Slice l,s,e,a,t r", "3", "0,2,4" },
  { "slice-backward", 13, "l=i[0,1,2,3,4,5] s=i[-1] e=i[-" END "] a=i[0] t=i[-1]", "Slice l,s,e,a,t r", "6",
    "5,4,3,2,1,0" },
  { "slice-backward-step", 13, "l=i[0,1,2,3,4,5] s=i[4] e=i[0] a=i[0] t=i[-3]", "Slice l,s,e,a,t r", "2", "4,1" },
  { "slice-attributes", 9, "", "Shape x s; Slice s r starts=[2] ends=[" END "] axes=[0]", "2", "6,8" },
  { "transpose", 13, "l=i[1,2,3,4,5,6] n=i[3,2]", "Reshape l,n m; Transpose m r perm=[1,0]", "2,3", "1,3,5,2,4,6" },
  { "cast-truncates", 13, "c=f(5)", "Cast c i to=7; Cast i r to=1", "5", "0,0,0,0,0" },
  { "cast-bool", 13, "l=i[0,3,-1]", "Cast l b to=9; Cast b r to=1", "3", "0,1,1" },
  { "constant-of-shape", 13, "n=i[2,3]", "ConstantOfShape n r", "2,3", "0,0,0,0,0,0" },
  { "range", 13, "a=i[1] b=i[7] c=i[2]", "Range a,b,c r", "3", "1,3,5" },
  { "expand", 13, "l=i[1,2] n=i[2,1]", "Expand l,n r", "2,2", "1,2,1,2" },
  { "arithmetic", 13, "l=i[7,-7] two=i[2]", "Div l,two q; Mul q,two p; Sub l,p r", "2", "1,-1" },
  { "divide-by-zero", 13, "l=i[7,-7] zero=i[0]", "Div l,zero r", "2", "0,0" },
  { "add-broadcast", 13, "l=i[1,2] m=i[10,20] a=i[1]", "Unsqueeze m,a c; Add l,c r", "2,2", "11,12,21,22" },
  { "negate-floor-ceil", 13, "h=s2.5", "Floor h f; Ceil h c; Neg f n; Add n,c r", "", "1" },
  { "sqrt", 13, "h=s6.25", "Sqrt h r", "", "2.5" },
  { "identity", 13, "l=i[4,5]", "Identity l k; Dropout k r", "2", "4,5" },
  { "flatten", 13, "l=i[1,2,3,4] n=i[2,2,1]", "Reshape l,n m; Flatten m r axis=0", "1,4", "1,2,3,4" },
  /* F.pad (x, (1, 2, 3, 4)): pairs from the last axis backwards become all before, then all after. */
  { "torch-pad", 13, "p=i[1,2,3,4] k=i[4] n=i[-1,2] s=i[-1] e=i[-" END "] a=i[0] t=i[-1] flat=i[-1]",
    "ConstantOfShape k zf; Cast zf z to=7; Concat p,z all axis=0; Reshape all,n pairs; Slice pairs,s,e,a,t back; "
    "Transpose back tr perm=[1,0]; Reshape tr,flat r",
    "8", "0,0,3,1,0,0,4,2" },
  { "reduce-max-all", 13, "l=i[1,9,3,4,5,6] n=i[2,3]", "Reshape l,n m; ReduceMax m r keepdims=0", "", "9" },
  { "reduce-max-kept", 13, "l=i[1,9,3,4,5,6] n=i[2,3]", "Reshape l,n m; ReduceMax m r", "1,1", "9" },
  { "reduce-max-rows", 13, "l=i[1,9,3,4,5,6] n=i[2,3]", "Reshape l,n m; ReduceMax m r axes=[0]", "1,3", "4,9,6" },
  { "reduce-max-columns", 13, "l=i[1,9,3,4,5,6] n=i[2,3]", "Reshape l,n m; ReduceMax m r axes=[-1] keepdims=0", "2",
    "9,6" },
  { "reduce-max-negative", 13, "l=i[-5,-2]", "ReduceMax l r keepdims=0", "", "-2" },
  { "add-scalar-to-three", 13, "l=i[1,2,3,4] n=i[1,2,2] t=s0.5", "Reshape l,n m; Cast m f to=1; Add t,f r", "1,2,2",
    "1.5,2.5,3.5,4.5" },
  { "mul-outer", 13, "l=i[1,2] m=i[3,4,5] n=i[2,1] o=i[1,3]", "Reshape l,n c; Reshape m,o d; Mul c,d r", "2,3",
    "3,4,5,6,8,10" },
  { "constant-of-shape-one", 13, "n=i[1]", "ConstantOfShape n r", "1", "0" },
  { "slice-first-with-inputs", 10, "l=i[0,1,2,3] s=i[1] e=i[3]", "Slice l,s,e r", "2", "1,2" },
  { "slice-from-the-last", 13, "l=i[0,1,2,3] s=i[-1] e=i[" END "]", "Slice l,s,e r", "1", "3" },
  { "slice-rows-and-columns", 13, "l=i[1,2,3,4,5,6] n=i[2,3] s=i[0,1] e=i[1,3]", "Reshape l,n m; Slice m,s,e r", "1,2",
    "2,3" },
  { "slice-old-inputs", 9, "l=i[0,1] s=i[0] e=i[1]", "Slice l,s,e r", NULL, "'r' (Slice)" },
  { "constant-of-shape-zero", 13, "n=i[0]", "ConstantOfShape n r", NULL, "an impossible shape" },
  { "constant-of-shape-deep", 13, "n=i[1,1,1,1,1,1,1,1,1,1,1,1]", "ConstantOfShape n r", NULL, "too many dimensions" },
  { "constant-of-shape-negative", 13, "n=i[2,-1]", "ConstantOfShape n r", NULL, "impossible or too large" },
  { "reduce-max-axis", 13, "l=i[1,2]", "ReduceMax l r axes=[1]", NULL, "'r' (ReduceMax)" },
  { "concat-axis", 13, "l=i[1,2]", "Concat l,l r axis=1", NULL, "'r' (Concat)" },
  { "concat-misfit", 13, "l=i[1,2,3,4] n=i[2,2] o=i[1,4]", "Reshape l,n a; Reshape l,o b; Concat a,b r axis=0", NULL,
    "do not fit together" },
  { "gather-axis-outside", 13, "l=i[1,2] i=i[0]", "Gather l,i r axis=1", NULL, "'r' (Gather)" },
  { "gather-negative-beyond", 13, "i=i[-3] l=i[1,2]", "Gather l,i r", NULL, "an index is out of range" },
  { "range-two-inputs", 13, "z=i[0]", "Range z,z r", NULL, "needs a start" },
  { "range-no-scalar", 13, "z=i[0] e=i[1,2] o=i[1]", "Range z,e,o r", NULL, "needs a start" },
  { "expand-one-input", 13, "l=i[1]", "Expand l r", NULL, "needs two inputs" },
  { "gather-one-input", 13, "l=i[1,2]", "Gather l r", NULL, "'r' (Gather): is not of a form" },
  { "gather-scalar", 13, "i=i[0] c=s1", "Gather c,i r", NULL, "'r' (Gather): is not of a form" },
  { "gather-beyond", 13, "i=i[2] l=i[1,2]", "Gather l,i r", NULL, "'r' (Gather): an index is out of range" },
  { "concat-ranks", 13, "l=i[1,2] n=i[1,2]", "Reshape l,n m; Concat l,m r axis=0", NULL, "do not fit together" },
  { "slice-step-zero", 13, "l=i[0,1] s=i[0] e=i[1] a=i[0] t=i[0]", "Slice l,s,e,a,t r", NULL, "a step of 0" },
  { "slice-two-inputs", 13, "l=i[0,1] s=i[0]", "Slice l,s r", NULL, "is not of a form" },
  { "slice-float", 13, "l=i[0,1] s=f(1) e=i[1]", "Slice l,s,e r", NULL, "input 1 is not of integers" },
  { "slice-not-a-number", 13, "l=i[0,1] s=f(1) z=s0", "Div z,z nan; Slice l,nan,nan r", NULL, "not of integers" },
  { "slice-axis", 13, "l=i[0,1] s=i[0] e=i[1] a=i[1]", "Slice l,s,e,a r", NULL, "axis 1 of a tensor of 1" },
  { "slice-empty", 13, "l=i[0,1] s=i[1] e=i[1]", "Slice l,s,e r", NULL, "an impossible shape" },
  { "slice-empty-before-the-start", 13, "l=i[0,1] s=i[0] e=i[-99]", "Slice l,s,e r", NULL, "an impossible shape" },
  { "slice-attributes-axis", 9, "l=i[0,1]", "Slice l r starts=[0] ends=[1] axes=[3]", NULL, "axis 3 of a tensor" },
  { "slice-attributes-lengths", 9, "l=i[0,1]", "Slice l r starts=[0] ends=[1,2]", NULL, "'r' (Slice)" },
  { "transpose-length", 13, "l=i[1,2] n=i[1,2]", "Reshape l,n m; Transpose m r perm=[0,1,0]", NULL, "permutation" },
  { "transpose-twice", 13, "l=i[1,2] n=i[1,2]", "Reshape l,n m; Transpose m r perm=[1,1]", NULL, "permutation" },
  { "reshape-count", 13, "l=i[1,2] n=i[3]", "Reshape l,n r", NULL, "2 elements do not fit" },
  { "cast-string", 13, "l=i[1]", "Cast l r to=8", NULL, "the type 8 is not supported" },
  { "range-zero-step", 13, "z=i[0]", "Range z,z,z r", NULL, "needs a start" },
  { "range-endless", 13, "z=i[0] e=i[" END "] one=i[1]", "Range z,e,one r", NULL, "too large a constant" },
  { "range-backward", 13, "z=i[0] one=i[1] m=i[-5]", "Range z,m,one r", NULL, "an impossible shape" },
  { "expand-negative", 13, "l=i[1] n=i[-1]", "Expand l,n r", NULL, "impossible or too large" },
  { "expand-huge", 13, "l=i[1] n=i[1000,1000,1000]", "Expand l,n r", NULL, "too large a constant" },
  { "expand-misfit", 13, "l=i[1,2] n=i[3]", "Expand l,n r", NULL, "do not fit together" },
  { "add-three", 13, "l=i[1]", "Add l,l,l r", NULL, "needs two inputs" },
  { "add-misfit", 13, "l=i[1,2] m=i[1,2,3]", "Add l,m r", NULL, "do not fit together" },
};

static DermaOnnxBuilder *
make_model (const Case *test)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (test->opset);
  g_auto (GStrv) nodes = g_strsplit (test->nodes, "; ", -1);

  derma_onnx_builder_add_input (builder, "x", "1,1,6,8");
  derma_onnx_builder_add_constants (builder, test->constants);
  for (guint i = 0; nodes[i]; i++) {
    g_auto (GStrv) parts = g_strsplit (nodes[i], " ", 4);

    derma_onnx_builder_add_node (builder, parts[0], parts[1], parts[2], parts[3]);
  }
  derma_onnx_builder_add_node (builder, "Cast", "r", "floats", "to=1");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "mean", NULL);
  derma_onnx_builder_add_node (builder, "Add", "mean,floats", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  return builder;
}

/* The constant that the Add reads. */
static const DermaTensor *
find_result (const DermaModel *model)
{
  const DermaIr *ir = derma_model_get_ir (model);
  const DermaNode *node = g_ptr_array_index (ir->nodes, ir->nodes->len - 1);

  g_assert_cmpint (node->op, ==, DERMA_OP_ADD);
  g_assert_cmpuint (ir->nodes->len, ==, 2);
  return derma_ir_get_tensor (ir, node->inputs[1]);
}

static gchar *
shape_to_text (const DermaTensor *tensor)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tensor->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", tensor->dims[i]);
  return g_string_free (text, FALSE);
}

static gchar *
values_to_text (const DermaTensor *tensor)
{
  GString *text = g_string_new (NULL);
  gsize size;
  const gfloat *values = g_bytes_get_data (tensor->data, &size);

  for (gsize i = 0; i < size / sizeof *values; i++)
    g_string_append_printf (text, "%s%g", i ? "," : "", (gdouble)values[i] + 0.0);
  return g_string_free (text, FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DermaOnnxBuilder) builder = make_model (test);
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "fold.onnx", &error);
  g_autofree gchar *shape = NULL, *values = NULL;

  if (!test->shape) {
    g_assert_null (model);
    g_assert_cmpint (error->domain, ==, DERMA_ERROR);
    g_assert_true (g_str_has_prefix (error->message, "fold.onnx: node '"));
    if (!strstr (error->message, test->values))
      g_error ("'%s' is not in: %s", test->values, error->message);
    return;
  }
  g_assert_no_error (error);
  shape = shape_to_text (find_result (model));
  values = values_to_text (find_result (model));
  g_assert_cmpstr (shape, ==, test->shape);
  g_assert_cmpstr (values, ==, test->values);
}

/* x.view (x.size (0), -1), in the forms of opsets 9 and 13. */
static void
test_view (void)
{
  for (gint opset = 9; opset <= 13; opset += 4) {
    g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (opset);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaModel) model = NULL;
    gint64 dims[DERMA_MAX_RANK];

    derma_onnx_builder_add_input (builder, "x", "?,3,6,8");
    derma_onnx_builder_add_constants (builder, "i=i[0] rest=i[-1] zero=i[0]");
    derma_onnx_builder_add_node (builder, "Shape", "x", "s", NULL);
    derma_onnx_builder_add_node (builder, "Gather", "s,i", "n", "axis=0");
    derma_onnx_builder_add_node (builder, "Concat", "n,rest", "shape", "axis=0");
    derma_onnx_builder_add_node (builder, "Reshape", "x,shape", "y", NULL);
    derma_onnx_builder_add_output (builder, "y", NULL);
    bytes = derma_onnx_builder_finish (builder);
    model = derma_model_new_from_bytes (bytes, "view.onnx", &error);
    g_assert_no_error (error);
    g_assert_cmpuint (derma_model_get_output_shape (model, 0, dims), ==, 2);
    g_assert_cmpint (dims[0], ==, 1);
    g_assert_cmpint (dims[1], ==, 144);
  }
}

/* The weights of ImageNet's classifier, turned by a node as they are when constants are not folded on export. */
static void
test_large_weights (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;
  gint64 dims[DERMA_MAX_RANK];

  derma_onnx_builder_add_input (builder, "x", "1,1,32,40");
  derma_onnx_builder_add_constants (builder, "w=f(1000,1280)");
  derma_onnx_builder_add_node (builder, "Flatten", "x", "flat", NULL);
  derma_onnx_builder_add_node (builder, "Transpose", "w", "turned", "perm=[1,0]");
  derma_onnx_builder_add_node (builder, "MatMul", "flat,turned", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "large.onnx", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (derma_model_get_output_shape (model, 0, dims), ==, 2);
  g_assert_cmpint (dims[1], ==, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *path = g_strconcat ("/onnx/fold/", CASES[i].shape ? "" : "refused/", CASES[i].name, NULL);

    g_test_add_data_func (path, &CASES[i], test_case);
  }
  g_test_add_func ("/onnx/fold/view", test_view);
  g_test_add_func ("/onnx/fold/large-weights", test_large_weights);
  return g_test_run ();
}
