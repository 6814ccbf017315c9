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

/* Whether readings are drawn, and how many classes at most; may be called at any time, from any thread. */
void gst_derma_filter_set_drawing (GstDermaFilter *filter, gboolean drawing, guint top_k);

/* Whether the drawing shows how many frames a second pass; like the above. */
void gst_derma_filter_set_show_rate (GstDermaFilter *filter, gboolean show);

/* The format of the frames in process(). */
const GstVideoInfo *gst_derma_filter_get_info (GstDermaFilter *filter);

G_END_DECLS
