/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pixels.h"

#include <derma/derma.h>

#include <limits.h>
#include <math.h>
#include <string.h>

/* What float arithmetic may differ from the double-precision reference, in 8-bit levels. */
#define MAX_ERROR 0.002
#define MEAN_ERROR 0.0001

static const gfloat zero[3] = { 0.0f, 0.0f, 0.0f };
static const gfloat one[3] = { 1.0f, 1.0f, 1.0f };

/* --- The reference: every weight of every sample from its definition, in double. --- */

static gdouble
clamp_at (const Pixels *pixels, guint c, gint x, gint y)
{
  guint xshift, yshift;

  pixels_shifts (pixels->frame.format, c, &xshift, &yshift);
  return *pixels_at (pixels, c, (guint)x << xshift, (guint)y << yshift);
}

static gdouble
weight (gint sample, guint i, guint n, gdouble origin, gdouble extent)
{
  gdouble scale = extent / n, first = floor (origin), last = ceil (origin + extent) - 1;

  if (scale >= 1.0) {
    gdouble from = MAX (origin + i * scale, sample), to = MIN (origin + (i + 1) * scale, sample + 1.0);

    return MAX (to - from, 0.0) / scale;
  }
  return MAX (0.0, 1.0 - fabs (CLAMP (origin + (i + 0.5) * scale - 0.5, first, last) - sample));
}

static gdouble
reference_component (const Pixels *pixels, guint c, const DermaRect *rect, const guint size[2], const guint at[2])
{
  guint xshift, yshift;
  gdouble box[4], sum = 0.0;

  pixels_shifts (pixels->frame.format, c, &xshift, &yshift);
  box[0] = ldexp (rect->x, -(gint)xshift);
  box[1] = ldexp (rect->y, -(gint)yshift);
  box[2] = ldexp (rect->width, -(gint)xshift);
  box[3] = ldexp (rect->height, -(gint)yshift);
  for (gint y = (gint)box[1]; y < ceil (box[1] + box[3]); y++) {
    gdouble wy = weight (y, at[1], size[1], box[1], box[3]);

    for (gint x = (gint)box[0]; wy > 0.0 && x < ceil (box[0] + box[2]); x++) {
      gdouble wx = weight (x, at[0], size[0], box[0], box[2]);

      if (wx > 0.0)
        sum += wx * wy * clamp_at (pixels, c, x, y);
    }
  }
  return sum;
}

static gboolean
is_rgb (DermaFormat format)
{
  return format >= DERMA_FORMAT_RGB && format <= DERMA_FORMAT_ABGR;
}

/* R, G, B in 0..255 by the definition: Y' = kr R' + kg G' + kb B', Cb = (B' - Y') / (2 - 2 kb), Cr likewise. */
static void
reference_colour (const DermaFrame *frame, gdouble v[3])
{
  static const gdouble kr[] = { 0.299, 0.2126, 0.2627, 0.212, 0.30 };
  static const gdouble kb[] = { 0.114, 0.0722, 0.0593, 0.087, 0.11 };
  gboolean full = frame->range == DERMA_RANGE_FULL;

  if (is_rgb (frame->format) || frame->format == DERMA_FORMAT_GRAY8) {
    for (guint c = 0; c < 3; c++)
      v[c] = full ? v[c] : (v[c] - 16.0) * 255.0 / 219.0;
  } else {
    gdouble y = full ? v[0] : (v[0] - 16.0) * 255.0 / 219.0;
    gdouble cb = (v[1] - 128.0) * (full ? 1.0 : 255.0 / 224.0), cr = (v[2] - 128.0) * (full ? 1.0 : 255.0 / 224.0);
    gdouble r = y + cr * (2.0 - 2.0 * kr[frame->matrix]), b = y + cb * (2.0 - 2.0 * kb[frame->matrix]);

    v[0] = r;
    v[1] = (y - kr[frame->matrix] * r - kb[frame->matrix] * b) / (1.0 - kr[frame->matrix] - kb[frame->matrix]);
    v[2] = b;
  }
  for (guint c = 0; c < 3; c++)
    v[c] = CLAMP (v[c], 0.0, 255.0);
}

