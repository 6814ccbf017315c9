/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chapters.h"

#include <derma/error.h>
#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define ATOM(time, title)                                                                           \
  "<ChapterAtom><ChapterTimeStart>" time "</ChapterTimeStart><ChapterDisplay><ChapterString>" title \
  "</ChapterString><ChapterLanguage>eng</ChapterLanguage></ChapterDisplay></ChapterAtom>\n"

static gchar *path;

/* What was said of the session. */
static const gchar *tags;

/* Writes a sidecar of these lines, which it frees. */
static void
write_sidecar (gchar *first, ...)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gchar *session = derma_sidecar_format_session ("a.mkv", 0, 0, tags);
  va_list list;

  g_string_append_printf (text, "%s\n", session);
  g_free (session);
  va_start (list, first);
  for (gchar *line = first; line; line = va_arg (list, gchar *)) {
    g_string_append_printf (text, "%s\n", line);
    g_free (line);
  }
  va_end (list);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

static void
expect (const gchar *atoms, guint wanted)
{
  g_autofree gchar *document = g_strconcat ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Chapters><EditionEntry>\n",
                                            atoms, "</EditionEntry></Chapters>\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *made = NULL;
  guint n = 99;

  made = chapters_from_sidecar (path, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (made, ==, document);
  g_assert_cmpuint (n, ==, wanted);
}

/* A snapshot shows a frame from before, and players leave out what does not begin after the chapter before. */
static void
test_order (void)
{
  write_sidecar (derma_sidecar_format_lesion (0, 1), derma_sidecar_format_lesion (5 * SECOND, 2),
                 derma_sidecar_format_snapshot (4 * SECOND, "s.png", 1), derma_sidecar_format_snapshot (0, "t.png", 1),
                 derma_sidecar_format_snapshot (5 * SECOND, "u.png", 2), NULL);
  expect (ATOM ("00:00:00.000000000", "Lesion 1") ATOM ("00:00:00.001000000", "Snapshot of lesion 1")
              ATOM ("00:00:04.000000000", "Snapshot of lesion 1") ATOM ("00:00:05.000000000", "Lesion 2")
                  ATOM ("00:00:05.001000000", "Snapshot of lesion 2"),
          5);
}

static void
test_lesions_and_snapshots (void)
{
  write_sidecar (derma_sidecar_format_lesion (2 * SECOND, 1), derma_sidecar_format_tag (3 * SECOND, "no chapter"),
                 derma_sidecar_format_snapshot (3723 * SECOND + 4, "s.png", 1),
                 derma_sidecar_format_snapshot (4000 * SECOND, NULL, 0), NULL);
  expect (ATOM ("00:00:00.000000000", "Beginning") ATOM ("00:00:02.000000000", "Lesion 1")
              ATOM ("01:02:03.000000004", "Snapshot of lesion 1") ATOM ("01:06:40.000000000", "Snapshot"),
          4);
}

static void
test_lesion_at_the_beginning (void)
{
  write_sidecar (derma_sidecar_format_lesion (SECOND / 10, 7), NULL);
  expect (ATOM ("00:00:00.100000000", "Lesion 7"), 1);
}

static void
test_nothing_happens (void)
{
  write_sidecar (derma_sidecar_format_still_button (SECOND), derma_sidecar_format_end (SECOND, 0, 1), NULL);
  expect ("", 0);
}

/* An event that does not say when has no place. */
static void
test_no_time (void)
{
  write_sidecar (derma_sidecar_format_lesion (G_MAXUINT64, 1), NULL);
  expect ("", 0);
}

static void
test_long_session (void)
{
  write_sidecar (derma_sidecar_format_lesion (360000 * SECOND, G_MAXINT32), NULL);
  expect (ATOM ("00:00:00.000000000", "Beginning") ATOM ("100:00:00.000000000", "Lesion 2147483647"), 2);
}

static void
test_too_many (void)
{
  GString *text = g_string_new ("");
  g_autofree gchar *made = NULL;
  guint n = 0;

  for (guint i = 0; i < 12000; i++) {
    g_autofree gchar *line = derma_sidecar_format_lesion (i, i + 1);

    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", line);
  }
  write_sidecar (g_string_free (text, FALSE), NULL);
  made = chapters_from_sidecar (path, &n, NULL);
  g_assert_nonnull (made);
  g_assert_cmpuint (n, ==, 10000);
}

static void
test_malformed_sidecar (void)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  write_sidecar (g_strdup ("nonsense"), derma_sidecar_format_lesion (0, 1), NULL);
  g_assert_null (chapters_from_sidecar (path, &n, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "line 2"));
}

