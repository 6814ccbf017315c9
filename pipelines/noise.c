/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "noise.h"

#include <math.h>

gfloat
noise_hash (guint32 seed, gint32 x, gint32 y)
{
  guint32 h = seed * 0x9e3779b9u ^ (guint32)x * 0x85ebca6bu ^ (guint32)y * 0xc2b2ae35u;

  h = (h ^ (h >> 15)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12)) * 0x297a2d39u;
  h ^= h >> 15;
  return (gfloat)(h >> 8) / (gfloat)0xffffff;
}

static gfloat
mix (gfloat a, gfloat b, gfloat t)
{
  return a + (b - a) * t;
}

gfloat
noise_value (guint32 seed, gfloat x, gfloat y)
{
  gint32 ix = (gint32)floorf (x);
  gint32 iy = (gint32)floorf (y);
  gfloat tx = x - (gfloat)ix;
  gfloat ty = y - (gfloat)iy;

  tx = tx * tx * (3.0f - 2.0f * tx);
  ty = ty * ty * (3.0f - 2.0f * ty);
  return mix (mix (noise_hash (seed, ix, iy), noise_hash (seed, ix + 1, iy), tx),
              mix (noise_hash (seed, ix, iy + 1), noise_hash (seed, ix + 1, iy + 1), tx), ty);
}

gfloat
noise_fractal (guint32 seed, gfloat x, gfloat y, guint octaves)
{
  gfloat sum = 0.0f;
  gfloat total = 0.0f;
  gfloat weight = 1.0f;

  for (guint i = 0; i < octaves; i++) {
    sum += weight * noise_value (seed + i, x, y);
    total += weight;
    weight *= 0.5f;
    x = x * 2.0f + 17.3f;
    y = y * 2.0f - 5.9f;
  }
  return total > 0.0f ? sum / total : 0.5f;
}

gfloat
noise_ridge (guint32 seed, gfloat x, gfloat y, gfloat sharpness)
{
  gfloat off = fabsf (noise_fractal (seed, x, y, 2) - 0.5f) * sharpness;

  return 1.0f / (1.0f + off * off);
}

NoiseCell
noise_cell (guint32 seed, gfloat x, gfloat y)
{
  gint32 ix = (gint32)floorf (x);
  gint32 iy = (gint32)floorf (y);
  gfloat first = 8.0f;
  gfloat second = 8.0f;
  NoiseCell cell = { 0 };

  for (gint32 cy = iy - 1; cy <= iy + 1; cy++) {
    for (gint32 cx = ix - 1; cx <= ix + 1; cx++) {
      gfloat dx = (gfloat)cx + noise_hash (seed, cx, cy) - x;
      gfloat dy = (gfloat)cy + noise_hash (seed + 1, cx, cy) - y;
      gfloat d = dx * dx + dy * dy;

      if (d < first) {
        second = first;
        first = d;
        cell.id = noise_hash (seed + 2, cx, cy);
      } else if (d < second) {
        second = d;
      }
    }
  }
  cell.centre = MIN (sqrtf (first), 1.0f);
  cell.border = MIN (sqrtf (second) - sqrtf (first), 1.0f);
  return cell;
}
