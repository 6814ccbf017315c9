/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include "graph/lower.h"
#include "graph/runtime.h"

#include <derma/error.h>

#include <math.h>

static const DermaWindow pointwise = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

static DermaPlan *
lower (Net *net, DermaModel **model)
{
  g_autoptr (GError) error = NULL;
  DermaPlan *plan;

  net_output (net, net->last);
  *model = derma_model_new_from_ir (g_steal_pointer (&net->ir), "net.onnx");
  plan = derma_lower_model (*model, &error);
  g_assert_no_error (error);
  return plan;
}

static guint
count_steps (const DermaPlan *plan, gboolean copies)
{
  guint n = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    n += (g_array_index (plan->steps, DermaStep, i).emit == NULL) == copies;
  return n;
}

/* Padding, normalisation and clips add no steps of their own. */
static void
test_fused (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaPlan) plan = NULL;
  DermaNode *node = net_node (net, DERMA_OP_PAD, 1, (const guint[]){ net->last }, NET_SHAPE (1, 3, 9, 9));

  node->attrs.pad.after[2] = node->attrs.pad.after[3] = 1;
  net_conv (net, &pointwise, 4, TRUE);
  net_scale_shift (net);
  net_clip (net, 0.0f, INFINITY);
  net_clip (net, 0.0f, 6.0f);
  net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (1, 4, 1, 1));
  plan = lower (net, &model);
  g_assert_cmpuint (plan->steps->len, ==, 2);
}

/* x * hardsigmoid(x) is one step. */
static void
test_hard_swish (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaPlan) plan = NULL;
  guint x = net->last;
  DermaNode *node = net_map (net, DERMA_OP_HARD_SIGMOID);

  node->attrs.unary.alpha = 1.0f / 6.0f;
  node->attrs.unary.beta = 0.5f;
  net_node (net, DERMA_OP_MUL, 2, (const guint[]){ x, net->last }, NET_SHAPE (1, 3, 8, 8));
  plan = lower (net, &model);
  g_assert_cmpuint (count_steps (plan, FALSE), ==, 1);
}

/* A channel shuffle moves its elements once, and the result is N,H,W,C already. */
static void
test_channel_shuffle (void)
{
  g_autoptr (Net) net = net_new (1, 12, 4, 5);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaPlan) plan = NULL;
  DermaNode *node;

  net_reshape (net, NET_SHAPE (1, 3, 4, 4, 5));
  node = net_node (net, DERMA_OP_TRANSPOSE, 1, (const guint[]){ net->last }, NET_SHAPE (1, 4, 3, 4, 5));
  for (guint i = 0; i < 5; i++)
    node->attrs.transpose.perm[i] = i == 1 ? 2 : i == 2 ? 1 : i;
  net_reshape (net, NET_SHAPE (1, 12, 4, 5));
  net_conv (net, &pointwise, 1, TRUE);
  plan = lower (net, &model);
  g_assert_cmpuint (count_steps (plan, TRUE), ==, 1);
}

/* The values between two runtimes are kept, those within one are not. */
static void
test_places (void)
{
  g_autoptr (Net) net = net_new (1, 4, 4, 5);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaPlan) plan = NULL;
  guint kept = 0, first;

  net_conv (net, &pointwise, 4, TRUE);
  net_conv (net, &pointwise, 4, TRUE);
  first = net->last;
  net_node (net, DERMA_OP_CONCAT, 2, (const guint[]){ first, first }, NET_SHAPE (1, 8, 4, 5))->attrs.axis = 1;
  net_conv (net, &pointwise, 1, TRUE);
  plan = lower (net, &model);
  g_assert_cmpuint (derma_plan_find_segment_end (plan, 0), ==, 2);
  g_assert_cmpuint (derma_plan_find_segment_end (plan, 2), ==, 2);
  g_assert_cmpuint (derma_plan_find_segment_end (plan, 4), ==, 5);
  for (guint i = 0; i < plan->values->len; i++)
    kept += derma_plan_get_value (plan, i)->kept;
  g_assert_cmpuint (kept, ==, 4);
}

/* What XNNPACK itself refuses is traced to the node. */
static void
test_culprit (void)
{
  g_autoptr (Net) net = net_new (1, 4, 4, 5);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gpointer *buffers = NULL;
  DermaStep *step;

  net_conv (net, &pointwise, 4, TRUE);
  net_map (net, DERMA_OP_SIGMOID);
  net_conv (net, &pointwise, 4, TRUE);
  plan = lower (net, &model);
  buffers = g_new0 (gpointer, plan->values->len);
  step = &g_array_index (plan->steps, DermaStep, 2);
  step->min = 2.0f;
  step->max = 1.0f;
  g_assert_true (derma_runtime_init (&error));
  g_assert_null (derma_runtime_new (plan, 0, 3, buffers, NULL, "net.onnx", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "net.onnx: node 'the node' (TheOp): XNNPACK does not accept its parameters");
}

static void
test_explain (void)
{
  for (gint i = 0; i < 20; i++)
    g_assert_nonnull (derma_runtime_explain ((enum xnn_status)i));
  g_assert_cmpstr (derma_runtime_explain (xnn_status_out_of_memory), ==, "out of memory");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/fused", test_fused);
  g_test_add_func ("/plan/hard-swish", test_hard_swish);
  g_test_add_func ("/plan/channel-shuffle", test_channel_shuffle);
  g_test_add_func ("/plan/places", test_places);
  g_test_add_func ("/plan/culprit", test_culprit);
  g_test_add_func ("/plan/explain", test_explain);
  return g_test_run ();
}
