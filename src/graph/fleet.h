/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/plan.h"

#include <derma/model.h>

G_BEGIN_DECLS

/*
 * The engines of one model at one number of threads, which all its users in the process share: as many as there are
 * users, but no more than the processors can run at once. Who finds none free waits for one, which takes no longer
 * than waiting for a processor would: whoever comes while others wait goes before them a few times at most. All
 * functions may be called from any thread.
 */
typedef struct _DermaFleet DermaFleet;

/* Finds the fleet of @model, or begins one. @model: a reference is kept */
DermaFleet *derma_fleet_get (DermaModel *model, guint threads);
/* The last one takes all with it. @fleet: (nullable) (transfer full) */
void derma_fleet_unref (DermaFleet *fleet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaFleet, derma_fleet_unref)

DermaModel *derma_fleet_get_model (DermaFleet *fleet);
/* Returns: (transfer none): what its engines compute; NULL with @error set if the model cannot be lowered */
const DermaPlan *derma_fleet_get_plan (DermaFleet *fleet, GError **error);

/* One more user, whose @ports derma_buffers_new() made of the plan. Returns: FALSE with @error set, and no user more */
gboolean derma_fleet_join (DermaFleet *fleet, gpointer *ports, GError **error);
/* One less, who runs nothing. */
void derma_fleet_leave (DermaFleet *fleet, gpointer *ports);
/* Computes once on the @ports of one user, by one thread at a time. Allocates nothing. */
gboolean derma_fleet_run (DermaFleet *fleet, gpointer *ports, GError **error);

/* How many engines, and thereby packed weights and working memories, there are. */
guint derma_fleet_count_engines (DermaFleet *fleet);
/* How many there can be. */
guint derma_fleet_get_most (DermaFleet *fleet);

G_END_DECLS
