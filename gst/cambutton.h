/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * derma_cam_button_find:
 * @sysfs: "/sys"
 * @device: path of a video node
 *
 * Returns: (transfer full) (nullable): the input device with the key KEY_CAMERA that belongs to the same USB device
 */
gchar *derma_cam_button_find (const gchar *sysfs, const gchar *device);

/* Called in the thread that runs the context. */
typedef void (*DermaCamPress) (gpointer user, gboolean pressed);

/*
 * Watches an input device.
 *
 * Returns: (transfer full): a source for a main context, destroyed by itself when the device is gone; NULL with @error
 *   set if it cannot be opened
 */
GSource *derma_cam_button_watch (const gchar *input, DermaCamPress press, gpointer user, GError **error);

G_END_DECLS
