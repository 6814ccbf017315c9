/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "reel.h"

G_BEGIN_DECLS

/* What was done, of all shows together. */
typedef struct {
  guint64 in;     /* frames that were given to a pipeline */
  guint64 out;    /* frames that came out of one */
  guint64 lost;   /* frames that a pipeline was stopped or flushed with */
  guint readings; /* atomic, as are warnings */
  guint warnings;
  guint shows;
  guint async_shows;
  guint attached_shows;
  guint renegotiations;
  guint seeks;
  guint ends;
  guint restarts;
  guint stops; /* without an end */
  guint pauses;
  guint swaps;
  guint refusals; /* of networks that are not there */
  guint snapshots;
  guint freezes;
  guint recordings;
  guint replays;
  guint64 replayed; /* frames */
} ShowTally;

typedef struct {
  const GPtrArray *reels; /* of Reel */
  const gchar *folder;    /* for recordings and snapshots */
  GRand *rand;
  guint stretch; /* most frames between two things that happen */
  ShowTally *tally;
} ShowPlan;

/*
 * Makes a pipeline, the @index-th in turn of those there are, plays reels through it with all that users do meanwhile,
 * and takes it down again. FALSE with @error set if something went wrong that should not.
 */
gboolean show_run (const ShowPlan *plan, guint index, GError **error);

G_END_DECLS
