/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timing.h"

#include "elementtest.h"

#define MS GST_MSECOND

static void
note_qos (DermaTiming *timing, GstClockTimeDiff diff, GstClockTime timestamp)
{
  GstEvent *event = gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.0, 0, 0);

  /* Written like this, for what the constructor would not make. */
  gst_structure_set (gst_event_writable_structure (event), "diff", G_TYPE_INT64, diff, "timestamp", G_TYPE_UINT64,
                     timestamp, NULL);
  derma_timing_note_qos (timing, event);
  gst_event_unref (event);
}

static void
test_qos (void)
{
  DermaTiming timing;

  derma_timing_init (&timing, 0);
  g_assert_false (derma_timing_is_late (&timing, 0));
  note_qos (&timing, 20 * MS, 100 * MS);
  g_assert_true (derma_timing_is_late (&timing, 120 * MS));
  g_assert_false (derma_timing_is_late (&timing, 121 * MS));
  note_qos (&timing, -30 * MS, 100 * MS);
  g_assert_true (derma_timing_is_late (&timing, 70 * MS));
  g_assert_false (derma_timing_is_late (&timing, 71 * MS));
  derma_timing_forget_qos (&timing);
  g_assert_false (derma_timing_is_late (&timing, 0));
}

/* Without a time, or earlier than all time: nothing is late. */
static void
test_hostile_qos (void)
{
  DermaTiming timing;

  derma_timing_init (&timing, 0);
  note_qos (&timing, 20 * MS, GST_CLOCK_TIME_NONE);
  g_assert_false (derma_timing_is_late (&timing, 0));
  note_qos (&timing, -20 * (GstClockTimeDiff)MS, 10 * MS);
  g_assert_false (derma_timing_is_late (&timing, 1));
  note_qos (&timing, G_MININT64 + 1, 10 * MS);
  g_assert_false (derma_timing_is_late (&timing, 1));
}

/* Grows when more was measured than told, once for each time that it grows. */
static void
test_latency (void)
{
  DermaTiming timing;
  guint grown = 0;

  derma_timing_init (&timing, 10 * MS);
  g_assert_cmpuint (timing.declared, ==, 16 * MS);
  for (guint i = 0; i < 100; i++)
    grown += derma_timing_note (&timing, 12 * MS);
  g_assert_cmpuint (grown, ==, 0);
  for (guint i = 0; i < 100; i++)
    grown += derma_timing_note (&timing, 40 * MS);
  g_assert_cmpuint (grown, >, 0);
  g_assert_cmpuint (grown, <, 5);
  g_assert_cmpuint (timing.declared, >=, 39 * MS);
}

static void
check_answer (gboolean live, GstClockTime max, GstClockTime wanted_min, GstClockTime wanted_max)
{
  GstQuery *query = gst_query_new_latency ();
  DermaTiming timing;
  GstClockTime min;

  derma_timing_init (&timing, 10 * MS);
  gst_query_set_latency (query, live, 5 * MS, max);
  derma_timing_answer (&timing, query);
  gst_query_parse_latency (query, NULL, &min, &max);
  g_assert_cmpuint (min, ==, wanted_min);
  g_assert_cmpuint (max, ==, wanted_max);
  gst_query_unref (query);
}

static void
test_answer (void)
{
  check_answer (TRUE, 50 * MS, 21 * MS, 66 * MS);
  check_answer (TRUE, GST_CLOCK_TIME_NONE, 21 * MS, GST_CLOCK_TIME_NONE);
  check_answer (FALSE, 50 * MS, 5 * MS, 50 * MS);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/timing/qos", test_qos);
  g_test_add_func ("/timing/hostile-qos", test_hostile_qos);
  g_test_add_func ("/timing/latency", test_latency);
  g_test_add_func ("/timing/answer", test_answer);
  return element_test_run ();
}
