/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/camera-private.h"

/*
 * Waits until what automatic controls govern has not moved for a second, at most @limit_ms. @settled says whether that
 * came about. FALSE if the camera is gone or @cancellable ends the waiting.
 */
gboolean derma_settle (DermaCamera *camera, guint limit_ms, GCancellable *cancellable, gboolean *settled,
                       GError **error);
