/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Overlays on frames whose rows and planes begin anywhere. */
#include "blend.h"
#include "elementtest.h"

#include <math.h>
#include <string.h>

#define WIDTH 322
#define HEIGHT 38
#define PADDING 0xa5
#define TOLERANCE 3 /* of GStreamer's arithmetic and ours, in 255 */

/* A frame that lies @shift bytes behind where memory begins, with @extra bytes behind each row. */
typedef struct {
  GstBuffer *buffer;
  GstVideoInfo info;
} Odd;

static GstVideoOverlayComposition *
make_overlay (void)
{
  g_autoptr (GstBuffer) pixels = gst_buffer_new_allocate (NULL, 218 * 24 * 4, NULL);
  GstVideoOverlayRectangle *rectangle;
  GstVideoOverlayComposition *overlay;

  gst_buffer_memset (pixels, 0, 0x70, 218 * 24 * 4);
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 218, 24);
  rectangle =
      gst_video_overlay_rectangle_new_raw (pixels, 3, 5, 218, 24, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  overlay = gst_video_overlay_composition_new (rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
  return overlay;
}

static Odd
make_odd (const gchar *format, guint shift, guint extra)
{
  Odd odd;
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 }, end = shift;
  gint strides[GST_VIDEO_MAX_PLANES] = { 0 };

  gst_video_info_set_format (&odd.info, gst_video_format_from_string (format), WIDTH, HEIGHT);
  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES (&odd.info); i++) {
    strides[i] = GST_VIDEO_INFO_PLANE_STRIDE (&odd.info, i) + (gint)extra;
    offsets[i] = end;
    end += (gsize)strides[i] * HEIGHT + extra;
  }
  odd.buffer = gst_buffer_new_allocate (NULL, end, NULL);
  gst_buffer_memset (odd.buffer, 0, PADDING, end);
  gst_buffer_add_video_meta_full (odd.buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (&odd.info), WIDTH,
                                  HEIGHT, GST_VIDEO_INFO_N_PLANES (&odd.info), offsets, strides);
  return odd;
}

static gboolean
blend_on (Odd *odd, GstBuffer *picture, GstVideoOverlayComposition *overlay)
{
  GstVideoFrame from, to;
  gboolean done;

  g_assert_true (gst_video_frame_map (&from, &odd->info, picture, GST_MAP_READ));
  g_assert_true (gst_video_frame_map (&to, &odd->info, odd->buffer, GST_MAP_READWRITE));
  g_assert_true (gst_video_frame_copy (&to, &from));
  done = derma_blend (overlay, &to);
  gst_video_frame_unmap (&to);
  gst_video_frame_unmap (&from);
  return done;
}

/* Gives the bytes of the picture without what lies between its rows, and sees that that is as it was. */
static GBytes *
take_pixels (Odd *odd)
{
  GByteArray *bytes = g_byte_array_new ();
  const GstVideoFormatInfo *finfo = odd->info.finfo;
  GstVideoFrame frame;

  g_assert_true (gst_video_frame_map (&frame, &odd->info, odd->buffer, GST_MAP_READ));
  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES (&odd->info); i++) {
    gint components[GST_VIDEO_MAX_COMPONENTS];
    const guint8 *row = GST_VIDEO_FRAME_PLANE_DATA (&frame, i);
    gint width;

    gst_video_format_info_component (finfo, i, components);
    width = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (finfo, components[0], WIDTH)
            * GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, components[0]);
    for (gint y = 0; y < GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (finfo, components[0], HEIGHT); y++) {
      g_byte_array_append (bytes, row, (guint)width);
      for (gint x = width + 4; x < GST_VIDEO_FRAME_PLANE_STRIDE (&frame, i); x++)
        g_assert_cmpuint (row[x], ==, PADDING);
      row += GST_VIDEO_FRAME_PLANE_STRIDE (&frame, i);
    }
  }
  gst_video_frame_unmap (&frame);
  return g_byte_array_free_to_bytes (bytes);
}

static void
test_anywhere (void)
{
  g_autoptr (GstVideoOverlayComposition) overlay = make_overlay ();

  for (guint i = 0; element_test_formats[i]; i++) {
    g_autoptr (GstBuffer) picture = element_test_frame (element_test_formats[i], WIDTH, HEIGHT, 7);
    Odd even = make_odd (element_test_formats[i], 0, 0);
    g_autoptr (GBytes) expected = NULL;

    g_assert_true (blend_on (&even, picture, overlay));
    expected = take_pixels (&even);
    for (guint k = 1; k < 16; k++) {
      Odd odd = make_odd (element_test_formats[i], k % 4, k / 4 + 5 * (k % 2));
      g_autoptr (GBytes) pixels = NULL;

      g_assert_true (blend_on (&odd, picture, overlay));
      pixels = take_pixels (&odd);
      g_assert_true (g_bytes_equal (pixels, expected));
      gst_buffer_unref (odd.buffer);
    }
    gst_buffer_unref (even.buffer);
  }
}

