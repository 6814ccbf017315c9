/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/detections.h"
#include "tools/groups.h"
#include "tools/labels.h"
#include "tools/sweep.h"

#include <json-glib/json-glib.h>

/* How a network reads the pictures of one group; NAN where there is nothing to divide by. */
typedef struct {
  gchar *value; /* what the group has in common */
  gint order;
  GArray *members; /* of guint: pictures of the sweep */
  DermaMeasures measures;
  DermaDetections found;
} DermaSubgroup;

/* All groups by one column. */
typedef struct {
  const gchar *column;
  GPtrArray *groups; /* of DermaSubgroup*, in order */
} DermaSubgroups;

/* (transfer full): one for each column of @groups, which must stay */
DermaSubgroups *derma_subgroups_measure (const DermaGroups *groups, const DermaLabels *labels, const DermaSweep *sweep,
                                         const DermaClasses *classes);
void derma_subgroups_free (DermaSubgroups *subgroups, guint n);
/* A table for each of @n columns, a line a group. */
void derma_subgroups_print (const DermaSubgroups *subgroups, guint n, GString *text);
/* The member `groups` of the object that is being built. */
void derma_subgroups_add (const DermaSubgroups *subgroups, guint n, JsonBuilder *builder);
