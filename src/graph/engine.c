/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/engine.h"

#include "graph/buffers.h"
#include "graph/runtime.h"

#include <derma/error.h>

/* A run of subgraph nodes, or one copy. */
typedef struct {
  DermaRuntime *runtime; /* NULL for a copy */
  const DermaStep *copy;
} Stage;

struct _DermaEngine {
  const DermaPlan *plan;
  const gchar *name;
  pthreadpool_t pool; /* NULL: the caller's thread */
  gpointer *ports;    /* connected; NULL: none */
  gpointer *buffers;  /* one a value of the plan; ports are the user's */
  GArray *stages;
};

static void
stage_clear (gpointer data)
{
  derma_runtime_free (((Stage *)data)->runtime);
}

static gboolean
add_stages (DermaEngine *engine, GError **error)
{
  const DermaPlan *plan = engine->plan;

  for (guint i = 0; i < plan->steps->len;) {
    guint end = derma_plan_find_segment_end (plan, i);
    Stage stage = { .copy = &g_array_index (plan->steps, DermaStep, i) };

    if (end > i) {
      stage.runtime = derma_runtime_new (plan, i, end, engine->buffers, engine->pool, engine->name, error);
      if (!stage.runtime)
        return FALSE;
    }
    g_array_append_val (engine->stages, stage);
    i = MAX (end, i + 1);
  }
  return TRUE;
}

static gboolean
make_pool (DermaEngine *engine, guint threads, GError **error)
{
  if (threads == 1)
    return TRUE;
  engine->pool = pthreadpool_create (threads);
  if (engine->pool)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: cannot start %u threads", engine->name, threads);
  return FALSE;
}

static void
take_ports (DermaEngine *engine, gpointer *ports)
{
  const DermaPlan *plan = engine->plan;

  engine->ports = ports;
  engine->buffers[plan->input.value] = ports[plan->input.value];
  for (guint i = 0; i < plan->outputs->len; i++) {
    const guint value = g_array_index (plan->outputs, DermaPort, i).value;

    engine->buffers[value] = ports[value];
  }
}

DermaEngine *
derma_engine_new (const DermaPlan *plan, guint threads, gpointer *ports, const gchar *name, GError **error)
{
  g_autoptr (DermaEngine) engine = g_new0 (DermaEngine, 1);

  engine->plan = plan;
  engine->name = name;
  engine->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (engine->stages, stage_clear);
  engine->buffers = derma_buffers_new (plan, FALSE, name, error);
  if (!engine->buffers || !make_pool (engine, threads, error))
    return NULL;
  take_ports (engine, ports);
  return add_stages (engine, error) ? g_steal_pointer (&engine) : NULL;
}

void
derma_engine_free (DermaEngine *engine)
{
  if (!engine)
    return;
  g_array_unref (engine->stages);
  if (engine->pool)
    pthreadpool_destroy (engine->pool);
  derma_buffers_free (engine->buffers, engine->plan, FALSE);
  g_free (engine);
}

gboolean
derma_engine_is_connected (const DermaEngine *engine, gpointer *ports)
{
  return engine->ports == ports;
}

void
derma_engine_disconnect (DermaEngine *engine)
{
  engine->ports = NULL;
}

static enum xnn_status
connect_ports (DermaEngine *engine, gpointer *ports)
{
  enum xnn_status status = xnn_status_success;

  if (engine->ports == ports)
    return status;
  take_ports (engine, ports);
  for (guint i = 0; i < engine->stages->len && status == xnn_status_success; i++) {
    DermaRuntime *runtime = g_array_index (engine->stages, Stage, i).runtime;

    if (runtime)
      status = derma_runtime_connect (runtime, engine->buffers);
  }
  return status;
}

/* Constants are where the plan put them. */
static void
run_copy (const DermaEngine *engine, const DermaStep *step)
{
  gconstpointer data = derma_plan_get_value (engine->plan, step->inputs[0])->data;

  derma_copy_run (&step->u.copy, data ? data : engine->buffers[step->inputs[0]], engine->buffers[step->output]);
}

gboolean
derma_engine_run (DermaEngine *engine, gpointer *ports, GError **error)
{
  enum xnn_status status = connect_ports (engine, ports);

  for (guint i = 0; i < engine->stages->len && status == xnn_status_success; i++) {
    const Stage *stage = &g_array_index (engine->stages, Stage, i);

    if (stage->runtime)
      status = derma_runtime_invoke (stage->runtime);
    else
      run_copy (engine, stage->copy);
  }
  if (status == xnn_status_success)
    return TRUE;
  derma_engine_disconnect (engine);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: %s", engine->name, derma_runtime_explain (status));
  return FALSE;
}
