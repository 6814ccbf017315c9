/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-onnxruntime MODEL THREADS [xnnpack] [RUNS]: prints as JSON what ONNX Runtime needs for one inference, with all
 * of its graph optimisations, on the input that is used for our own.
 */
#include "tools/stopwatch.h"

#include <derma/error.h>
#include <derma/metadata.h>

#include <onnxruntime_c_api.h>
#include <string.h>

#define SIDE 224
#define MAX_OUTPUTS 16

typedef struct {
  const OrtApi *api;
  OrtEnv *env;
  OrtSession *session;
  OrtAllocator *allocator;
  OrtValue *input;
  char *input_name;
  char *output_names[MAX_OUTPUTS];
  size_t n_outputs;
} Bench;

static gboolean
check (const Bench *bench, OrtStatus *status, GError **error)
{
  if (!status)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "ONNX Runtime: %s", bench->api->GetErrorMessage (status));
  bench->api->ReleaseStatus (status);
  return FALSE;
}

static gboolean
make_session (Bench *bench, const gchar *path, gint threads, gboolean xnnpack, GError **error)
{
  static const char *const keys[] = { "intra_op_num_threads" };
  g_autofree gchar *count = g_strdup_printf ("%d", threads);
  const char *const values[] = { count };
  const OrtApi *api = bench->api;
  OrtSessionOptions *options;
  gboolean done;

  if (!check (bench, api->CreateEnv (ORT_LOGGING_LEVEL_ERROR, "bench", &bench->env), error)
      || !check (bench, api->CreateSessionOptions (&options), error))
    return FALSE;
  done = check (bench, api->SetSessionGraphOptimizationLevel (options, ORT_ENABLE_ALL), error)
         && check (bench, api->SetIntraOpNumThreads (options, xnnpack ? 1 : threads), error)
         && check (bench, api->SetInterOpNumThreads (options, 1), error)
         && (!xnnpack
             || check (bench, api->SessionOptionsAppendExecutionProvider (options, "XNNPACK", keys, values, 1), error))
         && check (bench, api->CreateSession (bench->env, path, options, &bench->session), error);
  api->ReleaseSessionOptions (options);
  return done;
}

static gboolean
make_tensors (Bench *bench, GError **error)
{
  static const gint64 shape[] = { 1, 3, SIDE, SIDE };
  const OrtApi *api = bench->api;
  float *values;

  if (!check (bench, api->GetAllocatorWithDefaultOptions (&bench->allocator), error)
      || !check (bench, api->SessionGetInputName (bench->session, 0, bench->allocator, &bench->input_name), error)
      || !check (bench, api->SessionGetOutputCount (bench->session, &bench->n_outputs), error)
      || !check (bench,
                 api->CreateTensorAsOrtValue (bench->allocator, (const int64_t *)shape, 4,
                                              ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &bench->input),
                 error)
      || !check (bench, api->GetTensorMutableData (bench->input, (void **)&values), error))
    return FALSE;
  derma_golden_fill (values, 3 * SIDE * SIDE);
  bench->n_outputs = MIN (bench->n_outputs, MAX_OUTPUTS);
  for (size_t i = 0; i < bench->n_outputs; i++)
    if (!check (bench, api->SessionGetOutputName (bench->session, i, bench->allocator, &bench->output_names[i]), error))
      return FALSE;
  return TRUE;
}

static gboolean
infer (gpointer data, GError **error)
{
  Bench *bench = data;
  OrtValue *outputs[MAX_OUTPUTS] = { NULL };
  const gboolean done = check (bench,
                               bench->api->Run (bench->session, NULL, (const char *const *)&bench->input_name,
                                                (const OrtValue *const *)&bench->input, 1,
                                                (const char *const *)bench->output_names, bench->n_outputs, outputs),
                               error);

  for (size_t i = 0; i < bench->n_outputs; i++)
    if (outputs[i])
      bench->api->ReleaseValue (outputs[i]);
  return done;
}

int
main (int argc, char **argv)
{
  const gboolean xnnpack = argc > 3 && strcmp (argv[3], "xnnpack") == 0;
  const gchar *last = argc > 3 + xnnpack ? argv[3 + xnnpack] : "101";
  Bench bench = { .api = OrtGetApiBase ()->GetApi (ORT_API_VERSION) };
  g_autoptr (GError) error = NULL;
  DermaCost cost;

  if (argc < 3) {
    g_printerr ("bench-onnxruntime: MODEL and THREADS are needed\n");
    return 2;
  }
  if (!make_session (&bench, argv[1], atoi (argv[2]), xnnpack, &error) || !make_tensors (&bench, &error)
      || !derma_stopwatch_measure (NULL, infer, &bench, (guint)MAX (atoi (last), 1), &cost, &error)) {
    g_printerr ("bench-onnxruntime: %s\n", error->message);
    return 1;
  }
  g_print ("{\"version\": \"%s\", \"median_ms\": %.4f, \"p95_ms\": %.4f, \"cpu_ms\": %.4f}\n",
           OrtGetApiBase ()->GetVersionString (), cost.median, cost.p95, cost.cpu);
  return 0;
}
