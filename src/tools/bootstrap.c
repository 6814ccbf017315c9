/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/bootstrap.h"

#define MEASURES 11

/* The pictures of each lesion, as indices into the sweep. */
static GPtrArray *
group (const DermaSweep *sweep, const DermaLabels *labels)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint i = 0; i < sweep->n; i++) {
    const DermaSample *sample = g_ptr_array_index (labels->samples, sweep->samples[i]);
    GArray *members = g_hash_table_lookup (by_name, sample->lesion);

    if (!members) {
      members = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (by_name, sample->lesion, members);
      g_ptr_array_add (groups, members);
    }
    g_array_append_val (members, i);
  }
  return groups;
}

static guint
draw (GRand *random, const GPtrArray *groups, GArray *drawn)
{
  g_array_set_size (drawn, 0);
  for (guint i = 0; i < groups->len; i++) {
    const GArray *members = g_ptr_array_index (groups, (guint)g_rand_int_range (random, 0, (gint32)groups->len));

    g_array_append_vals (drawn, members->data, members->len);
  }
  return drawn->len;
}

static void
measure (const DermaScores *scores, const DermaClasses *classes, gdouble *values, guint stride)
{
  DermaMeasures measures;
  DermaDetections found;

  derma_metrics_measure (scores, &measures);
  derma_detections_measure (scores, classes, &found);
  values[0 * stride] = measures.accuracy;
  values[1 * stride] = measures.balanced_accuracy;
  values[2 * stride] = measures.macro_f1;
  values[3 * stride] = measures.macro_auc;
  values[4 * stride] = measures.ece;
  values[5 * stride] = found.malignant.auc;
  values[6 * stride] = found.malignant.sensitivity;
  values[7 * stride] = found.malignant.specificity;
  values[8 * stride] = found.melanoma.auc;
  values[9 * stride] = found.melanoma.sensitivity;
  values[10 * stride] = found.melanoma.specificity;
}

void
derma_bootstrap_run (const DermaSweep *sweep, const DermaLabels *labels, const DermaClasses *classes,
                     const DermaBootstrap *bootstrap, DermaIntervals *intervals)
{
  gdouble *const outputs[MEASURES] = { intervals->accuracy,
                                       intervals->balanced_accuracy,
                                       intervals->macro_f1,
                                       intervals->macro_auc,
                                       intervals->ece,
                                       intervals->malignant_auc,
                                       intervals->malignant_sensitivity,
                                       intervals->malignant_specificity,
                                       intervals->melanoma_auc,
                                       intervals->melanoma_sensitivity,
                                       intervals->melanoma_specificity };
  const DermaScores all = { sweep->n, sweep->n_classes, sweep->probabilities, sweep->truth };
  g_autoptr (GRand) random = g_rand_new_with_seed (bootstrap->seed);
  g_autoptr (GPtrArray) groups = group (sweep, labels);
  g_autoptr (GArray) drawn = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree gdouble *values = g_new (gdouble, (gsize)MEASURES * MAX (bootstrap->resamples, 1));

  for (guint r = 0; r < bootstrap->resamples; r++) {
    guint n = draw (random, groups, drawn);
    g_autofree gfloat *probabilities = g_new (gfloat, (gsize)n * sweep->n_classes);
    g_autofree guint *truth = g_new (guint, n);
    DermaScores scores = { n, sweep->n_classes, probabilities, truth };

    derma_scores_take (&all, (const guint *)(gconstpointer)drawn->data, n, probabilities, truth);
    measure (&scores, classes, values + r, bootstrap->resamples);
  }
  for (guint m = 0; m < MEASURES; m++)
    derma_metrics_interval (values + (gsize)m * bootstrap->resamples, bootstrap->resamples, outputs[m]);
}
