/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  DERMA_ENCODER_AUTO,
  DERMA_ENCODER_X264,
  DERMA_ENCODER_HARDWARE,
  DERMA_ENCODER_VP8,
  DERMA_ENCODER_VP9,
  DERMA_ENCODER_MJPEG,
  DERMA_ENCODER_FFV1,
  DERMA_N_ENCODERS,
} DermaEncoder;

/* "auto", "x264", "hardware", ... */
const gchar *derma_encoder_get_nick (DermaEncoder encoder);

/*
 * @bitrate: kbit/s, 0 for a constant quality
 * Returns: (transfer floating): a bin from raw video to what matroskamux takes, made of the best of @encoder that is
 * installed and works, or NULL with @error (GST_CORE_ERROR_MISSING_PLUGIN) naming what is lacking
 */
GstElement *derma_encoder_new (DermaEncoder encoder, guint bitrate, GError **error);

G_END_DECLS
