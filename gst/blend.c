/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blend.h"

#include <string.h>

/*
 * GStreamer's own gst_video_blend() goes through a common format pixel by pixel, five to ten times as long, and takes
 * pixels of four bytes for aligned. Here the overlay is taken apart into rows of one colour each, and put together as
 * bytes of the frame: what is added to each byte, and how much of what was there stays.
 */

/* Fractions of a sum of weighted colours. */
#define ONE 256
#define RED 0
#define GREEN 1
#define BLUE 2
#define ALPHA 3
#define N_COLOURS 4

/* Where a component of the frame lies, and what the overlay's colours put into it. */
typedef struct {
  guint8 *data;
  gint stride;
  gint step;
  guint plane;
  guint xsub;
  guint ysub;
  guint16 weights[N_COLOURS]; /* in 1 / ONE; negative ones wrap, and so do the sums: what comes out is 0 to 255 */
} Component;

/* The overlay, premultiplied, as far as it lies on the frame. */
typedef struct {
  const guint8 *pixels; /* native ARGB */
  gint stride;
  gint x, y, width, height; /* of the frame */
} Sheet;

/* Rows at work, all in one piece of memory. */
typedef struct {
  guint8 *pixels[N_COLOURS];  /* of the overlay */
  guint8 *samples[N_COLOURS]; /* of a component */
  guint8 *added;              /* of a plane's bytes */
  guint8 *staying;
} Desk;

static inline guint32
load (const guint8 *pixels, gint i)
{
  guint32 pixel;

  memcpy (&pixel, pixels + 4 * (gsize)i, sizeof pixel);
  return pixel;
}

static inline guint
divide_by_255 (guint value)
{
  return (value + 128 + ((value + 128) >> 8)) >> 8;
}

/* One row, whose first pixel lies @before pixels behind where the rows begin, which have @n; transparent elsewhere. */
static void
take_row (const Sheet *sheet, gint y, gint before, guint8 *const colours[N_COLOURS], gint n)
{
  guint8 *restrict r = colours[RED] + before, *restrict g = colours[GREEN] + before;
  guint8 *restrict b = colours[BLUE] + before, *restrict a = colours[ALPHA] + before;
  const guint8 *pixels = sheet->pixels + (gssize)(y - sheet->y) * sheet->stride;

  for (guint c = 0; c < N_COLOURS; c++)
    memset (colours[c], 0, (gsize)n);
  if (y < sheet->y || y >= sheet->y + sheet->height)
    return;
  for (gint i = 0; i < sheet->width; i++) {
    guint32 pixel = load (pixels, i);

    r[i] = (guint8)(pixel >> 16);
    g[i] = (guint8)(pixel >> 8);
    b[i] = (guint8)pixel;
    a[i] = (guint8)(pixel >> 24);
  }
}

/* Sums of pairs; of the second of two rows on top of those of the first, which are halved means. */
static void
halve (const guint8 *restrict from, guint8 *restrict to, gboolean second, gint n)
{
  if (second)
    for (gint i = 0; i < n; i++)
      to[i] = (guint8)((to[i] + ((from[2 * i] + from[2 * i + 1] + 1) >> 1) + 1) >> 1);
  else
    for (gint i = 0; i < n; i++)
      to[i] = (guint8)((from[2 * i] + from[2 * i + 1]) >> 1);
}

/* The colours below each of @n samples in row @row of a component. */
static void
take_samples (const Sheet *sheet, const Component *component, gint row, const Desk *desk, gint n)
{
  if (component->xsub == 0) {
    take_row (sheet, row, 0, desk->samples, n);
    return;
  }
  for (gint k = 0; k < 1 << component->ysub; k++) {
    take_row (sheet, (row << component->ysub) + k, sheet->x % 2, desk->pixels, 2 * n);
    for (guint c = 0; c < N_COLOURS; c++)
      halve (desk->pixels[c], desk->samples[c], k > 0, n);
  }
}

static void
put_samples (const Desk *desk, const guint16 weights[N_COLOURS], gint at, gint step, gint n)
{
  const guint8 *r = desk->samples[RED], *g = desk->samples[GREEN], *b = desk->samples[BLUE];
  const guint8 *a = desk->samples[ALPHA];
  const guint16 wr = weights[RED], wg = weights[GREEN], wb = weights[BLUE], wa = weights[ALPHA];
  guint8 *restrict added = desk->added + at, *restrict staying = desk->staying + at,
                   *restrict value = desk->pixels[RED];

  for (gint i = 0; i < n; i++)
    value[i] = (guint8)((guint16)(wr * r[i] + wg * g[i] + wb * b[i] + wa * a[i] + ONE / 2) >> 8);
  for (gint i = 0; i < n; i++) {
    added[i * step] = value[i];
    staying[i * step] = 255 - a[i];
  }
}

