/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the median time of one run of the sampler to 224x224 for each format and picture size. */
#include "image/layout.h"

#include <derma/derma.h>

#include <stdlib.h>

#define RUNS 101

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

static gdouble
measure (DermaSampler *sampler, const DermaFrame *frame)
{
  g_autofree gfloat *output = g_new (gfloat, 224 * 224 * 3);
  DermaRect rect = derma_frame_get_region (frame, DERMA_REGION_CENTER_SQUARE, NULL);
  gint64 times[RUNS];

  for (guint i = 0; i < RUNS; i++) {
    gint64 begin = g_get_monotonic_time ();

    for (guint k = 0; k < 4; k++)
      derma_sampler_run (sampler, frame, &rect, output, NULL);
    times[i] = g_get_monotonic_time () - begin;
  }
  qsort (times, RUNS, sizeof times[0], compare);
  return times[RUNS / 2] / 4000.0;
}

static void
run (DermaSampler *sampler, DermaFormat format, guint width, guint height)
{
  const DermaLayout *layout = derma_layout_get (format);
  DermaFrame frame = { format, width, height, DERMA_MATRIX_BT709, DERMA_RANGE_LIMITED, { NULL }, { 0 } };

  for (guint i = 0; i < layout->n_planes; i++) {
    gsize stride = derma_layout_row_bytes (layout, i, width);
    gsize size = stride * height;
    guint8 *plane = g_malloc (size);

    for (gsize k = 0; k < size; k++)
      plane[k] = (guint8)(k * 2654435761u >> 16);
    frame.planes[i] = plane;
    frame.strides[i] = (gint)stride;
  }
  g_print (" %7.3f", measure (sampler, &frame));
  for (guint i = 0; i < layout->n_planes; i++)
    g_free ((gpointer)frame.planes[i]);
}

int
main (void)
{
  static const guint sizes[][2] = { { 640, 480 }, { 1280, 720 }, { 1920, 1080 }, { 3840, 2160 } };
  static const gfloat mean[3] = { 0.485f, 0.456f, 0.406f }, std[3] = { 0.229f, 0.224f, 0.225f };
  g_autoptr (DermaSampler) sampler = derma_sampler_new (224, 224, 3, mean, std);

  g_print ("%-6s", "ms");
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    g_print (" %4ux%-4u", sizes[s][0], sizes[s][1]);
  g_print ("\n");
  for (guint f = 0; f < DERMA_N_FORMATS; f++) {
    g_print ("%-6s", derma_format_get_name (f));
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      run (sampler, f, sizes[s][0], sizes[s][1]);
    g_print ("\n");
  }
  return 0;
}
