/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camhost.h"
#include "cammode.h"
#include "campool.h"

G_BEGIN_DECLS

/*
 * A bin that gives a camera's pictures, decoded, in system memory: source ! capsfilter ! decoder. Pictures that are
 * corrupt are left out and counted in @corrupt, which must outlive it; the bin that it is in warns of many in a row.
 * (transfer floating); NULL with @error set.
 */
GstElement *derma_cam_feed_new (DermaCamHost *host, const gchar *device, const DermaCamMode *mode, gint *corrupt,
                                GError **error);
/* (transfer none): that of a feed's source */
DermaCamPool *derma_cam_feed_get_pool (GstElement *feed);

G_END_DECLS
