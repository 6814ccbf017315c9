/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/*
 * Draws @overlay on @frame, which is mapped for reading and writing, whatever its strides are. FALSE if GStreamer does
 * not draw on such frames, or there is no memory for it; some of it may be drawn then.
 */
gboolean derma_blend (GstVideoOverlayComposition *overlay, GstVideoFrame *frame);

G_END_DECLS
