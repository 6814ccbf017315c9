/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacaption: what is said, from when and until when, and what it sends where it says nothing. */
#include "captiontest.h"

#include "captioner.h"
#include "readingmeta.h"

#define FRAME (100 * GST_MSECOND)
#define NOTICE (3 * GST_SECOND)
#define NONE GST_CLOCK_TIME_NONE

typedef struct {
  GstHarness *harness;
  DermaReading reading;
  GstClockTime now;
} Fixture;

static void
set_up (Fixture *fixture, guint64 max_delay, const gchar *format)
{
  g_autofree gchar *caps = g_strdup_printf ("text/x-raw, format = (string) %s", format);

  fixture->harness = element_test_harness ("dermacaption");
  fixture->reading = (DermaReading)DERMA_READING_INIT;
  fixture->now = 0;
  g_object_set (fixture->harness->element, "max-delay", max_delay, NULL);
  gst_harness_set_sink_caps_str (fixture->harness, caps);
  element_test_set_caps (fixture->harness, "I420", 16, 16);
  caption_test_reading (&fixture->reading, 1, 0.93f, DERMA_STATE_STABLE);
}

static void
tear_down (Fixture *fixture)
{
  element_test_free (fixture->harness);
  derma_reading_clear (&fixture->reading);
}

/* Shows frames until @end, with the reading or without. */
static void
show (Fixture *fixture, GstClockTime end, gboolean with)
{
  for (; fixture->now < end; fixture->now += FRAME)
    g_assert_cmpint (
        gst_harness_push (fixture->harness, caption_test_frame (with ? &fixture->reading : NULL, fixture->now, FRAME)),
        ==, GST_FLOW_OK);
}

static void
read_on (Fixture *fixture, GstClockTime end, guint top, gfloat confidence, DermaState state)
{
  caption_test_reading (&fixture->reading, top, confidence, state);
  show (fixture, end, TRUE);
}

static void
finish (Fixture *fixture)
{
  g_assert_true (gst_harness_push_event (fixture->harness, gst_event_new_eos ()));
}

/* The next cue is this one. */
static void
expect (Fixture *fixture, const gchar *words, GstClockTime start, GstClockTime end)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (fixture->harness);
  g_autofree gchar *text = NULL;
  GstMapInfo map;

  g_assert_nonnull (buffer);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  text = g_strndup ((const gchar *)map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  g_assert_cmpstr (text, ==, words);
  g_assert_cmpuint (map.size, ==, strlen (words));
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, start);
  if (end == NONE)
    g_assert_false (GST_BUFFER_DURATION_IS_VALID (buffer));
  else
    g_assert_cmpuint (GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer), ==, end);
}

static void
expect_nothing (Fixture *fixture)
{
  g_assert_cmpuint (gst_harness_buffers_in_queue (fixture->harness), ==, 0);
}

/* Of the events that came, the gaps join, each beginning where the last one ended; gives their number. */
static guint
count_gaps (Fixture *fixture, GstClockTime *end)
{
  guint n = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (fixture->harness))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
      GstClockTime start, duration;

      gst_event_parse_gap (event, &start, &duration);
      g_assert_cmpuint (duration, <, G_MAXUINT64 / 2);
      g_assert_cmpuint (start, >=, *end);
      *end = start + duration;
      n++;
    }
    gst_event_unref (event);
  }
  return n;
}

static void
test_cues_last_until_the_next (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 4 * GST_SECOND, TRUE);
  read_on (&fixture, 5 * GST_SECOND, 0, 0.61f, DERMA_STATE_STABLE);
  read_on (&fixture, 6 * GST_SECOND, 0, 0.41f, DERMA_STATE_UNCERTAIN);
  read_on (&fixture, 7 * GST_SECOND, 0, 0.9f, DERMA_STATE_ACQUIRING);
  read_on (&fixture, 8 * GST_SECOND, 0, 0.9f, DERMA_STATE_NO_LESION);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", NOTICE, 4 * GST_SECOND);
  expect (&fixture, "Lesion 1: melanoma 61 %, stable, flagged", 4 * GST_SECOND, 5 * GST_SECOND);
  expect (&fixture, "Lesion 1: melanoma 41 %, uncertain, flagged", 5 * GST_SECOND, 6 * GST_SECOND);
  expect (&fixture, "Lesion 1: looking", 6 * GST_SECOND, 7 * GST_SECOND);
  expect_nothing (&fixture);
  finish (&fixture);
  expect (&fixture, "No lesion", 7 * GST_SECOND, 8 * GST_SECOND);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

