/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/picture.h>

G_BEGIN_DECLS

struct _DermaPicture {
  DermaFrame frame;
  guint8 *data;
};

/* %DERMA_ERROR_LIMIT if the size is none that a picture can have */
gboolean derma_picture_check_size (guint width, guint height, GError **error);

/*
 * Gives @picture the planes of @format in one piece of memory, without padding. %DERMA_ERROR_LIMIT if the size, which
 * comes from a file's header, is too large.
 */
gboolean derma_picture_allocate (DermaPicture *picture, DermaFormat format, guint width, guint height, GError **error);

/* Decoders of a whole file in memory; errors name the cause only. */
gboolean derma_picture_decode_jpeg (DermaPicture *picture, const guint8 *data, gsize size, GError **error);
gboolean derma_picture_decode_png (DermaPicture *picture, const guint8 *data, gsize size, GError **error);

G_END_DECLS
