/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/quality-grid.h"

#include <math.h>
#include <string.h>

#define SIDE DERMA_QUALITY_SIDE
#define CELLS DERMA_QUALITY_CELLS
#define ACROSS 4 /* pixels of a cell that are looked at */
#define DOWN 2
#define PIXELS (ACROSS * DOWN)

/* A colour counts as clipped from here on: what JPEG and halved chroma leave of 255. */
#define CLIPPED 250.0f
/* Luma that counts as black, and that a dark surround stays below. */
#define CRUSHED 0.04f
#define SURROUND 0.16f
/* A surround leaves at least this share of the half width free, and a middle this much brighter than itself. */
#define FIELD 0.6f
#define MIDDLE 1.5f
/* Glare: luma from which on, the spread of its colours up to which it is colourless, how much darker most of its
 * neighbourhood is, and how far away that is, in cells. */
#define GLARE_LUMA 0.92f
#define GLARE_SPREAD 50.0f
#define GLARE_DROP 0.10f
#define GLARE_REACH 6
/* Movement: luma differences and slopes that are the noise of a cell. */
#define STILL 0.004f
#define SLOPE 0.010f
/* A still scene: difference of one cell, five times the noise of its mean for a camera with a noise of 3 in 255, and
 * difference of the means of all. */
#define ALIKE_CELL 0.021f
#define ALIKE_MEAN 0.005f

/* Where the pixels lie that are looked at. */
typedef struct {
  guint x[SIDE * ACROSS];
  guint y[SIDE * DOWN];
} Places;

static void
place (Places *places, const DermaRect *rect)
{
  for (guint i = 0; i < SIDE * ACROSS; i++)
    places->x[i] = (guint)rect->x + (2 * i + 1) * (guint)rect->width / (2 * SIDE * ACROSS);
  for (guint i = 0; i < SIDE * DOWN; i++)
    places->y[i] = (guint)rect->y + (2 * i + 1) * (guint)rect->height / (2 * SIDE * DOWN);
}

/* Luma codes of one row of pixels; of R'G'B' by BT.601, as derma_colour_set() has it. */
static void
read_row (const DermaQualityReader *reader, const Places *places, guint y, guint8 *codes)
{
  const DermaQualityComponent *c = reader->components;
  const guint8 *rows[3];

  for (guint i = 0; i < 3; i++)
    rows[i] = c[i].base + (gsize)(y >> c[i].yshift) * c[i].stride;
  if (reader->rgb)
    for (guint i = 0; i < SIDE * ACROSS; i++) {
      gsize at = (gsize)places->x[i] * c->step;

      codes[i] = (guint8)((77u * rows[0][at] + 150u * rows[1][at] + 29u * rows[2][at] + 128u) >> 8);
    }
  else
    for (guint i = 0; i < SIDE * ACROSS; i++)
      codes[i] = rows[0][(gsize)places->x[i] * c->step];
}

/* How many pixels of a cell are as bright as glare, if the brightest is colourless. */
static guint
count_bright (const DermaQualityReader *reader, const Places *places, guint8 codes[DOWN][SIDE * ACROSS],
              const guint cell[2])
{
  guint n = 0, most = 0, where[2] = { 0, 0 };
  gfloat largest, smallest;

  for (guint k = 0; k < PIXELS; k++) {
    guint code = codes[k / ACROSS][cell[0] * ACROSS + k % ACROSS];

    if (code > most) {
      most = code;
      where[0] = cell[0] * ACROSS + k % ACROSS;
      where[1] = cell[1] * DOWN + k / ACROSS;
    }
    n += derma_quality_reader_to_luma (reader, code) >= GLARE_LUMA;
  }
  derma_quality_reader_get_extremes (reader, places->x[where[0]], places->y[where[1]], &largest, &smallest);
  return largest - smallest <= GLARE_SPREAD ? n : 0;
}

