/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scene.h"

#include <derma/derma.h>

#include <limits.h>
#include <math.h>
#include <string.h>

static DermaQuality
measure_scene (const Scene *scene)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  return scene_measure (scene, meter, NULL);
}

static void
assert_in_range (const DermaQuality *quality)
{
  const gfloat values[] = { quality->focus, quality->exposure, quality->glare, quality->motion };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_true (values[i] == DERMA_UNMEASURED || (values[i] >= 0.0f && values[i] <= 1.0f));
}

static void
assert_detail_in_range (const DermaQualityMeter *meter)
{
  DermaQualityDetail detail;

  derma_quality_meter_get_detail (meter, &detail);
  g_assert_true (detail.ring >= 0.0f && detail.ring < 1.0f);
  g_assert_true (detail.brightness >= 0.0f && detail.brightness <= 1.0f);
  g_assert_true (detail.clipped >= 0.0f && detail.clipped <= 1.0f);
  g_assert_true (detail.crushed >= 0.0f && detail.crushed <= 1.0f);
}

/* --- A good picture and what spoils it --- */

static void
test_good (void)
{
  DermaQuality quality = measure_scene (&SCENE_GOOD);

  g_assert_cmpfloat (quality.focus, >=, DERMA_QUALITY_FOCUS_POOR);
  g_assert_cmpfloat (quality.exposure, >=, DERMA_QUALITY_EXPOSURE_POOR);
  g_assert_cmpfloat (quality.glare, ==, 1.0f);
  g_assert_cmpfloat (quality.motion, ==, DERMA_UNMEASURED);
}

static void
test_blur (void)
{
  gfloat before = 1.1f;

  for (guint i = 0; i < 4; i++) {
    Scene scene = SCENE_GOOD;

    scene.blur = (const gfloat[]){ 0.0f, 1.5f, 3.0f, 6.0f }[i];
    g_assert_cmpfloat (measure_scene (&scene).focus, <, before);
    before = measure_scene (&scene).focus;
  }
  g_assert_cmpfloat (before, <, DERMA_QUALITY_FOCUS_POOR);
}

/* Contrast and light are not focus. */
static void
test_focus_of_faint_structure (void)
{
  Scene faint = SCENE_GOOD, dim = SCENE_GOOD;

  faint.contrast = 0.5f;
  dim.light = 0.5f;
  g_assert_cmpfloat (measure_scene (&faint).focus, >=, DERMA_QUALITY_FOCUS_POOR);
  g_assert_cmpfloat (measure_scene (&dim).focus, >=, DERMA_QUALITY_FOCUS_POOR);
}

/* Noise is not detail. */
static void
test_focus_of_noise (void)
{
  Scene scene = SCENE_GOOD;

  scene.blur = 8.0f;
  scene.noise = 3.0f;
  g_assert_cmpfloat (measure_scene (&scene).focus, <, DERMA_QUALITY_FOCUS_POOR);
  scene.contrast = 0.0f;
  g_assert_cmpfloat (measure_scene (&scene).focus, <, DERMA_QUALITY_FOCUS_POOR);
}

/* What is as fine for the part that is looked at is as sharp, however many pixels it has. */
static void
test_focus_of_sizes (void)
{
  Scene scene = SCENE_GOOD;

  for (guint i = 0; i < 4; i++) {
    scene.width = (const guint[]){ 256, 480, 640, 1080 }[i];
    scene.height = scene.width * 3 / 4 + i;
    scene.blur = 0.0f;
    g_assert_cmpfloat (measure_scene (&scene).focus, >=, DERMA_QUALITY_FOCUS_POOR);
    scene.blur = 8.0f * (gfloat)scene.height / 360.0f;
    g_assert_cmpfloat (measure_scene (&scene).focus, <, DERMA_QUALITY_FOCUS_POOR);
  }
}

