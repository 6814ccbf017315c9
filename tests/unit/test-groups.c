/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/groups.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static const gchar *const AGE_SEX[] = { "age", "sex", NULL };

static DermaGroups *
load (const gchar *text, gssize length, const gchar *const *columns, GError **error)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-groups-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "g.csv", NULL);
  DermaGroups *groups;

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  groups = derma_groups_load (path, columns, error);
  g_assert_true (groups || g_str_has_prefix ((*error)->message, path));
  g_unlink (path);
  g_rmdir (folder);
  return groups;
}

static void
assert_group (const DermaGroups *groups, guint column, const gchar *image_id, const gchar *expected,
              gint expected_order)
{
  gint order = -1;
  g_autofree gchar *value = derma_groups_get (groups, column, image_id, &order);

  g_assert_cmpstr (value, ==, expected);
  g_assert_cmpint (order, ==, expected_order);
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaGroups) groups = load (
      "lesion_id,image_id,Age,sex\nL,a,80.0,male\nL,b,,unknown\nL,c,0,Female\nL,d,unknown,\n", -1, AGE_SEX, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (groups->n_columns, ==, 2);
  g_assert_cmpstr (derma_groups_get_name (groups, 0), ==, "Age");
  g_assert_cmpstr (derma_groups_get_name (groups, 1), ==, "sex");
  assert_group (groups, 0, "a", "80-99", 80);
  assert_group (groups, 0, "b", "unknown", G_MAXINT);
  assert_group (groups, 0, "c", "0-19", 0);
  assert_group (groups, 0, "d", "unknown", G_MAXINT);
  assert_group (groups, 1, "a", "male", 0);
  assert_group (groups, 1, "b", "unknown", G_MAXINT);
  assert_group (groups, 1, "c", "Female", 0);
  assert_group (groups, 1, "d", "unknown", G_MAXINT);
}

static void
test_bands (void)
{
  static const gchar *const age[] = { "age", NULL };
  static const struct {
    const gchar *number;
    const gchar *band;
  } CASES[] = {
    { "0", "0-19" },
    { "19", "0-19" },
    { "19.9", "0-19" },
    { "20", "20-39" },
    { "39.999", "20-39" },
    { "1e2", "100-119" },
    { "999999", "999980-999999" },
    { "0x14", "20-39" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *text = g_strdup_printf ("image_id,age\na,%s\n", CASES[i].number);
    g_autoptr (DermaGroups) groups = load (text, -1, age, NULL);

    assert_group (groups, 0, "a", CASES[i].band, atoi (CASES[i].band));
  }
}

/* One value that is no number of a sensible size makes the whole column text. */
static void
test_not_numbers (void)
{
  static const gchar *const age[] = { "age", NULL };
  static const gchar *const values[] = { "30s", "-1", "nan", "inf", "1e6", "1e300", "30 years", "--" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree gchar *text = g_strdup_printf ("image_id,age\na,%s\nb,30\n", values[i]);
    g_autoptr (DermaGroups) groups = load (text, -1, age, NULL);

    assert_group (groups, 0, "a", values[i], 0);
    assert_group (groups, 0, "b", "30", 0);
  }
}

static void
test_no_record (void)
{
  g_autoptr (DermaGroups) groups = load ("image_id,age,sex\na,30,male\n", -1, AGE_SEX, NULL);
  g_autoptr (DermaGroups) empty = load ("image_id,age,sex\n", -1, AGE_SEX, NULL);
  static const gchar *const others[] = { "b", "A", "", "a " };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    for (guint column = 0; column < 2; column++) {
      assert_group (groups, column, others[i], "unknown", G_MAXINT);
      assert_group (empty, column, others[i], "unknown", G_MAXINT);
    }
}

/* What would spoil a terminal or a table does not get there. */
static void
test_one_line (void)
{
  static const gchar *const sex[] = { "sex", NULL };
  g_autoptr (DermaGroups) groups = load ("image_id,sex\na,\"x\n\033[2Jy\"\n", -1, sex, NULL);

  assert_group (groups, 0, "a", "x  [2Jy", 0);
}

static const struct {
  const gchar *text;
  gssize length;
  const gchar *named;
} REFUSED[] = {
  { "", 0, "is empty" },
  { "id,age,sex\na,1,m\n", -1, "'image_id'" },
  { "image_id,sex\na,m\n", -1, "'age'" },
  { "image_id,age\na,1\n", -1, "'sex'" },
  { "image_id,age,sex\na,1,m\nb,2,f\na,1,m\n", -1, "record 4: image_id 'a' is in record 2" },
  { "image_id,age,sex\na,1,m\n,2,f\n", -1, "record 3: has no image_id" },
  { "image_id,age,sex\na,1\n", -1, "record 2: 2 fields" },
  { "image_id,age,sex\na,1,\"m\n", -1, "record 2: a quote" },
  { "image_id,age,sex\na,1,\xff\n", -1, "record 2: is not UTF-8" },
  { "image_id,age,sex\na,1,\0\n", 23, "record 2: is not UTF-8" },
};

static void
test_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (load (REFUSED[i].text, REFUSED[i].length, AGE_SEX, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, REFUSED[i].named));
}

static void
test_no_file (void)
{
  static const gchar *const paths[] = { "/nonexistent/g.csv", "/", "/dev/null" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_groups_load (paths[i], AGE_SEX, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_true (g_str_has_prefix (error->message, paths[i]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups/values", test_values);
  g_test_add_func ("/groups/bands", test_bands);
  g_test_add_func ("/groups/not-numbers", test_not_numbers);
  g_test_add_func ("/groups/no-record", test_no_record);
  g_test_add_func ("/groups/one-line", test_one_line);
  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++) {
    g_autofree gchar *path = g_strdup_printf ("/groups/refused/%u", i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_refused);
  }
  g_test_add_func ("/groups/no-file", test_no_file);
  return g_test_run ();
}
