/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>
#include <derma/sampler.h>

#include "image/axis.h"
#include "image/colour.h"
#include "image/kernels.h"
#include "image/layout.h"

#include <string.h>

/*
 * Rows first, on the bytes of a plane whatever they mean, then across, component by component, then colour, one output
 * row at a time so that everything in between stays in the nearest cache. libyuv's box filter takes two thirds to three
 * quarters of the time for one plane, but rounds the borders of its boxes to whole pixels: on noise it is off by 6
 * levels in the mean (at most 39) at 1080p and by 22 at 480p where this is off by 0.00001 (tests/bench/bench-sampler.c
 * measures both), and it needs the planes of packed formats taken apart first.
 */
struct _DermaSampler {
  guint width;
  guint height;
  const DermaKernels *kernels;
  DermaColour colour;
  DermaAxis columns[2]; /* of planes at full and at half resolution */
  DermaAxis rows[2];
  gfloat *line;    /* a row of a plane, averaged over those that an output row covers; of packed formats two in turn */
  gsize allocated; /* elements of line */
  gfloat *parts;   /* one output row of components */
};

DermaSampler *
derma_sampler_new (guint width, guint height, guint channels, const gfloat mean[3], const gfloat std[3])
{
  DermaSampler *sampler;

  if (width < 1 || width > 4096 || height < 1 || height > 4096 || (channels != 1 && channels != 3))
    return NULL;
  for (guint c = 0; c < channels; c++)
    if (!(std[c] > 0.0f))
      return NULL;
  sampler = g_new0 (DermaSampler, 1);
  sampler->width = width;
  sampler->height = height;
  sampler->kernels = derma_kernels_get ();
  sampler->colour.channels = channels;
  derma_colour_normalise (&sampler->colour, mean, std);
  sampler->parts = g_new0 (gfloat, (gsize)4 * width);
  return sampler;
}

void
derma_sampler_free (DermaSampler *sampler)
{
  if (sampler == NULL)
    return;
  for (guint i = 0; i < 2; i++) {
    derma_axis_clear (&sampler->columns[i]);
    derma_axis_clear (&sampler->rows[i]);
  }
  g_free (sampler->line);
  g_free (sampler->parts);
  g_free (sampler);
}

static gboolean
check (const DermaFrame *frame, const DermaRect *rect, GError **error)
{
  if (!derma_frame_check (frame, error))
    return FALSE;
  if (rect->x >= 0 && rect->y >= 0 && rect->width >= 1 && rect->height >= 1
      && (gint64)rect->x + rect->width <= frame->width && (gint64)rect->y + rect->height <= frame->height)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: rectangle: %dx%d at %d,%d does not lie in %ux%u",
               rect->width, rect->height, rect->x, rect->y, frame->width, frame->height);
  return FALSE;
}

static void
prepare (DermaSampler *sampler, const DermaFrame *frame, const DermaRect *rect)
{
  const DermaLayout *layout = derma_layout_get (frame->format);
  gsize size = 0;

  for (guint half = 0; half < 2; half++) {
    gdouble scale = half ? 0.5 : 1.0;

    derma_axis_set (&sampler->columns[half], sampler->width, rect->x * scale, rect->width * scale);
    derma_axis_set (&sampler->rows[half], sampler->height, rect->y * scale, rect->height * scale);
  }
  for (guint i = 0; i < layout->n_planes; i++) {
    const DermaAxis *axis = &sampler->columns[layout->planes[i].xshift];
    gsize need = (gsize)layout->planes[i].bytes * axis->length + 3 * DERMA_LINE_SLACK (&sampler->columns[0], 4);

    size = MAX (size, need);
  }
  if (size > sampler->allocated) {
    g_free (sampler->line);
    sampler->line = g_new0 (gfloat, size);
    sampler->allocated = size;
  }
  derma_colour_set (&sampler->colour, frame);
}

/* Whether a line keeps pixels together; of all other formats it is taken apart by component. */
static gboolean
has_pixels (const DermaLayout *layout)
{
  return layout->family == DERMA_FAMILY_RGB && layout->planes[0].bytes == 3;
}

/* The rows of a plane that output row @y covers. */
static DermaRows
find_rows (const DermaSampler *sampler, const DermaFrame *frame, guint plane, guint y)
{
  const DermaPlaneLayout *layout = &derma_layout_get (frame->format)->planes[plane];
  const DermaAxis *rows = &sampler->rows[layout->yshift];
  const gfloat *weights = rows->weights + (gsize)y * rows->pitch;
  gsize stride = (gsize)frame->strides[plane], left = (gsize)sampler->columns[layout->xshift].first * layout->bytes;
  guint count = rows->count[y];

  return (DermaRows){ .top = frame->planes[plane] + (rows->first + rows->start[y]) * stride + left,
                      .stride = stride,
                      .count = count,
                      .first = weights[0],
                      .inner = count > 2 ? weights[1] : 0.0f,
                      .last = count > 1 ? weights[count - 1] : 0.0f };
}

