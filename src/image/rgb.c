/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/rgb.h"

#include "image/layout.h"

static guint8
to_byte (gfloat value)
{
  return (guint8)(CLAMP (value, 0.0f, 255.0f) + 0.5f);
}

void
derma_rgb_row (const DermaFrame *frame, const DermaColour *colour, guint y, guint8 *out)
{
  const DermaLayout *layout = derma_layout_get (frame->format);
  DermaComponent parts[3];
  const guint8 *rows[3];

  for (guint i = 0; i < 3; i++) {
    guint line;

    parts[i] = layout->components[MIN (i, layout->n_components - 1u)];
    line = y >> layout->planes[parts[i].plane].yshift;
    rows[i] = frame->planes[parts[i].plane] + (gsize)line * frame->strides[parts[i].plane] + parts[i].offset;
  }
  for (guint x = 0; x < frame->width; x++) {
    const gfloat a = rows[0][(gsize)(x >> parts[0].xshift) * parts[0].step];
    const gfloat b = rows[1][(gsize)(x >> parts[1].xshift) * parts[1].step];
    const gfloat c = rows[2][(gsize)(x >> parts[2].xshift) * parts[2].step];

    for (guint i = 0; i < colour->channels; i++) {
      const gfloat *m = colour->matrix[i];

      *out++ = to_byte (m[0] * a + m[1] * b + m[2] * c + m[3]);
    }
  }
}
