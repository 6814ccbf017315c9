/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* GStreamer's own count of objects, buffers, caps, events and the like, by its tracer "leaks". */

/* Before gst_init(). */
void leaks_init (void);
/* How many are alive that somebody should have let go of. */
guint leaks_count (void);
/* Returns: @status, or 1 after having told what is alive, if anything is */
int leaks_check (int status);

G_END_DECLS
