/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermaclassify frozen, and its signals. */
#include "elementtest.h"

#include <string.h>

#define STEP (40 * GST_MSECOND)

static GstBuffer *
pass (GstHarness *harness, guint i)
{
  return element_test_pass (harness, element_test_frame ("RGB", 32, 32, i), i * STEP);
}

static gboolean
is_frame (GstBuffer *buffer, guint32 seed)
{
  g_autoptr (GstBuffer) frame = element_test_frame ("RGB", 32, 32, seed);
  GstMapInfo a, b;
  gboolean same;

  gst_buffer_map (buffer, &a, GST_MAP_READ);
  gst_buffer_map (frame, &b, GST_MAP_READ);
  same = a.size == b.size && memcmp (a.data, b.data, a.size) == 0;
  gst_buffer_unmap (frame, &b);
  gst_buffer_unmap (buffer, &a);
  return same;
}

static void
check (GstHarness *harness, guint i, guint shown)
{
  g_autoptr (GstBuffer) out = pass (harness, i);

  g_assert_cmpuint (GST_BUFFER_PTS (out), ==, i * STEP);
  g_assert_true (is_frame (out, shown));
  g_assert_cmpuint (element_test_uint64 (element_test_meta (out), "pts"), ==, shown * STEP);
  g_assert_cmpuint (element_test_uint64 (element_test_meta (out), "age"), ==, (i - shown) * STEP);
}

/* The picture and its reading stay, and are those of one frame; times go on. */
static void
test_signals (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  gboolean frozen;

  check (harness, 0, 0);
  g_signal_emit_by_name (harness->element, "freeze");
  g_object_get (harness->element, "frozen", &frozen, NULL);
  g_assert_true (frozen);
  for (guint i = 1; i < 6; i++)
    check (harness, i, 1);
  g_signal_emit_by_name (harness->element, "unfreeze");
  check (harness, 6, 6);
  check (harness, 7, 7);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 4);
  element_test_free (harness);
}

/* A still is read even where the frame would not have been. */
static void
test_read_anyway (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);

  g_object_set (harness->element, "inference-interval", 100, NULL);
  check (harness, 0, 0);
  gst_clear_buffer (&(GstBuffer *){ pass (harness, 1) });
  g_object_set (harness->element, "frozen", TRUE, NULL);
  check (harness, 2, 2);
  check (harness, 3, 2);
  element_test_free (harness);
}

/* Set when it is already, and when nothing plays. */
static void
test_repeated (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  for (guint i = 0; i < 3; i++)
    g_signal_emit_by_name (harness->element, "freeze");
  element_test_set_caps (harness, "RGB", 32, 32);
  check (harness, 0, 0);
  g_signal_emit_by_name (harness->element, "freeze");
  check (harness, 1, 0);
  for (guint i = 0; i < 3; i++)
    g_signal_emit_by_name (harness->element, "unfreeze");
  check (harness, 2, 2);
  element_test_free (harness);
}

/* What was held before a flush is not shown after it. */
static void
test_flush (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);

  g_object_set (harness->element, "frozen", TRUE, NULL);
  check (harness, 3, 3);
  check (harness, 4, 3);
  element_test_flush (harness);
  check (harness, 5, 5);
  check (harness, 6, 5);
  element_test_free (harness);
}

/* A still of another size would not be what the caps say. */
static void
test_caps (void)
{
  GstHarness *harness = element_test_classify ("RGB", 64, 48);
  g_autoptr (GstBuffer) before = NULL, after = NULL;

  g_object_set (harness->element, "frozen", TRUE, NULL);
  before = element_test_pass (harness, element_test_frame ("RGB", 64, 48, 1), 0);
  element_test_set_caps (harness, "RGB", 32, 32);
  after = pass (harness, 1);
  g_assert_cmpuint (gst_buffer_get_size (before), ==, 64 * 48 * 3);
  g_assert_cmpuint (gst_buffer_get_size (after), ==, 32 * 32 * 3);
  g_assert_true (is_frame (after, 1));
  element_test_free (harness);
}

/* Drawing on what is passed on leaves the still as it is. */
static void
test_overlay (void)
{
  GstHarness *harness = element_test_classify ("RGB", 320, 240);
  g_autoptr (GstBuffer) first = NULL, second = NULL;
  GstMapInfo a, b;

  g_object_set (harness->element, "frozen", TRUE, "overlay", TRUE, NULL);
  first = element_test_pass (harness, element_test_frame ("RGB", 320, 240, 1), 0);
  second = element_test_pass (harness, element_test_frame ("RGB", 320, 240, 2), STEP);
  gst_buffer_map (first, &a, GST_MAP_READ);
  gst_buffer_map (second, &b, GST_MAP_READ);
  g_assert_cmpmem (a.data, a.size, b.data, b.size);
  gst_buffer_unmap (first, &a);
  gst_buffer_unmap (second, &b);
  element_test_free (harness);
}

/* The caps that go out change with that where downstream draws overlays itself; the still and its reading do not. */
static void
test_overlay_switched (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  g_object_set (harness->element, "frozen", TRUE, "overlay", TRUE, NULL);
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  element_test_set_caps (harness, "RGB", 32, 32);
  check (harness, 0, 0);
  for (guint i = 1; i < 5; i++) {
    g_autoptr (GstCaps) before = gst_pad_get_current_caps (harness->sinkpad), after = NULL;

    g_object_set (harness->element, "overlay", i % 2 == 0, NULL);
    check (harness, i, 0);
    after = gst_pad_get_current_caps (harness->sinkpad);
    g_assert_false (gst_caps_is_equal (before, after));
  }
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  element_test_free (harness);
}

/* The still is read anew by a network that takes the place of the one that read it. */
static void
test_model_changed (void)
{
  static const gchar *const metadata[] = { "derma.name", "another", NULL };
  g_autofree gchar *path = element_test_model ("another.onnx", TEST_LABELS, metadata);
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autoptr (GstStructure) model = NULL;
  g_autoptr (GstBuffer) out = NULL;

  g_object_set (harness->element, "frozen", TRUE, NULL);
  check (harness, 0, 0);
  check (harness, 1, 0);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  g_object_set (harness->element, "model", path, NULL);
  out = pass (harness, 2);
  g_assert_true (is_frame (out, 0));
  g_assert_true (gst_structure_get (element_test_meta (out), "model", GST_TYPE_STRUCTURE, &model, NULL));
  g_assert_cmpstr (gst_structure_get_string (model, "name"), ==, "another");
  gst_clear_buffer (&(GstBuffer *){ pass (harness, 3) });
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 2);
  element_test_free (harness);
}

static void
test_states (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);

  for (guint i = 0; i < 4; i++) {
    g_object_set (harness->element, "frozen", TRUE, NULL);
    check (harness, 2 * i, 2 * i);
    check (harness, 2 * i + 1, 2 * i);
    g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
    element_test_set_caps (harness, "RGB", 32, 32);
  }
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/freeze/signals", test_signals);
  g_test_add_func ("/freeze/read-anyway", test_read_anyway);
  g_test_add_func ("/freeze/repeated", test_repeated);
  g_test_add_func ("/freeze/flush", test_flush);
  g_test_add_func ("/freeze/caps", test_caps);
  g_test_add_func ("/freeze/overlay", test_overlay);
  g_test_add_func ("/freeze/overlay-switched", test_overlay_switched);
  g_test_add_func ("/freeze/model-changed", test_model_changed);
  g_test_add_func ("/freeze/states", test_states);
  return element_test_run ();
}
