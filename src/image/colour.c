/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/colour.h"
#include "image/layout.h"

#include <string.h>

/* Weights of R' and B' in Y': BT.601-7 2.5.1, BT.709-6 item 3.2, BT.2020-2 table 4, SMPTE ST 240, FCC 73.682 (a)(20).
 */
static const struct {
  gdouble kr;
  gdouble kb;
} weights[DERMA_N_MATRICES] = {
  [DERMA_MATRIX_BT601] = { 0.299, 0.114 },    [DERMA_MATRIX_BT709] = { 0.2126, 0.0722 },
  [DERMA_MATRIX_BT2020] = { 0.2627, 0.0593 }, [DERMA_MATRIX_SMPTE240M] = { 0.212, 0.087 },
  [DERMA_MATRIX_FCC] = { 0.30, 0.11 },
};

typedef gfloat Row[4];

/*
 * With y and c the components expanded to 0..255 and -127.5..127.5 (limited range, BT.601-7 2.5.3: y spans 219 codes
 * from 16, chroma 224 around 128):
 *   R = y + 2 (1 - kr) cr
 *   B = y + 2 (1 - kb) cb
 *   G = y - 2 (1 - kb) kb / kg cb - 2 (1 - kr) kr / kg cr,  kg = 1 - kr - kb
 */
static void
set_ycbcr (Row *rows, DermaMatrix matrix, DermaRange range)
{
  gdouble kr = weights[matrix].kr, kb = weights[matrix].kb, kg = 1.0 - kr - kb;
  gdouble luma = range == DERMA_RANGE_FULL ? 1.0 : 255.0 / 219.0;
  gdouble chroma = range == DERMA_RANGE_FULL ? 1.0 : 255.0 / 224.0;
  gdouble black = range == DERMA_RANGE_FULL ? 0.0 : 16.0;
  gdouble cb[3] = { 0.0, -2.0 * (1.0 - kb) * kb / kg * chroma, 2.0 * (1.0 - kb) * chroma };
  gdouble cr[3] = { 2.0 * (1.0 - kr) * chroma, -2.0 * (1.0 - kr) * kr / kg * chroma, 0.0 };

  for (guint c = 0; c < 3; c++) {
    rows[c][0] = (gfloat)luma;
    rows[c][1] = (gfloat)cb[c];
    rows[c][2] = (gfloat)cr[c];
    rows[c][3] = (gfloat)(-luma * black - 128.0 * (cb[c] + cr[c]));
  }
}

/* Limited-range R'G'B' and grey span 219 codes from 16 as luma does. */
static void
set_direct (Row *rows, DermaFamily family, DermaRange range)
{
  gdouble scale = range == DERMA_RANGE_FULL ? 1.0 : 255.0 / 219.0;

  for (guint c = 0; c < 3; c++) {
    rows[c][family == DERMA_FAMILY_RGB ? c : 0] = (gfloat)scale;
    rows[c][3] = range == DERMA_RANGE_FULL ? 0.0f : (gfloat)(-16.0 * scale);
  }
}

/* One channel: Y' as it is in the frame, or BT.601 luma of R'G'B'. */
static void
set_luma (Row *rows, DermaFamily family)
{
  if (family == DERMA_FAMILY_RGB) {
    gdouble kr = weights[DERMA_MATRIX_BT601].kr, kb = weights[DERMA_MATRIX_BT601].kb;
    gfloat scale = rows[0][0];

    rows[0][0] = (gfloat)(kr * scale);
    rows[0][1] = (gfloat)((1.0 - kr - kb) * scale);
    rows[0][2] = (gfloat)(kb * scale);
  } else if (family == DERMA_FAMILY_YCBCR) {
    rows[0][3] += 128.0f * (rows[0][1] + rows[0][2]);
    rows[0][1] = rows[0][2] = 0.0f;
  }
}

void
derma_colour_set (DermaColour *colour, const DermaFrame *frame)
{
  DermaFamily family = derma_layout_get (frame->format)->family;

  memset (colour->matrix, 0, sizeof colour->matrix);
  if (family == DERMA_FAMILY_YCBCR)
    set_ycbcr (colour->matrix, frame->matrix, frame->range);
  else
    set_direct (colour->matrix, family, frame->range);
  if (colour->channels == 1)
    set_luma (colour->matrix, family);
}

void
derma_colour_normalise (DermaColour *colour, const gfloat mean[3], const gfloat std[3])
{
  for (guint c = 0; c < colour->channels; c++) {
    colour->gain[c] = (gfloat)(1.0 / (255.0 * std[c]));
    colour->bias[c] = (gfloat)(-(gdouble)mean[c] / std[c]);
  }
}
