/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "videoframe.h"

static const GstVideoFormat formats[DERMA_N_FORMATS] = {
  [DERMA_FORMAT_I420] = GST_VIDEO_FORMAT_I420,   [DERMA_FORMAT_YV12] = GST_VIDEO_FORMAT_YV12,
  [DERMA_FORMAT_NV12] = GST_VIDEO_FORMAT_NV12,   [DERMA_FORMAT_NV21] = GST_VIDEO_FORMAT_NV21,
  [DERMA_FORMAT_YUY2] = GST_VIDEO_FORMAT_YUY2,   [DERMA_FORMAT_UYVY] = GST_VIDEO_FORMAT_UYVY,
  [DERMA_FORMAT_RGB] = GST_VIDEO_FORMAT_RGB,     [DERMA_FORMAT_BGR] = GST_VIDEO_FORMAT_BGR,
  [DERMA_FORMAT_RGBX] = GST_VIDEO_FORMAT_RGBx,   [DERMA_FORMAT_BGRX] = GST_VIDEO_FORMAT_BGRx,
  [DERMA_FORMAT_XRGB] = GST_VIDEO_FORMAT_xRGB,   [DERMA_FORMAT_XBGR] = GST_VIDEO_FORMAT_xBGR,
  [DERMA_FORMAT_RGBA] = GST_VIDEO_FORMAT_RGBA,   [DERMA_FORMAT_BGRA] = GST_VIDEO_FORMAT_BGRA,
  [DERMA_FORMAT_ARGB] = GST_VIDEO_FORMAT_ARGB,   [DERMA_FORMAT_ABGR] = GST_VIDEO_FORMAT_ABGR,
  [DERMA_FORMAT_GRAY8] = GST_VIDEO_FORMAT_GRAY8,
};

