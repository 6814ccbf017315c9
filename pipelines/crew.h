/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "result.h"

G_BEGIN_DECLS

/**
 * Crew:
 *
 * Workers, each a process of its own, so that a file that breaks one breaks nothing else. Each reads one unit after
 * another; its results are written as they come.
 */
typedef struct _Crew Crew;

/**
 * CrewPlan:
 * @program: what to run as a worker
 * @model: path of the network
 * @key: what results depend on
 * @jobs: number of workers
 */
typedef struct {
  const gchar *program;
  const gchar *model;
  ResultKey key;
  guint jobs;
} CrewPlan;

/** crew_start: @units: (element-type Unit): to be read; borrowed until crew_finish() */
Crew *crew_start (const CrewPlan *plan, const GPtrArray *units);
/** crew_get_done: @failed: (out): how many of them had an error. Returns: how many units are done */
guint crew_get_done (Crew *crew, guint *failed);
/** crew_is_busy: whether there is more to do */
gboolean crew_is_busy (Crew *crew);
/** crew_stop: ends the workers where they are */
void crew_stop (Crew *crew);
/** crew_finish: waits for all and frees it. Returns: whether all results were written; otherwise @error is set */
gboolean crew_finish (Crew *crew, GError **error);

/** crew_prepare: what a worker does first: from here on only the crew ends it, not a signal to the whole group */
void crew_prepare (void);
/** crew_work: what a worker does: reads requests on standard input, writes answers to standard output. Returns: its
 * exit code */
gint crew_work (const gchar *model, const ResultKey *key);

G_END_DECLS
