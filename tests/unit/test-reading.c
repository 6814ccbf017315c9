/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/reading.h>

#include <math.h>
#include <string.h>

static DermaClasses *
make_classes (const gchar *labels)
{
  g_auto (GStrv) list = g_strsplit (labels, ",", -1);

  return derma_classes_new ((const gchar *const *)list, NULL);
}

static void
fill (DermaReading *reading, DermaClasses *classes, const gfloat *probabilities)
{
  derma_reading_set_classes (reading, classes);
  memcpy (reading->probabilities, probabilities, classes->n * sizeof (gfloat));
}

static void
test_set_classes (void)
{
  g_autoptr (DermaClasses) three = make_classes ("a,b,c");
  g_autoptr (DermaClasses) other = make_classes ("x,y,z");
  g_autoptr (DermaClasses) one = make_classes ("only");
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  gfloat *room;

  derma_reading_set_classes (&reading, three);
  room = reading.probabilities;
  g_assert_nonnull (room);
  derma_reading_set_classes (&reading, other);
  g_assert_true (reading.probabilities == room);
  g_assert_true (reading.classes == other);
  reading.top = 2;
  derma_reading_set_classes (&reading, one);
  g_assert_true (reading.classes == one);
  g_assert_cmpuint (reading.top, ==, 0);
  g_assert_cmpfloat (reading.probabilities[0], ==, 0);
}

static void
test_decide (void)
{
  static const gfloat probabilities[] = { 0.25f, 0.5f, 0.125f, 0.125f };
  g_autoptr (DermaClasses) classes = make_classes ("a,b,c,d");
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  classes->malignant[0] = classes->malignant[3] = TRUE;
  fill (&reading, classes, probabilities);
  derma_reading_decide (&reading, 0.4f);
  g_assert_cmpuint (reading.top, ==, 1);
  g_assert_cmpfloat (reading.confidence, ==, 0.5f);
  g_assert_cmpfloat (reading.malignant, ==, 0.375f);
  g_assert_false (reading.flagged);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_STABLE);
}

static void
test_threshold (void)
{
  static const gfloat probabilities[] = { 0.5f, 0.5f };
  g_autoptr (DermaClasses) classes = make_classes ("a,b");
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  fill (&reading, classes, probabilities);
  derma_reading_decide (&reading, 0.5f);
  g_assert_cmpuint (reading.top, ==, 0);
  g_assert_cmpint (reading.state, ==, DERMA_STATE_STABLE);
  derma_reading_decide (&reading, nextafterf (0.5f, 1));
  g_assert_cmpint (reading.state, ==, DERMA_STATE_UNCERTAIN);
}

static void
test_operating_point (void)
{
  static const gfloat probabilities[] = { 0.3f, 0.7f };
  g_autoptr (DermaClasses) at = make_classes ("a,b");
  g_autoptr (DermaClasses) above = make_classes ("a,b");
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  at->malignant[0] = above->malignant[0] = TRUE;
  at->operating_point = 0.3f;
  above->operating_point = nextafterf (0.3f, 1);
  fill (&reading, at, probabilities);
  derma_reading_decide (&reading, 0);
  g_assert_true (reading.flagged);
  fill (&reading, above, probabilities);
  derma_reading_decide (&reading, 0);
  g_assert_false (reading.flagged);
}

static void
test_malignant_limits (void)
{
  static const gfloat probabilities[] = { 0.6f, 0.6f };
  g_autoptr (DermaClasses) classes = make_classes ("a,b");
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  fill (&reading, classes, probabilities);
  derma_reading_decide (&reading, 0);
  g_assert_cmpfloat (reading.malignant, ==, 0);
  classes->malignant[0] = classes->malignant[1] = TRUE;
  derma_reading_decide (&reading, 0);
  g_assert_cmpfloat (reading.malignant, ==, 1);
}

static void
test_rank (void)
{
  static const gfloat probabilities[] = { 0.1f, 0.3f, 0.2f, 0.3f, 0.1f };
  static const guint expected[] = { 1, 3, 2, 0, 4 };
  g_autoptr (DermaClasses) classes = make_classes ("a,b,c,d,e");
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  guint order[7] = { 9, 9, 9, 9, 9, 9, 9 };

  fill (&reading, classes, probabilities);
  derma_reading_rank (&reading, order, 7);
  g_assert_cmpmem (order, sizeof expected, expected, sizeof expected);
  g_assert_cmpuint (order[5], ==, 9);
  order[2] = 9;
  derma_reading_rank (&reading, order, 2);
  g_assert_cmpuint (order[2], ==, 9);
}

