/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"
#include "support/colour-model.h"
#include "tools/exhibit.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* The session of a film of @n pictures with readings of lesion 1 at @times, ended by G_MAXUINT64. */
static GPtrArray *
make_sessions (DermaStoryboard *board, DermaClasses *classes, guint n, const guint64 *times)
{
  GPtrArray *sessions = derma_sessions_new ();
  g_autofree gchar *path =
      n ? derma_storyboard_film (board, "a.mkv", n, 40, 20) : derma_storyboard_get_path (board, "a.mkv");
  g_autoptr (GError) error = NULL;

  for (; *times != G_MAXUINT64; times++)
    derma_storyboard_add_reading (board, classes, *times, 1, 0.75f);
  derma_storyboard_save (board, "a.jsonl");
  derma_sessions_add (sessions, path, NULL, &error);
  g_assert_no_error (error);
  return sessions;
}

static const guint64 EARLY[] = { 0, G_MAXUINT64 };

static DermaCourse *
course_of (GPtrArray *sessions)
{
  return g_ptr_array_index (((DermaSession *)g_ptr_array_index (sessions, 0))->courses, 0);
}

static void
test_shot (void)
{
  const guint64 times[] = { SECOND / 5, G_MAXUINT64 };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 5, times);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autoptr (GError) error = NULL;
  g_auto (DermaShot) shot = { 0 };

  g_assert_true (derma_gallery_get_shot (gallery, course_of (sessions), &shot, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (shot.width, ==, 40);
  g_assert_cmpint (ABS (shot.pixels[0] - 60), <=, 2);
}

/* Without the network the box that was recorded is drawn. */
static void
test_box (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 2, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autoptr (GError) error = NULL;
  g_auto (DermaExhibit) exhibit = { 0 };

  g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 20, &exhibit, &error));
  g_assert_no_error (error);
  g_assert_nonnull (exhibit.jpeg);
  g_assert_cmpuint (exhibit.width, ==, 20);
  g_assert_cmpuint (exhibit.height, ==, 10);
  g_assert_cmpint (exhibit.kind, ==, DERMA_OUTLINE_BOX);
  g_assert_cmpstr (exhibit.outline, ==, "M5.0 2.5h10.0v5.0h-10.0Z");
}

static void
test_no_box (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 2, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  const DermaBox boxes[] = { { 0 }, { 0.5f, 0.5f, 0, 0.5f }, { 0.5f, 0.5f, 0.5f, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++) {
    g_auto (DermaExhibit) exhibit = { 0 };

    course_of (sessions)->best.reading.region = boxes[i];
    g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 20, &exhibit, NULL));
    g_assert_nonnull (exhibit.jpeg);
    g_assert_cmpint (exhibit.kind, ==, DERMA_OUTLINE_NONE);
    g_assert_null (exhibit.outline);
  }
}

/* A network at hand that has no lesion map draws the box too, and one that does not run. */
static void
test_network_without_a_map (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 2, EARLY);
  DermaSession *session = g_ptr_array_index (sessions, 0);
  DermaNetwork *network = g_ptr_array_index (session->networks, 0);
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (session);
  g_autoptr (GError) error = NULL;

  network->model = derma_model_new_from_bytes (bytes, "colour.onnx", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++) {
    g_auto (DermaExhibit) exhibit = { 0 };

    g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &exhibit, &error));
    g_assert_no_error (error);
    g_assert_cmpint (exhibit.kind, ==, DERMA_OUTLINE_BOX);
  }
}

static void
test_missing_recording (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 0, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    g_auto (DermaExhibit) exhibit = { 0 };

    g_assert_false (derma_gallery_get_best (gallery, course_of (sessions), 40, &exhibit, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
    g_assert_null (exhibit.jpeg);
  }
}

static void
test_recording_that_vanishes (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 3, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autofree gchar *path = derma_storyboard_get_path (board, "a.mkv");
  g_auto (DermaExhibit) first = { 0 }, second = { 0 };

  g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &first, NULL));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &second, NULL)); /* it is open */
  g_assert_true (g_bytes_equal (first.jpeg, second.jpeg));
}

