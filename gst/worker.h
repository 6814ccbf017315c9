/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/classifier.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * A thread that runs a classifier on frames that were prepared for it, one at a time. All functions are called by one
 * thread, the streaming thread.
 */
typedef struct _DermaWorker DermaWorker;

/* Starts the thread. Returns: NULL with @error set if the system has none to give */
DermaWorker *derma_worker_new (GError **error);
/* The same for @element, which posts the error. */
DermaWorker *derma_worker_start (GstElement *element);
/* Waits for the frame at hand, if any, and ends the thread. @worker: (nullable) (transfer full) */
void derma_worker_free (DermaWorker *worker);

/* Whether it has nothing to do and no reading that was not collected. */
gboolean derma_worker_is_idle (DermaWorker *worker);

/* Hands over @classifier with a prepared frame; the worker must be idle. The classifier belongs to the worker until the
 * reading is collected or discarded. @pts: of the frame */
void derma_worker_submit (DermaWorker *worker, DermaClassifier *classifier, gfloat threshold, GstClockTime pts);

typedef enum {
  DERMA_WORKER_NOTHING, /* no frame was handed over, or it is still at work */
  DERMA_WORKER_READING,
  DERMA_WORKER_FAILED,
} DermaWorkerOutcome;

/* What has become of the frame. @reading: (inout): replaced by the new reading; @error: set if it failed */
DermaWorkerOutcome derma_worker_collect (DermaWorker *worker, DermaReading *reading, GError **error);

/* Waits until it has finished with the frame at hand. */
void derma_worker_drain (DermaWorker *worker);
/* Forgets the reading of the frame at hand; it may be at work on it for a while. */
void derma_worker_discard (DermaWorker *worker);

G_END_DECLS
