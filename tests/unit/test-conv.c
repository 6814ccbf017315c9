/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>

#include <math.h>

#define ROUNDS 60

static DermaWindow
draw_window (Net *net, guint groups)
{
  DermaWindow window = { .groups = groups };

  for (guint i = 0; i < 2; i++) {
    window.kernel[i] = (guint)net_draw (net, 1, 5);
    window.stride[i] = (guint)net_draw (net, 1, 3);
    window.dilation[i] = (guint)net_draw (net, 1, 2);
  }
  for (guint i = 0; i < 4; i++)
    window.pads[i] = (guint)net_draw (net, 0, 2);
  return window;
}

/* What may come between a convolution and what else reads it. */
static void
follow_up (Net *net)
{
  if (net_draw (net, 0, 2) == 0)
    net_scale_shift (net);
  if (net_draw (net, 0, 1))
    net_clip (net, 0.0f, net_draw (net, 0, 1) ? 6.0f : INFINITY);
  if (net_draw (net, 0, 3) == 0)
    net_clip (net, -1.0f, 3.0f);
}

static void
test_full (void)
{
  for (guint seed = 0; seed < ROUNDS; seed++) {
    g_autoptr (Net) net = net_new (seed, 1 + seed % 9, 9 + seed % 5, 9 + seed % 7);
    DermaWindow window = draw_window (net, 1);

    net_conv (net, &window, net_draw (net, 1, 20), net_draw (net, 0, 1));
    follow_up (net);
    net_check (net, 1e-5, 0);
  }
}

static void
test_grouped (void)
{
  for (guint seed = 0; seed < ROUNDS; seed++) {
    guint groups = 2 + seed % 4;
    g_autoptr (Net) net = net_new (seed, groups * (2 + seed % 3), 10, 11);
    DermaWindow window = draw_window (net, groups);

    net_conv (net, &window, groups * net_draw (net, 1, 5), net_draw (net, 0, 1));
    follow_up (net);
    net_check (net, 1e-5, 0);
  }
}

static void
test_depthwise (void)
{
  for (guint seed = 0; seed < ROUNDS; seed++) {
    guint channels = 2 + seed % 19;
    g_autoptr (Net) net = net_new (seed, channels, 11, 10);
    DermaWindow window = draw_window (net, channels);

    net_conv (net, &window, channels * net_draw (net, 1, 3), net_draw (net, 0, 1));
    follow_up (net);
    net_check (net, 1e-5, 0);
  }
}

