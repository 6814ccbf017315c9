/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include <derma/error.h>

#include <string.h>

static const gint64 shapes[][5] = { { 1, 1, 6, 4, 5 }, { 1, 2, 3, 4, 5 },  { 1, 3, 2, 20, 1 }, { 1, 6, 1, 4, 5 },
                                    { 1, 6, 4, 5, 1 }, { 2, 3, 1, 1, 20 }, { 1, 120, 1, 1, 1 } };

static void
touch (Net *net)
{
  net_map (net, DERMA_OP_SIGMOID);
}

/* Any shape to any other, with and without something in between that wants memory order. */
static void
test_reshape (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (shapes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (shapes); j++) {
      g_autoptr (Net) net = net_new (i, 6, 4, 5);

      if (i % 2)
        touch (net);
      net_reshape (net, 5, shapes[i / 2]);
      if (j % 2)
        touch (net);
      net_reshape (net, 5, shapes[j]);
      net_reshape (net, NET_SHAPE (1, 6, 20, 1));
      touch (net);
      net_check (net, 1e-6, 1e-7);
    }
}

static void
test_flatten (void)
{
  static const gint64 extents[][3] = { { 6, 4, 5 }, { 6, 1, 1 }, { 1, 4, 5 }, { 6, 1, 5 } };

  for (guint i = 0; i < G_N_ELEMENTS (extents); i++) {
    const gint64 *e = extents[i];
    g_autoptr (Net) net = net_new (i, e[0], e[1], e[2]);

    touch (net);
    net_reshape (net, NET_SHAPE (1, e[0] * e[1] * e[2]));
    net_dense (net, 7, TRUE);
    net_check (net, 1e-5, 0);
  }
}

static void
transpose (Net *net, const guint *perm)
{
  const DermaTensor *x = derma_ir_get_tensor (net->ir, net->last);
  gint64 dims[DERMA_MAX_RANK];
  guint rank = x->rank;
  DermaNode *node;

  for (guint i = 0; i < rank; i++)
    dims[i] = x->dims[perm[i]];
  node = net_node (net, DERMA_OP_TRANSPOSE, 1, (const guint[]){ net->last }, rank, dims);
  memcpy (node->attrs.transpose.perm, perm, rank * sizeof *perm);
}

static void
test_transpose (void)
{
  static const guint perms[][4] = { { 0, 1, 2, 3 }, { 0, 2, 3, 1 }, { 0, 3, 1, 2 }, { 3, 2, 1, 0 }, { 1, 0, 3, 2 } };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (perms); i++) {
    g_autoptr (Net) net = net_new (i, 6, 4, 5);

    if (i % 2)
      touch (net);
    transpose (net, perms[i / 2]);
    touch (net);
    transpose (net, perms[(i / 2 + 1) % G_N_ELEMENTS (perms)]);
    net_check (net, 1e-6, 1e-7);
  }
}

static void
test_channel_shuffle (void)
{
  DermaWindow window = { .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };

  for (guint groups = 2; groups <= 4; groups++) {
    g_autoptr (Net) net = net_new (groups, 12, 4, 5);

    touch (net);
    net_reshape (net, NET_SHAPE (1, groups, 12 / groups, 4, 5));
    transpose (net, (const guint[]){ 0, 2, 1, 3, 4 });
    net_reshape (net, NET_SHAPE (1, 12, 4, 5));
    net_conv (net, &window, 5, TRUE);
    net_check (net, 1e-5, 0);
  }
}

static DermaNode *
slice (Net *net, guint x, guint axis, gint64 start, gint64 extent)
{
  const DermaTensor *t = derma_ir_get_tensor (net->ir, x);
  gint64 dims[DERMA_MAX_RANK];
  DermaNode *node;

  memcpy (dims, t->dims, sizeof dims);
  dims[axis] = extent;
  node = net_node (net, DERMA_OP_SLICE, 1, &x, t->rank, dims);
  node->attrs.slice.start[axis] = start;
  return node;
}

static void
test_slice (void)
{
  for (guint axis = 1; axis < 4; axis++)
    for (guint start = 0; start < 3; start++) {
      g_autoptr (Net) net = net_new (axis, 6, 4, 5);

      if (start % 2)
        touch (net);
      slice (net, net->last, axis, start, 2);
      if (start < 2)
        touch (net);
      net_check (net, 1e-6, 1e-7);
    }
}

static void
concat (Net *net, gint axis, guint n, const guint *parts)
{
  gint64 dims[DERMA_MAX_RANK], extent = 0;
  const DermaTensor *t = NULL;

  for (guint i = 0; i < n; i++) {
    t = derma_ir_get_tensor (net->ir, parts[i]);
    extent += t->dims[axis];
  }
  memcpy (dims, t->dims, sizeof dims);
  dims[axis] = extent;
  net_node (net, DERMA_OP_CONCAT, n, parts, t->rank, dims)->attrs.axis = axis;
}

