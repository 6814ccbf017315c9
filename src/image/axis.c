/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/axis.h"

#include <math.h>
#include <string.h>

#define LANES 4 /* of the vectors in kernels.c */

/* The mean over the stretch that the output covers: samples that it cuts count with the part that lies inside. */
static void
set_area (DermaAxis *axis, guint i)
{
  gdouble scale = axis->extent / axis->n;
  gdouble from = axis->origin + i * scale;
  gdouble to = i + 1 == axis->n ? axis->origin + axis->extent : axis->origin + (i + 1) * scale;
  guint last = axis->first + axis->length - 1;
  guint begin = MIN ((guint)from, last);
  guint end = CLAMP ((guint)ceil (to), begin + 1, last + 1);
  gfloat *weights = axis->weights + (gsize)i * axis->pitch;

  axis->start[i] = begin - axis->first;
  axis->count[i] = end - begin;
  for (guint k = begin; k < end; k++)
    weights[k - begin] = (gfloat)((MIN (to, k + 1.0) - MAX (from, (gdouble)k)) / (to - from));
}

/* Linear between the centres of the two nearest samples; the outermost samples go on for ever. */
static void
set_linear (DermaAxis *axis, guint i)
{
  gdouble centre = axis->origin + (i + 0.5) * axis->extent / axis->n - 0.5 - axis->first;
  gdouble at = CLAMP (centre, 0.0, axis->length - 1.0);
  guint begin = (guint)at;
  gfloat *weights = axis->weights + (gsize)i * axis->pitch;

  axis->start[i] = begin;
  axis->count[i] = begin + 1 < axis->length ? 2 : 1;
  weights[0] = (gfloat)(1.0 - (at - begin));
  if (axis->count[i] == 2)
    weights[1] = (gfloat)(at - begin);
}

static void
reserve (DermaAxis *axis)
{
  gsize size = (gsize)axis->n * axis->pitch;

  if (axis->start == NULL) {
    axis->start = g_new (guint, axis->n);
    axis->count = g_new (guint, axis->n);
  }
  if (size > axis->allocated) {
    axis->weights = g_renew (gfloat, axis->weights, size);
    axis->allocated = size;
  }
  memset (axis->weights, 0, size * sizeof (gfloat));
}

void
derma_axis_set (DermaAxis *axis, guint n, gdouble origin, gdouble extent)
{
  gboolean shrink = extent >= n;

  if (axis->n == n && axis->origin == origin && axis->extent == extent)
    return;
  if (axis->n != n)
    derma_axis_clear (axis);
  axis->n = n;
  axis->origin = origin;
  axis->extent = extent;
  axis->first = (guint)origin;
  axis->length = (guint)ceil (origin + extent) - axis->first;
  axis->taps = shrink ? (guint)ceil (extent / n) + 1 : 2;
  axis->pitch = (axis->taps + LANES - 1) / LANES * LANES;
  reserve (axis);
  for (guint i = 0; i < n; i++) {
    if (shrink)
      set_area (axis, i);
    else
      set_linear (axis, i);
  }
}

void
derma_axis_clear (DermaAxis *axis)
{
  g_free (axis->start);
  g_free (axis->count);
  g_free (axis->weights);
  *axis = (DermaAxis){ 0 };
}
