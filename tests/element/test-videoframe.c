/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elementtest.h"
#include "videoframe.h"

static GstVideoInfo
info_of (const gchar *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  GstVideoInfo info;

  g_assert_true (gst_video_info_from_caps (&info, caps));
  return info;
}

static DermaFrame
frame_of (const gchar *text)
{
  const GstVideoInfo info = info_of (text);
  DermaFrame frame = { 0 };

  g_assert_true (derma_frame_init_from_info (&frame, &info));
  return frame;
}

static void
test_formats (void)
{
  for (guint i = 0; element_test_formats[i]; i++) {
    g_autofree gchar *text =
        g_strdup_printf ("video/x-raw,format=%s,width=31,height=17,framerate=0/1", element_test_formats[i]);
    const DermaFrame frame = frame_of (text);

    g_assert_cmpstr (derma_format_get_name (frame.format), ==, element_test_formats[i]);
    g_assert_cmpuint (frame.width, ==, 31);
    g_assert_cmpuint (frame.height, ==, 17);
  }
}

static void
test_other_formats (void)
{
  static const gchar *const others[] = { "AYUV", "Y444", "P010_10LE", "GRAY16_LE", "RGB16", "Y42B", "NV16", NULL };

  for (guint i = 0; others[i]; i++) {
    g_autofree gchar *text = g_strdup_printf ("video/x-raw,format=%s,width=32,height=16,framerate=0/1", others[i]);
    const GstVideoInfo info = info_of (text);
    DermaFrame frame = { .width = 99 };

    g_assert_false (derma_frame_init_from_info (&frame, &info));
    g_assert_cmpuint (frame.width, ==, 99);
  }
}

static void
test_colorimetry (void)
{
  static const struct {
    const gchar *colorimetry;
    DermaMatrix matrix;
    DermaRange range;
  } cases[] = { { "bt601", DERMA_MATRIX_BT601, DERMA_RANGE_LIMITED },
                { "bt709", DERMA_MATRIX_BT709, DERMA_RANGE_LIMITED },
                { "bt2020", DERMA_MATRIX_BT2020, DERMA_RANGE_LIMITED },
                { "smpte240m", DERMA_MATRIX_SMPTE240M, DERMA_RANGE_LIMITED },
                { "2:2:0:0", DERMA_MATRIX_FCC, DERMA_RANGE_LIMITED },
                { "1:4:0:0", DERMA_MATRIX_BT601, DERMA_RANGE_FULL },
                { "1:3:5:1", DERMA_MATRIX_BT709, DERMA_RANGE_FULL } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strdup_printf (
        "video/x-raw,format=I420,width=640,height=480,framerate=0/1,colorimetry=%s", cases[i].colorimetry);
    const DermaFrame frame = frame_of (text);

    g_assert_cmpint (frame.matrix, ==, cases[i].matrix);
    g_assert_cmpint (frame.range, ==, cases[i].range);
  }
}

/* Without colorimetry, or with an unknown one, what GStreamer assumes: by height for Y'CbCr, full range for RGB. */
static void
test_defaults (void)
{
  DermaFrame frame = frame_of ("video/x-raw,format=NV12,width=640,height=480,framerate=0/1");

  g_assert_cmpint (frame.matrix, ==, DERMA_MATRIX_BT601);
  g_assert_cmpint (frame.range, ==, DERMA_RANGE_LIMITED);
  frame = frame_of ("video/x-raw,format=NV12,width=1920,height=1080,framerate=0/1");
  g_assert_cmpint (frame.matrix, ==, DERMA_MATRIX_BT709);
  frame = frame_of ("video/x-raw,format=NV12,width=1920,height=1080,framerate=0/1,colorimetry=0:0:0:0");
  g_assert_cmpint (frame.matrix, ==, DERMA_MATRIX_BT709);
  g_assert_cmpint (frame.range, ==, DERMA_RANGE_LIMITED);
  frame = frame_of ("video/x-raw,format=RGB,width=64,height=48,framerate=0/1");
  g_assert_cmpint (frame.range, ==, DERMA_RANGE_FULL);
}

static void
test_pixels (void)
{
  const GstVideoInfo info = info_of ("video/x-raw,format=YV12,width=30,height=20,framerate=0/1");
  g_autoptr (GstBuffer) buffer = element_test_frame ("YV12", 30, 20, 1);
  GstVideoFrame video;
  DermaFrame frame;
  GError *error = NULL;

  g_assert_true (derma_frame_init_from_info (&frame, &info));
  g_assert_true (gst_video_frame_map (&video, &info, buffer, GST_MAP_READ));
  derma_frame_set_pixels (&frame, &video);
  g_assert_true (derma_frame_check (&frame, &error));
  g_assert_true (frame.planes[0] == GST_VIDEO_FRAME_PLANE_DATA (&video, 0));
  /* In the order of memory, which is Y, V, U. */
  g_assert_true (frame.planes[1] == GST_VIDEO_FRAME_COMP_DATA (&video, 2));
  g_assert_true (frame.planes[2] == GST_VIDEO_FRAME_COMP_DATA (&video, 1));
  g_assert_cmpint (frame.strides[0], ==, 32);
  g_assert_cmpint (frame.strides[1], ==, 16);
  gst_video_frame_unmap (&video);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/video-frame/formats", test_formats);
  g_test_add_func ("/video-frame/other-formats", test_other_formats);
  g_test_add_func ("/video-frame/colorimetry", test_colorimetry);
  g_test_add_func ("/video-frame/defaults", test_defaults);
  g_test_add_func ("/video-frame/pixels", test_pixels);
  return element_test_run ();
}
