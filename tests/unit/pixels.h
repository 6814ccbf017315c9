/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

/* A frame of test pixels whose planes are exactly as long as they must be. */
typedef struct {
  DermaFrame frame;
  guint8 *data[3];
} Pixels;

/* @padding: bytes between a row's end and the next row; they are poisoned for AddressSanitizer where it is there. */
void pixels_init (Pixels *pixels, DermaFormat format, guint width, guint height, guint padding);
void pixels_clear (Pixels *pixels);

/* Where component @c (Y, Cb, Cr or R, G, B or grey) of pixel @x, @y is kept. */
guint8 *pixels_at (const Pixels *pixels, guint c, guint x, guint y);

/* Width and height of component @c in samples; @xshift and @yshift: how far it is halved. */
void pixels_shifts (DermaFormat format, guint c, guint *xshift, guint *yshift);
