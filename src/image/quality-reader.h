/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/colour.h"

G_BEGIN_DECLS

/* A component's samples: of pixel x, y at base + (y >> yshift) * stride + (x >> xshift) * step. */
typedef struct {
  const guint8 *base;
  gsize stride;
  guint8 step;
  guint8 xshift;
  guint8 yshift;
} DermaQualityComponent;

/* Reads single pixels of a frame of any format. */
typedef struct {
  DermaQualityComponent components[3]; /* Y, Cb, Cr or R, G, B; grey three times */
  gboolean rgb;
  gfloat matrix[3][4]; /* from components to R, G, B in 0..255, not clipped */
  gfloat black;        /* from a luma code: (code - black) * gain is luma in 0..1 */
  gfloat gain;
} DermaQualityReader;

/* @frame has passed derma_frame_check(). */
void derma_quality_reader_init (DermaQualityReader *reader, const DermaFrame *frame);

/* The largest of R, G, B of a pixel, and the smallest, in 0..255. */
void derma_quality_reader_get_extremes (const DermaQualityReader *reader, guint x, guint y, gfloat *largest,
                                        gfloat *smallest);

static inline gfloat
derma_quality_reader_to_luma (const DermaQualityReader *reader, gfloat code)
{
  return CLAMP ((code - reader->black) * reader->gain, 0.0f, 1.0f);
}

G_END_DECLS
