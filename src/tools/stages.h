/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/testframe.h"
#include "tools/timing.h"

/*
 * The stages of a reading, measured one by one. Each adds one line to @timings; FALSE with @error set. Stages with a
 * network name its file as the path that it was loaded from.
 */

/* "sample": crop, scale, convert and normalise for the input of @model. "quality": focus, exposure, glare, motion. */
gboolean derma_stage_sample (DermaTimings *timings, DermaModel *model, const DermaTestFrame *test, GError **error);
gboolean derma_stage_quality (DermaTimings *timings, const DermaTestFrame *test, GError **error);
/* "inference": the network alone. */
gboolean derma_stage_inference (DermaTimings *timings, DermaModel *model, guint threads, GError **error);
/* "evidence": one more reading of a lesion gathered over time. */
gboolean derma_stage_evidence (DermaTimings *timings, DermaModel *model, GError **error);
/* "reading": all of these for one frame, one after the other. */
gboolean derma_stage_reading (DermaTimings *timings, DermaModel *model, const DermaTestFrame *test, guint threads,
                              GError **error);