static void
test_no_sidecar (void)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_false (chapters_add ("/nowhere/a.mkv", "/nowhere/a.jsonl", &n, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
}

/* A file that is no film stays as it is. */
static void
test_no_film (void)
{
  g_autofree gchar *film = g_strconcat (path, "-a b;c'd.mkv", NULL);
  g_autofree gchar *kept = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_true (g_file_set_contents (film, "no film", -1, NULL));
  write_sidecar (derma_sidecar_format_lesion (0, 1), NULL);
  g_assert_false (chapters_add (film, path, &n, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
  g_assert_true (g_str_has_prefix (error->message, film));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_file_get_contents (film, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "no film");
  g_remove (film);
}

/* Where the program is missing it is said what is. */
static void
test_no_program (void)
{
  g_autofree gchar *search = g_strdup (g_getenv ("PATH"));
  g_autoptr (GError) error = NULL;
  guint n = 0;

  write_sidecar (derma_sidecar_format_lesion (0, 1), NULL);
  g_setenv ("PATH", "/nowhere", TRUE);
  g_assert_false (chapters_add ("a.mkv", path, &n, &error));
  g_setenv ("PATH", search, TRUE);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
  g_assert_nonnull (strstr (error->message, "mkvtoolnix"));
}

/* Adds a chapter to a film by @script in the place of mkvpropedit. */
static void
add_by (const gchar *script)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-chapters-XXXXXX", NULL);
  g_autofree gchar *program = g_build_filename (folder, "mkvpropedit", NULL);
  g_autofree gchar *before = g_strdup (g_getenv ("PATH"));
  g_autofree gchar *search = g_strconcat (folder, ":", before, NULL);
  g_autofree gchar *text = g_strconcat ("#!/bin/sh\n", script, NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_true (g_file_set_contents (program, text, -1, NULL));
  g_assert_cmpint (g_chmod (program, 0755), ==, 0);
  g_setenv ("PATH", search, TRUE);
  write_sidecar (derma_sidecar_format_lesion (0, 1), NULL);
  g_assert_true (chapters_add ("film.mkv", path, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
  g_setenv ("PATH", before, TRUE);
  g_unlink (program);
  g_rmdir (folder);
}

/* The program succeeds if it does not hear what interrupts the one that has started it. */
static void
test_interrupted_meanwhile (void)
{
  add_by ("read -r id name state parent own rest </proc/$$/stat\n"
          "read -r id name state parent others rest </proc/$PPID/stat\n"
          "[ -n \"$own\" ] && [ -n \"$others\" ] && [ \"$own\" != \"$others\" ]\n");
}

/* The title of a film is one line that does nothing to a terminal, whatever was said of the session. */
static void
test_hostile_title (void)
{
  tags = "left\narm \302\233\033[31m\342\200\250<&\"'\303\244";
  add_by ("[ \"$#\" = 8 ] && [ \"$7 $8\" = \"--set title=left arm   [31m <&\\\"'\303\244\" ]\n");
  tags = NULL;
  add_by ("[ \"$#\" = 8 ] && [ \"$7 $8\" = '--set title=' ]\n");
}

int
main (int argc, char **argv)
{
  gint fd;
  int status;

  g_test_init (&argc, &argv, NULL);
  fd = g_file_open_tmp ("derma-chapters-test-XXXXXX", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_test_add_func ("/chapters/order", test_order);
  g_test_add_func ("/chapters/interrupted-meanwhile", test_interrupted_meanwhile);
  g_test_add_func ("/chapters/hostile-title", test_hostile_title);
  g_test_add_func ("/chapters/lesions-and-snapshots", test_lesions_and_snapshots);
  g_test_add_func ("/chapters/lesion-at-the-beginning", test_lesion_at_the_beginning);
  g_test_add_func ("/chapters/nothing-happens", test_nothing_happens);
  g_test_add_func ("/chapters/no-time", test_no_time);
  g_test_add_func ("/chapters/long-session", test_long_session);
  g_test_add_func ("/chapters/too-many", test_too_many);
  g_test_add_func ("/chapters/malformed-sidecar", test_malformed_sidecar);
  g_test_add_func ("/chapters/no-sidecar", test_no_sidecar);
  g_test_add_func ("/chapters/no-film", test_no_film);
  g_test_add_func ("/chapters/no-program", test_no_program);
  status = g_test_run ();
  g_remove (path);
  g_free (path);
  return status;
}
