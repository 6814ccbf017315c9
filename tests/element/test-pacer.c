/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pacer.h"

/* Runs @n frames @step ns apart and tells which were due, as a string of 1 and 0. */
static gchar *
run (DermaPacer *pacer, guint n, GstClockTime first, GstClockTime step)
{
  GString *due = g_string_new (NULL);

  for (guint i = 0; i < n; i++) {
    const GstClockTime pts = GST_CLOCK_TIME_IS_VALID (first) ? first + i * step : GST_CLOCK_TIME_NONE;
    const gboolean is_due = derma_pacer_count (pacer, pts);

    g_string_append_c (due, is_due ? '1' : '0');
    if (is_due)
      derma_pacer_take (pacer, pts);
  }
  return g_string_free (due, FALSE);
}

static void
assert_run (guint interval, gdouble rate, GstClockTime first, GstClockTime step, const gchar *expected)
{
  DermaPacer pacer = { .interval = interval, .max_rate = rate };
  g_autofree gchar *due = NULL;

  derma_pacer_reset (&pacer);
  due = run (&pacer, strlen (expected), first, step);
  g_assert_cmpstr (due, ==, expected);
}

static void
test_interval (void)
{
  assert_run (1, 0, 0, GST_MSECOND, "11111");
  assert_run (2, 0, 0, GST_MSECOND, "10101");
  assert_run (3, 0, 0, GST_MSECOND, "1001001");
  assert_run (G_MAXUINT, 0, 0, GST_MSECOND, "100000");
}

static void
test_rate (void)
{
  assert_run (1, 10, 0, 50 * GST_MSECOND, "1010101");
  assert_run (1, 10, 7 * GST_SECOND, 100 * GST_MSECOND, "11111");
  assert_run (1, 1e-300, 0, GST_SECOND, "100000");
  assert_run (1, 1e300, 0, GST_MSECOND, "11111");
}

static void
test_mean_rate (void)
{
  DermaPacer pacer = { .interval = 1, .max_rate = 20 };
  g_autofree gchar *due = NULL;
  guint n = 0;

  derma_pacer_reset (&pacer);
  due = run (&pacer, 301, 0, GST_SECOND / 30);
  for (const gchar *c = due; *c; c++)
    n += *c == '1';
  g_assert_cmpuint (n, >=, 198);
  g_assert_cmpuint (n, <=, 202);
}

/* A rate that is raised does not wait for what was due at the old one; one that is lowered holds from the next on. */
static void
test_changed_rate (void)
{
  DermaPacer pacer = { .interval = 1, .max_rate = 0.01 };
  g_autofree gchar *slow = NULL, *fast = NULL, *slower = NULL;

  derma_pacer_reset (&pacer);
  slow = run (&pacer, 5, 0, 50 * GST_MSECOND);
  g_assert_cmpstr (slow, ==, "10000");
  pacer.max_rate = 10;
  fast = run (&pacer, 6, 250 * GST_MSECOND, 50 * GST_MSECOND);
  g_assert_cmpstr (fast, ==, "101010");
  pacer.max_rate = 0.01;
  slower = run (&pacer, 6, 550 * GST_MSECOND, 50 * GST_MSECOND);
  g_assert_cmpstr (slower, ==, "100000");
  pacer.max_rate = 1e300;
  g_assert_true (derma_pacer_count (&pacer, 900 * GST_MSECOND));
}

static void
test_both (void)
{
  assert_run (3, 10, 0, 50 * GST_MSECOND, "1001001");
  assert_run (2, 5, 0, 50 * GST_MSECOND, "100010001");
}

static void
test_no_time (void)
{
  assert_run (1, 1, GST_CLOCK_TIME_NONE, 0, "1111");
  assert_run (2, 1, GST_CLOCK_TIME_NONE, 0, "1010");
}

static void
test_untaken_stays_due (void)
{
  DermaPacer pacer = { .interval = 3 };

  derma_pacer_reset (&pacer);
  g_assert_true (derma_pacer_count (&pacer, 0));
  g_assert_true (derma_pacer_count (&pacer, 1));
  derma_pacer_take (&pacer, 1);
  g_assert_false (derma_pacer_count (&pacer, 2));
  g_assert_false (derma_pacer_count (&pacer, 3));
  g_assert_true (derma_pacer_count (&pacer, 4));
  g_assert_true (derma_pacer_count (&pacer, 5));
}

static void
test_time_backwards (void)
{
  DermaPacer pacer = { .interval = 1, .max_rate = 1 };

  derma_pacer_reset (&pacer);
  g_assert_true (derma_pacer_count (&pacer, 100 * GST_SECOND));
  derma_pacer_take (&pacer, 100 * GST_SECOND);
  g_assert_true (derma_pacer_count (&pacer, GST_SECOND));
  derma_pacer_take (&pacer, GST_SECOND);
  g_assert_false (derma_pacer_count (&pacer, GST_SECOND + 1));
  g_assert_true (derma_pacer_count (&pacer, 2 * GST_SECOND));
}

static void
test_far_future (void)
{
  DermaPacer pacer = { .interval = 1, .max_rate = 1e-12 };

  derma_pacer_reset (&pacer);
  g_assert_true (derma_pacer_count (&pacer, G_MAXUINT64 - 1));
  derma_pacer_take (&pacer, G_MAXUINT64 - 1);
  g_assert_true (derma_pacer_count (&pacer, G_MAXUINT64 - 1));
}

static void
test_reset (void)
{
  DermaPacer pacer = { .interval = 5, .max_rate = 1 };

  derma_pacer_reset (&pacer);
  g_assert_true (derma_pacer_count (&pacer, GST_SECOND));
  derma_pacer_take (&pacer, GST_SECOND);
  g_assert_false (derma_pacer_count (&pacer, GST_SECOND));
  derma_pacer_reset (&pacer);
  g_assert_true (derma_pacer_count (&pacer, GST_SECOND));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pacer/interval", test_interval);
  g_test_add_func ("/pacer/rate", test_rate);
  g_test_add_func ("/pacer/mean-rate", test_mean_rate);
  g_test_add_func ("/pacer/changed-rate", test_changed_rate);
  g_test_add_func ("/pacer/both", test_both);
  g_test_add_func ("/pacer/no-time", test_no_time);
  g_test_add_func ("/pacer/untaken-stays-due", test_untaken_stays_due);
  g_test_add_func ("/pacer/time-backwards", test_time_backwards);
  g_test_add_func ("/pacer/far-future", test_far_future);
  g_test_add_func ("/pacer/reset", test_reset);
  return g_test_run ();
}
