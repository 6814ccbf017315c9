/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "annotate.h"

#include "painter.h"

static gboolean
blend (DermaPicture *picture, GstVideoOverlayComposition *overlay)
{
  const DermaFrame *frame = derma_picture_get_frame (picture);
  gint strides[GST_VIDEO_MAX_PLANES] = { frame->strides[0] };
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  const gsize size = (gsize)frame->strides[0] * frame->height;
  g_autoptr (GstBuffer) buffer =
      gst_buffer_new_wrapped_full (0, derma_picture_get_pixels (picture), size, 0, size, NULL, NULL);
  GstVideoFrame video;
  GstVideoInfo info;
  gboolean done;

  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, frame->width, frame->height,
                                  1, offsets, strides);
  gst_video_info_init (&info);
  if (!gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, frame->width, frame->height)
      || !gst_video_frame_map (&video, &info, buffer, GST_MAP_READWRITE))
    return FALSE;
  done = gst_video_overlay_composition_blend (overlay, &video);
  gst_video_frame_unmap (&video);
  return done;
}

DermaPicture *
derma_annotate (const DermaFrame *frame, const DermaReading *reading, guint top_k)
{
  g_autoptr (DermaPainter) painter = NULL;
  g_autoptr (DermaPicture) picture = NULL;
  GstVideoOverlayComposition *overlay;

  if (!reading->classes)
    return NULL;
  painter = derma_painter_new ();
  overlay = derma_painter_paint (painter, reading, MAX (top_k, 1), frame->width, frame->height);
  if (!overlay || !(picture = derma_picture_new_rgb (frame, NULL)) || !blend (picture, overlay))
    return NULL;
  return g_steal_pointer (&picture);
}
