/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many frames a second there are, by the clock on the wall. */
typedef struct {
  gint64 since; /* us; 0 before the first frame */
  guint frames;
  gdouble rate; /* of the last second; 0 before there was one */
} DermaRate;

/* One more frame at @now, us, > 0. Returns: frames a second, anew once a second */
gdouble derma_rate_count (DermaRate *rate, gint64 now);

G_END_DECLS
