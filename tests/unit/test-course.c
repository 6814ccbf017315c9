/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/course.h"

#include <math.h>

#define SECOND G_GUINT64_CONSTANT (1000000000)

static void
init (DermaReading *reading)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, NULL);

  classes->malignant[0] = TRUE;
  derma_reading_set_classes (reading, classes);
}

/* Adds a reading of that state, score and focus. */
static void
add (DermaCourse *course, gdouble seconds, DermaState state, gfloat malignant, gfloat focus)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  init (&reading);
  reading.probabilities[0] = malignant;
  reading.probabilities[1] = 1 - malignant;
  derma_reading_decide (&reading, 0.5f);
  reading.state = state;
  reading.pts = (guint64)(seconds * 1e9);
  reading.quality = (DermaQuality){ focus, 1, 1, 1 };
  derma_course_add (course, &reading, reading.pts, 0);
}

static void
test_from_first_to_last_sight (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (3);

  add (course, 1, DERMA_STATE_NO_LESION, 0.1f, 1);
  g_assert_cmpuint (course->n_seen, ==, 0);
  g_assert_cmpuint (course->points->len, ==, 0);
  add (course, 2, DERMA_STATE_ACQUIRING, 0.2f, 1);
  add (course, 2.5, DERMA_STATE_NO_LESION, 0.2f, 1);
  add (course, 3, DERMA_STATE_STABLE, 0.3f, 1);
  add (course, 4, DERMA_STATE_NO_LESION, 0.9f, 1);
  g_assert_cmpuint (course->n_seen, ==, 3);
  g_assert_cmpuint (derma_course_get_start (course), ==, 2 * SECOND);
  g_assert_cmpuint (derma_course_get_end (course), ==, 3 * SECOND);
  g_assert_cmpfloat_with_epsilon (derma_course_get_peak (course), 0.3, 1e-6);
  g_assert_cmpfloat_with_epsilon (derma_course_get_settling (course), 1, 1e-9);
}

static void
test_what_stood_last (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);

  add (course, 0, DERMA_STATE_ACQUIRING, 0.1f, 1);
  g_assert_cmpint (course->final.reading.state, ==, DERMA_STATE_ACQUIRING);
  add (course, 1, DERMA_STATE_UNCERTAIN, 0.2f, 1);
  add (course, 2, DERMA_STATE_STABLE, 0.3f, 1);
  add (course, 3, DERMA_STATE_STABLE, 0.4f, 1);
  add (course, 4, DERMA_STATE_UNCERTAIN, 0.5f, 1);
  add (course, 5, DERMA_STATE_POOR_IMAGE, 0.6f, 1);
  add (course, 6, DERMA_STATE_NO_LESION, 0.7f, 1);
  g_assert_cmpint (course->final.reading.state, ==, DERMA_STATE_STABLE);
  g_assert_cmpfloat_with_epsilon (course->final.reading.malignant, 0.4, 1e-6);
  g_assert_cmpuint (course->final.time, ==, 3 * SECOND);
}

static void
test_never_stable (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);

  add (course, 0, DERMA_STATE_UNCERTAIN, 0.5f, 1);
  add (course, 1, DERMA_STATE_POOR_IMAGE, 0.5f, 1);
  g_assert_cmpfloat (derma_course_get_settling (course), <, 0);
  g_assert_cmpint (course->final.reading.state, ==, DERMA_STATE_UNCERTAIN);
}

static void
test_best_picture (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);

  add (course, 0, DERMA_STATE_STABLE, 0.5f, 0.4f);
  add (course, 1, DERMA_STATE_POOR_IMAGE, 0.5f, 1);
  add (course, 2, DERMA_STATE_ACQUIRING, 0.5f, 0.8f);
  add (course, 3, DERMA_STATE_STABLE, 0.5f, 0.8f);
  add (course, 4, DERMA_STATE_NO_LESION, 0.5f, 1);
  g_assert_cmpuint (course->best.reading.pts, ==, 2 * SECOND);
  g_assert_cmpfloat_with_epsilon (course->merit, 0.8, 1e-6);
}

