/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/labels.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  gchar *folder;
  gchar *path;
  DermaClasses *classes;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const gchar *const labels[] = { "akiec", "bcc", "bkl", "df", "mel", "nv", "vasc", NULL };

  (void)data;
  fixture->folder = g_dir_make_tmp ("derma-labels-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "t.csv", NULL);
  fixture->classes = derma_classes_new (labels, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  derma_classes_unref (fixture->classes);
}

static DermaLabels *
load (Fixture *fixture, const gchar *text, const DermaSelection *selection, GError **error)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  return derma_labels_load (fixture->path, fixture->classes, selection, error);
}

static const gchar *
get_truth (Fixture *fixture, const DermaLabels *labels, guint i)
{
  return fixture->classes->labels[((DermaSample *)g_ptr_array_index (labels->samples, i))->truth];
}

/* Checks the classes of all samples, comma-separated. */
static void
assert_truths (Fixture *fixture, const DermaLabels *labels, const gchar *expected)
{
  g_auto (GStrv) list = g_strsplit (expected, ",", -1);

  g_assert_cmpuint (labels->samples->len, ==, g_strv_length (list));
  for (guint i = 0; list[i]; i++)
    g_assert_cmpstr (get_truth (fixture, labels, i), ==, list[i]);
}

static void
test_good (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const gchar *text;
    const gchar *truths;
    guint n_unknown;
    guint n_unlabelled;
  } CASES[] = {
    { "path,dx\na.jpg,mel\nb.jpg,NV\n", "mel,nv", 0, 0 },
    { "dx,path\nscc,a.jpg\nwart,b.jpg\n", "akiec", 1, 0 },
    { "path,dx\na,mel\nb,\nc,unk\nd, \n", "mel", 1, 2 },
    { "image_id,melanoma,seborrheic_keratosis\na,1.0,0.0\nb,0.0,1.0\nc,0.0,0.0\nd,,\n", "mel,bkl,nv", 0, 1 },
    { "image,MEL,NV,UNK\na,1,0,0\nb,,,\nc,0,0,1\nd,0,0,1\n", "mel", 2, 1 },
    { "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK\na,1,0,0,0,0,0,0,0,0\nb,0,0,0,1,0,0,0,0,0\nc,0,0,0,0,0,0,0,1,0\n"
      "d,0,0,0,0,0,0,0,0,1\n",
      "mel,akiec,akiec", 1, 0 },
    { "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\na,0.0,0.0,0.0,0.0,0.0,0.0,1.0\n", "vasc", 0, 0 },
  };
  const DermaSelection all = { 0 };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaLabels) labels = load (fixture, CASES[i].text, &all, &error);

    g_assert_no_error (error);
    assert_truths (fixture, labels, CASES[i].truths);
    g_assert_cmpuint (labels->n_unknown, ==, CASES[i].n_unknown);
    g_assert_cmpuint (labels->n_unlabelled, ==, CASES[i].n_unlabelled);
  }
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const gchar *text;
    const gchar *named;
  } CASES[] = {
    { "image,MEL,NV\na,1,0\nb,1,1\n", "record 3: marks 2" },
    { "image,MEL,NV\na,0,0\n", "record 2: marks 0" },
    { "image,MEL,NV\na,0.5,0.5\n", "record 2: '0.5'" },
    { "image,MEL,NV\na,nan,1\n", "record 2: 'nan'" },
    { "image,MEL,NV\na,,1\n", "record 2: ''" },
    { "image,MEL,NV\na,1x,0\n", "record 2: '1x'" },
    { "image_id,melanoma,seborrheic_keratosis\na,1,1\n", "record 2: marks 2" },
    { "image,MEL\na,1\n", "neither columns" },
    { "dx\nmel\n", "neither columns" },
    { "path\na.jpg\n", "neither columns" },
    { "path,dx\n", "no row" },
    { "path,dx\na.jpg,wart\nb.jpg,\n", "(1 of other diagnoses, 1 without one)" },
    { "image,MEL,NV\na,,\n", "(0 of other diagnoses, 1 without one)" },
    { "image,MEL,NV\na,,0\n", "record 2: ''" },
    { "path,dx\na.jpg\n", "record 2" },
    { "", "is empty" },
  };
  const DermaSelection all = { 0 };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (load (fixture, CASES[i].text, &all, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
    g_assert_true (g_str_has_prefix (error->message, fixture->path));
    g_assert_nonnull (strstr (error->message, CASES[i].named));
  }
}