static gboolean
find_format (GstVideoFormat format, DermaFormat *found)
{
  for (guint i = 0; i < DERMA_N_FORMATS; i++) {
    if (formats[i] == format) {
      *found = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
find_matrix (GstVideoColorMatrix matrix, DermaMatrix *found)
{
  switch (matrix) {
  case GST_VIDEO_COLOR_MATRIX_BT601:
    *found = DERMA_MATRIX_BT601;
    return TRUE;
  case GST_VIDEO_COLOR_MATRIX_BT709:
    *found = DERMA_MATRIX_BT709;
    return TRUE;
  case GST_VIDEO_COLOR_MATRIX_BT2020:
    *found = DERMA_MATRIX_BT2020;
    return TRUE;
  case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
    *found = DERMA_MATRIX_SMPTE240M;
    return TRUE;
  case GST_VIDEO_COLOR_MATRIX_FCC:
    *found = DERMA_MATRIX_FCC;
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
derma_frame_init_from_info (DermaFrame *frame, const GstVideoInfo *info)
{
  GstVideoInfo plain;
  DermaFrame made = { 0 };
  GstVideoColorRange range = info->colorimetry.range;

  if (!find_format (GST_VIDEO_INFO_FORMAT (info), &made.format))
    return FALSE;
  made.width = GST_VIDEO_INFO_WIDTH (info);
  made.height = GST_VIDEO_INFO_HEIGHT (info);

  /* Fresh info has the colorimetry that GStreamer assumes for this format and size. */
  gst_video_info_init (&plain);
  if (!gst_video_info_set_format (&plain, GST_VIDEO_INFO_FORMAT (info), made.width, made.height))
    return FALSE;
  if (!find_matrix (info->colorimetry.matrix, &made.matrix) && !find_matrix (plain.colorimetry.matrix, &made.matrix))
    made.matrix = DERMA_MATRIX_BT601;
  if (range == GST_VIDEO_COLOR_RANGE_UNKNOWN)
    range = plain.colorimetry.range;
  made.range = range == GST_VIDEO_COLOR_RANGE_16_235 ? DERMA_RANGE_LIMITED : DERMA_RANGE_FULL;
  *frame = made;
  return TRUE;
}

/* Whether a plane that a meta describes lies in the memory that it was found in. */
static gboolean
has_plane (const GstVideoFrame *video, DermaFormat format, guint plane)
{
  const GstMapInfo *map = &video->map[plane];
  const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (video, plane);
  const gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (video, plane);
  gsize row_bytes, before;
  guint rows;

  if (!derma_format_get_plane_size (format, plane, (guint)GST_VIDEO_FRAME_WIDTH (video),
                                    (guint)GST_VIDEO_FRAME_HEIGHT (video), &row_bytes, &rows))
    return TRUE;
  if (!data || data < map->data || rows == 0 || stride < 0 || (gsize)stride < row_bytes)
    return FALSE;
  before = (gsize)(data - map->data);
  return before <= map->size && row_bytes <= map->size - before
         && (rows == 1 || (gsize)stride <= (map->size - before - row_bytes) / (rows - 1));
}

/* Whether a meta is about a picture like that of the caps, which GStreamer takes for granted. */
static gboolean
is_of_caps (const GstVideoMeta *meta, const GstVideoInfo *info)
{
  return meta->format == GST_VIDEO_INFO_FORMAT (info) && meta->n_planes == GST_VIDEO_INFO_N_PLANES (info)
         && meta->width >= (guint)GST_VIDEO_INFO_WIDTH (info) && meta->width <= DERMA_MAX_SIDE
         && meta->height >= (guint)GST_VIDEO_INFO_HEIGHT (info) && meta->height <= DERMA_MAX_SIDE;
}

/* Whether only a part of the picture is to be shown, as a meta says that nobody here asks for. */
static gboolean
is_cropped (GstBuffer *buffer, const GstVideoMeta *meta, const GstVideoInfo *info)
{
  const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);

  if (!crop)
    return FALSE;
  return crop->x != 0 || crop->y != 0 || crop->width != (meta ? meta->width : (guint)GST_VIDEO_INFO_WIDTH (info))
         || crop->height != (meta ? meta->height : (guint)GST_VIDEO_INFO_HEIGHT (info));
}

/* Without a meta GStreamer itself looks whether the buffer is large enough. */
static gboolean
has_pixels (const GstVideoFrame *video)
{
  DermaFormat format;

  if (!find_format (GST_VIDEO_FRAME_FORMAT (video), &format))
    return FALSE;
  for (guint i = 0; video->meta && i < GST_VIDEO_FRAME_N_PLANES (video); i++)
    if (!has_plane (video, format, i))
      return FALSE;
  return TRUE;
}

gboolean
derma_video_frame_map (GstVideoFrame *video, const GstVideoInfo *info, GstBuffer *buffer, GstMapFlags flags)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  if ((meta && !is_of_caps (meta, info)) || is_cropped (buffer, meta, info)
      || !gst_video_frame_map (video, info, buffer, flags))
    return FALSE;
  if (has_pixels (video))
    return TRUE;
  gst_video_frame_unmap (video);
  return FALSE;
}

/* Whether a component that a meta describes ends before @size. */
static gboolean
lies_within (const GstVideoMeta *meta, const GstVideoFormatInfo *format, guint component, gsize size)
{
  const guint plane = format->plane[component];
  const gsize rows = (gsize)GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (format, component, (gint)meta->height);
  const gsize row_bytes = (gsize)GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (format, component, (gint)meta->width)
                          * (gsize)MAX (format->pixel_stride[component], 0);
  const gsize stride = (gsize)MAX (meta->stride[plane], 0);

  if (rows == 0 || stride < row_bytes || meta->offset[plane] > size || row_bytes > size - meta->offset[plane])
    return FALSE;
  return (rows - 1) * stride <= size - meta->offset[plane] - row_bytes;
}

/* Of rows of pixels, and of nothing else. */
static gboolean
is_plain (const GstVideoFormatInfo *format)
{
  return !GST_VIDEO_FORMAT_INFO_IS_TILED (format) && !GST_VIDEO_FORMAT_INFO_HAS_PALETTE (format);
}

gboolean
derma_video_frame_is_whole (const GstVideoInfo *info, GstBuffer *buffer)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  const gsize size = gst_buffer_get_size (buffer);

  if (is_cropped (buffer, meta, info))
    return FALSE;
  if (!meta || !is_plain (info->finfo))
    return size >= GST_VIDEO_INFO_SIZE (info);
  if (!is_of_caps (meta, info))
    return FALSE;
  for (guint i = 0; i < GST_VIDEO_INFO_N_COMPONENTS (info); i++)
    if (!lies_within (meta, info->finfo, i, size))
      return FALSE;
  return TRUE;
}

void
derma_frame_set_pixels (DermaFrame *frame, const GstVideoFrame *video)
{
  const guint n_planes = MIN (GST_VIDEO_FRAME_N_PLANES (video), G_N_ELEMENTS (frame->planes));

  frame->width = GST_VIDEO_FRAME_WIDTH (video);
  frame->height = GST_VIDEO_FRAME_HEIGHT (video);
  for (guint i = 0; i < n_planes; i++) {
    frame->planes[i] = GST_VIDEO_FRAME_PLANE_DATA (video, i);
    frame->strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE (video, i);
  }
}
