/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a process holds while it works, and whether that is flat. */

typedef struct {
  guint64 frames;      /* since the beginning */
  gdouble seconds;     /* since the beginning */
  gdouble resident;    /* KiB, without what malloc() keeps in reserve */
  gdouble heap;        /* KiB that malloc() has given out */
  gdouble descriptors; /* open ones */
  gdouble threads;
} LedgerSample;

typedef struct {
  GArray *samples; /* of LedgerSample */
  gint64 started;
} Ledger;

Ledger *ledger_new (void);
void ledger_free (Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)

/* Notes what this process holds now, and gives malloc()'s reserve of freed memory back first. Returns: (transfer none):
 * the note */
const LedgerSample *ledger_note (Ledger *ledger, guint64 frames);

/* (transfer full): all notes as lines of CSV */
gchar *ledger_to_csv (const Ledger *ledger);

/*
 * Leaves out the first fifth of the notes, fits a straight line to the others, and holds what it rises by from the
 * first of them to the last against a limit: 4 MiB resident, 1 MiB of heap, half a descriptor, 4 threads. Fewer than 5
 * notes tell nothing and are not flat. @words: (out) (transfer full): a line for each
 */
gboolean ledger_is_flat (const Ledger *ledger, gchar **words);

G_END_DECLS