static void
test_dark_and_bright (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Scene scene = SCENE_GOOD;
  DermaQualityDetail dark, bright;

  scene.light = 0.4f;
  g_assert_cmpfloat (scene_measure (&scene, meter, NULL).exposure, <, DERMA_QUALITY_EXPOSURE_POOR);
  derma_quality_meter_get_detail (meter, &dark);
  g_assert_cmpfloat (dark.clipped, ==, 0.0f);
  scene.light = 1.8f;
  g_assert_cmpfloat (scene_measure (&scene, meter, NULL).exposure, <, DERMA_QUALITY_EXPOSURE_POOR);
  derma_quality_meter_get_detail (meter, &bright);
  g_assert_cmpfloat (bright.clipped, >, 0.5f);
  g_assert_cmpfloat (bright.brightness, >, dark.brightness + 0.3f);
}

/* Clipped red alone, of bright skin, has lost its detail though luma has not. */
static void
test_clipped_red (void)
{
  for (guint i = 0; i < 2; i++) {
    Scene scene = SCENE_GOOD;

    scene.format = i == 0 ? DERMA_FORMAT_BGRX : DERMA_FORMAT_NV12;
    scene.light = 1.3f;
    g_assert_cmpfloat (measure_scene (&scene).exposure, <, DERMA_QUALITY_EXPOSURE_POOR);
  }
}

static void
test_glare (void)
{
  Scene scene = SCENE_GOOD;
  gfloat few;

  scene.spots = 2;
  few = measure_scene (&scene).glare;
  g_assert_cmpfloat (few, <, 1.0f);
  scene.spots = 9;
  g_assert_cmpfloat (measure_scene (&scene).glare, <, few);
  g_assert_cmpfloat (measure_scene (&scene).glare, <, DERMA_QUALITY_GLARE_POOR);
}

/* A white wall is no glare, nor is bright skin around a lesion, nor a coloured light. */
static void
test_not_glare (void)
{
  Scene scene = SCENE_GOOD;

  scene.light = 4.0f;
  g_assert_cmpfloat (measure_scene (&scene).glare, ==, 1.0f);
  scene = SCENE_GOOD;
  scene.format = DERMA_FORMAT_RGB;
  scene.spots = 9;
  scene.spot_green = TRUE;
  g_assert_cmpfloat (measure_scene (&scene).glare, ==, 1.0f);
}

/* --- The dark surround of a round field --- */

static void
test_ring (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  DermaQuality plain = measure_scene (&SCENE_GOOD), quality;
  DermaQualityDetail detail;
  Scene scene = SCENE_GOOD;

  scene.field = 1.0f;
  quality = scene_measure (&scene, meter, NULL);
  derma_quality_meter_get_detail (meter, &detail);
  g_assert_cmpfloat_with_epsilon (detail.ring, 1.0f - (gfloat)G_PI / 4.0f, 0.03f);
  g_assert_cmpfloat (detail.crushed, ==, 0.0f);
  g_assert_cmpfloat_with_epsilon (quality.exposure, plain.exposure, 0.05f);
  g_assert_cmpfloat (quality.focus, >=, DERMA_QUALITY_FOCUS_POOR);
  g_assert_cmpfloat (quality.glare, ==, 1.0f);
}

/* The edge of the field is sharp even if the picture is not. */
static void
test_ring_is_no_detail (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Scene scene = SCENE_GOOD;

  scene.field = 1.0f;
  scene.blur = 8.0f;
  g_assert_cmpfloat (scene_measure (&scene, meter, NULL).focus, <, DERMA_QUALITY_FOCUS_POOR);
}

/* The surround is dark without end where the lens is covered: that is too dark, not a field. */
static void
test_no_ring (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Scene scene = SCENE_GOOD;
  DermaQualityDetail detail;

  scene_measure (&scene, meter, NULL);
  derma_quality_meter_get_detail (meter, &detail);
  g_assert_cmpfloat (detail.ring, ==, 0.0f);
  scene.light = 0.03f;
  g_assert_cmpfloat (scene_measure (&scene, meter, NULL).exposure, ==, 0.0f);
  derma_quality_meter_get_detail (meter, &detail);
  g_assert_cmpfloat (detail.ring, ==, 0.0f);
  g_assert_cmpfloat (detail.crushed, >, 0.9f);
}

/* --- Motion --- */

static gfloat
move (const Scene *first, const Scene *second)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  scene_measure (first, meter, NULL);
  return scene_measure (second, meter, NULL).motion;
}

