/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/quality-reader.h"

G_BEGIN_DECLS

#define DERMA_QUALITY_SIDE 48
#define DERMA_QUALITY_CELLS (DERMA_QUALITY_SIDE * DERMA_QUALITY_SIDE)

/* A rectangle of a frame in DERMA_QUALITY_SIDE by DERMA_QUALITY_SIDE cells, of which eight pixels each are looked at.
 */
typedef struct {
  gfloat luma[DERMA_QUALITY_CELLS];    /* mean, 0..1 */
  guint8 clipped[DERMA_QUALITY_CELLS]; /* whether a colour of its pixel is at the upper end */
  guint8 bright[DERMA_QUALITY_CELLS];  /* how many of its pixels are as bright as glare, and colourless */
  guint8 ring[DERMA_QUALITY_CELLS];    /* whether it belongs to a round field's dark surround, or touches it */
} DermaQualityGrid;

/* @rect lies in the frame. */
void derma_quality_grid_fill (DermaQualityGrid *grid, const DermaQualityReader *reader, const DermaRect *rect);

/* Share of the cells that belong to the surround; the cells that touch it are only marked. */
gfloat derma_quality_grid_find_ring (DermaQualityGrid *grid);

/* Of the cells that are not marked: shares of clipped and of black ones, and the luma that three quarters stay below.
 */
void derma_quality_grid_expose (const DermaQualityGrid *grid, gfloat *clipped, gfloat *crushed, gfloat *brightness);

/* Share of the pixels in cells that are not marked that are small spots of glare. */
gfloat derma_quality_grid_find_glare (const DermaQualityGrid *grid);

/* How far the picture moved since @before, in cells; a large number where it is another picture. */
gfloat derma_quality_grid_move (const DermaQualityGrid *grid, const DermaQualityGrid *before);

/* Whether no cell is brighter or darker than @before by more than a camera's noise, nor all of them by a little. */
gboolean derma_quality_grid_is_alike (const DermaQualityGrid *grid, const DermaQualityGrid *before);

G_END_DECLS
