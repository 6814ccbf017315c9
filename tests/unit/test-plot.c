/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"
#include "tools/plot.h"

#include <math.h>
#include <string.h>

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* A session and its only course, as a plot needs them. */
typedef struct {
  DermaSession session;
  DermaCourse *course;
  DermaClasses *classes;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };

  fixture->classes = derma_classes_new (labels, NULL);
  fixture->classes->malignant[0] = TRUE;
  fixture->classes->operating_point = 0.25f;
  fixture->course = derma_course_new (4);
  fixture->session.snapshots = g_ptr_array_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  derma_course_free (fixture->course);
  derma_classes_unref (fixture->classes);
  g_ptr_array_unref (fixture->session.snapshots);
}

static void
add (Fixture *fixture, gdouble seconds, DermaState state, gfloat malignant, gfloat focus)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  derma_reading_set_classes (&reading, fixture->classes);
  reading.probabilities[0] = malignant;
  reading.probabilities[1] = 1 - malignant;
  derma_reading_decide (&reading, 0.5f);
  reading.state = state;
  reading.pts = (guint64)(seconds * 1e9);
  reading.quality = (DermaQuality){ focus, 1, 1, 1 };
  derma_course_add (fixture->course, &reading, reading.pts, 0);
}

static gchar *
plot (Fixture *fixture)
{
  GString *html = g_string_new (NULL);

  derma_plot_course (html, &fixture->session, fixture->course);
  return g_string_free (html, FALSE);
}

static guint
count (const gchar *text, const gchar *piece)
{
  guint n = 0;

  for (const gchar *at = text; (at = strstr (at, piece)); at += strlen (piece))
    n++;
  return n;
}

/* The d of the path of that class. */
static gchar *
get_path (const gchar *svg, const gchar *name)
{
  g_autofree gchar *start = g_strdup_printf ("<path class=\"%s\" d=\"", name);
  const gchar *at = strstr (svg, start);

  g_assert_nonnull (at);
  at += strlen (start);
  return g_strndup (at, strcspn (at, "\""));
}

static void
test_line (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL, *score = NULL, *quality = NULL;

  add (fixture, 0, DERMA_STATE_ACQUIRING, 0.25f, 1);
  add (fixture, 1, DERMA_STATE_STABLE, 0.5f, 0.5f);
  add (fixture, 2, DERMA_STATE_STABLE, 1, 0);
  svg = plot (fixture);
  score = get_path (svg, "score");
  quality = get_path (svg, "quality");
  g_assert_cmpstr (score, ==, "M7.0 75.00L500.0 50.00L993.0 0.00");
  g_assert_cmpstr (quality, ==, "M7.0 0.00L500.0 50.00L993.0 100.00");
  g_assert_true (g_str_has_prefix (svg, "<svg "));
  g_assert_true (g_str_has_suffix (svg, "</svg>\n"));
}

/* A pause of more than two seconds interrupts the line. */
static void
test_pause (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL, *score = NULL;

  add (fixture, 0, DERMA_STATE_STABLE, 0.5f, 1);
  add (fixture, 2, DERMA_STATE_STABLE, 0.5f, 1);
  add (fixture, 4.1, DERMA_STATE_STABLE, 0.5f, 1);
  svg = plot (fixture);
  score = get_path (svg, "score");
  g_assert_cmpuint (count (score, "M"), ==, 2);
  g_assert_cmpuint (count (score, "L"), ==, 1);
}

static void
test_unmeasured_quality (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL, *quality = NULL;

  for (guint i = 0; i < 5; i++)
    add (fixture, i, DERMA_STATE_STABLE, 0.5f, 0.5f);
  for (guint i = 0; i < 5; i++)
    g_array_index (fixture->course->points, DermaPoint, i).quality = i == 2 ? DERMA_UNMEASURED : 0.5f;
  svg = plot (fixture);
  quality = get_path (svg, "quality");
  g_assert_cmpuint (count (quality, "M"), ==, 2);
  g_assert_cmpuint (count (quality, "L"), ==, 2);
}

static void
test_one_reading (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL, *score = NULL;

  add (fixture, 5, DERMA_STATE_ACQUIRING, 0.5f, 1);
  svg = plot (fixture);
  score = get_path (svg, "score");
  g_assert_cmpstr (score, ==, "M7.0 50.00");
  g_assert_nonnull (strstr (svg, "1 readings"));
  g_assert_nonnull (strstr (svg, "never stable"));
}

static void
test_band (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL;

  add (fixture, 0, DERMA_STATE_ACQUIRING, 0.5f, 1);
  add (fixture, 1, DERMA_STATE_ACQUIRING, 0.5f, 1);
  add (fixture, 2, DERMA_STATE_STABLE, 0.5f, 1);
  add (fixture, 3, DERMA_STATE_UNCERTAIN, 0.5f, 1);
  add (fixture, 4, DERMA_STATE_STABLE, 0.5f, 1);
  svg = plot (fixture);
  g_assert_cmpuint (count (svg, "<rect class=\"acquiring\""), ==, 1);
  g_assert_cmpuint (count (svg, "<rect class=\"stable\""), ==, 2);
  g_assert_cmpuint (count (svg, "<rect class=\"uncertain\""), ==, 1);
  g_assert_nonnull (strstr (svg, "x=\"0.700%\""));
  g_assert_nonnull (strstr (svg, "stable after 2.0 seconds"));
}

