/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/video/video-overlay-composition.h>

/* Adds four corner marks around @region to @overlay, for a frame of @width by @height pixels. A region of which a
 * corner would not fit is left unmarked. */
void derma_brackets_add (GstVideoOverlayComposition *overlay, const DermaBox *region, guint width, guint height);
