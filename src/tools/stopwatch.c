/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/stopwatch.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define WARM_UP 3

static gdouble
now (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (gdouble)time.tv_sec * 1e3 + (gdouble)time.tv_nsec * 1e-6;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return (x > y) - (x < y);
}

gdouble
derma_stopwatch_percentile (const gdouble *sorted, guint n, gdouble p)
{
  gint rank = (gint)ceil (p * n) - 1;

  return sorted[CLAMP (rank, 0, (gint)n - 1)];
}

DermaCost
derma_stopwatch_summarise (gdouble *times, guint n, gdouble cpu)
{
  qsort (times, n, sizeof *times, compare);
  return (DermaCost){ derma_stopwatch_percentile (times, n, 0.5), derma_stopwatch_percentile (times, n, 0.95),
                      derma_stopwatch_percentile (times, n, 0.99), cpu };
}

gboolean
derma_stopwatch_measure (DermaWork prepare, DermaWork work, gpointer data, guint runs, DermaCost *cost, GError **error)
{
  g_autofree gdouble *times = g_new (gdouble, runs);
  gdouble cpu = 0;

  for (guint i = 0; i < WARM_UP + runs; i++) {
    gdouble cpu_begin, begin;

    if (prepare && !prepare (data, error))
      return FALSE;
    cpu_begin = now (CLOCK_PROCESS_CPUTIME_ID);
    begin = now (CLOCK_MONOTONIC);
    if (!work (data, error))
      return FALSE;
    if (i < WARM_UP)
      continue;
    times[i - WARM_UP] = now (CLOCK_MONOTONIC) - begin;
    cpu += now (CLOCK_PROCESS_CPUTIME_ID) - cpu_begin;
  }
  *cost = derma_stopwatch_summarise (times, runs, cpu / runs);
  return TRUE;
}
