/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/colour.h"

G_BEGIN_DECLS

/* Row @y of a checked @frame as full-range R'G'B', or grey with one channel, without normalisation: @out has
 * colour.channels bytes a pixel. Chroma of less resolution is repeated. */
void derma_rgb_row (const DermaFrame *frame, const DermaColour *colour, guint y, guint8 *out);

G_END_DECLS
