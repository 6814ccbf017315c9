/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots as files: names, whole or not at all, and what they carry, read back by the library that everybody uses. */
#include "pixels.h"

#include "evidence/newfile.h"

#include <derma/derma.h>

#include <gexiv2/gexiv2.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static gchar *folder;
/* errno of a disk that fails when a file is brought there; 0: it takes it. */
static gint disk_error;
/* How often a signal comes meanwhile. */
static gint signals;

gint
fsync (gint fd)
{
  const gboolean interrupted = g_atomic_int_get (&signals) > 0;

  if (interrupted)
    g_atomic_int_dec_and_test (&signals);
  errno = interrupted ? EINTR : disk_error;
  return errno == 0 ? 0 : -1;
}

static DermaSnapshot *
make_snapshot (const gchar *label, const gchar *title)
{
  const gchar *const labels[] = { label, "nv", NULL }, *const titles[] = { title, "nevus", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, titles);
  DermaSnapshot *snapshot = derma_snapshot_new ();
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_RGB, 64, 48, 4);
  g_assert_true (derma_picture_assign (snapshot->picture, &pixels.frame, NULL));
  pixels_clear (&pixels);
  classes->malignant[0] = TRUE;
  classes->operating_point = 0.25f;
  g_free (classes->model_name);
  classes->model_name = g_strdup ("tiny");
  derma_reading_set_classes (&snapshot->reading, classes);
  snapshot->reading.probabilities[0] = 0.75f;
  snapshot->reading.probabilities[1] = 0.25f;
  derma_reading_decide (&snapshot->reading, 0.5f);
  snapshot->reading.lesion = 3;
  snapshot->reading.quality.focus = 0.5f;
  snapshot->pts = 1234567890;
  return snapshot;
}

/* 2026-11-24 14:00:00.25 UTC */
static DermaSnapshotPlan
make_plan (DermaPictureType type)
{
  return (DermaSnapshotPlan){ .folder = folder,
                              .type = type,
                              .quality = 90,
                              .taken = G_GINT64_CONSTANT (1795528800250000),
                              .program = "dermaclassify test" };
}

static gchar *
write_snapshot (const DermaSnapshot *snapshot, DermaPictureType type, gboolean annotated)
{
  const DermaFrame *frame = derma_picture_get_frame (snapshot->picture);
  const DermaSnapshotPlan plan = make_plan (type);
  g_autoptr (GError) error = NULL;
  gchar *path = derma_snapshot_write (snapshot, annotated ? frame : NULL, &plan, &error);

  g_assert_no_error (error);
  return path;
}

/* How many files there are, hidden ones too; they are removed. */
static guint
sweep (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    n++;
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  return n;
}

static GExiv2Metadata *
read_back (const gchar *path)
{
  GExiv2Metadata *metadata = gexiv2_metadata_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (gexiv2_metadata_open_path (metadata, path, &error));
  g_assert_no_error (error);
  return metadata;
}

static void
assert_tag (GExiv2Metadata *metadata, const gchar *tag, const gchar *value)
{
  g_autofree gchar *text = gexiv2_metadata_try_get_tag_string (metadata, tag, NULL);

  g_assert_cmpstr (text, ==, value);
}

