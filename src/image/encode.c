/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/encode.h"

#include <derma/error.h>

#include "image/decode.h"
#include "image/layout.h"

const gchar *
derma_picture_type_get_suffix (DermaPictureType type)
{
  static const gchar *const suffixes[DERMA_N_PICTURE_TYPES] = { "jpg", "png" };

  return (guint)type < DERMA_N_PICTURE_TYPES ? suffixes[type] : NULL;
}

static gboolean
check_metadata (GBytes *bytes, const gchar *what, GError **error)
{
  if (!bytes || g_bytes_get_size (bytes) <= DERMA_MAX_METADATA)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "%s: %" G_GSIZE_FORMAT " bytes are more than %d", what,
               g_bytes_get_size (bytes), DERMA_MAX_METADATA);
  return FALSE;
}

static gboolean
check (const DermaFrame *frame, const DermaPictureCoding *coding, GError **error)
{
  if (!derma_frame_check (frame, error) || !derma_picture_check_size (frame->width, frame->height, error))
    return FALSE;
  if ((guint)coding->type >= DERMA_N_PICTURE_TYPES) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "coding: type: unknown value %u", (guint)coding->type);
    return FALSE;
  }
  if (coding->quality < 1 || coding->quality > 100) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "coding: quality: %u is not within 1 to 100",
                 coding->quality);
    return FALSE;
  }
  return check_metadata (coding->exif, "Exif", error) && check_metadata (coding->xmp, "XMP", error);
}

GBytes *
derma_picture_encode (const DermaFrame *frame, const DermaPictureCoding *coding, GError **error)
{
  DermaEncoding encoding = { .frame = frame, .coding = coding };
  g_autofree guint8 *row = NULL;

  if (!check (frame, coding, error))
    return NULL;
  encoding.colour.channels = derma_layout_get (frame->format)->family == DERMA_FAMILY_GREY ? 1 : 3;
  derma_colour_set (&encoding.colour, frame);
  encoding.row = row = g_try_malloc ((gsize)frame->width * encoding.colour.channels);
  if (row == NULL) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "no memory for %u pixels", frame->width);
    return NULL;
  }
  return coding->type == DERMA_PICTURE_JPEG ? derma_encoding_to_jpeg (&encoding, error)
                                            : derma_encoding_to_png (&encoding, error);
}
