/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <glib.h>

G_BEGIN_DECLS

/* So many readings of those that were passed are kept for the way back: what lies before is read from the file anew. */
#define DERMA_TRAIL_KEPT 512

/* Goes to and fro among the readings of a sidecar, in the order in which they are there; such as have no time are left
 * out. */
typedef struct _DermaTrail DermaTrail;

/* Before all readings. NULL with @error set as derma_sidecar_open() does. */
DermaTrail *derma_trail_open (const gchar *path, GError **error);
/* @trail: (nullable) (transfer full) */
void derma_trail_free (DermaTrail *trail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaTrail, derma_trail_free)

/*
 * Goes to the last reading that is not after @time, ns. @is_stopped: (nullable): asked between two readings.
 * Returns: FALSE if that stopped it on the way, without @error, or if the file cannot be read, with it
 */
gboolean derma_trail_go_to (DermaTrail *trail, guint64 time, gboolean (*is_stopped) (gpointer data), gpointer data,
                            GError **error);
/* Returns: (transfer none) (nullable): where it is, valid until it goes on; NULL before all readings */
const DermaReading *derma_trail_get_reading (const DermaTrail *trail);
/* Returns: which one that is, from 1; 0 before all readings */
guint64 derma_trail_get_number (const DermaTrail *trail);
/* Returns: number of the torn last line, once each time that the end of the file is read; else 0 */
guint64 derma_trail_take_torn_line (DermaTrail *trail);

G_END_DECLS