static void
fill_cell (DermaQualityGrid *grid, const DermaQualityReader *reader, const Places *places,
           guint8 codes[DOWN][SIDE * ACROSS], const guint cell[2])
{
  guint i = cell[1] * SIDE + cell[0], sum = 0, most = 0;
  gfloat largest, smallest;

  for (guint k = 0; k < PIXELS; k++) {
    guint code = codes[k / ACROSS][cell[0] * ACROSS + k % ACROSS];

    sum += code;
    most = MAX (most, code);
  }
  grid->luma[i] = derma_quality_reader_to_luma (reader, (gfloat)sum / PIXELS);
  derma_quality_reader_get_extremes (reader, places->x[cell[0] * ACROSS + 1], places->y[cell[1] * DOWN], &largest,
                                     &smallest);
  grid->clipped[i] = largest >= CLIPPED;
  grid->bright[i] = 0;
  if (derma_quality_reader_to_luma (reader, (gfloat)most) >= GLARE_LUMA)
    grid->bright[i] = (guint8)count_bright (reader, places, codes, cell);
}

void
derma_quality_grid_fill (DermaQualityGrid *grid, const DermaQualityReader *reader, const DermaRect *rect)
{
  guint8 codes[DOWN][SIDE * ACROSS];
  Places places;

  place (&places, rect);
  for (guint y = 0; y < SIDE; y++) {
    for (guint k = 0; k < DOWN; k++)
      read_row (reader, &places, places.y[y * DOWN + k], codes[k]);
    for (guint x = 0; x < SIDE; x++)
      fill_cell (grid, reader, &places, codes, (guint[]){ x, y });
  }
  memset (grid->ring, 0, sizeof grid->ring);
}

static gboolean
is_outside_field (guint i)
{
  gfloat x = (gfloat)(i % SIDE) + 0.5f - SIDE / 2.0f, y = (gfloat)(i / SIDE) + 0.5f - SIDE / 2.0f;
  const gfloat radius = FIELD * SIDE / 2.0f;

  return x * x + y * y > radius * radius;
}

static gfloat
mean_of_middle (const DermaQualityGrid *grid)
{
  gfloat sum = 0.0f;

  for (guint y = SIDE / 4; y < SIDE * 3 / 4; y++)
    for (guint x = SIDE / 4; x < SIDE * 3 / 4; x++)
      sum += grid->luma[y * SIDE + x];
  return sum / (CELLS / 4);
}

/* Indices of the cells beside cell @i. */
static guint
list_beside (guint i, guint beside[4])
{
  guint x = i % SIDE, y = i / SIDE, n = 0;

  if (x > 0)
    beside[n++] = i - 1;
  if (x + 1 < SIDE)
    beside[n++] = i + 1;
  if (y > 0)
    beside[n++] = i - SIDE;
  if (y + 1 < SIDE)
    beside[n++] = i + SIDE;
  return n;
}

/* Dark cells that hang together from @seed on; returns how many. */
static guint
flood (DermaQualityGrid *grid, guint seed)
{
  guint16 stack[CELLS];
  guint n = 0, depth = 0, beside[4];

  if (grid->ring[seed] || grid->luma[seed] > SURROUND)
    return 0;
  grid->ring[seed] = TRUE;
  stack[depth++] = (guint16)seed;
  while (depth > 0) {
    guint n_beside = list_beside (stack[--depth], beside);

    n++;
    for (guint k = 0; k < n_beside; k++)
      if (!grid->ring[beside[k]] && grid->luma[beside[k]] <= SURROUND && is_outside_field (beside[k])) {
        grid->ring[beside[k]] = TRUE;
        stack[depth++] = (guint16)beside[k];
      }
  }
  return n;
}

static void
mark_touching (DermaQualityGrid *grid)
{
  guint8 ring[CELLS];
  guint beside[4];

  memcpy (ring, grid->ring, sizeof ring);
  for (guint i = 0; i < CELLS; i++) {
    guint n = list_beside (i, beside);

    for (guint k = 0; k < n; k++)
      grid->ring[i] |= ring[beside[k]];
  }
}

/* The surround always reaches the corners, and the field that it leaves is brighter. */
gfloat
derma_quality_grid_find_ring (DermaQualityGrid *grid)
{
  static const guint corners[4] = { 0, SIDE - 1, CELLS - SIDE, CELLS - 1 };
  guint n = 0;

  if (mean_of_middle (grid) < MIDDLE * SURROUND)
    return 0.0f;
  for (guint i = 0; i < G_N_ELEMENTS (corners); i++)
    n += flood (grid, corners[i]);
  if (n > 0)
    mark_touching (grid);
  return (gfloat)n / CELLS;
}

