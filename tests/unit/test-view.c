/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <string.h>

/* Where the element is that comes @i-th in the view's own order. */
static gsize
locate (const DermaView *view, gsize i)
{
  gsize at = view->offset;

  for (guint k = view->rank; k-- > 0;) {
    at += i % view->dims[k] * view->strides[k];
    i /= view->dims[k];
  }
  return at;
}

static DermaView
pack (guint rank, const gsize *dims)
{
  DermaView view = { .rank = rank };

  memcpy (view.dims, dims, rank * sizeof *dims);
  derma_copy_pack_strides (rank, dims, view.strides);
  return view;
}

/* Factors of 24, in up to @rank axes, some of them 1. */
static void
draw_dims (GRand *random, guint rank, gsize *dims)
{
  static const gsize factors[] = { 2, 2, 2, 3 };

  for (guint i = 0; i < rank; i++)
    dims[i] = 1;
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    dims[g_rand_int_range (random, 0, (gint)rank)] *= factors[i];
}

static void
draw_order (GRand *random, guint rank, guint *order)
{
  for (guint i = 0; i < rank; i++)
    order[i] = i;
  for (guint i = rank; i-- > 1;) {
    guint j = (guint)g_rand_int_range (random, 0, (gint)i + 1), kept = order[i];

    order[i] = order[j];
    order[j] = kept;
  }
}

/* Whenever a reshape is possible, the elements are the same in the same order; a packed view can always be reshaped. */
static void
test_reshape (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint n_refused = 0;

  for (guint round = 0; round < 3000; round++) {
    guint rank = (guint)g_rand_int_range (random, 1, 7), new_rank = (guint)g_rand_int_range (random, 1, 7);
    gsize dims[DERMA_MAX_RANK], new_dims[DERMA_MAX_RANK];
    guint order[DERMA_MAX_RANK];
    DermaView view, reshaped;
    gboolean done;

    draw_dims (random, rank, dims);
    draw_dims (random, new_rank, new_dims);
    draw_order (random, rank, order);
    view = pack (rank, dims);
    view = derma_view_permute (&view, order);
    view.offset = (gsize)g_rand_int_range (random, 0, 3);
    done = derma_view_reshape (&view, new_rank, new_dims, &reshaped);
    n_refused += !done;
    g_assert_true (done || !derma_view_is_packed (&view));
    for (gsize i = 0; done && i < 24; i++)
      g_assert_cmpuint (locate (&reshaped, i), ==, locate (&view, i));
  }
  g_assert_cmpuint (n_refused, >, 100);
  g_assert_cmpuint (n_refused, <, 2900);
}

/* A slice has holes that a reshape must not run over. */
static void
test_reshape_of_slice (void)
{
  DermaView view = pack (2, (const gsize[]){ 4, 6 }), reshaped;

  view.dims[1] = 3;
  g_assert_false (derma_view_reshape (&view, 1, (const gsize[]){ 12 }, &reshaped));
  g_assert_true (derma_view_reshape (&view, 3, (const gsize[]){ 2, 2, 3 }, &reshaped));
  for (gsize i = 0; i < 12; i++)
    g_assert_cmpuint (locate (&reshaped, i), ==, locate (&view, i));
}

static void
test_scalar (void)
{
  DermaView view = { .offset = 5 }, reshaped;

  g_assert_true (derma_view_reshape (&view, 3, (const gsize[]){ 1, 1, 1 }, &reshaped));
  g_assert_cmpuint (locate (&reshaped, 0), ==, 5);
  g_assert_true (derma_view_is_packed (&view));
  g_assert_cmpuint (derma_view_n_elements (&view), ==, 1);
}

static void
test_extend (void)
{
  DermaView view = pack (2, (const gsize[]){ 4, 6 }), extended = derma_view_extend (&view, 4);

  g_assert_cmpuint (extended.rank, ==, 4);
  g_assert_cmpuint (extended.dims[1], ==, 1);
  g_assert_cmpuint (extended.dims[3], ==, 6);
  for (gsize i = 0; i < 24; i++)
    g_assert_cmpuint (locate (&extended, i), ==, locate (&view, i));
}

static void
test_packed (void)
{
  DermaView view = pack (3, (const gsize[]){ 2, 1, 5 });

  g_assert_true (derma_view_is_packed (&view));
  view.strides[1] = 1000;
  g_assert_true (derma_view_is_packed (&view));
  view.strides[0] = 6;
  g_assert_false (derma_view_is_packed (&view));
}

static void
test_order (void)
{
  guint order[DERMA_MAX_RANK];

  derma_lower_get_order (4, order);
  g_assert_cmpmem (order, 4 * sizeof *order, ((guint[]){ 0, 2, 3, 1 }), 4 * sizeof *order);
  derma_lower_get_order (3, order);
  g_assert_cmpmem (order, 3 * sizeof *order, ((guint[]){ 0, 1, 2 }), 3 * sizeof *order);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/reshape", test_reshape);
  g_test_add_func ("/view/reshape-of-slice", test_reshape_of_slice);
  g_test_add_func ("/view/scalar", test_scalar);
  g_test_add_func ("/view/extend", test_extend);
  g_test_add_func ("/view/packed", test_packed);
  g_test_add_func ("/view/order", test_order);
  return g_test_run ();
}