static void
check_tags (const gchar *path, const gchar *annotated)
{
  g_autoptr (GExiv2Metadata) metadata = read_back (path);
  g_autofree gchar *comment = NULL, *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  assert_tag (metadata, "Xmp.derma.schema", "1");
  assert_tag (metadata, "Xmp.derma.notice", "Research use only. Not a diagnosis.");
  assert_tag (metadata, "Xmp.derma.annotated", annotated);
  assert_tag (metadata, "Xmp.derma.pts", "1234567890");
  assert_tag (metadata, "Xmp.derma.label", "mel");
  assert_tag (metadata, "Xmp.derma.title", "M\xc3\xa9lanome");
  assert_tag (metadata, "Xmp.derma.confidence", "0.75");
  assert_tag (metadata, "Xmp.derma.malignant", "0.75");
  assert_tag (metadata, "Xmp.derma.operatingPoint", "0.25");
  assert_tag (metadata, "Xmp.derma.flagged", "True");
  assert_tag (metadata, "Xmp.derma.state", "stable");
  assert_tag (metadata, "Xmp.derma.lesion", "3");
  assert_tag (metadata, "Xmp.derma.focus", "0.5");
  assert_tag (metadata, "Xmp.derma.glare", NULL);
  assert_tag (metadata, "Xmp.derma.typicality", NULL);
  assert_tag (metadata, "Xmp.derma.modelName", "tiny");
  assert_tag (metadata, "Xmp.xmp.CreatorTool", "dermaclassify test");
  assert_tag (metadata, "Exif.Image.Software", "dermaclassify test");
  assert_tag (metadata, "Exif.Image.ImageDescription",
              "Melanome 0.75, malignant 0.75 (flag at 0.25), stable, lesion 3. Research use only. Not a diagnosis.");
  assert_tag (metadata, "Exif.Photo.DateTimeOriginal", "2026:11:24 16:00:00");
  assert_tag (metadata, "Exif.Photo.OffsetTimeOriginal", "+02:00");
  assert_tag (metadata, "Exif.Photo.SubSecTimeOriginal", "250");
  comment = gexiv2_metadata_try_get_tag_string (metadata, "Exif.Photo.UserComment", NULL);
  g_assert_nonnull (strstr (comment, "Research use only. Not a diagnosis."));
  json = gexiv2_metadata_try_get_tag_string (metadata, "Xmp.derma.reading", NULL);
  node = json_from_string (json, NULL);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "lesion"), ==, 3);
}

/* Texts that Exiv2 would take for something else than text. */
static void
test_bad_titles (void)
{
  static const gchar *const titles[] = { "type=x", "type=Seq foo", "type=", "type= x", "lang=de x", "type", "" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++) {
    g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", titles[i]);
    g_autofree gchar *path = write_snapshot (snapshot, DERMA_PICTURE_JPEG, FALSE);
    g_autoptr (GExiv2Metadata) metadata = read_back (path);
    g_autofree gchar *text = gexiv2_metadata_try_get_tag_string (metadata, "Xmp.derma.title", NULL);

    g_assert_cmpstr (text ? g_strstrip (text) : "", ==, titles[i]);
    g_remove (path);
  }
}

static void
test_metadata (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "M\xc3\xa9lanome");

  for (guint type = 0; type < DERMA_N_PICTURE_TYPES; type++) {
    const gchar *suffix = derma_picture_type_get_suffix (type);
    g_autofree gchar *path = write_snapshot (snapshot, type, TRUE);
    g_autofree gchar *name = g_path_get_basename (path);
    g_autofree gchar *plain = g_strconcat ("derma-20261124-160000-lesion3.", suffix, NULL);
    g_autofree gchar *annotated =
        g_strconcat (folder, G_DIR_SEPARATOR_S "derma-20261124-160000-lesion3-annotated.", suffix, NULL);

    g_assert_cmpstr (name, ==, plain);
    check_tags (path, "False");
    check_tags (annotated, "True");
    g_assert_cmpuint (sweep (), ==, 2);
  }
}

/* Without a reading there is less to tell. */
static void
test_no_reading (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");
  g_autoptr (GExiv2Metadata) metadata = NULL;
  g_autofree gchar *path = NULL;

  derma_reading_clear (&snapshot->reading);
  snapshot->pts = G_MAXUINT64;
  path = write_snapshot (snapshot, DERMA_PICTURE_JPEG, FALSE);
  g_assert_true (g_str_has_suffix (path, G_DIR_SEPARATOR_S "derma-20261124-160000.jpg"));
  metadata = read_back (path);
  assert_tag (metadata, "Xmp.derma.label", NULL);
  assert_tag (metadata, "Xmp.derma.pts", NULL);
  assert_tag (metadata, "Exif.Image.ImageDescription", "Research use only. Not a diagnosis.");
  g_assert_cmpuint (sweep (), ==, 1);
}

