/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"
#include "tools/dicom.h"
#include "tools/shot.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* DICOM files are made by another program. Here it is one that does what a test wants it to do. */
typedef struct {
  DermaStoryboard *board;
  gchar *picture, *output;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  guint8 pixels[64 * 8] = { 0 };
  const DermaShot shot = { 8, 8, 64, pixels };
  g_autoptr (GBytes) jpeg = NULL;

  fixture->board = derma_storyboard_new ();
  fixture->picture = derma_storyboard_get_path (fixture->board, "a.jpg");
  fixture->output = derma_storyboard_get_path (fixture->board, "a.dcm");
  jpeg = derma_shot_to_jpeg (&shot, 85, NULL);
  g_assert_true (
      g_file_set_contents (fixture->picture, g_bytes_get_data (jpeg, NULL), (gssize)g_bytes_get_size (jpeg), NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  derma_storyboard_free (fixture->board);
  g_free (fixture->picture);
  g_free (fixture->output);
}

/* Puts a converter of that script first on the path. */
static void
install (Fixture *fixture, const gchar *script)
{
  g_autofree gchar *path = derma_storyboard_get_path (fixture->board, "img2dcm");
  g_autofree gchar *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);
  g_autofree gchar *folders = g_strconcat (fixture->board->folder, ":/usr/bin:/bin", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  g_setenv ("PATH", folders, TRUE);
}

static gboolean
write_file (Fixture *fixture, GError **error)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (FALSE);

  derma_dicom_set (dicom, "PatientID", "x");
  return derma_dicom_write (dicom, fixture->picture, fixture->output, error);
}

/* How many files there are beside the picture and the converter. */
static guint
count_files (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->board->folder, 0, NULL);
  const gchar *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)))
    n += strcmp (name, "a.jpg") != 0 && strcmp (name, "img2dcm") != 0 && strcmp (name, "arguments") != 0;
  return n;
}

/* It fails in one line with those words, and leaves nothing. */
static void
assert_fails (Fixture *fixture, gint code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  const guint before = count_files (fixture);

  g_assert_false (write_file (fixture, &error));
  g_assert_error (error, DERMA_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, fixture->output));
  if (!strstr (error->message, words))
    g_error ("'%s' is not in: %s", words, error->message);
  g_assert_cmpuint (count_files (fixture), ==, before);
}

