/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/stopwatch.h"

#include <derma/error.h>

typedef struct {
  guint calls;
  guint fail_at; /* call that fails, from 1; 0 never */
} Counter;

static gboolean
count (gpointer data, GError **error)
{
  Counter *counter = data;

  if (++counter->calls != counter->fail_at)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "call %u failed", counter->calls);
  return FALSE;
}

/* Every tenth run is slow, and every run costs some processor time. */
static gboolean
work_unevenly (gpointer data, GError **error)
{
  Counter *counter = data;

  g_usleep (++counter->calls % 10 == 0 ? 3000 : 100);
  return TRUE;
}

static void
test_percentiles (void)
{
  static const gdouble values[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

  g_assert_cmpfloat (derma_stopwatch_percentile (values, 10, 0.5), ==, 5);
  g_assert_cmpfloat (derma_stopwatch_percentile (values, 10, 0.95), ==, 10);
  g_assert_cmpfloat (derma_stopwatch_percentile (values, 10, 0.9), ==, 9);
  g_assert_cmpfloat (derma_stopwatch_percentile (values, 10, 0.0), ==, 1);
  g_assert_cmpfloat (derma_stopwatch_percentile (values, 10, 1.0), ==, 10);
  g_assert_cmpfloat (derma_stopwatch_percentile (values, 1, 0.99), ==, 1);
}

static void
test_runs_each (void)
{
  Counter few = { 0 }, many = { 0 };
  DermaCost cost = { -1, -1, -1, -1 };

  g_assert_true (derma_stopwatch_measure (NULL, count, &few, 1, &cost, NULL));
  g_assert_true (derma_stopwatch_measure (NULL, count, &many, 100, &cost, NULL));
  g_assert_cmpuint (many.calls - few.calls, ==, 99);
  g_assert_cmpfloat (cost.median, >=, 0);
  g_assert_cmpfloat (cost.cpu, >=, 0);
}

static void
test_order (void)
{
  Counter counter = { 0 };
  DermaCost cost;

  g_assert_true (derma_stopwatch_measure (NULL, work_unevenly, &counter, 40, &cost, NULL));
  g_assert_cmpfloat (cost.median, >=, 0.1);
  g_assert_cmpfloat (cost.p95, >=, 3.0);
  g_assert_cmpfloat (cost.p99, >=, cost.p95);
}

static gboolean
dawdle (gpointer data, GError **error)
{
  g_usleep (60000);
  return count (data, error);
}

static gboolean
do_nothing (gpointer data, GError **error)
{
  return TRUE;
}

static void
test_preparation_is_not_measured (void)
{
  Counter counter = { 0 }, failing = { 0, 5 };
  DermaCost cost;

  g_assert_true (derma_stopwatch_measure (dawdle, do_nothing, &counter, 5, &cost, NULL));
  g_assert_cmpuint (counter.calls, >=, 5);
  g_assert_cmpfloat (cost.median, <, 50);
  g_assert_false (derma_stopwatch_measure (count, do_nothing, &failing, 5, &cost, NULL));
}

static void
test_failure (void)
{
  for (guint at = 1; at <= 8; at++) {
    Counter counter = { 0, at };
    DermaCost cost = { -1, -1, -1, -1 };
    g_autoptr (GError) error = NULL;

    g_assert_false (derma_stopwatch_measure (NULL, count, &counter, 5, &cost, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
    g_assert_cmpuint (counter.calls, ==, at);
    g_assert_cmpfloat (cost.median, ==, -1);
  }
}

/* In any order, one alone, and below 0, as differences may be. */
static void
test_summarise (void)
{
  gdouble times[] = { 4, -1, 3, 2, 5 }, one[] = { 7 };
  DermaCost cost = derma_stopwatch_summarise (times, G_N_ELEMENTS (times), 0.25);

  g_assert_cmpfloat (cost.median, ==, 3);
  g_assert_cmpfloat (cost.p95, ==, 5);
  g_assert_cmpfloat (cost.p99, ==, 5);
  g_assert_cmpfloat (cost.cpu, ==, 0.25);
  g_assert_cmpfloat (times[0], ==, -1);
  cost = derma_stopwatch_summarise (one, 1, 0);
  g_assert_cmpfloat (cost.median, ==, 7);
  g_assert_cmpfloat (cost.p99, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stopwatch/percentiles", test_percentiles);
  g_test_add_func ("/stopwatch/runs-each", test_runs_each);
  g_test_add_func ("/stopwatch/order", test_order);
  g_test_add_func ("/stopwatch/preparation-is-not-measured", test_preparation_is_not_measured);
  g_test_add_func ("/stopwatch/failure", test_failure);
  g_test_add_func ("/stopwatch/summarise", test_summarise);
  return g_test_run ();
}
