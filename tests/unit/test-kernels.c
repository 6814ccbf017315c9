/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops for newer processors compute what the baseline's do. */
#include "image/kernels.h"

#include <math.h>
#include <string.h>

#define N 301
#define ROWS 300
#define OUTPUTS 97

static guint8 bytes[ROWS][N];
static gfloat line[2][N + 128];
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
    for (guint k = 0; k < ROWS; k++)
      bytes[k][i] = (guint8)g_test_rand_int_range (0, 256);
    line[0][i] = line[1][i] = (gfloat)g_test_rand_double_range (0.0, 255.0);
  }
}

static void
assert_same (const gfloat *values, const gfloat *others, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (values[i], others[i], 1e-3);
}

/* What @rows make of byte @i, by the definition. */
static gdouble
weigh (const DermaRows *rows, guint i)
{
  gdouble sum = rows->first * rows->top[i];

  for (guint k = 1; k < rows->count; k++)
    sum += (k + 1 == rows->count ? rows->last : rows->inner) * rows->top[k * rows->stride + i];
  return sum;
}

static DermaRows
make_rows (guint count, guint8 value)
{
  fill ();
  for (guint k = 0; value > 0 && k < ROWS; k++)
    memset (bytes[k], value, N);
  return (DermaRows){ bytes[0], N, count, 0.3f, 0.7f / (gfloat)count, count > 1 ? 0.45f : 0.0f };
}

/* Counts with a loop of their own, and those whose sums would not fit into 16 bits at once; white ones fill them most.
 */
static void
test_rows (void)
{
  static const guint counts[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 129, 130, 131, 257, 258, 300 };

  for (guint c = 0; c < 2 * G_N_ELEMENTS (counts); c++)
    for (guint n = 0; n <= N; n += 43) {
      DermaRows rows = make_rows (counts[c / 2], c % 2 ? 255 : 0);

      for (guint i = 0; i < 2; i++) {
        line[i][n] = 7.0f;
        table (i)->rows (&rows, line[i], n);
        for (guint k = 0; k < n; k++)
          g_assert_cmpfloat_with_epsilon (line[i][k], weigh (&rows, k), 1e-3);
        g_assert_cmpfloat (line[i][n], ==, 7.0f);
      }
    }
}

static void
test_split_rows (void)
{
  for (guint count = 1; count < 12; count++)
    for (guint n = 0; n <= N / 2; n += 15) {
      DermaRows rows = make_rows (count, 0);

      for (guint i = 0; i < 2; i++) {
        line[0][n] = line[1][n] = 7.0f;
        table (i)->split_rows (&rows, line[0], line[1], n);
        for (guint k = 0; k < 2 * n; k++)
          g_assert_cmpfloat_with_epsilon (line[k % 2][k / 2], weigh (&rows, k), 1e-3);
        g_assert_cmpfloat (line[0][n], ==, 7.0f);
        g_assert_cmpfloat (line[1][n], ==, 7.0f);
      }
    }
}

static void
test_part_rows (void)
{
  for (guint count = 1; count < 12; count++)
    for (guint n = 0; n <= N / 4; n += 3) {
      DermaRows rows = make_rows (count, 0);

      for (guint i = 0; i < 4; i++) {
        gfloat *const lines[3] = { line[0], line[1], out[0] };
        guint first = i / 2;

        lines[0][n] = lines[1][n] = lines[2][n] = 7.0f;
        table (i % 2)->part_rows (&rows, first, lines, n);
        for (guint k = 0; k < 3 * n; k++)
          g_assert_cmpfloat_with_epsilon (lines[k % 3][k / 3], weigh (&rows, k / 3 * 4 + first + k % 3), 1e-3);
        for (guint k = 0; k < 3; k++)
          g_assert_cmpfloat (lines[k][n], ==, 7.0f);
      }
    }
}

/* Component @c of @step of output @i, by the definition. */
static gdouble
reduce (const DermaAxis *axis, guint step, guint c, guint i)
{
  gdouble sum = 0.0;

  for (guint t = 0; t < axis->count[i]; t++)
    sum += axis->weights[i * axis->pitch + t] * line[0][(axis->start[i] + t) * step + c];
  return sum;
}

static void
run_across (const DermaKernels *kernels, guint step, const DermaAxis *axis)
{
  if (step == 1)
    kernels->across (line[0], axis, out[0]);
  else if (step == 2)
    kernels->across_pairs (line[0], axis, (gfloat *const[]){ out[0], out[1] });
  else
    kernels->across_pixels (line[0], axis, out[0]);
}

static void
test_across (void)
{
  for (guint step = 1; step <= 3; step++)
    for (guint extent = 1; extent < N / step; extent += 5) {
      guint n = extent % 13 == 0 ? 2 : OUTPUTS / (1 + extent % 7);
      DermaAxis axis = { 0 };

      fill ();
      derma_axis_set (&axis, n, 0.0, extent);
      for (guint i = 0; i < 2; i++) {
        run_across (table (i), step, &axis);
        for (guint k = 0; k < n * step; k++) {
          gfloat got = step == 1 ? out[0][k] : step == 2 ? out[k % 2][k / 2] : out[0][k / step * 4 + k % step];

          g_assert_cmpfloat_with_epsilon (got, reduce (&axis, step, k % step, k / step), 1e-3);
        }
      }
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
  g_test_add_func ("/kernels/split-rows", test_split_rows);
  g_test_add_func ("/kernels/part-rows", test_part_rows);
  g_test_add_func ("/kernels/across", test_across);
  g_test_add_func ("/kernels/colour", test_colour);
  return g_test_run ();
}
