/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/table.h"

#include <glib/gstdio.h>
#include <string.h>

static DermaTable *
load_text (const gchar *text, gssize length, GError **error)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-table-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "t.csv", NULL);
  DermaTable *table;

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  table = derma_table_load (path, error);
  g_assert_true (table || g_str_has_prefix ((*error)->message, path));
  g_unlink (path);
  g_rmdir (folder);
  return table;
}

static void
test_good (void)
{
  static const struct {
    const gchar *text;
    const gchar *first; /* of the column "b" */
    guint rows;
  } CASES[] = {
    { "a,b\n1,2\n", "2", 1 },
    { "a,b\r\n1,2\r\n3,4\r\n", "2", 2 },
    { "\xef\xbb\xbf"
      "b,a\n1,2\n",
      "1", 1 },
    { "a,B\n1,2", "2", 1 },
    { "a,b\n1,\"x,\"\"y\"\"\nz\"\n", "x,\"y\"\nz", 1 },
    { "a,b\n1,\n", "", 1 },
    { "a , b \n1,  2  \n", "2", 1 },
    { "a,b\n\n\n1,2\n\n", "2", 1 },
    { "a,b\n1,\xc3\xa9\n", "\xc3\xa9", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaTable) table = load_text (CASES[i].text, -1, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (table->rows->len, ==, CASES[i].rows);
    g_assert_cmpstr (derma_row_get (g_ptr_array_index (table->rows, 0), derma_table_find_column (table, "b")), ==,
                     CASES[i].first);
    g_assert_cmpint (derma_table_find_column (table, "c"), ==, -1);
    g_assert_null (derma_row_get (g_ptr_array_index (table->rows, 0), -1));
  }
}

static const struct {
  const gchar *text;
  gssize length;
  const gchar *named;
} REFUSED[] = {
  { "", 0, "is empty" },
  { "\n\n", 2, "is empty" },
  { "\xef\xbb\xbf", 3, "is empty" },
  { "a,b\n1,2\n1\n", -1, "record 3" },
  { "a,b\n1,2,3\n", -1, "record 2" },
  { "a,b\n1,\"2\n", -1, "record 2" },
  { "a,b\n1,2\"\n", -1, "record 2" },
  { "a,b\n1,\"2\"x\n", -1, "record 2" },
  { "a,b\n1,\0002\n", 9, "record 2" },
  { "a\0,b\n1,2\n", 9, "record 1" },
  { "a,b\n1,2\n1,\xff\n", -1, "record 3" },
  { "a,b\n1,\xc3\n", -1, "record 2" },
};

static void
test_refused (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaTable) table = load_text (REFUSED[i].text, REFUSED[i].length, &error);

  g_assert_null (table);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, REFUSED[i].named));
}

static void
test_columns (void)
{
  g_autoptr (GString) text = g_string_new ("c");
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaTable) good = NULL;
  g_autoptr (DermaTable) bad = NULL;

  for (guint i = 1; i < 256; i++)
    g_string_append (text, ",c");
  good = load_text (text->str, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (good->header->len, ==, 256);
  g_string_append (text, ",c");
  bad = load_text (text->str, -1, &error);
  g_assert_null (bad);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
}

static void
test_no_file (void)
{
  static const gchar *const paths[] = { "/nonexistent/t.csv", "/", "/dev/null" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (derma_table_load (paths[i], &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_true (g_str_has_prefix (error->message, paths[i]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/good", test_good);
  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++) {
    g_autofree gchar *path = g_strdup_printf ("/table/refused/%u", i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_refused);
  }
  g_test_add_func ("/table/columns", test_columns);
  g_test_add_func ("/table/no-file", test_no_file);
  return g_test_run ();
}
