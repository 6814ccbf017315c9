/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/quality-grid.h"

G_BEGIN_DECLS

/*
 * How much fine detail there is for the coarse structure that there is, about 0.01 (none) to 0.3 (all); negative where
 * the rectangle is too small or too little of it is free of @grid's ring.
 */
gfloat derma_quality_focus_measure (const DermaQualityReader *reader, const DermaRect *rect,
                                    const DermaQualityGrid *grid);

G_END_DECLS
