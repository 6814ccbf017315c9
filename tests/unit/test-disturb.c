/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/disturb.h"

#include <derma/error.h>
#include <derma/sampler.h>

#include <math.h>
#include <string.h>

#define SIDE 256
#define N (SIDE * SIDE * 3)
#define MIDDLE ((SIDE - 1) / 2.0)

typedef struct {
  DermaDisturber *disturber;
  guint8 *pixels;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void)data;
  fixture->disturber = derma_disturber_new (224, 224, &error);
  g_assert_no_error (error);
  fixture->pixels = g_malloc (N);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  derma_disturber_free (fixture->disturber);
  g_free (fixture->pixels);
}

static DermaFrame
make_frame (const guint8 *pixels, guint width, guint height)
{
  return (DermaFrame){ .format = DERMA_FORMAT_RGB,
                       .width = width,
                       .height = height,
                       .range = DERMA_RANGE_FULL,
                       .planes = { pixels },
                       .strides = { (gint)width * 3 } };
}

static void
load (Fixture *fixture)
{
  const DermaFrame frame = make_frame (fixture->pixels, SIDE, SIDE);
  const DermaRect whole = { 0, 0, SIDE, SIDE };

  g_assert_true (derma_disturber_load (fixture->disturber, &frame, &whole, NULL));
}

static const guint8 *
apply (Fixture *fixture, DermaDisturbance disturbance, guint32 seed)
{
  g_autoptr (GError) error = NULL;
  DermaFrame frame;

  g_assert_true (derma_disturber_apply (fixture->disturber, disturbance, seed, &frame, &error));
  g_assert_no_error (error);
  g_assert_true (derma_frame_check (&frame, NULL));
  g_assert_cmpuint (frame.width, ==, SIDE);
  g_assert_cmpuint (frame.height, ==, SIDE);
  g_assert_cmpint (frame.format, ==, disturbance == DERMA_DISTURB_YUY2 ? DERMA_FORMAT_YUY2 : DERMA_FORMAT_RGB);
  return frame.planes[0];
}

static void
fill (Fixture *fixture, guint8 r, guint8 g, guint8 b)
{
  for (guint i = 0; i < SIDE * SIDE; i++) {
    fixture->pixels[3 * i] = r;
    fixture->pixels[3 * i + 1] = g;
    fixture->pixels[3 * i + 2] = b;
  }
}

/* A soft white spot on black, @x, @y pixels from the middle. */
static void
paint_spot (Fixture *fixture, gdouble x, gdouble y)
{
  for (guint i = 0; i < SIDE * SIDE; i++) {
    gdouble dx = i % SIDE - MIDDLE - x, dy = i / SIDE - MIDDLE - y;

    memset (fixture->pixels + 3 * i, (gint)(250 * exp (-(dx * dx + dy * dy) / 32)), 3);
  }
}

/* The place of the spot in a picture, as the centre of gravity of what is not nearly black. */
static void
assert_spot (const guint8 *pixels, gdouble x, gdouble y)
{
  gdouble sums[3] = { 0, 0, 0 };

  for (guint i = 0; i < SIDE * SIDE; i++) {
    guint8 value = pixels[3 * i] < 16 ? 0 : pixels[3 * i];

    sums[0] += value;
    sums[1] += value * (i % SIDE - MIDDLE);
    sums[2] += value * (i / SIDE - MIDDLE);
  }
  g_assert_cmpfloat_with_epsilon (sums[1] / sums[0], x, 0.3);
  g_assert_cmpfloat_with_epsilon (sums[2] / sums[0], y, 0.3);
}

