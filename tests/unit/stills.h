/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef enum {
  STILL_420,
  STILL_422,
  STILL_444,
  STILL_411,
  STILL_440,
  STILL_GREY,
  STILL_RGB,
  STILL_CMYK,
  STILL_PNG_RGB,
  STILL_PNG_RGB16,
  STILL_PNG_CLEAR, /* wholly transparent */
} StillKind;

typedef struct {
  StillKind kind;
  guint width;
  guint height;
  gboolean progressive;
} Still;

/* The bytes of a JPEG or PNG file that shows still_colour(). */
GBytes *still_encode (const Still *still);

/* R, G or B at a place, 0..255 */
gdouble still_colour (gdouble x, gdouble y, guint c);

/* Overwrites the size in a PNG's header and mends its checksum. */
void still_png_set_size (guint8 *png, guint32 width, guint32 height);
