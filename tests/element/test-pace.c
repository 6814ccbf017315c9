/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frames dermaclassify reads, and what the others carry. */
#include "elementtest.h"

/* The ages, in frames, of what n frames of 40 ms carry. */
static gchar *
ages (GstHarness *harness, guint n, guint first)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; i < first + n; i++) {
    g_autoptr (GstBuffer) after =
        element_test_pass (harness, element_test_frame ("RGB", 32, 32, i), i * 40 * GST_MSECOND);
    const GstStructure *meta = element_test_meta (after);

    if (meta)
      g_string_append_printf (text, "%u", (guint)(element_test_uint64 (meta, "age") / (40 * GST_MSECOND)));
    else
      g_string_append_c (text, '-');
  }
  return g_string_free (text, FALSE);
}

static void
test_interval (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *sparse = NULL, *dense = NULL;

  g_object_set (harness->element, "inference-interval", 3, NULL);
  sparse = ages (harness, 8, 0);
  g_assert_cmpstr (sparse, ==, "01201201");
  g_assert_cmpuint (element_test_stat (harness, "frames"), ==, 8);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 3);
  g_assert_cmpuint (element_test_stat (harness, "readings"), ==, 3);
  g_object_set (harness->element, "inference-interval", 1, NULL);
  dense = ages (harness, 3, 8);
  g_assert_cmpstr (dense, ==, "000");
  element_test_free (harness);
}

static void
test_max_rate (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *text = NULL;

  g_object_set (harness->element, "max-rate", 12.5, NULL);
  text = ages (harness, 7, 0);
  g_assert_cmpstr (text, ==, "0101010");
  element_test_free (harness);
}

static void
send_qos (GstHarness *harness, GstClockTimeDiff diff, GstClockTime timestamp)
{
  gst_harness_push_upstream_event (harness, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.5, diff, timestamp));
}

/* Late frames are passed on with the last reading; the first in time is read again. */
static void
test_qos (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *before = ages (harness, 2, 0), *late = NULL, *after = NULL, *off = NULL;

  send_qos (harness, 3 * 40 * GST_MSECOND, 40 * GST_MSECOND);
  late = ages (harness, 5, 2);
  g_assert_cmpstr (before, ==, "00");
  g_assert_cmpstr (late, ==, "12300");
  g_assert_cmpuint (element_test_stat (harness, "skipped-qos"), ==, 3);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 4);
  g_assert_cmpuint (element_test_stat (harness, "frames"), ==, 7);
  send_qos (harness, -20 * GST_MSECOND, 6 * 40 * GST_MSECOND);
  after = ages (harness, 1, 7);
  g_assert_cmpstr (after, ==, "0");
  send_qos (harness, 100 * GST_SECOND, 7 * 40 * GST_MSECOND);
  g_object_set (harness->element, "qos", FALSE, NULL);
  off = ages (harness, 2, 8);
  g_assert_cmpstr (off, ==, "00");
  element_test_free (harness);
}

static void
test_qos_goes_upstream (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autoptr (GstEvent) event = NULL;

  while ((event = gst_harness_try_pull_upstream_event (harness)))
    g_clear_pointer (&event, gst_event_unref);
  send_qos (harness, -5, 5);
  event = gst_harness_pull_upstream_event (harness);
  g_assert_cmpint (GST_EVENT_TYPE (event), ==, GST_EVENT_QOS);
  element_test_free (harness);
}

/* A flush forgets the reading and the lateness. */
static void
test_flush (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *before = NULL, *after = NULL;

  g_object_set (harness->element, "inference-interval", 100, NULL);
  before = ages (harness, 3, 50);
  g_assert_cmpstr (before, ==, "012");
  send_qos (harness, 1000 * GST_SECOND, 0);
  element_test_flush (harness);
  after = ages (harness, 3, 0);
  g_assert_cmpstr (after, ==, "012");
  element_test_free (harness);
}

static void
test_segment_gap_eos (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *before = NULL, *after = NULL;
  GstSegment segment;

  g_object_set (harness->element, "inference-interval", 100, NULL);
  before = ages (harness, 2, 50);
  g_assert_true (gst_harness_push_event (harness, gst_event_new_gap (52 * 40 * GST_MSECOND, 40 * GST_MSECOND)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = GST_SECOND;
  g_assert_true (gst_harness_push_event (harness, gst_event_new_segment (&segment)));
  after = ages (harness, 2, 30);
  g_assert_cmpstr (after, ==, "01");
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  element_test_free (harness);
}

static void
test_no_times (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);

  g_object_set (harness->element, "inference-interval", 2, "max-rate", 5.0, NULL);
  for (guint i = 0; i < 4; i++) {
    g_autoptr (GstBuffer) after =
        element_test_pass (harness, element_test_frame ("RGB", 32, 32, i), GST_CLOCK_TIME_NONE);

    g_assert_cmpuint (element_test_uint64 (element_test_meta (after), "pts"), ==, GST_CLOCK_TIME_NONE);
    g_assert_cmpuint (element_test_uint64 (element_test_meta (after), "age"), ==, 0);
  }
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 2);
  element_test_free (harness);
}

static void
test_latency (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);
  GstClockTime latency;

  gst_harness_set_upstream_latency (harness, 10 * GST_MSECOND);
  latency = gst_harness_query_latency (harness);
  g_assert_cmpuint (latency, >, 10 * GST_MSECOND);
  g_assert_cmpuint (latency, <, 3600 * GST_SECOND);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/pace/interval", test_interval);
  g_test_add_func ("/pace/max-rate", test_max_rate);
  g_test_add_func ("/pace/qos", test_qos);
  g_test_add_func ("/pace/qos-goes-upstream", test_qos_goes_upstream);
  g_test_add_func ("/pace/flush", test_flush);
  g_test_add_func ("/pace/segment-gap-eos", test_segment_gap_eos);
  g_test_add_func ("/pace/no-times", test_no_times);
  g_test_add_func ("/pace/latency", test_latency);
  return element_test_run ();
}