static void
test_at_once (void)
{
  Fixture fixture;
  GstClockTime end = 0;

  set_up (&fixture, 0, "utf8");
  show (&fixture, FRAME, TRUE);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NONE);
  show (&fixture, 4 * GST_SECOND, TRUE);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", NOTICE, NONE);
  show (&fixture, 5 * GST_SECOND, FALSE);
  expect (&fixture, " ", 4 * GST_SECOND, NONE);
  expect_nothing (&fixture);
  g_assert_cmpuint (count_gaps (&fixture, &end), ==, 50);
  g_assert_cmpuint (end, ==, 4900 * GST_MSECOND);
  finish (&fixture);
  expect (&fixture, " ", 5 * GST_SECOND, NONE);
  tear_down (&fixture);
}

static void
test_pieces (void)
{
  Fixture fixture;
  GstClockTime end = 0;

  set_up (&fixture, GST_SECOND, "utf8");
  show (&fixture, 4500 * GST_MSECOND, TRUE);
  show (&fixture, 5 * GST_SECOND, FALSE);
  for (guint i = 0; i < 3; i++)
    expect (&fixture, DERMA_CAPTION_NOTICE, i * GST_SECOND, (i + 1) * GST_SECOND);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", NOTICE, 4 * GST_SECOND);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", 4 * GST_SECOND, 4500 * GST_MSECOND);
  expect_nothing (&fixture);
  g_assert_cmpuint (count_gaps (&fixture, &end), ==, 5);
  g_assert_cmpuint (end, ==, 4900 * GST_MSECOND);
  tear_down (&fixture);
}

/* Noise of the confidence says nothing new; a step does, and so does another lesion. */
static void
test_hysteresis (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 4 * GST_SECOND, TRUE);
  for (guint i = 0; i < 20; i++)
    read_on (&fixture, fixture.now + FRAME, 1, i % 2 ? 0.89f : 0.96f, DERMA_STATE_STABLE);
  read_on (&fixture, 7 * GST_SECOND, 1, 0.88f, DERMA_STATE_STABLE);
  fixture.reading.lesion = 2;
  show (&fixture, 8 * GST_SECOND, TRUE);
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", NOTICE, 6 * GST_SECOND);
  expect (&fixture, "Lesion 1: nevus 88 %, stable", 6 * GST_SECOND, 7 * GST_SECOND);
  expect (&fixture, "Lesion 2: nevus 88 %, stable", 7 * GST_SECOND, 8 * GST_SECOND);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

static void
test_poor_pictures_say_what_to_do (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, NOTICE, FALSE);
  read_on (&fixture, 4 * GST_SECOND, 1, 0.9f, DERMA_STATE_POOR_IMAGE);
  fixture.reading.quality = (DermaQuality){ 0.9f, 0.9f, 0.9f, 0.1f };
  show (&fixture, 5 * GST_SECOND, TRUE);
  fixture.reading.quality = (DermaQuality){ 0.1f, 0.9f, 0.9f, 0.9f };
  show (&fixture, 6 * GST_SECOND, TRUE);
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect (&fixture, "Poor picture", NOTICE, 4 * GST_SECOND);
  expect (&fixture, "Hold still", 4 * GST_SECOND, 5 * GST_SECOND);
  expect (&fixture, "Focus, or move closer", 5 * GST_SECOND, 6 * GST_SECOND);
  tear_down (&fixture);
}

/* Without readings there are the notice and gaps, and nothing stalls. */
static void
test_no_readings_at_all (void)
{
  Fixture fixture;
  GstClockTime end = 0;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 6 * GST_SECOND, FALSE);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect_nothing (&fixture);
  g_assert_cmpuint (count_gaps (&fixture, &end), ==, 30);
  g_assert_cmpuint (end, ==, 5900 * GST_MSECOND);
  finish (&fixture);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

