/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "part.h"

G_BEGIN_DECLS

/*
 * The last frames before a recording, from a key frame on. Whole groups of pictures go, as long as enough are left; all
 * that is left from before a pause that is as long.
 */
typedef struct {
  GQueue frames; /* of DermaFilmFrame */
  guint64 bytes;
} DermaRing;

#define DERMA_RING_INIT \
  {                     \
    G_QUEUE_INIT, 0     \
  }

void derma_ring_clear (DermaRing *ring);
/* @frame: (transfer full); it is not kept where a key frame is missing before it, and none is with a @pre_roll of 0. */
void derma_ring_keep (DermaRing *ring, DermaFilmFrame *frame, GstClockTime pre_roll);
/* Lets go of what is not of the last @pre_roll before @clock, which runs like the times at which frames came, or is
 * GST_CLOCK_TIME_NONE: then nothing is known of the time since the last frame. */
void derma_ring_age (DermaRing *ring, GstClockTime clock, GstClockTime pre_roll);
/* (nullable) */
const DermaFilmFrame *derma_ring_get_first (const DermaRing *ring);
/* (transfer full) (nullable) */
DermaFilmFrame *derma_ring_pop (DermaRing *ring);
/* From the beginning of the first frame to the end of the last one. */
GstClockTime derma_ring_get_duration (const DermaRing *ring);

G_END_DECLS
