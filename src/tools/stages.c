/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/stages.h"

#include <derma/classifier.h>
#include <derma/error.h>
#include <derma/quality.h>
#include <derma/sampler.h>
#include <derma/tracker.h>

#define THRESHOLD 0.5f
#define WINDOW 3.0f /* seconds */
#define FRAME_INTERVAL (G_GUINT64_CONSTANT (1000000000) / 30)

/* Whatever a stage needs; what it does not need is NULL. */
typedef struct {
  const DermaFrame *frame;
  DermaRect rect;
  DermaSampler *sampler;
  gfloat *input;
  DermaGraph *graph;
  DermaClassifier *classifier;
  DermaQualityMeter *meter;
  DermaTracker *tracker;
  DermaReading reading;
} Bench;

static void
bench_clear (Bench *bench)
{
  derma_sampler_free (bench->sampler);
  g_free (bench->input);
  derma_graph_free (bench->graph);
  derma_classifier_free (bench->classifier);
  derma_quality_meter_free (bench->meter);
  derma_tracker_free (bench->tracker);
  derma_reading_clear (&bench->reading);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static void
bench_set_frame (Bench *bench, const DermaTestFrame *test)
{
  bench->frame = &test->frame;
  bench->rect = derma_frame_get_region (bench->frame, DERMA_REGION_CENTER_SQUARE, NULL);
}

/* Runs @work and adds the line for it; @timing says what it is. */
static gboolean
add (DermaTimings *timings, DermaWork work, Bench *bench, DermaTiming timing, GError **error)
{
  timing.runs = timings->runs;
  if (!derma_stopwatch_measure (NULL, work, bench, timings->runs, &timing.cost, error))
    return FALSE;
  if (bench->frame) {
    timing.format = g_strdup (derma_format_get_name (bench->frame->format));
    timing.width = bench->frame->width;
    timing.height = bench->frame->height;
  }
  if (timing.model)
    timing.model = g_path_get_basename (timing.model);
  derma_timings_add (timings, &timing);
  return TRUE;
}

static gboolean
sample (gpointer data, GError **error)
{
  Bench *bench = data;

  return derma_sampler_run (bench->sampler, bench->frame, &bench->rect, bench->input, error);
}

gboolean
derma_stage_sample (DermaTimings *timings, DermaModel *model, const DermaTestFrame *test, GError **error)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  g_auto (Bench) bench = { .reading = DERMA_READING_INIT };
  guint width, height, channels;

  derma_model_get_input_size (model, &width, &height, &channels);
  bench_set_frame (&bench, test);
  bench.sampler = derma_sampler_new (width, height, channels, metadata->mean, metadata->std);
  if (!bench.sampler) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED, "%s: input of %ux%u with %u channels cannot be sampled",
                 derma_model_get_name (model), width, height, channels);
    return FALSE;
  }
  bench.input = g_new (gfloat, (gsize)width * height * channels);
  return add (timings, sample, &bench, (DermaTiming){ .stage = "sample", .threads = 1 }, error);
}

static gboolean
measure_quality (gpointer data, GError **error)
{
  Bench *bench = data;

  return derma_quality_meter_measure (bench->meter, bench->frame, &bench->rect, &bench->reading.quality, error);
}

gboolean
derma_stage_quality (DermaTimings *timings, const DermaTestFrame *test, GError **error)
{
  g_auto (Bench) bench = { .reading = DERMA_READING_INIT, .meter = derma_quality_meter_new () };

  bench_set_frame (&bench, test);
  return add (timings, measure_quality, &bench, (DermaTiming){ .stage = "quality", .threads = 1 }, error);
}

static gboolean
infer (gpointer data, GError **error)
{
  return derma_graph_run (((Bench *)data)->graph, error);
}

gboolean
derma_stage_inference (DermaTimings *timings, DermaModel *model, guint threads, GError **error)
{
  g_auto (Bench) bench = { .reading = DERMA_READING_INIT, .graph = derma_graph_new (model, threads, error) };
  DermaTiming timing = { .stage = "inference", .model = (gchar *)derma_model_get_name (model), .threads = threads };
  gfloat *input;
  gsize n;

  if (!bench.graph)
    return FALSE;
  input = derma_graph_get_input (bench.graph, &n);
  derma_golden_fill (input, n);
  return add (timings, infer, &bench, timing, error);
}

static gboolean
gather (gpointer data, GError **error)
{
  Bench *bench = data;

  bench->reading.pts += FRAME_INTERVAL;
  derma_tracker_update (bench->tracker, WINDOW, THRESHOLD, &bench->reading);
  return TRUE;
}

gboolean
derma_stage_evidence (DermaTimings *timings, DermaModel *model, GError **error)
{
  const DermaClasses *classes = derma_model_get_metadata (model)->classes;
  g_auto (Bench) bench = { .reading = DERMA_READING_INIT, .tracker = derma_tracker_new () };

  bench.reading.pts = 0;
  derma_reading_set_classes (&bench.reading, derma_model_get_metadata (model)->classes);
  for (guint i = 0; i < classes->n; i++)
    bench.reading.probabilities[i] = 1.0f / classes->n;
  derma_reading_decide (&bench.reading, THRESHOLD);
  return add (timings, gather, &bench, (DermaTiming){ .stage = "evidence", .threads = 1 }, error);
}

static gboolean
read_frame (gpointer data, GError **error)
{
  Bench *bench = data;

  return derma_classifier_prepare (bench->classifier, bench->frame, &bench->rect, error)
         && measure_quality (bench, error)
         && derma_classifier_finish (bench->classifier, THRESHOLD, &bench->reading, error) && gather (bench, error);
}

gboolean
derma_stage_reading (DermaTimings *timings, DermaModel *model, const DermaTestFrame *test, guint threads,
                     GError **error)
{
  g_auto (Bench) bench = { .reading = DERMA_READING_INIT,
                           .classifier = derma_classifier_new (model, threads, error),
                           .meter = derma_quality_meter_new (),
                           .tracker = derma_tracker_new () };
  DermaTiming timing = { .stage = "reading", .model = (gchar *)derma_model_get_name (model), .threads = threads };

  if (!bench.classifier)
    return FALSE;
  bench.reading.pts = 0;
  bench_set_frame (&bench, test);
  return add (timings, read_frame, &bench, timing, error);
}
