/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/camera.h>

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  DERMA_CAM_FORMAT_AUTO,
  DERMA_CAM_FORMAT_MJPEG,
  DERMA_CAM_FORMAT_RAW,
} DermaCamFormat;

/* What is asked of a camera; 0 is no wish. */
typedef struct {
  gint width;
  gint height;
  gint rate_n, rate_d;
  DermaCamFormat format;
} DermaCamWish;

/* One way in which a camera gives pictures. */
typedef struct {
  gchar fourcc[8];
  const gchar *format; /* GStreamer's name of it, NULL for JPEG */
  gint width, height;  /* 0 if the driver does not say */
  gint rate_n, rate_d; /* 0/1 if the driver does not say */
} DermaCamMode;

/*
 * Chooses out of DermaCameraMode items: if a size is wished the one nearest to it, else the largest up to 1920x1080;
 * of these one that is fast enough, and of these raw colour before JPEG before grey. FALSE if there is none of the
 * wished format, or none that dermaclassify reads.
 */
gboolean derma_cam_mode_choose (const GPtrArray *modes, const DermaCamWish *wish, DermaCamMode *mode);
/* (transfer full): in system memory */
GstCaps *derma_cam_mode_to_caps (const DermaCamMode *mode);
/* (transfer full): "MJPG 1280x720 30/1" */
gchar *derma_cam_mode_to_string (const DermaCamMode *mode);

G_END_DECLS