static void
test_motion (void)
{
  Scene scene = SCENE_GOOD;
  gfloat before = move (&scene, &scene);

  g_assert_cmpfloat (before, ==, 1.0f);
  for (guint i = 0; i < 3; i++) {
    gfloat moved;

    scene.shift = (const gfloat[]){ 0.02f, 0.04f, 0.08f }[i];
    moved = move (&SCENE_GOOD, &scene);
    g_assert_true (moved < before || moved == 0.0f);
    before = moved;
  }
  g_assert_cmpfloat (before, <, DERMA_QUALITY_MOTION_POOR);
}

static void
test_motion_is_not (void)
{
  Scene brighter = SCENE_GOOD, darker = SCENE_GOOD, noisy = SCENE_GOOD, tremor = SCENE_GOOD;

  brighter.light = 1.1f;
  darker.light = 0.7f;
  noisy.noise = 3.0f;
  tremor.shift = 0.002f;
  g_assert_cmpfloat (move (&SCENE_GOOD, &brighter), >, 0.9f);
  g_assert_cmpfloat (move (&SCENE_GOOD, &darker), >, 0.9f);
  g_assert_cmpfloat (move (&noisy, &noisy), >, 0.9f);
  g_assert_cmpfloat (move (&SCENE_GOOD, &tremor), >=, DERMA_QUALITY_MOTION_POOR);
}

static void
test_motion_starts_anew (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  const DermaRect part = { 10, 10, 300, 300 };
  Scene scene = SCENE_GOOD;
  DermaQualityDetail detail;

  scene_measure (&scene, meter, NULL);
  g_assert_cmpfloat (scene_measure (&scene, meter, &part).motion, ==, DERMA_UNMEASURED);
  g_assert_cmpfloat (scene_measure (&scene, meter, &part).motion, ==, 1.0f);
  scene.width += 2;
  g_assert_cmpfloat (scene_measure (&scene, meter, &part).motion, ==, DERMA_UNMEASURED);
  derma_quality_meter_reset (meter);
  derma_quality_meter_get_detail (meter, &detail);
  g_assert_cmpfloat (detail.brightness, ==, 0.0f);
  g_assert_cmpfloat (scene_measure (&scene, meter, &part).motion, ==, DERMA_UNMEASURED);
}

/* --- Formats --- */

static void
test_formats (void)
{
  DermaQuality expected = measure_scene (&SCENE_GOOD);

  for (guint f = 0; f < DERMA_N_FORMATS; f++)
    for (guint range = DERMA_RANGE_LIMITED; range <= DERMA_RANGE_FULL; range++) {
      Scene scene = SCENE_GOOD;
      DermaQuality quality;

      scene.format = f;
      scene.range = range;
      scene.padding = 13;
      quality = measure_scene (&scene);
      g_assert_cmpfloat_with_epsilon (quality.focus, expected.focus, 0.15f);
      g_assert_cmpfloat_with_epsilon (quality.exposure, expected.exposure, 0.15f);
      g_assert_cmpfloat (quality.glare, ==, 1.0f);
    }
}

/* What lies beside a row or outside of the part does not count; poisoned padding catches a read of it. */
static void
test_only_the_part (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Scene scene = SCENE_GOOD;
  DermaRect part = { 37, 21, 301, 299 };
  DermaQuality inside, again;
  Pixels pixels;

  scene_draw (&scene, &pixels);
  g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, &part, &inside, NULL));
  for (gint y = 0; y < (gint)scene.height; y++)
    for (gint x = 0; x < (gint)scene.width; x++)
      if (x < part.x || y < part.y || x >= part.x + part.width || y >= part.y + part.height)
        *pixels_at (&pixels, 0, (guint)x, (guint)y) = (x + y) % 2 != 0 ? 255 : 0;
  derma_quality_meter_reset (meter);
  g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, &part, &again, NULL));
  g_assert_cmpmem (&inside, sizeof inside, &again, sizeof again);
  pixels_clear (&pixels);
}

/* --- Hostile frames --- */