static void
test_short_stream_ends_with_its_frame (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 2 * FRAME, TRUE);
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, 2 * FRAME);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

static void
test_end_without_frames (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  finish (&fixture);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

/* The last frame does not say how long it lasts: as the frame rate has it. */
static void
test_frames_without_duration (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  gst_harness_push (fixture.harness, caption_test_frame (&fixture.reading, 0, NONE));
  gst_harness_push (fixture.harness, caption_test_frame (&fixture.reading, FRAME, NONE));
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, FRAME + 40 * GST_MSECOND);
  tear_down (&fixture);
}

static void
test_flush (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 4 * GST_SECOND, TRUE);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  element_test_flush (fixture.harness);
  fixture.now = 0;
  read_on (&fixture, GST_SECOND, 0, 0.9f, DERMA_STATE_STABLE);
  finish (&fixture);
  /* What was held is gone, and the notice does not come again. */
  expect (&fixture, "Lesion 1: melanoma 90 %, stable, flagged", 0, GST_SECOND);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

static void
test_new_segment_ends_the_cue (void)
{
  Fixture fixture;
  GstSegment segment;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 4 * GST_SECOND, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 100 * GST_SECOND;
  g_assert_true (gst_harness_push_event (fixture.harness, gst_event_new_segment (&segment)));
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", NOTICE, 4 * GST_SECOND);
  fixture.now = 100 * GST_SECOND;
  show (&fixture, 101 * GST_SECOND, TRUE);
  finish (&fixture);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", 100 * GST_SECOND, 101 * GST_SECOND);
  tear_down (&fixture);
}

static void
test_segment_in_bytes (void)
{
  Fixture fixture;
  GstSegment segment;

  set_up (&fixture, 0, "utf8");
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (fixture.harness, gst_event_new_segment (&segment));
  element_test_expect (fixture.harness, GST_MESSAGE_ERROR, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "time");
  tear_down (&fixture);
}

static void
test_caps_change (void)
{
  Fixture fixture;
  g_autoptr (GstCaps) caps = NULL;

  set_up (&fixture, G_MAXUINT64, "utf8");
  show (&fixture, 4 * GST_SECOND, TRUE);
  caps = gst_caps_from_string ("video/x-raw, format=I420, width=32, height=16, framerate=30/1");
  g_assert_true (gst_harness_push_event (fixture.harness, gst_event_new_caps (caps)));
  show (&fixture, 5 * GST_SECOND, TRUE);
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect (&fixture, "Lesion 1: nevus 93 %, stable", NOTICE, 5 * GST_SECOND);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

/* Frames that are dated back, or not at all, neither break the order of cues nor make some of no length. */
static void
test_odd_times (void)
{
  static const GstClockTime times[] = { 5 * GST_SECOND, 4 * GST_SECOND, 0, NONE, 5 * GST_SECOND, 6 * GST_SECOND };
  Fixture fixture;
  GstClockTime end = 0;

  set_up (&fixture, GST_SECOND, "utf8");
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    caption_test_reading (&fixture.reading, i % 4, 0.9f, DERMA_STATE_STABLE);
    g_assert_cmpint (gst_harness_push (fixture.harness, caption_test_frame (&fixture.reading, times[i], FRAME)), ==,
                     GST_FLOW_OK);
  }
  fixture.now = 6 * GST_SECOND;
  show (&fixture, 10 * GST_SECOND, TRUE);
  finish (&fixture);
  while (gst_harness_buffers_in_queue (fixture.harness) > 0) {
    g_autoptr (GstBuffer) buffer = gst_harness_pull (fixture.harness);

    g_assert_cmpuint (GST_BUFFER_PTS (buffer), >=, end);
    g_assert_cmpuint (GST_BUFFER_DURATION (buffer), >, 0);
    end = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  }
  g_assert_cmpuint (end, ==, 10 * GST_SECOND);
  tear_down (&fixture);
}

static void
test_far_future (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  g_assert_cmpint (
      gst_harness_push (fixture.harness, caption_test_frame (&fixture.reading, G_MAXINT64 / 2, G_MAXUINT64 - 1)), ==,
      GST_FLOW_OK);
  finish (&fixture);
  g_assert_cmpuint (gst_harness_buffers_in_queue (fixture.harness), ==, 2);
  tear_down (&fixture);
}

