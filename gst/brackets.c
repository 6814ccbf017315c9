/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "brackets.h"

#include <cairo.h>

#define ARM_SHARE 0.2 /* of the shorter side of the region */
#define MIN_ARM 8
#define MAX_ARM_SHARE 0.06    /* of the frame's height */
#define THICKNESS_SHARE 0.005 /* of the frame's height */
#define MIN_THICKNESS 2
#define EDGE 1 /* pixels of dark around the light, to be seen on any picture */

typedef struct {
  gint x0, y0, x1, y1; /* the region, pixels */
  gint arm;
  gint thickness;
} Marks;

/* On even pixels, so that subsampled chroma has no fringe. */
static gint
even (gdouble value)
{
  return 2 * (gint)(value / 2);
}

static gboolean
fit (Marks *marks, const DermaBox *region, guint width, guint height)
{
  gint side;

  marks->x0 = even (CLAMP (region->x, 0, 1) * width);
  marks->y0 = even (CLAMP (region->y, 0, 1) * height);
  marks->x1 = even (CLAMP (region->x + region->width, 0, 1) * width);
  marks->y1 = even (CLAMP (region->y + region->height, 0, 1) * height);
  side = MIN (marks->x1 - marks->x0, marks->y1 - marks->y0);
  marks->thickness = MAX (even (THICKNESS_SHARE * height), MIN_THICKNESS);
  marks->arm = even (MIN (ARM_SHARE * side, MAX (MAX_ARM_SHARE * height, MIN_ARM)));
  return marks->arm >= MAX (MIN_ARM, 2 * marks->thickness);
}

/* An L whose corner is at the top left, or mirrored. */
static void
draw_corner (cairo_t *cr, const Marks *marks, gboolean right, gboolean bottom)
{
  const gdouble arm = marks->arm, thick = marks->thickness;

  cairo_translate (cr, right ? arm : 0, bottom ? arm : 0);
  cairo_scale (cr, right ? -1 : 1, bottom ? -1 : 1);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_rectangle (cr, 0, 0, arm, thick);
  cairo_rectangle (cr, 0, 0, thick, arm);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, EDGE, EDGE, arm - 2 * EDGE, thick - EDGE);
  cairo_rectangle (cr, EDGE, EDGE, thick - EDGE, arm - 2 * EDGE);
  cairo_fill (cr);
}

static GstVideoOverlayRectangle *
make_corner (const Marks *marks, gboolean right, gboolean bottom)
{
  const gsize size = (gsize)marks->arm * marks->arm * 4;
  guint8 *pixels = g_malloc0 (size);
  GstBuffer *buffer = gst_buffer_new_wrapped (pixels, size);
  cairo_surface_t *surface =
      cairo_image_surface_create_for_data (pixels, CAIRO_FORMAT_ARGB32, marks->arm, marks->arm, marks->arm * 4);
  cairo_t *cr = cairo_create (surface);
  GstVideoOverlayRectangle *rectangle;

  draw_corner (cr, marks, right, bottom);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB,
                             (guint)marks->arm, (guint)marks->arm);
  rectangle = gst_video_overlay_rectangle_new_raw (
      buffer, right ? marks->x1 - marks->arm : marks->x0, bottom ? marks->y1 - marks->arm : marks->y0,
      (guint)marks->arm, (guint)marks->arm, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref (buffer);
  return rectangle;
}

void
derma_brackets_add (GstVideoOverlayComposition *overlay, const DermaBox *region, guint width, guint height)
{
  Marks marks;

  if (!fit (&marks, region, width, height))
    return;
  for (guint i = 0; i < 4; i++) {
    GstVideoOverlayRectangle *corner = make_corner (&marks, i % 2 == 1, i / 2 == 1);

    gst_video_overlay_composition_add_rectangle (overlay, corner);
    gst_video_overlay_rectangle_unref (corner);
  }
}
