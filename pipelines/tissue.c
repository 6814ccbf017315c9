/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tissue.h"

#include "noise.h"

#include <math.h>

/* Layers of noise, each with a seed of its own. */
enum {
  LAYER_TONE = 10,
  LAYER_GRAIN = 20,
  LAYER_LINES = 30,
  LAYER_VESSELS = 50,
  LAYER_WARP = 60,
  LAYER_OUTLINE = 80,
  LAYER_EDGE = 90,
  LAYER_NETWORK = 110,
  LAYER_DOTS = 130,
  LAYER_DARK = 140,
  LAYER_VEIL = 160,
  LAYER_MOTTLE = 170,
};

static gfloat
smoothstep (gfloat from, gfloat to, gfloat x)
{
  gfloat t = CLAMP ((x - from) / (to - from), 0.0f, 1.0f);

  return t * t * (3.0f - 2.0f * t);
}

static void
blend (gfloat rgb[3], gfloat r, gfloat g, gfloat b, gfloat amount)
{
  rgb[0] += (r - rgb[0]) * amount;
  rgb[1] += (g - rgb[1]) * amount;
  rgb[2] += (b - rgb[2]) * amount;
}

/* Light that crosses pigment loses more blue than red: Beer-Lambert with the slope of melanin. */
static void
absorb (gfloat rgb[3], gfloat pigment)
{
  rgb[0] *= expf (-0.58f * pigment);
  rgb[1] *= expf (-0.98f * pigment);
  rgb[2] *= expf (-1.24f * pigment);
}

/* Skin lines run in two directions that cross; seen through immersion fluid they are a little lighter. */
static gfloat
skin_lines (guint32 seed, gfloat x, gfloat y)
{
  gfloat along = 0.88f * x + 0.47f * y;
  gfloat across = -0.47f * x + 0.88f * y;
  gfloat bend = 0.04f * noise_value (seed + LAYER_LINES, x * 3.0f, y * 3.0f);
  gfloat first = noise_ridge (seed + LAYER_LINES + 2, along * 2.5f, (across + bend) * 16.0f, 22.0f);
  gfloat second = noise_ridge (seed + LAYER_LINES + 6, (along - bend) * 13.0f, across * 2.0f, 26.0f);

  return first * 0.6f + second * 0.4f;
}

static void
paint_skin (guint32 seed, gfloat x, gfloat y, gfloat rgb[3])
{
  gfloat tone = noise_fractal (seed + LAYER_TONE, x * 2.2f + 3.0f, y * 2.2f, 4);
  gfloat grain = noise_fractal (seed + LAYER_GRAIN, x * 90.0f, y * 90.0f, 3) - 0.5f;
  gfloat blotch = noise_fractal (seed + LAYER_MOTTLE, x * 14.0f, y * 14.0f, 4) - 0.5f;
  gfloat vessel = noise_ridge (seed + LAYER_VESSELS, x * 5.0f, y * 5.0f, 95.0f)
                  * smoothstep (0.45f, 0.75f, noise_value (seed + LAYER_VESSELS + 4, x * 4.0f, y * 4.0f));

  rgb[0] = 0.885f;
  rgb[1] = 0.655f;
  rgb[2] = 0.615f;
  blend (rgb, 0.835f, 0.555f, 0.555f, smoothstep (0.35f, 0.70f, tone));
  absorb (rgb, 0.12f * blotch - 0.10f * grain);
  blend (rgb, 0.94f, 0.80f, 0.76f, 0.20f * skin_lines (seed, x, y));
  blend (rgb, 0.72f, 0.33f, 0.36f, 0.28f * vessel);
}

