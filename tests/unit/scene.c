/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scene.h"

#include <math.h>

const Scene SCENE_GOOD = {
  .format = DERMA_FORMAT_RGB, .range = DERMA_RANGE_FULL, .width = 480, .height = 360, .contrast = 1.0f, .light = 1.0f
};

/* The waves in a lesion: how many go into a side, and what blur leaves of their heights. */
enum { FINE_X, FINE_Y, COARSE_X, COARSE_Y, N_WAVES };
static const gdouble WAVES[N_WAVES] = { 60.0, 70.0, 9.0, 7.0 };
typedef struct {
  gdouble height[N_WAVES];
} Waves;

/* A Gaussian leaves exp (-2 pi^2 sigma^2 f^2) of a wave. */
static void
blur_waves (const Scene *scene, Waves *waves)
{
  for (guint i = 0; i < N_WAVES; i++) {
    gdouble period = MIN (scene->width, scene->height) / WAVES[i];

    waves->height[i] = exp (-2.0 * G_PI * G_PI * scene->blur * scene->blur / (period * period));
  }
}

static gdouble
wave (const Waves *waves, guint i, gdouble at, gdouble side)
{
  return sin (2.0 * G_PI * at / (side / WAVES[i])) * waves->height[i];
}

/* 1 inside a circle around @x, @y and 0 outside, over an edge that is as wide as the blur. */
static gdouble
disc (gdouble x, gdouble y, gdouble radius, gdouble blur)
{
  return 0.5 * erfc ((hypot (x, y) - radius) / (sqrt (2.0) * MAX (blur, 0.5)));
}

/* How much darker the lesion makes the skin, about 0..0.6. */
static gdouble
lesion (const Scene *scene, const Waves *waves, gdouble x, gdouble y)
{
  gdouble side = MIN (scene->width, scene->height);
  gdouble fine = wave (waves, FINE_X, x, side) * wave (waves, FINE_Y, y, side);
  gdouble coarse = wave (waves, COARSE_X, x + y, side) + wave (waves, COARSE_Y, x - y, side);

  return scene->contrast * disc (x, y, side * 0.3, scene->blur) * (0.35 + 0.12 * fine + 0.06 * coarse);
}

static gdouble
glare (const Scene *scene, gdouble x, gdouble y, gdouble side)
{
  for (guint i = 0; i < scene->spots; i++) {
    gdouble angle = 2.0 * G_PI * i / scene->spots;

    if (hypot (x - 0.3 * side * cos (angle), y - 0.3 * side * sin (angle)) <= 0.03 * side)
      return 1.0;
  }
  return 0.0;
}

static void
get_colour (const Scene *scene, const Waves *waves, guint column, guint row, gdouble rgb[3])
{
  static const gdouble skin[3] = { 0.84, 0.64, 0.57 }, green[3] = { 0.2, 1.0, 0.2 };
  gdouble side = MIN (scene->width, scene->height);
  gdouble x = column + 0.5 - scene->width / 2.0, y = row + 0.5 - scene->height / 2.0;
  gdouble darker = lesion (scene, waves, x - scene->shift * side, y), spot = glare (scene, x, y, side);

  for (guint c = 0; c < 3; c++) {
    gdouble value = skin[c] * (1.0 - darker) * scene->light;

    value += spot * ((scene->spot_green ? green[c] : 1.0) - value);
    if (scene->field > 0.0f && hypot (x, y) > scene->field * side / 2.0)
      value = 0.02;
    for (guint i = 0; scene->noise > 0.0f && i < 4; i++)
      value += scene->noise / 255.0 * g_test_rand_double_range (-0.866, 0.866);
    rgb[c] = CLAMP (value, 0.0, 1.0);
  }
}

static guint8
encode (const Scene *scene, gdouble value, gboolean chroma)
{
  gboolean full = scene->range == DERMA_RANGE_FULL;

  if (chroma)
    return (guint8)lrint (128.0 + value * (full ? 127.0 : 112.0));
  return (guint8)lrint (full ? value * 255.0 : 16.0 + value * 219.0);
}

/* BT.601 */
static void
put (const Scene *scene, const Waves *waves, const Pixels *pixels, guint x, guint y)
{
  gdouble rgb[3], luma;

  get_colour (scene, waves, x, y, rgb);
  luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
  if (scene->format >= DERMA_FORMAT_RGB && scene->format <= DERMA_FORMAT_ABGR) {
    for (guint c = 0; c < 3; c++)
      *pixels_at (pixels, c, x, y) = encode (scene, rgb[c], FALSE);
    return;
  }
  *pixels_at (pixels, 0, x, y) = encode (scene, luma, FALSE);
  if (scene->format == DERMA_FORMAT_GRAY8)
    return;
  *pixels_at (pixels, 1, x, y) = encode (scene, (rgb[2] - luma) / 0.886, TRUE);
  *pixels_at (pixels, 2, x, y) = encode (scene, (rgb[0] - luma) / 0.701, TRUE);
}

void
scene_draw (const Scene *scene, Pixels *pixels)
{
  Waves waves;

  blur_waves (scene, &waves);
  pixels_init (pixels, scene->format, scene->width, scene->height, scene->padding);
  pixels->frame.range = scene->range;
  for (guint y = 0; y < scene->height; y++)
    for (guint x = 0; x < scene->width; x++)
      put (scene, &waves, pixels, x, y);
}

DermaQuality
scene_measure (const Scene *scene, DermaQualityMeter *meter, const DermaRect *rect)
{
  DermaQuality quality;
  Pixels pixels;

  scene_draw (scene, &pixels);
  g_assert_true (derma_quality_meter_measure (meter, &pixels.frame, rect, &quality, NULL));
  pixels_clear (&pixels);
  return quality;
}
