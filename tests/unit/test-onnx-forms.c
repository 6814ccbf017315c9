/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <string.h>

/*
 * What an operator says in an attribute in one operator set and in an input in another gives the same network; the form
 * of another operator set is not taken for it.
 */
typedef struct {
  gint opset;
  const gchar *inputs;
  const gchar *constants;
  const gchar *attributes;
} Form;

typedef struct {
  const gchar *op;
  const gchar *input;
  const gchar *outputs;
  Form old;
  Form new;
} Pair;

static const Pair PAIRS[] = {
  { "Clip", "1,3,4,4", "y", { 10, "x", "", "min=-1.0 max=6.0" }, { 11, "x,a,b", "a=s-1 b=s6", "" } },
  { "Pad",
    "1,3,4,4",
    "y",
    { 10, "x", "", "pads=[0,0,1,2,0,0,3,4] value=2.5" },
    { 11, "x,p,v", "p=i[0,0,1,2,0,0,3,4] v=s2.5", "" } },
  { "Slice",
    "1,3,8,8",
    "y",
    { 9, "x", "", "starts=[1,-3] ends=[3,8] axes=[1,2]" },
    { 10, "x,s,e,a", "s=i[1,-3] e=i[3,8] a=i[1,2]", "" } },
  { "Slice",
    "1,3,8,8",
    "y",
    { 9, "x", "", "starts=[0,1] ends=[1,99]" },
    { 13, "x,s,e,,t", "s=i[0,1] e=i[1,99] t=i[1,1]", "" } },
  { "Split", "1,3,8,2", "a,b", { 11, "x", "", "axis=2 split=[3,5]" }, { 13, "x,n", "n=i[3,5]", "axis=2" } },
  { "Split", "1,3,8,2", "a,b", { 12, "x", "", "axis=-2" }, { 18, "x", "", "axis=2 num_outputs=2" } },
  { "Squeeze", "1,3,1,1", "y", { 12, "x", "", "axes=[2,3]" }, { 13, "x,n", "n=i[-2,-1]", "" } },
  { "Squeeze", "1,3,1,1", "y", { 7, "x", "", "" }, { 13, "x", "", "" } },
  { "Unsqueeze", "1,3,4,4", "y", { 12, "x", "", "axes=[0,5]" }, { 13, "x,n", "n=i[-1,0]", "" } },
  { "ReduceMean", "1,3,4,4", "y", { 17, "x", "", "axes=[2,3]" }, { 18, "x,n", "n=i[-1,-2]", "" } },
  { "ReduceMean", "1,3,4,4", "y", { 17, "x", "", "axes=[3] keepdims=0" }, { 18, "x,n", "n=i[3]", "keepdims=0" } },
  { "Softmax", "1,3,1,1", "y", { 12, "x", "", "" }, { 13, "x", "", "axis=1" } },
  { "Softmax", "1,3,4,5", "y", { 12, "x", "", "axis=3" }, { 13, "x", "", "" } },
  { "Dropout", "1,3,4,4", "y", { 7, "x", "", "ratio=0.5" }, { 12, "x,r", "r=s0.5", "" } },
};

static DermaModel *
load (const Pair *pair, const Form *form, gint opset, GError **error)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (opset);
  g_auto (GStrv) outputs = g_strsplit (pair->outputs, ",", -1);
  g_autoptr (GBytes) bytes = NULL;

  derma_onnx_builder_add_input (builder, "in", pair->input);
  derma_onnx_builder_add_constants (builder, form->constants);
  derma_onnx_builder_add_node (builder, "Relu", "in", "x", NULL);
  derma_onnx_builder_add_node (builder, pair->op, form->inputs, pair->outputs, form->attributes);
  for (guint i = 0; outputs[i]; i++)
    derma_onnx_builder_add_output (builder, outputs[i], NULL);
  bytes = derma_onnx_builder_finish (builder);
  return derma_model_new_from_bytes (bytes, "form.onnx", error);
}

static void
compare (const DermaIr *a, const DermaIr *b)
{
  g_assert_cmpuint (a->nodes->len, ==, b->nodes->len);
  for (guint i = 0; i < a->nodes->len; i++) {
    const DermaNode *m = g_ptr_array_index (a->nodes, i), *n = g_ptr_array_index (b->nodes, i);
    const DermaTensor *y = derma_ir_get_tensor (a, m->outputs[0]), *z = derma_ir_get_tensor (b, n->outputs[0]);

    g_assert_cmpint (m->op, ==, n->op);
    g_assert_cmpstr (m->name, ==, n->name);
    g_assert_cmpmem (&m->attrs, sizeof m->attrs, &n->attrs, sizeof n->attrs);
    g_assert_cmpmem (y->dims, y->rank * sizeof *y->dims, z->dims, z->rank * sizeof *z->dims);
    g_assert_cmpint (y->dtype, ==, z->dtype);
  }
}

static void
test_pair (gconstpointer data)
{
  const Pair *pair = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) old = load (pair, &pair->old, pair->old.opset, &error);
  g_autoptr (DermaModel) new = NULL;

  g_assert_no_error (error);
  new = load (pair, &pair->new, pair->new.opset, &error);
  g_assert_no_error (error);
  compare (derma_model_get_ir (old), derma_model_get_ir (new));
}

/* The form that came later, in a file of the set before. */
static void
test_too_early (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (PAIRS); i++) {
    const Pair *pair = &PAIRS[i];
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaModel) model = NULL;
    g_autofree gchar *start = g_strdup_printf ("form.onnx: node '%c' (%s): ", *pair->outputs, pair->op);

    if (!strchr (pair->new.inputs, ',') || strcmp (pair->op, "Dropout") == 0)
      continue;
    model = load (pair, &pair->new, pair->old.opset, &error);
    g_assert_null (model);
    g_assert_cmpint (error->domain, ==, DERMA_ERROR);
    if (!g_str_has_prefix (error->message, start))
      g_error ("%s does not start with %s", error->message, start);
  }
}

/* The form that was there before, in a file of the set after. Clip's bounds as attributes are not misunderstood. */
static void
test_too_late (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (PAIRS); i++) {
    const Pair *pair = &PAIRS[i];
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaModel) model = NULL;

    if (!strchr (pair->new.inputs, ',') || strcmp (pair->op, "Dropout") == 0 || strcmp (pair->op, "Clip") == 0)
      continue;
    model = load (pair, &pair->old, pair->new.opset, &error);
    g_assert_null (model);
    g_assert_cmpint (error->domain, ==, DERMA_ERROR);
    g_assert_nonnull (strstr (error->message, pair->op));
  }
}

/* Not one axis for another: these are other functions before opset 13. */
static void
test_softmax_over_several (void)
{
  static const Pair pair = { "Softmax", "1,3,4,5", "y", { 12, "x", "", "" }, { 13, "x", "", "axis=1" } };
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load (&pair, &pair.new, 13, &error);

  g_assert_no_error (error);
  g_assert_nonnull (model);
  g_assert_null (load (&pair, &pair.old, 12, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "form.onnx: node 'y' (Softmax): a softmax over several axes");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (PAIRS); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/forms/%u/%s", i, PAIRS[i].op);

    g_test_add_data_func (path, &PAIRS[i], test_pair);
  }
  g_test_add_func ("/onnx/forms/too-early", test_too_early);
  g_test_add_func ("/onnx/forms/too-late", test_too_late);
  g_test_add_func ("/onnx/forms/softmax-over-several", test_softmax_over_several);
  return g_test_run ();
}