/* In squares that no sample of chroma straddles, of many colours, opaque to transparent. */
static GstVideoOverlayComposition *
make_piece (gint x, gint y, guint width, guint height)
{
  g_autoptr (GstBuffer) pixels = gst_buffer_new_allocate (NULL, (gsize)width * height * 4, NULL);
  GstVideoOverlayRectangle *rectangle;
  GstVideoOverlayComposition *overlay;
  GstMapInfo map;

  gst_buffer_map (pixels, &map, GST_MAP_WRITE);
  for (guint i = 0; i < width * height; i++) {
    guint block = i % width / 8 + i / width / 8 * 5, alpha = 255 - block * 23 % 256;
    guint32 pixel = alpha << 24;

    for (guint c = 0; c < 3; c++)
      pixel |= (block * (c + 2) * 37 % 256) * alpha / 255 << 8 * c;
    memcpy (map.data + 4 * (gsize)i, &pixel, sizeof pixel);
  }
  gst_buffer_unmap (pixels, &map);
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width,
                             height);
  rectangle = gst_video_overlay_rectangle_new_raw (pixels, x, y, width, height,
                                                   GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  overlay = gst_video_overlay_composition_new (rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
  return overlay;
}

static void
assert_near (GBytes *pixels, GBytes *expected, gint tolerance)
{
  gsize n, m;
  const guint8 *a = g_bytes_get_data (pixels, &n), *b = g_bytes_get_data (expected, &m);

  g_assert_cmpuint (n, ==, m);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (ABS (a[i] - b[i]), <=, tolerance);
}

/* GStreamer draws with this matrix and range whatever the frame says, and fills what is not looked at. */
static Odd
make_plain (const gchar *format)
{
  Odd odd = make_odd (format, 0, 0);

  odd.info.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT709;
  if (!GST_VIDEO_INFO_IS_RGB (&odd.info))
    odd.info.colorimetry.range = GST_VIDEO_COLOR_RANGE_16_235;
  return odd;
}

static gboolean
is_comparable (const gchar *format)
{
  const GstVideoFormatInfo *info = gst_video_format_get_info (gst_video_format_from_string (format));

  return !GST_VIDEO_FORMAT_INFO_HAS_ALPHA (info) && strchr (format, 'x') == NULL;
}

/* What GStreamer draws, also where the overlay lies half or wholly outside. */
static void
test_parts (void)
{
  g_autoptr (GstVideoOverlayComposition) none = gst_video_overlay_composition_new (NULL);
  static const struct {
    gint x, y;
    guint width, height;
  } places[] = { { 0, 0, WIDTH, HEIGHT },   { 2, 2, 8, 8 },    { 10, 6, 22, 18 }, { 256, 20, 66, 18 },
                 { 314, 30, 40, 20 },       { 320, 36, 2, 2 }, { 8, 8, 2, 2 },    { -6, -4, 20, 10 },
                 { WIDTH + 40, 2, 12, 12 }, { -40, 4, 12, 12 } };

  for (guint i = 0; element_test_formats[i]; i++)
    for (guint k = 0; is_comparable (element_test_formats[i]) && k < G_N_ELEMENTS (places); k++) {
      g_autoptr (GstVideoOverlayComposition) overlay =
          make_piece (places[k].x, places[k].y, places[k].width, places[k].height);
      g_autoptr (GstBuffer) picture = element_test_frame (element_test_formats[i], WIDTH, HEIGHT, 7);
      Odd ours = make_plain (element_test_formats[i]), theirs = make_plain (element_test_formats[i]);
      g_autoptr (GBytes) expected = NULL, pixels = NULL;
      GstVideoFrame frame;

      g_assert_true (blend_on (&ours, picture, overlay));
      pixels = take_pixels (&ours);
      g_assert_true (blend_on (&theirs, picture, none));
      g_assert_true (gst_video_frame_map (&frame, &theirs.info, theirs.buffer, GST_MAP_READWRITE));
      gst_video_overlay_composition_blend (overlay, &frame);
      gst_video_frame_unmap (&frame);
      expected = take_pixels (&theirs);
      assert_near (pixels, expected, TOLERANCE);
      gst_buffer_unref (ours.buffer);
      gst_buffer_unref (theirs.buffer);
    }
}

static GstVideoOverlayComposition *
make_flat (guint32 pixel)
{
  GstVideoOverlayComposition *overlay = make_piece (0, 0, WIDTH, HEIGHT);
  GstVideoOverlayRectangle *rectangle = gst_video_overlay_composition_get_rectangle (overlay, 0);
  GstBuffer *pixels =
      gst_video_overlay_rectangle_get_pixels_argb (rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  GstMapInfo map;

  gst_buffer_map (pixels, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i += 4)
    memcpy (map.data + i, &pixel, 4);
  gst_buffer_unmap (pixels, &map);
  return overlay;
}

/* RGBA of one colour after an overlay of another, by the definition of "over" for colours that are not premultiplied;
 * without alpha, frames are opaque. */
static void
test_transparent (void)
{
  static const guint8 alphas[] = { 0, 1, 7, 128, 254, 255 };

  for (guint i = 0; i < G_N_ELEMENTS (alphas) * G_N_ELEMENTS (alphas) * 2; i++) {
    const gboolean opaque = i % 2;
    const gdouble over = alphas[i / 2 % 6], under = opaque ? 255.0 : alphas[i / 12];
    const gdouble sum = over + under * (255.0 - over) / 255.0;
    g_autoptr (GstVideoOverlayComposition) overlay =
        make_flat ((guint)over << 24 | (guint)(over * 0.8) << 16 | (guint)(over * 0.4) << 8);
    const gdouble colours[3] = { floor (over * 0.8), floor (over * 0.4), 0.0 };
    Odd odd = make_odd (opaque ? "RGBx" : "RGBA", 0, 0);
    g_autoptr (GBytes) pixels = NULL;
    const guint8 *got;
    GstVideoFrame frame;

    for (gsize k = 0; k < WIDTH * HEIGHT; k++)
      gst_buffer_fill (odd.buffer, 4 * k, (const guint8[]){ 90, 180, 33, alphas[i / 12] }, 4);
    g_assert_true (gst_video_frame_map (&frame, &odd.info, odd.buffer, GST_MAP_READWRITE));
    g_assert_true (derma_blend (overlay, &frame));
    gst_video_frame_unmap (&frame);
    pixels = take_pixels (&odd);
    got = g_bytes_get_data (pixels, NULL);
    for (guint c = 0; c < 3; c++) {
      const gdouble own = (const gdouble[]){ 90, 180, 33 }[c];
      const gdouble wanted = sum > 0.0 ? (colours[c] * 255.0 + own * under * (255.0 - over) / 255.0) / sum : own;

      g_assert_cmpfloat (fabs (got[c] - (opaque ? colours[c] + own * (255.0 - over) / 255.0 : wanted)), <=, 1.01);
    }
    g_assert_cmpfloat (fabs (got[3] - (opaque ? alphas[i / 12] : sum)), <=, 0.51);
    gst_buffer_unref (odd.buffer);
  }
}

/* What a peer sends to an element that has to draw. */
static void
test_through_an_element (void)
{
  static const gchar *const formats[] = { "RGBA", "BGRx", "ARGB", "YUY2", "NV12" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    GstHarness *harness = element_test_harness ("dermaclassify");
    GstBuffer *frame = gst_buffer_new_allocate (NULL, 4 * 1281 * 322, NULL), *after;
    gint strides[4] = { 1281, 1281 };
    gsize offsets[4] = { 1, 1281 * 322 + 2 };

    g_object_set (harness->element, "overlay", TRUE, NULL);
    element_test_set_caps (harness, formats[i], 320, 322);
    gst_buffer_memset (frame, 0, 0x60, 4 * 1281 * 322);
    gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE, gst_video_format_from_string (formats[i]), 320,
                                    322, i == 4 ? 2 : 1, offsets, strides);
    after = element_test_pass (harness, frame, 0);
    g_assert_nonnull (element_test_meta (after));
    g_assert_cmpint (gst_buffer_memcmp (after, 1281 * 5 + 20, "\x60\x60\x60\x60\x60\x60\x60\x60\x60\x60\x60\x60", 12),
                     !=, 0);
    gst_buffer_unref (after);
    element_test_free (harness);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/blend/anywhere", test_anywhere);
  g_test_add_func ("/blend/parts", test_parts);
  g_test_add_func ("/blend/transparent", test_transparent);
  g_test_add_func ("/blend/through-an-element", test_through_an_element);
  return element_test_run ();
}
