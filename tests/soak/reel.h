/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Some frames of one size and format, to be played over and over. */
typedef struct {
  GstCaps *caps;
  GPtrArray *frames; /* of GstBuffer, without times */
} Reel;

/*
 * (transfer full) (element-type Reel): lesions that stand still and that move, plain skin, and what is too dark or out
 * of focus, in all formats and several sizes. @folder: (nullable): pictures in there, by the names of their files, are
 * shown too; NULL with @error set if one of them cannot be read.
 */
GPtrArray *reel_make_all (const gchar *folder, guint32 seed, GError **error);

G_END_DECLS
