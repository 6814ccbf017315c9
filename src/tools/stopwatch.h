/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a repeated piece of work costs; milliseconds. */
typedef struct {
  gdouble median;
  gdouble p95;
  gdouble p99;
  gdouble cpu; /* of the whole process, mean of the runs: with two threads up to twice the median */
} DermaCost;

/* One run of the work; FALSE with @error set ends the measurement. */
typedef gboolean (*DermaWork) (gpointer data, GError **error);

/*
 * Runs @work a few times unmeasured, then @runs times (1 to 100000). Wall time is monotonic. @prepare (nullable) comes
 * before each run and is not measured.
 */
gboolean derma_stopwatch_measure (DermaWork prepare, DermaWork work, gpointer data, guint runs, DermaCost *cost,
                                  GError **error);

/* What @n (at least 1) times come to, which it sorts; @cpu is taken as it is. */
DermaCost derma_stopwatch_summarise (gdouble *times, guint n, gdouble cpu);

/* The value below which a share @p (0 to 1) of @n sorted values lies: the nearest rank. */
gdouble derma_stopwatch_percentile (const gdouble *sorted, guint n, gdouble p);
