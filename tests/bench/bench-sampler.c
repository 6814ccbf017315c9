/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints the median time of one run of the sampler to 224x224 for each format and picture size, then time and error of
 * libyuv's box filter on a grey crop, against the sampler's exact mean.
 */
#include "image/layout.h"

#include <derma/derma.h>

#include <math.h>
#include <stdlib.h>

#include <libyuv.h>

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

static gdouble
time_libyuv (const guint8 *crop, gint stride, guint side, guint8 *small)
{
  gint64 times[RUNS];

  for (guint i = 0; i < RUNS; i++) {
    gint64 begin = g_get_monotonic_time ();

    ScalePlane (crop, stride, (int)side, (int)side, small, 224, 224, 224, kFilterBox);
    times[i] = g_get_monotonic_time () - begin;
  }
  qsort (times, RUNS, sizeof times[0], compare);
  return times[RUNS / 2] / 1000.0;
}

static void
compare_libyuv (guint width, guint height)
{
  static const gfloat zero[3] = { 0 }, one[3] = { 1, 1, 1 };
  g_autoptr (DermaSampler) sampler = derma_sampler_new (224, 224, 1, zero, one);
  g_autofree guint8 *noise = g_malloc ((gsize)width * height), *small = g_malloc (224 * 224);
  g_autofree gfloat *exact = g_new (gfloat, 224 * 224);
  DermaFrame frame = { DERMA_FORMAT_GRAY8, width, height, 0, DERMA_RANGE_FULL, { noise }, { (gint)width } };
  DermaRect rect = derma_frame_get_region (&frame, DERMA_REGION_CENTER_SQUARE, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gdouble time, sum = 0.0, max = 0.0;

  for (gsize i = 0; i < (gsize)width * height; i++)
    noise[i] = (guint8)g_rand_int (rand);
  derma_sampler_run (sampler, &frame, &rect, exact, NULL);
  time = time_libyuv (noise + rect.x, (gint)width, (guint)rect.width, small);
  for (guint i = 0; i < 224 * 224; i++) {
    gdouble error = fabs (exact[i] * 255.0 - small[i]);

    sum += error;
    max = MAX (max, error);
  }
  g_print ("libyuv %ux%u: %.3f ms, off by %.2f levels in the mean, at most %.1f\n", width, height, time,
           sum / (224 * 224), max);
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
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    compare_libyuv (sizes[s][0], sizes[s][1]);
  return 0;
}
