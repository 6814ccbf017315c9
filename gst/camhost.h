/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/camera.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * How dermacamsrc reaches cameras: those of the system, or ones that a test plays and puts on the element under
 * DERMA_CAM_HOST_KEY before it starts; that table must outlive the element. Called from several threads.
 */
typedef struct _DermaCamHost DermaCamHost;

struct _DermaCamHost {
  gchar **(*find) (DermaCamHost *host);
  DermaCamera *(*open) (DermaCamHost *host, const gchar *device, GError **error);
  /* (transfer floating) (nullable): a live source of the device's pictures, coded or not */
  GstElement *(*make_source) (DermaCamHost *host, const gchar *device);
  /* (transfer full) (nullable): the input device of the camera's button */
  gchar *(*find_button) (DermaCamHost *host, const gchar *device);
};

#define DERMA_CAM_HOST_KEY "derma-cam-host"

extern DermaCamHost derma_cam_host_system;

G_END_DECLS
