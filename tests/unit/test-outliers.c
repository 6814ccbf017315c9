/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/outliers.h"

#include <derma/reading.h>

#include <math.h>
#include <string.h>

static DermaSweep
make_sweep (DermaLook *looks, guint n)
{
  return (DermaSweep){ .n = n, .looks = looks };
}

static DermaOutliers
measure (const gchar *path, DermaLook *own, guint n_own, DermaLook *others, guint n_others)
{
  const DermaSweep sweep = make_sweep (own, n_own), other = make_sweep (others, n_others);
  DermaOutliers outliers;

  derma_outliers_measure (path, &sweep, &other, &outliers);
  return outliers;
}

static void
test_measure (void)
{
  DermaLook own[] = { { 0.9f, FALSE, NAN }, { 0.8f, FALSE, NAN }, { 0.2f, TRUE, NAN }, { 0.6f, FALSE, NAN } };
  DermaLook far[] = { { 0, TRUE, NAN }, { 0.1f, TRUE, NAN } }, near[] = { { 0.85f, FALSE, NAN }, { 0.1f, TRUE, NAN } };
  const DermaSweep sweep = make_sweep (own, 4);
  DermaOutliers a = measure ("/x/far/", own, 4, far, 2), b = measure ("near", own, 4, near, 2);

  g_assert_cmpstr (a.name, ==, "far");
  g_assert_cmpuint (a.n, ==, 2);
  g_assert_cmpfloat (a.auroc, ==, 1);
  g_assert_cmpfloat (a.refused, ==, 1);
  g_assert_cmpstr (b.name, ==, "near");
  /* 0.85 is below one of four, 0.1 below all. */
  g_assert_cmpfloat (b.auroc, ==, 5.0 / 8);
  g_assert_cmpfloat (b.refused, ==, 0.5);
  g_assert_cmpfloat (derma_outliers_get_refused (&sweep), ==, 0.25);
  derma_outliers_clear (&a);
  derma_outliers_clear (&b);
}

/* Outliers that look more typical than what they are told from. */
static void
test_upside_down (void)
{
  DermaLook own[] = { { 0.1f, TRUE, NAN } }, others[] = { { 1, FALSE, NAN }, { 0.9f, FALSE, NAN } };
  DermaOutliers outliers = measure ("x", own, 1, others, 2);

  g_assert_cmpfloat (outliers.auroc, ==, 0);
  g_assert_cmpfloat (outliers.refused, ==, 0);
  derma_outliers_clear (&outliers);
}

static void
test_unmeasured (void)
{
  DermaLook own[] = { { DERMA_UNMEASURED, FALSE, NAN } }, others[] = { { DERMA_UNMEASURED, TRUE, NAN } };
  DermaOutliers outliers = measure ("x", own, 1, others, 1);

  g_assert_true (isnan (outliers.auroc));
  g_assert_cmpfloat (outliers.refused, ==, 1);
  derma_outliers_clear (&outliers);
}

static void
test_empty (void)
{
  const DermaSweep none = { 0 };
  DermaOutliers outliers = measure (".", NULL, 0, NULL, 0);

  g_assert_true (isnan (outliers.auroc) && isnan (outliers.refused));
  g_assert_true (isnan (derma_outliers_get_refused (&none)));
  derma_outliers_clear (&outliers);
}

/* A folder whose name is not text must not make the JSON invalid. */
static void
test_name (void)
{
  DermaOutliers outliers = measure ("/x/\xff\xfe", NULL, 0, NULL, 0);

  g_assert_true (g_utf8_validate (outliers.name, -1, NULL));
  derma_outliers_clear (&outliers);
  g_assert_null (outliers.name);
}

static void
test_output (void)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (DermaOutliers));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  DermaOutliers one = { g_strdup ("tiles"), 3, NAN, 0.5 };
  JsonObject *object;

  derma_outliers_print (list, text);
  g_assert_cmpstr (text->str, ==, "");
  g_array_set_clear_func (list, derma_outliers_clear);
  g_array_append_val (list, one);
  derma_outliers_print (list, text);
  g_assert_nonnull (strstr (text->str, "\ntiles "));
  json_builder_begin_object (builder);
  derma_outliers_add (list, builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  object = json_array_get_object_element (json_object_get_array_member (json_node_get_object (root), "outliers"), 0);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "tiles");
  g_assert_cmpint (json_object_get_int_member (object, "n"), ==, 3);
  g_assert_true (json_object_get_null_member (object, "auroc"));
  g_assert_cmpfloat (json_object_get_double_member (object, "refused"), ==, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outliers/measure", test_measure);
  g_test_add_func ("/outliers/upside-down", test_upside_down);
  g_test_add_func ("/outliers/unmeasured", test_unmeasured);
  g_test_add_func ("/outliers/empty", test_empty);
  g_test_add_func ("/outliers/name", test_name);
  g_test_add_func ("/outliers/output", test_output);
  return g_test_run ();
}
