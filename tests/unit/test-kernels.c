/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops for newer processors compute what the baseline's do. */
#include "image/kernels.h"

#include <math.h>

#define N 301
#define OUTPUTS 97

static guint8 rows[4][N];
static gfloat line[2][N + 64];
static gfloat out[2][4 * OUTPUTS];

static const DermaKernels *
table (guint i)
{
  return i == 0 ? &derma_kernels_base : derma_kernels_get ();
}

static void
fill (void)
{
  for (guint i = 0; i < N; i++) {
    for (guint k = 0; k < 4; k++)
      rows[k][i] = (guint8)g_test_rand_int_range (0, 256);
    line[0][i] = line[1][i] = (gfloat)g_test_rand_double_range (0.0, 255.0);
  }
}

static void
assert_same (const gfloat *values, const gfloat *others, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (values[i], others[i], 1e-3);
}

static void
test_rows (void)
{
  const guint8 *const all[4] = { rows[0], rows[1], rows[2], rows[3] };
  const gfloat weights[2] = { 0.3f, 0.45f };

  fill ();
  for (guint n = 0; n < N; n += 7) {
    for (guint i = 0; i < 2; i++) {
      table (i)->weigh (line[i], all, weights, n);
      table (i)->add (line[i], all, 0.21f, n);
    }
    for (guint k = 0; k < n; k++) {
      gdouble sum = 0.3 * rows[0][k] + 0.45 * rows[1][k] + 0.21 * (rows[0][k] + rows[1][k] + rows[2][k] + rows[3][k]);

      g_assert_cmpfloat_with_epsilon (line[0][k], sum, 1e-3);
    }
    assert_same (line[0], line[1], N);
  }
}

static void
test_across (void)
{
  for (guint step = 1; step <= 4; step++)
    for (guint extent = 1; extent < N / step; extent += 5) {
      DermaAxis axis = { 0 };

      fill ();
      derma_axis_set (&axis, extent % 13 == 0 ? 2 : OUTPUTS / (1 + extent % 7), 0.0, extent);
      for (guint i = 0; i < 2; i++) {
        if (step < 3)
          table (i)->across (line[i], step, &axis, out[i]);
        else
          table (i)->across_pixels (line[i], step, &axis, out[i]);
      }
      assert_same (out[0], out[1], 4 * OUTPUTS);
      derma_axis_clear (&axis);
    }
}

static void
test_colour (void)
{
  const gfloat *const in[3] = { line[0], line[0] + 1, line[0] + 2 };

  for (guint pass = 0; pass < 4; pass++) {
    guint step = pass & 1 ? 4 : 1, n = step == 4 ? 70 : 95;
    DermaColour colour = { .channels = pass & 2 ? 1 : 3, .gain = { 1, 2, 3 }, .bias = { 4, 5, 6 } };

    fill ();
    for (guint c = 0; c < 3; c++)
      for (guint k = 0; k < 4; k++)
        colour.matrix[c][k] = (gfloat)g_test_rand_double_range (-1.0, 2.0);
    for (guint i = 0; i < 2; i++)
      table (i)->colour (&colour, in, step, n, out[i]);
    assert_same (out[0], out[1], n * colour.channels);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/rows", test_rows);
  g_test_add_func ("/kernels/across", test_across);
  g_test_add_func ("/kernels/colour", test_colour);
  return g_test_run ();
}
