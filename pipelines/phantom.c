/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "phantom.h"

#include "noise.h"
#include "tissue.h"

#include <cairo.h>
#include <math.h>

/* The scene is wider and higher than the picture by this share on every side, so that the drift has somewhere to go. */
#define MARGIN 0.06
/* Beyond this the scene is painted smaller and enlarged. */
#define MAX_SCENE_SIDE 1920.0
#define N_HAIRS 9
#define N_GLARES 7

struct _Phantom {
  guint width;
  guint height;
  guint32 seed;
  cairo_surface_t *scene;
  cairo_surface_t *corners;
};

/* The part of the picture's height from which the scene is 1 unit high; the lesion must fit into narrow pictures. */
static gdouble
unit (const Phantom *phantom)
{
  return MIN (phantom->height, phantom->width);
}

static gfloat
chance (const Phantom *phantom, gint what, gint index)
{
  return noise_hash (phantom->seed + 1000, what, index);
}

static guint32
pack (const gfloat rgb[3])
{
  guint32 packed = 0xff;

  for (guint i = 0; i < 3; i++)
    packed = packed << 8 | (guint32)(CLAMP (rgb[i], 0.0f, 1.0f) * 255.0f + 0.5f);
  return packed;
}

static void
paint_tissue (Phantom *phantom, gdouble scale)
{
  gint width = cairo_image_surface_get_width (phantom->scene);
  gint height = cairo_image_surface_get_height (phantom->scene);
  gint stride = cairo_image_surface_get_stride (phantom->scene);
  guint8 *pixels = cairo_image_surface_get_data (phantom->scene);
  gdouble size = unit (phantom) * scale;

  for (gint y = 0; y < height; y++) {
    guint32 *row = (guint32 *)(gpointer)(pixels + (gsize)y * (gsize)stride);

    for (gint x = 0; x < width; x++) {
      gfloat rgb[3];

      tissue_colour (phantom->seed, (gfloat)((x + 0.5 - width / 2.0) / size), (gfloat)((y + 0.5 - height / 2.0) / size),
                     rgb);
      row[x] = pack (rgb);
    }
  }
  cairo_surface_mark_dirty (phantom->scene);
}

static void
paint_hair (const Phantom *phantom, cairo_t *cr, gint index)
{
  gdouble x = (chance (phantom, 0, index) - 0.5) * 2.2 * phantom->width / unit (phantom) * 0.5;
  gdouble y = (chance (phantom, 1, index) - 0.5) * 1.1;
  gdouble angle = 0.5 + 0.9 * chance (phantom, 2, index);
  gdouble length = 0.22 + 0.42 * chance (phantom, 3, index);
  gdouble bow = (chance (phantom, 4, index) - 0.5) * 0.22;
  gdouble dx = cos (angle) * length;
  gdouble dy = sin (angle) * length;

  cairo_move_to (cr, x - dx / 2, y - dy / 2);
  cairo_curve_to (cr, x - dx / 6 - dy * bow, y - dy / 6 + dx * bow, x + dx / 6 - dy * bow, y + dy / 6 + dx * bow,
                  x + dx / 2, y + dy / 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (cr, 0.0034 + 0.0022 * chance (phantom, 5, index));
  cairo_set_source_rgba (cr, 0.16, 0.09, 0.07, 0.45 + 0.4 * chance (phantom, 6, index));
  cairo_stroke_preserve (cr);
  /* The light that runs along a round hair. */
  cairo_set_line_width (cr, 0.0010);
  cairo_set_source_rgba (cr, 0.75, 0.62, 0.55, 0.35);
  cairo_stroke (cr);
}

static gboolean
paint_scene (Phantom *phantom)
{
  gdouble full = MAX (phantom->width, phantom->height) * (1.0 + 2.0 * MARGIN);
  gdouble scale = MIN (1.0, MAX_SCENE_SIDE / full);
  gint width = (gint)ceil (phantom->width * (1.0 + 2.0 * MARGIN) * scale);
  gint height = (gint)ceil (phantom->height * (1.0 + 2.0 * MARGIN) * scale);
  cairo_t *cr;

  phantom->scene = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  if (cairo_surface_status (phantom->scene) != CAIRO_STATUS_SUCCESS)
    return FALSE;
  paint_tissue (phantom, scale);
  cr = cairo_create (phantom->scene);
  cairo_translate (cr, width / 2.0, height / 2.0);
  cairo_scale (cr, unit (phantom) * scale, unit (phantom) * scale);
  for (gint i = 0; i < N_HAIRS; i++)
    paint_hair (phantom, cr, i);
  cairo_destroy (cr);
  return TRUE;
}

/* The rim of the lens: even in the middle, falling off to the corners, which lie in the dark. */
static gboolean
paint_corners (Phantom *phantom)
{
  gdouble cx = phantom->width / 2.0;
  gdouble cy = phantom->height / 2.0;
  gdouble reach = hypot (cx, cy);
  cairo_pattern_t *fall;
  cairo_t *cr;

  phantom->corners = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (gint)phantom->width, (gint)phantom->height);
  if (cairo_surface_status (phantom->corners) != CAIRO_STATUS_SUCCESS)
    return FALSE;
  fall = cairo_pattern_create_radial (cx, cy, 0.25 * reach, cx, cy, reach);
  cairo_pattern_add_color_stop_rgba (fall, 0.00, 0.05, 0.02, 0.03, 0.00);
  cairo_pattern_add_color_stop_rgba (fall, 0.45, 0.05, 0.02, 0.03, 0.08);
  cairo_pattern_add_color_stop_rgba (fall, 0.76, 0.04, 0.02, 0.03, 0.26);
  cairo_pattern_add_color_stop_rgba (fall, 0.83, 0.03, 0.02, 0.02, 0.93);
  cairo_pattern_add_color_stop_rgba (fall, 1.00, 0.02, 0.01, 0.01, 0.98);
  cr = cairo_create (phantom->corners);
  cairo_set_source (cr, fall);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_pattern_destroy (fall);
  return TRUE;
}

