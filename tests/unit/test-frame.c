/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pixels.h"

#include <derma/derma.h>

#include <limits.h>

static void
assert_refused (const DermaFrame *frame, const gchar *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_frame_check (frame, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("'%s' is not like '%s'", error->message, pattern);
}

static void
test_names (void)
{
  static const gchar *names[DERMA_N_FORMATS] = { "I420", "YV12", "NV12", "NV21", "YUY2", "UYVY", "RGB",  "BGR",  "RGBx",
                                                 "BGRx", "xRGB", "xBGR", "RGBA", "BGRA", "ARGB", "ABGR", "GRAY8" };

  for (guint i = 0; i < DERMA_N_FORMATS; i++)
    g_assert_cmpstr (derma_format_get_name (i), ==, names[i]);
  g_assert_null (derma_format_get_name (DERMA_N_FORMATS));
  g_assert_null (derma_format_get_name ((DermaFormat)-1));
}

static void
test_from_names (void)
{
  static const gchar *strange[] = { "", "i420", "NV12 ", "P010_10LE", "RGBx,", "ENCODED" };
  DermaFormat format = DERMA_FORMAT_UYVY;

  for (guint i = 0; i < G_N_ELEMENTS (strange); i++) {
    g_assert_false (derma_format_from_name (strange[i], &format));
    g_assert_cmpuint (format, ==, DERMA_FORMAT_UYVY);
  }
  for (guint i = 0; i < DERMA_N_FORMATS; i++) {
    g_assert_true (derma_format_from_name (derma_format_get_name (i), &format));
    g_assert_cmpuint (format, ==, i);
  }
}

static void
assert_plane (DermaFormat format, guint plane, gsize row_bytes, guint rows)
{
  gsize bytes = 0;
  guint n = 0;

  g_assert_true (derma_format_get_plane_size (format, plane, 5, 3, &bytes, &n));
  g_assert_cmpuint (bytes, ==, row_bytes);
  g_assert_cmpuint (n, ==, rows);
}

static void
test_plane_sizes (void)
{
  gsize bytes = 77;
  guint rows = 78;

  assert_plane (DERMA_FORMAT_I420, 0, 5, 3);
  assert_plane (DERMA_FORMAT_I420, 2, 3, 2);
  assert_plane (DERMA_FORMAT_NV12, 1, 6, 2);
  assert_plane (DERMA_FORMAT_YUY2, 0, 12, 3);
  assert_plane (DERMA_FORMAT_RGB, 0, 15, 3);
  assert_plane (DERMA_FORMAT_ABGR, 0, 20, 3);
  g_assert_false (derma_format_get_plane_size (DERMA_FORMAT_I420, 3, 5, 3, &bytes, &rows));
  g_assert_false (derma_format_get_plane_size (DERMA_FORMAT_GRAY8, 1, 5, 3, &bytes, &rows));
  g_assert_false (derma_format_get_plane_size (DERMA_N_FORMATS, 0, 5, 3, &bytes, &rows));
  g_assert_cmpuint (bytes, ==, 77);
  g_assert_cmpuint (rows, ==, 78);
  g_assert_true (derma_format_get_plane_size (DERMA_FORMAT_NV12, 1, 5, G_MAXUINT, &bytes, &rows));
  g_assert_cmpuint (rows, ==, 1u << 31);
}

static void
test_accepts (void)
{
  for (guint i = 0; i < DERMA_N_FORMATS; i++)
    for (guint side = 1; side <= 5; side++) {
      g_autoptr (GError) error = NULL;
      Pixels pixels;

      pixels_init (&pixels, i, side, 6 - side, side);
      derma_frame_check (&pixels.frame, &error);
      g_assert_no_error (error);
      pixels_clear (&pixels);
    }
}

static void
test_refuses_sizes (void)
{
  static const guint sizes[][2] = {
    { 0, 1 },        { 1, 0 },        { DERMA_MAX_SIDE + 1, 1 }, { 1, DERMA_MAX_SIDE + 1 },
    { UINT_MAX, 1 }, { 1, UINT_MAX }, { 1u << 31, 1u << 31 }
  };
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_I420, 4, 4, 0);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    DermaFrame frame = pixels.frame;

    frame.width = sizes[i][0];
    frame.height = sizes[i][1];
    assert_refused (&frame, "frame: size: *");
  }
  pixels_clear (&pixels);
}

