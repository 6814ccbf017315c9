/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>

#include <math.h>

/* Padding less than the kernel, and no window that lies in it as a whole. */
static DermaWindow
draw_window (Net *net, guint max_dilation)
{
  DermaWindow window = { 0 };

  for (guint i = 0; i < 2; i++) {
    window.kernel[i] = (guint)net_draw (net, 1, 4);
    window.stride[i] = (guint)net_draw (net, 1, 3);
    window.dilation[i] = (guint)net_draw (net, 1, (gint)max_dilation);
    window.pads[i] = (guint)net_draw (net, 0, (gint)window.kernel[i] - 1);
    window.pads[i + 2] = (guint)net_draw (net, 0, (gint)window.kernel[i] - 1);
  }
  return window;
}

static void
test_max (void)
{
  for (guint seed = 0; seed < 80; seed++) {
    g_autoptr (Net) net = net_new (seed, 1 + seed % 9, 9 + seed % 3, 10);
    DermaWindow window = draw_window (net, 2);

    net_pool (net, DERMA_OP_MAX_POOL, &window);
    if (seed % 2)
      net_clip (net, -0.5f, 1.0f);
    net_check (net, 1e-6, 0);
  }
}

static void
test_average (void)
{
  for (guint seed = 0; seed < 80; seed++) {
    g_autoptr (Net) net = net_new (seed, 1 + seed % 9, 9 + seed % 3, 10);
    DermaWindow window = draw_window (net, 1);

    window.count_include_pad = seed % 2;
    net_pool (net, DERMA_OP_AVERAGE_POOL, &window);
    if (seed % 4 < 2)
      net_clip (net, -0.1f, 0.3f);
    net_check (net, 1e-5, 0);
  }
}

/* torchvision's stem pooling, and ceil_mode resolved into padding at the end. */
static void
test_usual (void)
{
  static const DermaWindow windows[] = {
    { .kernel = { 3, 3 }, .stride = { 2, 2 }, .dilation = { 1, 1 }, .pads = { 1, 1, 1, 1 } },
    { .kernel = { 3, 3 }, .stride = { 2, 2 }, .dilation = { 1, 1 }, .pads = { 0, 0, 1, 1 } },
    { .kernel = { 2, 2 }, .stride = { 2, 2 }, .dilation = { 1, 1 } },
    { .kernel = { 16, 16 }, .stride = { 1, 1 }, .dilation = { 1, 1 } },
    { .kernel = { 1, 1 }, .stride = { 2, 2 }, .dilation = { 1, 1 } },
    { .kernel = { 2, 2 }, .stride = { 3, 3 }, .dilation = { 1, 1 } },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (windows); i++) {
    g_autoptr (Net) net = net_new (i, 24, 16, 16);

    net_pool (net, i % 2 ? DERMA_OP_MAX_POOL : DERMA_OP_AVERAGE_POOL, &windows[i / 2]);
    net_check (net, 1e-5, 0);
  }
}

static void
test_global (void)
{
  for (guint seed = 0; seed < 12; seed++) {
    gint64 channels = 1 + seed * 3;
    g_autoptr (Net) net = net_new (seed, channels, 1 + seed % 5, 1 + seed % 4);
    guint x = net->last;

    if (seed % 2)
      net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, &x, NET_SHAPE (1, channels));
    else
      net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, &x, NET_SHAPE (1, channels, 1, 1));
    if (seed % 3)
      net_clip (net, -0.1f, 0.1f);
    net_check (net, 1e-5, 1e-6);
  }
}

/* Squeeze and excitation goes on with convolutions of the one pixel. */
static void
test_squeeze (void)
{
  DermaWindow window = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
  g_autoptr (Net) net = net_new (1, 8, 5, 4);
  guint x = net->last;

  net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, &x, NET_SHAPE (1, 8, 1, 1));
  net_conv (net, &window, 3, TRUE);
  net_clip (net, 0.0f, INFINITY);
  net_conv (net, &window, 8, TRUE);
  net_map (net, DERMA_OP_HARD_SIGMOID)->attrs.unary.alpha = 0.2f;
  net_node (net, DERMA_OP_MUL, 2, (const guint[]){ x, net->last }, NET_SHAPE (1, 8, 5, 4));
  net_check (net, 1e-5, 1e-6);
}

static void
test_padding_only (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 2, 2 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .pads = { 2, 0, 0, 0 } };

  net_pool (net, DERMA_OP_MAX_POOL, &window);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): a window lies in the padding as a whole");
}

static void
test_padding_only_at_the_end (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 2, 2 }, .stride = { 2, 2 }, .dilation = { 1, 1 }, .pads = { 0, 0, 0, 2 } };

  net_pool (net, DERMA_OP_AVERAGE_POOL, &window);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "a window lies in the padding as a whole");
}

/* The window reaches over the picture, but none of its elements lies in it. */
static void
test_padding_in_all_holes (void)
{
  static const gint64 heights[] = { 1, 2 };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (Net) net = net_new (1, 3, heights[i], 8);
    DermaWindow window = { .kernel = { 2, 1 }, .stride = { 1, 1 }, .dilation = { 2, 1 }, .pads = { 1, 0, 1, 0 } };

    net_pool (net, DERMA_OP_MAX_POOL, &window);
    if (i == 0)
      net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "a window lies in the padding as a whole");
    else
      net_check (net, 0, 0);
  }
}

static void
test_dilated_average (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 2, 2 }, .stride = { 1, 1 }, .dilation = { 2, 1 } };

  net_pool (net, DERMA_OP_AVERAGE_POOL, &window);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "dilation is not supported");
}

static void
test_wrong_extent (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);
  DermaWindow window = { .kernel = { 2, 2 }, .stride = { 1, 1 }, .dilation = { 1, 1 } };

  net_pool (net, DERMA_OP_MAX_POOL, &window)->attrs.pool.stride[0] = 0;
  net_check_refused (net, DERMA_ERROR_FORMAT, "stride 0");
}

static void
test_several_pictures (void)
{
  DermaWindow window = { .kernel = { 2, 2 }, .stride = { 1, 1 }, .dilation = { 1, 1 } };

  for (guint i = 0; i < 3; i++) {
    g_autoptr (Net) net = net_new (1, 3, 8, 8);

    net_reshape (net, NET_SHAPE (3, 1, 8, 8));
    if (i == 0)
      net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (3, 1, 1, 1));
    else
      net_pool (net, i == 1 ? DERMA_OP_MAX_POOL : DERMA_OP_AVERAGE_POOL, &window);
    net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "pooling of several pictures is not supported");
  }
}

static void
test_one_axis (void)
{
  g_autoptr (Net) net = net_new (1, 3, 8, 8);

  net_reshape (net, NET_SHAPE (1, 3, 64));
  net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (1, 3, 1));
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "only pooling over two spatial axes is supported");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/max", test_max);
  g_test_add_func ("/pool/average", test_average);
  g_test_add_func ("/pool/usual", test_usual);
  g_test_add_func ("/pool/global", test_global);
  g_test_add_func ("/pool/squeeze", test_squeeze);
  g_test_add_func ("/pool/padding-only", test_padding_only);
  g_test_add_func ("/pool/padding-only-at-the-end", test_padding_only_at_the_end);
  g_test_add_func ("/pool/padding-in-all-holes", test_padding_in_all_holes);
  g_test_add_func ("/pool/dilated-average", test_dilated_average);
  g_test_add_func ("/pool/wrong-extent", test_wrong_extent);
  g_test_add_func ("/pool/several-pictures", test_several_pictures);
  g_test_add_func ("/pool/one-axis", test_one_axis);
  return g_test_run ();
}
