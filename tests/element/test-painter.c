/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elementtest.h"
#include "painter.h"
#include "panel.h"

typedef struct {
  guint width;
  guint height;
} Size;

static const Size sizes[] = { { 320, 240 },   { 352, 288 },   { 640, 360 },   { 480, 640 },  { 1280, 720 },
                              { 1919, 1081 }, { 1080, 1920 }, { 3840, 2160 }, { 5000, 300 }, { 300, 5000 } };

static void
test_fits (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const Size size = sizes[i];
    DermaPanel panel;

    g_assert_true (derma_panel_fit (&panel, &reading, DERMA_MAX_CLASSES, size.width, size.height));
    g_assert_cmpint (panel.width * panel.height, <=, size.width * size.height * 0.35);
    g_assert_cmpint (panel.x, >=, 0);
    g_assert_cmpint (panel.x + panel.width, <=, size.width);
    g_assert_cmpint (panel.y + panel.height, <=, size.height);
    g_assert_cmpint (panel.x % 2 + panel.y % 2 + panel.width % 2 + panel.height % 2, ==, 0);
    g_assert_cmpfloat (panel.em, >=, 9.0);
    g_assert_true (panel.verdict);
  }
}

static void
test_text_grows (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  DermaPanel small, large;

  element_test_reading (&reading);
  g_assert_true (derma_panel_fit (&small, &reading, 3, 1280, 720));
  g_assert_true (derma_panel_fit (&large, &reading, 3, 3840, 2160));
  g_assert_cmpfloat (ABS (large.em / small.em - 3.0), <, 0.01);
  g_assert_cmpuint (small.n_bars, ==, 3);
  g_assert_true (small.model && small.state && small.gauge);
}

/* All is there at 320x240 but what the room does not allow. */
static void
test_rows_go (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  DermaPanel panel;

  element_test_reading (&reading);
  g_assert_true (derma_panel_fit (&panel, &reading, 3, 320, 240));
  g_assert_cmpuint (panel.n_bars, ==, 3);
  g_assert_true (panel.state && panel.gauge);
  g_assert_true (derma_panel_fit (&panel, &reading, 4, 240, 180));
  g_assert_false (panel.model);
  g_assert_cmpuint (panel.n_bars, <, 3);
  g_assert_cmpfloat (panel.em, >=, 9.0);
}

static void
test_too_small (void)
{
  static const Size small[] = { { 1, 1 }, { 4, 4 }, { 31, 33 }, { 160, 120 }, { 16384, 16 }, { 16, 16384 } };
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    g_assert_null (derma_painter_paint (painter, &reading, 3, small[i].width, small[i].height));
}

static void
test_no_verdict (void)
{
  static const DermaState states[] = { DERMA_STATE_NO_LESION, DERMA_STATE_POOR_IMAGE, DERMA_STATE_ACQUIRING };
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  DermaPanel panel;

  element_test_reading (&reading);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    reading.state = states[i];
    g_assert_true (derma_panel_fit (&panel, &reading, 3, 640, 480));
    g_assert_false (panel.verdict || panel.gauge);
    g_assert_cmpuint (panel.n_bars, ==, 0);
    g_assert_nonnull (derma_painter_paint (painter, &reading, 3, 640, 480));
  }
}

static void
test_repaints_only_changes (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT, same = DERMA_READING_INIT;
  GstVideoOverlayComposition *first;

  element_test_reading (&reading);
  element_test_reading (&same);
  first = derma_painter_paint (painter, &reading, 3, 640, 480);
  same.pts = same.age = same.latency = 12345;
  g_assert_true (derma_painter_paint (painter, &same, 3, 640, 480) == first);
  g_assert_cmpuint (derma_painter_get_n_painted (painter), ==, 1);
  derma_painter_paint (painter, &same, 2, 640, 480);
  derma_painter_paint (painter, &same, 2, 642, 480);
  same.probabilities[3] = 0.13f;
  derma_painter_paint (painter, &same, 2, 642, 480);
  same.state = DERMA_STATE_UNCERTAIN;
  derma_painter_paint (painter, &same, 2, 642, 480);
  same.flagged = !same.flagged;
  derma_painter_paint (painter, &same, 2, 642, 480);
  g_assert_cmpuint (derma_painter_get_n_painted (painter), ==, 6);
}

