/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/** cameras_find_first: Returns: (transfer full) (nullable): the first of those that derma_camera_find() finds */
gchar *cameras_find_first (void);

/** cameras_describe: Returns: (transfer full) (nullable): what a message of dermacamsrc says; NULL if it is not one */
gchar *cameras_describe (const GstStructure *message);
