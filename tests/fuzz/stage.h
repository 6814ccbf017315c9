/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "input.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

/* An element that is driven by bytes: what goes into it and what is asked of it, in any order. */

/* Starts GStreamer and loads the plugin that DERMA_PLUGIN names. */
void fuzz_stage_start (void);

typedef struct {
  GstHarness *harness;
  GstBus *bus;
  GstVideoInfo info;  /* of the caps that were sent last */
  gboolean has_info;  /* whether they were caps of raw video */
  gboolean begun;     /* whether there has been a segment */
  GstClockTime clock; /* time stamp of the frame that was made last */
} FuzzStage;

void fuzz_stage_init (FuzzStage *stage, const gchar *element);
void fuzz_stage_clear (FuzzStage *stage);

void fuzz_stage_send_caps (FuzzStage *stage, FuzzInput *input);
/* A frame as the caps say, or one that does not keep to them. */
GstBuffer *fuzz_stage_make_frame (FuzzStage *stage, FuzzInput *input);
/* Segments, flushes, ends, gaps, tags and events of nobody's. */
void fuzz_stage_send_event (FuzzStage *stage, FuzzInput *input);
/* What comes from downstream. */
void fuzz_stage_send_upstream (FuzzStage *stage, FuzzInput *input);
void fuzz_stage_ask (FuzzStage *stage, FuzzInput *input);
void fuzz_stage_change_state (FuzzStage *stage, FuzzInput *input);
/* A time: the next frame's, none, or any. */
GstClockTime fuzz_stage_draw_time (FuzzStage *stage, FuzzInput *input);
/* Throws away messages and upstream events. */
void fuzz_stage_tidy (FuzzStage *stage);

G_END_DECLS
