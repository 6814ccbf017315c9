/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

G_BEGIN_DECLS

/**
 * DermaTracker:
 *
 * Evidence about one lesion after another, gathered from readings of single frames. The evidence for a class is the
 * mean of its log probabilities, weighted by quality and typicality and fading exponentially: a logarithmic opinion
 * pool (Genest and Zidek, "Combining probability distributions", 1986), which for equal opinions gives just these, so
 * that many alike frames do not make it surer than one. Used by one thread at a time.
 */
typedef struct _DermaTracker DermaTracker;

DERMA_API DermaTracker *derma_tracker_new (void);
/** derma_tracker_free: @tracker: (nullable) (transfer full) */
DERMA_API void derma_tracker_free (DermaTracker *tracker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaTracker, derma_tracker_free)

/** derma_tracker_reset: Forgets all, the count of lesions included. */
DERMA_API void derma_tracker_reset (DermaTracker *tracker);

/**
 * derma_tracker_update:
 * @window: seconds in which the evidence of a frame fades to 1/e, > 0
 * @threshold: confidence from which a reading stands, 0..1
 * @reading: (inout): of the newest frame, as derma_classifier_classify() gives it, with its pts and what was measured
 * of its quality; becomes what all evidence about the lesion says
 *
 * Gathers one more frame. @reading gets the pooled probabilities, the class that they favour (one that was named stays
 * named until another is clearly ahead), its confidence, malignant, flagged, the number of the lesion, and the state:
 * %DERMA_STATE_NO_LESION once most of the last frames show none; %DERMA_STATE_POOR_IMAGE while most are of too little
 * quality to count; %DERMA_STATE_ACQUIRING until enough time has been spent on a new lesion; then %DERMA_STATE_STABLE
 * or %DERMA_STATE_UNCERTAIN. A lesion that comes after a time without one is a new one, with evidence of its own.
 * Another network's reading begins anew. Allocates only when the number of classes grows.
 */
DERMA_API void derma_tracker_update (DermaTracker *tracker, gfloat window, gfloat threshold, DermaReading *reading);

G_END_DECLS
