/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/stream.h"

/*
 * Waits until what automatic controls govern has not moved for a second, at most as long as the options allow. @settled
 * says whether that came about. FALSE if the camera is gone or the waiting is cancelled.
 */
gboolean derma_settle (DermaStream *stream, const DermaLockOptions *options, gboolean *settled, GError **error);