/* A frame hours after the one before, and pieces of a millisecond: not millions of them. */
static void
test_far_apart (void)
{
  Fixture fixture;

  set_up (&fixture, GST_MSECOND, "utf8");
  show (&fixture, FRAME, TRUE);
  fixture.now = 1000 * GST_SECOND * 3600;
  show (&fixture, fixture.now + FRAME, TRUE);
  finish (&fixture);
  g_assert_cmpuint (gst_harness_buffers_in_queue (fixture.harness), <, 400);
  tear_down (&fixture);
}

/* Times whose ends cannot be reckoned. */
static void
test_beyond_all_time (void)
{
  Fixture fixture;
  const GstClockTime times[] = { NONE - 1, NONE - GST_SECOND, (GstClockTime)G_MAXINT64 + 1 };

  set_up (&fixture, 0, "utf8");
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_assert_cmpint (gst_harness_push (fixture.harness, caption_test_frame (&fixture.reading, times[i], FRAME)), ==,
                     GST_FLOW_OK);
    g_assert_true (gst_harness_push_event (fixture.harness, gst_event_new_gap (times[i], FRAME)));
  }
  expect_nothing (&fixture);
  show (&fixture, FRAME, TRUE);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NONE);
  tear_down (&fixture);
}

static void
test_new_stream_without_segment (void)
{
  Fixture fixture;
  GstClockTime end = 0;

  set_up (&fixture, 0, "utf8");
  show (&fixture, 10 * FRAME, TRUE);
  finish (&fixture);
  g_assert_true (gst_harness_push_event (fixture.harness, gst_event_new_stream_start ("another")));
  fixture.now = 0;
  show (&fixture, 3 * FRAME, TRUE);
  g_assert_cmpuint (count_gaps (&fixture, &end), >, 0);
  g_assert_cmpuint (end, ==, 10 * FRAME);
  tear_down (&fixture);
}

static void
title (Fixture *fixture, const gchar *text)
{
  const gchar *const labels[] = { "a", NULL };
  const gchar *const titles[] = { text, NULL };
  g_autoptr (DermaClasses) classes = derma_classes_new (labels, titles);

  derma_reading_set_classes (&fixture->reading, classes);
  fixture->reading.probabilities[0] = 1.0f;
  derma_reading_decide (&fixture->reading, 0.5f);
}

static void
expect_title (const gchar *format, const gchar *text, const gchar *words)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, format);
  show (&fixture, NOTICE, FALSE);
  title (&fixture, text);
  show (&fixture, 4 * GST_SECOND, TRUE);
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect (&fixture, words, NOTICE, 4 * GST_SECOND);
  tear_down (&fixture);
}

static void
test_markup_is_escaped (void)
{
  expect_title ("pango-markup", "<b>&\"x'", "Lesion 1: &lt;b&gt;&amp;&quot;x&apos; 100 %, stable");
  expect_title ("utf8", "<b>&\"x'", "Lesion 1: <b>&\"x' 100 %, stable");
}

static void
test_hostile_titles (void)
{
  g_autofree gchar *endless = g_strnfill (1000, 'x');
  g_autofree gchar *cut = g_strnfill (80, 'x');
  g_autofree gchar *words = g_strconcat ("Lesion 1: ", cut, "\xe2\x80\xa6 100 %, stable", NULL);
  g_autofree gchar *whole = g_strconcat ("Lesion 1: ", cut, " 100 %, stable", NULL);

  expect_title ("utf8",
                "a\n\nb\r\x01-->\xe2\x80\xa8"
                "c",
                "Lesion 1: a  b  --> c 100 %, stable");
  expect_title ("utf8", "", "Lesion 1:  100 %, stable");
  expect_title ("utf8", endless, words);
  expect_title ("utf8", cut, whole);
}

/* A reading from somebody else that is none is passed over. */
static void
test_malformed_readings (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  for (; fixture.now < 4 * GST_SECOND; fixture.now += FRAME) {
    GstBuffer *buffer = caption_test_frame (NULL, fixture.now, FRAME);
    GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer, DERMA_READING_META_NAME);

    gst_structure_set (gst_custom_meta_get_structure (meta), "label", G_TYPE_STRING, "mel", "confidence", G_TYPE_DOUBLE,
                       7.0, NULL);
    g_assert_cmpint (gst_harness_push (fixture.harness, buffer), ==, GST_FLOW_OK);
  }
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, NOTICE);
  expect_nothing (&fixture);
  tear_down (&fixture);
}

