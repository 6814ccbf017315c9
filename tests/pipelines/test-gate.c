/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gate.h"

#include <gst/check/gstharness.h>

typedef struct {
  GstHarness *harness;
  Gate *gate;
  gint width;
  gint height;
  guint calls;
} Fixture;

static void
sized (gint width, gint height, gpointer data)
{
  Fixture *fixture = data;

  fixture->width = width;
  fixture->height = height;
  fixture->calls++;
}

static void
set_up (Fixture *fixture, gconstpointer limit)
{
  g_autoptr (GstPad) pad = NULL;

  fixture->harness = gst_harness_new ("identity");
  pad = gst_element_get_static_pad (fixture->harness->element, "src");
  fixture->gate = gate_new (pad, limit ? GPOINTER_TO_UINT (limit) * GST_MSECOND : GST_CLOCK_TIME_NONE, sized, fixture);
  gst_harness_set_src_caps_str (fixture->harness, "video/x-raw,format=GRAY8,width=320,height=240,framerate=10/1");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gate_free (fixture->gate);
  gst_harness_teardown (fixture->harness);
}

static GstFlowReturn
push (Fixture *fixture, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_and_alloc (320 * 240);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = 100 * GST_MSECOND;
  return gst_harness_push (fixture->harness, buffer);
}

static gboolean
ended (Fixture *fixture)
{
  GstEvent *event;
  gboolean found = FALSE;

  while ((event = gst_harness_try_pull_event (fixture->harness))) {
    found = found || GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  return found;
}

static void
test_limit (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (push (fixture, (20 + i) * 100 * GST_MSECOND), ==, GST_FLOW_OK);
  g_assert_false (ended (fixture));
  g_assert_cmpint (push (fixture, 2500 * GST_MSECOND), ==, GST_FLOW_EOS);
  g_assert_true (ended (fixture));
  g_assert_cmpint (push (fixture, 2600 * GST_MSECOND), ==, GST_FLOW_EOS);
  g_assert_false (ended (fixture));
  g_assert_cmpuint (gst_harness_buffers_received (fixture->harness), ==, 5);
  g_assert_cmpuint (gate_get_frames (fixture->gate), ==, 5);
  g_assert_cmpuint (gate_get_time (fixture->gate), ==, 500 * GST_MSECOND);
}

static void
test_no_limit (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (push (fixture, 0), ==, GST_FLOW_OK);
  g_assert_cmpint (push (fixture, 1000 * GST_SECOND), ==, GST_FLOW_OK);
  g_assert_false (ended (fixture));
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (push (fixture, 0), ==, GST_FLOW_OK);
  gate_close (fixture->gate);
  g_assert_cmpint (push (fixture, 100 * GST_MSECOND), ==, GST_FLOW_EOS);
  g_assert_true (ended (fixture));
  g_assert_cmpuint (gate_get_frames (fixture->gate), ==, 1);
}

static void
test_closed_before_the_first (Fixture *fixture, gconstpointer data)
{
  gate_close (fixture->gate);
  g_assert_cmpint (push (fixture, 0), ==, GST_FLOW_EOS);
  g_assert_cmpuint (gate_get_frames (fixture->gate), ==, 0);
  g_assert_cmpuint (gate_get_time (fixture->gate), ==, 0);
}

static void
test_no_time (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (push (fixture, GST_CLOCK_TIME_NONE), ==, GST_FLOW_OK);
  g_assert_cmpuint (gate_get_frames (fixture->gate), ==, 20);
  g_assert_cmpuint (gate_get_time (fixture->gate), ==, 0);
}

static void
test_sized_once (Fixture *fixture, gconstpointer data)
{
  push (fixture, 0);
  g_assert_cmpint (fixture->width, ==, 1024);
  g_assert_cmpint (fixture->height, ==, 768);
  gst_harness_set_src_caps_str (fixture->harness, "video/x-raw,format=GRAY8,width=640,height=120,framerate=10/1");
  push (fixture, 100 * GST_MSECOND);
  g_assert_cmpuint (fixture->calls, ==, 1);
}

static void
test_fit (void)
{
  const gint cases[][4] = {
    { 256, 256, 768, 768 },     { 320, 240, 1024, 768 },    { 1280, 720, 1280, 720 }, { 1920, 1080, 1920, 1080 },
    { 3840, 2160, 1920, 1080 }, { 1080, 1920, 1080, 1920 }, { 600, 450, 1024, 768 },  { 1, 1, 768, 768 },
    { 16384, 1, 1920, 2 },      { 1, 16384, 2, 1920 },      { 1001, 751, 1002, 752 }, { 719, 719, 768, 768 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint width = cases[i][0];
    gint height = cases[i][1];

    gate_fit (&width, &height);
    g_assert_cmpint (width, ==, cases[i][2]);
    g_assert_cmpint (height, ==, cases[i][3]);
  }
}

#define ADD(name, limit, function) g_test_add (name, Fixture, GUINT_TO_POINTER (limit), set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("/gate/limit", 500, test_limit);
  ADD ("/gate/no-limit", 0, test_no_limit);
  ADD ("/gate/close", 0, test_close);
  ADD ("/gate/closed-before-the-first", 500, test_closed_before_the_first);
  ADD ("/gate/no-time", 500, test_no_time);
  ADD ("/gate/sized-once", 0, test_sized_once);
  g_test_add_func ("/gate/fit", test_fit);
  return g_test_run ();
}