/* --- Pictures --- */

static void
fill_noise (Pixels *pixels)
{
  guint n = pixels->frame.format == DERMA_FORMAT_GRAY8 ? 1 : 3;

  for (guint c = 0; c < n; c++)
    for (guint y = 0; y < pixels->frame.height; y++)
      for (guint x = 0; x < pixels->frame.width; x++)
        *pixels_at (pixels, c, x, y) = (guint8)g_test_rand_int_range (0, 256);
}

static void
fill_smooth (Pixels *pixels)
{
  guint n = pixels->frame.format == DERMA_FORMAT_GRAY8 ? 1 : 3;

  for (guint c = 0; c < n; c++)
    for (guint y = 0; y < pixels->frame.height; y++)
      for (guint x = 0; x < pixels->frame.width; x++)
        *pixels_at (pixels, c, x, y) = (guint8)(128.0 + 100.0 * sin (x * 0.05 + c) * cos (y * 0.07 - c));
}

static DermaRect
random_rect (guint width, guint height)
{
  DermaRect rect;

  rect.width = g_test_rand_int_range (1, (gint)width + 1);
  rect.height = g_test_rand_int_range (1, (gint)height + 1);
  rect.x = g_test_rand_int_range (0, (gint)width - rect.width + 1);
  rect.y = g_test_rand_int_range (0, (gint)height - rect.height + 1);
  switch (g_test_rand_int_range (0, 4)) {
  case 0:
    rect.x = (gint)width - rect.width;
    rect.y = (gint)height - rect.height;
    break;
  case 1:
    rect.x = rect.y = 0;
    break;
  default:
    break;
  }
  return rect;
}

typedef struct {
  gdouble sum;
  gdouble max;
  guint n;
} Errors;

static void
compare (const Pixels *pixels, const DermaRect *rect, const guint size[2], const gfloat *output, Errors *errors)
{
  guint components = pixels->frame.format == DERMA_FORMAT_GRAY8 ? 1 : 3;

  for (guint y = 0; y < size[1]; y++)
    for (guint x = 0; x < size[0]; x++) {
      const guint at[2] = { x, y };
      gdouble v[3];

      for (guint c = 0; c < 3; c++)
        v[c] = c < components ? reference_component (pixels, c, rect, size, at) : v[0];
      reference_colour (&pixels->frame, v);
      for (guint c = 0; c < 3; c++) {
        gdouble e = fabs (v[c] - 255.0 * output[(y * size[0] + x) * 3 + c]);

        errors->max = MAX (errors->max, e);
        errors->sum += e;
        errors->n++;
      }
    }
}

static void
compare_geometry (DermaFormat format, Errors *errors)
{
  guint width = (guint)g_test_rand_int_range (1, 160), height = (guint)g_test_rand_int_range (1, 120);
  const guint size[2] = { (guint)g_test_rand_int_range (1, 40), (guint)g_test_rand_int_range (1, 40) };
  DermaRect rect = random_rect (width, height);
  g_autoptr (DermaSampler) sampler = derma_sampler_new (size[0], size[1], 3, zero, one);
  g_autofree gfloat *output = g_new (gfloat, size[0] * size[1] * 3);
  g_autoptr (GError) error = NULL;
  Pixels pixels;

  pixels_init (&pixels, format, width, height, (guint)g_test_rand_int_range (0, 20));
  pixels.frame.matrix = (DermaMatrix)g_test_rand_int_range (0, DERMA_N_MATRICES);
  pixels.frame.range = (DermaRange)g_test_rand_int_range (0, 2);
  if (g_test_rand_bit ())
    fill_noise (&pixels);
  else
    fill_smooth (&pixels);
  derma_sampler_run (sampler, &pixels.frame, &rect, output, &error);
  g_assert_no_error (error);
  compare (&pixels, &rect, size, output, errors);
  pixels_clear (&pixels);
}

