/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"
#include "tools/recording.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MS G_GUINT64_CONSTANT (1000000)

#define NONE (-1)    /* there is no picture in the film */
#define FAR_OFF (-2) /* there is none near that time */

/* The number of the picture at that time, from its level of grey. */
static gint
find (DermaRecording *recording, guint64 time)
{
  g_autoptr (GError) error = NULL;
  g_auto (DermaShot) shot = { 0 };

  if (!derma_recording_get_shot (recording, time, &shot, &error)) {
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
    return NONE;
  }
  g_assert_no_error (error);
  if (!shot.pixels)
    return FAR_OFF;
  return (shot.pixels[0] + 10) / 20 - 1;
}

static DermaRecording *
must_open (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  DermaRecording *recording = derma_recording_open (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (recording);
  return recording;
}

static void
assert_refused (const gchar *path, gint code)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *prefix = g_strconcat (path, ": ", NULL);

  g_assert_null (derma_recording_open (path, &error));
  g_assert_error (error, DERMA_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_every_picture (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *path = derma_storyboard_film (board, "a.mkv", 11, 16, 16);
  g_autoptr (DermaRecording) recording = must_open (path);

  for (gint i = 0; i < 11; i++)
    g_assert_cmpint (find (recording, i * 100 * MS), ==, i);
  for (gint i = 10; i >= 0; i--)
    g_assert_cmpint (find (recording, i * 100 * MS), ==, i);
}

static void
test_nearest_picture (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *path = derma_storyboard_film (board, "a.mkv", 8, 16, 16);
  g_autoptr (DermaRecording) recording = must_open (path);

  g_assert_cmpint (find (recording, 249 * MS), ==, 2);
  g_assert_cmpint (find (recording, 251 * MS), ==, 3);
  g_assert_cmpint (find (recording, 349 * MS), ==, 3);
  g_assert_cmpint (find (recording, 30 * MS), ==, 0);
}

static void
test_times_beyond_the_end (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *path = derma_storyboard_film (board, "a.mkv", 4, 16, 16);
  g_autoptr (DermaRecording) recording = must_open (path);

  g_assert_cmpint (find (recording, 799 * MS), ==, 3);
  g_assert_cmpint (find (recording, 801 * MS), ==, FAR_OFF);
  g_assert_cmpint (find (recording, 10000 * MS), ==, FAR_OFF);
  g_assert_cmpint (find (recording, G_MAXINT64), ==, FAR_OFF);
  g_assert_cmpint (find (recording, G_MAXUINT64), ==, FAR_OFF);
  g_assert_cmpint (find (recording, 100 * MS), ==, 1);
}

static void
test_one_picture (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *path = derma_storyboard_film (board, "a.mkv", 1, 5, 3);
  g_autoptr (DermaRecording) recording = must_open (path);

  g_assert_cmpint (find (recording, 0), ==, 0);
  g_assert_cmpint (find (recording, 100 * MS), ==, 0);
}

static void
test_sizes (void)
{
  static const guint sizes[][2] = { { 2, 2 }, { 7, 5 }, { 64, 2 }, { 321, 243 } };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree gchar *path = derma_storyboard_film (board, "a.mkv", 2, sizes[i][0], sizes[i][1]);
    g_autoptr (DermaRecording) recording = must_open (path);
    g_auto (DermaShot) shot = { 0 };

    g_assert_true (derma_recording_get_shot (recording, 0, &shot, NULL));
    g_assert_cmpuint (shot.width, ==, sizes[i][0]);
    g_assert_cmpuint (shot.height, ==, sizes[i][1]);
  }
}

static void
test_no_pictures (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *path = derma_storyboard_film (board, "a.mkv", 0, 16, 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaRecording) recording = derma_recording_open (path, &error);

  if (recording)
    g_assert_cmpint (find (recording, 0), ==, NONE);
  else
    g_assert_cmpint (error->domain, ==, DERMA_ERROR);
}

static void
test_not_files (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *missing = derma_storyboard_get_path (board, "missing.mkv");
  g_autofree gchar *fifo = derma_storyboard_get_path (board, "fifo.mkv");

  assert_refused (missing, DERMA_ERROR_FILE);
  assert_refused (board->folder, DERMA_ERROR_FILE);
  assert_refused ("/dev/null", DERMA_ERROR_FILE);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_refused (fifo, DERMA_ERROR_FILE);
  assert_refused ("", DERMA_ERROR_FILE);
}

/* Names that libavformat would take for addresses or for lists of pictures. */
static void
test_strange_names (void)
{
  static const gchar *const names[] = {
    "http:a.mkv", "a%03d.mkv", "concat:a|b.mkv", "a b\n.mkv", "-i.mkv", "file:a.mkv"
  };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *made = derma_storyboard_film (board, "plain.mkv", 2, 16, 16);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = derma_storyboard_get_path (board, names[i]);

    g_assert_cmpint (g_rename (made, path), ==, 0);
    {
      g_autoptr (DermaRecording) recording = must_open (path);

      g_assert_cmpint (find (recording, 0), ==, 0);
    }
    g_assert_cmpint (g_rename (path, made), ==, 0);
  }
}

