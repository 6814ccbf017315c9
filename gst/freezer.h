/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * Holds the picture still: from one frame on, all that come are replaced by it, with their own times. Used by the
 * streaming thread; what is @wanted is told by its owner, which locks it.
 */
typedef struct {
  GstBuffer *still; /* NULL while the picture moves */
  gboolean read;    /* whether the still has been classified, or handed over to be */
} DermaFreezer;

/* Tells it whether the picture is to be held. */
void derma_freezer_set_wanted (DermaFreezer *freezer, gboolean wanted);
/* The frame that takes the place of @buffer, or NULL. (transfer full) */
GstBuffer *derma_freezer_replace (DermaFreezer *freezer, GstBuffer *buffer);
/* Takes @buffer, before anything is put on it, for the still if one is @wanted and there is none. */
void derma_freezer_offer (DermaFreezer *freezer, GstBuffer *buffer, gboolean wanted);
/* Lets go of the still; if it is still wanted, the next frame is the new one. */
void derma_freezer_reset (DermaFreezer *freezer);

G_END_DECLS
