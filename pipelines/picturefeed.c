/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed.h"

#include <derma/picture.h>

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <string.h>

/* Enough to look at a picture and to let a reading settle; pictures do not move. */
#define FRAMES_A_SECOND 10

typedef struct {
  GPtrArray *paths;
  guint next;
  guint shown;
  guint repeats;
  guint left;
  guint64 n_frames;
  GstBuffer *buffer;
} PictureFeed;

static void
feed_free (gpointer data)
{
  PictureFeed *feed = data;

  gst_clear_buffer (&feed->buffer);
  g_ptr_array_unref (feed->paths);
  g_free (feed);
}

static void
post (GstElement *source, GstStructure *structure)
{
  gst_element_post_message (source, gst_message_new_application (GST_OBJECT (source), structure));
}

static gboolean
describe (const DermaFrame *frame, GstVideoInfo *info)
{
  GstVideoFormat format = gst_video_format_from_string (derma_format_get_name (frame->format));

  if (!gst_video_info_set_format (info, format, frame->width, frame->height))
    return FALSE;
  GST_VIDEO_INFO_FPS_N (info) = FRAMES_A_SECOND;
  GST_VIDEO_INFO_FPS_D (info) = 1;
  if (frame->range == DERMA_RANGE_FULL)
    info->colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
  if (GST_VIDEO_INFO_IS_YUV (info))
    info->colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
  return TRUE;
}

static GstBuffer *
copy_pixels (const DermaFrame *frame, GstVideoInfo *info)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  GstVideoFrame target;

  if (!buffer || !gst_video_frame_map (&target, info, buffer, GST_MAP_WRITE)) {
    gst_clear_buffer (&buffer);
    return NULL;
  }
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES (&target); i++) {
    guint8 *pixels = GST_VIDEO_FRAME_PLANE_DATA (&target, i);
    gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (&target, i);
    gint bytes = GST_VIDEO_FRAME_COMP_WIDTH (&target, i) * GST_VIDEO_FRAME_COMP_PSTRIDE (&target, i);

    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&target, i); y++)
      memcpy (pixels + (gsize)y * (gsize)stride, frame->planes[i] + (gssize)y * frame->strides[i], (gsize)bytes);
  }
  gst_video_frame_unmap (&target);
  return buffer;
}

static gboolean
take_picture (PictureFeed *feed, GstAppSrc *source, const DermaFrame *frame)
{
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;

  gst_clear_buffer (&feed->buffer);
  if (describe (frame, &info))
    feed->buffer = copy_pixels (frame, &info);
  if (!feed->buffer)
    return FALSE;
  caps = gst_video_info_to_caps (&info);
  gst_app_src_set_caps (source, caps);
  return TRUE;
}

/* A name is any bytes; a message holds only text. */
static void
skip (GstElement *source, const gchar *cause)
{
  g_autofree gchar *text = g_filename_display_name (cause);

  post (source, gst_structure_new (FEED_SKIPPED, "text", G_TYPE_STRING, text, NULL));
}

/* Opens the next file that is a picture, saying of those before it why they are not. */
static gboolean
open_next (PictureFeed *feed, GstAppSrc *source)
{
  while (feed->next < feed->paths->len) {
    const gchar *path = g_ptr_array_index (feed->paths, feed->next++);
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaPicture) picture = derma_picture_load (path, &error);

    if (picture && take_picture (feed, source, derma_picture_get_frame (picture))) {
      g_autofree gchar *name = g_filename_display_name (path);

      post (GST_ELEMENT (source), gst_structure_new (FEED_PICTURE, "number", G_TYPE_UINT, feed->next, "total",
                                                     G_TYPE_UINT, feed->paths->len, "path", G_TYPE_STRING, name, NULL));
      feed->left = feed->repeats;
      feed->shown++;
      return TRUE;
    }
    skip (GST_ELEMENT (source), error ? error->message : path);
  }
  return FALSE;
}

static void
need_data (GstAppSrc *source, guint length, gpointer data)
{
  PictureFeed *feed = data;
  GstBuffer *buffer;

  if (feed->left == 0 && !open_next (feed, source)) {
    if (feed->shown == 0)
      GST_ELEMENT_ERROR (source, STREAM, DECODE, ("none of the files can be read as a picture"), (NULL));
    gst_app_src_end_of_stream (source);
    return;
  }
  feed->left--;
  buffer = gst_buffer_copy (feed->buffer);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (feed->n_frames, GST_SECOND, FRAMES_A_SECOND);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / FRAMES_A_SECOND;
  feed->n_frames++;
  gst_app_src_push_buffer (source, buffer);
}

GstElement *
feed_pictures_new (GPtrArray *paths, gdouble seconds)
{
  GstAppSrcCallbacks callbacks = { .need_data = need_data };
  GstElement *source = gst_element_factory_make ("appsrc", "pictures");
  PictureFeed *feed;

  if (!source)
    return NULL;
  feed = g_new0 (PictureFeed, 1);
  feed->paths = g_ptr_array_ref (paths);
  feed->repeats = (guint)CLAMP (seconds * FRAMES_A_SECOND + 0.5, 1.0, (gdouble)G_MAXUINT);
  g_object_set (source, "format", GST_FORMAT_TIME, NULL);
  gst_app_src_set_callbacks (GST_APP_SRC (source), &callbacks, feed, feed_free);
  return source;
}
