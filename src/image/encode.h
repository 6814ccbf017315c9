/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/picture.h>

#include "image/colour.h"

G_BEGIN_DECLS

/*
 * What the encoders are given: a checked frame, how to make rows of it by derma_rgb_row(), and a row's room of width x
 * channels bytes. Errors name the cause only.
 */
typedef struct {
  const DermaFrame *frame;
  const DermaPictureCoding *coding;
  DermaColour colour;
  guint8 *row;
} DermaEncoding;

GBytes *derma_encoding_to_jpeg (const DermaEncoding *encoding, GError **error);
GBytes *derma_encoding_to_png (const DermaEncoding *encoding, GError **error);

G_END_DECLS
