/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * What an element knows of lateness and of its own latency. Not locked: its owner does that.
 */
typedef struct {
  GstClockTime earliest; /* running time before which frames are late */
  GstClockTime declared; /* the latency that queries are told */
  GstClockTime mean;     /* running mean of what it was */
} DermaTiming;

/* At the start; @latency: of a first run, or 0 if no frame waits. */
void derma_timing_init (DermaTiming *timing, GstClockTime latency);
/* Takes note of how long a frame waited. Returns: whether more than was declared, so that the pipeline must ask again
 */
gboolean derma_timing_note (DermaTiming *timing, GstClockTime measured);
/* Takes note of a QoS event. */
void derma_timing_note_qos (DermaTiming *timing, GstEvent *event);
/* Whether a QoS event says of which time it speaks; GstBaseTransform takes no others, though they may be made. */
gboolean derma_timing_is_dated (GstEvent *event);
void derma_timing_forget_qos (DermaTiming *timing);
gboolean derma_timing_is_late (const DermaTiming *timing, GstClockTime running);
/* Adds the own latency to a LATENCY query that was answered by upstream. */
void derma_timing_answer (const DermaTiming *timing, GstQuery *query);

G_END_DECLS