static void
draw_bytes (guint8 *restrict to, const guint8 *restrict added, const guint8 *restrict staying, gint n)
{
  for (gint i = 0; i < n; i++) {
    guint16 product = (guint16)(to[i] * staying[i] + 128);
    guint16 sum = (guint16)(added[i] + (guint8)((guint16)(product + (product >> 8)) >> 8));

    to[i] = (guint8)MIN (sum, 255);
  }
}

/* How many samples of a component the sheet touches in a row, from which on. */
static gint
span (const Sheet *sheet, const Component *component, gint *left)
{
  *left = sheet->x >> component->xsub;
  return ((sheet->x + sheet->width - 1) >> component->xsub) - *left + 1;
}

/* The components of one plane, which have their rows in common. */
static void
draw_plane (const Component *components, guint n_components, const Sheet *sheet, const Desk *desk)
{
  const Component *first = &components[0];
  const gint top = sheet->y >> first->ysub, bottom = (sheet->y + sheet->height - 1) >> first->ysub;
  guint8 *begin = NULL, *end = NULL;
  gint left;

  for (guint c = 0; c < n_components; c++) {
    const gint n = span (sheet, &components[c], &left);
    guint8 *from = components[c].data + (gssize)left * components[c].step;
    guint8 *to = from + (gssize)(n - 1) * components[c].step + 1;

    begin = begin ? MIN (begin, from) : from;
    end = end ? MAX (end, to) : to;
  }
  for (gint y = top; y <= bottom; y++) {
    memset (desk->added, 0, (gsize)(end - begin));
    memset (desk->staying, 255, (gsize)(end - begin));
    for (guint c = 0; c < n_components; c++) {
      const gint n = span (sheet, &components[c], &left);
      const gint at = (gint)(components[c].data - begin) + left * components[c].step;

      if (c == 0 || components[c].xsub != components[c - 1].xsub)
        take_samples (sheet, &components[c], y, desk, n);
      put_samples (desk, components[c].weights, at, components[c].step, n);
    }
    draw_bytes (begin + (gssize)y * first->stride, desk->added, desk->staying, (gint)(end - begin));
  }
}

/* Frames that are transparent themselves, and not premultiplied: @alpha is their alpha. */
static void
draw_transparent (const Component colours[3], const Component *alpha, const Sheet *sheet)
{
  for (gint y = 0; y < sheet->height; y++)
    for (gint x = 0; x < sheet->width; x++) {
      const guint32 pixel = load (sheet->pixels + (gssize)y * sheet->stride, x);
      const gssize at = (gssize)(sheet->y + y) * alpha->stride + (gssize)(sheet->x + x) * alpha->step;
      const guint over = pixel >> 24, below = alpha->data[at] * (255 - over), sum = over * 255 + below;

      for (guint c = 0; sum > 0 && c < 3; c++) {
        guint value = (pixel >> (16 - 8 * c) & 255) * 255 * 255 + colours[c].data[at] * below;

        colours[c].data[at] = (guint8)MIN ((value + sum / 2) / sum, 255);
      }
      alpha->data[at] = (guint8)divide_by_255 (sum);
    }
}

/* Weights of red, green and blue in component @c, of full range and without offset. */
static void
get_colour (const GstVideoInfo *info, guint c, gdouble colour[3])
{
  gdouble kr = 0.299, kb = 0.114;

  memset (colour, 0, 3 * sizeof *colour);
  if (GST_VIDEO_INFO_IS_RGB (info)) {
    colour[c] = 1.0;
    return;
  }
  gst_video_color_matrix_get_Kr_Kb (info->colorimetry.matrix, &kr, &kb);
  colour[0] = kr;
  colour[1] = 1.0 - kr - kb;
  colour[2] = kb;
  if (c == 0)
    return;
  for (guint i = 0; i < 3; i++)
    colour[i] = ((i == (c == 1 ? 2 : 0) ? 1.0 : 0.0) - colour[i]) / (2.0 * (1.0 - (c == 1 ? kb : kr)));
}

