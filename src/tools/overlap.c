/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/overlap.h"

#include "tools/json.h"

#include <derma/error.h>
#include <derma/picture.h>
#include <derma/sampler.h>

#include <math.h>
#include <stdlib.h>

#define HALF 0.5f

struct _DermaMaskGrid {
  DermaSampler *sampler;
  gfloat *cells;
};

DermaMaskGrid *
derma_mask_grid_new (const DermaModel *model, GError **error)
{
  static const gfloat zero[3] = { 0, 0, 0 }, one[3] = { 1, 1, 1 };
  gint output = derma_model_get_metadata (model)->map_output;
  gint64 dims[DERMA_MAX_RANK];
  DermaMaskGrid *grid;
  guint rank;

  if (output < 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED, "%s: has no lesion map to compare with masks",
                 derma_model_get_name (model));
    return NULL;
  }
  rank = derma_model_get_output_shape (model, (guint)output, dims);
  grid = g_new0 (DermaMaskGrid, 1);
  grid->sampler = derma_sampler_new ((guint)dims[rank - 1], (guint)dims[rank - 2], 1, zero, one);
  grid->cells = g_new (gfloat, (gsize)(dims[rank - 1] * dims[rank - 2]));
  return grid;
}

void
derma_mask_grid_free (DermaMaskGrid *grid)
{
  if (!grid)
    return;
  derma_sampler_free (grid->sampler);
  g_free (grid->cells);
  g_free (grid);
}

/* What an interval of a picture's side is in a mask whose side is @to long; at least one pixel. */
static void
scale (gint *start, gint *length, guint from, guint to)
{
  gint first = (gint)floor ((gdouble)*start * to / from + 0.5);
  gint last = (gint)floor ((gdouble)(*start + *length) * to / from + 0.5);

  *start = MIN (first, (gint)to - 1);
  *length = MAX (last - *start, 1);
}

const gfloat *
derma_mask_grid_load (DermaMaskGrid *grid, const gchar *path, const DermaFrame *frame, const DermaRect *rect,
                      GError **error)
{
  g_autoptr (DermaPicture) picture = derma_picture_load (path, error);
  DermaRect own = *rect;
  const DermaFrame *mask;

  if (!picture)
    return NULL;
  mask = derma_picture_get_frame (picture);
  scale (&own.x, &own.width, frame->width, mask->width);
  scale (&own.y, &own.height, frame->height, mask->height);
  return derma_sampler_run (grid->sampler, mask, &own, grid->cells, error) ? grid->cells : NULL;
}

gfloat
derma_overlap_get (const gfloat *map, const gfloat *mask, guint n)
{
  guint both = 0, either = 0;

  for (guint i = 0; i < n; i++) {
    both += map[i] >= HALF && mask[i] >= HALF;
    either += map[i] >= HALF || mask[i] >= HALF;
  }
  return either > 0 ? (gfloat)both / (gfloat)either : 1;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gfloat x = *(const gfloat *)a, y = *(const gfloat *)b;

  return (x > y) - (x < y);
}

void
derma_overlap_measure (const gfloat *ious, guint n, DermaOverlap *overlap)
{
  g_autofree gfloat *sorted = g_new (gfloat, MAX (n, 1));
  gdouble sum = 0, below = 0;
  guint kept = 0;

  for (guint i = 0; i < n; i++) {
    if (isnan (ious[i]))
      continue;
    sorted[kept++] = ious[i];
    sum += ious[i];
    below += ious[i] < HALF;
  }
  *overlap = (DermaOverlap){ kept, NAN, NAN, NAN };
  if (kept == 0)
    return;
  qsort (sorted, kept, sizeof *sorted, compare);
  overlap->mean = sum / kept;
  overlap->median = ((gdouble)sorted[(kept - 1) / 2] + sorted[kept / 2]) / 2;
  overlap->below_half = below / kept;
}

void
derma_overlap_print (const DermaOverlap *overlap, GString *text)
{
  g_string_append_printf (text, "%-20sIoU %.4f (median %.4f, %.1f %% below 0.5) of %u pictures with a mask\n",
                          "lesion map", overlap->mean, overlap->median, overlap->below_half * 100, overlap->n);
}

void
derma_overlap_add (const DermaOverlap *overlap, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "map_iou");
  json_builder_begin_object (builder);
  derma_json_add_count (builder, "n", overlap->n);
  derma_json_add_number (builder, "mean", overlap->mean);
  derma_json_add_number (builder, "median", overlap->median);
  derma_json_add_number (builder, "below_half", overlap->below_half);
  json_builder_end_object (builder);
}
