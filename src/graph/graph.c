/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/graph.h>

#include "graph/lower.h"
#include "graph/runtime.h"

#include <derma/error.h>

#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 64
/* What XNNPACK aligns its own buffers to. */
#define BUFFER_ALIGNMENT 64

/* A run of subgraph nodes, or one copy. */
typedef struct {
  xnn_runtime_t runtime; /* NULL for a copy */
  const DermaStep *copy;
} Stage;

struct _DermaGraph {
  DermaModel *model;
  DermaPlan *plan;
  pthreadpool_t pool; /* NULL: the caller's thread */
  gpointer *buffers;  /* one a value of the plan; NULL where it is not kept */
  GArray *stages;
};

static void
stage_clear (gpointer data)
{
  Stage *stage = data;

  if (stage->runtime)
    xnn_delete_runtime (stage->runtime);
}

static gboolean
allocate_buffers (DermaGraph *graph, GError **error)
{
  guint n = graph->plan->values->len;

  graph->buffers = g_new0 (gpointer, n);
  for (guint i = 0; i < n; i++) {
    const DermaValue *value = derma_plan_get_value (graph->plan, i);
    gsize size = derma_value_n_elements (value) * derma_dtype_size (value->dtype) + XNN_EXTRA_BYTES;

    if (!value->kept)
      continue;
    size = (size + BUFFER_ALIGNMENT - 1) / BUFFER_ALIGNMENT * BUFFER_ALIGNMENT;
    graph->buffers[i] = aligned_alloc (BUFFER_ALIGNMENT, size);
    if (!graph->buffers[i]) {
      g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: out of memory: %" G_GSIZE_FORMAT " bytes",
                   derma_model_get_name (graph->model), size);
      return FALSE;
    }
    memset (graph->buffers[i], 0, size);
  }
  return TRUE;
}

static gboolean
add_stages (DermaGraph *graph, GError **error)
{
  const DermaPlan *plan = graph->plan;

  for (guint i = 0; i < plan->steps->len;) {
    guint end = derma_plan_find_segment_end (plan, i);
    Stage stage = { .copy = &g_array_index (plan->steps, DermaStep, i) };

    if (end > i) {
      stage.runtime =
          derma_runtime_new (plan, i, end, graph->buffers, graph->pool, derma_model_get_name (graph->model), error);
      if (!stage.runtime)
        return FALSE;
    }
    g_array_append_val (graph->stages, stage);
    i = MAX (end, i + 1);
  }
  return TRUE;
}

static gboolean
make_pool (DermaGraph *graph, guint threads, GError **error)
{
  if (threads == 1)
    return TRUE;
  graph->pool = pthreadpool_create (threads);
  if (graph->pool)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: cannot start %u threads",
               derma_model_get_name (graph->model), threads);
  return FALSE;
}

DermaGraph *
derma_graph_new (DermaModel *model, guint threads, GError **error)
{
  g_autoptr (DermaGraph) graph = NULL;

  if (threads < 1 || threads > MAX_THREADS) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: threads: %u is not in 1..%d",
                 derma_model_get_name (model), threads, MAX_THREADS);
    return NULL;
  }
  graph = g_new0 (DermaGraph, 1);
  graph->model = derma_model_ref (model);
  graph->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (graph->stages, stage_clear);
  if (!derma_runtime_init (error) || !(graph->plan = derma_lower_model (model, error))
      || !make_pool (graph, threads, error) || !allocate_buffers (graph, error) || !add_stages (graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}

void
derma_graph_free (DermaGraph *graph)
{
  if (!graph)
    return;
  g_array_unref (graph->stages);
  if (graph->pool)
    pthreadpool_destroy (graph->pool);
  for (guint i = 0; graph->buffers && i < graph->plan->values->len; i++)
    free (graph->buffers[i]);
  g_free (graph->buffers);
  derma_plan_free (graph->plan);
  derma_model_unref (graph->model);
  g_free (graph);
}

DermaModel *
derma_graph_get_model (DermaGraph *graph)
{
  return graph->model;
}

/* Constants are where the plan put them. */
static gconstpointer
get_memory (const DermaGraph *graph, guint value)
{
  gconstpointer data = derma_plan_get_value (graph->plan, value)->data;

  return data ? data : graph->buffers[value];
}

gfloat *
derma_graph_get_input (DermaGraph *graph, gsize *n)
{
  if (n)
    *n = graph->plan->input.n;
  return graph->buffers[graph->plan->input.value];
}

const gfloat *
derma_graph_get_output (DermaGraph *graph, guint output, gsize *n)
{
  const DermaPort *port;

  g_return_val_if_fail (output < graph->plan->outputs->len, NULL);
  port = &g_array_index (graph->plan->outputs, DermaPort, output);
  if (n)
    *n = port->n;
  return (const gfloat *)get_memory (graph, port->value) + port->offset;
}

gboolean
derma_graph_run (DermaGraph *graph, GError **error)
{
  for (guint i = 0; i < graph->stages->len; i++) {
    const Stage *stage = &g_array_index (graph->stages, Stage, i);
    enum xnn_status status;

    if (!stage->runtime) {
      derma_copy_run (&stage->copy->u.copy, get_memory (graph, stage->copy->inputs[0]),
                      graph->buffers[stage->copy->output]);
      continue;
    }
    status = xnn_invoke_runtime (stage->runtime);
    if (status != xnn_status_success) {
      g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: %s", derma_model_get_name (graph->model),
                   derma_runtime_explain (status));
      return FALSE;
    }
  }
  return TRUE;
}
