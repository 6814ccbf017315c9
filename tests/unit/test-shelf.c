/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"
#include "support/colour-model.h"
#include "tools/shelf.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <string.h>

/* A folder of shipped networks, which is named to the library. */
static DermaStoryboard *
make_folder (void)
{
  DermaStoryboard *board = derma_storyboard_new ();

  g_setenv ("DERMA_MODEL_DIR", board->folder, TRUE);
  return board;
}

/* Writes a network of those labels; (transfer full): it, loaded. */
static DermaModel *
ship (DermaStoryboard *board, const gchar *name, const gchar *labels)
{
  g_autofree gchar *path = derma_storyboard_get_path (board, name);
  g_autoptr (GBytes) bytes = derma_test_tiny_model (labels);
  g_autoptr (GError) error = NULL;
  DermaModel *model;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL));
  model = derma_model_load (path, &error);
  g_assert_no_error (error);
  return model;
}

/* What a sidecar says of a network of those labels. */
static DermaClasses *
told_classes (const gchar *const *labels, const gchar *sha256)
{
  DermaClasses *classes = derma_classes_new (labels, NULL);

  g_free (classes->model_sha256);
  classes->model_sha256 = g_strdup (sha256);
  return classes;
}

static const gchar *const LABELS[] = { "a", "b", NULL };

static void
test_finds (void)
{
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (DermaModel) first = ship (board, "one.onnx", "a,b"), second = ship (board, "two.onnx", "a,b,c");
  g_autoptr (DermaClasses) classes = told_classes (LABELS, derma_model_get_sha256 (first));
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaShelf) shelf = derma_shelf_new (NULL, &error);
  DermaModel *found;

  g_assert_no_error (error);
  found = derma_shelf_find (shelf, classes);
  g_assert_nonnull (found);
  g_assert_cmpstr (derma_model_get_sha256 (found), ==, derma_model_get_sha256 (first));
  g_assert_nonnull (second);
}

static void
test_upper_case_digest (void)
{
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (DermaModel) model = ship (board, "one.onnx", "a,b");
  g_autofree gchar *digest = g_ascii_strup (derma_model_get_sha256 (model), -1);
  g_autoptr (DermaClasses) classes = told_classes (LABELS, digest);
  g_autoptr (DermaShelf) shelf = derma_shelf_new (NULL, NULL);

  g_assert_nonnull (derma_shelf_find (shelf, classes));
}

/* The digest alone is what somebody wrote; the labels must be the network's too. */
static void
test_wrong_labels (void)
{
  static const gchar *const others[][4] = {
    { "a", "c", NULL }, { "b", "a", NULL }, { "a", NULL }, { "a", "b", "c", NULL }
  };
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (DermaModel) model = ship (board, "one.onnx", "a,b");
  g_autoptr (DermaShelf) shelf = derma_shelf_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (DermaClasses) classes = told_classes (others[i], derma_model_get_sha256 (model));

    g_assert_null (derma_shelf_find (shelf, classes));
  }
}

static void
test_wrong_digests (void)
{
  static const gchar *const digests[] = { "", "0", "0000000000000000000000000000000000000000000000000000000000000000",
                                          "../one.onnx" };
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (DermaModel) model = ship (board, "one.onnx", "a,b");
  g_autoptr (DermaShelf) shelf = derma_shelf_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (digests); i++) {
    g_autoptr (DermaClasses) classes = told_classes (LABELS, digests[i]);

    g_assert_null (derma_shelf_find (shelf, classes));
  }
  g_assert_nonnull (model);
}

/* What lies in the folder and is no network is passed over. */
static void
test_bad_files_are_not_missed (void)
{
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (DermaModel) model = ship (board, "good.onnx", "a,b"), hidden = ship (board, "good.txt", "a,b,c");
  g_autofree gchar *text = derma_storyboard_get_path (board, "bad.onnx"),
                   *folder = derma_storyboard_get_path (board, "dir.onnx");
  g_autoptr (DermaClasses) classes = told_classes (LABELS, derma_model_get_sha256 (model)), other = NULL;
  static const gchar *const three[] = { "a", "b", "c", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaShelf) shelf = NULL;

  g_assert_true (g_file_set_contents (text, "no network", -1, NULL));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  shelf = derma_shelf_new (NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (derma_shelf_find (shelf, classes));
  other = told_classes (three, derma_model_get_sha256 (hidden));
  g_assert_null (derma_shelf_find (shelf, other));
}

static void
test_missing_folder (void)
{
  g_autoptr (DermaClasses) classes = told_classes (LABELS, "");
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaShelf) shelf = NULL;

  g_setenv ("DERMA_MODEL_DIR", "/missing/folder", TRUE);
  shelf = derma_shelf_new (NULL, &error);
  g_assert_no_error (error);
  g_assert_null (derma_shelf_find (shelf, classes));
}

/* Of those that a user names, each must load. */
static void
test_named (void)
{
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (DermaModel) model = ship (board, "mine.bin", "a,b");
  g_autofree gchar *good = derma_storyboard_get_path (board, "mine.bin"),
                   *missing = derma_storyboard_get_path (board, "no.onnx");
  g_autoptr (DermaClasses) classes = told_classes (LABELS, derma_model_get_sha256 (model));
  g_autoptr (GError) error = NULL, refused = NULL;
  g_autoptr (DermaShelf) shelf = derma_shelf_new ((gchar *[]){ good, NULL }, &error);

  g_assert_no_error (error);
  g_assert_nonnull (derma_shelf_find (shelf, classes));
  g_assert_null (derma_shelf_new ((gchar *[]){ good, missing, NULL }, &refused));
  g_assert_error (refused, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (refused->message, missing));
}

static void
test_too_many_files (void)
{
  g_autoptr (DermaStoryboard) board = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaShelf) shelf = NULL;

  for (guint i = 0; i < 40; i++) {
    g_autofree gchar *name = g_strdup_printf ("%02u.onnx", i);
    g_autoptr (DermaModel) model = ship (board, name, "a,b");

    g_assert_nonnull (model);
  }
  shelf = derma_shelf_new (NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (shelf);
}

static void
test_free_nothing (void)
{
  derma_shelf_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shelf/finds", test_finds);
  g_test_add_func ("/shelf/upper-case-digest", test_upper_case_digest);
  g_test_add_func ("/shelf/wrong-labels", test_wrong_labels);
  g_test_add_func ("/shelf/wrong-digests", test_wrong_digests);
  g_test_add_func ("/shelf/bad-files-are-not-missed", test_bad_files_are_not_missed);
  g_test_add_func ("/shelf/missing-folder", test_missing_folder);
  g_test_add_func ("/shelf/named", test_named);
  g_test_add_func ("/shelf/too-many-files", test_too_many_files);
  g_test_add_func ("/shelf/free-nothing", test_free_nothing);
  return g_test_run ();
}
