/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>

#include "image/decode.h"

#include <png.h>
#include <string.h>

gboolean
derma_picture_decode_png (DermaPicture *picture, const guint8 *data, gsize size, GError **error)
{
  const png_color black = { 0, 0, 0 };
  png_image image = { .version = PNG_IMAGE_VERSION };
  gboolean ok = png_image_begin_read_from_memory (&image, data, size) != 0;

  if (ok && !derma_picture_allocate (picture, DERMA_FORMAT_RGB, image.width, image.height, error)) {
    png_image_free (&image);
    return FALSE;
  }
  if (ok) {
    image.format = PNG_FORMAT_RGB;
    /* Sixteen bits without a gamma are not linear light but plain sRGB in files that programs write. */
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    ok = png_image_finish_read (&image, &black, picture->data, picture->frame.strides[0], NULL) != 0;
  }
  /* Only the text tells what is the system's fault from what is the file's. */
  if (!ok)
    g_set_error (error, DERMA_ERROR, strstr (image.message, "memory") ? DERMA_ERROR_RUNTIME : DERMA_ERROR_FORMAT,
                 "PNG: %s", image.message);
  png_image_free (&image);
  return ok;
}