static void
test_reading_without_time_has_no_picture (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  init (&reading);
  reading.state = DERMA_STATE_STABLE;
  derma_course_add (course, &reading, 5, 0);
  g_assert_cmpfloat (course->merit, <, 0);
  g_assert_null (course->best.reading.classes);
  g_assert_nonnull (course->final.reading.classes);
}

static void
test_reading_without_classes (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  reading.state = DERMA_STATE_STABLE;
  reading.pts = 7;
  derma_course_add (course, &reading, 7, 0);
  add (course, 1, DERMA_STATE_ACQUIRING, 0.25f, 1);
  g_assert_nonnull (course->final.reading.classes);
  g_assert_cmpfloat (g_array_index (course->points, DermaPoint, 0).malignant, ==, DERMA_UNMEASURED);
  g_assert_cmpfloat_with_epsilon (derma_course_get_peak (course), 0.25, 1e-6);
}

static void
test_shares (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);
  gdouble shares[DERMA_N_STATES], sum = 0;

  add (course, 0, DERMA_STATE_ACQUIRING, 0.5f, 1);
  add (course, 0.5, DERMA_STATE_STABLE, 0.5f, 1);
  /* After a pause that does not count for more than a second. */
  add (course, 100, DERMA_STATE_UNCERTAIN, 0.5f, 1);
  add (course, 100.5, DERMA_STATE_UNCERTAIN, 0.5f, 1);
  derma_course_get_shares (course, shares);
  for (guint s = 0; s < DERMA_N_STATES; s++)
    sum += shares[s];
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (shares[DERMA_STATE_ACQUIRING], 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (shares[DERMA_STATE_STABLE], 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (shares[DERMA_STATE_UNCERTAIN], 0.25, 1e-9);
}

static void
test_shares_of_a_moment (void)
{
  g_autoptr (DermaCourse) course = derma_course_new (1);
  gdouble shares[DERMA_N_STATES];

  add (course, 3, DERMA_STATE_POOR_IMAGE, 0.5f, 1);
  add (course, 3, DERMA_STATE_POOR_IMAGE, 0.5f, 1);
  derma_course_get_shares (course, shares);
  g_assert_cmpfloat (shares[DERMA_STATE_POOR_IMAGE], ==, 1);
  g_assert_cmpuint (derma_course_get_start (course), ==, derma_course_get_end (course));
}

static void
test_quality (void)
{
  const DermaQuality none = { DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED };
  const DermaQuality some = { DERMA_UNMEASURED, 0.75f, 0.5f, DERMA_UNMEASURED };
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  g_assert_cmpfloat (derma_course_get_quality (&none), ==, DERMA_UNMEASURED);
  g_assert_cmpfloat (derma_course_get_quality (&some), ==, 0.5f);
  reading.state = DERMA_STATE_STABLE;
  g_assert_cmpfloat_with_epsilon (derma_course_rate (&reading), 1 / 16.0, 1e-9);
  reading.state = DERMA_STATE_NO_LESION;
  g_assert_cmpfloat (derma_course_rate (&reading), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/course/from-first-to-last-sight", test_from_first_to_last_sight);
  g_test_add_func ("/course/what-stood-last", test_what_stood_last);
  g_test_add_func ("/course/never-stable", test_never_stable);
  g_test_add_func ("/course/best-picture", test_best_picture);
  g_test_add_func ("/course/reading-without-time-has-no-picture", test_reading_without_time_has_no_picture);
  g_test_add_func ("/course/reading-without-classes", test_reading_without_classes);
  g_test_add_func ("/course/shares", test_shares);
  g_test_add_func ("/course/shares-of-a-moment", test_shares_of_a_moment);
  g_test_add_func ("/course/quality", test_quality);
  return g_test_run ();
}
