/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

#define GST_TYPE_DERMA_FILTER (gst_derma_filter_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstDermaFilter, gst_derma_filter, GST, DERMA_FILTER, GstBaseTransform)

/**
 * GstDermaFilterClass:
 * @process: looks at a @buffer whose metas may be changed, and gives the reading to draw on it, or NULL for none;
 *   that must stay valid until the next call
 *
 * Takes raw video and passes it on, with a reading drawn on it if drawing is on: attached as a
 * GstVideoOverlayComposition where downstream takes that, blended into the frame where not. Frames on which nothing is
 * blended are not touched and not copied.
 */
struct _GstDermaFilterClass {
  GstBaseTransformClass parent_class;

  GstFlowReturn (*process) (GstDermaFilter *filter, GstBuffer *buffer, const DermaReading **drawn);
};

/*
 * Whether readings are drawn, how many classes at most, and whether with how many frames a second pass. At any time,
 * from any thread, with the object lock held under which the properties are, so that of two threads the same is the
 * last in both.
 * Returns: whether gst_base_transform_reconfigure_src() is to be called then, without the lock
 */
gboolean gst_derma_filter_set_drawing (GstDermaFilter *filter, gboolean drawing, guint top_k, gboolean show_rate);

/* The format of the frames in process(). */
const GstVideoInfo *gst_derma_filter_get_info (GstDermaFilter *filter);

G_END_DECLS
