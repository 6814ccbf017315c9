/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cammode.h"

G_BEGIN_DECLS

/* What dermacamsrc says on the bus and in its errors. */

/* The element message "dermacamsrc" with event, device and, if there is an @error, its text */
void derma_cam_report_event (GstElement *element, const gchar *event, const gchar *device, const GError *error);
/* The same with whether controls had settled */
void derma_cam_report_lock (GstElement *element, const gchar *event, const gchar *device, gboolean settled,
                            const GError *error);
void derma_cam_report_button (GstElement *element, const gchar *device, gboolean pressed);

/* Posts an error of libderma, or that an element is missing; @device: (nullable) */
void derma_cam_report_error (GstElement *element, const gchar *device, const GError *error);
/* Posts as an error that the camera gives no pictures. */
void derma_cam_report_loss (GstElement *element, const gchar *device, gboolean gone, const GError *cause);
/* Posts as an error that nobody takes the camera's pictures. @debug: what its source says to that */
void derma_cam_report_refusal (GstElement *element, const gchar *device, const GError *cause, const gchar *debug);

/* Posts as a warning that the camera gave no picture of use @n times in a row. @fault: what the last one does or has */
void derma_cam_report_faults (GstElement *element, const gchar *device, guint n, const gchar *fault);

/* Sets @error to that none of @modes (element-type DermaCameraMode) can be used. */
void derma_cam_report_formats (GError **error, const gchar *device, const GPtrArray *modes, DermaCamFormat wished);

/* (transfer full): the property stats */
GstStructure *derma_cam_report_stats (guint64 frames, guint64 corrupt, guint64 losses, guint64 returns);

G_END_DECLS
