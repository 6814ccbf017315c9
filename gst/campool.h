/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * The pool that a v4l2src has its pictures from. GStreamer 1.22 forgets a reference on it whenever such a source stops,
 * and with it a descriptor of the camera's node, which a driver that was told to go away may wait for. A source that
 * stops before its first picture has a pool that nobody gets to see: that one stays.
 */
typedef struct _DermaCamPool DermaCamPool;

/* Watches what comes out of @pad. */
DermaCamPool *derma_cam_pool_watch (GstPad *pad);
DermaCamPool *derma_cam_pool_ref (DermaCamPool *pool);
void derma_cam_pool_unref (DermaCamPool *pool);

/*
 * Once the source is in state NULL: drops the reference that it forgot, if it did. Returns: TRUE if there is nothing
 * more to do; FALSE while somebody has pictures of the pool or is just giving up the last: ask again, a little later
 */
gboolean derma_cam_pool_settle (DermaCamPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaCamPool, derma_cam_pool_unref)

G_END_DECLS
