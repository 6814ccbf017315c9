/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/plan.h"

G_BEGIN_DECLS

/*
 * What computes a plan: its XNNPACK runtimes with their weights and working memory, and threads. The memory of what
 * goes in and comes out, the ports, belongs to the user, so that users can take turns without copying. Used by one
 * thread at a time.
 */
typedef struct _DermaEngine DermaEngine;

/*
 * @threads: 1: the caller's own
 * @ports: as derma_buffers_new() makes them; connected
 * @name: of the model, for messages; must outlive the engine, as must @plan
 */
DermaEngine *derma_engine_new (const DermaPlan *plan, guint threads, gpointer *ports, const gchar *name,
                               GError **error);
/* @engine: (nullable) (transfer full) */
void derma_engine_free (DermaEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaEngine, derma_engine_free)

/* Whether it computes on these without further ado. */
gboolean derma_engine_is_connected (const DermaEngine *engine, gpointer *ports);
/* To be called for any engine before the memory of the ports it is connected to goes. */
void derma_engine_disconnect (DermaEngine *engine);
/* Computes once on @ports, connecting them if need be. Allocates nothing. */
gboolean derma_engine_run (DermaEngine *engine, gpointer *ports, GError **error);

G_END_DECLS
