/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/bootstrap.h"
#include "tools/outliers.h"
#include "tools/overlap.h"
#include "tools/robustness.h"
#include "tools/subgroups.h"

/* All that is said of a network's readings of labelled pictures. */
typedef struct {
  const DermaModel *model;
  const DermaLabels *labels;
  const DermaSweep *sweep;
  DermaMeasures measures;
  DermaClassMeasures *classes; /* one a class */
  guint *confusion;            /* n_classes x n_classes, a row a true class */
  DermaDetections found;
  guint majority;              /* the most frequent class */
  DermaRobustness *robustness; /* DERMA_N_DISTURBANCES; NULL if the sweep disturbed nothing */
  DermaSubgroups *subgroups;   /* n_subgroups; NULL if not asked for */
  guint n_subgroups;
  gdouble refused;      /* share of pictures read as without a lesion; NAN if the network cannot tell */
  DermaOverlap overlap; /* of lesion maps with masks */
  GArray *outliers;     /* of DermaOutliers */
  DermaIntervals intervals;
  guint resamples; /* 0: no intervals */
} DermaEvaluation;

void derma_evaluation_init (DermaEvaluation *evaluation, const DermaModel *model, const DermaLabels *labels,
                            const DermaSweep *sweep, const DermaBootstrap *bootstrap);
/* Measures the groups of pictures, too. @groups must stay. */
void derma_evaluation_divide (DermaEvaluation *evaluation, const DermaGroups *groups);
/* Compares them with the readings of the pictures in the folder @path. */
void derma_evaluation_add_outliers (DermaEvaluation *evaluation, const gchar *path, const DermaSweep *others);
void derma_evaluation_clear (DermaEvaluation *evaluation);
/* (transfer full) */
gchar *derma_evaluation_to_json (const DermaEvaluation *evaluation);
gchar *derma_evaluation_to_text (const DermaEvaluation *evaluation);
/* path, truth and one probability a class, as CSV */
gchar *derma_evaluation_to_predictions (const DermaEvaluation *evaluation);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaEvaluation, derma_evaluation_clear)
