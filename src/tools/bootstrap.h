/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/detections.h"
#include "tools/labels.h"
#include "tools/sweep.h"

/* 95 % intervals of the measures of an evaluation: {2.5 percentile, 97.5 percentile}; NAN where never defined. */
typedef struct {
  gdouble accuracy[2];
  gdouble balanced_accuracy[2];
  gdouble macro_f1[2];
  gdouble macro_auc[2];
  gdouble ece[2];
  gdouble malignant_auc[2];
  gdouble malignant_sensitivity[2];
  gdouble malignant_specificity[2];
  gdouble melanoma_auc[2];
  gdouble melanoma_sensitivity[2];
  gdouble melanoma_specificity[2];
} DermaIntervals;

typedef struct {
  guint resamples;
  guint32 seed;
} DermaBootstrap;

/*
 * Percentile bootstrap (Efron, 1979). What is drawn with replacement is lesions, with all their pictures, where the
 * labels name them; pictures else.
 */
void derma_bootstrap_run (const DermaSweep *sweep, const DermaLabels *labels, const DermaClasses *classes,
                          const DermaBootstrap *bootstrap, DermaIntervals *intervals);
