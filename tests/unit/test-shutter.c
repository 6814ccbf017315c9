/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frame of the last second a snapshot is of. */
#include "scene.h"

#include <derma/derma.h>

#include <string.h>

#define MS G_GUINT64_CONSTANT (1000000)
#define NO_TIME G_MAXUINT64

static DermaClasses *classes;

/* Offers a scene, of 160x120 pixels if nothing else is said. */
static void
offer (DermaShutter *shutter, gfloat blur, guint64 pts)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GError) error = NULL;
  Scene scene = SCENE_GOOD;
  Pixels pixels;

  derma_reading_set_classes (&reading, classes);
  reading.pts = pts >= 30 * MS && pts != NO_TIME ? pts - 30 * MS : pts;
  reading.lesion = (guint)(pts / MS);
  scene.width = 200;
  scene.height = 150;
  scene.blur = blur;
  scene_draw (&scene, &pixels);
  g_assert_true (derma_shutter_offer (shutter, &pixels.frame, pts, &reading, &error));
  g_assert_no_error (error);
  pixels_clear (&pixels);
}

static void
assert_taken (DermaShutter *shutter, guint64 pts, guint64 age)
{
  guint64 told = 1;
  g_autoptr (DermaSnapshot) snapshot = derma_shutter_release (shutter, &told);

  g_assert_nonnull (snapshot);
  g_assert_cmpuint (snapshot->pts, ==, pts);
  g_assert_cmpuint (told, ==, age);
}

/* At 20 frames a second, always out of focus but for the frame at @sharp. */
static DermaShutter *
watch (guint64 until, guint64 sharp)
{
  DermaShutter *shutter = derma_shutter_new ();

  for (guint64 pts = 0; pts <= until; pts += 50 * MS)
    offer (shutter, pts == sharp ? 0.0f : 3.0f + (gfloat)(pts / MS % 7), pts);
  return shutter;
}

static void
test_sharpest (void)
{
  static const guint64 places[] = { 1200, 1000, 800, 650, 500 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (DermaShutter) shutter = watch (1200 * MS, places[i] * MS);

    assert_taken (shutter, places[i] * MS, (1200 - places[i]) * MS);
  }
}

/* However sharp it was, a frame of more than a second ago is not what one sees. */
static void
test_no_older (void)
{
  g_autoptr (DermaShutter) shutter = watch (3000 * MS, 1950 * MS);
  guint64 age = 0;
  g_autoptr (DermaSnapshot) snapshot = derma_shutter_release (shutter, &age);

  g_assert_cmpuint (snapshot->pts, !=, 1950 * MS);
  g_assert_cmpuint (age, <=, 1000 * MS);
}

/* A gap in the stream leaves nothing of before it. */
static void
test_gap (void)
{
  g_autoptr (DermaShutter) shutter = watch (1000 * MS, 900 * MS);

  offer (shutter, 8.0f, 60000 * MS);
  assert_taken (shutter, 60000 * MS, 0);
}

/* A picture that moves is not sharp. */
static void
test_motion (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();

  for (guint i = 0; i < 20; i++) {
    Scene scene = SCENE_GOOD;
    Pixels pixels;

    scene.shift = i < 10 ? 0.05f * (gfloat)(i % 2) : i < 12 ? 0.05f : 0.05f * (gfloat)(i % 3);
    scene_draw (&scene, &pixels);
    g_assert_true (derma_shutter_offer (shutter, &pixels.frame, i * 40 * MS, NULL, NULL));
    pixels_clear (&pixels);
  }
  assert_taken (shutter, 10 * 40 * MS, 9 * 40 * MS);
}

/* The reading is the one that the frame carried, as old as it was then. */
static void
test_reading (void)
{
  g_autoptr (DermaShutter) shutter = watch (1000 * MS, 600 * MS);
  g_autoptr (DermaSnapshot) snapshot = derma_shutter_release (shutter, NULL);

  g_assert_true (snapshot->reading.classes == classes);
  g_assert_cmpuint (snapshot->reading.lesion, ==, 600);
  g_assert_cmpuint (snapshot->reading.pts, ==, 570 * MS);
  g_assert_cmpuint (snapshot->reading.age, ==, 30 * MS);
}