static void
test_reference (void)
{
  Errors errors = { 0 };

  for (guint i = 0; i < 680; i++)
    compare_geometry (i % DERMA_N_FORMATS, &errors);
  g_test_message ("%u values: mean error %.6f, max %.6f levels", errors.n, errors.sum / errors.n, errors.max);
  g_assert_cmpfloat (errors.max, <, MAX_ERROR);
  g_assert_cmpfloat (errors.sum / errors.n, <, MEAN_ERROR);
}

/* --- Properties --- */

static void
sample (const Pixels *pixels, const DermaRect *rect, guint side, gfloat *output)
{
  g_autoptr (DermaSampler) sampler = derma_sampler_new (side, side, 3, zero, one);
  g_autoptr (GError) error = NULL;

  derma_sampler_run (sampler, &pixels->frame, rect, output, &error);
  g_assert_no_error (error);
}

static void
fill_flat (Pixels *pixels, const guint8 value[3])
{
  guint n = pixels->frame.format == DERMA_FORMAT_GRAY8 ? 1 : 3;

  for (guint c = 0; c < n; c++)
    for (guint y = 0; y < pixels->frame.height; y++)
      for (guint x = 0; x < pixels->frame.width; x++)
        *pixels_at (pixels, c, x, y) = value[c];
}

static void
assert_near (const gfloat *value, gdouble r, gdouble g, gdouble b)
{
  g_assert_cmpfloat_with_epsilon (value[0] * 255.0, r, 0.05);
  g_assert_cmpfloat_with_epsilon (value[1] * 255.0, g, 0.05);
  g_assert_cmpfloat_with_epsilon (value[2] * 255.0, b, 0.05);
}

static void
test_checkerboard (void)
{
  g_autofree gfloat *output = g_new (gfloat, 224 * 224 * 3);
  const DermaRect rect = { 420, 0, 1080, 1080 };
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_GRAY8, 1920, 1080, 0);
  for (guint y = 0; y < 1080; y++)
    for (guint x = 0; x < 1920; x++)
      *pixels_at (&pixels, 0, x, y) = (x ^ y) & 1 ? 255 : 0;
  sample (&pixels, &rect, 224, output);
  /* A box of 4.8 x 4.8 pixels with cut edges cannot weigh black and white quite equally: 1 / 4.8^2 of half the span. */
  for (guint i = 0; i < 224 * 224 * 3; i++)
    g_assert_cmpfloat_with_epsilon (output[i] * 255.0, 127.5, 5.5);
  pixels_clear (&pixels);
}

/* What each format makes of a picture whose colour changes slowly. */
static void
fill_picture (Pixels *pixels)
{
  gboolean rgb = is_rgb (pixels->frame.format);

  for (guint y = 0; y < pixels->frame.height; y++)
    for (guint x = 0; x < pixels->frame.width; x++) {
      gdouble r = 120.0 + 0.3 * x, g = 90.0 + 0.2 * y, b = 70.0 + 0.1 * (x + y);
      gdouble luma = 0.299 * r + 0.587 * g + 0.114 * b;
      const gdouble direct[3] = { r, g, b };
      const gdouble ycbcr[3] = { luma, 128.0 + (b - luma) / 1.772, 128.0 + (r - luma) / 1.402 };

      for (guint c = 0; c < (pixels->frame.format == DERMA_FORMAT_GRAY8 ? 1 : 3); c++)
        *pixels_at (pixels, c, x, y) = (guint8)((rgb ? direct : ycbcr)[c] + 0.5);
    }
}

