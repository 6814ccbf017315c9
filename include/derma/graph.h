/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/model.h>

G_BEGIN_DECLS

/**
 * DermaGraph:
 *
 * A model made ready to run, its input and its outputs. Used by one thread at a time. Graphs of one model with the
 * same number of threads share what computes, XNNPACK runtimes with their weights and working memory: as many as there
 * are graphs, but no more than the processors of the machine can run at once.
 */
typedef struct _DermaGraph DermaGraph;

/**
 * derma_graph_new:
 * @model: (transfer none): the model; a reference is kept
 * @threads: threads of computation, 1..64; 1 means the caller's own
 * @error: return location; %DERMA_ERROR_UNSUPPORTED names the node and operator that XNNPACK cannot run
 *
 * Returns: (transfer full): the graph, or NULL with @error set
 */
DERMA_API DermaGraph *derma_graph_new (DermaModel *model, guint threads, GError **error);
/** derma_graph_free: @graph: (nullable) (transfer full) */
DERMA_API void derma_graph_free (DermaGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaGraph, derma_graph_free)

/** derma_graph_get_model: Returns: (transfer none) */
DERMA_API DermaModel *derma_graph_get_model (DermaGraph *graph);

/**
 * derma_graph_get_input:
 * @n: (out) (optional): number of elements
 *
 * Returns: (transfer none) (array length=n): where to write the input before each run, float32 in H,W,C order,
 *   normalised
 */
DERMA_API gfloat *derma_graph_get_input (DermaGraph *graph, gsize *n);

/**
 * derma_graph_run:
 *
 * Runs the network once on what is in the input. Allocates nothing. Waits while other graphs of the same model keep all
 * processors busy.
 *
 * Returns: TRUE, or FALSE with @error set to %DERMA_ERROR_RUNTIME
 */
DERMA_API gboolean derma_graph_run (DermaGraph *graph, GError **error);

/**
 * derma_graph_get_output:
 * @output: 0..derma_model_get_n_outputs() - 1
 * @n: (out) (optional): number of elements
 *
 * Returns: (transfer none) (array length=n): the output of the last run, float32 in the order that the ONNX file
 *   declares (N,C,H,W); valid until the next run
 */
DERMA_API const gfloat *derma_graph_get_output (DermaGraph *graph, guint output, gsize *n);

G_END_DECLS