static void
test_rank_empty (void)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  guint order = 9;

  derma_reading_rank (&reading, &order, 1);
  g_assert_cmpuint (order, ==, 9);
}

static void
test_rank_nan (void)
{
  static const gfloat probabilities[] = { NAN, 0.2f, NAN, 0.8f };
  static const guint expected[] = { 3, 1, 0, 2 };
  g_autoptr (DermaClasses) classes = make_classes ("a,b,c,d");
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  guint order[4] = { 9, 9, 9, 9 };

  fill (&reading, classes, probabilities);
  derma_reading_rank (&reading, order, 4);
  g_assert_cmpmem (order, sizeof order, expected, sizeof expected);
}

static void
test_copy (void)
{
  static const gfloat probabilities[] = { 0.25f, 0.75f };
  g_autoptr (DermaClasses) classes = make_classes ("a,b");
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_auto (DermaReading) copy = DERMA_READING_INIT;

  fill (&reading, classes, probabilities);
  derma_reading_decide (&reading, 0);
  reading.pts = 42;
  reading.lesion = 7;
  derma_reading_copy (&copy, &reading);
  g_assert_true (copy.probabilities != reading.probabilities);
  derma_reading_clear (&reading);
  g_assert_cmpuint (copy.pts, ==, 42);
  g_assert_cmpuint (copy.lesion, ==, 7);
  g_assert_cmpuint (copy.top, ==, 1);
  g_assert_cmpfloat (copy.probabilities[1], ==, 0.75f);
  derma_reading_copy (&copy, &copy);
  g_assert_cmpfloat (copy.probabilities[1], ==, 0.75f);
}

static void
test_copy_empty (void)
{
  static const gfloat probabilities[] = { 0.25f, 0.75f };
  g_autoptr (DermaClasses) classes = make_classes ("a,b");
  g_auto (DermaReading) empty = DERMA_READING_INIT;
  g_auto (DermaReading) copy = DERMA_READING_INIT;

  fill (&copy, classes, probabilities);
  derma_reading_copy (&copy, &empty);
  g_assert_null (copy.classes);
  g_assert_null (copy.probabilities);
}

static void
test_clear (void)
{
  g_autoptr (DermaClasses) classes = make_classes ("a,b");
  DermaReading reading = DERMA_READING_INIT;

  derma_reading_set_classes (&reading, classes);
  reading.pts = 5;
  for (guint i = 0; i < 2; i++) {
    derma_reading_clear (&reading);
    g_assert_null (reading.classes);
    g_assert_null (reading.probabilities);
    g_assert_true (reading.pts == G_MAXUINT64);
    g_assert_cmpfloat (reading.quality.focus, ==, DERMA_UNMEASURED);
  }
}

static void
test_states (void)
{
  for (guint i = 0; i < DERMA_N_STATES; i++) {
    DermaState state = DERMA_N_STATES;

    g_assert_true (derma_state_from_string (derma_state_to_string (i), &state));
    g_assert_cmpuint (state, ==, i);
  }
  g_assert_cmpstr (derma_state_to_string (DERMA_STATE_POOR_IMAGE), ==, "poor-image");
}

static void
test_states_unknown (void)
{
  static const gchar *const names[] = { NULL, "", "Stable", "stable ", "stabl", "no_lesion", "\xff" };
  DermaState state = DERMA_STATE_ACQUIRING;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_false (derma_state_from_string (names[i], &state));
  g_assert_cmpint (state, ==, DERMA_STATE_ACQUIRING);
  g_assert_null (derma_state_to_string (DERMA_N_STATES));
  g_assert_null (derma_state_to_string ((DermaState)-1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reading/set-classes", test_set_classes);
  g_test_add_func ("/reading/decide", test_decide);
  g_test_add_func ("/reading/decide/threshold", test_threshold);
  g_test_add_func ("/reading/decide/operating-point", test_operating_point);
  g_test_add_func ("/reading/decide/malignant-limits", test_malignant_limits);
  g_test_add_func ("/reading/rank", test_rank);
  g_test_add_func ("/reading/rank/empty", test_rank_empty);
  g_test_add_func ("/reading/rank/nan", test_rank_nan);
  g_test_add_func ("/reading/copy", test_copy);
  g_test_add_func ("/reading/copy/empty", test_copy_empty);
  g_test_add_func ("/reading/clear", test_clear);
  g_test_add_func ("/reading/states", test_states);
  g_test_add_func ("/reading/states/unknown", test_states_unknown);
  return g_test_run ();
}