static void
fill (Pixels *pixels, gint value)
{
  guint n = pixels->frame.format == DERMA_FORMAT_GRAY8 ? 1 : 3;

  for (guint c = 0; c < n; c++)
    for (guint y = 0; y < pixels->frame.height; y++)
      for (guint x = 0; x < pixels->frame.width; x++)
        *pixels_at (pixels, c, x, y) = (guint8)(value >= 0 ? value : g_test_rand_int_range (0, 256));
}

static void
test_tiny_and_odd (void)
{
  static const guint sizes[][2] = { { 1, 1 },   { 1, 7 },     { 9, 1 },     { 2, 3 },
                                    { 47, 49 }, { 127, 129 }, { 128, 131 }, { 201, 1 } };
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  for (guint f = 0; f < DERMA_N_FORMATS; f++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (gint value = -1; value < 256; value += 128) {
        DermaQuality quality;
        Pixels pixels;

        pixels_init (&pixels, f, sizes[s][0], sizes[s][1], s % 3);
        fill (&pixels, value);
        for (guint i = 0; i < 2; i++) {
          g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, NULL, &quality, NULL));
          assert_in_range (&quality);
          assert_detail_in_range (meter);
        }
        g_assert_true ((quality.focus == DERMA_UNMEASURED) == (MIN (sizes[s][0], sizes[s][1]) < 128));
        pixels_clear (&pixels);
      }
}

static void
test_flat (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  for (gint value = 0; value < 256; value += 51) {
    DermaQuality quality;
    Pixels pixels;

    pixels_init (&pixels, DERMA_FORMAT_RGB, 320, 240, 0);
    fill (&pixels, value);
    derma_quality_meter_reset (meter);
    for (guint i = 0; i < 2; i++)
      g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, NULL, &quality, NULL));
    assert_in_range (&quality);
    g_assert_cmpfloat (quality.focus, ==, 0.0f);
    g_assert_cmpfloat (quality.motion, ==, 1.0f);
    g_assert_cmpfloat (quality.glare, ==, 1.0f);
    if (value == 0 || value == 255)
      g_assert_cmpfloat (quality.exposure, ==, 0.0f);
    pixels_clear (&pixels);
  }
}

/* From black to white and back: nothing to divide by. */
static void
test_black_then_white (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_I420, 160, 160, 0);
  for (guint i = 0; i < 6; i++) {
    DermaQuality quality;

    fill (&pixels, i % 2 != 0 ? 255 : 0);
    g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, NULL, &quality, NULL));
    assert_in_range (&quality);
    assert_detail_in_range (meter);
  }
  pixels_clear (&pixels);
}

static void
test_noise_in_range (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  for (guint i = 0; i < 40; i++) {
    DermaQuality quality;
    Pixels pixels;

    pixels_init (&pixels, (DermaFormat)(i % DERMA_N_FORMATS), (guint)g_test_rand_int_range (1, 400),
                 (guint)g_test_rand_int_range (1, 400), i % 5);
    pixels.frame.range = i % 2;
    fill (&pixels, -1);
    g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, NULL, &quality, NULL));
    assert_in_range (&quality);
    assert_detail_in_range (meter);
    pixels_clear (&pixels);
  }
}

static void
test_hostile_rectangles (void)
{
  static const DermaRect rects[] = { { -100, -100, 50, 50 },
                                     { 0, 0, 0, 0 },
                                     { 0, 0, -5, -5 },
                                     { 10000, 10000, 10, 10 },
                                     { INT_MAX, INT_MAX, INT_MAX, INT_MAX },
                                     { INT_MIN, INT_MIN, INT_MAX, INT_MAX },
                                     { -50, -50, INT_MAX, INT_MAX },
                                     { 479, 359, 100, 100 },
                                     { 0, 359, 480, 1 },
                                     { 100, 0, 1, 360 },
                                     { 3, 5, 128, 128 },
                                     { 352, 232, 128, 128 } };
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  for (guint f = 0; f < DERMA_N_FORMATS; f++) {
    Scene scene = SCENE_GOOD;
    Pixels pixels;

    scene.format = f;
    scene.padding = 3;
    scene_draw (&scene, &pixels);
    for (guint i = 0; i < G_N_ELEMENTS (rects); i++) {
      DermaQuality quality;

      g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, &rects[i], &quality, NULL));
      assert_in_range (&quality);
      assert_detail_in_range (meter);
    }
    pixels_clear (&pixels);
  }
}

