/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "comparison.h"
#include "gate.h"
#include "input.h"
#include "replayoptions.h"

G_BEGIN_DECLS

/** REPLAY_CAPTION: application message with the fields pts (uint64) and text (string): a cue of the caption track */
#define REPLAY_CAPTION "replay-caption"

/**
 * ReplayPipeline:
 *
 * recording -> gate -> dermareplay -> window or nothing; in between, if a network reads again, dermaclassify, whose
 * readings are compared with those that came. Without a sidecar the caption track is shown and told instead.
 */
typedef struct {
  GstElement *element;
  Gate *gate;
  GstStructure *recorded; /* of the streaming thread: the reading of the frame that is being read again */
  Comparison *comparison; /* not owned */
} ReplayPipeline;

/**
 * replay_pipeline_build:
 * @comparison: takes the readings, if a network reads again
 *
 * Otherwise as pipeline_build(). @pipeline must stay where it is.
 */
gboolean replay_pipeline_build (ReplayPipeline *pipeline, Input *input, const ReplayOptions *options, gboolean display,
                                Comparison *comparison, GError **error);

/** replay_pipeline_clear: stops it and releases all that it holds */
void replay_pipeline_clear (ReplayPipeline *pipeline);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReplayPipeline, replay_pipeline_clear)

G_END_DECLS