static void
test_moves (Fixture *fixture, gconstpointer data)
{
  const gdouble cosine = cos (G_PI / 12), sine = sin (G_PI / 12);
  const struct {
    DermaDisturbance disturbance;
    gdouble x;
    gdouble y;
  } CASES[] = {
    { DERMA_DISTURB_ROTATE_RIGHT, 60 * cosine, 60 * sine },
    { DERMA_DISTURB_ROTATE_LEFT, 60 * cosine, -60 * sine },
    { DERMA_DISTURB_SMALLER, 48, 0 },
    { DERMA_DISTURB_LARGER, 75, 0 },
    { DERMA_DISTURB_SHIFT, 85.6, 25.6 },
    { DERMA_DISTURB_BLUR, 60, 0 },
    { DERMA_DISTURB_JPEG, 60, 0 },
  };

  (void)data;
  paint_spot (fixture, 60, 0);
  load (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    assert_spot (apply (fixture, CASES[i].disturbance, 0), CASES[i].x, CASES[i].y);
}

/* What comes in from outside is the picture itself, so that one colour stays one colour. */
static void
test_one_colour (Fixture *fixture, gconstpointer data)
{
  static const DermaDisturbance all[] = { DERMA_DISTURB_BLUR,         DERMA_DISTURB_JPEG,    DERMA_DISTURB_ROTATE_LEFT,
                                          DERMA_DISTURB_ROTATE_RIGHT, DERMA_DISTURB_SMALLER, DERMA_DISTURB_LARGER,
                                          DERMA_DISTURB_SHIFT };

  (void)data;
  fill (fixture, 200, 120, 40);
  load (fixture);
  for (guint d = 0; d < G_N_ELEMENTS (all); d++) {
    const guint8 *pixels = apply (fixture, all[d], 0);
    gint most = all[d] == DERMA_DISTURB_JPEG ? 6 : 0;

    for (guint i = 0; i < N; i++)
      g_assert_cmpint (ABS (pixels[i] - fixture->pixels[i]), <=, most);
  }
}

static void
test_light (Fixture *fixture, gconstpointer data)
{
  static const struct {
    DermaDisturbance disturbance;
    guint8 from[3];
    guint8 to[3];
  } CASES[] = {
    { DERMA_DISTURB_BRIGHTER, { 100, 200, 240 }, { 120, 240, 255 } },
    { DERMA_DISTURB_DARKER, { 100, 200, 0 }, { 80, 160, 0 } },
    { DERMA_DISTURB_WARM, { 100, 100, 100 }, { 110, 100, 90 } },
    { DERMA_DISTURB_COOL, { 100, 100, 100 }, { 90, 100, 110 } },
    { DERMA_DISTURB_WARM, { 255, 255, 255 }, { 255, 255, 230 } },
    { DERMA_DISTURB_COOL, { 0, 0, 255 }, { 0, 0, 255 } },
  };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    const guint8 *pixels;

    fill (fixture, CASES[i].from[0], CASES[i].from[1], CASES[i].from[2]);
    load (fixture);
    pixels = apply (fixture, CASES[i].disturbance, 0);
    g_assert_cmpmem (pixels, 3, CASES[i].to, 3);
    g_assert_cmpmem (pixels + N - 3, 3, CASES[i].to, 3);
  }
}

/* A point becomes a Gaussian of sigma 256/224, wherever it is. */
static void
test_blur (Fixture *fixture, gconstpointer data)
{
  const gdouble sigma = 256.0 / 224;
  const guint8 *pixels;
  gdouble sum = 0;

  (void)data;
  fill (fixture, 0, 0, 0);
  fixture->pixels[(100 * SIDE + 50) * 3] = 255;
  load (fixture);
  pixels = apply (fixture, DERMA_DISTURB_BLUR, 0);
  for (gint i = -4; i <= 4; i++)
    sum += exp (-i * i / (2 * sigma * sigma));
  for (gint i = -3; i <= 3; i++)
    g_assert_cmpint (ABS (pixels[(100 * SIDE + 50 + i) * 3] - 255 * exp (-i * i / (2 * sigma * sigma)) / (sum * sum)),
                     <=, 1);
  g_assert_cmpint (pixels[(101 * SIDE + 50) * 3], ==, pixels[(100 * SIDE + 51) * 3]);
  g_assert_cmpint (pixels[(100 * SIDE + 50) * 3 + 1], ==, 0);
}

static void
test_noise (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *first = NULL;
  const guint8 *pixels;
  gdouble sum = 0, squares = 0;

  (void)data;
  fill (fixture, 128, 128, 128);
  load (fixture);
  pixels = apply (fixture, DERMA_DISTURB_NOISE, 7);
  for (guint i = 0; i < N; i++) {
    sum += pixels[i] - 128;
    squares += (pixels[i] - 128) * (pixels[i] - 128);
  }
  g_assert_cmpfloat_with_epsilon (sum / N, 0, 0.1);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / N), 8, 0.1);
  first = g_memdup2 (pixels, N);
  g_assert_cmpmem (apply (fixture, DERMA_DISTURB_NOISE, 7), N, first, N);
  g_assert_true (memcmp (apply (fixture, DERMA_DISTURB_NOISE, 8), first, N) != 0);
}