/* Labels come from whoever made the network. */
static void
test_hostile_labels (void)
{
  g_autofree gchar *huge = g_strnfill (300000, 'x');
  const gchar *const texts[] = { huge,
                                 "<rdf:li>&amp;\"'</rdf:li>",
                                 "]]>",
                                 "\x01\x02\x1f",
                                 "\xff\xfe",
                                 "\xef\xbf\xbf",
                                 "lang=\"de\" x",
                                 "charset=Ascii",
                                 "type=Bag",
                                 "",
                                 "\xf0\x9f\x92\xa9" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (DermaSnapshot) snapshot = make_snapshot (texts[i], texts[i]);
    g_autofree gchar *path = write_snapshot (snapshot, i % 2, TRUE);
    g_autoptr (GExiv2Metadata) metadata = read_back (path);

    assert_tag (metadata, "Xmp.derma.lesion", "3");
    assert_tag (metadata, "Xmp.derma.notice", "Research use only. Not a diagnosis.");
    if (i == 0)
      assert_tag (metadata, "Xmp.derma.reading", NULL);
    if (i == 1)
      assert_tag (metadata, "Xmp.derma.label", texts[i]);
    g_assert_cmpuint (sweep (), ==, 2);
  }
}

static void
test_many_classes (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");
  g_auto (GStrv) labels = g_new0 (gchar *, DERMA_MAX_CLASSES + 1);
  g_autoptr (DermaClasses) classes = NULL;
  g_autofree gchar *path = NULL;

  for (guint i = 0; i < DERMA_MAX_CLASSES; i++)
    labels[i] = g_strdup_printf ("a class with a name that is long, number %u", i);
  classes = derma_classes_new ((const gchar *const *)labels, NULL);
  derma_reading_set_classes (&snapshot->reading, classes);
  derma_reading_decide (&snapshot->reading, 0.5f);
  path = write_snapshot (snapshot, DERMA_PICTURE_JPEG, TRUE);
  g_assert_cmpuint (sweep (), ==, 2);
}

