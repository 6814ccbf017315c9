/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define GST_USE_UNSTABLE_API
#include "analyticsmeta.h"

#include <gst/analytics/analytics.h>

void
derma_analytics_meta_add (GstBuffer *buffer, const DermaReading *reading)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta (buffer);
  const guint n = reading->classes->n;
  GQuark quarks[DERMA_MAX_CLASSES];
  GstAnalyticsClsMtd classification;

  for (guint i = 0; i < n; i++)
    quarks[i] = g_quark_from_string (reading->classes->labels[i]);
  if (!meta)
    meta = gst_buffer_add_analytics_relation_meta (buffer);
  if (meta)
    gst_analytics_relation_meta_add_cls_mtd (meta, n, reading->probabilities, quarks, &classification);
}
