/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/classifier.h>

#include <derma/error.h>
#include <derma/sampler.h>

#include "evidence/calibrate.h"

#include <string.h>
#include <time.h>

#define MAX_INPUT_SIDE 4096

struct _DermaClassifier {
  DermaModel *model;
  DermaGraph *graph;
  DermaSampler *sampler;
  gfloat *probabilities; /* of the frame at hand, so that a reading stays untouched on failure */
};

static gboolean
check_scores (const DermaModel *model, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  gint64 dims[DERMA_MAX_RANK];
  guint rank = derma_model_get_output_shape (model, metadata->scores_output, dims);
  guint64 n = 1;

  for (guint i = 0; i < rank; i++)
    n *= dims[i];
  if (n == metadata->classes->n && n <= DERMA_MAX_CLASSES)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED,
               "%s: output '%s': %" G_GUINT64_FORMAT " scores for %u classes; a reading needs one a class, at most %d",
               derma_model_get_name (model), derma_model_get_output_name (model, metadata->scores_output), n,
               metadata->classes->n, DERMA_MAX_CLASSES);
  return FALSE;
}

static gboolean
check_input (const DermaModel *model, GError **error)
{
  guint width, height, channels;

  derma_model_get_input_size (model, &width, &height, &channels);
  if (width <= MAX_INPUT_SIDE && height <= MAX_INPUT_SIDE)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED,
               "%s: input '%s': %u by %u pixels; a frame is scaled to at most %d a side", derma_model_get_name (model),
               derma_model_get_input_name (model), width, height, MAX_INPUT_SIDE);
  return FALSE;
}

static DermaSampler *
new_sampler (const DermaModel *model)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  guint width, height, channels;

  derma_model_get_input_size (model, &width, &height, &channels);
  return derma_sampler_new (width, height, channels, metadata->mean, metadata->std);
}

DermaClassifier *
derma_classifier_new (DermaModel *model, guint threads, GError **error)
{
  g_autoptr (DermaGraph) graph = NULL;
  DermaClassifier *classifier;

  if (!check_scores (model, error) || !check_input (model, error))
    return NULL;
  graph = derma_graph_new (model, threads, error);
  if (!graph)
    return NULL;
  classifier = g_new0 (DermaClassifier, 1);
  classifier->model = derma_model_ref (model);
  classifier->graph = g_steal_pointer (&graph);
  classifier->sampler = new_sampler (model);
  classifier->probabilities = g_new0 (gfloat, derma_model_get_metadata (model)->classes->n);
  return classifier;
}

void
derma_classifier_free (DermaClassifier *classifier)
{
  if (!classifier)
    return;
  derma_sampler_free (classifier->sampler);
  derma_graph_free (classifier->graph);
  derma_model_unref (classifier->model);
  g_free (classifier->probabilities);
  g_free (classifier);
}

DermaModel *
derma_classifier_get_model (DermaClassifier *classifier)
{
  return classifier->model;
}

static guint64
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * G_GUINT64_CONSTANT (1000000000) + t.tv_nsec;
}

static gboolean
compute (DermaClassifier *classifier, const DermaFrame *frame, const DermaRect *rect, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (classifier->model);
  gfloat *input = derma_graph_get_input (classifier->graph, NULL);

  if (!derma_sampler_run (classifier->sampler, frame, rect, input, error))
    return FALSE;
  if (!derma_graph_run (classifier->graph, error))
    return FALSE;
  return derma_calibrate (metadata, derma_graph_get_output (classifier->graph, metadata->scores_output, NULL),
                          classifier->probabilities, error);
}

gboolean
derma_classifier_classify (DermaClassifier *classifier, const DermaFrame *frame, const DermaRect *rect,
                           gfloat threshold, DermaReading *reading, GError **error)
{
  DermaClasses *classes = derma_model_get_metadata (classifier->model)->classes;
  guint64 start = now ();

  if (!(threshold >= 0 && threshold <= 1)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "threshold: %g is not in 0..1", threshold);
    return FALSE;
  }
  if (!compute (classifier, frame, rect, error))
    return FALSE;
  derma_reading_set_classes (reading, classes);
  memcpy (reading->probabilities, classifier->probabilities, classes->n * sizeof (gfloat));
  derma_reading_decide (reading, threshold);
  reading->latency = now () - start;
  return TRUE;
}
