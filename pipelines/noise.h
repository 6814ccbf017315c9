/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Lattice noise: the same @seed and place give the same value. All values are 0..1. */

/** noise_hash: Returns: a value of lattice point @x, @y */
gfloat noise_hash (guint32 seed, gint32 x, gint32 y);

/** noise_value: Returns: smooth noise, one feature a unit of length */
gfloat noise_value (guint32 seed, gfloat x, gfloat y);

/** noise_fractal: Returns: @octaves of smooth noise, each twice as fine and half as strong as the one before */
gfloat noise_fractal (guint32 seed, gfloat x, gfloat y, guint octaves);

/** noise_ridge: Returns: 1 on the winding lines where smooth noise crosses its middle, falling off beside them */
gfloat noise_ridge (guint32 seed, gfloat x, gfloat y, gfloat sharpness);

/**
 * NoiseCell:
 * @centre: distance to the nearest of the points strewn one a unit square
 * @border: how much farther the second nearest is: 0 on the borders between cells
 * @id: a value of the cell
 */
typedef struct {
  gfloat centre;
  gfloat border;
  gfloat id;
} NoiseCell;

/** noise_cell: Returns: where in a honeycomb of irregular cells @x, @y lies */
NoiseCell noise_cell (guint32 seed, gfloat x, gfloat y);
