/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * This program's malloc() and its kin, for all libraries in it too, which can count what is allocated in all threads,
 * by who asked for it: the innermost library in the chain of calls that is neither GLib nor the C library.
 */
typedef struct {
  guint n_own;           /* by the plugin or libderma, or by what they use, for themselves */
  guint n_meta;          /* by GStreamer, at the plugin's request, for what goes on a buffer or a message */
  guint n_rest;          /* by all others */
  gchar first_own[1024]; /* the chain of calls of the first of these */
} AllocWatch;

void alloc_watch_begin (void);
AllocWatch alloc_watch_end (void);

G_END_DECLS
