/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>
#include <derma/reading.h>

/* From this share of lesion on, a cell of the map belongs to it. */
#define DERMA_LESION_CELL 0.5f

/* Finds connected cells (by their sides) of @values, height x width, that are at least DERMA_LESION_CELL, and keeps the
 * group with the largest sum. @scratch: one guint a cell. @box: around it, in fractions of the map; all 0 without one.
 */
void derma_lesion_find (const gfloat *values, guint width, guint height, guint *scratch, DermaBox *box);

/* From fractions of @rect to fractions of @frame. */
void derma_lesion_place (DermaBox *box, const DermaRect *rect, const DermaFrame *frame);