/* Parts that are tensors, slices, constants, and the same more than once. */
static void
test_concat (void)
{
  for (gint axis = 1; axis < 4; axis++)
    for (guint n = 1; n < 8; n += 2) {
      g_autoptr (Net) net = net_new (n, 6, 4, 5);
      guint x = net->last, parts[8];

      for (guint i = 0; i < n; i++) {
        if (i % 4 == 0)
          touch (net);
        else if (i % 4 == 1)
          slice (net, x, (guint)axis, 1, 2);
        else if (i % 4 == 2)
          net->last = net_floats (net, -1, 1, NET_SHAPE (1, 6, 4, 5));
        else
          net->last = x;
        parts[i] = net->last;
      }
      concat (net, axis, n, parts);
      touch (net);
      net_check (net, 1e-6, 1e-7);
    }
}

/* ShuffleNetV2's unit: halves, one of them worked on, joined and shuffled. */
static void
test_shuffle_unit (void)
{
  g_autoptr (Net) net = net_new (1, 8, 4, 5);
  DermaWindow window = {
    .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .pads = { 1, 1, 1, 1 }, .groups = 4
  };
  guint parts[2];

  touch (net);
  slice (net, net->last, 1, 4, 4);
  parts[1] = net->last;
  slice (net, net->last - 1, 1, 0, 4);
  parts[0] = net->last;
  net->last = parts[1];
  net_conv (net, &window, 4, TRUE);
  parts[1] = net->last;
  concat (net, 1, 2, parts);
  net_reshape (net, NET_SHAPE (1, 2, 4, 4, 5));
  transpose (net, (const guint[]){ 0, 2, 1, 3, 4 });
  net_reshape (net, NET_SHAPE (1, 8, 4, 5));
  net_check (net, 1e-5, 0);
}

static void
test_outputs (void)
{
  g_autoptr (Net) net = net_new (1, 6, 4, 5);
  guint x = net->last;

  touch (net);
  net_output (net, net->last);
  net_output (net, x);
  slice (net, net->last, 2, 1, 2);
  net_output (net, net->last);
  net_output (net, net_floats (net, 0, 1, NET_SHAPE (3)));
  net_check (net, 1e-6, 1e-7);
}

static void
test_other_size (void)
{
  g_autoptr (Net) net = net_new (1, 6, 4, 5);

  net_reshape (net, NET_SHAPE (1, 6, 21));
  net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): the result has another number of elements");
}

static void
test_slice_outside (void)
{
  g_autoptr (Net) net = net_new (1, 6, 4, 5);

  slice (net, net->last, 1, 5, 2);
  net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): axis 1: 5 to 7 is not in 0 to 6");
}

static void
test_slice_before (void)
{
  g_autoptr (Net) net = net_new (1, 6, 4, 5);

  slice (net, net->last, 1, -1, 2);
  net_check_refused (net, DERMA_ERROR_FORMAT, "axis 1: -1 to 1");
}

static void
test_concat_that_does_not_fit (void)
{
  g_autoptr (Net) net = net_new (1, 6, 4, 5);
  guint x = net->last;

  slice (net, x, 2, 0, 2);
  concat (net, 1, 2, (const guint[]){ x, net->last });
  net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): part 0 has extent 4 along axis 2, not 2");
}

static void
test_concat_too_short (void)
{
  g_autoptr (Net) net = net_new (1, 6, 4, 5);
  guint x = net->last;

  concat (net, 1, 2, (const guint[]){ x, x });
  derma_ir_get_tensor (net->ir, net->last)->dims[1] = 13;
  net_check_refused (net, DERMA_ERROR_FORMAT, "the parts make 12 along axis 1, not 13");
}

static void
test_bad_permutation (void)
{
  g_autoptr (Net) net = net_new (1, 4, 4, 4);

  transpose (net, (const guint[]){ 0, 1, 1, 2 });
  net_check_refused (net, DERMA_ERROR_FORMAT, "(TheOp): not a permutation");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shape/reshape", test_reshape);
  g_test_add_func ("/shape/flatten", test_flatten);
  g_test_add_func ("/shape/transpose", test_transpose);
  g_test_add_func ("/shape/channel-shuffle", test_channel_shuffle);
  g_test_add_func ("/shape/slice", test_slice);
  g_test_add_func ("/shape/concat", test_concat);
  g_test_add_func ("/shape/shuffle-unit", test_shuffle_unit);
  g_test_add_func ("/shape/outputs", test_outputs);
  g_test_add_func ("/shape/other-size", test_other_size);
  g_test_add_func ("/shape/slice-outside", test_slice_outside);
  g_test_add_func ("/shape/slice-before", test_slice_before);
  g_test_add_func ("/shape/concat-that-does-not-fit", test_concat_that_does_not_fit);
  g_test_add_func ("/shape/concat-too-short", test_concat_too_short);
  g_test_add_func ("/shape/bad-permutation", test_bad_permutation);
  return g_test_run ();
}