static void
test_not_matroska (void)
{
  static const struct {
    const gchar *bytes;
    gsize size;
  } files[] = {
    { "", 0 },
    { "\0", 1 },
    { "#EXTM3U\n/etc/passwd\n", 20 },
    { "ffconcat version 1.0\nfile /etc/passwd\n", 38 },
    { "RIFF\x24\0\0\0AVI LIST", 16 },
    { "\x1a\x45\xdf\xa3", 4 },
    { "\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff", 12 },
    { "\0\0\0\x18"
      "ftypisom\0\0\0\0isommp42",
      24 },
  };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *path = derma_storyboard_get_path (board, "a.mkv");

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, files[i].bytes, (gssize)files[i].size, NULL));
    g_assert_null (derma_recording_open (path, &error));
    g_assert_cmpint (error->domain, ==, DERMA_ERROR);
    g_assert_true (g_str_has_prefix (error->message, path));
  }
}

/* A file that was cut off anywhere shows what it has, or is refused. */
static void
test_truncated_anywhere (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *whole = derma_storyboard_film (board, "a.mkv", 6, 16, 16);
  g_autofree gchar *cut = derma_storyboard_get_path (board, "cut.mkv");
  g_autofree gchar *bytes = NULL;
  guint shown = 0;
  gsize size;

  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  for (gsize n = 0; n < size; n += 37) {
    g_autoptr (DermaRecording) recording = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (cut, bytes, (gssize)n, NULL));
    recording = derma_recording_open (cut, &error);
    g_assert_true ((recording == NULL) == (error != NULL));
    shown += recording && find (recording, 500 * MS) >= 0;
  }
  g_assert_cmpuint (shown, >, 0);
}

static void
test_flipped_bytes (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autofree gchar *whole = derma_storyboard_film (board, "a.mkv", 4, 16, 16);
  g_autofree gchar *spoiled = derma_storyboard_get_path (board, "spoiled.mkv");
  g_autofree gchar *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  for (gsize at = 0; at < size; at += 11) {
    g_autoptr (DermaRecording) recording = NULL;
    g_autoptr (GError) error = NULL;

    bytes[at] ^= (gchar)(1 << (at % 8));
    g_assert_true (g_file_set_contents (spoiled, bytes, (gssize)size, NULL));
    bytes[at] ^= (gchar)(1 << (at % 8));
    recording = derma_recording_open (spoiled, &error);
    g_assert_true ((recording == NULL) == (error != NULL));
    if (recording) {
      g_auto (DermaShot) shot = { 0 };
      g_autoptr (GError) cause = NULL;

      g_assert_true (derma_recording_get_shot (recording, 200 * MS, &shot, &cause) == (cause == NULL));
    }
  }
}

static void
test_free_nothing (void)
{
  derma_recording_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recording/every-picture", test_every_picture);
  g_test_add_func ("/recording/nearest-picture", test_nearest_picture);
  g_test_add_func ("/recording/times-outside", test_times_beyond_the_end);
  g_test_add_func ("/recording/one-picture", test_one_picture);
  g_test_add_func ("/recording/sizes", test_sizes);
  g_test_add_func ("/recording/no-pictures", test_no_pictures);
  g_test_add_func ("/recording/not-files", test_not_files);
  g_test_add_func ("/recording/strange-names", test_strange_names);
  g_test_add_func ("/recording/not-matroska", test_not_matroska);
  g_test_add_func ("/recording/truncated-anywhere", test_truncated_anywhere);
  g_test_add_func ("/recording/flipped-bytes", test_flipped_bytes);
  g_test_add_func ("/recording/free-nothing", test_free_nothing);
  return g_test_run ();
}
