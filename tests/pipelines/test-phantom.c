/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "phantom.h"

#include "noise.h"

#include <string.h>

#define W 320
#define H 240

static guint8 *
paint (guint width, guint height, guint32 seed, gdouble time)
{
  g_autoptr (Phantom) phantom = phantom_new (width, height, seed);
  guint8 *pixels = g_malloc0 ((gsize)width * height * 4);

  g_assert_nonnull (phantom);
  g_assert_true (phantom_paint (phantom, time, pixels, (gint)width * 4));
  return pixels;
}

/* Mean absolute difference of two W x H pictures, 0..255. */
static gdouble
difference (const guint8 *a, const guint8 *b)
{
  gdouble sum = 0;

  for (gsize i = 0; i < W * H * 4; i++)
    sum += ABS ((gint)a[i] - (gint)b[i]);
  return sum / (W * H * 4);
}

/* Mean of one channel over a square about a place. */
static gdouble
mean (const guint8 *pixels, guint cx, guint cy, guint half, guint channel)
{
  gdouble sum = 0;

  for (guint y = cy - half; y < cy + half; y++) {
    for (guint x = cx - half; x < cx + half; x++)
      sum += pixels[(y * W + x) * 4 + channel];
  }
  return sum / (4.0 * half * half);
}

static void
test_deterministic (void)
{
  g_autofree guint8 *a = paint (W, H, 7, 1.25);
  g_autofree guint8 *b = paint (W, H, 7, 1.25);

  g_assert_cmpmem (a, W * H * 4, b, W * H * 4);
}

static void
test_repaint (void)
{
  g_autoptr (Phantom) phantom = phantom_new (W, H, 7);
  g_autofree guint8 *first = paint (W, H, 7, 0.5);
  g_autofree guint8 *later = g_malloc0 (W * H * 4);

  g_assert_true (phantom_paint (phantom, 9.0, later, W * 4));
  g_assert_true (phantom_paint (phantom, 0.5, later, W * 4));
  g_assert_cmpmem (first, W * H * 4, later, W * H * 4);
}

static void
test_seed_and_time_matter (void)
{
  g_autofree guint8 *a = paint (W, H, 1, 0.0);
  g_autofree guint8 *other = paint (W, H, 2, 0.0);
  g_autofree guint8 *soon = paint (W, H, 1, 1.0 / 30.0);
  g_autofree guint8 *late = paint (W, H, 1, 6.0);

  g_assert_cmpfloat (difference (a, other), >, 5.0);
  g_assert_cmpfloat (difference (a, late), >, 2.0);
  g_assert_cmpfloat (difference (a, soon), <, difference (a, late));
  g_assert_cmpfloat (difference (a, soon), <, 1.5);
}

static void
test_looks_like_a_lesion (void)
{
  for (guint32 seed = 1; seed <= 6; seed++) {
    g_autofree guint8 *pixels = paint (W, H, seed, 0.0);
    gdouble lesion = mean (pixels, W / 2, H / 2, 12, 1);
    gdouble skin = mean (pixels, W / 2, H - 24, 12, 1);

    g_assert_cmpfloat (lesion, <, 0.75 * skin);
    g_assert_cmpfloat (mean (pixels, W / 2, H - 24, 12, 2), >, skin);
    g_assert_cmpfloat (mean (pixels, 4, 4, 4, 1), <, 0.5 * lesion);
  }
}

static void
test_opaque (void)
{
  g_autofree guint8 *pixels = paint (W, H, 3, 2.0);

  for (gsize i = 3; i < W * H * 4; i += 4)
    g_assert_cmpuint (pixels[i], ==, 255);
}

static void
test_sizes (void)
{
  const guint sizes[][2] = { { 1, 1 }, { 1, 300 }, { 300, 1 }, { 37, 53 }, { 641, 479 }, { 2560, 90 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree guint8 *pixels = paint (sizes[i][0], sizes[i][1], 1, 0.0);

    g_assert_cmpuint (pixels[3], ==, 255);
  }
}

static void
test_bad_sizes (void)
{
  g_assert_null (phantom_new (0, 10, 1));
  g_assert_null (phantom_new (10, 0, 1));
  g_assert_null (phantom_new (PHANTOM_MAX_SIDE + 1, 10, 1));
  g_assert_null (phantom_new (10, G_MAXUINT, 1));
  phantom_free (NULL);
}

static void
test_stride (void)
{
  g_autoptr (Phantom) phantom = phantom_new (W, H, 1);
  const gint stride = W * 4 + 64;
  g_autofree guint8 *wide = g_malloc ((gsize)stride * H);
  g_autofree guint8 *tight = paint (W, H, 1, 0.0);

  memset (wide, 0xa5, (gsize)stride * H);
  g_assert_false (phantom_paint (phantom, 0.0, wide, W * 4 - 4));
  g_assert_false (phantom_paint (phantom, 0.0, wide, W * 4 + 2));
  g_assert_false (phantom_paint (phantom, 0.0, wide, -stride));
  g_assert_cmpuint (wide[0], ==, 0xa5);
  g_assert_true (phantom_paint (phantom, 0.0, wide, stride));
  for (guint y = 0; y < H; y++) {
    g_assert_cmpmem (wide + (gsize)y * stride, W * 4, tight + (gsize)y * W * 4, W * 4);
    g_assert_cmpuint (wide[(gsize)y * stride + W * 4], ==, 0xa5);
    g_assert_cmpuint (wide[(gsize)(y + 1) * stride - 1], ==, 0xa5);
  }
}

static void
test_noise_range (void)
{
  gfloat least = 1.0f;
  gfloat most = 0.0f;

  for (gint i = -4000; i < 4000; i++) {
    gfloat x = (gfloat)i * 0.173f;
    gfloat value = noise_fractal (5, x, -x * 0.7f, 4);
    NoiseCell cell = noise_cell (5, x, x * 1.3f);

    g_assert_true (value >= 0.0f && value <= 1.0f);
    g_assert_true (cell.centre >= 0.0f && cell.border >= 0.0f && cell.id >= 0.0f && cell.id <= 1.0f);
    least = MIN (least, value);
    most = MAX (most, value);
  }
  g_assert_cmpfloat (most - least, >, 0.5);
  g_assert_cmpfloat (noise_fractal (5, 1.0f, 1.0f, 0), ==, 0.5);
}

static void
test_noise_is_smooth (void)
{
  for (gint i = -100; i < 100; i++) {
    gfloat x = (gfloat)i * 0.5f;

    g_assert_cmpfloat_with_epsilon (noise_value (9, x, 0.25f), noise_value (9, x + 1e-4f, 0.25f), 1e-3);
    g_assert_cmpfloat_with_epsilon (noise_value (9, (gfloat)i, 3.0f), noise_hash (9, i, 3), 1e-6);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phantom/deterministic", test_deterministic);
  g_test_add_func ("/phantom/repaint", test_repaint);
  g_test_add_func ("/phantom/seed-and-time-matter", test_seed_and_time_matter);
  g_test_add_func ("/phantom/looks-like-a-lesion", test_looks_like_a_lesion);
  g_test_add_func ("/phantom/opaque", test_opaque);
  g_test_add_func ("/phantom/sizes", test_sizes);
  g_test_add_func ("/phantom/bad-sizes", test_bad_sizes);
  g_test_add_func ("/phantom/stride", test_stride);
  g_test_add_func ("/phantom/noise/range", test_noise_range);
  g_test_add_func ("/phantom/noise/smooth", test_noise_is_smooth);
  return g_test_run ();
}
