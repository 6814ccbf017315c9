/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>

#include <math.h>
#include <string.h>

static const DermaOp operators[] = { DERMA_OP_ADD, DERMA_OP_SUB, DERMA_OP_MUL, DERMA_OP_DIV };

static guint
average (Net *net, guint x)
{
  const DermaTensor *t = derma_ir_get_tensor (net->ir, x);

  net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, &x, NET_SHAPE (1, t->dims[1], 1, 1));
  net_map (net, DERMA_OP_SIGMOID);
  return net->last;
}

/* A divisor is kept away from zero. */
static guint
operand (Net *net, DermaOp op, guint rank, const gint64 *dims)
{
  return op == DERMA_OP_DIV ? net_floats (net, 0.5f, 2.0f, rank, dims) : net_floats (net, -2.0f, 2.0f, rank, dims);
}

static void
apply (Net *net, DermaOp op, guint a, guint b)
{
  net_node (net, op, 2, (const guint[]){ a, b }, NET_SHAPE (1, 5, 4, 3));
  if (net_draw (net, 0, 1))
    net_clip (net, -0.5f, net_draw (net, 0, 1) ? 0.5f : INFINITY);
}

static void
check_constant (DermaOp op, guint seed, guint rank, const gint64 *dims)
{
  g_autoptr (Net) net = net_new (seed, 5, 4, 3);
  guint constant = operand (net, op, rank, dims);

  apply (net, op, net->last, constant);
  net_check (net, 1e-5, 0);
}

/* numpy's broadcasting, where the axes of the smaller operand are the last ones of the larger. */
static void
test_constants (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    check_constant (operators[i], i, 0, NULL);
    check_constant (operators[i], i, NET_SHAPE (1));
    check_constant (operators[i], i, NET_SHAPE (3));
    check_constant (operators[i], i, NET_SHAPE (4, 1));
    check_constant (operators[i], i, NET_SHAPE (5, 1, 1));
    check_constant (operators[i], i, NET_SHAPE (5, 4, 3));
    check_constant (operators[i], i, NET_SHAPE (1, 5, 1, 1));
    check_constant (operators[i], i, NET_SHAPE (1, 1, 4, 3));
    check_constant (operators[i], i, NET_SHAPE (1, 5, 4, 3));
  }
}

static void
test_constant_first (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    g_autoptr (Net) net = net_new (i, 5, 4, 3);
    guint constant;

    net_map (net, DERMA_OP_SIGMOID);
    constant = net_floats (net, 0.5f, 2.0f, NET_SHAPE (5, 1, 1));
    apply (net, operators[i], constant, net->last);
    net_check (net, 1e-5, 0);
  }
}

static void
test_tensors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    g_autoptr (Net) net = net_new (i, 5, 4, 3);
    guint x = net->last;

    net_map (net, DERMA_OP_SIGMOID);
    apply (net, operators[i], x, net->last);
    net_check (net, 1e-5, 0);
  }
}

/* A weight a channel, from the tensor itself: squeeze and excitation. */
static void
test_channel_weights (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    g_autoptr (Net) net = net_new (i, 5, 4, 3);
    guint x = net->last;

    apply (net, operators[i], x, average (net, x));
    net_check (net, 1e-5, 0);
  }
}

/* A weight a pixel. */
static void
test_pixel_weights (void)
{
  DermaWindow window = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++) {
    g_autoptr (Net) net = net_new (i, 5, 4, 3);
    guint x = net->last;

    net_conv (net, &window, 1, TRUE);
    net_map (net, DERMA_OP_SIGMOID);
    apply (net, operators[i], x, net->last);
    net_check (net, 1e-5, 0);
  }
}

/* A vector of rank 1 meets the last axis, W, and not the channels. */
static void
test_lower_rank (void)
{
  g_autoptr (Net) net = net_new (1, 5, 4, 3);
  guint x = net->last;

  net_node (net, DERMA_OP_SLICE, 1, &x, NET_SHAPE (1, 1, 1, 3));
  net_reshape (net, NET_SHAPE (3));
  apply (net, DERMA_OP_MUL, x, net->last);
  net_check (net, 1e-5, 0);
}

static void
test_same_twice (void)
{
  g_autoptr (Net) net = net_new (1, 5, 4, 3);

  apply (net, DERMA_OP_MUL, net->last, net->last);
  net_check (net, 1e-5, 0);
}

/* As older exporters write a hard swish: x * clip(x + 3, 0, 6) / 6. */
static void
test_spelled_out_hard_swish (void)
{
  g_autoptr (Net) net = net_new (1, 5, 4, 3);
  guint x = net->last;

  net_node (net, DERMA_OP_ADD, 2, (const guint[]){ x, net_float (net, 3.0f) }, NET_SHAPE (1, 5, 4, 3));
  net_clip (net, 0.0f, 6.0f);
  net_node (net, DERMA_OP_MUL, 2, (const guint[]){ x, net->last }, NET_SHAPE (1, 5, 4, 3));
  net_node (net, DERMA_OP_DIV, 2, (const guint[]){ net->last, net_float (net, 6.0f) }, NET_SHAPE (1, 5, 4, 3));
  net_check (net, 1e-5, 0);
}

static void
test_integer_constant (void)
{
  g_autoptr (Net) net = net_new (1, 5, 4, 3);
  gint64 three = 3;

  apply (net, DERMA_OP_ADD, net->last, net_constant (net, DERMA_DTYPE_INT64, &three, 0, NULL));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): input 'constant' is not a float32 tensor");
}

static void
test_unwritten_input (void)
{
  g_autoptr (Net) net = net_new (1, 5, 4, 3);
  guint nobody = derma_ir_add_tensor (net->ir, "nobody", DERMA_DTYPE_FLOAT32, NET_SHAPE (1, 5, 4, 3), NULL);

  apply (net, DERMA_OP_MUL, nobody, net->last);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "input 'nobody'");
}

static void
test_shapes_that_do_not_match (void)
{
  g_autoptr (Net) net = net_new (1, 5, 4, 3);

  apply (net, DERMA_OP_MUL, net->last, net_floats (net, 0, 1, NET_SHAPE (1, 5, 2, 3)));
  net_check_refused (net, DERMA_ERROR_FORMAT, "node 'the node' (TheOp): extents 4 and 2 do not give 4");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elementwise/constants", test_constants);
  g_test_add_func ("/elementwise/constant-first", test_constant_first);
  g_test_add_func ("/elementwise/tensors", test_tensors);
  g_test_add_func ("/elementwise/channel-weights", test_channel_weights);
  g_test_add_func ("/elementwise/pixel-weights", test_pixel_weights);
  g_test_add_func ("/elementwise/lower-rank", test_lower_rank);
  g_test_add_func ("/elementwise/same-twice", test_same_twice);
  g_test_add_func ("/elementwise/spelled-out-hard-swish", test_spelled_out_hard_swish);
  g_test_add_func ("/elementwise/integer-constant", test_integer_constant);
  g_test_add_func ("/elementwise/unwritten-input", test_unwritten_input);
  g_test_add_func ("/elementwise/shapes-that-do-not-match", test_shapes_that_do_not_match);
  return g_test_run ();
}
