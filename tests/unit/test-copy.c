/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/copy.h"

#include <string.h>

/* What a copy means, one element after the other. */
static void
copy_slowly (const DermaCopy *copy, const guint8 *from, guint8 *to)
{
  gsize n = 1;

  for (guint i = 0; i < copy->rank; i++)
    n *= copy->dims[i];
  for (gsize i = 0; i < n; i++) {
    gsize rest = i, source = copy->from_offset, target = copy->to_offset;

    for (guint k = copy->rank; k-- > 0;) {
      source += rest % copy->dims[k] * copy->from_strides[k];
      target += rest % copy->dims[k] * copy->to_strides[k];
      rest /= copy->dims[k];
    }
    memcpy (to + target * copy->element, from + source * copy->element, copy->element);
  }
}

/* Packed strides with the axes of memory in a random sequence, and room to spare. */
static gsize
draw_strides (GRand *random, const DermaCopy *copy, gsize *strides)
{
  guint order[DERMA_MAX_RANK];
  gsize stride = (gsize)g_rand_int_range (random, 1, 3);

  for (guint i = 0; i < copy->rank; i++)
    order[i] = i;
  for (guint i = copy->rank; i-- > 1;) {
    guint j = (guint)g_rand_int_range (random, 0, (gint)i + 1), kept = order[i];

    order[i] = order[j];
    order[j] = kept;
  }
  for (guint i = 0; i < copy->rank; i++) {
    strides[order[i]] = stride;
    stride *= copy->dims[order[i]] + (gsize)g_rand_int_range (random, 0, 2);
  }
  return stride;
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint round = 0; round < 500; round++) {
    DermaCopy copy = { .rank = (guint)g_rand_int_range (random, 0, DERMA_MAX_RANK + 1) };
    g_autofree guint8 *from = NULL, *fast = NULL, *slow = NULL;
    gsize n_from, n_to;

    copy.element = round % 2 ? 1 : 4;
    for (guint i = 0; i < copy.rank; i++)
      copy.dims[i] = (gsize)g_rand_int_range (random, 1, 5);
    copy.from_offset = (gsize)g_rand_int_range (random, 0, 4);
    copy.to_offset = (gsize)g_rand_int_range (random, 0, 4);
    n_from = (copy.from_offset + draw_strides (random, &copy, copy.from_strides)) * copy.element + 4;
    n_to = (copy.to_offset + draw_strides (random, &copy, copy.to_strides)) * copy.element + 4;
    from = g_malloc (n_from);
    for (gsize i = 0; i < n_from; i++)
      from[i] = (guint8)g_rand_int (random);
    fast = g_malloc0 (n_to);
    slow = g_malloc0 (n_to);
    copy_slowly (&copy, from, slow);
    if (round % 3)
      derma_copy_simplify (&copy);
    derma_copy_run (&copy, from, fast);
    g_assert_cmpmem (fast, n_to, slow, n_to);
  }
}

static void
test_simplify (void)
{
  DermaCopy copy = { .rank = 4, .dims = { 1, 2, 3, 4 }, .element = 4 };

  derma_copy_pack_strides (4, copy.dims, copy.from_strides);
  derma_copy_pack_strides (4, copy.dims, copy.to_strides);
  derma_copy_simplify (&copy);
  g_assert_cmpuint (copy.rank, ==, 1);
  g_assert_cmpuint (copy.dims[0], ==, 24);
}

/* N,H,W,C to N,C,H,W: rows and columns are walked as one, channels apart. */
static void
test_simplify_transpose (void)
{
  DermaCopy copy = { .rank = 4, .dims = { 1, 8, 3, 4 }, .element = 4 };
  const gsize interleaved[] = { 96, 1, 32, 8 };

  memcpy (copy.from_strides, interleaved, sizeof interleaved);
  derma_copy_pack_strides (4, copy.dims, copy.to_strides);
  derma_copy_simplify (&copy);
  g_assert_cmpuint (copy.rank, ==, 2);
  g_assert_cmpuint (copy.dims[1], ==, 12);
}

/* Nothing outside of what the strides address is written. */
static void
test_gaps_stay (void)
{
  DermaCopy copy = {
    .rank = 1, .dims = { 3 }, .from_strides = { 1 }, .to_strides = { 2 }, .to_offset = 1, .element = 1
  };
  guint8 to[8] = "........";

  derma_copy_run (&copy, "abc", to);
  g_assert_cmpmem (to, 8, ".a.b.c..", 8);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/copy/random", test_random);
  g_test_add_func ("/copy/simplify", test_simplify);
  g_test_add_func ("/copy/simplify-transpose", test_simplify_transpose);
  g_test_add_func ("/copy/gaps-stay", test_gaps_stay);
  return g_test_run ();
}
