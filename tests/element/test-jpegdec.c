/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A still and the live picture are the same to the last bit: derma_picture_load() against jpegdec. */
#include "leaks.h"
#include "stills.h"

#include <derma/derma.h>

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <string.h>

#include <glib/gstdio.h>

static GstSample *
decode (const gchar *path)
{
  g_autofree gchar *line = g_strdup_printf ("filesrc location=%s ! jpegdec ! "
                                            "video/x-raw,format={I420,GRAY8} ! appsink name=sink sync=false",
                                            path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstElement) sink = NULL;
  GstSample *sample;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  sample = gst_app_sink_pull_sample (GST_APP_SINK (sink));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_nonnull (sample);
  return sample;
}

static void
assert_colorimetry (const GstVideoInfo *info)
{
  g_assert_cmpint (info->colorimetry.range, ==, GST_VIDEO_COLOR_RANGE_0_255);
  if (GST_VIDEO_INFO_IS_YUV (info))
    g_assert_cmpint (info->colorimetry.matrix, ==, GST_VIDEO_COLOR_MATRIX_BT601);
}

static void
assert_same (const DermaFrame *frame, GstSample *sample)
{
  GstVideoInfo info;
  GstVideoFrame other;

  g_assert_true (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  assert_colorimetry (&info);
  g_assert_true (gst_video_frame_map (&other, &info, gst_sample_get_buffer (sample), GST_MAP_READ));
  g_assert_cmpstr (derma_format_get_name (frame->format), ==, GST_VIDEO_INFO_NAME (&info));
  g_assert_cmpuint (frame->width, ==, GST_VIDEO_INFO_WIDTH (&info));
  g_assert_cmpuint (frame->height, ==, GST_VIDEO_INFO_HEIGHT (&info));
  for (guint c = 0; c < GST_VIDEO_FRAME_N_PLANES (&other); c++)
    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&other, c); y++) {
      gsize n = (gsize)GST_VIDEO_FRAME_COMP_WIDTH (&other, c);

      g_assert_cmpmem (
          frame->planes[c] + (gsize)y * frame->strides[c], n,
          (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&other, c) + (gsize)y * GST_VIDEO_FRAME_PLANE_STRIDE (&other, c), n);
    }
  gst_video_frame_unmap (&other);
}

static void
compare (const Still *still)
{
  g_autoptr (GBytes) bytes = still_encode (still);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaPicture) picture = NULL;
  g_autoptr (GstSample) sample = NULL;
  g_autofree gchar *path = NULL;
  gint fd = g_file_open_tmp ("derma-jpegdec-XXXXXX.jpg", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL));
  picture = derma_picture_load (path, &error);
  g_assert_no_error (error);
  sample = decode (path);
  g_unlink (path);
  g_test_message ("kind %d, %ux%u, progressive %d", still->kind, still->width, still->height, still->progressive);
  assert_same (derma_picture_get_frame (picture), sample);
}

static void
test_kind (gconstpointer data)
{
  static const guint sizes[][2] = { { 64, 48 }, { 63, 47 }, { 33, 17 }, { 16, 16 }, { 31, 64 }, { 160, 8 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint progressive = 0; progressive < 2; progressive++) {
      const Still still = { (StillKind)GPOINTER_TO_INT (data), sizes[i][0], sizes[i][1], progressive };

      compare (&still);
    }
}

int
main (int argc, char **argv)
{
  int result;

  leaks_init ();
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/jpegdec/420", GINT_TO_POINTER (STILL_420), test_kind);
  g_test_add_data_func ("/jpegdec/422", GINT_TO_POINTER (STILL_422), test_kind);
  g_test_add_data_func ("/jpegdec/444", GINT_TO_POINTER (STILL_444), test_kind);
  g_test_add_data_func ("/jpegdec/grey", GINT_TO_POINTER (STILL_GREY), test_kind);
  result = leaks_check (g_test_run ());
  gst_deinit ();
  return result;
}
