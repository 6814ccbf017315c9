/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

G_BEGIN_DECLS

/** DermaPicture: a decoded still picture that owns its pixels. */
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

G_END_DECLS
