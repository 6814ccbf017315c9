/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gate.h"
#include "input.h"
#include "options.h"

G_BEGIN_DECLS

/**
 * Pipeline:
 *
 * input -> gate -> dermaclassify -> scale -> dermaoverlay -> file, window or nothing. The reading is of the pixels as
 * they came; what is drawn is drawn after the scaling.
 */
typedef struct {
  GstElement *element;
  Gate *gate;
  GstElement *size;
} Pipeline;

/**
 * pipeline_build:
 * @pipeline: zeroed; to be cleared by the caller on failure too
 * @input: its source becomes part of the pipeline
 * @display: whether there is a window to open
 *
 * Returns: whether the pipeline is ready to play; otherwise @error is set
 */
gboolean pipeline_build (Pipeline *pipeline, Input *input, const Options *options, gboolean display, GError **error);

/** pipeline_clear: stops it and releases all that it holds */
void pipeline_clear (Pipeline *pipeline);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pipeline, pipeline_clear)

G_END_DECLS
