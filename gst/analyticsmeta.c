/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define GST_USE_UNSTABLE_API
#include "analyticsmeta.h"

#include <gst/analytics/analytics.h>

#include <math.h>

/* Fractions of the frame to pixels that lie in it. */
static void
add_region (GstAnalyticsRelationMeta *meta, const DermaReading *reading, guint width, guint height,
            guint classification)
{
  const DermaBox *box = &reading->region;
  const gfloat right = CLAMP (box->x + box->width, 0, 1), bottom = CLAMP (box->y + box->height, 0, 1);
  const gint x = (gint)lroundf (CLAMP (box->x, 0, 1) * width), y = (gint)lroundf (CLAMP (box->y, 0, 1) * height);
  const gint w = (gint)lroundf (right * width) - x, h = (gint)lroundf (bottom * height) - y;
  GstAnalyticsODMtd object;

  if (!(box->width > 0 && box->height > 0) || w < 1 || h < 1)
    return;
  if (!gst_analytics_relation_meta_add_od_mtd (meta, g_quark_from_static_string ("lesion"), x, y, w, h,
                                               reading->typicality >= 0 ? reading->typicality : 1, &object))
    return;
  gst_analytics_relation_meta_set_relation (meta, GST_ANALYTICS_REL_TYPE_RELATE_TO, object.id, classification);
  gst_analytics_relation_meta_set_relation (meta, GST_ANALYTICS_REL_TYPE_RELATE_TO, classification, object.id);
}

void
derma_analytics_meta_add (GstBuffer *buffer, const DermaReading *reading, guint width, guint height)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta (buffer);
  const guint n = reading->classes->n;
  GQuark quarks[DERMA_MAX_CLASSES];
  GstAnalyticsClsMtd classification;

  for (guint i = 0; i < n; i++)
    quarks[i] = g_quark_from_string (reading->classes->labels[i]);
  if (!meta)
    meta = gst_buffer_add_analytics_relation_meta (buffer);
  if (meta && gst_analytics_relation_meta_add_cls_mtd (meta, n, reading->probabilities, quarks, &classification))
    add_region (meta, reading, width, height, classification.id);
}
