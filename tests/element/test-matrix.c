/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every format by sizes from tiny to 4K, by attached and blended overlay, by mode: each is negotiated and read. */
#include "elementtest.h"

#include <string.h>

static const gint SIZES[][2] = { { 4, 4 }, { 31, 33 }, { 320, 240 }, { 1919, 1081 }, { 4096, 2160 } };

/* From here on there is room for an overlay. */
#define LEAST_WIDTH 320

typedef struct {
  const gchar *format;
  gboolean attached;
  gboolean async;
} Corner;

/* One frame, which stays as it is while its copies pass. */
typedef struct {
  const Corner *corner;
  gint width;
  gint height;
  GstHarness *harness;
  GstBuffer *frame;
} Stage;

/* A ramp, quick to make at any size. */
static GstBuffer *
make_frame (const gchar *format, gint width, gint height)
{
  GstVideoInfo info;
  GstBuffer *buffer;
  GstMapInfo map;

  gst_video_info_init (&info);
  g_assert_true (gst_video_info_set_format (&info, gst_video_format_from_string (format), width, height));
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < map.size; i += 64)
    memset (map.data + i, (gint)(64 + i / 64 % 100), MIN (64, map.size - i));
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static gboolean
equal_pixels (GstBuffer *a, GstBuffer *b)
{
  GstMapInfo left, right;
  gboolean equal;

  g_assert_true (gst_buffer_map (a, &left, GST_MAP_READ));
  g_assert_true (gst_buffer_map (b, &right, GST_MAP_READ));
  equal = left.size == right.size && memcmp (left.data, right.data, left.size) == 0;
  gst_buffer_unmap (a, &left);
  gst_buffer_unmap (b, &right);
  return equal;
}

/* The caps downstream are those upstream, but for the overlay's. */
static void
check_caps (const Stage *stage)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (stage->harness->sinkpad);
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  GstVideoInfo info;

  g_assert_true (gst_video_info_from_caps (&info, caps));
  g_assert_cmpstr (GST_VIDEO_INFO_NAME (&info), ==, stage->corner->format);
  g_assert_cmpint (GST_VIDEO_INFO_WIDTH (&info), ==, stage->width);
  g_assert_cmpint (GST_VIDEO_INFO_HEIGHT (&info), ==, stage->height);
  g_assert_cmpint (gst_caps_features_contains (features, GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION), ==,
                   stage->corner->attached);
}

static void
check_overlay (const Stage *stage, GstBuffer *after)
{
  const gboolean room = stage->width >= LEAST_WIDTH;
  const gboolean composed = gst_buffer_get_video_overlay_composition_meta (after) != NULL;

  g_assert_cmpint (composed, ==, room && stage->corner->attached);
  g_assert_cmpint (equal_pixels (stage->frame, after), ==, !room || stage->corner->attached);
}

/* In mode async the reading comes on one of the frames that follow. */
static GstBuffer *
pass_until_read (const Stage *stage)
{
  GstBuffer *after = element_test_pass (stage->harness, gst_buffer_copy (stage->frame), 0);

  for (guint i = 1; stage->corner->async && !element_test_meta (after); i++) {
    g_assert_true (equal_pixels (stage->frame, after));
    gst_buffer_unref (after);
    g_usleep (2000);
    after = element_test_pass (stage->harness, gst_buffer_copy (stage->frame), i * GST_MSECOND);
  }
  return after;
}

static void
try_size (const Corner *corner, gint width, gint height)
{
  Stage stage = { corner, width, height, element_test_harness ("dermaclassify"),
                  make_frame (corner->format, width, height) };
  GstBuffer *after;

  /* The mode is that of the start. */
  gst_element_set_state (stage.harness->element, GST_STATE_NULL);
  g_object_set (stage.harness->element, "overlay", TRUE, NULL);
  gst_util_set_object_arg (G_OBJECT (stage.harness->element), "mode", corner->async ? "async" : "sync");
  gst_element_set_state (stage.harness->element, GST_STATE_PLAYING);
  if (corner->attached)
    gst_harness_add_propose_allocation_meta (stage.harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (stage.harness, corner->format, width, height);
  after = pass_until_read (&stage);
  check_caps (&stage);
  g_assert_nonnull (element_test_meta (after));
  check_overlay (&stage, after);
  g_assert_null (element_test_message (stage.harness, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
  gst_buffer_unref (after);
  gst_buffer_unref (stage.frame);
  element_test_free (stage.harness);
}

static void
test_corner (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (SIZES); i++)
    try_size (data, SIZES[i][0], SIZES[i][1]);
}

/* What is not of this matrix is refused. */
static void
test_outside (void)
{
  static const gchar *const formats[] = { "Y444", "I420_10LE", "P010_10LE", "GRAY16_LE", "v210" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    GstHarness *harness = element_test_classify (formats[i], 320, 240);

    g_assert_cmpint (gst_harness_push (harness, make_frame (formats[i], 320, 240)), ==, GST_FLOW_NOT_NEGOTIATED);
    element_test_free (harness);
  }
}

static void
test_too_large (void)
{
  static const gint sizes[][2] = { { 16385, 16 }, { 16, 16385 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstHarness *harness = element_test_classify ("GRAY8", sizes[i][0], sizes[i][1]);

    g_assert_cmpint (gst_harness_push (harness, make_frame ("GRAY8", sizes[i][0], sizes[i][1])), ==,
                     GST_FLOW_NOT_NEGOTIATED);
    element_test_free (harness);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  for (guint i = 0; element_test_formats[i]; i++)
    for (guint k = 0; k < 4; k++) {
      const Corner corner = { element_test_formats[i], k & 1, k >> 1 };
      g_autofree gchar *path = g_strdup_printf (
          "/matrix/%s/%s/%s", corner.format, corner.attached ? "attached" : "blended", corner.async ? "async" : "sync");

      g_test_add_data_func_full (path, g_memdup2 (&corner, sizeof corner), test_corner, g_free);
    }
  g_test_add_func ("/matrix/outside", test_outside);
  g_test_add_func ("/matrix/too-large", test_too_large);
  return element_test_run ();
}