/* In the same second, and beside files of somebody else. */
static void
test_never_overwrites (void)
{
  static const gchar *const expected[] = { "lesion3.png", "lesion3-2.png", "lesion3-4.png", "lesion3-5.png",
                                           "lesion3-6.png" };
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");
  g_autofree gchar *other = g_build_filename (folder, "derma-20261124-160000-lesion3-3-annotated.png", NULL);
  g_autofree gchar *kept = NULL;

  g_assert_true (g_file_set_contents (other, "mine", 4, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autofree gchar *path = write_snapshot (snapshot, DERMA_PICTURE_PNG, TRUE);

    g_assert_true (g_str_has_suffix (path, expected[i]));
  }
  g_assert_true (g_file_get_contents (other, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "mine");
  g_assert_cmpuint (sweep (), ==, 11);
}

static void
assert_fails (const gchar *where, const gchar *cause)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");
  DermaSnapshotPlan plan = make_plan (DERMA_PICTURE_PNG);
  g_autoptr (GError) error = NULL;

  plan.folder = where;
  g_assert_null (derma_snapshot_write (snapshot, derma_picture_get_frame (snapshot->picture), &plan, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, where));
  g_assert_nonnull (strstr (error->message, cause));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_bad_folders (void)
{
  g_autofree gchar *missing = g_build_filename (folder, "missing", NULL);
  g_autofree gchar *file = g_build_filename (folder, "file", NULL);

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  assert_fails (missing, g_strerror (ENOENT));
  assert_fails (file, g_strerror (ENOTDIR));
  assert_fails ("/proc/self", "no file can be created in it");
  g_assert_cmpint (g_chmod (folder, 0500), ==, 0);
  if (g_access (folder, W_OK) != 0)
    assert_fails (folder, g_strerror (EACCES));
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  g_assert_cmpuint (sweep (), ==, 1);
}

/* A disk that takes no more, here a limit on the size of files, leaves nothing of the file behind. */
static void
test_full (void)
{
  struct rlimit old, small;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 1000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  assert_fails (folder, g_strerror (EFBIG));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_cmpuint (sweep (), ==, 0);
}

/* That a signal comes while a picture is brought to the disk is no failure of the disk. */
static void
test_interrupted (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");

  signals = 3;
  g_free (write_snapshot (snapshot, DERMA_PICTURE_JPEG, FALSE));
  g_assert_cmpint (signals, ==, 0);
  g_assert_cmpuint (sweep (), ==, 1);
}

/* One that fails leaves nothing; one that has no way to do it has not failed. */
static void
test_failing_disk (void)
{
  static const gint none[] = { EINVAL, ENOTSUP };
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");

  signals = 1;
  disk_error = EIO;
  assert_fails (folder, g_strerror (EIO));
  g_assert_cmpuint (sweep (), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    disk_error = none[i];
    g_free (write_snapshot (snapshot, DERMA_PICTURE_JPEG, FALSE));
  }
  disk_error = 0;
  g_assert_cmpuint (sweep (), ==, 2);
}

static void
test_bad_plans (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma"), empty = derma_snapshot_new ();
  DermaSnapshotPlan plan = make_plan (DERMA_PICTURE_JPEG);
  g_autoptr (GError) error = NULL;

  plan.quality = 0;
  g_assert_null (derma_snapshot_write (snapshot, NULL, &plan, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, folder));
  g_clear_error (&error);
  plan.quality = 90;
  g_assert_null (derma_snapshot_write (empty, NULL, &plan, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_cmpuint (sweep (), ==, 0);
}

/* A time that no calendar has is no reason to lose a picture. */
static void
test_no_date (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");
  DermaSnapshotPlan plan = make_plan (DERMA_PICTURE_JPEG);
  g_autofree gchar *path = NULL;

  plan.taken = G_MAXINT64;
  path = derma_snapshot_write (snapshot, NULL, &plan, NULL);
  g_assert_true (g_str_has_suffix (path, "derma-undated-lesion3.jpg"));
  g_assert_cmpuint (sweep (), ==, 1);
}

/* The pair goes back to its temporary names if the second one is taken. */
static void
test_pair (void)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("data", 4);
  g_autofree gchar *a = g_build_filename (folder, "a", NULL), *b = g_build_filename (folder, "b", NULL);
  g_autoptr (GError) error = NULL;
  gboolean taken = FALSE;

  g_assert_true (g_file_set_contents (b, "other", -1, NULL));
  {
    g_auto (DermaNewFilePair)
        pair = { derma_newfile_write (folder, data, NULL), derma_newfile_write (folder, data, NULL) };

    g_assert_false (derma_newfile_publish (&pair, a, b, &taken, &error));
    g_assert_no_error (error);
    g_assert_true (taken);
    g_assert_false (g_file_test (a, G_FILE_TEST_EXISTS));
    g_assert_true (g_file_test (pair.plain, G_FILE_TEST_EXISTS));
    g_assert_false (derma_newfile_publish (&pair, "/nowhere/at/all", b, &taken, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_false (taken);
  }
  g_assert_cmpuint (sweep (), ==, 1);
}

static gpointer
write_some (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    g_free (write_snapshot (data, i % 2, TRUE));
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (DermaSnapshot) snapshot = make_snapshot ("mel", "melanoma");
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("writer", write_some, snapshot);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (sweep (), ==, 3 * 20 * 2);
}

int
main (int argc, char **argv)
{
  int result;

  g_setenv ("TZ", "EET-2", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("derma-snapshot-XXXXXX", NULL);
  g_test_add_func ("/snapshot/metadata", test_metadata);
  g_test_add_func ("/snapshot/bad-titles", test_bad_titles);
  g_test_add_func ("/snapshot/no-reading", test_no_reading);
  g_test_add_func ("/snapshot/hostile-labels", test_hostile_labels);
  g_test_add_func ("/snapshot/many-classes", test_many_classes);
  g_test_add_func ("/snapshot/never-overwrites", test_never_overwrites);
  g_test_add_func ("/snapshot/bad-folders", test_bad_folders);
  g_test_add_func ("/snapshot/full", test_full);
  g_test_add_func ("/snapshot/interrupted", test_interrupted);
  g_test_add_func ("/snapshot/failing-disk", test_failing_disk);
  g_test_add_func ("/snapshot/bad-plans", test_bad_plans);
  g_test_add_func ("/snapshot/no-date", test_no_date);
  g_test_add_func ("/snapshot/pair", test_pair);
  g_test_add_func ("/snapshot/threads", test_threads);
  result = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return result;
}
