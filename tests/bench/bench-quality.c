/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints the median time of one measurement of the centred square for each format and picture size, and what a white
 * frame costs, where every pixel is looked at as glare.
 */
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
measure (const DermaFrame *frame)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  DermaRect rect = derma_frame_get_region (frame, DERMA_REGION_CENTER_SQUARE, NULL);
  DermaQuality quality;
  gint64 times[RUNS];

  for (guint i = 0; i < RUNS; i++) {
    gint64 begin = g_get_monotonic_time ();

    for (guint k = 0; k < 8; k++)
      derma_quality_meter_measure (meter, frame, &rect, &quality, NULL);
    times[i] = g_get_monotonic_time () - begin;
  }
  qsort (times, RUNS, sizeof times[0], compare);
  return times[RUNS / 2] / 8000.0;
}

static void
run (DermaFormat format, const guint size[2], gboolean white)
{
  const DermaLayout *layout = derma_layout_get (format);
  DermaFrame frame = { format, size[0], size[1], DERMA_MATRIX_BT709, DERMA_RANGE_LIMITED, { NULL }, { 0 } };

  for (guint i = 0; i < layout->n_planes; i++) {
    gsize stride = derma_layout_row_bytes (layout, i, size[0]), bytes = stride * size[1];
    guint8 *plane = g_malloc (bytes);

    for (gsize k = 0; k < bytes; k++)
      plane[k] = white ? 255 : (guint8)(k * 2654435761u >> 16);
    frame.planes[i] = plane;
    frame.strides[i] = (gint)stride;
  }
  g_print (" %9.3f", measure (&frame));
  for (guint i = 0; i < layout->n_planes; i++)
    g_free ((gpointer)frame.planes[i]);
}

int
main (void)
{
  static const guint sizes[][2] = { { 640, 480 }, { 1280, 720 }, { 1920, 1080 }, { 3840, 2160 } };

  g_print ("%-6s", "ms");
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    g_print (" %4ux%-4u", sizes[s][0], sizes[s][1]);
  g_print ("     white\n");
  for (guint f = 0; f < DERMA_N_FORMATS; f++) {
    g_print ("%-6s", derma_format_get_name (f));
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      run (f, sizes[s], FALSE);
    run (f, sizes[2], TRUE);
    g_print ("\n");
  }
  return 0;
}
