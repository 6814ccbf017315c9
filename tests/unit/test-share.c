/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who loads the same file gets the same model. */
#include "support/colour-model.h"

#include <derma/derma.h>

#include <glib/gstdio.h>

static gchar *folder;

/* (transfer full): a file of that name with the network of version @version */
static gchar *
write_model (const gchar *name, const gchar *version)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (GBytes) bytes = NULL;
  gchar *path = g_build_filename (folder, name, NULL);
  gconstpointer data;
  gsize size;

  derma_onnx_builder_set_metadata (builder, "derma.licence", version);
  bytes = derma_onnx_builder_finish (builder);
  data = g_bytes_get_data (bytes, &size);
  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  return path;
}

static DermaModel *
load (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  DermaModel *model = derma_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

static void
test_same_file (void)
{
  g_autofree gchar *path = write_model ("same.onnx", "1");
  g_autoptr (DermaModel) first = load (path), second = load (path);

  g_assert_true (first == second);
}

static void
test_other_path (void)
{
  g_autofree gchar *path = write_model ("one.onnx", "1"), *other = write_model ("other.onnx", "1");
  g_autoptr (DermaModel) first = load (path), second = load (other);

  g_assert_true (first != second);
  g_assert_cmpstr (derma_model_get_sha256 (first), ==, derma_model_get_sha256 (second));
  g_assert_cmpstr (derma_model_get_name (second), ==, other);
}

static void
test_changed_file (void)
{
  g_autofree gchar *path = write_model ("changed.onnx", "1");
  g_autoptr (DermaModel) first = load (path), second = NULL;

  g_free (write_model ("changed.onnx", "2"));
  second = load (path);
  g_assert_true (first != second);
  g_assert_cmpstr (derma_model_get_metadata (first)->licence, ==, "1");
  g_assert_cmpstr (derma_model_get_metadata (second)->licence, ==, "2");
}

/* One that was forgotten is read anew; one that is broken meanwhile is not given from memory. */
static void
test_forgotten (void)
{
  g_autofree gchar *path = write_model ("forgotten.onnx", "1");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    derma_model_unref (load (path));
  {
    g_autoptr (DermaModel) alive = load (path);

    g_assert_true (g_file_set_contents (path, "broken", -1, NULL));
    g_assert_null (derma_model_load (path, &error));
    g_assert_nonnull (error);
    g_assert_cmpstr (derma_model_get_name (alive), ==, path);
  }
}

static void
test_from_bytes_is_apart (void)
{
  g_autofree gchar *path = write_model ("bytes.onnx", "1"), *contents = NULL;
  g_autoptr (DermaModel) first = load (path), second = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  bytes = g_bytes_new (contents, size);
  second = derma_model_new_from_bytes (bytes, path, NULL);
  g_assert_nonnull (second);
  g_assert_true (first != second);
}

static gpointer
load_often (gpointer data)
{
  const gchar *path = data;

  for (guint i = 0; i < 200; i++) {
    g_autoptr (DermaModel) model = load (path);
    g_autoptr (DermaModel) again = derma_model_ref (model);

    g_assert_cmpstr (derma_model_get_name (again), ==, path);
    if (i % 7 == 0)
      g_thread_yield ();
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autofree gchar *path = write_model ("threads.onnx", "1"), *other = write_model ("threads-2.onnx", "2");
  GThread *threads[6];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("load", load_often, i % 2 ? path : other);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  const gchar *name;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("derma-share-XXXXXX", NULL);
  g_test_add_func ("/share/same-file", test_same_file);
  g_test_add_func ("/share/other-path", test_other_path);
  g_test_add_func ("/share/changed-file", test_changed_file);
  g_test_add_func ("/share/forgotten", test_forgotten);
  g_test_add_func ("/share/from-bytes-is-apart", test_from_bytes_is_apart);
  g_test_add_func ("/share/threads", test_threads);
  result = g_test_run ();
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