static Component
get_component (const GstVideoFrame *frame, guint c)
{
  const GstVideoFormatInfo *format = frame->info.finfo;
  Component component = { .data = GST_VIDEO_FRAME_COMP_DATA (frame, c),
                          .stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, c),
                          .step = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c),
                          .plane = GST_VIDEO_FORMAT_INFO_PLANE (format, c),
                          .xsub = GST_VIDEO_FORMAT_INFO_W_SUB (format, c),
                          .ysub = GST_VIDEO_FORMAT_INFO_H_SUB (format, c) };
  gint offsets[GST_VIDEO_MAX_COMPONENTS], scales[GST_VIDEO_MAX_COMPONENTS];
  gdouble colour[3];

  if (c == GST_VIDEO_COMP_A)
    return component;
  gst_video_color_range_offsets (frame->info.colorimetry.range, format, offsets, scales);
  get_colour (&frame->info, c, colour);
  for (guint i = 0; i < 3; i++)
    component.weights[i] = (guint16)(gint)(colour[i] * scales[c] / 255.0 * ONE + (colour[i] < 0 ? -0.5 : 0.5));
  component.weights[ALPHA] = (guint16)(offsets[c] / 255.0 * ONE);
  return component;
}

/* Room for rows of @width pixels, and one more where they begin in the middle of a sample. */
static gpointer
make_desk (Desk *desk, gint width)
{
  const gsize room = (gsize)width + 4;
  guint8 *memory = g_try_malloc (room * (2 * N_COLOURS + 2 * 4)), *at = memory;

  for (guint c = 0; memory && c < N_COLOURS; c++, at += 2 * room) {
    desk->pixels[c] = at;
    desk->samples[c] = at + room;
  }
  desk->added = at;
  desk->staying = at + 4 * room;
  return memory;
}

static gboolean
draw (const GstVideoFrame *frame, const Sheet *sheet)
{
  const guint n = MIN (GST_VIDEO_FRAME_N_COMPONENTS (frame), 3);
  Component components[3];
  g_autofree gpointer memory = NULL;
  Desk desk;

  for (guint c = 0; c < n; c++)
    components[c] = get_component (frame, c);
  if (GST_VIDEO_INFO_HAS_ALPHA (&frame->info)) {
    const Component alpha = get_component (frame, GST_VIDEO_COMP_A);

    draw_transparent (components, &alpha, sheet);
    return TRUE;
  }
  memory = make_desk (&desk, sheet->width);
  if (!memory)
    return FALSE;
  for (guint c = 0, end; c < n; c = end) {
    for (end = c + 1; end < n && components[end].plane == components[c].plane; end++)
      continue;
    draw_plane (components + c, end - c, sheet, &desk);
  }
  return TRUE;
}

/* Leaves of the overlay what lies on the frame; FALSE if that is nothing. */
static gboolean
clip (Sheet *sheet, const GstVideoFrame *frame)
{
  const gint left = MAX (-sheet->x, 0), top = MAX (-sheet->y, 0);

  sheet->width = MIN (sheet->width, GST_VIDEO_FRAME_WIDTH (frame) - sheet->x) - left;
  sheet->height = MIN (sheet->height, GST_VIDEO_FRAME_HEIGHT (frame) - sheet->y) - top;
  sheet->pixels += (gssize)top * sheet->stride + 4 * (gssize)left;
  sheet->x += left;
  sheet->y += top;
  return sheet->width > 0 && sheet->height > 0;
}

static gboolean
draw_rectangle (GstVideoOverlayRectangle *rectangle, const GstVideoFrame *frame)
{
  GstBuffer *pixels =
      gst_video_overlay_rectangle_get_pixels_argb (rectangle, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  const GstVideoMeta *meta = pixels ? gst_buffer_get_video_meta (pixels) : NULL;
  Sheet sheet = { 0 };
  GstVideoFrame picture;
  GstVideoInfo info;
  gboolean done;

  gst_video_overlay_rectangle_get_render_rectangle (rectangle, &sheet.x, &sheet.y, NULL, NULL);
  if (!meta || !gst_video_info_set_format (&info, meta->format, meta->width, meta->height)
      || !gst_video_frame_map (&picture, &info, pixels, GST_MAP_READ))
    return FALSE;
  sheet.pixels = GST_VIDEO_FRAME_PLANE_DATA (&picture, 0);
  sheet.stride = GST_VIDEO_FRAME_PLANE_STRIDE (&picture, 0);
  sheet.width = GST_VIDEO_FRAME_WIDTH (&picture);
  sheet.height = GST_VIDEO_FRAME_HEIGHT (&picture);
  done = !clip (&sheet, frame) || draw (frame, &sheet);
  gst_video_frame_unmap (&picture);
  return done;
}

gboolean
derma_blend (GstVideoOverlayComposition *overlay, GstVideoFrame *frame)
{
  for (guint i = 0; i < gst_video_overlay_composition_n_rectangles (overlay); i++)
    if (!draw_rectangle (gst_video_overlay_composition_get_rectangle (overlay, i), frame))
      return FALSE;
  return TRUE;
}