static void
test_takes_gaps (void)
{
  Fixture fixture;
  GstClockTime end = 0;

  set_up (&fixture, 0, "utf8");
  show (&fixture, FRAME, FALSE);
  gst_harness_push_event (fixture.harness, gst_event_new_gap (GST_SECOND, FRAME));
  gst_harness_push_event (fixture.harness, gst_event_new_gap (0, FRAME));
  gst_harness_push_event (fixture.harness, gst_event_new_gap (2 * GST_SECOND, NONE));
  g_assert_cmpuint (count_gaps (&fixture, &end), ==, 3);
  g_assert_cmpuint (end, ==, 2 * GST_SECOND);
  tear_down (&fixture);
}

static void
test_refused_downstream (void)
{
  GstHarness *harness = element_test_harness ("dermacaption");

  gst_harness_set_sink_caps_str (harness, "audio/x-raw");
  element_test_set_caps (harness, "I420", 16, 16);
  g_assert_cmpint (gst_harness_push (harness, caption_test_frame (NULL, 0, FRAME)), ==, GST_FLOW_NOT_NEGOTIATED);
  element_test_free (harness);
}

static void
test_again_after_ready (void)
{
  Fixture fixture;

  set_up (&fixture, G_MAXUINT64, "utf8");
  for (guint i = 0; i < 3; i++) {
    show (&fixture, GST_SECOND, TRUE);
    gst_element_set_state (fixture.harness->element, GST_STATE_NULL);
    g_assert_cmpuint (gst_harness_buffers_in_queue (fixture.harness), ==, 0);
    gst_harness_play (fixture.harness);
    element_test_set_caps (fixture.harness, "I420", 16, 16);
    fixture.now = 0;
  }
  show (&fixture, GST_SECOND, TRUE);
  finish (&fixture);
  expect (&fixture, DERMA_CAPTION_NOTICE, 0, GST_SECOND);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/caption/cues-last-until-the-next", test_cues_last_until_the_next);
  g_test_add_func ("/caption/at-once", test_at_once);
  g_test_add_func ("/caption/pieces", test_pieces);
  g_test_add_func ("/caption/hysteresis", test_hysteresis);
  g_test_add_func ("/caption/poor-pictures-say-what-to-do", test_poor_pictures_say_what_to_do);
  g_test_add_func ("/caption/no-readings-at-all", test_no_readings_at_all);
  g_test_add_func ("/caption/short-stream-ends-with-its-frame", test_short_stream_ends_with_its_frame);
  g_test_add_func ("/caption/end-without-frames", test_end_without_frames);
  g_test_add_func ("/caption/frames-without-duration", test_frames_without_duration);
  g_test_add_func ("/caption/flush", test_flush);
  g_test_add_func ("/caption/new-segment-ends-the-cue", test_new_segment_ends_the_cue);
  g_test_add_func ("/caption/segment-in-bytes", test_segment_in_bytes);
  g_test_add_func ("/caption/caps-change", test_caps_change);
  g_test_add_func ("/caption/odd-times", test_odd_times);
  g_test_add_func ("/caption/far-future", test_far_future);
  g_test_add_func ("/caption/far-apart", test_far_apart);
  g_test_add_func ("/caption/beyond-all-time", test_beyond_all_time);
  g_test_add_func ("/caption/new-stream-without-segment", test_new_stream_without_segment);
  g_test_add_func ("/caption/markup-is-escaped", test_markup_is_escaped);
  g_test_add_func ("/caption/hostile-titles", test_hostile_titles);
  g_test_add_func ("/caption/malformed-readings", test_malformed_readings);
  g_test_add_func ("/caption/takes-gaps", test_takes_gaps);
  g_test_add_func ("/caption/refused-downstream", test_refused_downstream);
  g_test_add_func ("/caption/again-after-ready", test_again_after_ready);
  return element_test_run ();
}
