/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/outliers.h"

#include "tools/cell.h"
#include "tools/json.h"
#include "tools/metrics.h"

#include <derma/reading.h>

#include <math.h>

gdouble
derma_outliers_get_refused (const DermaSweep *sweep)
{
  gdouble refused = 0;

  for (guint i = 0; i < sweep->n; i++)
    refused += sweep->looks[i].refused;
  return sweep->n > 0 ? refused / sweep->n : NAN;
}

static gdouble
measure_auroc (const DermaSweep *sweep, const DermaSweep *others)
{
  guint n = sweep->n + others->n;
  g_autofree gfloat *scores = g_new (gfloat, MAX (n, 1));
  g_autofree gboolean *typical = g_new (gboolean, MAX (n, 1));

  for (guint i = 0; i < n; i++) {
    const DermaLook *look = i < sweep->n ? &sweep->looks[i] : &others->looks[i - sweep->n];

    scores[i] = look->typicality == DERMA_UNMEASURED ? NAN : look->typicality;
    typical[i] = i < sweep->n;
  }
  return derma_metrics_auc (scores, typical, n);
}

void
derma_outliers_measure (const gchar *path, const DermaSweep *sweep, const DermaSweep *others, DermaOutliers *outliers)
{
  g_autofree gchar *name = g_path_get_basename (path);

  *outliers = (DermaOutliers){ .name = g_filename_display_name (name),
                               .n = others->n,
                               .auroc = measure_auroc (sweep, others),
                               .refused = derma_outliers_get_refused (others) };
}

void
derma_outliers_clear (gpointer outliers)
{
  g_clear_pointer (&((DermaOutliers *)outliers)->name, g_free);
}

void
derma_outliers_print (const GArray *outliers, GString *text)
{
  if (outliers->len > 0)
    g_string_append_printf (text, "\n%-20s%8s%8s%10s\n", "outliers", "n", "AUROC", "refused");
  for (guint i = 0; i < outliers->len; i++) {
    const DermaOutliers *one = &g_array_index (outliers, DermaOutliers, i);

    derma_cell_add (text, one->name, -20, 0);
    g_string_append_printf (text, "%8u%8.4f%10.4f\n", one->n, one->auroc, one->refused);
  }
}

void
derma_outliers_add (const GArray *outliers, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "outliers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < outliers->len; i++) {
    const DermaOutliers *one = &g_array_index (outliers, DermaOutliers, i);

    json_builder_begin_object (builder);
    derma_json_add_string (builder, "name", one->name);
    derma_json_add_count (builder, "n", one->n);
    derma_json_add_number (builder, "auroc", one->auroc);
    derma_json_add_number (builder, "refused", one->refused);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}
