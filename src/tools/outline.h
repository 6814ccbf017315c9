/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Outlines of what is at least @level in a map of @width by @height cells, each value being that of its cell's middle;
 * outside of the map there is nothing. Lines go straight between the sides of a cell's square and are rounded where
 * they meet. Loops that enclose less than a tenth of the largest one are left out.
 *
 * Returns: (transfer full): an SVG path in fractions of the map, of which @x0, @y0, @dx and @dy make its units; "" if
 * there is no outline
 */
typedef struct {
  gdouble x0, y0; /* where the map begins */
  gdouble dx, dy; /* how large it is */
} DermaPlace;

gchar *derma_outline_trace (const gfloat *map, guint width, guint height, gfloat level, const DermaPlace *place);
