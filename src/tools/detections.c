/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/detections.h"

#include <math.h>
#include <string.h>

gint
derma_detections_find_melanoma (const DermaClasses *classes)
{
  for (guint i = 0; i < classes->n; i++)
    if (strcmp (classes->labels[i], "mel") == 0)
      return (gint)i;
  return -1;
}

gdouble
derma_detections_get_melanoma_point (const DermaClasses *classes)
{
  return classes->melanoma_operating_point >= 0 ? classes->melanoma_operating_point : classes->operating_point;
}

void
derma_detections_measure (const DermaScores *scores, const DermaClasses *classes, DermaDetections *detections)
{
  gint melanoma = derma_detections_find_melanoma (classes);
  g_autofree gboolean *wanted = g_new0 (gboolean, classes->n);

  derma_metrics_detect (scores, classes->malignant, classes->operating_point, &detections->malignant);
  detections->melanoma = (DermaDetection){ NAN, NAN, NAN };
  if (melanoma < 0)
    return;
  wanted[melanoma] = TRUE;
  derma_metrics_detect (scores, wanted, derma_detections_get_melanoma_point (classes), &detections->melanoma);
}
