/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacaption where there is nothing to say for a while, or no frame, as upstream says. */
#include "captiontest.h"

#include "captioner.h"

#define FRAME (100 * GST_MSECOND)
#define WORDS "Lesion 1: nevus 93 %, stable"
#define NONE GST_CLOCK_TIME_NONE

static GstHarness *
new_harness (guint64 max_delay)
{
  GstHarness *harness = element_test_harness ("dermacaption");

  g_object_set (harness->element, "max-delay", max_delay, NULL);
  gst_harness_set_sink_caps_str (harness, "text/x-raw, format = (string) utf8");
  element_test_set_caps (harness, "I420", 16, 16);
  return harness;
}

static void
show (GstHarness *harness, GstClockTime time)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;

  caption_test_reading (&reading, 1, 0.93f, DERMA_STATE_STABLE);
  g_assert_cmpint (gst_harness_push (harness, caption_test_frame (&reading, time, FRAME)), ==, GST_FLOW_OK);
}

static void
leave_out (GstHarness *harness, GstClockTime time, GstClockTime duration)
{
  g_assert_true (gst_harness_push_event (harness, gst_event_new_gap (time, duration)));
}

static void
expect (GstHarness *harness, const gchar *words, GstClockTime start, GstClockTime end)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (harness);

  g_assert_nonnull (buffer);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, words, strlen (words)), ==, 0);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, strlen (words));
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, start);
  g_assert_cmpuint (GST_BUFFER_DURATION (buffer), ==, end == NONE ? NONE : end - start);
}

/* The gaps that came, which must be at least one, end at @end; gives where the first begins. */
static GstClockTime
expect_gaps (GstHarness *harness, GstClockTime end)
{
  GstClockTime first = NONE, last = NONE;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (harness))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
      GstClockTime start, duration;

      gst_event_parse_gap (event, &start, &duration);
      first = first == NONE ? start : first;
      last = start + duration;
    }
    gst_event_unref (event);
  }
  g_assert_cmpuint (last, ==, end);
  return first;
}

/* A blank ends the notice where no words do. */
static void
test_nothing_after_the_notice (void)
{
  GstHarness *harness = new_harness (0);

  for (guint i = 0; i < 50; i++)
    g_assert_cmpint (gst_harness_push (harness, caption_test_frame (NULL, i * FRAME, FRAME)), ==, GST_FLOW_OK);
  expect (harness, DERMA_CAPTION_NOTICE, 0, NONE);
  expect (harness, " ", 3 * GST_SECOND, NONE);
  g_assert_null (gst_harness_try_pull (harness));
  element_test_free (harness);
}

/* The notice is over within the gap, and what comes behind need not wait for the rest of it. */
static void
test_end_is_told (void)
{
  GstHarness *harness = new_harness (0);

  leave_out (harness, GST_SECOND, 10 * GST_SECOND);
  expect (harness, DERMA_CAPTION_NOTICE, GST_SECOND, NONE);
  expect (harness, " ", 4 * GST_SECOND, NONE);
  expect_gaps (harness, 11 * GST_SECOND);
  show (harness, 11 * GST_SECOND);
  expect (harness, WORDS, 11 * GST_SECOND, NONE);
  element_test_free (harness);
}

/* Where nothing has been said yet. */
static void
test_first_of_all (void)
{
  GstHarness *harness = new_harness (0);

  leave_out (harness, 0, 5 * GST_SECOND);
  element_test_flush (harness);
  expect_gaps (harness, 5 * GST_SECOND);
  leave_out (harness, GST_SECOND, 10 * GST_SECOND);
  g_assert_cmpuint (expect_gaps (harness, 11 * GST_SECOND), ==, GST_SECOND);
  element_test_free (harness);
}

/* Words that last go on through it. */
static void
test_words_go_on (void)
{
  GstHarness *harness = new_harness (GST_SECOND);

  show (harness, 0);
  leave_out (harness, FRAME, 6 * GST_SECOND - FRAME);
  expect (harness, DERMA_CAPTION_NOTICE, 0, 3 * GST_SECOND);
  for (guint i = 3; i < 6; i++)
    expect (harness, WORDS, i * GST_SECOND, (i + 1) * GST_SECOND);
  g_assert_null (gst_harness_try_pull (harness));
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_null (gst_harness_try_pull (harness));
  element_test_free (harness);
}

static void
test_without_end (void)
{
  static const GstClockTime durations[] = { NONE, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++) {
    GstHarness *harness = new_harness (0);

    show (harness, 0);
    leave_out (harness, GST_SECOND, durations[i]);
    expect_gaps (harness, GST_SECOND);
    show (harness, 4 * GST_SECOND);
    expect (harness, DERMA_CAPTION_NOTICE, 0, NONE);
    expect (harness, WORDS, 3 * GST_SECOND, NONE);
    element_test_free (harness);
  }
}

/* Nothing lasts so long; what comes after it is not lost in it. */
static void
test_endless (void)
{
  static const GstClockTime durations[] = { NONE - 1, G_MAXINT64, 3601 * GST_SECOND };

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++) {
    GstHarness *harness = new_harness (0);

    leave_out (harness, GST_SECOND, durations[i]);
    expect_gaps (harness, 3601 * GST_SECOND);
    show (harness, 3602 * GST_SECOND);
    expect (harness, DERMA_CAPTION_NOTICE, GST_SECOND, NONE);
    expect (harness, " ", 4 * GST_SECOND, NONE);
    expect (harness, WORDS, 3602 * GST_SECOND, NONE);
    element_test_free (harness);
  }
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/caption-gaps/nothing-after-the-notice", test_nothing_after_the_notice);
  g_test_add_func ("/caption-gaps/end-is-told", test_end_is_told);
  g_test_add_func ("/caption-gaps/first-of-all", test_first_of_all);
  g_test_add_func ("/caption-gaps/words-go-on", test_words_go_on);
  g_test_add_func ("/caption-gaps/without-end", test_without_end);
  g_test_add_func ("/caption-gaps/endless", test_endless);
  return element_test_run ();
}
