/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>

#include <math.h>

static void
test_dense (void)
{
  for (guint seed = 0; seed < 20; seed++) {
    gint64 n = 1 + seed * 7;
    g_autoptr (Net) net = net_new (seed, n, 1, 1);

    net_reshape (net, NET_SHAPE (1, n));
    net_dense (net, net_draw (net, 1, 30), seed % 2);
    if (seed % 3 == 0)
      net_clip (net, 0.0f, INFINITY);
    net_dense (net, 3, TRUE);
    net_check (net, 1e-5, 1e-6);
  }
}

/* MatMul over the last axis of more than one row. */
static void
test_rows (void)
{
  for (guint rank = 2; rank <= 4; rank++) {
    g_autoptr (Net) net = net_new (rank, 4, 3, 5);

    if (rank == 2)
      net_reshape (net, NET_SHAPE (12, 5));
    if (rank == 3)
      net_reshape (net, NET_SHAPE (4, 3, 5));
    net_dense (net, 6, TRUE);
    net_check (net, 1e-5, 0);
  }
}

static void
test_softmax (void)
{
  for (gint axis = 0; axis < 4; axis++)
    for (guint scale = 1; scale <= 100; scale *= 100) {
      g_autoptr (Net) net = net_new (1, 6, 4, 5);
      guint inputs[] = { net->last, net_float (net, (gfloat)scale) };

      net_node (net, DERMA_OP_MUL, 2, inputs, NET_SHAPE (1, 6, 4, 5));
      net_map (net, DERMA_OP_SOFTMAX)->attrs.axis = axis;
      net_check (net, 1e-5, 0);
    }
}

static void
test_softmax_of_scores (void)
{
  g_autoptr (Net) net = net_new (1, 9, 4, 5);

  net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (1, 9));
  net_dense (net, 7, TRUE);
  net_map (net, DERMA_OP_SOFTMAX)->attrs.axis = 1;
  net_check (net, 1e-5, 0);
}

static void
test_variable_weights (void)
{
  g_autoptr (Net) net = net_new (1, 5, 1, 1);
  guint inputs[2];

  net_reshape (net, NET_SHAPE (1, 5));
  inputs[0] = inputs[1] = net->last;
  net_node (net, DERMA_OP_FULLY_CONNECTED, 2, inputs, NET_SHAPE (1, 1));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): weights and bias must be constant");
}

static void
test_variable_bias (void)
{
  g_autoptr (Net) net = net_new (1, 5, 1, 1);
  guint inputs[3];

  net_reshape (net, NET_SHAPE (1, 5));
  inputs[0] = inputs[2] = net->last;
  inputs[1] = net_floats (net, -1, 1, NET_SHAPE (5, 5));
  net_node (net, DERMA_OP_FULLY_CONNECTED, 3, inputs, NET_SHAPE (1, 5));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "weights and bias must be constant");
}

static void
check_shape_refused (guint rank, const gint64 *weights, gint64 outputs)
{
  g_autoptr (Net) net = net_new (1, 5, 1, 1);
  guint inputs[2];

  net_reshape (net, NET_SHAPE (1, 5));
  inputs[0] = net->last;
  inputs[1] = net_floats (net, -1, 1, rank, weights);
  net_node (net, DERMA_OP_FULLY_CONNECTED, 2, inputs, NET_SHAPE (1, outputs));
  net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): the weights do not fit the input and the output");
}

static void
test_weights_that_do_not_fit (void)
{
  check_shape_refused (NET_SHAPE (7, 4), 7);
  check_shape_refused (NET_SHAPE (7, 5), 6);
  check_shape_refused (NET_SHAPE (7, 5, 1), 7);
  check_shape_refused (NET_SHAPE (35), 7);
}

static void
test_softmax_axis (void)
{
  g_autoptr (Net) net = net_new (1, 5, 1, 1);

  net_map (net, DERMA_OP_SOFTMAX)->attrs.axis = 4;
  net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): there is no axis 4");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dense/dense", test_dense);
  g_test_add_func ("/dense/rows", test_rows);
  g_test_add_func ("/dense/softmax", test_softmax);
  g_test_add_func ("/dense/softmax-of-scores", test_softmax_of_scores);
  g_test_add_func ("/dense/variable-weights", test_variable_weights);
  g_test_add_func ("/dense/variable-bias", test_variable_bias);
  g_test_add_func ("/dense/weights-that-do-not-fit", test_weights_that_do_not_fit);
  g_test_add_func ("/dense/softmax-axis", test_softmax_axis);
  return g_test_run ();
}