static void
test_written (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  install (fixture, "for last; do :; done; echo dicom > \"$last\"");
  g_assert_true (write_file (fixture, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (fixture->output, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "dicom\n");
  g_assert_cmpuint (count_files (fixture), ==, 1);
}

/* The picture of a report is in no folder, and nobody else can read it. */
static void
test_picture_is_not_seen (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *arguments = derma_storyboard_get_path (fixture->board, "arguments"), *text = NULL;
  g_autofree gchar *script = g_strdup_printf ("while [ $# -gt 2 ]; do shift; done\n"
                                              "stat -L -c %%a \"$1\" > '%s'\nls '%s' >> '%s'\ncat \"$1\" > \"$2\"",
                                              arguments, fixture->board->folder, arguments);
  g_autoptr (DermaDicom) dicom = derma_dicom_new (FALSE);
  g_autoptr (GBytes) jpeg = g_bytes_new_static ("jpeg", 4);
  g_autofree gchar *made = NULL;
  g_autoptr (GError) error = NULL;

  install (fixture, script);
  g_assert_true (derma_dicom_write_jpeg (dicom, jpeg, fixture->output, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (arguments, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "600\na.jpg\narguments\nimg2dcm\n");
  g_assert_true (g_file_get_contents (fixture->output, &made, NULL, NULL));
  g_assert_cmpstr (made, ==, "jpeg");
  g_assert_cmpuint (count_files (fixture), ==, 1);
}

/* An earlier file is replaced as a whole, or stays as it was. */
static void
test_old_file_stays_on_failure (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *text = NULL, *after = NULL;

  g_assert_true (g_file_set_contents (fixture->output, "old", -1, NULL));
  install (fixture, "for last; do :; done; echo half > \"$last\"; exit 1");
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: ");
  g_assert_true (g_file_get_contents (fixture->output, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  install (fixture, "for last; do :; done; echo new > \"$last\"");
  g_assert_true (write_file (fixture, NULL));
  g_assert_true (g_file_get_contents (fixture->output, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, "new\n");
}

static void
test_missing_converter (Fixture *fixture, gconstpointer data)
{
  g_setenv ("PATH", fixture->board->folder, TRUE);
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: is not installed");
}

static void
test_converter_complains (Fixture *fixture, gconstpointer data)
{
  install (fixture, "echo 'E: no such thing' >&2; exit 3");
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: E: no such thing");
}

static void
test_converter_fails_silently (Fixture *fixture, gconstpointer data)
{
  install (fixture, "exit 1");
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: failed");
  install (fixture, "echo '   ' >&2; exit 1");
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: failed");
}

static void
test_converter_is_killed (Fixture *fixture, gconstpointer data)
{
  install (fixture, "kill -9 $$");
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: failed");
}

static void
test_complaint_that_is_not_text (Fixture *fixture, gconstpointer data)
{
  install (fixture, "printf '\\377\\376' >&2; exit 1");
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: ");
}

static void
test_converter_that_cannot_start (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = derma_storyboard_get_path (fixture->board, "img2dcm");

  g_assert_true (g_file_set_contents (path, "\177ELF nothing", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  g_setenv ("PATH", fixture->board->folder, TRUE);
  assert_fails (fixture, DERMA_ERROR_RUNTIME, "a.dcm: img2dcm: ");
}

static void
test_bad_outputs (Fixture *fixture, gconstpointer data)
{
  install (fixture, "for last; do :; done; echo dicom > \"$last\"");
  g_free (fixture->output);
  fixture->output = g_strdup (fixture->board->folder);
  assert_fails (fixture, DERMA_ERROR_FILE, "exists and is not a file");
  g_free (fixture->output);
  fixture->output = derma_storyboard_get_path (fixture->board, "missing/a.dcm");
  assert_fails (fixture, DERMA_ERROR_FILE, "missing/a.dcm");
}

/* What begins with a dash, or holds what a shell would read, is an argument like any other. */
static void
test_strange_names (Fixture *fixture, gconstpointer data)
{
  static const gchar *const names[] = { "-x.dcm", "a b.dcm", "$(touch broken).dcm", "a;b.dcm", "a'b\".dcm", "*.dcm" };

  install (fixture, "for last; do :; done; echo dicom > \"$last\"");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;

    g_free (fixture->output);
    fixture->output = derma_storyboard_get_path (fixture->board, names[i]);
    g_assert_true (write_file (fixture, &error));
    g_assert_no_error (error);
    g_assert_cmpint (g_unlink (fixture->output), ==, 0);
    g_assert_cmpuint (count_files (fixture), ==, 0);
  }
}

static void
test_keys_are_arguments (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *arguments = derma_storyboard_get_path (fixture->board, "arguments"), *text = NULL;
  g_autofree gchar *script =
      g_strdup_printf ("printf '%%s\\n' \"$@\" > '%s'\nfor last; do :; done; : > \"$last\"", arguments);
  g_autoptr (DermaDicom) dicom = derma_dicom_new (FALSE);
  g_autoptr (GError) error = NULL;

  install (fixture, script);
  derma_dicom_set (dicom, "PatientID", "first");
  derma_dicom_set (dicom, "PatientID", "$(id); `id`");
  g_assert_true (derma_dicom_write (dicom, fixture->picture, fixture->output, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (arguments, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\nPatientID=$(id); `id`\n"));
  g_assert_null (strstr (text, "PatientID=first"));
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/dicom-write/written", test_written },
    { "/dicom-write/picture-is-not-seen", test_picture_is_not_seen },
    { "/dicom-write/failure-keeps-the-old-file", test_old_file_stays_on_failure },
    { "/dicom-write/missing-converter", test_missing_converter },
    { "/dicom-write/error-of-the-converter", test_converter_complains },
    { "/dicom-write/fails-without-a-word", test_converter_fails_silently },
    { "/dicom-write/killed", test_converter_is_killed },
    { "/dicom-write/error-that-is-not-text", test_complaint_that_is_not_text },
    { "/dicom-write/cannot-start", test_converter_that_cannot_start },
    { "/dicom-write/bad-outputs", test_bad_outputs },
    { "/dicom-write/strange-names", test_strange_names },
    { "/dicom-write/keys-are-arguments", test_keys_are_arguments },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