/* Noise does not wrap round at black and white. */
static void
test_noise_at_ends (Fixture *fixture, gconstpointer data)
{
  (void)data;
  for (guint white = 0; white < 2; white++) {
    const guint8 *pixels;

    fill (fixture, white ? 255 : 0, white ? 255 : 0, white ? 255 : 0);
    load (fixture);
    pixels = apply (fixture, DERMA_DISTURB_NOISE, 1);
    for (guint i = 0; i < N; i++)
      g_assert_cmpint (ABS (pixels[i] - fixture->pixels[i]), <, 60);
  }
}

/* Fine detail is lost at quality 40, the picture as a whole is not. */
static void
test_jpeg (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  const guint8 *pixels;
  gdouble squares = 0, means[2] = { 0, 0 };

  (void)data;
  for (guint i = 0; i < SIDE * SIDE; i++)
    memset (fixture->pixels + 3 * i, g_rand_int_range (random, 90, 170), 3);
  load (fixture);
  pixels = apply (fixture, DERMA_DISTURB_JPEG, 0);
  for (guint i = 0; i < N; i++) {
    squares += (pixels[i] - fixture->pixels[i]) * (pixels[i] - fixture->pixels[i]);
    means[0] += fixture->pixels[i];
    means[1] += pixels[i];
  }
  g_assert_cmpfloat (sqrt (squares / N), >, 4);
  g_assert_cmpfloat (sqrt (squares / N), <, 25);
  g_assert_cmpfloat_with_epsilon (means[0] / N, means[1] / N, 1);
}

static void
test_yuy2 (Fixture *fixture, gconstpointer data)
{
  static const struct {
    guint8 rgb[3];
    guint8 yuy2[4];
  } CASES[] = {
    { { 255, 255, 255 }, { 235, 128, 235, 128 } }, { { 0, 0, 0 }, { 16, 128, 16, 128 } },
    { { 255, 0, 0 }, { 81, 90, 81, 240 } },        { { 0, 255, 0 }, { 145, 54, 145, 34 } },
    { { 0, 0, 255 }, { 41, 240, 41, 110 } },
  };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    const guint8 *pixels;

    fill (fixture, CASES[i].rgb[0], CASES[i].rgb[1], CASES[i].rgb[2]);
    load (fixture);
    pixels = apply (fixture, DERMA_DISTURB_YUY2, 0);
    for (guint c = 0; c < 4; c++)
      g_assert_cmpint (ABS (pixels[c] - CASES[i].yuy2[c]), <=, 1);
    g_assert_cmpmem (pixels + SIDE * SIDE * 2 - 4, 4, pixels, 4);
  }
}

/* The colorimetry that the frame is given is the one its values were made with. */
static void
test_yuy2_back (Fixture *fixture, gconstpointer data)
{
  static const gfloat zero[3] = { 0, 0, 0 }, one[3] = { 1, 1, 1 };
  g_autoptr (DermaSampler) sampler = derma_sampler_new (SIDE, SIDE, 3, zero, one);
  g_autofree gfloat *values = g_new (gfloat, N);
  const DermaRect whole = { 0, 0, SIDE, SIDE };
  DermaFrame frame;

  (void)data;
  fill (fixture, 210, 140, 120);
  load (fixture);
  g_assert_true (derma_disturber_apply (fixture->disturber, DERMA_DISTURB_YUY2, 0, &frame, NULL));
  g_assert_true (derma_sampler_run (sampler, &frame, &whole, values, NULL));
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (values[i] * 255, fixture->pixels[i], 2.5);
}

/* One scene at two sizes is one picture, whatever is done to it. */
static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *large = g_malloc (4 * N);
  g_autofree guint8 *first = NULL;
  const DermaFrame frame = make_frame (large, 2 * SIDE, 2 * SIDE);
  const DermaRect whole = { 0, 0, 2 * SIDE, 2 * SIDE };

  (void)data;
  for (guint i = 0; i < N; i++)
    fixture->pixels[i] = (guint8)(128 + 60 * sin (i % (SIDE * 3) * 0.01) * cos (i / (SIDE * 3) * 0.03));
  for (guint i = 0; i < 4 * SIDE * SIDE; i++)
    memcpy (large + 3 * i, fixture->pixels + (i / (2 * SIDE) / 2 * SIDE + i % (2 * SIDE) / 2) * 3, 3);
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++) {
    gsize n = d == DERMA_DISTURB_YUY2 ? SIDE * SIDE * 2 : N;

    load (fixture);
    g_free (first);
    first = g_memdup2 (apply (fixture, d, 5), n);
    g_assert_true (derma_disturber_load (fixture->disturber, &frame, &whole, NULL));
    g_assert_cmpmem (apply (fixture, d, 5), n, first, n);
  }
}

