/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/camera-private.h"

/* Makes the file's folder, and keeps other programs out of it until `derma_state_leave`; -1 with @error set. */
gint derma_state_enter (const gchar *path, GError **error);
void derma_state_leave (gint folder);
/*
 * Keeps @before in the file, less what the file keeps already. @created says whether there was no file. The folder must
 * have been entered.
 */
gboolean derma_state_keep (DermaCamera *camera, const GPtrArray *before, const gchar *path, gboolean *created,
                           GError **error);
