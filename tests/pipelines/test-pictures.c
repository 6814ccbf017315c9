/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pictures.h"

#include "output.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  gchar *folder;
} Fixture;

static gchar *
put (const Fixture *fixture, const gchar *name, const gchar *bytes, gssize length)
{
  gchar *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree gchar *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0777), ==, 0);
  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("derma-pictures-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
}

static void
remove_all (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      remove_all (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_all (fixture->folder);
  g_free (fixture->folder);
}

static void
test_sorted (Fixture *fixture, gconstpointer data)
{
  const gchar *names[] = { "b.JPG", "a.png", "c/d.jpeg", "c/a.Png", "notes.txt", ".jpg", "jpg", "x.jpg.bak" };
  const gchar *expected[] = { "a.png", "b.JPG", "c/a.Png", "c/d.jpeg" };
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (put (fixture, names[i], "", 0));
  paths = pictures_list (fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (paths->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < paths->len; i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, expected[i], NULL);

    g_assert_cmpstr (g_ptr_array_index (paths, i), ==, path);
  }
}

static void
test_loop (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *link = g_build_filename (fixture->folder, "in", "again", NULL);
  g_autoptr (GPtrArray) paths = NULL;

  g_free (put (fixture, "in/a.jpg", "", 0));
  g_assert_cmpint (symlink (fixture->folder, link), ==, 0);
  paths = pictures_list (fixture->folder, NULL);
  g_assert_cmpuint (paths->len, ==, 1);
}

static void
test_deep (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GPtrArray) paths = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (name, "d/");
  g_string_append (name, "b.jpg");
  g_free (put (fixture, "a.jpg", "", 0));
  g_free (put (fixture, name->str, "", 0));
  paths = pictures_list (fixture->folder, NULL);
  g_assert_cmpuint (paths->len, ==, 1);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *nowhere = g_build_filename (fixture->folder, "nowhere", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) missing = NULL;

  g_free (put (fixture, "notes.txt", "", 0));
  g_assert_null (pictures_list (fixture->folder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, fixture->folder));
  g_assert_null (pictures_list (nowhere, &missing));
  g_assert_error (missing, DERMA_ERROR, DERMA_ERROR_FILE);
}

static void
test_told_by_bytes (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *jpeg = put (fixture, "a", "\xff\xd8\xff\xe0 and so on", -1);
  g_autofree gchar *png = put (fixture, "b", "\x89PNG\r\n\x1a\n", -1);
  g_autofree gchar *text = put (fixture, "c.jpg", "text", -1);
  g_autofree gchar *brief = put (fixture, "d", "\xff\xd8\xff", 3);
  g_autofree gchar *empty = put (fixture, "e", "", 0);

  g_assert_true (pictures_is_picture (jpeg));
  g_assert_true (pictures_is_picture (png));
  g_assert_false (pictures_is_picture (text));
  g_assert_false (pictures_is_picture (brief));
  g_assert_false (pictures_is_picture (empty));
  g_assert_false (pictures_is_picture (fixture->folder));
  g_assert_false (pictures_is_picture ("no-such-folder/a.jpg"));
}

/* The empty file goes again. */
static void
expect_reserved (const gchar *path, const gchar *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *name = output_reserve (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, wanted);
  g_assert_true (g_file_test (name, G_FILE_TEST_EXISTS));
  output_discard_empty (name);
  g_assert_false (g_file_test (name, G_FILE_TEST_EXISTS));
}

/* The link stays, and nothing comes into being where it points to. */
static void
test_output_is_a_dangling_link (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *link = g_build_filename (fixture->folder, "link.mkv", NULL);
  g_autofree gchar *other = g_build_filename (fixture->folder, "link-1.mkv", NULL);
  g_autofree gchar *target = g_build_filename (fixture->folder, "target.mkv", NULL);

  g_assert_cmpint (symlink (target, link), ==, 0);
  expect_reserved (link, other);
  output_discard_empty (link);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  g_unlink (link);
}

static void
test_output (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *fresh = g_build_filename (fixture->folder, "new.mkv", NULL);
  g_autofree gchar *nowhere = g_build_filename (fixture->folder, "no", "new.mkv", NULL);
  g_autofree gchar *other = g_build_filename (fixture->folder, "old-1.mkv", NULL);
  g_autofree gchar *there = put (fixture, "old.mkv", "kept", -1);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  expect_reserved (fresh, fresh);
  expect_reserved (there, other);
  g_assert_true (g_file_get_contents (there, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "kept");
  output_discard_empty (there);
  g_assert_true (g_file_test (there, G_FILE_TEST_EXISTS));
  g_assert_null (output_reserve (nowhere, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, nowhere));
  g_clear_error (&error);
  g_assert_null (output_reserve (there, there, &error));
  g_assert_nonnull (strstr (error->message, "input"));
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/pictures/sorted", test_sorted);
  ADD ("/pictures/loop", test_loop);
  ADD ("/pictures/deep", test_deep);
  ADD ("/pictures/none", test_none);
  ADD ("/pictures/told-by-bytes", test_told_by_bytes);
  ADD ("/output/reserve", test_output);
  ADD ("/output/dangling-link", test_output_is_a_dangling_link);
  return g_test_run ();
}
