/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pixels.h"

#include "image/layout.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZE_ADDRESS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZE_ADDRESS 1
#endif
#endif

#ifdef SANITIZE_ADDRESS
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION (p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION (p, n)
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

static gsize
plane_size (const DermaFrame *frame, const DermaLayout *layout, guint plane, guint *rows)
{
  guint shift = layout->planes[plane].yshift;

  *rows = (frame->height + (1u << shift) - 1) >> shift;
  return (gsize)frame->strides[plane] * (*rows - 1) + derma_layout_row_bytes (layout, plane, frame->width);
}

void
pixels_init (Pixels *pixels, DermaFormat format, guint width, guint height, guint padding)
{
  const DermaLayout *layout = derma_layout_get (format);

  memset (pixels, 0, sizeof *pixels);
  pixels->frame = (DermaFrame){ .format = format, .width = width, .height = height, .range = DERMA_RANGE_FULL };
  for (guint i = 0; i < layout->n_planes; i++) {
    gsize row = derma_layout_row_bytes (layout, i, width), size;
    guint rows;

    pixels->frame.strides[i] = (gint)(row + padding);
    size = plane_size (&pixels->frame, layout, i, &rows);
    pixels->data[i] = g_malloc (size);
    memset (pixels->data[i], 0xa5, size);
    pixels->frame.planes[i] = pixels->data[i];
    for (guint y = 0; y + 1 < rows; y++)
      POISON (pixels->data[i] + y * (row + padding) + row, padding);
  }
}

void
pixels_clear (Pixels *pixels)
{
  const DermaLayout *layout = derma_layout_get (pixels->frame.format);
  guint rows;

  for (guint i = 0; i < layout->n_planes; i++) {
    UNPOISON (pixels->data[i], plane_size (&pixels->frame, layout, i, &rows));
    g_free (pixels->data[i]);
  }
}

void
pixels_shifts (DermaFormat format, guint c, guint *xshift, guint *yshift)
{
  const DermaLayout *layout = derma_layout_get (format);

  *xshift = layout->components[c].xshift;
  *yshift = layout->planes[layout->components[c].plane].yshift;
}

guint8 *
pixels_at (const Pixels *pixels, guint c, guint x, guint y)
{
  const DermaComponent *component = &derma_layout_get (pixels->frame.format)->components[c];
  guint xshift, yshift;

  pixels_shifts (pixels->frame.format, c, &xshift, &yshift);
  return pixels->data[component->plane] + (gsize)(y >> yshift) * pixels->frame.strides[component->plane]
         + component->offset + (gsize)(x >> xshift) * component->step;
}
