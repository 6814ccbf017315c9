/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>
#include <derma/graph.h>
#include <derma/reading.h>

G_BEGIN_DECLS

/**
 * DermaClassifier:
 *
 * A network with all that stands between a frame and a calibrated reading of it. The one path that live frames and
 * evaluation share. Used by one thread at a time.
 */
typedef struct _DermaClassifier DermaClassifier;

/**
 * derma_classifier_new:
 * @model: (transfer none): the network; a reference is kept
 * @threads: 1..64
 * @error: return location, as for derma_graph_new()
 *
 * Returns: (transfer full): a classifier, or NULL with @error set
 */
DERMA_API DermaClassifier *derma_classifier_new (DermaModel *model, guint threads, GError **error);
/** derma_classifier_free: @classifier: (nullable) (transfer full) */
DERMA_API void derma_classifier_free (DermaClassifier *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaClassifier, derma_classifier_free)

/** derma_classifier_get_model: Returns: (transfer none) */
DERMA_API DermaModel *derma_classifier_get_model (DermaClassifier *classifier);

/**
 * derma_classifier_classify:
 * @frame: the frame
 * @rect: the part of it to read, see derma_frame_get_region()
 * @threshold: confidence below which the reading is uncertain, 0..1
 * @reading: (inout): DERMA_READING_INIT or an earlier reading; gets classes, probabilities, top, confidence,
 *   malignant, flagged, state, typicality, region and latency; other members stay. Untouched on failure.
 * @error: return location; %DERMA_ERROR_ARGUMENT or %DERMA_ERROR_RUNTIME
 *
 * Reads one frame. The state is %DERMA_STATE_NO_LESION if the typicality is below the network's threshold or its lesion
 * map shows none, else that of derma_reading_decide(). Allocates nothing once @reading and the sampler have grown to
 * size.
 *
 * Returns: TRUE, or FALSE with @error set
 */
DERMA_API gboolean derma_classifier_classify (DermaClassifier *classifier, const DermaFrame *frame,
                                              const DermaRect *rect, gfloat threshold, DermaReading *reading,
                                              GError **error);

/**
 * derma_classifier_prepare:
 * @frame: the frame
 * @rect: the part of it to read
 * @error: return location; %DERMA_ERROR_ARGUMENT
 *
 * First half of derma_classifier_classify(): takes from the frame what the network reads. The frame is not used
 * afterwards, so that the second half can run on another thread while the frame goes on.
 *
 * Returns: TRUE, or FALSE with @error set
 */
DERMA_API gboolean derma_classifier_prepare (DermaClassifier *classifier, const DermaFrame *frame,
                                             const DermaRect *rect, GError **error);

/**
 * derma_classifier_finish:
 * @threshold: as for derma_classifier_classify()
 * @reading: (inout): as for derma_classifier_classify()
 * @error: return location; %DERMA_ERROR_ARGUMENT, also if no frame was prepared; %DERMA_ERROR_RUNTIME
 *
 * Second half: reads the frame that was prepared last. The latency counts from the start of its preparation.
 *
 * Returns: TRUE, or FALSE with @error set
 */
DERMA_API gboolean derma_classifier_finish (DermaClassifier *classifier, gfloat threshold, DermaReading *reading,
                                            GError **error);

/**
 * derma_classifier_get_map:
 * @width: (out): cells, 0 without a map
 * @height: (out): cells, 0 without a map
 *
 * The lesion map of the frame last read: the share of lesion in each cell of the region, 0..1 if the network keeps to
 * it.
 *
 * Returns: (transfer none) (nullable) (array): row by row; valid until the next frame is read; NULL without a map
 */
DERMA_API const gfloat *derma_classifier_get_map (DermaClassifier *classifier, guint *width, guint *height);

G_END_DECLS
