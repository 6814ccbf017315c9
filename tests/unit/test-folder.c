/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/folder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  gchar *root;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void)data;
  fixture->root = g_dir_make_tmp ("derma-folder-XXXXXX", NULL);
}

static void
remove_all (const gchar *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  remove_all (fixture->root);
  g_free (fixture->root);
}

static void
add (Fixture *fixture, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (fixture->root, name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

/* Checks the paths of all samples, relative to the root and comma-separated. */
static void
assert_list (Fixture *fixture, const gchar *expected)
{
  g_auto (GStrv) names = g_strsplit (expected, ",", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaLabels) labels = derma_folder_list (fixture->root, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (labels->samples->len, ==, g_strv_length (names));
  for (guint i = 0; names[i]; i++) {
    const DermaSample *sample = g_ptr_array_index (labels->samples, i);
    g_autofree gchar *path = g_build_filename (fixture->root, names[i], NULL);

    g_assert_cmpstr (sample->path, ==, path);
    g_assert_cmpuint (sample->line, ==, 0);
    g_assert_null (sample->mask);
  }
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  (void)data;
  add (fixture, "b.png");
  add (fixture, "a.JPG");
  add (fixture, "c/d/e.jpeg");
  add (fixture, "c/a.jpg");
  add (fixture, "d.Png");
  assert_list (fixture, "a.JPG,b.png,c/a.jpg,c/d/e.jpeg,d.Png");
}

static void
test_other_files (Fixture *fixture, gconstpointer data)
{
  static const gchar *const others[] = { "a.txt", "jpg", ".png", "a.png.bak", "a.jp", "apng", "x.jpg/y.gif" };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    add (fixture, others[i]);
  add (fixture, "z.png");
  assert_list (fixture, "z.png");
}

/* Links to folders can go round in circles; links to pictures are pictures, links to nowhere are nothing. */
static void
test_links (Fixture *fixture, gconstpointer data)
{
  static const gchar *const links[][2] = {
    { ".", "round" }, { "a.png", "b.png" }, { "none.png", "c.png" }, { "/dev/null", "d.png" }
  };

  (void)data;
  add (fixture, "a.png");
  for (guint i = 0; i < G_N_ELEMENTS (links); i++) {
    g_autofree gchar *path = g_build_filename (fixture->root, links[i][1], NULL);

    g_assert_cmpint (symlink (links[i][0], path), ==, 0);
  }
  assert_list (fixture, "a.png,b.png");
}

static void
assert_refused (const gchar *path, DermaError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_folder_list (path, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_true (g_str_has_prefix (error->message, path));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *file = g_build_filename (fixture->root, "a.txt", NULL);

  (void)data;
  assert_refused (fixture->root, DERMA_ERROR_FILE);
  add (fixture, "a.txt");
  assert_refused (fixture->root, DERMA_ERROR_FILE);
  assert_refused (file, DERMA_ERROR_FILE);
  assert_refused ("/nonexistent", DERMA_ERROR_FILE);
}

static void
test_depth (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) name = g_string_new (NULL);

  (void)data;
  for (guint i = 0; i < 64; i++)
    g_string_append (name, "d/");
  g_string_append (name, "a.png");
  add (fixture, name->str);
  assert_list (fixture, name->str);
  g_string_prepend (name, "d/");
  add (fixture, name->str);
  assert_refused (fixture->root, DERMA_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/folder/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/folder/other-files", Fixture, NULL, set_up, test_other_files, tear_down);
  g_test_add ("/folder/links", Fixture, NULL, set_up, test_links, tear_down);
  g_test_add ("/folder/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/folder/depth", Fixture, NULL, set_up, test_depth, tear_down);
  return g_test_run ();
}
