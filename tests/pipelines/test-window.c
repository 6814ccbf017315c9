/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ends.h"
#include "runner.h"
#include "window.h"

typedef struct {
  const gchar *text; /* of the error */
  gboolean records;  /* whether there is an element "file" */
  gboolean gone;     /* the window, at the end */
  Input input;
  Runner runner;
  GstElement *screen; /* shows; fails as a sink does that has lost its window */
  gint ends;          /* atomic: how often the end came to what records */
  gint shown;         /* atomic */
} Stage;

static void
ignore_size (gint width, gint height, gpointer data)
{
}

/* The third frame finds no window. */
static GstPadProbeReturn
lose_window (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Stage *stage = data;

  if (g_atomic_int_add (&stage->shown, 1) < 2)
    return GST_PAD_PROBE_OK;
  GST_ELEMENT_ERROR (stage->screen, RESOURCE, NOT_FOUND, ("%s", stage->text), (NULL));
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = NULL;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
  return GST_PAD_PROBE_HANDLED;
}

/* Plays @line, which has elements "gate" and "last", behind which the window comes. Returns: whether nothing failed */
static gboolean
play (Stage *stage, const gchar *line)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) gate = gst_bin_get_by_name (GST_BIN (pipeline), "gate");
  g_autoptr (GstElement) last = gst_bin_get_by_name (GST_BIN (pipeline), "last");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "src");
  g_autoptr (Gate) closing = gate_new (pad, GST_CLOCK_TIME_NONE, ignore_size, NULL);
  g_autoptr (GstPad) entry = NULL;
  GstElement *window = window_new ("queue max-size-buffers=4 ! fakesink name=screen sync=false async=false", NULL);
  gboolean played;

  gst_bin_add (GST_BIN (pipeline), window);
  g_assert_true (gst_element_link (last, window));
  stage->screen = gst_bin_get_by_name (GST_BIN (window), "screen");
  entry = gst_element_get_static_pad (stage->screen, "sink");
  gst_pad_add_probe (entry, GST_PAD_PROBE_TYPE_BUFFER, lose_window, stage, NULL);
  if (stage->records)
    ends_count (GST_BIN (pipeline), "file", &stage->ends);
  stage->input.described = (gchar *)"a test";
  stage->runner = (Runner){ .name = "test", .input = &stage->input, .pipeline = pipeline, .gate = closing };
  played = runner_run (&stage->runner);
  stage->gone = !gst_object_has_as_ancestor (GST_OBJECT (stage->screen), GST_OBJECT (pipeline));
  gst_object_unref (stage->screen);
  return played;
}

/* A recording gets its end, as from the key q. */
static void
test_closed_while_recording (void)
{
  Stage stage = { .text = "Output window was closed", .records = TRUE };

  g_assert_true (play (&stage,
                       "videotestsrc is-live=true ! video/x-raw,width=16,height=16,framerate=100/1 ! "
                       "identity name=gate ! tee name=last ! queue ! fakesink name=file sync=false async=false"));
  g_assert_true (stage.gone);
  g_assert_cmpint (g_atomic_int_get (&stage.ends), ==, 1);
  g_assert_true (stage.runner.stopped);
}

/* There is nothing to be finished. */
static void
test_closed_alone (void)
{
  Stage stage = { .text = "Output window was closed" };

  g_assert_true (play (&stage, "videotestsrc is-live=true ! video/x-raw,width=16,height=16,framerate=100/1 ! "
                               "identity name=gate ! identity name=last"));
  g_assert_true (stage.runner.stopped);
}

/* Another failure of the window is one of the program. */
static void
test_broken_display (void)
{
  Stage stage = { .text = "Could not open display" };

  g_assert_false (play (&stage, "videotestsrc is-live=true ! video/x-raw,width=16,height=16,framerate=100/1 ! "
                                "identity name=gate ! identity name=last"));
  g_assert_true (stage.runner.failed);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/window/closed-alone", test_closed_alone);
  g_test_add_func ("/window/broken-display", test_broken_display);
  g_test_add_func ("/window/closed-while-recording", test_closed_while_recording);
  return g_test_run ();
}
