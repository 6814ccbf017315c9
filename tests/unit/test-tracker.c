/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/tracker.h>

#include <math.h>

#define STEP G_GUINT64_CONSTANT (100000000) /* ns */
#define WINDOW 2.0f

typedef struct {
  DermaTracker *tracker;
  DermaClasses *classes;
  DermaReading reading;
  guint64 pts;
} Fixture;

static DermaClasses *
make_classes (void)
{
  static const gchar *const labels[] = { "mel", "nv", "bkl", NULL };
  DermaClasses *classes = derma_classes_new (labels, NULL);

  classes->malignant[0] = TRUE;
  return classes;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->tracker = derma_tracker_new ();
  f->classes = make_classes ();
  f->reading = (DermaReading)DERMA_READING_INIT;
  f->pts = 0;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  derma_tracker_free (f->tracker);
  derma_reading_clear (&f->reading);
  derma_classes_unref (f->classes);
}

/* One frame of 100 ms whose first class has probability @mel, the second the rest but 0.05. */
static DermaState
frame (Fixture *f, gfloat mel)
{
  derma_reading_set_classes (&f->reading, f->classes);
  f->reading.pts = f->pts;
  f->reading.probabilities[0] = mel;
  f->reading.probabilities[1] = 0.95f - mel;
  f->reading.probabilities[2] = 0.05f;
  derma_reading_decide (&f->reading, 0.5f);
  derma_tracker_update (f->tracker, WINDOW, 0.5f, &f->reading);
  f->pts += STEP;
  return f->reading.state;
}

/* One without a lesion. */
static DermaState
empty (Fixture *f)
{
  derma_reading_set_classes (&f->reading, f->classes);
  f->reading.pts = f->pts;
  for (guint i = 0; i < 3; i++)
    f->reading.probabilities[i] = 1.0f / 3;
  derma_reading_decide (&f->reading, 0.5f);
  f->reading.state = DERMA_STATE_NO_LESION;
  derma_tracker_update (f->tracker, WINDOW, 0.5f, &f->reading);
  f->pts += STEP;
  return f->reading.state;
}

static void
assert_sum (const DermaReading *reading)
{
  gdouble sum = 0;

  for (guint i = 0; i < reading->classes->n; i++) {
    g_assert_true (reading->probabilities[i] >= 0 && reading->probabilities[i] <= 1);
    sum += reading->probabilities[i];
  }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
}

/* Equal frames say together what one says, however many they are. */
static void
test_alike (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 100; i++) {
    frame (f, 0.7f);
    g_assert_cmpfloat_with_epsilon (f->reading.confidence, 0.7, 1e-4);
    g_assert_cmpfloat_with_epsilon (f->reading.malignant, 0.7, 1e-4);
    assert_sum (&f->reading);
  }
}

static void
test_settles (Fixture *f, gconstpointer data)
{
  guint acquiring = 0;

  while (frame (f, 0.7f) == DERMA_STATE_ACQUIRING && acquiring < 100)
    acquiring++;
  g_assert_cmpuint (acquiring, >=, 3);
  g_assert_cmpuint (acquiring, <=, 10);
  g_assert_cmpint (f->reading.state, ==, DERMA_STATE_STABLE);
  g_assert_cmpuint (f->reading.lesion, ==, 1);
}

/* A pause counts as two frames at most of the time spent on a lesion. */
static void
test_pause_counts_little (Fixture *f, gconstpointer data)
{
  guint plain = 0, paused = 0;

  while (frame (f, 0.7f) != DERMA_STATE_STABLE)
    plain++;
  g_assert_cmpuint (plain, >=, 4);
  derma_tracker_reset (f->tracker);
  for (; frame (f, 0.7f) != DERMA_STATE_STABLE; paused++)
    if (paused == 1)
      f->pts += 8 * STEP;
  g_assert_cmpuint (paused, ==, plain - 1);
}

/* A label that changes from frame to frame does so no more. */
static void
test_flips (Fixture *f, gconstpointer data)
{
  guint flips = 0, last = 0;

  for (guint i = 0; i < 100; i++) {
    frame (f, i % 2 == 0 ? 0.52f : 0.42f);
    flips += i > 0 && f->reading.top != last;
    last = f->reading.top;
  }
  g_assert_cmpuint (flips, <=, 1);
}

/* Evidence fades: what was seen long ago gives way. */
static void
test_fades (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 50; i++)
    frame (f, 0.9f);
  g_assert_cmpuint (f->reading.top, ==, 0);
  for (guint i = 0; i < 80; i++)
    frame (f, 0.05f);
  g_assert_cmpuint (f->reading.top, ==, 1);
  g_assert_cmpuint (f->reading.lesion, ==, 1);
}

/* A blurred frame that says the opposite counts for little. */
static void
test_poor_frames_count_little (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 30; i++) {
    f->reading.quality.focus = i % 3 == 0 ? 1.0f : 0.05f;
    frame (f, i % 3 == 0 ? 0.8f : 0.1f);
  }
  g_assert_cmpuint (f->reading.top, ==, 0);
  f->reading.quality.focus = 0.05f;
  for (guint i = 0; i < 20; i++)
    frame (f, 0.8f);
  g_assert_cmpint (f->reading.state, ==, DERMA_STATE_POOR_IMAGE);
}

static void
test_lift_off (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 30; i++)
    frame (f, 0.9f);
  for (guint i = 0; i < 12; i++)
    empty (f);
  g_assert_cmpint (f->reading.state, ==, DERMA_STATE_NO_LESION);
  g_assert_cmpuint (f->reading.lesion, ==, 1);
  for (guint i = 0; i < 30; i++)
    frame (f, 0.1f);
  g_assert_cmpuint (f->reading.lesion, ==, 2);
  g_assert_cmpuint (f->reading.top, ==, 1);
  g_assert_cmpfloat_with_epsilon (f->reading.confidence, 0.85, 0.01);
}

