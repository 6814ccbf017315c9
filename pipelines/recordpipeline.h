/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gate.h"
#include "input.h"
#include "recordoptions.h"

G_BEGIN_DECLS

/**
 * RecordPipeline:
 *
 * input -> gate -> dermaclassify -> dermarecord, and a window with the readings drawn. What is recorded has the size of
 * the first frame and nothing drawn on it.
 */
typedef struct {
  GstElement *element;
  Gate *gate;
} RecordPipeline;

/** record_pipeline_build: as pipeline_build() */
gboolean record_pipeline_build (RecordPipeline *pipeline, Input *input, const RecordOptions *options, gboolean display,
                                GError **error);

/** record_pipeline_clear: stops it and releases all that it holds */
void record_pipeline_clear (RecordPipeline *pipeline);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RecordPipeline, record_pipeline_clear)

G_END_DECLS
