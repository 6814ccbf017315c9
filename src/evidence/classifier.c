/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/classifier.h>

#include <derma/error.h>
#include <derma/sampler.h>

#include "evidence/calibrate.h"
#include "evidence/lesion.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define MAX_INPUT_SIDE 4096

struct _DermaClassifier {
  DermaModel *model;
  DermaGraph *graph;
  DermaSampler *sampler;
  gfloat *probabilities; /* of the frame at hand, so that a reading stays untouched on failure */
  guint map_width;       /* 0 without a lesion map */
  guint map_height;
  guint *scratch; /* one a cell */

  /* Of the frame at hand. */
  gboolean prepared;
  DermaRect rect;
  DermaFrame size; /* width and height alone */
  guint64 start;   /* of preparing it, ns */
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

static void
init_map (DermaClassifier *classifier)
{
  const DermaMetadata *metadata = derma_model_get_metadata (classifier->model);
  gint64 dims[DERMA_MAX_RANK];
  guint rank;

  if (metadata->map_output < 0)
    return;
  rank = derma_model_get_output_shape (classifier->model, (guint)metadata->map_output, dims);
  classifier->map_width = (guint)dims[rank - 1];
  classifier->map_height = (guint)dims[rank - 2];
  classifier->scratch = g_new (guint, (gsize)classifier->map_width * classifier->map_height);
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
  init_map (classifier);
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
  g_free (classifier->scratch);
  g_free (classifier);
}

DermaModel *
derma_classifier_get_model (DermaClassifier *classifier)
{
  return classifier->model;
}

const gfloat *
derma_classifier_get_map (DermaClassifier *classifier, guint *width, guint *height)
{
  const DermaMetadata *metadata = derma_model_get_metadata (classifier->model);

  *width = classifier->map_width;
  *height = classifier->map_height;
  return metadata->map_output < 0 ? NULL
                                  : derma_graph_get_output (classifier->graph, (guint)metadata->map_output, NULL);
}

static guint64
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * G_GUINT64_CONSTANT (1000000000) + t.tv_nsec;
}

static gboolean
compute (DermaClassifier *classifier, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (classifier->model);

  return derma_graph_run (classifier->graph, error)
         && derma_calibrate (metadata, derma_graph_get_output (classifier->graph, metadata->scores_output, NULL),
                             classifier->probabilities, error);
}

/* A picture without a lesion, or unlike all that the network was trained on, has nothing to read. */
static void
look (DermaClassifier *classifier, DermaReading *reading)
{
  const DermaMetadata *metadata = derma_model_get_metadata (classifier->model);
  guint width, height;
  const gfloat *map = derma_classifier_get_map (classifier, &width, &height);

  reading->typicality = DERMA_UNMEASURED;
  reading->region = (DermaBox){ 0 };
  if (metadata->typicality_output >= 0) {
    gfloat value = *derma_graph_get_output (classifier->graph, (guint)metadata->typicality_output, NULL);

    reading->typicality = isnan (value) ? 0 : CLAMP (value, 0, 1);
    if (reading->typicality < metadata->typicality_threshold)
      reading->state = DERMA_STATE_NO_LESION;
  }
  if (!map)
    return;
  derma_lesion_find (map, width, height, classifier->scratch, &reading->region);
  if (reading->region.width > 0)
    derma_lesion_place (&reading->region, &classifier->rect, &classifier->size);
  else
    reading->state = DERMA_STATE_NO_LESION;
}

gboolean
derma_classifier_prepare (DermaClassifier *classifier, const DermaFrame *frame, const DermaRect *rect, GError **error)
{
  guint64 start = now ();

  classifier->prepared = FALSE;
  if (!derma_sampler_run (classifier->sampler, frame, rect, derma_graph_get_input (classifier->graph, NULL), error))
    return FALSE;
  classifier->rect = *rect;
  classifier->size = (DermaFrame){ .width = frame->width, .height = frame->height };
  classifier->start = start;
  classifier->prepared = TRUE;
  return TRUE;
}

gboolean
derma_classifier_finish (DermaClassifier *classifier, gfloat threshold, DermaReading *reading, GError **error)
{
  DermaClasses *classes = derma_model_get_metadata (classifier->model)->classes;

  if (!(threshold >= 0 && threshold <= 1)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "threshold: %g is not in 0..1", threshold);
    return FALSE;
  }
  if (!classifier->prepared) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "frame: none was prepared");
    return FALSE;
  }
  if (!compute (classifier, error))
    return FALSE;
  derma_reading_set_classes (reading, classes);
  memcpy (reading->probabilities, classifier->probabilities, classes->n * sizeof (gfloat));
  derma_reading_decide (reading, threshold);
  look (classifier, reading);
  reading->latency = now () - classifier->start;
  return TRUE;
}

gboolean
derma_classifier_classify (DermaClassifier *classifier, const DermaFrame *frame, const DermaRect *rect,
                           gfloat threshold, DermaReading *reading, GError **error)
{
  return derma_classifier_prepare (classifier, frame, rect, error)
         && derma_classifier_finish (classifier, threshold, reading, error);
}