static void
test_operating_point (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL;

  add (fixture, 0, DERMA_STATE_STABLE, 0.5f, 1);
  svg = plot (fixture);
  g_assert_nonnull (strstr (svg, "<line class=\"operating\" x1=\"0\" x2=\"100%\" y1=\"115.0\" y2=\"115.0\"/>"));
  g_assert_nonnull (strstr (svg, "operating point 0.25"));
}

static void
test_without_classes (Fixture *fixture, gconstpointer data)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autofree gchar *svg = NULL;

  reading.state = DERMA_STATE_ACQUIRING;
  reading.malignant = DERMA_UNMEASURED;
  derma_course_add (fixture->course, &reading, 1, 0);
  svg = plot (fixture);
  g_assert_null (strstr (svg, "operating"));
  g_assert_null (strstr (svg, "<circle"));
}

static void
test_snapshots (Fixture *fixture, gconstpointer data)
{
  DermaMark marks[] = {
    { .time = 1 * SECOND, .lesion = 4 }, /* in the middle */
    { .time = 1 * SECOND, .lesion = 3 }, /* of another lesion */
    { .time = 2 * SECOND, .lesion = 4 },
    { .time = 9 * SECOND, .lesion = 4 }, /* after the last sight */
  };
  g_autofree gchar *svg = NULL;

  add (fixture, 0, DERMA_STATE_STABLE, 0.5f, 1);
  add (fixture, 2, DERMA_STATE_STABLE, 0.5f, 1);
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    g_ptr_array_add (fixture->session.snapshots, &marks[i]);
  svg = plot (fixture);
  g_assert_cmpuint (count (svg, "<line class=\"snapshot\""), ==, 3);
  g_assert_nonnull (strstr (svg, "x1=\"50.00%\""));
  g_assert_cmpuint (count (svg, "x1=\"99.30%\""), ==, 2);
}

static void
test_snapshot_before_the_lesion_is_not_shown (Fixture *fixture, gconstpointer data)
{
  DermaMark mark = { .time = 1 * SECOND, .lesion = 4 };
  g_autofree gchar *svg = NULL;

  add (fixture, 5, DERMA_STATE_STABLE, 0.5f, 1);
  g_ptr_array_add (fixture->session.snapshots, &mark);
  svg = plot (fixture);
  g_assert_null (strstr (svg, "snapshot"));
}

/* However many readings, a picture stays small and keeps the highest and the lowest of them. */
static void
test_too_many_readings (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL, *score = NULL;

  for (guint i = 0; i < 50000; i++)
    add (fixture, i / 30.0, DERMA_STATE_STABLE, i == 33333 ? 1 : i == 7 ? 0 : 0.5f, 1);
  svg = plot (fixture);
  score = get_path (svg, "score");
  g_assert_cmpuint (count (score, "L") + count (score, "M"), <=, 801);
  g_assert_cmpuint (count (score, " 0.00"), ==, 1);
  g_assert_cmpuint (count (score, " 100.00"), ==, 1);
  g_assert_nonnull (strstr (svg, "50000 readings"));
}

/* Times that stand still, and the last that a session can have. */
static void
test_extreme_times (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *svg = NULL;

  for (guint i = 0; i < 3; i++) {
    g_auto (DermaReading) reading = DERMA_READING_INIT;

    derma_reading_set_classes (&reading, fixture->classes);
    reading.state = DERMA_STATE_STABLE;
    derma_course_add (fixture->course, &reading, i == 2 ? G_GUINT64_CONSTANT (31622400000000000) : 0, 0);
  }
  svg = plot (fixture);
  g_assert_null (strstr (svg, "nan\""));
  g_assert_null (strstr (svg, "inf\""));
}

static void
test_shares (Fixture *fixture, gconstpointer data)
{
  const gdouble shares[DERMA_N_STATES] = { 0.25, 0, 0.25, 0.5, 0 };
  g_autoptr (GString) html = g_string_new (NULL);

  derma_plot_shares (html, shares);
  g_assert_nonnull (strstr (html->str, "no-lesion"));
  g_assert_nonnull (strstr (html->str, "stable"));
  g_assert_null (strstr (html->str, "poor-image"));
  g_assert_null (strstr (html->str, "uncertain"));
}

static void
test_no_shares (Fixture *fixture, gconstpointer data)
{
  const gdouble shares[DERMA_N_STATES] = { 0 };
  g_autoptr (GString) html = g_string_new (NULL);

  derma_plot_shares (html, shares);
  g_assert_null (strstr (html->str, "<rect"));
  g_assert_null (strstr (html->str, "nan%"));
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/plot/line", test_line },
    { "/plot/pause", test_pause },
    { "/plot/unmeasured-quality", test_unmeasured_quality },
    { "/plot/one-reading", test_one_reading },
    { "/plot/band", test_band },
    { "/plot/operating-point", test_operating_point },
    { "/plot/without-classes", test_without_classes },
    { "/plot/snapshots", test_snapshots },
    { "/plot/snapshot-before-the-lesion-is-not-shown", test_snapshot_before_the_lesion_is_not_shown },
    { "/plot/too-many-readings", test_too_many_readings },
    { "/plot/extreme-times", test_extreme_times },
    { "/plot/shares", test_shares },
    { "/plot/no-shares", test_no_shares },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
