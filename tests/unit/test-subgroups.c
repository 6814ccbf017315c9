/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/subgroups.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N 6

/* mel, nv; picture 4 was left out of the sweep, and f has no record. */
static gfloat PROBABILITIES[] = { 0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f, 0.1f, 0.9f, 0.7f, 0.3f };
static guint TRUTH[] = { 0, 0, 1, 1, 0 };
static guint SAMPLES[] = { 0, 1, 2, 3, 5 };
static const gchar *const IDS[N] = { "a", "b", "c", "d", "e", "f" };

typedef struct {
  DermaLabels labels;
  DermaSweep sweep;
  DermaClasses *classes;
  DermaGroups *groups;
  DermaSubgroups *subgroups;
} Fixture;

static DermaGroups *
load (const gchar *text, const gchar *const *columns)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-subgroups-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "g.csv", NULL);
  DermaGroups *groups;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  groups = derma_groups_load (path, columns, NULL);
  g_assert_nonnull (groups);
  g_unlink (path);
  g_rmdir (folder);
  return groups;
}

static void
set_up (Fixture *fixture, gconstpointer text)
{
  static const gchar *const labels[] = { "mel", "nv", NULL }, *const columns[] = { "age", "sex", NULL };

  fixture->classes = derma_classes_new (labels, NULL);
  fixture->classes->malignant[0] = TRUE;
  fixture->labels.samples = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < N; i++) {
    DermaSample *sample = g_new0 (DermaSample, 1);

    sample->id = (gchar *)IDS[i];
    g_ptr_array_add (fixture->labels.samples, sample);
  }
  fixture->sweep =
      (DermaSweep){ .n = 5, .n_classes = 2, .probabilities = PROBABILITIES, .truth = TRUTH, .samples = SAMPLES };
  fixture->groups = load (text, columns);
  fixture->subgroups = derma_subgroups_measure (fixture->groups, &fixture->labels, &fixture->sweep, fixture->classes);
}

static void
tear_down (Fixture *fixture, gconstpointer text)
{
  (void)text;
  derma_subgroups_free (fixture->subgroups, 2);
  derma_groups_free (fixture->groups);
  g_ptr_array_unref (fixture->labels.samples);
  derma_classes_unref (fixture->classes);
}

#define GOOD "image_id,age,sex\na,100,male\nb,30,female\nc,35,male\nd,5,female\ne,30,male\nz,1,male\n"
#define NOBODY "image_id,age,sex\nz,1,male\n"

static const DermaSubgroup *
get (Fixture *fixture, guint column, guint i)
{
  return g_ptr_array_index (fixture->subgroups[column].groups, i);
}

/* By number, not by letter, and what is not known comes last. */
static void
test_order (Fixture *fixture, gconstpointer text)
{
  static const gchar *const ages[] = { "0-19", "20-39", "100-119", "unknown" };
  static const gchar *const sexes[] = { "female", "male", "unknown" };

  (void)text;
  g_assert_cmpstr (fixture->subgroups[0].column, ==, "age");
  g_assert_cmpuint (fixture->subgroups[0].groups->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpstr (get (fixture, 0, i)->value, ==, ages[i]);
  g_assert_cmpuint (fixture->subgroups[1].groups->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (get (fixture, 1, i)->value, ==, sexes[i]);
}

static void
test_measures (Fixture *fixture, gconstpointer text)
{
  const DermaSubgroup *thirties = get (fixture, 0, 1), *men = get (fixture, 1, 1), *women = get (fixture, 1, 0);

  (void)text;
  /* b: melanoma as nevus; c: nevus as melanoma */
  g_assert_cmpuint (thirties->members->len, ==, 2);
  g_assert_cmpfloat (thirties->measures.accuracy, ==, 0);
  g_assert_cmpfloat (thirties->found.melanoma.auc, ==, 0);
  g_assert_cmpfloat (thirties->found.malignant.sensitivity, ==, 0);
  g_assert_cmpfloat (thirties->found.malignant.specificity, ==, 0);
  /* a: right; c: wrong */
  g_assert_cmpuint (men->members->len, ==, 2);
  g_assert_cmpfloat (men->measures.accuracy, ==, 0.5);
  g_assert_cmpfloat (men->found.melanoma.auc, ==, 1);
  g_assert_cmpfloat (men->found.malignant.sensitivity, ==, 1);
  /* b: wrong; d: right */
  g_assert_cmpfloat (women->measures.balanced_accuracy, ==, 0.5);
  g_assert_cmpfloat (women->found.malignant.specificity, ==, 1);
}

static void
test_one_kind (Fixture *fixture, gconstpointer text)
{
  const DermaSubgroup *child = get (fixture, 0, 0), *old = get (fixture, 0, 2);

  (void)text;
  g_assert_true (isnan (child->found.melanoma.auc) && isnan (child->found.malignant.sensitivity));
  g_assert_cmpfloat (child->found.malignant.specificity, ==, 1);
  g_assert_true (isnan (old->found.malignant.specificity));
  g_assert_cmpfloat (old->found.malignant.sensitivity, ==, 1);
}

static void
test_nobody_known (Fixture *fixture, gconstpointer text)
{
  (void)text;
  for (guint column = 0; column < 2; column++) {
    g_assert_cmpuint (fixture->subgroups[column].groups->len, ==, 1);
    g_assert_cmpstr (get (fixture, column, 0)->value, ==, "unknown");
    g_assert_cmpuint (get (fixture, column, 0)->members->len, ==, 5);
    g_assert_cmpfloat (get (fixture, column, 0)->measures.accuracy, ==, 0.6);
  }
}

static void
test_output (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  JsonObject *groups, *child;

  (void)data;
  json_builder_begin_object (builder);
  derma_subgroups_add (fixture->subgroups, 2, builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  groups = json_object_get_object_member (json_node_get_object (root), "groups");
  g_assert_cmpuint (json_object_get_size (groups), ==, 2);
  child = json_array_get_object_element (json_object_get_array_member (groups, "age"), 0);
  g_assert_cmpuint (json_object_get_size (child), ==, 7);
  g_assert_cmpstr (json_object_get_string_member (child, "value"), ==, "0-19");
  g_assert_cmpint (json_object_get_int_member (child, "n"), ==, 1);
  g_assert_true (json_object_get_null_member (child, "melanoma_auc"));
  g_assert_true (json_object_get_null_member (child, "malignant_sensitivity"));
  g_assert_cmpfloat (json_object_get_double_member (child, "malignant_specificity"), ==, 1);
  derma_subgroups_print (fixture->subgroups, 2, text);
  g_assert_nonnull (strstr (text->str, "\n100-119 "));
  g_assert_nonnull (strstr (text->str, "\nunknown "));
}

static void
test_nothing (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  derma_subgroups_print (NULL, 0, text);
  g_assert_cmpstr (text->str, ==, "");
  derma_subgroups_free (NULL, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/subgroups/order", Fixture, GOOD, set_up, test_order, tear_down);
  g_test_add ("/subgroups/measures", Fixture, GOOD, set_up, test_measures, tear_down);
  g_test_add ("/subgroups/one-kind", Fixture, GOOD, set_up, test_one_kind, tear_down);
  g_test_add ("/subgroups/nobody-known", Fixture, NOBODY, set_up, test_nobody_known, tear_down);
  g_test_add ("/subgroups/output", Fixture, GOOD, set_up, test_output, tear_down);
  g_test_add_func ("/subgroups/nothing", test_nothing);
  return g_test_run ();
}