/* Odd and tiny sizes: nothing is read or written outside of the pixels. */
static void
test_corners (void)
{
  static const guint sizes[][2] = { { 1, 1 }, { 1, 300 }, { 300, 1 }, { 2, 3 }, { 5, 7 }, { 30, 97 } };
  static const guint8 pixels[2 * 2 * 3] = { 0, 10, 20, 30, 200, 210, 220, 230, 240, 255, 255, 255 };
  const DermaFrame small = make_frame (pixels, 2, 2);
  const DermaRect whole = { 0, 0, 2, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (DermaDisturber) disturber = derma_disturber_new (sizes[i][0], sizes[i][1], NULL);

    g_assert_true (derma_disturber_load (disturber, &small, &whole, NULL));
    for (guint d = 0; d < DERMA_N_DISTURBANCES; d++) {
      g_autoptr (GError) error = NULL;
      DermaFrame frame;

      g_assert_true (derma_disturber_apply (disturber, d, 0, &frame, &error));
      g_assert_no_error (error);
      g_assert_true (derma_frame_check (&frame, NULL));
      g_assert_cmpuint (frame.width, >=, sizes[i][0]);
    }
  }
}

static void
test_largest (void)
{
  g_autoptr (DermaDisturber) disturber = derma_disturber_new (4096, 1, NULL);
  DermaFrame frame;

  g_assert_nonnull (disturber);
  g_assert_true (derma_disturber_apply (disturber, DERMA_DISTURB_DARKER, 0, &frame, NULL));
  g_assert_cmpuint (frame.width, ==, 4096);
}

static void
test_refused_size (void)
{
  static const guint sizes[][2] = { { 0, 0 }, { 0, 224 }, { 224, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_disturber_new (sizes[i][0], sizes[i][1], &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
  }
}

static void
test_refused_frame (Fixture *fixture, gconstpointer data)
{
  static const DermaRect rects[] = {
    { 0, 0, SIDE + 1, SIDE }, { 0, 0, 0, SIDE }, { -1, 0, SIDE, SIDE }, { SIDE, SIDE, 1, 1 }
  };
  DermaFrame frame = make_frame (fixture->pixels, SIDE, SIDE);
  g_autoptr (GError) no_pixels = NULL;

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (rects); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (derma_disturber_load (fixture->disturber, &frame, &rects[i], &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  }
  frame.planes[0] = NULL;
  g_assert_false (derma_disturber_load (fixture->disturber, &frame, &(DermaRect){ 0, 0, SIDE, SIDE }, &no_pixels));
  g_assert_error (no_pixels, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
}

static void
test_names (void)
{
  for (guint a = 0; a < DERMA_N_DISTURBANCES; a++) {
    g_assert_nonnull (derma_disturbance_get_name (a));
    for (guint b = 0; b < a; b++)
      g_assert_cmpstr (derma_disturbance_get_name (a), !=, derma_disturbance_get_name (b));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/disturb/moves", Fixture, NULL, set_up, test_moves, tear_down);
  g_test_add ("/disturb/one-colour", Fixture, NULL, set_up, test_one_colour, tear_down);
  g_test_add ("/disturb/light", Fixture, NULL, set_up, test_light, tear_down);
  g_test_add ("/disturb/blur", Fixture, NULL, set_up, test_blur, tear_down);
  g_test_add ("/disturb/noise", Fixture, NULL, set_up, test_noise, tear_down);
  g_test_add ("/disturb/noise/ends", Fixture, NULL, set_up, test_noise_at_ends, tear_down);
  g_test_add ("/disturb/jpeg", Fixture, NULL, set_up, test_jpeg, tear_down);
  g_test_add ("/disturb/yuy2", Fixture, NULL, set_up, test_yuy2, tear_down);
  g_test_add ("/disturb/yuy2/back", Fixture, NULL, set_up, test_yuy2_back, tear_down);
  g_test_add ("/disturb/sizes", Fixture, NULL, set_up, test_sizes, tear_down);
  g_test_add ("/disturb/refused/frame", Fixture, NULL, set_up, test_refused_frame, tear_down);
  g_test_add_func ("/disturb/refused/size", test_refused_size);
  g_test_add_func ("/disturb/corners", test_corners);
  g_test_add_func ("/disturb/largest", test_largest);
  g_test_add_func ("/disturb/names", test_names);
  return g_test_run ();
}