/* What a film that cannot be read means depends on whether its part was ended in order. */
static void
test_broken_recording (void)
{
  for (guint ended = 0; ended < 2; ended++) {
    g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
    g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 0, EARLY);
    DermaSession *session = g_ptr_array_index (sessions, 0);
    g_autoptr (DermaGallery) gallery = derma_gallery_new (session);
    g_autofree gchar *path = derma_storyboard_get_path (board, "a.mkv");
    g_autoptr (GError) error = NULL;
    g_auto (DermaExhibit) exhibit = { 0 };

    ((DermaPart *)g_ptr_array_index (session->parts, 0))->complete = ended;
    g_assert_true (g_file_set_contents (path, "no film", -1, NULL));
    g_assert_false (derma_gallery_has_lost (gallery, 0));
    g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &exhibit, &error) == !ended);
    g_assert_null (exhibit.jpeg);
    g_assert_true (derma_gallery_has_lost (gallery, 0) == !ended);
    if (ended) {
      g_assert_cmpint (error->domain, ==, DERMA_ERROR);
      g_assert_true (g_str_has_prefix (error->message, path));
    }
  }
}

/* A course of which no picture is any good has none. */
static void
test_no_picture (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 0, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autoptr (GError) error = NULL;
  g_auto (DermaExhibit) exhibit = { 0 };

  course_of (sessions)->merit = -1;
  g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &exhibit, &error));
  g_assert_no_error (error);
  g_assert_null (exhibit.jpeg);
  g_assert_null (exhibit.outline);
}

/* A film of half a second that was cut off while the sidecar went on shows no picture of what came later. */
static void
test_lost_end (void)
{
  const guint64 times[] = { 2 * SECOND, G_MAXUINT64 };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 5, times);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autoptr (GError) error = NULL;
  g_auto (DermaExhibit) exhibit = { 0 };
  g_auto (DermaShot) shot = { 0 };

  g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &exhibit, &error));
  g_assert_no_error (error);
  g_assert_null (exhibit.jpeg);
  g_assert_null (exhibit.outline);
  g_assert_true (derma_gallery_get_shot (gallery, course_of (sessions), &shot, &error));
  g_assert_null (shot.pixels);
}

static void
test_parts (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = derma_sessions_new ();
  g_autoptr (DermaGallery) gallery = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *name = g_strdup_printf ("v-%05u.mkv", i), *sidecar = g_strdup_printf ("v-%05u.jsonl", i);
    g_autofree gchar *path = derma_storyboard_film (board, name, i ? 5 : 2, i ? 64 : 32, 16);

    derma_storyboard_begin (board, i);
    derma_storyboard_add_reading (board, NULL, i ? SECOND * 2 / 5 : 0, 1 + i, 0.5f);
    derma_storyboard_save (board, sidecar);
    g_assert_true (derma_sessions_add (sessions, path, NULL, &error));
  }
  g_assert_cmpuint (sessions->len, ==, 1);
  gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  for (guint i = 0; i < 4; i++) {
    const DermaCourse *course = g_ptr_array_index (((DermaSession *)g_ptr_array_index (sessions, 0))->courses, i % 2);
    g_auto (DermaShot) shot = { 0 };

    g_assert_true (derma_gallery_get_shot (gallery, course, &shot, &error));
    g_assert_cmpuint (shot.width, ==, i % 2 ? 64 : 32);
    g_assert_cmpint (ABS (shot.pixels[0] - (i % 2 ? 100 : 20)), <=, 2);
  }
}

