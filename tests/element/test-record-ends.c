/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a recorder's stream, in whose messages an error comes first. */
#include "recordtest.h"

#define SECONDS *GST_SECOND
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

/* Who hears of an error, and is at it until it may go on. */
typedef struct {
  GMutex mutex;
  GCond cond;
  gboolean hears;
  gboolean goes_on;
} Listener;

static GstBusSyncReply
listen (GstBus *bus, GstMessage *message, gpointer data)
{
  Listener *listener = data;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return GST_BUS_PASS;
  g_mutex_lock (&listener->mutex);
  listener->hears = TRUE;
  g_cond_broadcast (&listener->cond);
  while (!listener->goes_on)
    g_cond_wait (&listener->cond, &listener->mutex);
  g_mutex_unlock (&listener->mutex);
  return GST_BUS_PASS;
}

static void
await_error (Listener *listener)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&listener->mutex);
  while (!listener->hears)
    g_assert_true (g_cond_wait_until (&listener->cond, &listener->mutex, deadline));
  g_mutex_unlock (&listener->mutex);
}

static void
go_on (Listener *listener)
{
  g_mutex_lock (&listener->mutex);
  listener->goes_on = TRUE;
  g_cond_broadcast (&listener->cond);
  g_mutex_unlock (&listener->mutex);
}

/* Ends the stream, and waits until the thread that has the end is through with it. */
static void
end_stream (RecordTest *test)
{
  g_autoptr (GstElement) queue = record_test_element (test, "frames");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (queue, "src");
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  record_test_finish (test);
  while (gst_pad_get_task_state (pad) == GST_TASK_STARTED && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  g_assert_cmpint (gst_pad_get_task_state (pad), !=, GST_TASK_STARTED);
}

static GstMessageType
pop (GstBus *bus)
{
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (bus, PATIENCE * GST_USECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);

  return message ? GST_MESSAGE_TYPE (message) : GST_MESSAGE_UNKNOWN;
}

/* The disk fails in a thread of what writes there. */
static gpointer
fail_disk (gpointer data)
{
  g_autoptr (GstElement) file = record_test_element (data, "file");

  GST_ELEMENT_ERROR (file, RESOURCE, WRITE, ("The disk is gone"), (NULL));
  return NULL;
}

/* A film cannot begin in the thread of who starts it. */
static gpointer
start_nowhere (gpointer data)
{
  RecordTest *test = data;
  g_autofree gchar *path = record_test_path (test, "missing/b.mkv");

  g_signal_emit_by_name (test->harness->element, "stop");
  g_object_set (test->harness->element, "pre-roll", 5.0, "location", path, NULL);
  record_test_show (test, 2 SECONDS);
  record_test_drain (test);
  g_signal_emit_by_name (test->harness->element, "start");
  return NULL;
}

/* However long one listens to it the end does not overtake an error, nor is it held up where it comes. */
static void
test_error_before_the_end (gconstpointer data)
{
  RecordTest test;
  Listener listener = { .hears = FALSE };
  g_autoptr (GstBus) bus = NULL;
  GThread *thread;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  bus = gst_element_get_bus (test.harness->element);
  gst_bus_set_sync_handler (bus, listen, &listener, NULL);
  thread = g_thread_new ("failure", (GThreadFunc)data, &test);
  await_error (&listener);
  end_stream (&test);
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_EOS));
  go_on (&listener);
  g_assert_cmpint (pop (bus), ==, GST_MESSAGE_ERROR);
  g_assert_cmpint (pop (bus), ==, GST_MESSAGE_EOS);
  g_thread_join (thread);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  record_test_tear_down (&test);
}

/* An end that waits is of no other stream, and of none where the recorder was stopped. */
static void
test_forgotten_end (gconstpointer data)
{
  const gboolean flush = data != NULL;
  RecordTest test;
  Listener listener = { .hears = FALSE };
  g_autoptr (GstBus) bus = NULL;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  bus = gst_element_get_bus (test.harness->element);
  gst_bus_set_sync_handler (bus, listen, &listener, NULL);
  fail_disk (&test);
  await_error (&listener);
  end_stream (&test);
  if (flush) {
    element_test_flush (test.harness);
    test.now = 0;
    record_test_show (&test, 1 SECONDS);
    record_test_drain (&test);
  } else {
    gst_element_set_state (test.harness->element, GST_STATE_READY);
    gst_element_set_state (test.harness->element, GST_STATE_PLAYING);
  }
  go_on (&listener);
  g_assert_cmpint (pop (bus), ==, GST_MESSAGE_ERROR);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  record_test_tear_down (&test);
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_EOS));
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/record-ends/error-before-the-end/disk-fails", fail_disk, test_error_before_the_end);
  g_test_add_data_func ("/record-ends/error-before-the-end/missing-folder", start_nowhere, test_error_before_the_end);
  g_test_add_data_func ("/record-ends/forgotten-end/flush", "flush", test_forgotten_end);
  g_test_add_data_func ("/record-ends/forgotten-end/stopped", NULL, test_forgotten_end);
  return element_test_run ();
}
