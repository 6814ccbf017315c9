/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cameras.h"
#include "ends.h"
#include "runner.h"

typedef struct {
  Input input;
  Runner runner;
  gint ends;  /* atomic: how often the end came to what records */
  gint shown; /* atomic */
  gint slow;  /* atomic: whether what shows was told of more latency */
} Stage;

#define DEADLINE (300 * GST_MSECOND)

static void
ignore_size (gint width, gint height, gpointer data)
{
}

static gboolean
end (gpointer data)
{
  runner_end (data);
  return G_SOURCE_REMOVE;
}

/* A live source that gives nothing, as a camera that is gone: what records gets its end all the same. */
static void
test_end_without_frames (void)
{
  g_autoptr (GstElement) pipeline =
      gst_parse_launch ("videotestsrc name=source is-live=true ! valve drop=true drop-mode=forward-sticky-events ! "
                        "identity name=gate ! fakesink name=file sync=false async=false",
                        NULL);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  g_autoptr (GstElement) gate = gst_bin_get_by_name (GST_BIN (pipeline), "gate");
  g_autoptr (GstPad) exit = gst_element_get_static_pad (gate, "src");
  g_autoptr (Gate) closing = gate_new (exit, GST_CLOCK_TIME_NONE, ignore_size, NULL);
  Stage stage = { .input = { .source = source, .described = (gchar *)"a test", .is_live = TRUE } };

  ends_count (GST_BIN (pipeline), "file", &stage.ends);
  stage.runner = (Runner){ .name = "test", .input = &stage.input, .pipeline = pipeline, .gate = closing };
  g_idle_add (end, &stage.runner);
  g_assert_true (runner_run (&stage.runner));
  g_assert_cmpint (g_atomic_int_get (&stage.ends), ==, 1);
  /* Nobody waits for an end that has come: the runner may be gone by then. */
  g_assert_null (g_main_context_find_source_by_funcs_user_data (NULL, &g_timeout_funcs, &stage.runner));
}

/* The third frame takes longer to show, which the sink says. */
static GstPadProbeReturn
slow_down (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Stage *stage = data;

  if (g_atomic_int_add (&stage->shown, 1) == 2)
    g_object_set (GST_PAD_PARENT (pad), "processing-deadline", (guint64)DEADLINE, NULL);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
take_latency (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Stage *stage = data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstClockTime latency = 0;

  if (GST_EVENT_TYPE (event) != GST_EVENT_LATENCY)
    return GST_PAD_PROBE_OK;
  gst_event_parse_latency (event, &latency);
  if (latency >= DEADLINE && g_atomic_int_compare_and_exchange (&stage->slow, 0, 1))
    g_idle_add (end, &stage->runner);
  return GST_PAD_PROBE_OK;
}

static void
test_latency_that_changes (void)
{
  g_autoptr (GstElement) pipeline =
      gst_parse_launch ("videotestsrc is-live=true ! identity name=gate ! fakesink name=file sync=true", NULL);
  g_autoptr (GstElement) gate = gst_bin_get_by_name (GST_BIN (pipeline), "gate");
  g_autoptr (GstElement) file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_autoptr (GstPad) exit = gst_element_get_static_pad (gate, "src");
  g_autoptr (GstPad) entry = gst_element_get_static_pad (file, "sink");
  g_autoptr (Gate) closing = gate_new (exit, GST_CLOCK_TIME_NONE, ignore_size, NULL);
  Stage stage = { .input = { .described = (gchar *)"a test" } };
  const guint deadline = g_timeout_add_seconds (60, end, &stage.runner);

  gst_pad_add_probe (entry, GST_PAD_PROBE_TYPE_BUFFER, slow_down, &stage, NULL);
  gst_pad_add_probe (exit, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, take_latency, &stage, NULL);
  stage.runner = (Runner){ .name = "test", .input = &stage.input, .pipeline = pipeline, .gate = closing };
  g_assert_true (runner_run (&stage.runner));
  g_assert_true (g_atomic_int_get (&stage.slow));
  g_source_remove (deadline);
}

/* Fails while the pipeline is taken down. */
static GstBusSyncReply
fail_late (GstBus *bus, GstMessage *message, gpointer data)
{
  GstState before, now;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_STATE_CHANGED || GST_MESSAGE_SRC (message) != data)
    return GST_BUS_PASS;
  gst_message_parse_state_changed (message, &before, &now, NULL);
  if (before == GST_STATE_PAUSED && now == GST_STATE_READY)
    GST_ELEMENT_ERROR (GST_ELEMENT (data), RESOURCE, WRITE, ("the end was not written"), (NULL));
  return GST_BUS_PASS;
}

static void
test_error_at_the_end (void)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch ("videotestsrc num-buffers=2 ! fakesink name=file", NULL);
  g_autoptr (GstElement) file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  Stage stage = { .input = { .described = (gchar *)"a test" } };

  gst_bus_set_sync_handler (bus, fail_late, file, NULL);
  stage.runner = (Runner){ .name = "test", .input = &stage.input, .pipeline = pipeline };
  g_assert_false (runner_run (&stage.runner));
  g_assert_true (stage.runner.failed);
}

static void
expect (GstStructure *message, const gchar *wanted)
{
  g_autofree gchar *text = cameras_describe (message);

  g_assert_cmpstr (text, ==, wanted);
  gst_structure_free (message);
}

static void
test_unplugged_is_told (void)
{
  expect (gst_structure_new ("dermacamsrc", "event", G_TYPE_STRING, "unplugged", NULL), "camera: unplugged");
  expect (
      gst_structure_new ("dermacamsrc", "event", G_TYPE_STRING, "lock-failed", "error", G_TYPE_STRING, "busy", NULL),
      "camera: lock-failed: busy");
  expect (gst_structure_new ("dermaclassify", "event", G_TYPE_STRING, "unplugged", NULL), NULL);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner/latency-that-changes", test_latency_that_changes);
  g_test_add_func ("/runner/end-without-frames", test_end_without_frames);
  g_test_add_func ("/runner/error-at-the-end", test_error_at_the_end);
  g_test_add_func ("/runner/unplugged-is-told", test_unplugged_is_told);
  return g_test_run ();
}
