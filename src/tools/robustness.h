/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/sweep.h"

#include <json-glib/json-glib.h>

/* What one disturbance does to the readings of all pictures. */
typedef struct {
  const gchar *name;
  guint n;
  gdouble accuracy;
  gdouble balanced_accuracy;
  gdouble accuracy_drop; /* against the pictures as they are; negative where disturbed ones are read better */
  gdouble balanced_accuracy_drop;
  gdouble flips; /* share of pictures whose first label is another one */
} DermaRobustness;

/* Of a sweep that read disturbed pictures too. */
void derma_robustness_measure (const DermaSweep *sweep, DermaRobustness robustness[DERMA_N_DISTURBANCES]);
/* A table, a line a disturbance. */
void derma_robustness_print (const DermaRobustness robustness[DERMA_N_DISTURBANCES], GString *text);
/* The member `robustness` of the object that is being built. */
void derma_robustness_add (const DermaRobustness robustness[DERMA_N_DISTURBANCES], JsonBuilder *builder);
