/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/quality-reader.h"
#include "image/layout.h"

#include <string.h>

void
derma_quality_reader_init (DermaQualityReader *reader, const DermaFrame *frame)
{
  const DermaLayout *layout = derma_layout_get (frame->format);
  gboolean full = frame->range == DERMA_RANGE_FULL;
  DermaColour colour = { .channels = 3 };

  for (guint i = 0; i < 3; i++) {
    const DermaComponent *component = &layout->components[i < layout->n_components ? i : 0];

    reader->components[i] = (DermaQualityComponent){
      .base = frame->planes[component->plane] + component->offset,
      .stride = (gsize)frame->strides[component->plane],
      .step = component->step,
      .xshift = component->xshift,
      .yshift = layout->planes[component->plane].yshift,
    };
  }
  reader->rgb = layout->family == DERMA_FAMILY_RGB;
  derma_colour_set (&colour, frame);
  memcpy (reader->matrix, colour.matrix, sizeof reader->matrix);
  reader->black = full ? 0.0f : 16.0f;
  reader->gain = 1.0f / (full ? 255.0f : 219.0f);
}

void
derma_quality_reader_get_extremes (const DermaQualityReader *reader, guint x, guint y, gfloat *largest,
                                   gfloat *smallest)
{
  gfloat codes[3], colours[3];

  for (guint i = 0; i < 3; i++) {
    const DermaQualityComponent *c = &reader->components[i];

    codes[i] = c->base[(gsize)(y >> c->yshift) * c->stride + (gsize)(x >> c->xshift) * c->step];
  }
  for (guint i = 0; i < 3; i++) {
    const gfloat *row = reader->matrix[i];

    colours[i] = row[0] * codes[0] + row[1] * codes[1] + row[2] * codes[2] + row[3];
  }
  *largest = MAX (MAX (colours[0], colours[1]), colours[2]);
  *smallest = MIN (MIN (colours[0], colours[1]), colours[2]);
}
