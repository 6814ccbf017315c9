/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/sweep.h"

#include "tools/overlap.h"

#include <derma/classifier.h>
#include <derma/picture.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

#define MAX_SCORES (1u << 26) /* probabilities of all pictures */

/* What the workers share. Each picture has its own rows, so only the counters need care. */
typedef struct {
  DermaModel *model;
  const DermaLabels *labels;
  const DermaSweepOptions *options;
  DermaSweep *sweep; /* with rows for all pictures */
  gboolean *read;    /* whether the rows were filled */
  gint next;
  gint failed;       /* first picture that stops the sweep, + 1 */
  gboolean progress; /* whether somebody watches */
  GMutex lock;
  guint done;    /* pictures */
  GError *error; /* of that picture */
} Shared;

/* What each of them has of its own. */
typedef struct {
  DermaClassifier *classifier;
  DermaDisturber *disturber; /* NULL if nothing is to be disturbed */
  DermaMaskGrid *grid;       /* NULL if no masks are wanted */
  DermaReading reading;
} Worker;

void
derma_sweep_free (DermaSweep *sweep)
{
  if (!sweep)
    return;
  g_free (sweep->probabilities);
  g_free (sweep->truth);
  g_free (sweep->samples);
  g_free (sweep->looks);
  g_free (sweep->disturbed);
  g_free (sweep);
}

static void
worker_clear (Worker *worker)
{
  derma_classifier_free (worker->classifier);
  derma_disturber_free (worker->disturber);
  derma_mask_grid_free (worker->grid);
  derma_reading_clear (&worker->reading);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Worker, worker_clear)

static gboolean
worker_init (Worker *worker, DermaModel *model, const DermaSweepOptions *options, GError **error)
{
  guint width, height, channels;

  *worker = (Worker){ .reading = DERMA_READING_INIT };
  worker->classifier = derma_classifier_new (model, 1, error);
  if (!worker->classifier)
    return FALSE;
  derma_model_get_input_size (model, &width, &height, &channels);
  if (options->disturb)
    worker->disturber = derma_disturber_new (width, height, error);
  if (options->disturb && !worker->disturber)
    return FALSE;
  if (options->masks)
    worker->grid = derma_mask_grid_new (model, error);
  return !options->masks || worker->grid;
}

/* The same noise for a picture, whatever folder and table it is in. */
static guint32
get_seed (const gchar *path)
{
  g_autofree gchar *name = g_path_get_basename (path);

  return g_str_hash (name);
}

static gboolean
read_disturbed (Worker *worker, guint32 seed, guint *tops, GError **error)
{
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++) {
    DermaFrame frame;
    DermaRect whole;

    if (!derma_disturber_apply (worker->disturber, d, seed, &frame, error))
      return FALSE;
    whole = (DermaRect){ 0, 0, (gint)frame.width, (gint)frame.height };
    if (!derma_classifier_classify (worker->classifier, &frame, &whole, 0.0f, &worker->reading, error))
      return FALSE;
    tops[d] = worker->reading.top;
  }
  return TRUE;
}

/* Before the next frame is read: the map is the classifier's. */
static gboolean
look (Worker *worker, const DermaSample *sample, const DermaFrame *frame, DermaLook *seen, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (derma_classifier_get_model (worker->classifier));
  const DermaRect rect = derma_frame_get_region (frame, metadata->region, NULL);
  const gfloat *map, *mask;
  guint width, height;

  *seen = (DermaLook){ worker->reading.typicality, worker->reading.state == DERMA_STATE_NO_LESION, NAN };
  if (!worker->grid || !sample->mask)
    return TRUE;
  map = derma_classifier_get_map (worker->classifier, &width, &height);
  mask = derma_mask_grid_load (worker->grid, sample->mask, frame, &rect, error);
  if (mask)
    seen->iou = derma_overlap_get (map, mask, width * height);
  return mask != NULL;
}

static gboolean
read_picture (Worker *worker, Shared *shared, guint i, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (shared->model);
  const DermaSample *sample = g_ptr_array_index (shared->labels->samples, i);
  g_autoptr (DermaPicture) picture = derma_picture_load (sample->path, error);
  DermaSweep *sweep = shared->sweep;
  const DermaFrame *frame;
  DermaRect rect;

  if (!picture)
    return FALSE;
  frame = derma_picture_get_frame (picture);
  rect = derma_frame_get_region (frame, metadata->region, NULL);
  if (!derma_classifier_classify (worker->classifier, frame, &rect, 0.0f, &worker->reading, error))
    return FALSE;
  memcpy (sweep->probabilities + (gsize)i * sweep->n_classes, worker->reading.probabilities,
          sweep->n_classes * sizeof (gfloat));
  if (!look (worker, sample, frame, &sweep->looks[i], error))
    return FALSE;
  if (!worker->disturber)
    return TRUE;
  return derma_disturber_load (worker->disturber, frame, &rect, error)
         && read_disturbed (worker, get_seed (sample->path), sweep->disturbed + (gsize)i * DERMA_N_DISTURBANCES, error);
}

