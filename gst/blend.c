/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blend.h"

/* GStreamer blends by Orc's code, which takes pixels of four bytes for aligned, and crashes where they are not. */
#define ALIGNMENT 4

static gboolean
is_aligned (const GstVideoFrame *frame)
{
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES (frame); i++)
    if ((guintptr)GST_VIDEO_FRAME_PLANE_DATA (frame, i) % ALIGNMENT != 0
        || GST_VIDEO_FRAME_PLANE_STRIDE (frame, i) % ALIGNMENT != 0)
      return FALSE;
  return TRUE;
}

static gboolean
blend_on_copy (GstVideoOverlayComposition *overlay, GstVideoFrame *frame)
{
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;
  GstVideoFrame copy;
  gpointer pixels;
  gboolean done;

  /* Fresh info has GStreamer's own strides. */
  if (!gst_video_info_set_format (&info, GST_VIDEO_FRAME_FORMAT (frame), (guint)GST_VIDEO_FRAME_WIDTH (frame),
                                  (guint)GST_VIDEO_FRAME_HEIGHT (frame)))
    return FALSE;
  info.colorimetry = frame->info.colorimetry;
  info.chroma_site = frame->info.chroma_site;
  info.interlace_mode = frame->info.interlace_mode;
  pixels = g_try_malloc (info.size);
  if (!pixels)
    return FALSE;
  buffer = gst_buffer_new_wrapped (pixels, info.size);
  if (!gst_video_frame_map (&copy, &info, buffer, GST_MAP_READWRITE))
    return FALSE;
  done = gst_video_frame_copy (&copy, frame) && gst_video_overlay_composition_blend (overlay, &copy)
         && gst_video_frame_copy (frame, &copy);
  gst_video_frame_unmap (&copy);
  return done;
}

gboolean
derma_blend (GstVideoOverlayComposition *overlay, GstVideoFrame *frame)
{
  return is_aligned (frame) ? gst_video_overlay_composition_blend (overlay, frame) : blend_on_copy (overlay, frame);
}
