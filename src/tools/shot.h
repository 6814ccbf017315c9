/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>
#include <derma/frame.h>

#include <libavutil/frame.h>

/* A picture of RGB pixels that can be changed and written. */
typedef struct {
  guint width;
  guint height;
  gint stride; /* bytes from row to row */
  guint8 *pixels;
} DermaShot;

void derma_shot_clear (DermaShot *shot);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaShot, derma_shot_clear)

/* Converts a decoded picture of any format that swscale reads. @error: "CAUSE", without a name. */
gboolean derma_shot_take (DermaShot *shot, const AVFrame *frame, GError **error);
/* Converts a still: I420, grey or RGB, as derma_picture_load() gives them. */
gboolean derma_shot_take_still (DermaShot *shot, const DermaFrame *frame, GError **error);
/* A smaller copy, no side longer than @side; an equal one if it is not. */
gboolean derma_shot_shrink (const DermaShot *shot, guint side, DermaShot *copy, GError **error);
/* The picture for a classifier; valid as long as the pixels. */
DermaFrame derma_shot_get_frame (const DermaShot *shot);
/* (transfer full): a JPEG file; @quality: 1..100 */
GBytes *derma_shot_to_jpeg (const DermaShot *shot, gint quality, GError **error);
