/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker.h"

typedef enum {
  IDLE,
  WORKING,
  DONE,
  ENDING,
} Phase;

struct _DermaWorker {
  GThread *thread;
  GMutex lock;
  GCond changed; /* of the phase */

  /* Under the lock. */
  Phase phase;
  gboolean discarded; /* nobody waits for what it is working on */

  /* Of the thread while WORKING, of the caller otherwise. */
  DermaClassifier *classifier;
  gfloat threshold;
  DermaReading reading;
  GError *error;
};

/* Returns: FALSE when there will be nothing more to do */
static gboolean
wait_for_work (DermaWorker *worker)
{
  gboolean working;

  g_mutex_lock (&worker->lock);
  while (worker->phase != WORKING && worker->phase != ENDING)
    g_cond_wait (&worker->changed, &worker->lock);
  working = worker->phase == WORKING;
  g_mutex_unlock (&worker->lock);
  return working;
}

static gpointer
run (gpointer data)
{
  DermaWorker *worker = data;

  while (wait_for_work (worker)) {
    derma_classifier_finish (worker->classifier, worker->threshold, &worker->reading, &worker->error);
    g_mutex_lock (&worker->lock);
    worker->phase = worker->discarded ? IDLE : DONE;
    if (worker->discarded)
      g_clear_error (&worker->error);
    g_cond_broadcast (&worker->changed);
    g_mutex_unlock (&worker->lock);
  }
  return NULL;
}

DermaWorker *
derma_worker_new (GError **error)
{
  DermaWorker *worker = g_new0 (DermaWorker, 1);

  g_mutex_init (&worker->lock);
  g_cond_init (&worker->changed);
  worker->reading = (DermaReading)DERMA_READING_INIT;
  worker->thread = g_thread_try_new ("derma-worker", run, worker, error);
  if (!worker->thread)
    g_clear_pointer (&worker, derma_worker_free);
  return worker;
}

DermaWorker *
derma_worker_start (GstElement *element)
{
  g_autoptr (GError) error = NULL;
  DermaWorker *worker = derma_worker_new (&error);

  if (!worker)
    GST_ELEMENT_ERROR (element, RESOURCE, FAILED, ("No thread for mode=async: %s", error->message), (NULL));
  return worker;
}

void
derma_worker_free (DermaWorker *worker)
{
  if (!worker)
    return;
  if (worker->thread) {
    derma_worker_drain (worker);
    g_mutex_lock (&worker->lock);
    worker->phase = ENDING;
    g_cond_broadcast (&worker->changed);
    g_mutex_unlock (&worker->lock);
    g_thread_join (worker->thread);
  }
  g_clear_error (&worker->error);
  derma_reading_clear (&worker->reading);
  g_cond_clear (&worker->changed);
  g_mutex_clear (&worker->lock);
  g_free (worker);
}

gboolean
derma_worker_is_idle (DermaWorker *worker)
{
  gboolean idle;

  g_mutex_lock (&worker->lock);
  idle = worker->phase == IDLE;
  g_mutex_unlock (&worker->lock);
  return idle;
}

void
derma_worker_submit (DermaWorker *worker, DermaClassifier *classifier, gfloat threshold, GstClockTime pts)
{
  worker->classifier = classifier;
  worker->threshold = threshold;
  worker->reading.pts = pts;
  g_mutex_lock (&worker->lock);
  worker->discarded = FALSE;
  worker->phase = WORKING;
  g_cond_broadcast (&worker->changed);
  g_mutex_unlock (&worker->lock);
}

DermaWorkerOutcome
derma_worker_collect (DermaWorker *worker, DermaReading *reading, GError **error)
{
  DermaWorkerOutcome outcome;

  g_mutex_lock (&worker->lock);
  if (worker->phase != DONE) {
    outcome = DERMA_WORKER_NOTHING;
  } else if (worker->error) {
    g_propagate_error (error, g_steal_pointer (&worker->error));
    outcome = DERMA_WORKER_FAILED;
  } else {
    derma_reading_copy (reading, &worker->reading);
    outcome = DERMA_WORKER_READING;
  }
  if (outcome != DERMA_WORKER_NOTHING)
    worker->phase = IDLE;
  g_mutex_unlock (&worker->lock);
  return outcome;
}

void
derma_worker_drain (DermaWorker *worker)
{
  g_mutex_lock (&worker->lock);
  while (worker->phase == WORKING)
    g_cond_wait (&worker->changed, &worker->lock);
  g_mutex_unlock (&worker->lock);
}

void
derma_worker_discard (DermaWorker *worker)
{
  g_mutex_lock (&worker->lock);
  worker->discarded = worker->phase == WORKING;
  if (worker->phase == DONE) {
    g_clear_error (&worker->error);
    worker->phase = IDLE;
  }
  g_mutex_unlock (&worker->lock);
}
