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

/* A frame of 30,20 in YV12 whose meta tells this. */
typedef struct {
  GstVideoFormat format;
  guint width, height, n_planes;
  gsize offsets[3];
  gint strides[3];
  gboolean good;
} Told;

static void
test_metas (void)
{
  static const Told told[] = {
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 640, 800 }, { 32, 16, 16 }, TRUE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 643, 803 }, { 32, 16, 15 }, TRUE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 640, 802 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 640, 800 }, { 50, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 640, 800 }, { 29, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 640, 800 }, { 32, -16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 640, 800 }, { 32, G_MAXINT, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 959, 800 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 3, { 0, 99999, 800 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 40, 3, { 0, 640, 800 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 19, 3, { 0, 640, 800 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 40000, 20, 3, { 0, 640, 800 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_YV12, 30, 20, 1, { 0, 640, 800 }, { 32, 16, 16 }, FALSE },
    { GST_VIDEO_FORMAT_NV12, 30, 20, 2, { 0, 640, 800 }, { 32, 32, 0 }, FALSE },
    { GST_VIDEO_FORMAT_RGB, 30, 20, 1, { 0, 0, 0 }, { 90, 0, 0 }, FALSE },
  };
  const GstVideoInfo info = info_of ("video/x-raw,format=YV12,width=30,height=20,framerate=0/1");

  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    g_autoptr (GstBuffer) buffer = element_test_frame ("YV12", 30, 20, 1);
    gsize offsets[GST_VIDEO_MAX_PLANES] = { told[i].offsets[0], told[i].offsets[1], told[i].offsets[2] };
    gint strides[GST_VIDEO_MAX_PLANES] = { told[i].strides[0], told[i].strides[1], told[i].strides[2] };
    GstVideoFrame video;

    gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, told[i].format, told[i].width, told[i].height,
                                    told[i].n_planes, offsets, strides);
    g_test_message ("meta %u", i);
    g_assert_cmpint (derma_video_frame_map (&video, &info, buffer, GST_MAP_READ), ==, told[i].good);
    g_assert_cmpint (derma_video_frame_is_whole (&info, buffer), ==, told[i].good);
    if (told[i].good)
      gst_video_frame_unmap (&video);
  }
}

/* Without a meta a buffer has all bytes of the picture, of any format. */
static void
test_short_buffers (void)
{
  for (GstVideoFormat format = GST_VIDEO_FORMAT_I420; format <= GST_VIDEO_FORMAT_Y444_16LE; format++) {
    g_autoptr (GstBuffer) buffer = NULL;
    GstVideoInfo info;
    gsize size;

    g_assert_true (gst_video_info_set_format (&info, format, 31, 17));
    size = GST_VIDEO_INFO_SIZE (&info);
    buffer = gst_buffer_new_allocate (NULL, size, NULL);
    g_assert_true (derma_video_frame_is_whole (&info, buffer));
    gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format, 31, 17, GST_VIDEO_INFO_N_PLANES (&info),
                                    info.offset, info.stride);
    g_assert_true (derma_video_frame_is_whole (&info, buffer));
    gst_buffer_remove_meta (buffer, (GstMeta *)gst_buffer_get_video_meta (buffer));
    gst_buffer_resize (buffer, 0, (gssize)size - 1);
    g_assert_false (derma_video_frame_is_whole (&info, buffer));
    gst_buffer_resize (buffer, 0, 0);
    g_assert_false (derma_video_frame_is_whole (&info, buffer));
  }
}

/* What a meta crops is not what the caps say, in whatever format and however large the picture in memory is. */
static void
test_cropped_too_short (void)
{
  static const struct {
    guint stored, x, y, width, height;
    gboolean good;
  } told[] = { { 20, 0, 0, 30, 20, TRUE },  { 20, 2, 0, 28, 20, FALSE }, { 20, 0, 2, 30, 18, FALSE },
               { 20, 2, 2, 30, 20, FALSE }, { 22, 0, 2, 30, 20, FALSE }, { 22, 0, 0, 30, 22, TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    const GstVideoInfo info = info_of ("video/x-raw,format=GRAY8,width=30,height=20,framerate=0/1");
    g_autoptr (GstBuffer) buffer = element_test_frame ("GRAY8", 30, (gint)told[i].stored, 1);
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);
    GstVideoFrame video;

    gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 30, told[i].stored);
    crop->x = told[i].x;
    crop->y = told[i].y;
    crop->width = told[i].width;
    crop->height = told[i].height;
    g_test_message ("crop %u", i);
    g_assert_cmpint (derma_video_frame_is_whole (&info, buffer), ==, told[i].good);
    g_assert_cmpint (derma_video_frame_map (&video, &info, buffer, GST_MAP_READ), ==, told[i].good);
    if (told[i].good)
      gst_video_frame_unmap (&video);
  }
}

/* Frames that say so are passed on, with a warning and without a reading. */
static void
test_element_with_meta (void)
{
  GstHarness *harness = element_test_classify ("GRAY8", 64, 64);
  GstBuffer *buffer = element_test_frame ("GRAY8", 64, 64, 1);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 4096 };
  g_autoptr (GstBuffer) after = NULL;

  g_object_set (harness->element, "overlay", TRUE, NULL);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 64, 64, 1, offsets,
                                  strides);
  after = element_test_pass (harness, buffer, 0);
  g_assert_null (element_test_meta (after));
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "not the pixels");
  element_test_free (harness);
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
  g_test_add_func ("/video-frame/metas", test_metas);
  g_test_add_func ("/video-frame/short-buffers", test_short_buffers);
  g_test_add_func ("/video-frame/cropped-too-short", test_cropped_too_short);
  g_test_add_func ("/video-frame/element-with-meta", test_element_with_meta);
  return element_test_run ();
}