/* A part that nothing is left of is the centred square. */
static void
test_rectangle_outside (void)
{
  const DermaRect outside = { -100, -100, 50, 50 };
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  DermaQuality expected = measure_scene (&SCENE_GOOD), quality;

  quality = scene_measure (&SCENE_GOOD, meter, &outside);
  g_assert_cmpmem (&quality, sizeof quality, &expected, sizeof expected);
}

static void
test_refuses_frames (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  const DermaQuality untouched = { 7.0f, 7.0f, 7.0f, 7.0f };
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_I420, 64, 64, 0);
  for (guint i = 0; i < 6; i++) {
    g_autoptr (GError) error = NULL;
    DermaQuality quality = untouched;
    DermaFrame frame = pixels.frame;

    if (i == 0)
      frame.format = DERMA_N_FORMATS;
    else if (i == 1)
      frame.width = 0;
    else if (i == 2)
      frame.height = DERMA_MAX_SIDE + 1;
    else if (i == 3)
      frame.planes[2] = NULL;
    else if (i == 4)
      frame.strides[0] = -64;
    g_assert_false (derma_quality_meter_measure (meter, i == 5 ? NULL : &frame, NULL, &quality, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
    g_assert_cmpmem (&quality, sizeof quality, &untouched, sizeof untouched);
  }
  pixels_clear (&pixels);
}

/* A refused frame leaves the one before in place. */
static void
test_refused_frame_changes_nothing (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  DermaFrame frame = { .format = DERMA_N_FORMATS };
  DermaQualityDetail before, after;
  DermaQuality quality;

  scene_measure (&SCENE_GOOD, meter, NULL);
  derma_quality_meter_get_detail (meter, &before);
  g_assert_false (derma_quality_meter_measure (meter, &frame, NULL, &quality, NULL));
  derma_quality_meter_get_detail (meter, &after);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  g_assert_cmpfloat (scene_measure (&SCENE_GOOD, meter, NULL).motion, ==, 1.0f);
}

static void
test_free_null (void)
{
  g_autoptr (DermaQualityMeter) meter = NULL;

  derma_quality_meter_free (NULL);
  g_assert_null (meter);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/good", test_good);
  g_test_add_func ("/quality/blur", test_blur);
  g_test_add_func ("/quality/focus-of-faint-structure", test_focus_of_faint_structure);
  g_test_add_func ("/quality/focus-of-noise", test_focus_of_noise);
  g_test_add_func ("/quality/focus-of-sizes", test_focus_of_sizes);
  g_test_add_func ("/quality/dark-and-bright", test_dark_and_bright);
  g_test_add_func ("/quality/clipped-red", test_clipped_red);
  g_test_add_func ("/quality/glare", test_glare);
  g_test_add_func ("/quality/not-glare", test_not_glare);
  g_test_add_func ("/quality/ring", test_ring);
  g_test_add_func ("/quality/ring-is-no-detail", test_ring_is_no_detail);
  g_test_add_func ("/quality/no-ring", test_no_ring);
  g_test_add_func ("/quality/motion", test_motion);
  g_test_add_func ("/quality/motion-is-not", test_motion_is_not);
  g_test_add_func ("/quality/motion-starts-anew", test_motion_starts_anew);
  g_test_add_func ("/quality/formats", test_formats);
  g_test_add_func ("/quality/only-the-part", test_only_the_part);
  g_test_add_func ("/quality/tiny-and-odd", test_tiny_and_odd);
  g_test_add_func ("/quality/flat", test_flat);
  g_test_add_func ("/quality/black-then-white", test_black_then_white);
  g_test_add_func ("/quality/noise-in-range", test_noise_in_range);
  g_test_add_func ("/quality/hostile-rectangles", test_hostile_rectangles);
  g_test_add_func ("/quality/rectangle-outside", test_rectangle_outside);
  g_test_add_func ("/quality/refuses-frames", test_refuses_frames);
  g_test_add_func ("/quality/refused-frame-changes-nothing", test_refused_frame_changes_nothing);
  g_test_add_func ("/quality/free-null", test_free_null);
  return g_test_run ();
}