Phantom *
phantom_new (guint width, guint height, guint32 seed)
{
  g_autoptr (Phantom) phantom = NULL;

  if (width < 1 || width > PHANTOM_MAX_SIDE || height < 1 || height > PHANTOM_MAX_SIDE)
    return NULL;
  phantom = g_new0 (Phantom, 1);
  phantom->width = width;
  phantom->height = height;
  phantom->seed = seed;
  if (!paint_scene (phantom) || !paint_corners (phantom))
    return NULL;
  return g_steal_pointer (&phantom);
}

void
phantom_free (Phantom *phantom)
{
  if (!phantom)
    return;
  g_clear_pointer (&phantom->scene, cairo_surface_destroy);
  g_clear_pointer (&phantom->corners, cairo_surface_destroy);
  g_free (phantom);
}

/* The hand that holds the instrument is never still. */
static void
paint_drifted_scene (const Phantom *phantom, cairo_t *cr, gdouble time)
{
  gdouble step = unit (phantom) * MARGIN;
  gdouble dx = step * (0.55 * sin (time * 0.37) + 0.20 * sin (time * 1.13 + 1.0));
  gdouble dy = step * (0.50 * sin (time * 0.29 + 2.0) + 0.18 * sin (time * 0.97));
  gdouble scale = (gdouble)phantom->width * (1.0 + 2.0 * MARGIN) / cairo_image_surface_get_width (phantom->scene);

  cairo_save (cr);
  cairo_translate (cr, phantom->width / 2.0 + dx, phantom->height / 2.0 + dy);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -cairo_image_surface_get_width (phantom->scene) / 2.0,
                   -cairo_image_surface_get_height (phantom->scene) / 2.0);
  cairo_set_source_surface (cr, phantom->scene, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_restore (cr);
}

/* Reflections of the light in the immersion fluid: they stay with the lens and flicker a little. */
static void
paint_glare (const Phantom *phantom, cairo_t *cr, gdouble time, gint index)
{
  gdouble turn = 2.0 * G_PI * chance (phantom, 10, index);
  gdouble away = unit (phantom) * (0.16 + 0.27 * chance (phantom, 11, index));
  gdouble radius = unit (phantom) * (0.004 + 0.012 * chance (phantom, 12, index));
  gdouble bright = 0.62 + 0.22 * sin (time * (0.5 + chance (phantom, 13, index)) + index);
  cairo_pattern_t *spot = cairo_pattern_create_radial (0, 0, radius * 0.25, 0, 0, radius);

  cairo_pattern_add_color_stop_rgba (spot, 0.0, 1.0, 0.99, 0.97, bright);
  cairo_pattern_add_color_stop_rgba (spot, 0.5, 1.0, 0.97, 0.94, bright * 0.55);
  cairo_pattern_add_color_stop_rgba (spot, 1.0, 1.0, 0.95, 0.92, 0.0);
  cairo_save (cr);
  cairo_translate (cr, phantom->width / 2.0 + away * cos (turn), phantom->height / 2.0 + away * sin (turn));
  cairo_rotate (cr, turn);
  cairo_scale (cr, 1.0, 0.45 + 0.5 * chance (phantom, 14, index));
  cairo_set_source (cr, spot);
  cairo_arc (cr, 0, 0, radius, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_restore (cr);
  cairo_pattern_destroy (spot);
}

/* The light grows weaker and stronger by a few hundredths, and a little warmer as it weakens. */
static void
paint_light (cairo_t *cr, gdouble time)
{
  gdouble weak = 0.06 + 0.05 * sin (time * 0.23) + 0.01 * sin (time * 1.7);

  cairo_set_source_rgba (cr, 0.15, 0.06, 0.02, weak);
  cairo_paint (cr);
}

gboolean
phantom_paint (Phantom *phantom, gdouble time, guint8 *pixels, gint stride)
{
  cairo_surface_t *surface;
  cairo_t *cr;

  if (stride % 4 != 0 || stride < 0 || (guint)stride / 4 < phantom->width)
    return FALSE;
  surface = cairo_image_surface_create_for_data (pixels, CAIRO_FORMAT_RGB24, (gint)phantom->width,
                                                 (gint)phantom->height, stride);
  cr = cairo_create (surface);
  paint_drifted_scene (phantom, cr, time);
  paint_light (cr, time);
  cairo_set_source_surface (cr, phantom->corners, 0, 0);
  cairo_paint (cr);
  for (gint i = 0; i < N_GLARES; i++)
    paint_glare (phantom, cr, time, i);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return TRUE;
}