/* Where a snapshot of that name is looked for: beside the recording, or nowhere. */
static void
test_snapshots_elsewhere_are_not_found (void)
{
  static const struct {
    const gchar *text, *name;
  } names[] = {
    { "s.jpg", "s.jpg" },
    { "/tmp/s.jpg", "s.jpg" },
    { "../../s.jpg", "s.jpg" },
    { "/etc/passwd", "passwd" },
    { "a/../s.jpg", "s.jpg" },
    { "http://host/s.jpg", "s.jpg" },
    { "s.jpg/", "s.jpg" },
    { "..", NULL },
    { "a/..", NULL },
    { ".", NULL },
    { "/", NULL },
    { "", NULL },
    { NULL, NULL },
  };
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 0, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const DermaMark mark = { .text = (gchar *)names[i].text };
    g_autofree gchar *found = derma_gallery_find_snapshot (gallery, &mark);
    g_autofree gchar *wanted = names[i].name ? derma_storyboard_get_path (board, names[i].name) : NULL;

    g_assert_cmpstr (found, ==, wanted);
  }
}

/* Files that are no pictures, or no files at all, are no exhibits. */
static void
test_bad_snapshots (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 0, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autofree gchar *text = derma_storyboard_get_path (board, "text.jpg"),
                   *folder = derma_storyboard_get_path (board, "folder.jpg");
  static const gchar *const names[] = { "text.jpg", "folder.jpg", "missing.jpg", "..", NULL };

  g_assert_true (g_file_set_contents (text, "\xff\xd8\xff\xe0 no picture", -1, NULL));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const DermaMark mark = { .text = (gchar *)names[i] };
    g_auto (DermaExhibit) exhibit = { 0 };

    derma_gallery_get_snapshot (gallery, &mark, 40, &exhibit);
    g_assert_null (exhibit.jpeg);
    g_assert_cmpuint (exhibit.width, ==, 0);
  }
}

static void
test_snapshot (void)
{
  g_autoptr (DermaStoryboard) board = derma_storyboard_new ();
  g_autoptr (GPtrArray) sessions = make_sessions (board, NULL, 2, EARLY);
  g_autoptr (DermaGallery) gallery = derma_gallery_new (g_ptr_array_index (sessions, 0));
  g_autofree gchar *path = derma_storyboard_get_path (board, "s.jpg");
  const DermaMark mark = { .text = (gchar *)"/elsewhere/s.jpg" };
  g_auto (DermaExhibit) best = { 0 }, exhibit = { 0 };

  g_assert_true (derma_gallery_get_best (gallery, course_of (sessions), 40, &best, NULL));
  g_assert_true (
      g_file_set_contents (path, g_bytes_get_data (best.jpeg, NULL), (gssize)g_bytes_get_size (best.jpeg), NULL));
  derma_gallery_get_snapshot (gallery, &mark, 10, &exhibit);
  g_assert_nonnull (exhibit.jpeg);
  g_assert_cmpuint (exhibit.width, ==, 10);
  g_assert_cmpuint (exhibit.height, ==, 5);
  g_assert_null (exhibit.outline);
}

static void
test_free_nothing (void)
{
  DermaExhibit exhibit = { 0 };

  derma_gallery_free (NULL);
  derma_exhibit_clear (&exhibit);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exhibit/shot", test_shot);
  g_test_add_func ("/exhibit/box", test_box);
  g_test_add_func ("/exhibit/no-box", test_no_box);
  g_test_add_func ("/exhibit/network-without-a-map", test_network_without_a_map);
  g_test_add_func ("/exhibit/missing-recording", test_missing_recording);
  g_test_add_func ("/exhibit/recording-that-vanishes", test_recording_that_vanishes);
  g_test_add_func ("/exhibit/broken-recording", test_broken_recording);
  g_test_add_func ("/exhibit/no-picture", test_no_picture);
  g_test_add_func ("/exhibit/lost-end", test_lost_end);
  g_test_add_func ("/exhibit/parts", test_parts);
  g_test_add_func ("/exhibit/snapshots-elsewhere-are-not-found", test_snapshots_elsewhere_are_not_found);
  g_test_add_func ("/exhibit/bad-snapshots", test_bad_snapshots);
  g_test_add_func ("/exhibit/snapshot", test_snapshot);
  g_test_add_func ("/exhibit/free-nothing", test_free_nothing);
  return g_test_run ();
}
