/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/metrics.h"

#include <derma/classes.h>

/* How well a network finds what it is for. */
typedef struct {
  DermaDetection malignant; /* all malignant classes, at the operating point */
  DermaDetection melanoma;  /* the class `mel` alone, at its own; all NAN without such a class */
} DermaDetections;

/* Index of the class `mel`, -1 if there is none. */
gint derma_detections_find_melanoma (const DermaClasses *classes);
/* Score at which melanoma counts as found: the network's for melanoma alone, or that for all malignant classes. */
gdouble derma_detections_get_melanoma_point (const DermaClasses *classes);
void derma_detections_measure (const DermaScores *scores, const DermaClasses *classes, DermaDetections *detections);