static void
test_formats_agree (void)
{
  g_autofree gfloat *expected = g_new (gfloat, 32 * 32 * 3), *output = g_new (gfloat, 32 * 32 * 3);
  const DermaRect rect = { 21, 11, 201, 187 };

  for (guint i = 0; i < DERMA_N_FORMATS; i++) {
    DermaFormat format = (DERMA_FORMAT_RGB + i) % DERMA_N_FORMATS;
    Pixels pixels;

    pixels_init (&pixels, format, 255, 213, 3);
    fill_picture (&pixels);
    sample (&pixels, &rect, 32, i == 0 ? expected : output);
    for (guint k = 0; i > 0 && k < 32 * 32 && format != DERMA_FORMAT_GRAY8; k++)
      for (guint c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (output[3 * k + c] * 255.0, expected[3 * k + c] * 255.0, 1.0);
    for (guint k = 0; k < 32 * 32 && format == DERMA_FORMAT_GRAY8; k++)
      g_assert_cmpfloat_with_epsilon (
          output[3 * k] * 255.0, 76.245 * expected[3 * k] + 149.685 * expected[3 * k + 1] + 29.07 * expected[3 * k + 2],
          1.0);
    pixels_clear (&pixels);
  }
}

/* Known conversions of Y, Cb, Cr = 100, 90, 160. */
static void
test_matrices (void)
{
  static const gdouble full[][3] = { { 144.864, 90.225, 32.664 },
                                     { 150.394, 92.138, 29.487 },
                                     { 147.187, 87.969, 28.507 },
                                     { 150.432, 93.360, 30.612 },
                                     { 144.8, 89.831, 32.36 } };
  const DermaRect rect = { 0, 0, 6, 6 };
  gfloat output[27];
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_I420, 6, 6, 0);
  fill_flat (&pixels, (const guint8[]){ 100, 90, 160 });
  for (guint m = 0; m < DERMA_N_MATRICES; m++) {
    pixels.frame.matrix = m;
    sample (&pixels, &rect, 3, output);
    assert_near (output, full[m][0], full[m][1], full[m][2]);
  }
  pixels.frame.matrix = DERMA_MATRIX_BT709;
  pixels.frame.range = DERMA_RANGE_LIMITED;
  sample (&pixels, &rect, 3, output);
  assert_near (output, 155.176, 88.859, 17.537);
  pixels_clear (&pixels);
}

static void
test_clips (void)
{
  const DermaRect rect = { 0, 0, 2, 2 };
  gfloat output[12];
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_NV21, 2, 2, 0);
  pixels.frame.range = DERMA_RANGE_LIMITED;
  fill_flat (&pixels, (const guint8[]){ 255, 128, 128 });
  sample (&pixels, &rect, 2, output);
  assert_near (output, 255.0, 255.0, 255.0);
  fill_flat (&pixels, (const guint8[]){ 16, 128, 255 });
  sample (&pixels, &rect, 2, output);
  assert_near (output, 202.69, 0.0, 0.0);
  pixels_clear (&pixels);
}

static void
test_normalises (void)
{
  static const gfloat mean[3] = { 0.485f, 0.456f, 0.406f }, std[3] = { 0.229f, 0.224f, 0.225f };
  g_autoptr (DermaSampler) sampler = derma_sampler_new (1, 1, 3, mean, std);
  const DermaRect rect = { 0, 0, 3, 3 };
  gfloat output[3];
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_BGR, 3, 3, 1);
  fill_flat (&pixels, (const guint8[]){ 200, 100, 50 });
  g_assert_true (derma_sampler_run (sampler, &pixels.frame, &rect, output, NULL));
  g_assert_cmpfloat_with_epsilon (output[0], (200.0 / 255.0 - 0.485) / 0.229, 1e-5);
  g_assert_cmpfloat_with_epsilon (output[1], (100.0 / 255.0 - 0.456) / 0.224, 1e-5);
  g_assert_cmpfloat_with_epsilon (output[2], (50.0 / 255.0 - 0.406) / 0.225, 1e-5);
  pixels_clear (&pixels);
}