/* A frame or two without one is no lift-off. */
static void
test_blink (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 60; i++) {
    if (i > 10 && i % 10 == 0)
      empty (f);
    else
      frame (f, 0.9f);
    g_assert_cmpuint (f->reading.lesion, ==, 1);
    if (i > 15)
      g_assert_cmpint (f->reading.state, ==, DERMA_STATE_STABLE);
  }
}

/* A single frame with a lesion among many without is none. */
static void
test_glimpse (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 60; i++) {
    if (i % 10 == 9)
      frame (f, 0.9f);
    else
      empty (f);
    g_assert_cmpint (f->reading.state, ==, DERMA_STATE_NO_LESION);
    g_assert_cmpuint (f->reading.lesion, ==, 1);
  }
}

/* After a gap in time it may be anything. */
static void
test_gap (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 30; i++)
    frame (f, 0.9f);
  f->pts += 60 * STEP;
  for (guint i = 0; i < 30; i++)
    frame (f, 0.1f);
  g_assert_cmpuint (f->reading.lesion, ==, 2);
  g_assert_cmpuint (f->reading.top, ==, 1);
}

static void
test_other_network (Fixture *f, gconstpointer data)
{
  static const gchar *const labels[] = { "a", "b", "c", "d", "e", NULL };
  g_autoptr (DermaClasses) other = derma_classes_new (labels, NULL);

  for (guint i = 0; i < 30; i++)
    frame (f, 0.9f);
  derma_reading_set_classes (&f->reading, other);
  for (guint i = 0; i < 5; i++)
    f->reading.probabilities[i] = i == 4 ? 0.8f : 0.05f;
  f->reading.pts = f->pts;
  derma_reading_decide (&f->reading, 0.5f);
  derma_tracker_update (f->tracker, WINDOW, 0.5f, &f->reading);
  g_assert_cmpuint (f->reading.top, ==, 4);
  g_assert_cmpfloat_with_epsilon (f->reading.confidence, 0.8, 1e-4);
  g_assert_cmpint (f->reading.state, ==, DERMA_STATE_ACQUIRING);
}

static void
test_reset (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 30; i++)
    frame (f, 0.9f);
  for (guint i = 0; i < 12; i++)
    empty (f);
  for (guint i = 0; i < 30; i++)
    frame (f, 0.9f);
  g_assert_cmpuint (f->reading.lesion, ==, 2);
  derma_tracker_reset (f->tracker);
  derma_tracker_reset (f->tracker);
  frame (f, 0.2f);
  g_assert_cmpuint (f->reading.lesion, ==, 1);
  g_assert_cmpfloat_with_epsilon (f->reading.confidence, 0.75, 1e-4);
}

/* Times that are missing, stand still, run backwards or are at the end of all time. */
static void
test_hostile_times (Fixture *f, gconstpointer data)
{
  static const guint64 times[] = { G_MAXUINT64, 0, 0, G_MAXUINT64 - 1, 5, G_MAXUINT64, G_MAXUINT64, 1, G_MAXINT64 };

  for (guint round = 0; round < 50; round++) {
    f->pts = times[round % G_N_ELEMENTS (times)];
    frame (f, 0.9f);
    assert_sum (&f->reading);
    g_assert_cmpuint (f->reading.top, ==, 0);
  }
}

/* Probabilities of 0 and measures that are no numbers. */
static void
test_hostile_numbers (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 50; i++) {
    f->reading.quality = (DermaQuality){ NAN, INFINITY, -5, 1e30f };
    f->reading.typicality = i % 2 == 0 ? NAN : 2;
    derma_reading_set_classes (&f->reading, f->classes);
    f->reading.pts = i * STEP;
    f->reading.probabilities[0] = 0;
    f->reading.probabilities[1] = 1;
    f->reading.probabilities[2] = 0;
    derma_reading_decide (&f->reading, 0.5f);
    derma_tracker_update (f->tracker, WINDOW, 0.5f, &f->reading);
    assert_sum (&f->reading);
  }
  g_assert_cmpuint (f->reading.top, ==, 1);
  for (guint i = 0; i < 60; i++)
    frame (f, 0.9f);
  g_assert_cmpuint (f->reading.top, ==, 0);
}

/* Of no worth at all, for ever: never divided by nothing. */
static void
test_worthless (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 100; i++) {
    f->reading.quality = (DermaQuality){ 0, 0, 0, 0 };
    frame (f, 0.6f);
    assert_sum (&f->reading);
    g_assert_cmpint (f->reading.state, !=, DERMA_STATE_STABLE);
  }
  derma_tracker_free (NULL);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/tracker/alike", test_alike },
    { "/tracker/settles", test_settles },
    { "/tracker/pause-counts-little", test_pause_counts_little },
    { "/tracker/flips", test_flips },
    { "/tracker/fades", test_fades },
    { "/tracker/poor-frames-count-little", test_poor_frames_count_little },
    { "/tracker/lift-off", test_lift_off },
    { "/tracker/blink", test_blink },
    { "/tracker/glimpse", test_glimpse },
    { "/tracker/gap", test_gap },
    { "/tracker/other-network", test_other_network },
    { "/tracker/reset", test_reset },
    { "/tracker/hostile-times", test_hostile_times },
    { "/tracker/hostile-numbers", test_hostile_numbers },
    { "/tracker/worthless", test_worthless },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
