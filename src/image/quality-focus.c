/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/quality-focus.h"

#include <stdlib.h>

/*
 * Energy of the Laplacian (Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, 2000), divided by the
 * energy of gradients four samples wide: both grow with contrast, only the first falls with blur. Noise is the same
 * everywhere and detail is not: what the smoothest patches have is taken off all of them, and the patches with the most
 * structure decide. On the pictures of tests/footage/README.md the Laplacian's energy alone, Tenengrad (the energy of
 * narrow gradients) and their ratios without the noise taken off each tell sharp from blurred less well.
 */
#define SHORTEST 128
#define SCALE 256 /* samples along the shorter side */
#define PATCHES 6
#define PATCH 18
#define LAG 4
#define FEWEST 6
/* A patch's coarse energy below which there is no structure to judge by, in squared 8-bit levels, on top of the noise.
 */
#define STRUCTURE 60.0f
/* Noise: the fine energy of the smoothest quarter with something on top, for JPEG spares some patches more than others
 * and 8 bits round; at most what 5 levels of noise have. */
#define MARGIN 1.3f
#define ROUNDING 1.5f
#define NOISIEST 300.0f

typedef struct {
  gfloat fine;
  gfloat narrow;
  gfloat coarse;
} Energy;

/* Samples are sums of four pixels, or one pixel four times where the frame has no more than one a sample. */
typedef struct {
  DermaQualityComponent component;
  guint side;
  guint apart;
  gint samples[PATCH][PATCH];
} Patch;

/* Green has most of luma, and the contrast of what is in skin; it saves looking at red and blue. */
static void
patch_init (Patch *patch, const DermaQualityReader *reader, const DermaRect *rect)
{
  patch->component = reader->components[reader->rgb ? 1 : 0];
  patch->side = (guint)MIN (rect->width, rect->height);
  patch->apart = patch->side * 2 >= SCALE * 3 ? MAX (patch->side / (2 * SCALE), 1) : 0;
}

static guint
patch_offset (const Patch *patch, guint i)
{
  return patch->side > SCALE ? i * patch->side / SCALE : i;
}

static void
patch_read (Patch *patch, guint left, guint top)
{
  const DermaQualityComponent *c = &patch->component;
  gsize across = (gsize)patch->apart * c->step, down = (gsize)patch->apart * c->stride, at[PATCH];

  for (guint x = 0; x < PATCH; x++)
    at[x] = (gsize)(left + patch_offset (patch, x)) * c->step;
  for (guint y = 0; y < PATCH; y++) {
    const guint8 *row = c->base + (gsize)(top + patch_offset (patch, y)) * c->stride;

    for (guint x = 0; x < PATCH; x++) {
      const guint8 *p = row + at[x];

      patch->samples[y][x] = p[0] + p[across] + p[down] + p[across + down];
    }
  }
}

/* Sums of squared differences between samples @lag apart, both ways. */
static gfloat
sum_gradients (const Patch *patch, guint lag)
{
  gint64 sum = 0;

  for (guint y = 0; y < PATCH; y++) {
    gint row = 0;

    for (guint x = 0; x + lag < PATCH; x++) {
      gint d = patch->samples[y][x + lag] - patch->samples[y][x];

      row += d * d;
    }
    sum += row;
  }
  for (guint y = 0; y + lag < PATCH; y++) {
    gint row = 0;

    for (guint x = 0; x < PATCH; x++) {
      gint d = patch->samples[y + lag][x] - patch->samples[y][x];

      row += d * d;
    }
    sum += row;
  }
  return (gfloat)sum / (gfloat)((PATCH - lag) * PATCH);
}

static gfloat
sum_laplacians (const Patch *patch)
{
  gint64 sum = 0;

  for (guint y = 1; y + 1 < PATCH; y++) {
    gint row = 0;

    for (guint x = 1; x + 1 < PATCH; x++) {
      gint middle = 2 * patch->samples[y][x];
      gint across = patch->samples[y][x - 1] - middle + patch->samples[y][x + 1];
      gint down = patch->samples[y - 1][x] - middle + patch->samples[y + 1][x];

      row += across * across + down * down;
    }
    sum += row;
  }
  return (gfloat)sum / (gfloat)((PATCH - 2) * (PATCH - 2));
}

static gboolean
touches_ring (const DermaQualityGrid *grid, guint column, guint row)
{
  const guint side = DERMA_QUALITY_SIDE / PATCHES;

  for (guint y = 0; y < side; y++)
    for (guint x = 0; x < side; x++)
      if (grid->ring[(row * side + y) * DERMA_QUALITY_SIDE + column * side + x])
        return TRUE;
  return FALSE;
}

static guint
measure_patches (const DermaQualityReader *reader, const DermaRect *rect, const DermaQualityGrid *grid,
                 Energy energies[PATCHES * PATCHES])
{
  const gfloat scale = reader->gain * 255.0f / 4.0f; /* from a sum of four codes to levels */
  guint n = 0, half;
  Patch patch;

  patch_init (&patch, reader, rect);
  half = patch_offset (&patch, PATCH) / 2;
  for (guint i = 0; i < PATCHES * PATCHES; i++) {
    guint column = i % PATCHES, row = i / PATCHES;

    if (touches_ring (grid, column, row))
      continue;
    patch_read (&patch, (guint)rect->x + (2 * column + 1) * (guint)rect->width / (2 * PATCHES) - half,
                (guint)rect->y + (2 * row + 1) * (guint)rect->height / (2 * PATCHES) - half);
    energies[n++] = (Energy){ .fine = sum_laplacians (&patch) * scale * scale,
                              .narrow = sum_gradients (&patch, 1) * scale * scale,
                              .coarse = sum_gradients (&patch, LAG) * scale * scale };
  }
  return n;
}

static gint
compare_fine (gconstpointer a, gconstpointer b)
{
  gfloat x = ((const Energy *)a)->fine, y = ((const Energy *)b)->fine;

  return (x > y) - (x < y);
}

static gint
compare_coarse (gconstpointer a, gconstpointer b)
{
  gfloat x = ((const Energy *)a)->coarse, y = ((const Energy *)b)->coarse;

  return (x < y) - (x > y);
}

gfloat
derma_quality_focus_measure (const DermaQualityReader *reader, const DermaRect *rect, const DermaQualityGrid *grid)
{
  Energy energies[PATCHES * PATCHES], noise;
  gfloat fine = 0.0f, coarse = 0.0f;
  guint n;

  if (MIN (rect->width, rect->height) < SHORTEST)
    return -1.0f;
  n = measure_patches (reader, rect, grid, energies);
  if (n < FEWEST)
    return -1.0f;
  qsort (energies, n, sizeof energies[0], compare_fine);
  noise = energies[n / 4];
  noise.fine = MIN (noise.fine * MARGIN + ROUNDING, NOISIEST);
  qsort (energies, n, sizeof energies[0], compare_coarse);
  for (guint i = 0; i < n / 4 + 1; i++) {
    fine += MAX (energies[i].fine - noise.fine, 0.0f);
    coarse += MAX (energies[i].coarse - noise.narrow, 0.0f) + STRUCTURE + noise.fine;
  }
  return fine / coarse;
}
