/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/bmp.h"

#define HEADER 54

static void
put (guint8 *at, guint32 value)
{
  for (guint i = 0; i < 4; i++)
    at[i] = (guint8)(value >> 8 * i);
}

/* Rows from the bottom, of blue, green and red, filled up to four bytes. */
static void
fill (guint8 *data, const DermaFrame *frame, gsize stride)
{
  for (guint y = 0; y < frame->height; y++) {
    const guint8 *from = frame->planes[0] + (gssize)(frame->height - 1 - y) * frame->strides[0];
    guint8 *to = data + HEADER + y * stride;

    for (guint x = 0; x < frame->width; x++) {
      to[3 * x] = from[3 * x + 2];
      to[3 * x + 1] = from[3 * x + 1];
      to[3 * x + 2] = from[3 * x];
    }
  }
}

GBytes *
derma_bmp_encode (const DermaFrame *frame, GError **error)
{
  gsize stride = ((gsize)frame->width * 3 + 3) / 4 * 4, size = HEADER + stride * frame->height;
  g_autofree guint8 *data = size <= G_MAXUINT32 ? g_try_malloc0 (size) : NULL;

  if (!data || frame->format != DERMA_FORMAT_RGB) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "the picture cannot be written as a bitmap");
    return NULL;
  }
  data[0] = 'B';
  data[1] = 'M';
  put (data + 2, (guint32)size);
  put (data + 10, HEADER);
  put (data + 14, HEADER - 14);
  put (data + 18, frame->width);
  put (data + 22, frame->height);
  data[26] = 1;
  data[28] = 24;
  put (data + 34, (guint32)(size - HEADER));
  fill (data, frame, stride);
  return g_bytes_new_take (g_steal_pointer (&data), size);
}
