/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* O_PATH */
/* Names that never overwrite, and files that are written line by line. */
#include "filenames.h"
#include "linefile.h"

#include <derma/error.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  gchar *folder;
  gchar *location; /* FOLDER/a.mkv */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("filenames-XXXXXX", NULL);
  fixture->location = g_build_filename (fixture->folder, "a.mkv", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (fixture->folder, name, NULL);

    if (g_unlink (path) != 0)
      g_rmdir (path);
  }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->location);
}

static gchar *
path_of (Fixture *fixture, const gchar *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
touch (Fixture *fixture, const gchar *name)
{
  g_autofree gchar *path = path_of (fixture, name);

  g_assert_true (g_file_set_contents (path, "kept", -1, NULL));
}

/* The name that is reserved is @name, in the folder, and empty. */
static void
reserves (Fixture *fixture, guint *attempt, guint part, const gchar *beside, const gchar *name)
{
  g_autofree gchar *other = beside ? path_of (fixture, beside) : NULL, *wanted = path_of (fixture, name);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *found = derma_file_reserve (fixture->location, attempt, part, other, &error);
  GStatBuf status;

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, wanted);
  g_assert_cmpint (g_stat (found, &status), ==, 0);
  g_assert_cmpint (status.st_size, ==, 0);
}

static void
test_names (void)
{
  static const struct {
    const gchar *location;
    guint attempt, part;
    const gchar *name;
  } cases[] = {
    { "a.mkv", 0, DERMA_WHOLE, "a.mkv" },
    { "a.mkv", 1, DERMA_WHOLE, "a-1.mkv" },
    { "a.mkv", 0, 0, "a-00000.mkv" },
    { "a.mkv", 12, 7, "a-12-00007.mkv" },
    { "a.mkv", 0, 123456, "a-123456.mkv" },
    { "a", 0, DERMA_WHOLE, "a.x" },
    { "a", 2, 1, "a-2-00001.x" },
    { "a.b.webm", 1, DERMA_WHOLE, "a.b-1.webm" },
    { "/f.d/a", 1, DERMA_WHOLE, "/f.d/a-1.x" },
    { "/f.d/.hidden", 1, DERMA_WHOLE, "/f.d/.hidden-1.x" },
    { "a.", 1, DERMA_WHOLE, "a-1." },
    { "", 0, DERMA_WHOLE, ".x" },
    { "/", 1, 0, "/-1-00000.x" },
    { "%s%n.mkv", 1, DERMA_WHOLE, "%s%n-1.mkv" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *name = derma_file_name (cases[i].location, cases[i].attempt, cases[i].part, ".x");

    g_assert_cmpstr (name, ==, cases[i].name);
  }
}

static void
test_first_free (Fixture *fixture, gconstpointer data)
{
  guint attempt = 0;

  reserves (fixture, &attempt, DERMA_WHOLE, NULL, "a.mkv");
  g_assert_cmpuint (attempt, ==, 0);
  reserves (fixture, &attempt, DERMA_WHOLE, NULL, "a-1.mkv");
  reserves (fixture, &attempt, DERMA_WHOLE, NULL, "a-2.mkv");
  g_assert_cmpuint (attempt, ==, 2);
}

static void
test_never_overwrites (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *kept = path_of (fixture, "a.mkv"), *text = NULL, *link = path_of (fixture, "a-1.mkv");
  g_autofree gchar *folder = path_of (fixture, "a-2.mkv");
  guint attempt = 0;

  touch (fixture, "a.mkv");
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  reserves (fixture, &attempt, DERMA_WHOLE, NULL, "a-3.mkv");
  g_assert_true (g_file_get_contents (kept, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "kept");
}

/* The sidecar's name must be free too, a dangling link is not. */
static void
test_beside_is_not_free (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *link = path_of (fixture, "b-1.jsonl");
  guint attempt = 0;

  touch (fixture, "b.jsonl");
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  reserves (fixture, &attempt, DERMA_WHOLE, "b", "a-2.mkv");
}

static void
test_parts (Fixture *fixture, gconstpointer data)
{
  guint attempt = 0;

  touch (fixture, "a-00001.mkv");
  reserves (fixture, &attempt, 0, NULL, "a-00000.mkv");
  reserves (fixture, &attempt, 1, NULL, "a-1-00001.mkv");
  reserves (fixture, &attempt, 2, NULL, "a-1-00002.mkv");
}

static void
cannot_reserve (const gchar *location, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  guint attempt = 0;

  g_assert_null (derma_file_reserve (location, &attempt, DERMA_WHOLE, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, location));
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_bad_places (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *missing = path_of (fixture, "missing/a.mkv"), *below = path_of (fixture, "file/a.mkv");
  g_autofree gchar *stem = g_strnfill (300, 'a'), *name = g_strconcat (stem, ".mkv", NULL),
                   *long_one = path_of (fixture, name);
  g_autoptr (GError) error = NULL;
  guint attempt = 0;

  touch (fixture, "file");
  cannot_reserve (missing, "No such file");
  cannot_reserve (below, "Not a directory");
  cannot_reserve ("", "no file");
  cannot_reserve ("/", "no file");
  cannot_reserve ("/nonexistent/", "no file");
  g_assert_null (derma_file_reserve (long_one, &attempt, DERMA_WHOLE, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "too long"));
}

static void
test_no_name_left (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint attempt = 100000;

  g_assert_null (derma_file_reserve (fixture->location, &attempt, DERMA_WHOLE, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "taken"));
}

static void
test_lines (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DermaLineFile *file = derma_line_file_new (fixture->location, &error);
  g_autofree gchar *text = NULL, *after = NULL;
  gint64 before;

  g_assert_no_error (error);
  g_assert_true (derma_line_file_write (file, "one", &error));
  g_assert_true (derma_line_file_write (file, "", &error));
  /* What was written is there at once. */
  g_assert_true (g_file_get_contents (fixture->location, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "one\n\n");
  file->synced -= 2 * G_USEC_PER_SEC;
  before = g_get_monotonic_time ();
  g_assert_true (derma_line_file_write (file, "three", &error));
  g_assert_cmpint (file->synced, >=, before);
  derma_line_file_free (file);
  g_assert_true (g_file_get_contents (fixture->location, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, "one\n\nthree\n");
}

/* What waits goes to the disk also where no other line follows, and nothing does where nothing waits. */
static void
test_sync (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaLineFile) file = derma_line_file_new (fixture->location, &error);
  const gint64 long_ago = g_get_monotonic_time () - 2 * G_USEC_PER_SEC;

  g_assert_no_error (error);
  file->synced = long_ago;
  g_assert_true (derma_line_file_sync (file, &error));
  g_assert_cmpint (file->synced, ==, long_ago);
  file->synced = g_get_monotonic_time () + 600 * G_USEC_PER_SEC;
  g_assert_true (derma_line_file_write (file, "one", &error));
  g_assert_true (file->waiting);
  file->synced = long_ago;
  g_assert_true (derma_line_file_sync (file, &error));
  g_assert_false (file->waiting);
  g_assert_cmpint (file->synced, >, long_ago);
}

/* Where nothing can be brought to the disk, the next sync says so. */
static void
test_sync_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaLineFile) file = derma_line_file_new (fixture->location, &error);

  g_assert_no_error (error);
  file->synced = g_get_monotonic_time () + 600 * G_USEC_PER_SEC;
  g_assert_true (derma_line_file_write (file, "one", &error));
  close (file->fd);
  file->fd = g_open ("/", O_PATH | O_CLOEXEC, 0);
  file->synced -= 602 * G_USEC_PER_SEC;
  g_assert_false (derma_line_file_sync (file, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_BADF);
  g_assert_true (g_str_has_prefix (error->message, fixture->location));
}

static void
test_line_file_that_cannot_be_made (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *missing = path_of (fixture, "missing/a.jsonl"), *link = path_of (fixture, "link");
  g_autoptr (GError) first = NULL, second = NULL, third = NULL;

  g_assert_null (derma_line_file_new (missing, &first));
  g_assert_error (first, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_true (g_str_has_prefix (first->message, missing));
  touch (fixture, "a.mkv");
  g_assert_null (derma_line_file_new (fixture->location, &second));
  g_assert_error (second, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_assert_cmpint (symlink ("elsewhere", link), ==, 0);
  g_assert_null (derma_line_file_new (link, &third));
  g_assert_error (third, G_FILE_ERROR, G_FILE_ERROR_EXIST);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaLineFile) file = derma_line_file_new (fixture->location, &error);

  g_assert_no_error (error);
  close (file->fd);
  file->fd = g_open ("/dev/full", O_WRONLY | O_CLOEXEC, 0);
  g_assert_false (derma_line_file_write (file, "one", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_true (g_str_has_prefix (error->message, fixture->location));
}

/* A pipe cannot be brought to a disk, which is no failure; one that nobody reads is. */
static void
test_broken_pipe (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaLineFile) file = derma_line_file_new (fixture->location, &error);
  gint ends[2];

  g_assert_no_error (error);
  close (file->fd);
  g_assert_cmpint (pipe (ends), ==, 0);
  file->fd = ends[1];
  file->synced -= 2 * G_USEC_PER_SEC;
  g_assert_true (derma_line_file_write (file, "one", &error));
  g_assert_no_error (error);
  close (ends[0]);
  signal (SIGPIPE, SIG_IGN);
  g_assert_false (derma_line_file_write (file, "two", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_PIPE);
}

static void
test_free_nothing (void)
{
  derma_line_file_free (NULL);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filenames/names", test_names);
  ADD ("/filenames/first-free", test_first_free);
  ADD ("/filenames/never-overwrites", test_never_overwrites);
  ADD ("/filenames/beside-is-not-free", test_beside_is_not_free);
  ADD ("/filenames/parts", test_parts);
  ADD ("/filenames/bad-places", test_bad_places);
  ADD ("/filenames/no-name-left", test_no_name_left);
  ADD ("/linefile/lines", test_lines);
  ADD ("/linefile/sync", test_sync);
  ADD ("/linefile/sync-fails", test_sync_fails);
  ADD ("/linefile/cannot-be-made", test_line_file_that_cannot_be_made);
  ADD ("/linefile/full-disk", test_full_disk);
  ADD ("/linefile/broken-pipe", test_broken_pipe);
  g_test_add_func ("/linefile/free-nothing", test_free_nothing);
  return g_test_run ();
}