static void
test_nothing (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();
  guint64 age = 7;

  g_assert_null (derma_shutter_release (shutter, &age));
  g_assert_cmpuint (age, ==, 0);
  offer (shutter, 0.0f, 5 * MS);
  derma_shutter_reset (shutter);
  g_assert_null (derma_shutter_release (shutter, NULL));
  offer (shutter, 9.0f, 2 * MS);
  assert_taken (shutter, 2 * MS, 0);
  derma_shutter_free (NULL);
}

static void
test_backwards (void)
{
  g_autoptr (DermaShutter) shutter = watch (2000 * MS, 1900 * MS);

  offer (shutter, 9.0f, 100 * MS);
  assert_taken (shutter, 100 * MS, 0);
}

/* Without times nobody knows what a second is. */
static void
test_no_times (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();
  g_autoptr (DermaSnapshot) snapshot = NULL;

  offer (shutter, 0.0f, NO_TIME);
  offer (shutter, 5.0f, NO_TIME);
  snapshot = derma_shutter_release (shutter, NULL);
  g_assert_cmpuint (snapshot->pts, ==, NO_TIME);
  g_assert_cmpuint (snapshot->reading.age, ==, 0);
  offer (shutter, 9.0f, 40 * MS);
  assert_taken (shutter, 40 * MS, 0);
  offer (shutter, 9.0f, NO_TIME);
  assert_taken (shutter, NO_TIME, 0);
}

/* Ten seconds take no more memory than the first one. */
static void
test_memory (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 200; i++) {
    guint8 *pixels;

    offer (shutter, (gfloat)(i * 7 % 5), i * 50 * MS);
    {
      g_autoptr (DermaSnapshot) snapshot = derma_shutter_release (shutter, NULL);

      pixels = derma_picture_get_pixels (snapshot->picture);
    }
    g_hash_table_add (seen, pixels);
  }
  g_assert_cmpuint (g_hash_table_size (seen), <=, 4);
}

/* What somebody has does not change under his hands. */
static void
test_shared (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();
  g_autoptr (DermaSnapshot) first = NULL, again = NULL;
  g_autofree guint8 *before = NULL;
  gsize size;

  offer (shutter, 3.0f, 0);
  first = derma_shutter_release (shutter, NULL);
  again = derma_shutter_release (shutter, NULL);
  g_assert_true (first == again);
  size = 200 * 150 * 3;
  before = g_memdup2 (derma_picture_get_pixels (first->picture), size);
  for (guint i = 1; i < 60; i++)
    offer (shutter, i % 2 ? 0.0f : 4.0f, i * 50 * MS);
  g_assert_cmpmem (derma_picture_get_pixels (first->picture), size, before, size);
  g_assert_cmpuint (first->pts, ==, 0);
}

static void
hold (DermaShutter *shutter, gfloat blur, guint64 pts, guint64 read)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  Scene scene = SCENE_GOOD;
  Pixels pixels;

  derma_reading_set_classes (&reading, classes);
  reading.pts = read;
  scene.blur = blur;
  scene_draw (&scene, &pixels);
  g_assert_true (derma_shutter_hold (shutter, &pixels.frame, pts, read == NO_TIME ? NULL : &reading, NULL));
  pixels_clear (&pixels);
}

/* The picture that is held, sharp or not, with the newest reading of it. */
static void
test_hold (void)
{
  g_autoptr (DermaShutter) shutter = watch (1000 * MS, 900 * MS);
  g_autoptr (DermaSnapshot) first = NULL, second = NULL;

  hold (shutter, 9.0f, 1050 * MS, NO_TIME);
  assert_taken (shutter, 1050 * MS, 0);
  hold (shutter, 9.0f, 1050 * MS, 1000 * MS);
  first = derma_shutter_release (shutter, NULL);
  g_assert_cmpuint (first->reading.pts, ==, 1000 * MS);
  g_assert_cmpuint (first->reading.age, ==, 50 * MS);
  hold (shutter, 9.0f, 1050 * MS, 1000 * MS);
  second = derma_shutter_release (shutter, NULL);
  g_assert_true (first == second);
  g_clear_pointer (&second, derma_snapshot_unref);
  hold (shutter, 9.0f, 1050 * MS, 1050 * MS);
  second = derma_shutter_release (shutter, NULL);
  g_assert_cmpuint (second->reading.pts, ==, 1050 * MS);
  g_assert_cmpuint (first->reading.pts, ==, 1000 * MS);
  offer (shutter, 9.0f, 1100 * MS);
  assert_taken (shutter, 1100 * MS, 0);
}

