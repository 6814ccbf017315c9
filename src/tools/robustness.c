/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/robustness.h"

#include "tools/json.h"
#include "tools/metrics.h"

/* First labels of all pictures, @stride apart. */
static void
measure (const DermaSweep *sweep, const guint *tops, guint stride, DermaRobustness *robustness)
{
  g_autofree guint *given = g_new0 (guint, sweep->n_classes);
  g_autofree guint *right = g_new0 (guint, sweep->n_classes);
  gdouble hits = 0, recall = 0;
  guint present = 0;

  for (guint i = 0; i < sweep->n; i++) {
    given[sweep->truth[i]]++;
    right[sweep->truth[i]] += tops[(gsize)i * stride] == sweep->truth[i];
  }
  for (guint c = 0; c < sweep->n_classes; c++) {
    if (given[c] == 0)
      continue;
    present++;
    hits += right[c];
    recall += (gdouble)right[c] / given[c];
  }
  robustness->n = sweep->n;
  robustness->accuracy = hits / sweep->n;
  robustness->balanced_accuracy = recall / present;
}

void
derma_robustness_measure (const DermaSweep *sweep, DermaRobustness robustness[DERMA_N_DISTURBANCES])
{
  const DermaScores scores = { sweep->n, sweep->n_classes, sweep->probabilities, sweep->truth };
  g_autofree guint *tops = g_new (guint, sweep->n);
  DermaRobustness plain;

  for (guint i = 0; i < sweep->n; i++)
    tops[i] = derma_scores_get_top (&scores, i);
  measure (sweep, tops, 1, &plain);
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++) {
    DermaRobustness *one = &robustness[d];
    guint flips = 0;

    for (guint i = 0; i < sweep->n; i++)
      flips += sweep->disturbed[(gsize)i * DERMA_N_DISTURBANCES + d] != tops[i];
    measure (sweep, sweep->disturbed + d, DERMA_N_DISTURBANCES, one);
    one->name = derma_disturbance_get_name (d);
    one->accuracy_drop = plain.accuracy - one->accuracy;
    one->balanced_accuracy_drop = plain.balanced_accuracy - one->balanced_accuracy;
    one->flips = (gdouble)flips / sweep->n;
  }
}

void
derma_robustness_print (const DermaRobustness robustness[DERMA_N_DISTURBANCES], GString *text)
{
  g_string_append_printf (text, "\n%-16s%10s%8s%10s%8s%8s\n", "disturbance", "accuracy", "drop", "balanced", "drop",
                          "flips");
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++)
    g_string_append_printf (text, "%-16s%10.3f%8.3f%10.3f%8.3f%8.3f\n", robustness[d].name, robustness[d].accuracy,
                            robustness[d].accuracy_drop, robustness[d].balanced_accuracy,
                            robustness[d].balanced_accuracy_drop, robustness[d].flips);
}

void
derma_robustness_add (const DermaRobustness robustness[DERMA_N_DISTURBANCES], JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "robustness");
  json_builder_begin_array (builder);
  for (guint d = 0; d < DERMA_N_DISTURBANCES; d++) {
    json_builder_begin_object (builder);
    derma_json_add_string (builder, "name", robustness[d].name);
    derma_json_add_count (builder, "n", robustness[d].n);
    derma_json_add_number (builder, "accuracy", robustness[d].accuracy);
    derma_json_add_number (builder, "balanced_accuracy", robustness[d].balanced_accuracy);
    derma_json_add_number (builder, "accuracy_drop", robustness[d].accuracy_drop);
    derma_json_add_number (builder, "balanced_accuracy_drop", robustness[d].balanced_accuracy_drop);
    derma_json_add_number (builder, "flips", robustness[d].flips);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}
