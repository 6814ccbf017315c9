/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>

#include <math.h>

static void
test_unary (void)
{
  static const DermaOp operators[] = { DERMA_OP_LEAKY_RELU, DERMA_OP_ELU, DERMA_OP_HARD_SWISH, DERMA_OP_HARD_SIGMOID,
                                       DERMA_OP_SIGMOID };

  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    for (guint shape = 0; shape < 3; shape++) {
      g_autoptr (Net) net = net_new (i, 7, 5, 3);
      DermaNode *node;

      if (shape == 1)
        net_reshape (net, NET_SHAPE (1, 7 * 5 * 3));
      if (shape == 2)
        net_reshape (net, NET_SHAPE (7, 5, 3));
      node = net_map (net, operators[i]);
      node->attrs.unary.alpha = 0.3f;
      node->attrs.unary.beta = 0.4f;
      net_clip (net, -0.5f, 0.7f);
      net_check (net, 1e-5, 1e-6);
    }
}

static void
test_clip (void)
{
  static const gfloat bounds[][2] = {
    { 0, INFINITY }, { 0, 6 }, { -INFINITY, 0.5f }, { -1, 1 }, { -INFINITY, INFINITY }
  };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++) {
    g_autoptr (Net) net = net_new (i, 7, 5, 3);

    net_clip (net, bounds[i][0], bounds[i][1]);
    net_check (net, 1e-6, 0);
  }
}

/* One after the other is not the same as both at once where they do not overlap. */
static void
test_clips_in_a_row (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);

  net_clip (net, -1.0f, 1.0f);
  net_clip (net, 0.5f, 3.0f);
  net_clip (net, 0.2f, 0.7f);
  net_check (net, 1e-6, 0);
}

static void
test_clips_apart (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);

  net_clip (net, -1.0f, 0.0f);
  net_clip (net, 2.0f, 3.0f);
  net_check (net, 1e-6, 0);
}

static void
test_prelu (void)
{
  for (guint seed = 0; seed < 12; seed++) {
    gint64 channels = 1 + seed % 9, one = 1, rank = seed % 3;
    g_autoptr (Net) net = net_new (seed, channels, 5, 3);
    guint inputs[2];

    if (rank == 1)
      net_reshape (net, NET_SHAPE (1, channels, 15));
    if (rank == 2)
      net_reshape (net, NET_SHAPE (15, channels));
    inputs[0] = net->last;
    inputs[1] = net_floats (net, -0.5f, 1.5f, 1, seed % 2 ? &one : &channels);
    if (rank == 0)
      net_node (net, DERMA_OP_PRELU, 2, inputs, NET_SHAPE (1, channels, 5, 3));
    else if (rank == 1)
      net_node (net, DERMA_OP_PRELU, 2, inputs, NET_SHAPE (1, channels, 15));
    else
      net_node (net, DERMA_OP_PRELU, 2, inputs, NET_SHAPE (15, channels));
    net_check (net, 1e-6, 0);
  }
}

static void
test_negative_slope (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);

  net_map (net, DERMA_OP_LEAKY_RELU)->attrs.unary.alpha = -0.25f;
  net_check (net, 1e-6, 0);
}

/* x * hardsigmoid(x), either way round, with and without another reader. */
static void
test_hard_swish_in_two (void)
{
  for (guint seed = 0; seed < 6; seed++) {
    g_autoptr (Net) net = net_new (seed, 7, 5, 3);
    guint x = net->last, sigmoid;
    DermaNode *node = net_map (net, DERMA_OP_HARD_SIGMOID);

    node->attrs.unary.alpha = seed < 4 ? 1.0f / 6.0f : 0.2f;
    node->attrs.unary.beta = 0.5f;
    sigmoid = net->last;
    net_node (net, DERMA_OP_MUL, 2, (const guint[]){ seed % 2 ? x : sigmoid, seed % 2 ? sigmoid : x },
              NET_SHAPE (1, 7, 5, 3));
    net_output (net, net->last);
    if (seed / 2 == 1)
      net_output (net, sigmoid);
    net_check (net, 1e-5, 0);
  }
}

static void
test_silu (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);
  guint x = net->last;

  net_map (net, DERMA_OP_SIGMOID);
  net_node (net, DERMA_OP_MUL, 2, (const guint[]){ x, net->last }, NET_SHAPE (1, 7, 5, 3));
  net_check (net, 1e-5, 0);
}

/* Everything becomes the upper bound if the lower one is not below it. */
static void
test_bounds_that_meet (void)
{
  static const gfloat bounds[][2] = { { 1, 1 }, { 2, -1 }, { INFINITY, 6 } };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++) {
    g_autoptr (Net) net = net_new (i, 7, 5, 3);

    net_clip (net, bounds[i][0], bounds[i][1]);
    net_check (net, 1e-6, 0);
  }
}

static void
test_meaningless_clip (void)
{
  static const gfloat bounds[][2] = { { NAN, 1 }, { 0, NAN }, { INFINITY, INFINITY }, { -INFINITY, -INFINITY } };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++) {
    g_autoptr (Net) net = net_new (1, 7, 5, 3);

    net_clip (net, bounds[i][0], bounds[i][1]);
    net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): clipping to");
  }
}

static void
test_bad_alpha (void)
{
  static const gfloat bad[] = { NAN, INFINITY, 0.0f, -1.0f };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (Net) net = net_new (1, 7, 5, 3);

    net_map (net, DERMA_OP_ELU)->attrs.unary.alpha = bad[i];
    net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "alpha");
  }
}

static void
test_bad_slope (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);

  net_map (net, DERMA_OP_LEAKY_RELU)->attrs.unary.alpha = NAN;
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): alpha nan is not supported");
}

static void
test_slopes_that_do_not_fit (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);
  guint inputs[] = { net->last, net_floats (net, 0, 1, NET_SHAPE (3)) };

  net_node (net, DERMA_OP_PRELU, 2, inputs, NET_SHAPE (1, 7, 5, 3));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "the slope must be constant, one or one a channel");
}

static void
test_variable_slope (void)
{
  g_autoptr (Net) net = net_new (1, 7, 5, 3);

  net_node (net, DERMA_OP_PRELU, 2, (const guint[]){ net->last, net->last }, NET_SHAPE (1, 7, 5, 3));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "the slope must be constant");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activation/unary", test_unary);
  g_test_add_func ("/activation/clip", test_clip);
  g_test_add_func ("/activation/clips-in-a-row", test_clips_in_a_row);
  g_test_add_func ("/activation/clips-apart", test_clips_apart);
  g_test_add_func ("/activation/prelu", test_prelu);
  g_test_add_func ("/activation/negative-slope", test_negative_slope);
  g_test_add_func ("/activation/hard-swish-in-two", test_hard_swish_in_two);
  g_test_add_func ("/activation/silu", test_silu);
  g_test_add_func ("/activation/bounds-that-meet", test_bounds_that_meet);
  g_test_add_func ("/activation/meaningless-clip", test_meaningless_clip);
  g_test_add_func ("/activation/bad-alpha", test_bad_alpha);
  g_test_add_func ("/activation/bad-slope", test_bad_slope);
  g_test_add_func ("/activation/slopes-that-do-not-fit", test_slopes_that_do_not_fit);
  g_test_add_func ("/activation/variable-slope", test_variable_slope);
  return g_test_run ();
}
