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
  gfloat *line; /* one row of a plane, averaged over the rows that an output row covers */
  guint8 *zeros;
  gsize allocated; /* elements of line and of zeros */
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
  g_free (sampler->zeros);
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
    gsize need = (gsize)layout->planes[i].bytes * axis->length + DERMA_LINE_SLACK (&sampler->columns[0], 4);

    size = MAX (size, need);
  }
  if (size > sampler->allocated) {
    g_free (sampler->line);
    g_free (sampler->zeros);
    sampler->line = g_new0 (gfloat, size);
    sampler->zeros = g_new0 (guint8, size);
    sampler->allocated = size;
  }
  derma_colour_set (&sampler->colour, frame);
}

/* The mean of the rows of a plane that output row @y covers, into the line, byte by byte whatever the bytes are. */
static void
average_rows (DermaSampler *sampler, const DermaFrame *frame, guint plane, guint y)
{
  const DermaPlaneLayout *layout = &derma_layout_get (frame->format)->planes[plane];
  const DermaAxis *columns = &sampler->columns[layout->xshift];
  const DermaAxis *rows = &sampler->rows[layout->yshift];
  const gfloat *weights = rows->weights + (gsize)y * rows->taps;
  gsize n = (gsize)columns->length * layout->bytes;
  gsize stride = (gsize)frame->strides[plane];
  guint count = rows->count[y];
  const guint8 *top =
      frame->planes[plane] + (rows->first + rows->start[y]) * stride + (gsize)columns->first * layout->bytes;
  const guint8 *outer[2] = { top, top + (count - 1) * stride };
  gfloat ends[2] = { weights[0], count > 1 ? weights[count - 1] : 0.0f };

  sampler->kernels->weigh (sampler->line, outer, ends, n);
  for (guint i = 1; i + 1 < count; i += 4) {
    const guint8 *inner[4];

    for (guint k = 0; k < 4; k++)
      inner[k] = i + k + 1 < count ? top + (i + k) * stride : sampler->zeros;
    sampler->kernels->add (sampler->line, inner, weights[1], n);
  }
}

static void
sample_plane (DermaSampler *sampler, const DermaFrame *frame, guint plane, guint y)
{
  const DermaLayout *layout = derma_layout_get (frame->format);
  guint left = sampler->columns[layout->planes[plane].xshift].first << layout->planes[plane].xshift;

  average_rows (sampler, frame, plane, y);
  if (layout->family == DERMA_FAMILY_RGB) {
    sampler->kernels->across_pixels (sampler->line, layout->planes[plane].bytes, &sampler->columns[0], sampler->parts);
    return;
  }
  for (guint i = 0; i < layout->n_components; i++) {
    const DermaComponent *component = &layout->components[i];
    const DermaAxis *columns = &sampler->columns[component->xshift];
    gsize skip = (gsize)(columns->first - (left >> component->xshift)) * component->step;

    if (component->plane == plane)
      sampler->kernels->across (sampler->line + component->offset + skip, component->step, columns,
                                sampler->parts + (gsize)i * sampler->width);
  }
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
  packed = layout->family == DERMA_FAMILY_RGB;
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