/* Chroma that takes turns, Cb or Cr first. */
static void
sample_chroma (DermaSampler *sampler, const DermaLayout *layout, const gfloat *line)
{
  gfloat *parts[2] = { sampler->parts + sampler->width, sampler->parts + (gsize)2 * sampler->width };
  gboolean swapped = layout->components[1].offset > layout->components[2].offset;
  gfloat *const out[2] = { parts[swapped ? 1 : 0], parts[swapped ? 0 : 1] };

  sampler->kernels->across_pairs (line, &sampler->columns[1], out);
}

/* Luma and chroma that take turns. A unit is two pixels wide, and the stretch of luma may begin with its second. */
static void
sample_packed (DermaSampler *sampler, const DermaLayout *layout, const DermaRows *rows)
{
  const DermaAxis *units = &sampler->columns[1], *luma = &sampler->columns[0];
  gsize n = (gsize)2 * units->length;
  gfloat *lines[2] = { sampler->line, sampler->line + n + DERMA_LINE_SLACK (luma, 2) };
  guint odd = layout->components[0].offset;

  sampler->kernels->split_rows (rows, lines[0], lines[1], n);
  sampler->kernels->across (lines[odd] + (luma->first - 2 * units->first), luma, sampler->parts);
  sample_chroma (sampler, layout, lines[1 - odd]);
}

/* Three colours and a byte that nobody looks at, before or after them. */
static void
sample_four (DermaSampler *sampler, const DermaLayout *layout, const DermaRows *rows)
{
  const DermaAxis *columns = &sampler->columns[0];
  gsize apart = columns->length + DERMA_LINE_SLACK (columns, 1);
  gfloat *lines[3] = { sampler->line, sampler->line + apart, sampler->line + 2 * apart };
  guint first = MIN (layout->components[0].offset, layout->components[2].offset);

  sampler->kernels->part_rows (rows, first, lines, columns->length);
  for (guint i = 0; i < 3; i++)
    sampler->kernels->across (lines[layout->components[i].offset - first], columns,
                              sampler->parts + (gsize)i * sampler->width);
}

static void
sample_three (DermaSampler *sampler, const DermaRows *rows)
{
  const DermaAxis *columns = &sampler->columns[0];

  sampler->kernels->rows (rows, sampler->line, (gsize)3 * columns->length);
  sampler->kernels->across_pixels (sampler->line, columns, sampler->parts);
}

/* A plane of one component, or of chroma that takes turns. */
static void
sample_plain (DermaSampler *sampler, const DermaLayout *layout, guint plane, const DermaRows *rows)
{
  const DermaPlaneLayout *unit = &layout->planes[plane];
  const DermaAxis *columns = &sampler->columns[unit->xshift];
  guint part = plane == 0 ? 0 : layout->components[1].plane == plane ? 1 : 2;

  sampler->kernels->rows (rows, sampler->line, (gsize)columns->length * unit->bytes);
  if (unit->bytes == 2)
    sample_chroma (sampler, layout, sampler->line);
  else
    sampler->kernels->across (sampler->line, columns, sampler->parts + (gsize)part * sampler->width);
}

static void
sample_plane (DermaSampler *sampler, const DermaFrame *frame, guint plane, guint y)
{
  const DermaLayout *layout = derma_layout_get (frame->format);
  const DermaRows rows = find_rows (sampler, frame, plane, y);

  if (has_pixels (layout))
    sample_three (sampler, &rows);
  else if (layout->family == DERMA_FAMILY_RGB)
    sample_four (sampler, layout, &rows);
  else if (layout->planes[plane].bytes == 4)
    sample_packed (sampler, layout, &rows);
  else
    sample_plain (sampler, layout, plane, &rows);
}

gboolean
derma_sampler_run (DermaSampler *sampler, const DermaFrame *frame, const DermaRect *rect, gfloat *output,
                   GError **error)
{
  const DermaLayout *layout;
  const gfloat *parts[3];
  gboolean packed;

  if (!check (frame, rect, error))
    return FALSE;
  layout = derma_layout_get (frame->format);
  packed = has_pixels (layout);
  prepare (sampler, frame, rect);
  for (guint i = 0; i < 3; i++)
    parts[i] = sampler->parts + (packed ? layout->components[i].offset : (gsize)i * sampler->width);
  for (guint y = 0; y < sampler->height; y++) {
    for (guint i = 0; i < layout->n_planes; i++)
      sample_plane (sampler, frame, i, y);
    sampler->kernels->colour (&sampler->colour, parts, packed ? 4 : 1, sampler->width, output);
    output += (gsize)sampler->width * sampler->colour.channels;
  }
  return TRUE;
}