static guint8 *
pixels_of (DermaPainter *painter, const DermaReading *reading, gsize *size)
{
  GstVideoOverlayComposition *overlay = derma_painter_paint (painter, reading, 3, 640, 480);
  GstVideoOverlayRectangle *rectangle = gst_video_overlay_composition_get_rectangle (overlay, 0);
  GstBuffer *buffer =
      gst_video_overlay_rectangle_get_pixels_raw (rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gpointer data;

  gst_buffer_extract_dup (buffer, 0, -1, &data, size);
  return data;
}

/* Each thing that is said changes the picture; the same reading always gives the same one. */
static void
test_shows_what_it_is_given (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new (), other = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  gsize size, other_size;
  g_autofree guint8 *first = NULL, *again = NULL, *flagged = NULL, *uncertain = NULL;

  element_test_reading (&reading);
  first = pixels_of (painter, &reading, &size);
  again = pixels_of (other, &reading, &other_size);
  g_assert_cmpmem (first, size, again, other_size);
  reading.flagged = TRUE;
  flagged = pixels_of (other, &reading, &other_size);
  g_assert_cmpuint (size, ==, other_size);
  g_assert_cmpint (memcmp (first, flagged, size), !=, 0);
  reading.flagged = FALSE;
  reading.state = DERMA_STATE_UNCERTAIN;
  uncertain = pixels_of (other, &reading, &other_size);
  g_assert_cmpuint (size, ==, other_size);
  g_assert_cmpint (memcmp (first, uncertain, size), !=, 0);
}

/* Markup, controls, right-to-left and very long words in names are text, and stay inside. */
static void
test_hostile_names (void)
{
  static const gchar *const labels[] = { "a", "b", "c", NULL };
  g_autofree gchar *longest = g_strnfill (1000, 'W');
  const gchar *titles[] = { "<span size='900000'>&bad;</b>", "\u202e\u0645\u062d\u0645\u062f\n\n\t\x01\u0301\u0301",
                            longest, NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, titles);
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  g_free (classes->model_name);
  classes->model_name =
      g_strdup ("x\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
                "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
                "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4");
  derma_reading_set_classes (&reading, classes);
  for (guint top = 0; top < 3; top++) {
    for (guint i = 0; i < 3; i++)
      reading.probabilities[i] = i == top;
    derma_reading_decide (&reading, 0.5f);
    g_assert_nonnull (derma_painter_paint (painter, &reading, 9, 320, 240));
  }
}

static void
test_odd_numbers (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  reading.malignant = 7.0f;
  reading.confidence = -3.0f;
  reading.classes->operating_point = 1e9f;
  reading.probabilities[0] = 1e30f;
  g_assert_nonnull (derma_painter_paint (painter, &reading, 3, 640, 480));
  reading.classes->operating_point = 0.0f;
  reading.malignant = 0.0f;
  g_assert_nonnull (derma_painter_paint (painter, &reading, 3, 640, 480));
}

/* In each format: something is drawn, and only where the panel is. */
static void
test_blends_in_all_formats (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  GstVideoOverlayComposition *overlay;

  element_test_reading (&reading);
  overlay = derma_painter_paint (painter, &reading, 3, 321, 241);
  g_assert_nonnull (overlay);
  for (guint i = 0; element_test_formats[i]; i++) {
    const gchar *format = element_test_formats[i];
    g_autoptr (GstBuffer) buffer = element_test_frame (format, 321, 241, 3);
    g_autoptr (GstBuffer) before = gst_buffer_copy_deep (buffer);
    GstVideoInfo info;
    GstVideoFrame frame, old;
    gsize last;

    gst_video_info_init (&info);
    gst_video_info_set_format (&info, gst_video_format_from_string (format), 321, 241);
    g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE));
    g_assert_true (gst_video_frame_map (&old, &info, before, GST_MAP_READ));
    g_assert_true (gst_video_overlay_composition_blend (overlay, &frame));
    g_assert_cmpint (memcmp (frame.data[0], old.data[0], (gsize)info.stride[0] * 120), !=, 0);
    last = (gsize)info.stride[0] * 240;
    g_assert_cmpmem ((guint8 *)frame.data[0] + last, info.stride[0], (guint8 *)old.data[0] + last, info.stride[0]);
    gst_video_frame_unmap (&frame);
    gst_video_frame_unmap (&old);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/painter/fits", test_fits);
  g_test_add_func ("/painter/text-grows", test_text_grows);
  g_test_add_func ("/painter/rows-go", test_rows_go);
  g_test_add_func ("/painter/too-small", test_too_small);
  g_test_add_func ("/painter/no-verdict", test_no_verdict);
  g_test_add_func ("/painter/repaints-only-changes", test_repaints_only_changes);
  g_test_add_func ("/painter/shows-what-it-is-given", test_shows_what_it_is_given);
  g_test_add_func ("/painter/hostile-names", test_hostile_names);
  g_test_add_func ("/painter/odd-numbers", test_odd_numbers);
  g_test_add_func ("/painter/blends-in-all-formats", test_blends_in_all_formats);
  return element_test_run ();
}
