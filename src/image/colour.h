/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

G_BEGIN_DECLS

/*
 * From a frame's components to the network's input. Channel c of n is
 *   clip (matrix[c][0..2] . components + matrix[c][3], 0, 255) * gain[c] + bias[c].
 */
typedef struct {
  guint channels;
  gfloat matrix[3][4];
  gfloat gain[3];
  gfloat bias[3];
} DermaColour;

/* Sets everything but gain and bias. */
void derma_colour_set (DermaColour *colour, const DermaFrame *frame);

/* Gain and bias of (value / 255 - mean) / std. */
void derma_colour_normalise (DermaColour *colour, const gfloat mean[3], const gfloat std[3]);

G_END_DECLS