static void
test_bad_frames (void)
{
  g_autoptr (DermaShutter) shutter = watch (100 * MS, 50 * MS);
  g_autoptr (GError) error = NULL;
  DermaFrame frame = { .format = DERMA_FORMAT_RGB, .width = 9, .height = 9 };

  g_assert_false (derma_shutter_offer (shutter, &frame, 0, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_clear_error (&error);
  assert_taken (shutter, 50 * MS, 50 * MS);
  g_assert_false (derma_shutter_hold (shutter, &frame, 0, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_null (derma_shutter_release (shutter, NULL));
  offer (shutter, 1.0f, 200 * MS);
  assert_taken (shutter, 200 * MS, 0);
}

/* Frames of another size take the place of those before. */
static void
test_sizes (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();

  for (guint i = 1; i < 40; i++) {
    g_autoptr (DermaSnapshot) snapshot = NULL;
    Pixels pixels;

    pixels_init (&pixels, i % DERMA_N_FORMATS, i, 41 - i, i % 3);
    derma_shutter_reset (shutter);
    g_assert_true (derma_shutter_offer (shutter, &pixels.frame, i * MS, NULL, NULL));
    snapshot = derma_shutter_release (shutter, NULL);
    g_assert_cmpuint (derma_picture_get_frame (snapshot->picture)->width, ==, i);
    g_assert_cmpint (derma_picture_get_frame (snapshot->picture)->format, ==, i % DERMA_N_FORMATS);
    g_assert_null (snapshot->reading.classes);
    pixels_clear (&pixels);
  }
}

static gpointer
take_many (gpointer data)
{
  guint n = 0;

  for (guint i = 0; i < 2000; i++) {
    g_autoptr (DermaSnapshot) snapshot = derma_shutter_release (data, NULL);

    if (snapshot) {
      g_assert_cmpuint (derma_picture_get_frame (snapshot->picture)->width, ==, 200);
      n++;
    }
    g_thread_yield ();
  }
  return GUINT_TO_POINTER (n);
}

/* Taken while frames come. */
static void
test_threads (void)
{
  g_autoptr (DermaShutter) shutter = derma_shutter_new ();
  GThread *thread;

  offer (shutter, 1.0f, 0);
  thread = g_thread_new ("taker", take_many, shutter);
  for (guint i = 1; i < 60; i++)
    offer (shutter, (gfloat)(i % 3), i * 50 * MS);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };
  int result;

  g_test_init (&argc, &argv, NULL);
  classes = derma_classes_new (labels, NULL);
  g_test_add_func ("/shutter/sharpest", test_sharpest);
  g_test_add_func ("/shutter/no-older", test_no_older);
  g_test_add_func ("/shutter/gap", test_gap);
  g_test_add_func ("/shutter/motion", test_motion);
  g_test_add_func ("/shutter/reading", test_reading);
  g_test_add_func ("/shutter/nothing", test_nothing);
  g_test_add_func ("/shutter/backwards", test_backwards);
  g_test_add_func ("/shutter/no-times", test_no_times);
  g_test_add_func ("/shutter/memory", test_memory);
  g_test_add_func ("/shutter/shared", test_shared);
  g_test_add_func ("/shutter/hold", test_hold);
  g_test_add_func ("/shutter/bad-frames", test_bad_frames);
  g_test_add_func ("/shutter/sizes", test_sizes);
  g_test_add_func ("/shutter/threads", test_threads);
  result = g_test_run ();
  derma_classes_unref (classes);
  return result;
}
