/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <math.h>
#include <string.h>

static const DermaWindow pointwise = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

static void
depthwise (Net *net, guint channels, guint stride)
{
  DermaWindow window = {
    .kernel = { 3, 3 }, .stride = { stride, stride }, .dilation = { 1, 1 }, .pads = { 1, 1, 1, 1 }, .groups = channels
  };

  net_conv (net, &window, channels, TRUE);
  net_scale_shift (net);
  net_clip (net, 0.0f, 6.0f);
}

/* MobileNetV2's block: expand, filter, project, add. */
static void
block (Net *net, guint channels)
{
  guint x = net->last;
  gint64 dims[DERMA_MAX_RANK];

  memcpy (dims, derma_ir_get_tensor (net->ir, x)->dims, sizeof dims);
  net_conv (net, &pointwise, channels * 4, FALSE);
  net_scale_shift (net);
  net_clip (net, 0.0f, 6.0f);
  depthwise (net, channels * 4, 1);
  net_conv (net, &pointwise, channels, TRUE);
  net_node (net, DERMA_OP_ADD, 2, (const guint[]){ x, net->last }, 4, dims);
}

/* MobileNetV2 in small, with a map that weighs the pixels and leaves as a second output. */
static void
test_guided_mobilenet (void)
{
  DermaWindow stem = {
    .kernel = { 3, 3 }, .stride = { 2, 2 }, .dilation = { 1, 1 }, .pads = { 0, 0, 1, 1 }, .groups = 1
  };

  for (guint seed = 0; seed < 4; seed++) {
    g_autoptr (Net) net = net_new (seed, 3, 16, 24);
    guint features, map;

    net_conv (net, &stem, 8, TRUE);
    block (net, 8);
    depthwise (net, 8, 2);
    features = net->last;
    net_conv (net, &pointwise, 1, TRUE);
    net_map (net, DERMA_OP_SIGMOID);
    map = net->last;
    net_node (net, DERMA_OP_ADD, 2, (const guint[]){ map, net_float (net, 0.25f) }, NET_SHAPE (1, 1, 4, 6));
    net_node (net, DERMA_OP_MUL, 2, (const guint[]){ features, net->last }, NET_SHAPE (1, 8, 4, 6));
    net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (1, 8, 1, 1));
    net_reshape (net, NET_SHAPE (1, 8));
    net_dense (net, 7, TRUE);
    net_output (net, net->last);
    net_output (net, map);
    net_check (net, 1e-4, 0);
  }
}

static DermaModel *
make_model (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);

  net_conv (net, &pointwise, 4, TRUE);
  net_output (net, net->last);
  return derma_model_new_from_ir (g_steal_pointer (&net->ir), "net.onnx");
}

static void
test_threads (void)
{
  g_autoptr (DermaModel) model = make_model ();
  static const guint bad[] = { 0, 65, G_MAXUINT };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_graph_new (model, bad[i], &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
    g_assert_nonnull (strstr (error->message, "net.onnx: threads: "));
  }
}

/* Each has its own input and outputs; the model goes with the last that needs it. */
static void
test_two_graphs (void)
{
  DermaModel *model = make_model ();
  g_autoptr (DermaGraph) first = derma_graph_new (model, 1, NULL);
  DermaGraph *second = derma_graph_new (model, 2, NULL);
  gfloat kept;
  gsize n = 0;

  derma_model_unref (model);
  g_assert_true (derma_graph_get_model (first) == derma_graph_get_model (second));
  for (gsize i = 0; i < 192; i++) {
    derma_graph_get_input (first, &n)[i] = 1.0f;
    derma_graph_get_input (second, NULL)[i] = -1.0f;
  }
  g_assert_cmpuint (n, ==, 192);
  g_assert_true (derma_graph_run (first, NULL));
  kept = derma_graph_get_output (first, 0, &n)[0];
  g_assert_cmpuint (n, ==, 256);
  g_assert_true (derma_graph_run (second, NULL));
  g_assert_cmpfloat (derma_graph_get_output (first, 0, NULL)[0], ==, kept);
  g_assert_cmpfloat (derma_graph_get_output (second, 0, NULL)[0], !=, kept);
  derma_graph_free (second);
  derma_graph_free (NULL);
}

/* The input is what the caller left there, run after run. */
static void
test_input_stays (void)
{
  g_autoptr (DermaModel) model = make_model ();
  g_autoptr (DermaGraph) graph = derma_graph_new (model, 1, NULL);
  gfloat *input = derma_graph_get_input (graph, NULL), first[256];

  for (gsize i = 0; i < 192; i++)
    input[i] = (gfloat)i;
  g_assert_true (derma_graph_run (graph, NULL));
  memcpy (first, derma_graph_get_output (graph, 0, NULL), sizeof first);
  g_assert_true (derma_graph_run (graph, NULL));
  g_assert_cmpmem (first, sizeof first, derma_graph_get_output (graph, 0, NULL), sizeof first);
  g_assert_cmpfloat (input[191], ==, 191.0f);
}

/* One bad input leaves nothing behind. */
static void
test_nan_passes (void)
{
  g_autoptr (DermaModel) model = make_model ();
  g_autoptr (DermaGraph) graph = derma_graph_new (model, 1, NULL);
  gfloat *input = derma_graph_get_input (graph, NULL), kept;

  memset (input, 0, 192 * sizeof *input);
  g_assert_true (derma_graph_run (graph, NULL));
  kept = derma_graph_get_output (graph, 0, NULL)[0];
  for (gsize i = 0; i < 192; i++)
    input[i] = i % 2 ? NAN : INFINITY;
  g_assert_true (derma_graph_run (graph, NULL));
  memset (input, 0, 192 * sizeof *input);
  g_assert_true (derma_graph_run (graph, NULL));
  g_assert_cmpfloat (derma_graph_get_output (graph, 0, NULL)[0], ==, kept);
}

static void
test_no_nodes (void)
{
  g_autoptr (Net) net = net_new (1, 3, 4, 5);

  net_check (net, 0, 0);
}

static void
test_unknown_operator (void)
{
  g_autoptr (Net) net = net_new (1, 3, 4, 5);

  net_map (net, (DermaOp)1000);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "node 'the node' (TheOp): this operator is not supported");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/guided-mobilenet", test_guided_mobilenet);
  g_test_add_func ("/graph/threads", test_threads);
  g_test_add_func ("/graph/two-graphs", test_two_graphs);
  g_test_add_func ("/graph/input-stays", test_input_stays);
  g_test_add_func ("/graph/nan-passes", test_nan_passes);
  g_test_add_func ("/graph/no-nodes", test_no_nodes);
  g_test_add_func ("/graph/unknown-operator", test_unknown_operator);
  return g_test_run ();
}
