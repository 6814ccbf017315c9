/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * This program's malloc() and its kin, for all libraries in it too, which can be told to fail. Those whose failure GLib
 * answers by ending the program, g_malloc() and what is built on it, never fail; they are counted apart.
 */
typedef struct {
  guint n_allocations; /* that could have failed */
  guint n_fatal;       /* that would have ended the program */
  gsize largest_fatal; /* bytes of the largest of these */
} ScarcityCount;

/* From now on allocation number @nth fails, counted from 1; with @onwards all that follow it, too. 0: none fails. */
void scarcity_begin (guint nth, gboolean onwards);
/* No more. Returns: what there was since scarcity_begin() */
ScarcityCount scarcity_end (void);

G_END_DECLS