/* Batch normalisation is folded only if nothing else reads the convolution. */
static void
test_shared (void)
{
  for (guint seed = 0; seed < 10; seed++) {
    g_autoptr (Net) net = net_new (seed, 4, 8, 8);
    DermaWindow window = { .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
    guint conv;

    net_conv (net, &window, 6, TRUE);
    conv = net->last;
    net_scale_shift (net);
    net_clip (net, 0.0f, 6.0f);
    net_output (net, net->last);
    net_output (net, conv);
    net_check (net, 1e-5, 0);
  }
}

static void
test_scale_shift_first (void)
{
  for (guint seed = 0; seed < 20; seed++) {
    g_autoptr (Net) net = net_new (seed, 1 + seed % 6, 6, 5);
    DermaWindow window = { .kernel = { 3, 2 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

    net_scale_shift (net);
    net_clip (net, 0.0f, INFINITY);
    if (seed % 2)
      net_conv (net, &window, 6, TRUE);
    else
      net_reshape (net, NET_SHAPE (1, (1 + seed % 6) * 6 * 5));
    net_scale_shift (net);
    net_check (net, 1e-5, 0);
  }
}

static DermaNode *
add_pad (Net *net, gfloat value, const guint before[4], const guint after[4])
{
  const DermaTensor *x = derma_ir_get_tensor (net->ir, net->last);
  gint64 dims[4];
  DermaNode *node;

  for (guint i = 0; i < 4; i++)
    dims[i] = x->dims[i] + before[i] + after[i];
  node = net_node (net, DERMA_OP_PAD, 1, (const guint[]){ net->last }, 4, dims);
  for (guint i = 0; i < 4; i++) {
    node->attrs.pad.before[i] = before[i];
    node->attrs.pad.after[i] = after[i];
  }
  node->attrs.pad.value = value;
  return node;
}

static void
test_padded (void)
{
  for (guint seed = 0; seed < ROUNDS; seed++) {
    g_autoptr (Net) net = net_new (seed, 3, 9, 8);
    guint before[4] = { 0, seed % 5 == 0, seed % 3, seed % 2 }, after[4] = { 0, seed % 7 == 0, seed % 2, seed % 3 };
    DermaWindow window = { .kernel = { 3, 3 }, .stride = { 2, 2 }, .dilation = { 1, 1 }, .groups = 1 };
    guint padded;

    if (seed % 11 == 0)
      add_pad (net, 0.0f, before, after);
    add_pad (net, seed % 4 ? 0.0f : 1.5f, before, after);
    padded = net->last;
    window.pads[seed % 4] = 1;
    net_conv (net, &window, 5, TRUE);
    net_output (net, net->last);
    if (seed % 6 == 0)
      net_output (net, padded);
    net_check (net, 1e-5, 0);
  }
}

static void
test_wrong_extent (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

  net_conv (net, &window, 4, TRUE)->attrs.conv.pads[0] = 1;
  net_check_refused (net, DERMA_ERROR_FORMAT,
                     "node 'the node' (TheOp): kernel 3, stride 1, dilation 1 and padding 1 + 0 do not turn 8 into 6");
}

/* The first axis made longer on the way. */
static void
test_several_pictures (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

  net_reshape (net, NET_SHAPE (3, 1, 8, 8));
  net_conv (net, &window, 4, TRUE);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "convolutions of several pictures are not supported");
}

static void
test_window_too_large (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

  net_conv (net, &window, 4, TRUE)->attrs.conv.dilation[1] = 9;
  net_check_refused (net, DERMA_ERROR_FORMAT, "do not turn 8 into 6");
}

static void
test_weights_that_do_not_fit (void)
{
  DermaWindow window = { .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

  for (guint i = 0; i < 5; i++) {
    g_autoptr (Net) net = net_new (1, 4, 8, 8);
    DermaNode *node = net_conv (net, &window, 4, TRUE);

    if (i == 0)
      node->attrs.conv.groups = 2;
    else if (i == 1)
      node->attrs.conv.groups = 0;
    else if (i == 2)
      node->attrs.conv.kernel[0] = 5;
    else if (i == 3)
      node->inputs[2] = net_floats (net, 0, 1, NET_SHAPE (3));
    else
      derma_ir_get_tensor (net->ir, node->outputs[0])->dims[1] = 5;
    net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): weights and bias do not fit the input and the output");
  }
}

static void
test_variable_weights (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
  DermaNode *node = net_conv (net, &window, 4, FALSE);

  g_clear_pointer (&derma_ir_get_tensor (net->ir, node->inputs[1])->data, g_bytes_unref);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): weights and bias must be constant");
}

static void
test_variable_shift (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);

  net_scale_shift (net);
  g_clear_pointer (&derma_ir_get_tensor (net->ir, net->last - 1)->data, g_bytes_unref);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "scale and shift must be constant");
}

static void
test_scales_that_do_not_fit (void)
{
  DermaWindow window = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  guint inputs[3];

  net_conv (net, &window, 4, TRUE);
  inputs[0] = net->last;
  inputs[1] = net_floats (net, 0, 1, NET_SHAPE (4));
  inputs[2] = net_floats (net, 0, 1, NET_SHAPE (2));
  net_node (net, DERMA_OP_SCALE_SHIFT, 3, inputs, NET_SHAPE (1, 4, 8, 8));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "scale and shift must be constant, one a channel");
}

static void
test_one_axis (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  guint inputs[2];

  net_reshape (net, NET_SHAPE (1, 3, 64));
  inputs[0] = net->last;
  inputs[1] = net_floats (net, -1, 1, NET_SHAPE (2, 3, 5));
  net_node (net, DERMA_OP_CONV, 2, inputs, NET_SHAPE (1, 2, 60));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "only convolutions over two spatial axes");
}

static void
test_nan_padding (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  const guint around[4] = { 0, 0, 1, 1 };

  add_pad (net, NAN, around, around);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "NaN");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conv/full", test_full);
  g_test_add_func ("/conv/grouped", test_grouped);
  g_test_add_func ("/conv/depthwise", test_depthwise);
  g_test_add_func ("/conv/shared", test_shared);
  g_test_add_func ("/conv/scale-shift-first", test_scale_shift_first);
  g_test_add_func ("/conv/padded", test_padded);
  g_test_add_func ("/conv/wrong-extent", test_wrong_extent);
  g_test_add_func ("/conv/several-pictures", test_several_pictures);
  g_test_add_func ("/conv/window-too-large", test_window_too_large);
  g_test_add_func ("/conv/weights-that-do-not-fit", test_weights_that_do_not_fit);
  g_test_add_func ("/conv/variable-weights", test_variable_weights);
  g_test_add_func ("/conv/variable-shift", test_variable_shift);
  g_test_add_func ("/conv/scales-that-do-not-fit", test_scales_that_do_not_fit);
  g_test_add_func ("/conv/one-axis", test_one_axis);
  g_test_add_func ("/conv/nan-padding", test_nan_padding);
  return g_test_run ();
}
