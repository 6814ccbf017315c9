/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * Decides which frames of a stream are classified: the first, and after that one that is at least `interval` frames
 * and 1 / `max_rate` seconds of stream after the last. A frame that was due and not taken leaves the next one due.
 */
typedef struct {
  guint interval;   /* 1: every frame */
  gdouble max_rate; /* a second; 0: unlimited */
  /*< private >*/
  gboolean begun;
  guint frames; /* since the last that was taken */
  GstClockTime last;
  GstClockTime next;
} DermaPacer;

/* Begins anew: the next frame is due. */
void derma_pacer_reset (DermaPacer *pacer);
/* Counts a frame and tells whether it is due; @pts may be GST_CLOCK_TIME_NONE, then only frames are counted. */
gboolean derma_pacer_count (DermaPacer *pacer, GstClockTime pts);
/* Notes that the frame at @pts was taken. */
void derma_pacer_take (DermaPacer *pacer, GstClockTime pts);

G_END_DECLS