/* 0 in the middle of the lesion, about 1 on its outline. */
static gfloat
lesion_distance (guint32 seed, gfloat x, gfloat y)
{
  gfloat wx = x + 0.10f * (noise_fractal (seed + LAYER_WARP, x * 5.0f, y * 5.0f, 4) - 0.5f);
  gfloat wy = y + 0.10f * (noise_fractal (seed + LAYER_WARP + 8, x * 5.0f, y * 5.0f, 4) - 0.5f);
  gfloat length = sqrtf (wx * wx * 0.74f + wy * wy * 1.16f + 0.18f * wx * wy) + 1e-6f;
  gfloat outline = noise_fractal (seed + LAYER_OUTLINE, 1.7f * wx / length + 9.0f, 1.7f * wy / length, 3);

  return length / (0.20f + 0.115f * outline);
}

/* The net of rete ridges: dark lines round lighter holes, coarser and stronger towards one side. */
static gfloat
pigment_network (guint32 seed, gfloat x, gfloat y)
{
  gfloat wx = x + 0.012f * noise_fractal (seed + LAYER_NETWORK + 4, x * 22.0f, y * 22.0f, 2);
  gfloat wy = y + 0.012f * noise_fractal (seed + LAYER_NETWORK + 7, x * 22.0f, y * 22.0f, 2);
  NoiseCell cell = noise_cell (seed + LAYER_NETWORK, wx * 58.0f, wy * 58.0f);
  gfloat strength = noise_fractal (seed + LAYER_NETWORK + 10, x * 4.5f + 2.0f, y * 4.5f, 2);

  return (1.0f - smoothstep (0.0f, 0.46f, cell.border)) * smoothstep (0.25f, 0.65f, strength);
}

/* Dots and globules: some cells of a coarser honeycomb hold one. */
static gfloat
dots (guint32 seed, gfloat x, gfloat y)
{
  gfloat wx = x + 0.014f * noise_fractal (seed + LAYER_DOTS + 4, x * 55.0f, y * 55.0f, 2);
  gfloat wy = y + 0.014f * noise_fractal (seed + LAYER_DOTS + 7, x * 55.0f, y * 55.0f, 2);
  NoiseCell cell = noise_cell (seed + LAYER_DOTS, wx * 30.0f, wy * 30.0f);
  gfloat radius = cell.id > 0.66f ? 0.10f + 0.45f * (cell.id - 0.66f) : 0.0f;

  return radius > 0.0f ? 1.0f - smoothstep (radius * 0.3f, radius * 1.5f, cell.centre) : 0.0f;
}

static void
paint_lesion (guint32 seed, gfloat x, gfloat y, gfloat distance, gfloat rgb[3])
{
  gfloat ragged = distance + 0.42f * (noise_fractal (seed + LAYER_EDGE, x * 17.0f, y * 17.0f, 5) - 0.5f);
  gfloat inside = 1.0f - smoothstep (0.76f, 1.12f, ragged);
  gfloat rim = inside * smoothstep (0.30f, 0.85f, distance);
  gfloat mottle = noise_fractal (seed + LAYER_MOTTLE + 5, x * 24.0f, y * 24.0f, 4);
  gfloat dark = smoothstep (0.46f, 0.66f, noise_fractal (seed + LAYER_DARK, x * 5.5f + 4.0f, y * 5.5f, 4));
  gfloat veil = smoothstep (0.52f, 0.70f, noise_fractal (seed + LAYER_VEIL, x * 5.0f - 7.0f, y * 5.0f, 3))
                * (1.0f - smoothstep (0.35f, 0.75f, distance));
  gfloat pigment = inside * (0.42f + 0.55f * mottle + 0.95f * dark);

  pigment += (0.28f * inside + 0.50f * rim) * pigment_network (seed, x, y);
  pigment += 0.7f * inside * dots (seed, x, y);
  absorb (rgb, 0.10f * (1.0f - smoothstep (0.9f, 1.9f, distance)));
  absorb (rgb, pigment);
  blend (rgb, 0.47f, 0.44f, 0.52f, 0.55f * veil * inside);
}

void
tissue_colour (guint32 seed, gfloat x, gfloat y, gfloat rgb[3])
{
  gfloat distance = lesion_distance (seed, x, y);

  paint_skin (seed, x, y, rgb);
  if (distance < 2.2f)
    paint_lesion (seed, x, y, distance, rgb);
}
