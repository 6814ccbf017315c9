/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/graph-private.h"

#include "graph/buffers.h"
#include "graph/runtime.h"

#include <derma/error.h>

#define MAX_THREADS 64

struct _DermaGraph {
  DermaFleet *fleet;
  const DermaPlan *plan; /* of the fleet */
  gpointer *ports;       /* input and outputs, one a value of the plan */
  gboolean joined;
};

DermaGraph *
derma_graph_new (DermaModel *model, guint threads, GError **error)
{
  g_autoptr (DermaGraph) graph = NULL;

  if (threads < 1 || threads > MAX_THREADS) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: threads: %u is not in 1..%d",
                 derma_model_get_name (model), threads, MAX_THREADS);
    return NULL;
  }
  if (!derma_runtime_init (error))
    return NULL;
  graph = g_new0 (DermaGraph, 1);
  graph->fleet = derma_fleet_get (model, threads);
  graph->plan = derma_fleet_get_plan (graph->fleet, error);
  if (!graph->plan)
    return NULL;
  graph->ports = derma_buffers_new (graph->plan, TRUE, derma_model_get_name (model), error);
  if (!graph->ports)
    return NULL;
  graph->joined = derma_fleet_join (graph->fleet, graph->ports, error);
  return graph->joined ? g_steal_pointer (&graph) : NULL;
}

void
derma_graph_free (DermaGraph *graph)
{
  if (!graph)
    return;
  if (graph->joined)
    derma_fleet_leave (graph->fleet, graph->ports);
  derma_buffers_free (graph->ports, graph->plan, TRUE);
  derma_fleet_unref (graph->fleet);
  g_free (graph);
}

DermaFleet *
derma_graph_get_fleet (DermaGraph *graph)
{
  return graph->fleet;
}

DermaModel *
derma_graph_get_model (DermaGraph *graph)
{
  return derma_fleet_get_model (graph->fleet);
}

gfloat *
derma_graph_get_input (DermaGraph *graph, gsize *n)
{
  if (n)
    *n = graph->plan->input.n;
  return graph->ports[graph->plan->input.value];
}

const gfloat *
derma_graph_get_output (DermaGraph *graph, guint output, gsize *n)
{
  const DermaPort *port;
  const gfloat *constant;

  g_return_val_if_fail (output < graph->plan->outputs->len, NULL);
  port = &g_array_index (graph->plan->outputs, DermaPort, output);
  if (n)
    *n = port->n;
  /* Constants are where the plan put them. */
  constant = derma_plan_get_value (graph->plan, port->value)->data;
  return (constant ? constant : (const gfloat *)graph->ports[port->value]) + port->offset;
}

gboolean
derma_graph_run (DermaGraph *graph, GError **error)
{
  return derma_fleet_run (graph->fleet, graph->ports, error);
}
