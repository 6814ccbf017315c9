/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/subgroups.h"

#include "tools/cell.h"
#include "tools/json.h"

#include <string.h>

static void
subgroup_free (gpointer data)
{
  DermaSubgroup *subgroup = data;

  g_free (subgroup->value);
  g_array_unref (subgroup->members);
  g_free (subgroup);
}

void
derma_subgroups_free (DermaSubgroups *subgroups, guint n)
{
  for (guint i = 0; subgroups && i < n; i++)
    g_ptr_array_unref (subgroups[i].groups);
  g_free (subgroups);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const DermaSubgroup *x = *(DermaSubgroup *const *)a, *y = *(DermaSubgroup *const *)b;

  return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : strcmp (x->value, y->value);
}

/* Sorts the pictures of the sweep into groups. */
static GPtrArray *
divide (const DermaGroups *groups, guint column, const DermaLabels *labels, const DermaSweep *sweep)
{
  g_autoptr (GHashTable) by_value = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *list = g_ptr_array_new_with_free_func (subgroup_free);

  for (guint i = 0; i < sweep->n; i++) {
    const DermaSample *sample = g_ptr_array_index (labels->samples, sweep->samples[i]);
    gint order;
    g_autofree gchar *value = derma_groups_get (groups, column, sample->id, &order);
    DermaSubgroup *subgroup = g_hash_table_lookup (by_value, value);

    if (!subgroup) {
      subgroup = g_new0 (DermaSubgroup, 1);
      subgroup->order = order;
      subgroup->value = g_steal_pointer (&value);
      subgroup->members = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (by_value, subgroup->value, subgroup);
      g_ptr_array_add (list, subgroup);
    }
    g_array_append_val (subgroup->members, i);
  }
  g_ptr_array_sort (list, compare);
  return list;
}

static void
measure (DermaSubgroup *subgroup, const DermaSweep *sweep, const DermaClasses *classes)
{
  const DermaScores all = { sweep->n, sweep->n_classes, sweep->probabilities, sweep->truth };
  guint n = subgroup->members->len;
  g_autofree gfloat *probabilities = g_new (gfloat, (gsize)n * sweep->n_classes);
  g_autofree guint *truth = g_new (guint, n);
  const DermaScores own = { n, sweep->n_classes, probabilities, truth };

  derma_scores_take (&all, (const guint *)(gconstpointer)subgroup->members->data, n, probabilities, truth);
  derma_metrics_measure (&own, &subgroup->measures);
  derma_detections_measure (&own, classes, &subgroup->found);
}

DermaSubgroups *
derma_subgroups_measure (const DermaGroups *groups, const DermaLabels *labels, const DermaSweep *sweep,
                         const DermaClasses *classes)
{
  DermaSubgroups *subgroups = g_new (DermaSubgroups, MAX (groups->n_columns, 1));

  for (guint i = 0; i < groups->n_columns; i++) {
    GPtrArray *list = divide (groups, i, labels, sweep);

    subgroups[i] = (DermaSubgroups){ derma_groups_get_name (groups, i), list };
    for (guint g = 0; g < list->len; g++)
      measure (g_ptr_array_index (list, g), sweep, classes);
  }
  return subgroups;
}

void
derma_subgroups_print (const DermaSubgroups *subgroups, guint n, GString *text)
{
  for (guint i = 0; i < n; i++) {
    g_string_append_c (text, '\n');
    derma_cell_add (text, subgroups[i].column, -20, 0);
    g_string_append_printf (text, "%8s%10s%10s%10s%12s%12s\n", "n", "accuracy", "balanced", "mel. AUC", "mal. sens.",
                            "mal. spec.");
    for (guint g = 0; g < subgroups[i].groups->len; g++) {
      const DermaSubgroup *one = g_ptr_array_index (subgroups[i].groups, g);

      derma_cell_add (text, one->value, -20, 0);
      g_string_append_printf (text, "%8u%10.3f%10.3f%10.3f%12.3f%12.3f\n", one->members->len, one->measures.accuracy,
                              one->measures.balanced_accuracy, one->found.melanoma.auc,
                              one->found.malignant.sensitivity, one->found.malignant.specificity);
    }
  }
}

static void
add (const DermaSubgroup *subgroup, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "value", subgroup->value);
  derma_json_add_count (builder, "n", subgroup->members->len);
  derma_json_add_number (builder, "accuracy", subgroup->measures.accuracy);
  derma_json_add_number (builder, "balanced_accuracy", subgroup->measures.balanced_accuracy);
  derma_json_add_number (builder, "melanoma_auc", subgroup->found.melanoma.auc);
  derma_json_add_number (builder, "malignant_sensitivity", subgroup->found.malignant.sensitivity);
  derma_json_add_number (builder, "malignant_specificity", subgroup->found.malignant.specificity);
  json_builder_end_object (builder);
}

void
derma_subgroups_add (const DermaSubgroups *subgroups, guint n, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "groups");
  json_builder_begin_object (builder);
  for (guint i = 0; i < n; i++) {
    json_builder_set_member_name (builder, subgroups[i].column);
    json_builder_begin_array (builder);
    for (guint g = 0; g < subgroups[i].groups->len; g++)
      add (g_ptr_array_index (subgroups[i].groups, g), builder);
    json_builder_end_array (builder);
  }
  json_builder_end_object (builder);
}
