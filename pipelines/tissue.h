/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * tissue_colour:
 * @seed: which skin and which lesion
 * @x: place, 0 in the middle of the lesion, 1 the height of the picture
 * @y: likewise, downwards
 * @rgb: (out): the colour under even white light, 0..1
 *
 * What a dermatoscope would see at one place: skin with its lines and vessels, and a pigmented lesion with a network,
 * dots, a darker part and a bluish one.
 */
void tissue_colour (guint32 seed, gfloat x, gfloat y, gfloat rgb[3]);
