/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

G_BEGIN_DECLS

/** DermaPicture: a still picture that owns its pixels. */
typedef struct _DermaPicture DermaPicture;

/**
 * derma_picture_load:
 * @path: a JPEG or PNG file, told by its first bytes, at most 64 MiB, DERMA_MAX_SIDE a side and 2^27 pixels
 * @error: return location; %DERMA_ERROR_FILE, %DERMA_ERROR_FORMAT, %DERMA_ERROR_UNSUPPORTED (CMYK),
 *   %DERMA_ERROR_LIMIT, %DERMA_ERROR_RUNTIME (memory)
 *
 * A JPEG is decoded as GStreamer's jpegdec does by default, to full-range BT.601 I420 or GRAY8 without a detour over
 * RGB, so that a still and a live frame give the same reading. A JPEG of RGB stays RGB; a PNG becomes RGB, on black
 * where it is transparent. Damaged or truncated data is an error, never a picture with grey in it.
 *
 * Returns: (transfer full): the picture, or NULL with @error set to "PATH: CAUSE"
 */
DERMA_API DermaPicture *derma_picture_load (const gchar *path, GError **error);
/** derma_picture_free: @picture: (nullable) (transfer full) */
DERMA_API void derma_picture_free (DermaPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaPicture, derma_picture_free)

/** derma_picture_get_frame: Returns: (transfer none): its pixels; valid as long as the picture */
DERMA_API const DermaFrame *derma_picture_get_frame (const DermaPicture *picture);
/** derma_picture_get_pixels: Returns: (transfer none) (nullable): its first plane, to be painted on */
DERMA_API guint8 *derma_picture_get_pixels (DermaPicture *picture);

/** derma_picture_new: Returns: (transfer full): a picture of nothing, which derma_picture_assign() fills */
DERMA_API DermaPicture *derma_picture_new (void);
/**
 * derma_picture_assign:
 * @frame: what to copy, at most 2^27 pixels
 * @error: return location; %DERMA_ERROR_ARGUMENT, %DERMA_ERROR_LIMIT, %DERMA_ERROR_RUNTIME (memory)
 *
 * Makes it a copy of @frame, in its format and colorimetry. Takes memory only if it does not hold a picture of that
 * format and size already.
 *
 * Returns: TRUE, or FALSE with @error set and the picture one of nothing or as it was
 */
DERMA_API gboolean derma_picture_assign (DermaPicture *picture, const DermaFrame *frame, GError **error);
/** derma_picture_new_rgb: Returns: (transfer full): @frame as full-range RGB, or NULL with @error as above */
DERMA_API DermaPicture *derma_picture_new_rgb (const DermaFrame *frame, GError **error);

/** DermaPictureType: kinds of picture files */
typedef enum {
  DERMA_PICTURE_JPEG,
  DERMA_PICTURE_PNG,
  DERMA_N_PICTURE_TYPES,
} DermaPictureType;

/** DERMA_MAX_METADATA: bytes that Exif or XMP may have: what fits into a JPEG */
#define DERMA_MAX_METADATA 65500

/**
 * DermaPictureCoding:
 * @type: kind of file
 * @quality: of a JPEG, 1..100
 * @exif: (nullable): Exif data, from its byte order mark on, at most DERMA_MAX_METADATA
 * @xmp: (nullable): XMP packet, at most DERMA_MAX_METADATA
 * @small: whether a JPEG takes time to be small: chroma at half the resolution both ways, Huffman codes of its own
 *
 * How a picture becomes a file.
 */
typedef struct {
  DermaPictureType type;
  guint quality;
  GBytes *exif;
  GBytes *xmp;
  gboolean small;
} DermaPictureCoding;

/**
 * derma_picture_encode:
 * @frame: what to encode, at most 2^27 pixels; its matrix and range are honoured. A JPEG has chroma at the resolution
 *   of @frame unless it is to be small; a frame of GRAY8 becomes a grey file.
 * @error: return location; %DERMA_ERROR_ARGUMENT, %DERMA_ERROR_LIMIT, %DERMA_ERROR_RUNTIME
 *
 * Returns: (transfer full): a JPEG or PNG file, or NULL with @error set to the cause
 */
DERMA_API GBytes *derma_picture_encode (const DermaFrame *frame, const DermaPictureCoding *coding, GError **error);

/** derma_picture_type_get_suffix: Returns: (transfer none): "jpg" or "png"; NULL if out of range */
DERMA_API const gchar *derma_picture_type_get_suffix (DermaPictureType type);

G_END_DECLS
