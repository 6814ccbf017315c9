/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Probabilities and true classes of pictures. */
typedef struct {
  guint n;                     /* pictures */
  guint n_classes;             /* columns of @probabilities */
  const gfloat *probabilities; /* n x n_classes, row by row */
  const guint *truth;          /* n indices of classes */
} DermaScores;

/* Of one class against the rest; NAN where there is nothing to divide by. */
typedef struct {
  guint n;
  gdouble recall;
  gdouble precision;
  gdouble f1;
  gdouble auc;
} DermaClassMeasures;

typedef struct {
  gdouble accuracy;
  gdouble balanced_accuracy; /* mean recall over the classes that occur */
  gdouble macro_f1;          /* mean over the classes that occur */
  gdouble macro_auc;         /* mean over the classes for which there are both kinds */
  gdouble ece;               /* expected calibration error, 15 equal bins of confidence (Naeini et al., 2015) */
} DermaMeasures;

/* Sensitivity and specificity at a threshold; NAN where there is nothing to divide by. */
typedef struct {
  gdouble auc;
  gdouble sensitivity;
  gdouble specificity;
} DermaDetection;

/* Copies the rows and truths at @n @indices, which may repeat, to room for as many. */
void derma_scores_take (const DermaScores *scores, const guint *indices, guint n, gfloat *probabilities, guint *truth);
/* The most probable class of picture @i; of equals the first. */
guint derma_scores_get_top (const DermaScores *scores, guint i);
/*
 * Area under the ROC curve of @scores for @positive (Mann and Whitney, 1947; ties count half); NAN without both kinds
 * or with a score that is NAN.
 */
gdouble derma_metrics_auc (const gfloat *scores, const gboolean *positive, guint n);
/* confusion: n_classes x n_classes counts, a row a true class. */
void derma_metrics_confusion (const DermaScores *scores, guint *confusion);
void derma_metrics_classes (const DermaScores *scores, DermaClassMeasures *classes);
void derma_metrics_measure (const DermaScores *scores, DermaMeasures *measures);
/* Detects the classes marked in @positive by the sum of their probabilities >= @threshold. */
void derma_metrics_detect (const DermaScores *scores, const gboolean *positive, gdouble threshold,
                           DermaDetection *detection);
/* 2.5 and 97.5 percentiles of @values, which are sorted; those that are NAN are left out. */
void derma_metrics_interval (gdouble *values, guint n, gdouble interval[2]);
