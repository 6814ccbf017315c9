/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/camera.h>

/* What a camera can do, read once. */
typedef struct {
  const DermaCamera *camera;
  GPtrArray *modes;    /* of DermaCameraMode */
  GPtrArray *controls; /* of DermaControl */
  gboolean truncated;  /* whether the driver offered more than is listed */
} DermaCameraInfo;

/* Asks the camera, which must outlive the info. NULL with @error set. */
DermaCameraInfo *derma_camera_info_read (DermaCamera *camera, GError **error);
void derma_camera_info_free (DermaCameraInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaCameraInfo, derma_camera_info_free)

/* A JSON object (transfer full), and an array of them. */
gchar *derma_camera_info_to_json (const DermaCameraInfo *info);
gchar *derma_camera_infos_to_json (const GPtrArray *infos);
/* For a person: everything, and a single line (transfer full). */
gchar *derma_camera_info_to_text (const DermaCameraInfo *info);
gchar *derma_camera_info_to_line (const DermaCameraInfo *info);
