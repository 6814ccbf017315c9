/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/sweep.h"

#include <derma/classifier.h>
#include <derma/picture.h>

#include <string.h>
#include <unistd.h>

/* What the workers share. Each picture has its own row, so only the counters need care. */
typedef struct {
  DermaModel *model;
  const DermaLabels *labels;
  gboolean skip_bad;
  gfloat *rows;   /* a picture each */
  gboolean *read; /* whether the row was filled */
  gint next;
  gint failed; /* first picture that stops the sweep, + 1 */
  GMutex lock;
  GError *error; /* of that picture */
} Shared;

void
derma_sweep_free (DermaSweep *sweep)
{
  if (!sweep)
    return;
  g_free (sweep->probabilities);
  g_free (sweep->truth);
  g_free (sweep->samples);
  g_free (sweep);
}

static gboolean
read_picture (DermaClassifier *classifier, const gchar *path, DermaReading *reading, GError **error)
{
  g_autoptr (DermaPicture) picture = derma_picture_load (path, error);
  const DermaFrame *frame;
  DermaRect rect;

  if (!picture)
    return FALSE;
  frame = derma_picture_get_frame (picture);
  rect =
      derma_frame_get_region (frame, derma_model_get_metadata (derma_classifier_get_model (classifier))->region, NULL);
  return derma_classifier_classify (classifier, frame, &rect, 0.0f, reading, error);
}

/* Of several failures the one that comes first in the list is told, however the threads ran. */
static void
note_failure (Shared *shared, guint i, GError *error)
{
  const DermaSample *sample = g_ptr_array_index (shared->labels->samples, i);

  g_mutex_lock (&shared->lock);
  if (shared->failed == 0 || (gint)i + 1 < shared->failed) {
    g_clear_error (&shared->error);
    shared->error = g_error_new (error->domain, error->code, "%s: record %u: %s", shared->labels->source, sample->line,
                                 error->message);
    g_atomic_int_set (&shared->failed, (gint)i + 1);
  }
  g_mutex_unlock (&shared->lock);
  g_error_free (error);
}

static void
show_progress (guint done, guint n)
{
  if (isatty (STDERR_FILENO) && (done % 16 == 0 || done == n))
    g_printerr ("\r%u of %u pictures%s", done, n, done == n ? "\n" : "");
}

static gpointer
work (gpointer data)
{
  Shared *shared = data;
  guint n = shared->labels->samples->len;
  guint k = derma_model_get_metadata (shared->model)->classes->n;
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  GError *error = NULL;
  g_autoptr (DermaClassifier) classifier = derma_classifier_new (shared->model, 1, &error);

  if (!classifier) {
    note_failure (shared, 0, error);
    return NULL;
  }
  for (;;) {
    guint i = (guint)g_atomic_int_add (&shared->next, 1);
    const DermaSample *sample;
    gint failed = g_atomic_int_get (&shared->failed);

    /* What comes before the failure is still read: it may be the first that fails. */
    if (i >= n || (failed != 0 && failed <= (gint)i))
      return NULL;
    sample = g_ptr_array_index (shared->labels->samples, i);
    error = NULL;
    if (read_picture (classifier, sample->path, &reading, &error)) {
      memcpy (shared->rows + (gsize)i * k, reading.probabilities, k * sizeof (gfloat));
      shared->read[i] = TRUE;
    } else if (shared->skip_bad) {
      g_error_free (error);
    } else {
      note_failure (shared, i, error);
    }
    show_progress (i + 1, n);
  }
}

static DermaSweep *
collect (const Shared *shared, guint k)
{
  guint n = shared->labels->samples->len;
  DermaSweep *sweep = g_new0 (DermaSweep, 1);

  sweep->n_classes = k;
  sweep->probabilities = g_new (gfloat, (gsize)n * k);
  sweep->truth = g_new (guint, n);
  sweep->samples = g_new (guint, n);
  for (guint i = 0; i < n; i++) {
    if (!shared->read[i])
      continue;
    memcpy (sweep->probabilities + (gsize)sweep->n * k, shared->rows + (gsize)i * k, k * sizeof (gfloat));
    sweep->truth[sweep->n] = ((DermaSample *)g_ptr_array_index (shared->labels->samples, i))->truth;
    sweep->samples[sweep->n++] = i;
  }
  sweep->n_bad = n - sweep->n;
  return sweep;
}

static void
run_workers (Shared *shared, guint threads)
{
  g_autofree GThread **workers = g_new (GThread *, threads);

  for (guint i = 0; i < threads; i++)
    workers[i] = g_thread_new ("derma-eval", work, shared);
  for (guint i = 0; i < threads; i++)
    g_thread_join (workers[i]);
}

DermaSweep *
derma_sweep_run (DermaModel *model, const DermaLabels *labels, const DermaSweepOptions *options, GError **error)
{
  guint n = labels->samples->len, k = derma_model_get_metadata (model)->classes->n;
  /* One classifier first, for its error, so that a network that cannot run is told without a picture's name. */
  g_autoptr (DermaClassifier) probe = derma_classifier_new (model, 1, error);
  g_autofree gfloat *rows = g_new0 (gfloat, (gsize)n * k);
  g_autofree gboolean *read = g_new0 (gboolean, n);
  Shared shared = { .model = model, .labels = labels, .skip_bad = options->skip_bad, .rows = rows, .read = read };
  DermaSweep *sweep;

  if (!probe)
    return NULL;
  g_mutex_init (&shared.lock);
  run_workers (&shared, MIN (options->threads, n));
  g_mutex_clear (&shared.lock);
  if (shared.error) {
    g_propagate_error (error, shared.error);
    return NULL;
  }
  sweep = collect (&shared, k);
  if (sweep->n > 0)
    return sweep;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: none of its %u pictures could be read", labels->source, n);
  derma_sweep_free (sweep);
  return NULL;
}
