/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <string.h>

/*
 * Graphs at the edge of what makes sense: each is refused by the reader or by the graph builder with one line, or
 * runs.
 */
typedef struct {
  const gchar *name;
  gint opset;
  const gchar *constants;
  const gchar *nodes;   /* "Operator inputs outputs [attributes]; ..." */
  const gchar *outputs; /* names with blanks between them */
  const gchar *refusal; /* NULL: it runs */
} Case;

static const Case CASES[] = {
  { "two-names", 13, "", "Relu x y; Identity y z", "y z", NULL },
  { "input-twice", 13, "", "Add x,x y", "y", NULL },
  { "input-aliased", 13, "", "Identity x y", "y", "does not depend on the input, or is the input" },
  { "constant-output", 13, "c=f(1,3,8,8)", "Relu x y; Identity c z", "y z", "does not depend on the input" },
  { "shape-output", 13, "", "Relu x y; Shape x z", "y z", "does not depend on the input" },
  { "split-of-constant", 13, "c=f(4,2)", "Relu x y; Split c a,b axis=0", "y a", "input 'c' is a constant" },
  { "split-of-shape", 13, "", "Shape x s; Split s a,b,c,d axis=0; Reshape x,a y", "y", "is a constant" },
  { "relu-of-constant", 13, "c=f(4,2)", "Relu c y", "y", "input 'c' is a constant" },
  { "quantised-output", 13, "s=s0.1", "QuantizeLinear x,s y", "y", "" },
  { "scalar-slice", 13, "c=s1 z=i[0] e=i[1]", "Slice c,z,e r; Add x,r y", "y", "is not of a form" },
  { "huge-output", 13, "n=i[1,3,4,2,4,2]", "Reshape x,n y", "y", NULL },
  { "seven-dimensions", 13, "n=i[1,3,2,2,2,4,2]", "Reshape x,n y", "y", "at most 6 are supported" },
  { "pad-grows", 13, "n=i[0,0,4096,4096,0,0,4096,4096]", "Pad x,n a; Pad a,n b; Pad b,n y", "y", "too large a tensor" },
  { "conv-of-empty-weights", 13, "w=f(0,3,3,3)", "Conv x,w y", "y", "do not fit" },
  { "gemm-of-empty-weights", 13, "w=f(192,0)", "Flatten x f; Gemm f,w y", "y", "impossible shape" },
  { "clip-crossed", 13, "a=s3 b=s2", "Clip x,a,b y", "y", "" },
  { "clip-not-a-number", 13, "z=s0", "Div z,z n; Clip x,n y", "y", "is not a number" },
  { "max-not-a-number", 13, "z=s0", "Div z,z n; Max x,n y", "y", "is not a number" },
  { "min-of-constants", 13, "a=s0 b=s1", "Min a,b c; Add x,c y", "y", "is a constant" },
  { "left-out-input", 13, "", "Relu , y", "y", "input 0 is missing" },
  { "left-out-operand", 13, "", "Add x, y", "y", "input 1 is missing" },
  { "left-out-weights", 13, "b=f(4)", "Conv x,,b y", "y", "input 1 is missing" },
  { "left-out-output", 13, "", "Relu x ,y", "y", "gives no output" },
  { "mask-of-dropout", 13, "", "Dropout x y,mask; Relu y z; Relu mask r", "z r", "'mask', which nothing" },
  { "prelu-of-scalar", 13, "w=f(192,1) a=s0.5", "Flatten x f; Gemm f,w g; Squeeze g s; PRelu s,a y", "y", NULL },
  { "hard-sigmoid-clipped-away", 13, "a=s-0.006 b=s-0.006", "HardSigmoid x h; Clip h,a,b y", "y", NULL },
  { "hard-sigmoid-clipped-above", 13, "a=s3 b=s4", "HardSigmoid x h; Clip h,a,b y", "y", NULL },
  { "too-many-outputs", 13, "", "Relu x y,z", "y", NULL },
};

static DermaOnnxBuilder *
make_model (const Case *test)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (test->opset);
  g_auto (GStrv) nodes = g_strsplit (test->nodes, "; ", -1);
  g_auto (GStrv) outputs = g_strsplit (test->outputs, " ", -1);

  derma_onnx_builder_add_input (builder, "x", "1,3,8,8");
  derma_onnx_builder_add_constants (builder, test->constants);
  for (guint i = 0; nodes[i]; i++) {
    g_auto (GStrv) parts = g_strsplit (nodes[i], " ", 4);

    derma_onnx_builder_add_node (builder, parts[0], parts[1], parts[2], parts[3]);
  }
  for (guint i = 0; outputs[i]; i++)
    derma_onnx_builder_add_output (builder, outputs[i], NULL);
  return builder;
}

static void
check_error (const GError *error, const gchar *text)
{
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, DERMA_ERROR);
  g_assert_true (g_str_has_prefix (error->message, "corner.onnx: "));
  g_assert_null (strchr (error->message, '\n'));
  if (!text || !strstr (error->message, text))
    g_error ("'%s' is not in: %s", text ? text : "(none)", error->message);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DermaOnnxBuilder) builder = make_model (test);
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, "corner.onnx", &error);
  g_autoptr (DermaGraph) graph = model ? derma_graph_new (model, 1, &error) : NULL;
  gsize n;

  if (!graph) {
    check_error (error, test->refusal);
    return;
  }
  if (test->refusal && *test->refusal)
    g_error ("runs, though it should be refused: %s", test->refusal);
  memset (derma_graph_get_input (graph, &n), 0, 192 * sizeof (gfloat));
  g_assert_cmpuint (n, ==, 192);
  g_assert_true (derma_graph_run (graph, &error));
  g_assert_nonnull (derma_graph_get_output (graph, 0, &n));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *path = g_strconcat ("/onnx/corners/", CASES[i].refusal ? "refused/" : "", CASES[i].name, NULL);

    g_test_add_data_func (path, &CASES[i], test_case);
  }
  return g_test_run ();
}