void
derma_quality_grid_expose (const DermaQualityGrid *grid, gfloat *clipped, gfloat *crushed, gfloat *brightness)
{
  guint histogram[256] = { 0 }, n = 0, n_clipped = 0, n_crushed = 0, above = 0, level = 255;

  for (guint i = 0; i < CELLS; i++) {
    if (grid->ring[i])
      continue;
    n++;
    n_clipped += grid->clipped[i];
    n_crushed += grid->luma[i] <= CRUSHED;
    histogram[(guint)(grid->luma[i] * 255.0f)]++;
  }
  for (; level > 0 && (above + histogram[level]) * 4 <= n; level--)
    above += histogram[level];
  *clipped = (gfloat)n_clipped / MAX (n, 1);
  *crushed = (gfloat)n_crushed / MAX (n, 1);
  *brightness = (gfloat)level / 255.0f;
}

/* Whether most of what lies around a cell at some distance is darker. */
static gboolean
stands_out (const DermaQualityGrid *grid, guint i)
{
  static const gint around[8][2] = { { -4, -4 }, { 0, -GLARE_REACH }, { 4, -4 }, { GLARE_REACH, 0 },
                                     { 4, 4 },   { 0, GLARE_REACH },  { -4, 4 }, { -GLARE_REACH, 0 } };
  guint seen = 0, darker = 0;

  for (guint k = 0; k < G_N_ELEMENTS (around); k++) {
    gint x = (gint)(i % SIDE) + around[k][0], y = (gint)(i / SIDE) + around[k][1];

    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE || grid->ring[y * SIDE + x])
      continue;
    seen++;
    darker += grid->luma[y * SIDE + x] <= GLARE_LUMA - GLARE_DROP;
  }
  return darker * 4 >= seen * 3 && darker > 0;
}

gfloat
derma_quality_grid_find_glare (const DermaQualityGrid *grid)
{
  guint n = 0, glare = 0;

  for (guint i = 0; i < CELLS; i++) {
    if (grid->ring[i])
      continue;
    n++;
    if (grid->bright[i] > 0 && stands_out (grid, i))
      glare += grid->bright[i];
  }
  return (gfloat)glare / (gfloat)(PIXELS * MAX (n, 1));
}

/* The brightness that explains most of the difference: the factor that takes @before to @grid in least squares. */
static gfloat
fit_gain (const DermaQualityGrid *grid, const DermaQualityGrid *before)
{
  gfloat both = 0.0f, square = 0.0f;

  for (guint i = 0; i < CELLS; i++)
    if (!grid->ring[i]) {
      both += grid->luma[i] * before->luma[i];
      square += before->luma[i] * before->luma[i];
    }
  return square > 0.0f ? both / square : 1.0f;
}

gfloat
derma_quality_grid_move (const DermaQualityGrid *grid, const DermaQualityGrid *before)
{
  gfloat gain = fit_gain (grid, before), change = 0.0f, slope = 0.0f;
  guint n = 0;

  for (guint y = 0; y + 1 < SIDE; y++)
    for (guint x = 0; x + 1 < SIDE; x++) {
      guint i = y * SIDE + x;

      if (grid->ring[i] || grid->ring[i + 1] || grid->ring[i + SIDE])
        continue;
      n++;
      change += fabsf (grid->luma[i] - gain * before->luma[i]);
      slope += 0.5f * (fabsf (grid->luma[i + 1] - grid->luma[i]) + fabsf (grid->luma[i + SIDE] - grid->luma[i]));
    }
  change = change / MAX (n, 1) - STILL;
  return MAX (change, 0.0f) / (slope / MAX (n, 1) + SLOPE);
}

gboolean
derma_quality_grid_is_alike (const DermaQualityGrid *grid, const DermaQualityGrid *before)
{
  gfloat sum = 0.0f;

  for (guint i = 0; i < CELLS; i++) {
    gfloat difference = grid->luma[i] - before->luma[i];

    if (fabsf (difference) > ALIKE_CELL)
      return FALSE;
    sum += difference;
  }
  return fabsf (sum) <= ALIKE_MEAN * CELLS;
}
