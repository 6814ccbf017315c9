/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scene that stands still is not read again, and anything that changes is. */
#include "elementtest.h"

#define FRAME (40 * GST_MSECOND)

static GstHarness *
adaptive_classify (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);

  g_object_set (harness->element, "adaptive", TRUE, NULL);
  return harness;
}

/* Adds @amount to all bytes of the rows from @top on. */
static GstBuffer *
brighter (GstBuffer *frame, guint top, gint amount)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (frame, &map, GST_MAP_READWRITE));
  for (gsize i = (gsize)top * 64 * 3; i < map.size; i++)
    map.data[i] = (guint8)CLAMP (map.data[i] + amount, 0, 255);
  gst_buffer_unmap (frame, &map);
  return frame;
}

static GstBuffer *
still (void)
{
  return element_test_frame ("RGB", 64, 64, 1);
}

/* Passes @frame as the one at @at frames; returns the age of its reading in frames. */
static guint64
pass (GstHarness *harness, GstBuffer *frame, guint at)
{
  g_autoptr (GstBuffer) after = element_test_pass (harness, frame, at * FRAME);

  return element_test_uint64 (element_test_meta (after), "age") / FRAME;
}

static void
test_off (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);

  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (pass (harness, still (), i), ==, 0);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 3);
  g_assert_cmpuint (element_test_stat (harness, "skipped-still"), ==, 0);
  element_test_free (harness);
}

static void
test_still (void)
{
  GstHarness *harness = adaptive_classify ();

  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (pass (harness, still (), i), ==, i);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  g_assert_cmpuint (element_test_stat (harness, "skipped-still"), ==, 4);
  element_test_free (harness);
}

static void
test_one_message (void)
{
  GstHarness *harness = adaptive_classify ();
  GstMessage *message;

  for (guint i = 0; i < 3; i++)
    pass (harness, still (), i);
  message = element_test_message (harness, GST_MESSAGE_ELEMENT);
  g_assert_nonnull (message);
  gst_message_unref (message);
  g_assert_null (element_test_message (harness, GST_MESSAGE_ELEMENT));
  element_test_free (harness);
}

static void
test_changes (void)
{
  GstHarness *harness = adaptive_classify ();

  pass (harness, still (), 0);
  g_assert_cmpuint (pass (harness, element_test_frame ("RGB", 64, 64, 2), 1), ==, 0);
  g_assert_cmpuint (pass (harness, still (), 2), ==, 0);
  g_assert_cmpuint (pass (harness, brighter (still (), 56, 40), 3), ==, 0);
  g_assert_cmpuint (pass (harness, brighter (still (), 0, 3), 4), ==, 0);
  element_test_free (harness);
}

/* Compared with what was read, not with the frame before: no change is too slow. */
static void
test_slow_change (void)
{
  GstHarness *harness = adaptive_classify ();
  guint read = 0;

  for (guint i = 0; i < 40; i++)
    read += pass (harness, brighter (still (), 0, i / 2), i) == 0;
  g_assert_cmpuint (read, >, 5);
  g_assert_cmpuint (read, <, 40);
  element_test_free (harness);
}

static void
test_old (void)
{
  GstHarness *harness = adaptive_classify ();

  pass (harness, still (), 0);
  g_assert_cmpuint (pass (harness, still (), 124), ==, 124);
  g_assert_cmpuint (pass (harness, still (), 126), ==, 0);
  element_test_free (harness);
}

/* A flush forgets the scene with its reading; another network reads for itself. */
static void
test_starts_anew (void)
{
  GstHarness *harness = adaptive_classify ();
  g_autofree gchar *model = element_test_model ("other.onnx", TEST_LABELS, NULL);

  pass (harness, still (), 0);
  element_test_flush (harness);
  g_assert_cmpuint (pass (harness, still (), 1), ==, 0);
  g_assert_cmpuint (pass (harness, still (), 2), ==, 1);
  g_object_set (harness->element, "model", model, NULL);
  g_assert_cmpuint (pass (harness, still (), 3), ==, 0);
  g_object_set (harness->element, "region", 1, NULL);
  element_test_set_caps (harness, "RGB", 64, 48);
  g_assert_cmpuint (pass (harness, element_test_frame ("RGB", 64, 48, 1), 4), ==, 0);
  element_test_free (harness);
}

static void
test_without_times (void)
{
  GstHarness *harness = adaptive_classify ();

  for (guint i = 0; i < 3; i++) {
    GstBuffer *after = element_test_pass (harness, still (), GST_CLOCK_TIME_NONE);

    gst_buffer_unref (after);
  }
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 3);
  g_assert_cmpuint (pass (harness, still (), 9), ==, 0);
  g_assert_cmpuint (pass (harness, still (), 5), ==, 0);
  element_test_free (harness);
}

/* While evidence is gathered every frame counts. */
static void
test_evidence (void)
{
  GstHarness *harness = adaptive_classify ();
  guint read = 0;

  g_object_set (harness->element, "evidence-window", 3.0, "threshold", 0.0, NULL);
  for (guint i = 0; i < 120; i++)
    read += pass (harness, still (), i) == 0;
  g_assert_cmpuint (read, >, 5);
  g_assert_cmpuint (read, <, 120);
  element_test_free (harness);
}

static void
test_async (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 64);

  g_object_set (harness->element, "adaptive", TRUE, "mode", 1, NULL);
  gst_element_set_state (harness->element, GST_STATE_NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  element_test_set_caps (harness, "RGB", 64, 64);
  /* Close to each other, so that no reading gets old however long the first one takes. */
  for (guint i = 0; i < 30000 && element_test_stat (harness, "skipped-still") == 0; i++) {
    GstBuffer *after = element_test_pass (harness, still (), i * 10 * GST_USECOND);

    gst_buffer_unref (after);
    g_usleep (2000);
  }
  g_assert_cmpuint (element_test_stat (harness, "skipped-still"), >, 0);
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/adaptive/off", test_off);
  g_test_add_func ("/adaptive/still", test_still);
  g_test_add_func ("/adaptive/one-message", test_one_message);
  g_test_add_func ("/adaptive/changes", test_changes);
  g_test_add_func ("/adaptive/slow-change", test_slow_change);
  g_test_add_func ("/adaptive/old", test_old);
  g_test_add_func ("/adaptive/starts-anew", test_starts_anew);
  g_test_add_func ("/adaptive/without-times", test_without_times);
  g_test_add_func ("/adaptive/evidence", test_evidence);
  g_test_add_func ("/adaptive/async", test_async);
  return element_test_run ();
}
