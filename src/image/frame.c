/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>
#include <derma/frame.h>

#include "image/layout.h"

#include <string.h>

const gchar *
derma_format_get_name (DermaFormat format)
{
  const DermaLayout *layout = derma_layout_get (format);

  return layout != NULL ? layout->name : NULL;
}

gboolean
derma_format_from_name (const gchar *name, DermaFormat *format)
{
  for (guint i = 0; i < DERMA_N_FORMATS; i++)
    if (strcmp (derma_layout_get (i)->name, name) == 0) {
      *format = i;
      return TRUE;
    }
  return FALSE;
}

gboolean
derma_format_get_plane_size (DermaFormat format, guint plane, guint width, guint height, gsize *row_bytes, guint *rows)
{
  const DermaLayout *layout = derma_layout_get (format);

  if (layout == NULL || plane >= layout->n_planes)
    return FALSE;
  *row_bytes = derma_layout_row_bytes (layout, plane, width);
  *rows = (guint)(((guint64)height + (1u << layout->planes[plane].yshift) - 1) >> layout->planes[plane].yshift);
  return TRUE;
}

static gboolean
check_kind (const DermaFrame *frame, GError **error)
{
  const gchar *what = NULL;
  guint value = 0;

  if (derma_layout_get (frame->format) == NULL) {
    what = "format";
    value = (guint)frame->format;
  } else if ((guint)frame->matrix >= DERMA_N_MATRICES) {
    what = "matrix";
    value = (guint)frame->matrix;
  } else if ((guint)frame->range > DERMA_RANGE_FULL) {
    what = "range";
    value = (guint)frame->range;
  }
  if (what == NULL)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: %s: unknown value %u", what, value);
  return FALSE;
}

static gboolean
check_plane (const DermaFrame *frame, guint plane, GError **error)
{
  const DermaLayout *layout = derma_layout_get (frame->format);
  gsize row = derma_layout_row_bytes (layout, plane, frame->width);

  if (frame->planes[plane] == NULL) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: plane %u: %s has %u planes, this one is missing",
                 plane, layout->name, layout->n_planes);
    return FALSE;
  }
  if (frame->strides[plane] < 0 || (gsize)frame->strides[plane] < row) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT,
                 "frame: plane %u: stride %d is less than the %" G_GSIZE_FORMAT " bytes of a row of %s %u wide", plane,
                 frame->strides[plane], row, layout->name, frame->width);
    return FALSE;
  }
  return TRUE;
}

gboolean
derma_frame_check (const DermaFrame *frame, GError **error)
{
  if (frame == NULL) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: there is none");
    return FALSE;
  }
  if (!check_kind (frame, error))
    return FALSE;
  if (frame->width < 1 || frame->width > DERMA_MAX_SIDE || frame->height < 1 || frame->height > DERMA_MAX_SIDE) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: size: %ux%u is not within 1x1 to %dx%d",
                 frame->width, frame->height, DERMA_MAX_SIDE, DERMA_MAX_SIDE);
    return FALSE;
  }
  for (guint i = 0; i < derma_layout_get (frame->format)->n_planes; i++)
    if (!check_plane (frame, i, error))
      return FALSE;
  return TRUE;
}

static DermaRect
centre_square (const DermaFrame *frame)
{
  gint side = (gint)MIN (frame->width, frame->height);
  DermaRect rect = { ((gint)frame->width - side) / 2, ((gint)frame->height - side) / 2, side, side };

  return rect;
}

/* In 64 bits, so that no sum of two ints overflows. */
static gboolean
clip (const DermaFrame *frame, const DermaRect *roi, DermaRect *rect)
{
  gint64 left = MAX ((gint64)roi->x, 0);
  gint64 top = MAX ((gint64)roi->y, 0);
  gint64 right = MIN ((gint64)roi->x + roi->width, (gint64)frame->width);
  gint64 bottom = MIN ((gint64)roi->y + roi->height, (gint64)frame->height);

  if (roi->width <= 0 || roi->height <= 0 || left >= right || top >= bottom)
    return FALSE;
  *rect = (DermaRect){ (gint)left, (gint)top, (gint)(right - left), (gint)(bottom - top) };
  return TRUE;
}

DermaRect
derma_frame_get_region (const DermaFrame *frame, DermaRegion region, const DermaRect *roi)
{
  DermaRect rect = { 0, 0, (gint)frame->width, (gint)frame->height };

  if (region == DERMA_REGION_FULL_FRAME)
    return rect;
  if (region == DERMA_REGION_ROI_META && roi != NULL && clip (frame, roi, &rect))
    return rect;
  return centre_square (frame);
}
