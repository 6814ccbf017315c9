/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "painter.h"

#include "brackets.h"
#include "panel.h"

#include <string.h>

struct _DermaPainter {
  PangoFontMap *fonts;
  PangoContext *context;
  PangoLayout *layout;

  /* What the overlay shows. */
  DermaReading reading;
  guint top_k;
  guint width;
  guint height;
  gint rate;                           /* tenths; negative: not shown */
  GstVideoOverlayComposition *overlay; /* NULL where it does not fit */
  guint n_painted;
};

DermaPainter *
derma_painter_new (void)
{
  DermaPainter *painter = g_new0 (DermaPainter, 1);

  painter->reading = (DermaReading)DERMA_READING_INIT;
  painter->rate = -1;
  /* The default font map belongs to one thread, and streaming threads come and go. */
  painter->fonts = pango_cairo_font_map_new ();
  painter->context = pango_font_map_create_context (painter->fonts);
  painter->layout = pango_layout_new (painter->context);
  return painter;
}

void
derma_painter_free (DermaPainter *painter)
{
  if (!painter)
    return;
  g_clear_pointer (&painter->overlay, gst_video_overlay_composition_unref);
  derma_reading_clear (&painter->reading);
  g_object_unref (painter->layout);
  g_object_unref (painter->context);
  g_object_unref (painter->fonts);
  g_free (painter);
}

static gboolean
equal_names (const DermaClasses *a, const DermaClasses *b)
{
  if (a == b)
    return TRUE;
  if (a->n != b->n || a->operating_point != b->operating_point || strcmp (a->model_name, b->model_name) != 0
      || strcmp (a->model_version, b->model_version) != 0)
    return FALSE;
  for (guint i = 0; i < a->n; i++)
    if (strcmp (a->titles[i], b->titles[i]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
looks_equal (const DermaReading *a, const DermaReading *b, guint width, guint height)
{
  return a->classes && b->classes && a->top == b->top && a->state == b->state && a->flagged == b->flagged
         && a->lesion == b->lesion && derma_panel_age (a) == derma_panel_age (b) && a->confidence == b->confidence
         && a->malignant == b->malignant && equal_names (a->classes, b->classes)
         && memcmp (&a->region, &b->region, sizeof a->region) == 0
         && derma_panel_advise (a, width, height) == derma_panel_advise (b, width, height)
         && memcmp (a->probabilities, b->probabilities, a->classes->n * sizeof *a->probabilities) == 0;
}

static void
draw (DermaPainter *painter, const DermaPanel *panel, guint8 *pixels)
{
  cairo_surface_t *surface =
      cairo_image_surface_create_for_data (pixels, CAIRO_FORMAT_ARGB32, panel->width, panel->height, panel->width * 4);
  cairo_t *cr = cairo_create (surface);

  pango_cairo_update_context (cr, painter->context);
  pango_layout_context_changed (painter->layout);
  derma_panel_draw (panel, &painter->reading, cr, painter->layout);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
}

static GstBuffer *
paint_pixels (DermaPainter *painter, const DermaPanel *panel)
{
  const gsize size = (gsize)panel->width * panel->height * 4;
  guint8 *pixels = g_try_malloc0 (size);
  GstBuffer *buffer;

  if (!pixels)
    return NULL;
  buffer = gst_buffer_new_wrapped (pixels, size);
  draw (painter, panel, pixels);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, panel->width,
                             panel->height);
  return buffer;
}

static GstVideoOverlayComposition *
paint (DermaPainter *painter)
{
  g_autoptr (GstBuffer) pixels = NULL;
  GstVideoOverlayRectangle *rectangle;
  GstVideoOverlayComposition *overlay;
  DermaPanel panel;

  if (!derma_panel_fit (&panel, &painter->reading, painter->top_k, painter->width, painter->height))
    return NULL;
  panel.rate = painter->rate / 10.0;
  pixels = paint_pixels (painter, &panel);
  if (!pixels)
    return NULL;
  rectangle = gst_video_overlay_rectangle_new_raw (pixels, panel.x, panel.y, panel.width, panel.height,
                                                   GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  /* The panel lies on top. */
  overlay = gst_video_overlay_composition_new (NULL);
  if (panel.verdict && painter->reading.region.width > 0)
    derma_brackets_add (overlay, &painter->reading.region, painter->width, painter->height);
  gst_video_overlay_composition_add_rectangle (overlay, rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
  return overlay;
}

GstVideoOverlayComposition *
derma_painter_paint (DermaPainter *painter, const DermaReading *reading, guint top_k, guint width, guint height)
{
  if (painter->width == width && painter->height == height && painter->top_k == top_k
      && looks_equal (&painter->reading, reading, width, height))
    return painter->overlay;

  derma_reading_copy (&painter->reading, reading);
  painter->top_k = top_k;
  painter->width = width;
  painter->height = height;
  g_clear_pointer (&painter->overlay, gst_video_overlay_composition_unref);
  painter->overlay = paint (painter);
  painter->n_painted++;
  return painter->overlay;
}

void
derma_painter_set_rate (DermaPainter *painter, gdouble rate)
{
  const gint tenths = rate < 0.0 ? -1 : (gint)MIN (rate * 10.0 + 0.5, 1e6);

  if (painter->rate == tenths)
    return;
  painter->rate = tenths;
  painter->top_k = 0; /* no overlay is like that */
}

guint
derma_painter_get_n_painted (const DermaPainter *painter)
{
  return painter->n_painted;
}
