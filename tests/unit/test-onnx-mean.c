/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <string.h>

/* ReduceMean over one axis of space, as x.mean (3).mean (2) is exported. */
typedef struct {
  const gchar *name;
  gint opset;
  const gchar *input;
  const gchar *first; /* axes and keepdims of the two means; NULL for no second */
  const gchar *second;
  guint rank;
  gint64 dims[4];
} Case;

static const Case CASES[] = {
  { "rows-then-columns", 13, "1,3,4,5", "axes=[3] keepdims=0", "axes=[2] keepdims=0", 2, { 1, 3 } },
  { "columns-then-rows", 13, "1,3,4,5", "axes=[2] keepdims=0", "axes=[2] keepdims=0", 2, { 1, 3 } },
  { "kept", 13, "1,3,4,5", "axes=[3]", "axes=[2]", 4, { 1, 3, 1, 1 } },
  { "kept-then-dropped", 11, "1,3,4,5", "axes=[-1] keepdims=1", "axes=[-2] keepdims=0", 3, { 1, 3, 1 } },
  { "dropped-then-kept", 13, "1,3,4,5", "axes=[-1] keepdims=0", "axes=[-1] keepdims=1", 3, { 1, 3, 1 } },
  { "one-row", 13, "1,3,1,5", "axes=[2] keepdims=0", "axes=[2] keepdims=0", 2, { 1, 3 } },
  { "one-pixel", 13, "1,3,1,1", "axes=[3] keepdims=0", "axes=[2] keepdims=0", 2, { 1, 3 } },
  { "grey", 13, "1,1,7,2", "axes=[3] keepdims=0", "axes=[2] keepdims=0", 2, { 1, 1 } },
};

static DermaOnnxBuilder *
make_model (const Case *test)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (test->opset);

  derma_onnx_builder_add_input (builder, "x", test->input);
  derma_onnx_builder_add_node (builder, "ReduceMean", "x", "m", test->first);
  if (test->second)
    derma_onnx_builder_add_node (builder, "ReduceMean", "m", "y", test->second);
  derma_onnx_builder_add_output (builder, test->second ? "y" : "m", NULL);
  return builder;
}

static DermaModel *
load (DermaOnnxBuilder *builder, GError **error)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);

  return derma_model_new_from_bytes (bytes, "mean.onnx", error);
}

static void
check_values (DermaModel *model, guint n_channels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaGraph) graph = derma_graph_new (model, 1, &error);
  const gfloat *means;
  gdouble sums[3] = { 0 };
  gfloat *input;
  gsize n, n_means;

  g_assert_no_error (error);
  input = derma_graph_get_input (graph, &n);
  for (gsize i = 0; i < n; i++) {
    input[i] = (gfloat)(i * 37 % 101) / 101.0f - 0.5f;
    sums[i % n_channels] += input[i];
  }
  g_assert_true (derma_graph_run (graph, &error));
  means = derma_graph_get_output (graph, 0, &n_means);
  g_assert_cmpuint (n_means, ==, n_channels);
  for (guint c = 0; c < n_channels; c++)
    g_assert_cmpfloat_with_epsilon (means[c], sums[c] / (gdouble)(n / n_channels), 1e-5);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DermaOnnxBuilder) builder = make_model (test);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load (builder, &error);
  gint64 dims[DERMA_MAX_RANK];

  g_assert_no_error (error);
  g_assert_cmpuint (derma_model_get_output_shape (model, 0, dims), ==, test->rank);
  for (guint i = 0; i < test->rank; i++)
    g_assert_cmpint (dims[i], ==, test->dims[i]);
  check_values (model, (guint)dims[1]);
}

/* One mean alone: a window as long as the axis, and no more nodes than it takes. */
static void
test_window (void)
{
  static const Case test = { "", 13, "1,3,4,5", "axes=[3] keepdims=0", NULL, 0, { 0 } };
  g_autoptr (DermaOnnxBuilder) builder = make_model (&test);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load (builder, &error);
  const DermaNode *pool, *reshape;
  const DermaIr *ir;

  g_assert_no_error (error);
  ir = derma_model_get_ir (model);
  g_assert_cmpuint (ir->nodes->len, ==, 2);
  pool = g_ptr_array_index (ir->nodes, 0);
  reshape = g_ptr_array_index (ir->nodes, 1);
  g_assert_cmpint (pool->op, ==, DERMA_OP_AVERAGE_POOL);
  g_assert_cmpstr (pool->name, ==, "m");
  g_assert_cmpstr (pool->op_type, ==, "ReduceMean");
  g_assert_cmpuint (pool->attrs.pool.kernel[0], ==, 1);
  g_assert_cmpuint (pool->attrs.pool.kernel[1], ==, 5);
  g_assert_cmpint (reshape->op, ==, DERMA_OP_RESHAPE);
  g_assert_cmpuint (derma_ir_get_tensor (ir, reshape->outputs[0])->rank, ==, 3);
}

static void
test_refused (gconstpointer data)
{
  const Case test = { "", 13, "1,3,4,5", data, NULL, 0, { 0 } };
  g_autoptr (DermaOnnxBuilder) builder = make_model (&test);
  g_autoptr (GError) error = NULL;

  g_assert_null (load (builder, &error));
  g_assert_cmpint (error->domain, ==, DERMA_ERROR);
  g_assert_true (g_str_has_prefix (error->message, "mean.onnx: node 'm' (ReduceMean): "));
}

int
main (int argc, char **argv)
{
  static const gchar *const refused[] = { "axes=[1]",     "axes=[0]",   "axes=[1,2,3]", "axes=[0,3]",
                                          "keepdims=0",   "axes=[4]",   "axes=[-5]",    "axes=[-9223372036854775807]",
                                          "axes=[0,1,2]", "axes=[1,2]", "axes=[1,1]" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *path = g_strconcat ("/onnx/mean/", CASES[i].name, NULL);

    g_test_add_data_func (path, &CASES[i], test_case);
  }
  g_test_add_func ("/onnx/mean/window", test_window);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/mean/refused/%u", i);

    g_test_add_data_func (path, refused[i], test_refused);
  }
  return g_test_run ();
}
