/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/sweep.h"

#include <json-glib/json-glib.h>

/* How well a network tells labelled pictures from a folder of others. */
typedef struct {
  gchar *name; /* of the folder */
  guint n;
  gdouble auroc;   /* of typicality, labelled pictures being the typical ones; NAN if the network does not measure it */
  gdouble refused; /* share of the folder's pictures that are read as without a lesion */
} DermaOutliers;

/* @sweep: of the labelled pictures; @others: of those in the folder @path */
void derma_outliers_measure (const gchar *path, const DermaSweep *sweep, const DermaSweep *others,
                             DermaOutliers *outliers);
/* Clears the name. */
void derma_outliers_clear (gpointer outliers);
/* Share of the pictures of a sweep that are read as without a lesion. */
gdouble derma_outliers_get_refused (const DermaSweep *sweep);
/* A table, a line a folder; nothing if there is none. @outliers: of DermaOutliers */
void derma_outliers_print (const GArray *outliers, GString *text);
/* The member `outliers` of the object that is being built. */
void derma_outliers_add (const GArray *outliers, JsonBuilder *builder);