static void
test_luma (void)
{
  for (guint format = 0; format < DERMA_N_FORMATS; format++) {
    g_autoptr (DermaSampler) sampler =
        derma_sampler_new (2, 2, 1, (const gfloat[3]){ 0.5f }, (const gfloat[3]){ 0.25f });
    const DermaRect rect = { 0, 0, 5, 5 };
    gfloat output[5] = { 0, 0, 0, 0, 7.0f };
    gdouble luma = is_rgb (format) ? 0.299 * 200 + 0.587 * 100 + 0.114 * 50 : 200.0;
    Pixels pixels;

    pixels_init (&pixels, format, 5, 5, 0);
    pixels.frame.range = DERMA_RANGE_LIMITED;
    fill_flat (&pixels, (const guint8[]){ 200, 100, 50 });
    g_assert_true (derma_sampler_run (sampler, &pixels.frame, &rect, output, NULL));
    for (guint i = 0; i < 4; i++)
      g_assert_cmpfloat_with_epsilon (output[i], ((luma - 16.0) / 219.0 - 0.5) / 0.25, 1e-4);
    g_assert_cmpfloat (output[4], ==, 7.0f);
    pixels_clear (&pixels);
  }
}

/* Alpha, padding and pixels outside of the rectangle have no say. */
static void
test_rest_is_ignored (void)
{
  const DermaRect rect = { 4, 2, 6, 8 };

  for (guint format = 0; format < DERMA_N_FORMATS; format++) {
    gfloat expected[75], output[75];
    Pixels pixels;

    for (guint pass = 0; pass < 2; pass++) {
      pixels_init (&pixels, format, 16, 16, 0);
      memset (pixels.data[0], pass ? 255 : 0, (gsize)16 * pixels.frame.strides[0]);
      for (guint y = 2; y < 10; y++)
        for (guint x = 4; x < 10; x++)
          for (guint c = 0; c < (format == DERMA_FORMAT_GRAY8 ? 1 : 3); c++)
            *pixels_at (&pixels, c, x, y) = (guint8)(x * 9 + y * 7 + c * 50);
      sample (&pixels, &rect, 5, pass ? output : expected);
      pixels_clear (&pixels);
    }
    g_assert_cmpmem (output, sizeof output, expected, sizeof expected);
  }
}

/* One sampler, many frames: tables and scratch of one must not leak into the next. */
static void
test_reuse (void)
{
  g_autoptr (DermaSampler) sampler = derma_sampler_new (17, 17, 3, zero, one);

  for (guint i = 0; i < 200; i++) {
    guint width = (guint)g_test_rand_int_range (1, 300), height = (guint)g_test_rand_int_range (1, 300);
    DermaRect rect = random_rect (width, height);
    gfloat output[17 * 17 * 3], expected[17 * 17 * 3];
    Pixels pixels;

    pixels_init (&pixels, i % DERMA_N_FORMATS, width, height, i % 3);
    fill_smooth (&pixels);
    g_assert_true (derma_sampler_run (sampler, &pixels.frame, &rect, output, NULL));
    sample (&pixels, &rect, 17, expected);
    g_assert_cmpmem (output, sizeof output, expected, sizeof expected);
    pixels_clear (&pixels);
  }
}

static void
test_extremes (void)
{
  static const guint sizes[][2] = { { 1, 1 }, { DERMA_MAX_SIDE, 1 }, { 1, DERMA_MAX_SIDE }, { 3, 16383 } };

  for (guint format = 0; format < DERMA_N_FORMATS; format++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
      DermaRect rect = { 0, 0, (gint)sizes[i][0], (gint)sizes[i][1] };
      gfloat output[12];
      Pixels pixels;

      pixels_init (&pixels, format, sizes[i][0], sizes[i][1], 1);
      fill_flat (&pixels, (const guint8[]){ 255, 128, 128 });
      sample (&pixels, &rect, 2, output);
      for (guint k = 0; k < 4; k++)
        g_assert_cmpfloat_with_epsilon (output[3 * k], 1.0, 1e-3);
      pixels_clear (&pixels);
    }
}

