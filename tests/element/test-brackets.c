/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "brackets.h"
#include "elementtest.h"
#include "painter.h"
#include "panel.h"

#include <math.h>

static GstVideoOverlayComposition *
new_overlay (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 16, NULL);
  GstVideoOverlayRectangle *rectangle;
  GstVideoOverlayComposition *overlay;

  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 2, 2);
  rectangle = gst_video_overlay_rectangle_new_raw (buffer, 0, 0, 2, 2, GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  overlay = gst_video_overlay_composition_new (rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
  gst_buffer_unref (buffer);
  return overlay;
}

static guint
count_marks (const DermaBox *region, guint width, guint height)
{
  GstVideoOverlayComposition *overlay = new_overlay ();
  guint n;

  derma_brackets_add (overlay, region, width, height);
  n = gst_video_overlay_composition_n_rectangles (overlay) - 1;
  gst_video_overlay_composition_unref (overlay);
  return n;
}

/* The four marks lie in the corners of the region and nowhere else. */
static void
test_corners (void)
{
  GstVideoOverlayComposition *overlay = new_overlay ();
  gint left = G_MAXINT, top = G_MAXINT, right = 0, bottom = 0;

  derma_brackets_add (overlay, &(DermaBox){ 0.25f, 0.5f, 0.5f, 0.25f }, 640, 480);
  g_assert_cmpuint (gst_video_overlay_composition_n_rectangles (overlay), ==, 5);
  for (guint i = 1; i < 5; i++) {
    GstVideoOverlayRectangle *mark = gst_video_overlay_composition_get_rectangle (overlay, i);
    gint x, y;
    guint width, height;

    g_assert_true (gst_video_overlay_rectangle_get_render_rectangle (mark, &x, &y, &width, &height));
    g_assert_cmpint (x % 2 + y % 2 + (gint)width % 2 + (gint)height % 2, ==, 0);
    left = MIN (left, x);
    top = MIN (top, y);
    right = MAX (right, x + (gint)width);
    bottom = MAX (bottom, y + (gint)height);
  }
  g_assert_cmpint (left, ==, 160);
  g_assert_cmpint (top, ==, 240);
  g_assert_cmpint (right, ==, 480);
  g_assert_cmpint (bottom, ==, 360);
  gst_video_overlay_composition_unref (overlay);
}

/* A region with nothing in it, or too small to be marked, is left alone. */
static void
test_none (void)
{
  static const DermaBox regions[] = {
    { 0, 0, 0, 0 },
    { 0.5f, 0.5f, 0, 0.5f },
    { 0.5f, 0.5f, 0.01f, 0.01f },
    { 0.99f, 0, 0.5f, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (regions); i++)
    g_assert_cmpuint (count_marks (&regions[i], 640, 480), ==, 0);
  g_assert_cmpuint (count_marks (&(DermaBox){ 0, 0, 1, 1 }, 16, 16), ==, 0);
  g_assert_cmpuint (count_marks (&(DermaBox){ 0, 0, 1, 1 }, 1, 4096), ==, 0);
}

/* What comes from a peer may lie partly or wholly outside; the marks never do. */
static void
test_outside (void)
{
  static const DermaBox regions[] = {
    { -1, -1, 3, 3 }, { 0.5f, 0.5f, 1, 1 },  { 2, 2, 1, 1 },
    { -5, 0, 1, 1 },  { 0, 0, INFINITY, 1 }, { 0, 0, 1e30f, 1e30f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (regions); i++) {
    GstVideoOverlayComposition *overlay = new_overlay ();

    derma_brackets_add (overlay, &regions[i], 640, 480);
    for (guint k = 1; k < gst_video_overlay_composition_n_rectangles (overlay); k++) {
      gint x, y;
      guint width, height;

      gst_video_overlay_rectangle_get_render_rectangle (gst_video_overlay_composition_get_rectangle (overlay, k), &x,
                                                        &y, &width, &height);
      g_assert_cmpint (x, >=, 0);
      g_assert_cmpint (y, >=, 0);
      g_assert_cmpint (x + (gint)width, <=, 640);
      g_assert_cmpint (y + (gint)height, <=, 480);
    }
    gst_video_overlay_composition_unref (overlay);
  }
}

/* The panel, which lies on top of the marks. */
static guint
width_of_last (GstVideoOverlayComposition *overlay)
{
  guint n = gst_video_overlay_composition_n_rectangles (overlay), width = 0;

  gst_video_overlay_rectangle_get_render_rectangle (gst_video_overlay_composition_get_rectangle (overlay, n - 1), NULL,
                                                    NULL, &width, NULL);
  return width;
}

/* Drawn with a verdict alone, and painted anew when the region moves. */
static void
test_painter (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  element_test_reading (&reading);
  g_assert_cmpuint (gst_video_overlay_composition_n_rectangles (derma_painter_paint (painter, &reading, 3, 640, 480)),
                    ==, 1);
  reading.region = (DermaBox){ 0.25f, 0.25f, 0.5f, 0.5f };
  g_assert_cmpuint (gst_video_overlay_composition_n_rectangles (derma_painter_paint (painter, &reading, 3, 640, 480)),
                    ==, 5);
  g_assert_cmpuint (width_of_last (derma_painter_paint (painter, &reading, 3, 640, 480)), >, 200);
  reading.region.x = 0.3f;
  derma_painter_paint (painter, &reading, 3, 640, 480);
  g_assert_cmpuint (derma_painter_get_n_painted (painter), ==, 3);
  reading.state = DERMA_STATE_NO_LESION;
  g_assert_cmpuint (gst_video_overlay_composition_n_rectangles (derma_painter_paint (painter, &reading, 3, 640, 480)),
                    ==, 1);
}

/* What to do about the picture: quality first, then how the lesion lies; a row of its own, painted when it changes. */
static void
test_advice (void)
{
  g_autoptr (DermaPainter) painter = derma_painter_new ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  DermaPanel without, with;

  element_test_reading (&reading);
  reading.quality = (DermaQuality){ 0.9f, 0.9f, 0.9f, 0.9f };
  reading.region = (DermaBox){ 0.25f, 0.2f, 0.5f, 0.6f };
  g_assert_null (derma_panel_advise (&reading, 640, 480));
  g_assert_true (derma_panel_fit (&without, &reading, 3, 1280, 720));
  derma_painter_paint (painter, &reading, 3, 640, 480);
  reading.quality.focus = 0.89f;
  derma_painter_paint (painter, &reading, 3, 640, 480);
  g_assert_cmpuint (derma_painter_get_n_painted (painter), ==, 1);
  reading.quality.focus = 0.1f;
  derma_painter_paint (painter, &reading, 3, 640, 480);
  g_assert_cmpuint (derma_painter_get_n_painted (painter), ==, 2);
  g_assert_cmpstr (derma_panel_advise (&reading, 640, 480), ==, "focus, or move closer");
  g_assert_true (derma_panel_fit (&with, &reading, 3, 1280, 720));
  g_assert_cmpint (with.height, >, without.height);
  reading.quality.focus = 0.9f;
  reading.region.x = 0;
  g_assert_cmpstr (derma_panel_advise (&reading, 640, 480), ==, "centre the lesion");
  reading.state = DERMA_STATE_NO_LESION;
  g_assert_null (derma_panel_advise (&reading, 640, 480));
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/brackets/corners", test_corners);
  g_test_add_func ("/brackets/none", test_none);
  g_test_add_func ("/brackets/outside", test_outside);
  g_test_add_func ("/brackets/painter", test_painter);
  g_test_add_func ("/brackets/advice", test_advice);
  return element_test_run ();
}
