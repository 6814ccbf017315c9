/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Looks whether these bytes begin and end as a JPEG picture does, with at most @max_width x @max_height pixels: cameras
 * send half pictures over a bad cable, and a decoder would make the other half up. What is between is the decoder's.
 * Returns: (nullable): what is wrong, as in "the picture ..."; NULL: nothing
 */
const gchar *derma_cam_jpeg_find_fault (const guint8 *data, gsize size, guint max_width, guint max_height);

G_END_DECLS
