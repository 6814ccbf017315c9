/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/fleet.h"

#include <derma/graph.h>

G_BEGIN_DECLS

/* Returns: (transfer none): what it shares with the others of its model */
DermaFleet *derma_graph_get_fleet (DermaGraph *graph);

G_END_DECLS