static void
test_refuses_planes (void)
{
  for (guint format = 0; format < DERMA_N_FORMATS; format++) {
    Pixels pixels;

    pixels_init (&pixels, format, 7, 5, 0);
    for (guint i = 0; i < 3 && pixels.data[i] != NULL; i++) {
      DermaFrame frame = pixels.frame;
      g_autofree gchar *pattern = g_strdup_printf ("frame: plane %u: *", i);

      frame.planes[i] = NULL;
      assert_refused (&frame, pattern);
      frame = pixels.frame;
      frame.strides[i]--;
      assert_refused (&frame, pattern);
      frame.strides[i] = -frame.strides[i];
      assert_refused (&frame, pattern);
      frame.strides[i] = INT_MIN;
      assert_refused (&frame, pattern);
    }
    pixels_clear (&pixels);
  }
}

static void
test_refuses_kinds (void)
{
  Pixels pixels;
  DermaFrame frame;

  pixels_init (&pixels, DERMA_FORMAT_NV12, 4, 4, 0);
  frame = pixels.frame;
  frame.format = DERMA_N_FORMATS;
  assert_refused (&frame, "frame: format: *");
  frame.format = (DermaFormat)-1;
  assert_refused (&frame, "frame: format: *");
  frame = pixels.frame;
  frame.matrix = DERMA_N_MATRICES;
  assert_refused (&frame, "frame: matrix: *");
  frame = pixels.frame;
  frame.range = 2;
  assert_refused (&frame, "frame: range: *");
  assert_refused (NULL, "frame: *");
  pixels_clear (&pixels);
}

static void
assert_region (DermaRegion region, const DermaRect *roi, DermaRect expected)
{
  DermaFrame frame = { .format = DERMA_FORMAT_GRAY8, .width = 101, .height = 50 };
  DermaRect rect = derma_frame_get_region (&frame, region, roi);

  g_assert_cmpint (rect.x, ==, expected.x);
  g_assert_cmpint (rect.y, ==, expected.y);
  g_assert_cmpint (rect.width, ==, expected.width);
  g_assert_cmpint (rect.height, ==, expected.height);
}

static void
test_regions (void)
{
  const DermaRect square = { 25, 0, 50, 50 }, all = { 0, 0, 101, 50 }, inside = { 3, 4, 5, 6 };
  const DermaRect over = { -10, 40, 30, 30 };

  assert_region (DERMA_REGION_CENTER_SQUARE, &inside, square);
  assert_region (DERMA_REGION_FULL_FRAME, &inside, all);
  assert_region (DERMA_REGION_ROI_META, NULL, square);
  assert_region (DERMA_REGION_ROI_META, &inside, inside);
  assert_region (DERMA_REGION_ROI_META, &over, (DermaRect){ 0, 40, 20, 10 });
  assert_region (DERMA_REGION_ROI_META, &all, all);
  assert_region ((DermaRegion)77, &inside, square);
}

static void
test_hostile_regions (void)
{
  static const DermaRect empty[] = { { 3, 4, 0, 6 },
                                     { 3, 4, 5, 0 },
                                     { 3, 4, -5, 6 },
                                     { 101, 0, 1, 1 },
                                     { 0, 50, 1, 1 },
                                     { -5, 0, 5, 5 },
                                     { INT_MAX, INT_MAX, INT_MAX, INT_MAX },
                                     { INT_MIN, INT_MIN, INT_MAX, INT_MAX },
                                     { INT_MAX, 0, INT_MIN, 4 },
                                     { INT_MIN, INT_MIN, INT_MIN, INT_MIN } };

  for (guint i = 0; i < G_N_ELEMENTS (empty); i++)
    assert_region (DERMA_REGION_ROI_META, &empty[i], (DermaRect){ 25, 0, 50, 50 });
  assert_region (DERMA_REGION_ROI_META, &(DermaRect){ 100, 49, INT_MAX, INT_MAX }, (DermaRect){ 100, 49, 1, 1 });
  assert_region (DERMA_REGION_ROI_META, &(DermaRect){ -1, -1, INT_MAX, INT_MAX }, (DermaRect){ 0, 0, 101, 50 });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/names", test_names);
  g_test_add_func ("/frame/from-names", test_from_names);
  g_test_add_func ("/frame/plane-sizes", test_plane_sizes);
  g_test_add_func ("/frame/accepts", test_accepts);
  g_test_add_func ("/frame/refuses-sizes", test_refuses_sizes);
  g_test_add_func ("/frame/refuses-planes", test_refuses_planes);
  g_test_add_func ("/frame/refuses-kinds", test_refuses_kinds);
  g_test_add_func ("/frame/regions", test_regions);
  g_test_add_func ("/frame/hostile-regions", test_hostile_regions);
  return g_test_run ();
}
