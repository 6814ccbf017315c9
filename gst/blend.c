/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blend.h"

/* GStreamer blends by Orc's code, which takes pixels of four bytes for aligned, and crashes where they are not. */
#define ALIGNMENT 4
/* Parts of a frame begin and, where it does not end, end at pixels that all planes have, aligned if the frame is. */
#define GRID 8

static gboolean
is_aligned (const GstVideoFrame *frame)
{
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES (frame); i++)
    if ((guintptr)GST_VIDEO_FRAME_PLANE_DATA (frame, i) % ALIGNMENT != 0
        || GST_VIDEO_FRAME_PLANE_STRIDE (frame, i) % ALIGNMENT != 0)
      return FALSE;
  return TRUE;
}

/* Makes @part the pixels of @frame around @rect; FALSE if they do not meet. It is not mapped, and not to be unmapped.
 */
static gboolean
cut (const GstVideoFrame *frame, const GstVideoRectangle *rect, GstVideoFrame *part, gint *x, gint *y)
{
  const gint right = MIN (GST_ROUND_UP_N (rect->x + rect->w, GRID), GST_VIDEO_FRAME_WIDTH (frame));
  const gint bottom = MIN (GST_ROUND_UP_N (rect->y + rect->h, GRID), GST_VIDEO_FRAME_HEIGHT (frame));

  *x = MAX (rect->x, 0) / GRID * GRID;
  *y = MAX (rect->y, 0) / GRID * GRID;
  if (rect->w <= 0 || rect->h <= 0 || rect->x + rect->w <= 0 || rect->y + rect->h <= 0 || *x >= right || *y >= bottom)
    return FALSE;
  *part = *frame;
  part->info.width = right - *x;
  part->info.height = bottom - *y;
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES (frame); i++) {
    const GstVideoFormatInfo *format = frame->info.finfo;
    gint components[GST_VIDEO_MAX_COMPONENTS], c;

    gst_video_format_info_component (format, i, components);
    c = components[0];
    part->data[i] =
        (guint8 *)frame->data[i]
        + (gssize)GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (format, c, *y) * GST_VIDEO_FRAME_PLANE_STRIDE (frame, i)
        + (gssize)GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (format, c, *x) * GST_VIDEO_FORMAT_INFO_PSTRIDE (format, c);
  }
  return TRUE;
}

static gboolean
blend_on_copy (GstVideoFrame *part, GstVideoFrame *picture, gint x, gint y)
{
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;
  GstVideoFrame copy;
  gpointer pixels;
  gboolean done;

  /* Fresh info has GStreamer's own strides. */
  if (!gst_video_info_set_format (&info, GST_VIDEO_FRAME_FORMAT (part), (guint)GST_VIDEO_FRAME_WIDTH (part),
                                  (guint)GST_VIDEO_FRAME_HEIGHT (part)))
    return FALSE;
  info.colorimetry = part->info.colorimetry;
  info.chroma_site = part->info.chroma_site;
  info.interlace_mode = part->info.interlace_mode;
  pixels = g_try_malloc (info.size);
  if (!pixels)
    return FALSE;
  buffer = gst_buffer_new_wrapped (pixels, info.size);
  if (!gst_video_frame_map (&copy, &info, buffer, GST_MAP_READWRITE))
    return FALSE;
  done = gst_video_frame_copy (&copy, part) && gst_video_blend (&copy, picture, x, y, 1.0f)
         && gst_video_frame_copy (part, &copy);
  gst_video_frame_unmap (&copy);
  return done;
}

/* GStreamer converts whole rows of the frame for each row that is drawn: it is given the part that is drawn on. */
static gboolean
blend_rectangle (GstVideoOverlayRectangle *rectangle, const GstVideoFrame *frame)
{
  const GstVideoOverlayFormatFlags flags =
      gst_video_overlay_rectangle_get_flags (rectangle) & GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA;
  GstBuffer *pixels = gst_video_overlay_rectangle_get_pixels_raw (rectangle, flags);
  const GstVideoMeta *meta = pixels ? gst_buffer_get_video_meta (pixels) : NULL;
  GstVideoRectangle at = { 0 };
  GstVideoFrame part, picture;
  GstVideoInfo info;
  gint x, y;
  gboolean done;

  gst_video_overlay_rectangle_get_render_rectangle (rectangle, &at.x, &at.y, (guint *)&at.w, (guint *)&at.h);
  if (!cut (frame, &at, &part, &x, &y))
    return TRUE;
  if (!meta || !gst_video_info_set_format (&info, meta->format, meta->width, meta->height))
    return FALSE;
  if (flags)
    GST_VIDEO_INFO_FLAG_SET (&info, GST_VIDEO_FLAG_PREMULTIPLIED_ALPHA);
  if (!gst_video_frame_map (&picture, &info, pixels, GST_MAP_READ))
    return FALSE;
  done = is_aligned (&part) ? gst_video_blend (&part, &picture, at.x - x, at.y - y, 1.0f)
                            : blend_on_copy (&part, &picture, at.x - x, at.y - y);
  gst_video_frame_unmap (&picture);
  return done;
}

gboolean
derma_blend (GstVideoOverlayComposition *overlay, GstVideoFrame *frame)
{
  for (guint i = 0; i < gst_video_overlay_composition_n_rectangles (overlay); i++)
    if (!blend_rectangle (gst_video_overlay_composition_get_rectangle (overlay, i), frame))
      return FALSE;
  return TRUE;
}
