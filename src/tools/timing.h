/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/stopwatch.h"

#include <derma/model.h>

/* One line of a benchmark: what was run and what it cost. */
typedef struct {
  const gchar *stage; /* static */
  gchar *model;       /* file name, NULL where no network takes part */
  gchar *format;      /* NULL where no frame takes part */
  guint width;        /* of the frame, 0 likewise */
  guint height;
  guint threads;
  guint runs;
  DermaCost cost;
} DermaTiming;

/* Timings of one benchmark, in the order in which they were made. */
typedef struct {
  GArray *rows; /* of DermaTiming */
  guint runs;
  guint max_threads;
} DermaTimings;

DermaTimings *derma_timings_new (guint runs, guint max_threads);
void derma_timings_free (DermaTimings *timings);
/* Takes over @timing's strings. */
void derma_timings_add (DermaTimings *timings, const DermaTiming *timing);
/*
 * A table for people: one line a timing. For programs: {"derma", "machine": {"cpu", "cores"}, "runs", "timings":
 * [{"stage", "model", "format", "width", "height", "threads", "median_ms", "p95_ms", "p99_ms", "cpu_ms"}]}.
 */
gchar *derma_timings_to_text (const DermaTimings *timings);
gchar *derma_timings_to_json (const DermaTimings *timings);

/*
 * The machine's name from the text of /proc/cpuinfo (proc(5)) or, where that names none, as on ARM, from the board's in
 * the device tree ("model", Devicetree Specification 2.3.2). Either may be NULL. (transfer full): NULL if there is
 * none.
 */
gchar *derma_timing_machine (const gchar *cpuinfo, const gchar *board);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaTimings, derma_timings_free)