/* Of several failures the one that comes first in the list is told, however the threads ran. */
static void
note_failure (Shared *shared, guint i, GError *error)
{
  const DermaSample *sample = g_ptr_array_index (shared->labels->samples, i);

  g_mutex_lock (&shared->lock);
  if (shared->failed == 0 || (gint)i + 1 < shared->failed) {
    g_clear_error (&shared->error);
    shared->error = g_error_copy (error);
    if (sample->line > 0)
      g_prefix_error (&shared->error, "%s: record %u: ", shared->labels->source, sample->line);
    g_atomic_int_set (&shared->failed, (gint)i + 1);
  }
  g_mutex_unlock (&shared->lock);
  g_error_free (error);
}

/* Under the lock, so that counts come in order and the last one ends the line. */
static void
show_progress (Shared *shared)
{
  guint each = shared->sweep->disturbed ? 1 + DERMA_N_DISTURBANCES : 1, n = shared->labels->samples->len;

  g_mutex_lock (&shared->lock);
  shared->done++;
  if (shared->progress)
    g_printerr ("\r%u of %u readings%s", shared->done * each, n * each, shared->done == n ? "\n" : "");
  g_mutex_unlock (&shared->lock);
}

static gpointer
work (gpointer data)
{
  Shared *shared = data;
  guint n = shared->labels->samples->len;
  GError *error = NULL;
  g_auto (Worker) worker = { 0 };

  if (!worker_init (&worker, shared->model, shared->options, &error)) {
    note_failure (shared, 0, error);
    return NULL;
  }
  for (;;) {
    guint i = (guint)g_atomic_int_add (&shared->next, 1);
    gint failed = g_atomic_int_get (&shared->failed);

    /* What comes before the failure is still read: it may be the first that fails. */
    if (i >= n || (failed != 0 && failed <= (gint)i))
      return NULL;
    error = NULL;
    shared->read[i] = read_picture (&worker, shared, i, &error);
    if (!shared->read[i] && shared->options->skip_bad)
      g_error_free (error);
    else if (!shared->read[i])
      note_failure (shared, i, error);
    show_progress (shared);
  }
}

static DermaSweep *
new_sweep (guint n, guint n_classes, const DermaSweepOptions *options)
{
  DermaSweep *sweep = g_new0 (DermaSweep, 1);

  sweep->n_classes = n_classes;
  sweep->probabilities = g_new0 (gfloat, (gsize)n * n_classes);
  sweep->truth = g_new0 (guint, n);
  sweep->samples = g_new0 (guint, n);
  sweep->looks = g_new0 (DermaLook, n);
  sweep->masks = options->masks;
  sweep->disturbed = options->disturb ? g_new0 (guint, (gsize)n * DERMA_N_DISTURBANCES) : NULL;
  return sweep;
}

/* Moves the rows of the pictures that were read to the front. */
static void
collect (const Shared *shared)
{
  guint n = shared->labels->samples->len;
  DermaSweep *sweep = shared->sweep;
  gsize k = sweep->n_classes, d = DERMA_N_DISTURBANCES;

  for (guint i = 0; i < n; i++) {
    guint to = sweep->n;

    if (!shared->read[i])
      continue;
    memmove (sweep->probabilities + to * k, sweep->probabilities + i * k, k * sizeof (gfloat));
    if (sweep->disturbed)
      memmove (sweep->disturbed + to * d, sweep->disturbed + i * d, d * sizeof (guint));
    sweep->looks[to] = sweep->looks[i];
    sweep->truth[to] = ((DermaSample *)g_ptr_array_index (shared->labels->samples, i))->truth;
    sweep->samples[to] = i;
    sweep->n++;
  }
  sweep->n_bad = n - sweep->n;
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

static gboolean
check (DermaModel *model, const DermaSweepOptions *options, GError **error)
{
  g_auto (Worker) worker = { 0 };

  return worker_init (&worker, model, options, error);
}

/* All that is kept of a sweep is in proportion to this. */
static gboolean
check_size (const DermaLabels *labels, guint n_classes, GError **error)
{
  guint n = labels->samples->len;

  if ((guint64)n * n_classes <= MAX_SCORES)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "%s: %u pictures of %u classes are too many", labels->source, n,
               n_classes);
  return FALSE;
}

DermaSweep *
derma_sweep_run (DermaModel *model, const DermaLabels *labels, const DermaSweepOptions *options, GError **error)
{
  guint n = labels->samples->len, n_classes = derma_model_get_metadata (model)->classes->n;
  g_autoptr (DermaSweep) sweep = check_size (labels, n_classes, error) ? new_sweep (n, n_classes, options) : NULL;
  g_autofree gboolean *read = g_new0 (gboolean, n);
  Shared shared = { .model = model,
                    .labels = labels,
                    .options = options,
                    .sweep = sweep,
                    .read = read,
                    .progress = isatty (STDERR_FILENO) };

  /* First of all, so that a network that cannot run is told without a picture's name. */
  if (!sweep || !check (model, options, error))
    return NULL;
  g_mutex_init (&shared.lock);
  run_workers (&shared, MIN (options->threads, n));
  g_mutex_clear (&shared.lock);
  if (shared.error) {
    /* The error gets a line of its own. */
    if (shared.progress && shared.done > 0 && shared.done < n)
      g_printerr ("\n");
    g_propagate_error (error, shared.error);
    return NULL;
  }
  collect (&shared);
  if (sweep->n > 0)
    return g_steal_pointer (&sweep);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: none of its %u pictures could be read", labels->source, n);
  return NULL;
}
