/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "keys.h"

G_BEGIN_DECLS

/**
 * controls_act:
 * @pipeline: with elements called "classify" and "overlay"
 * @action: all but %KEY_HELP and %KEY_QUIT, which are the caller's
 * @error: "PATH: CAUSE"
 *
 * Returns: (transfer full) (nullable): what to tell the person who pressed the key; NULL without @error for nothing, as
 *   of a snapshot, of which the element tells itself
 */
gchar *controls_act (GstElement *pipeline, KeyAction action, GError **error);

/**
 * controls_set_snapshots:
 * @folder: where snapshots go; it is made when the first one is taken, by a key or by the button of the camera
 */
void controls_set_snapshots (GstElement *pipeline, const gchar *folder);

G_END_DECLS