static void
test_refuses_rectangles (void)
{
  static const DermaRect rects[] = { { -1, 0, 2, 2 },
                                     { 0, -1, 2, 2 },
                                     { 0, 0, 0, 1 },
                                     { 0, 0, 1, 0 },
                                     { 0, 0, 9, 8 },
                                     { 0, 0, 8, 9 },
                                     { 8, 0, 1, 1 },
                                     { 0, 0, -1, -1 },
                                     { 1, 1, 8, 2 },
                                     { INT_MAX, 0, 1, 1 },
                                     { 1, 1, INT_MAX, 1 },
                                     { INT_MIN, INT_MIN, INT_MIN, INT_MIN },
                                     { 1, INT_MAX, 1, INT_MAX } };
  g_autoptr (DermaSampler) sampler = derma_sampler_new (1, 1, 3, zero, one);
  gfloat output[3] = { 7.0f, 7.0f, 7.0f };
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_UYVY, 8, 8, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rects); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (derma_sampler_run (sampler, &pixels.frame, &rects[i], output, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
    g_assert_nonnull (strstr (error->message, "frame: rectangle: "));
    g_assert_cmpfloat (output[0], ==, 7.0f);
  }
  pixels_clear (&pixels);
}

static void
test_refuses_frames (void)
{
  g_autoptr (DermaSampler) sampler = derma_sampler_new (1, 1, 3, zero, one);
  const DermaRect rect = { 0, 0, 4, 4 };
  g_autoptr (GError) error = NULL;
  gfloat output[3] = { 7.0f, 7.0f, 7.0f };
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_RGB, 4, 4, 0);
  pixels.frame.strides[0] = 11;
  g_assert_false (derma_sampler_run (sampler, &pixels.frame, &rect, output, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_cmpfloat (output[2], ==, 7.0f);
  pixels.frame.strides[0] = 12;
  pixels_clear (&pixels);
}

static void
test_refuses_arguments (void)
{
  static const guint sizes[][3] = { { 0, 1, 3 }, { 1, 0, 3 }, { 4097, 1, 3 }, { 1, 4097, 3 },
                                    { 1, 1, 0 }, { 1, 1, 2 }, { 1, 1, 4 } };
  static const gfloat stds[][3] = { { 0, 1, 1 }, { 1, -1, 1 }, { 1, 1, NAN } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_null (derma_sampler_new (sizes[i][0], sizes[i][1], sizes[i][2], zero, one));
  for (guint i = 0; i < G_N_ELEMENTS (stds); i++)
    g_assert_null (derma_sampler_new (1, 1, 3, zero, stds[i]));
  derma_sampler_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/reference", test_reference);
  g_test_add_func ("/sampler/checkerboard", test_checkerboard);
  g_test_add_func ("/sampler/formats-agree", test_formats_agree);
  g_test_add_func ("/sampler/matrices", test_matrices);
  g_test_add_func ("/sampler/clips", test_clips);
  g_test_add_func ("/sampler/normalises", test_normalises);
  g_test_add_func ("/sampler/luma", test_luma);
  g_test_add_func ("/sampler/rest-is-ignored", test_rest_is_ignored);
  g_test_add_func ("/sampler/reuse", test_reuse);
  g_test_add_func ("/sampler/extremes", test_extremes);
  g_test_add_func ("/sampler/refuses-rectangles", test_refuses_rectangles);
  g_test_add_func ("/sampler/refuses-frames", test_refuses_frames);
  g_test_add_func ("/sampler/refuses-arguments", test_refuses_arguments);
  return g_test_run ();
}