static void
test_own_scc (Fixture *fixture, gconstpointer data)
{
  static const gchar *const names[] = { "akiec", "scc", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (names, NULL);
  const DermaSelection all = { 0 };
  g_autoptr (DermaLabels) labels = NULL;

  (void)data;
  g_assert_true (g_file_set_contents (fixture->path, "path,dx\na,scc\n", -1, NULL));
  labels = derma_labels_load (fixture->path, classes, &all, NULL);
  g_assert_cmpuint (((DermaSample *)g_ptr_array_index (labels->samples, 0))->truth, ==, 1);
}

static void
test_selection (Fixture *fixture, gconstpointer data)
{
  static const gchar *const text = "path,dx,split,dataset\na,mel,test,ham\nb,nv,train,ham\nc,bcc,test,bcn\n"
                                   "d,df,Test,ham\n";
  const DermaSelection split = { .split = "test" }, both = { .split = "test", .dataset = "bcn" },
                       none = { .split = "other" };
  g_autoptr (DermaLabels) a = load (fixture, text, &split, NULL);
  g_autoptr (DermaLabels) b = load (fixture, text, &both, NULL);
  g_autoptr (GError) error = NULL;

  (void)data;
  assert_truths (fixture, a, "mel,bcc");
  assert_truths (fixture, b, "bcc");
  g_assert_null (load (fixture, text, &none, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
}

static void
test_selection_without_column (Fixture *fixture, gconstpointer data)
{
  const DermaSelection split = { .split = "test" }, dataset = { .dataset = "ham" };
  g_autoptr (GError) no_split = NULL;
  g_autoptr (GError) no_dataset = NULL;

  (void)data;
  g_assert_null (load (fixture, "path,dx,dataset\na,mel,ham\n", &split, &no_split));
  g_assert_nonnull (strstr (no_split->message, "'split'"));
  g_assert_null (load (fixture, "path,dx,split\na,mel,test\n", &dataset, &no_dataset));
  g_assert_nonnull (strstr (no_dataset->message, "'dataset'"));
}

static void
test_endings (Fixture *fixture, gconstpointer data)
{
  static const gchar *const files[] = { "a.jpg", "b.png", "c_downsampled.jpg" };
  const DermaSelection all = { 0 };
  g_autoptr (DermaLabels) labels = NULL;

  (void)data;
  for (guint i = 0; i < 3; i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, files[i], NULL);

    g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  }
  labels = load (fixture, "path,dx\na,mel\nb,nv\nc,bcc\nmissing,df\n", &all, NULL);
  for (guint i = 0; i < 4; i++) {
    g_autofree gchar *path = g_build_filename (fixture->folder, i < 3 ? files[i] : "missing", NULL);

    g_assert_cmpstr (((DermaSample *)g_ptr_array_index (labels->samples, i))->path, ==, path);
    g_unlink (path);
  }
}

static void
test_root_and_lesions (Fixture *fixture, gconstpointer data)
{
  const DermaSelection rooted = { .root = "/nonexistent" };
  g_autoptr (DermaLabels) labels = load (fixture, "path,dx,lesion_id\na,mel,L1\n/b,nv,\n", &rooted, NULL);
  const DermaSample *first = g_ptr_array_index (labels->samples, 0);
  const DermaSample *second = g_ptr_array_index (labels->samples, 1);

  (void)data;
  g_assert_true (labels->lesions);
  g_assert_cmpstr (first->path, ==, "/nonexistent/a");
  g_assert_cmpstr (first->lesion, ==, "L1");
  g_assert_cmpuint (first->line, ==, 2);
  g_assert_cmpstr (second->path, ==, "/b");
  g_assert_cmpstr (second->lesion, ==, "/b");
}

static void
test_ids (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const gchar *text;
    const gchar *id;
  } CASES[] = {
    { "path,image_id,dx\nx/a.jpg,ISIC_1,mel\n", "ISIC_1" },
    { "path,image_id,dx\nx/a.jpg,,mel\n", "a" },
    { "path,dx\nx/y.z/a.b.jpg,mel\n", "a.b" },
    { "path,dx\n/x/a,mel\n", "a" },
    { "path,dx\n.jpg,mel\n", ".jpg" },
    { "image,MEL,NV\nISIC_2,1,0\n", "ISIC_2" },
  };
  const DermaSelection all = { 0 };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (DermaLabels) labels = load (fixture, CASES[i].text, &all, NULL);

    g_assert_cmpstr (((DermaSample *)g_ptr_array_index (labels->samples, 0))->id, ==, CASES[i].id);
  }
}

static void
test_masks (Fixture *fixture, gconstpointer data)
{
  const DermaSelection rooted = { .root = "/nonexistent" };
  g_autoptr (DermaLabels) with = load (fixture, "path,dx,mask\na,mel,m/a.png\nb,nv,\nc,nv,/m.png\n", &rooted, NULL);
  g_autoptr (DermaLabels) without = load (fixture, "path,dx\na,mel\n", &rooted, NULL);
  static const gchar *const masks[] = { "/nonexistent/m/a.png", NULL, "/m.png" };

  (void)data;
  g_assert_true (with->masks);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (((DermaSample *)g_ptr_array_index (with->samples, i))->mask, ==, masks[i]);
  g_assert_false (without->masks);
  g_assert_null (((DermaSample *)g_ptr_array_index (without->samples, 0))->mask);
}

static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  const DermaSelection all = { 0 };
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) folder = NULL;

  (void)data;
  g_assert_null (derma_labels_load ("/nonexistent/t.csv", fixture->classes, &all, &missing));
  g_assert_error (missing, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_null (derma_labels_load (fixture->folder, fixture->classes, &all, &folder));
  g_assert_error (folder, DERMA_ERROR, DERMA_ERROR_FILE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/labels/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/labels/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/labels/own-scc", Fixture, NULL, set_up, test_own_scc, tear_down);
  g_test_add ("/labels/selection", Fixture, NULL, set_up, test_selection, tear_down);
  g_test_add ("/labels/selection/without-column", Fixture, NULL, set_up, test_selection_without_column, tear_down);
  g_test_add ("/labels/endings", Fixture, NULL, set_up, test_endings, tear_down);
  g_test_add ("/labels/root-and-lesions", Fixture, NULL, set_up, test_root_and_lesions, tear_down);
  g_test_add ("/labels/ids", Fixture, NULL, set_up, test_ids, tear_down);
  g_test_add ("/labels/masks", Fixture, NULL, set_up, test_masks, tear_down);
  g_test_add ("/labels/no-file", Fixture, NULL, set_up, test_no_file, tear_down);
  return g_test_run ();
}
