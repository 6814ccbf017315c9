/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a film, on disks that are slow, take nothing, or have lost it. */
#include "elementtest.h"
#include "writer.h"

#include <glib/gstdio.h>

#define FRAME (100 * GST_MSECOND)
#define N_FRAMES 10

/* How far the writer's clock is ahead. */
static gint64 skew;
/* Where the time of the machine stands for it; 0: it goes on. */
static gint64 stopped;
/* What each buffer for the disk waits for, if it is slow: one comes each six seconds of that clock. */
static GAsyncQueue *steps;
/* Whether it takes nothing. */
static gboolean disk_stands;

gint64 __real_g_get_monotonic_time (void);
gint64 __wrap_g_get_monotonic_time (void);
gboolean __real_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end);
gboolean __wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end);

gint64
__wrap_g_get_monotonic_time (void)
{
  return (stopped ? stopped : __real_g_get_monotonic_time ()) + skew;
}

static void
let_through (guint buffers)
{
  for (guint i = 0; i < buffers; i++)
    g_async_queue_push (steps, &steps);
}

gboolean
__wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  const gint64 patience = 60 * G_TIME_SPAN_SECOND;

  if (disk_stands) {
    skew = MAX (skew, end + 1 - __real_g_get_monotonic_time ());
    return FALSE;
  }
  if (!steps)
    return __real_g_cond_wait_until (cond, mutex, end - skew);
  skew += 6 * G_TIME_SPAN_SECOND;
  let_through (1);
  if (__real_g_cond_wait_until (cond, mutex, __real_g_get_monotonic_time () + patience)
      && __wrap_g_get_monotonic_time () <= end)
    return TRUE;
  let_through (10000);
  return FALSE;
}

typedef struct {
  gchar *path;
  GstBin *parent;
  GstBus *bus;
  DermaWriter *writer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("image/jpeg, width=16, height=16, framerate=10/1");
  g_autoptr (GError) error = NULL;
  const gint fd = g_file_open_tmp ("writer-XXXXXX", &fixture->path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  fixture->bus = gst_bus_new ();
  fixture->parent = GST_BIN (gst_object_ref_sink (gst_bin_new (NULL)));
  gst_element_set_bus (GST_ELEMENT (fixture->parent), fixture->bus);
  fixture->writer = derma_writer_new (fixture->parent, fixture->path, caps, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_free (fixture->path);
  gst_element_set_bus (GST_ELEMENT (fixture->parent), NULL);
  gst_object_unref (fixture->parent);
  gst_object_unref (fixture->bus);
}

static void
push (Fixture *fixture)
{
  for (guint i = 0; i < N_FRAMES; i++) {
    GstBuffer *frame = gst_buffer_new_allocate (NULL, 100, NULL);

    gst_buffer_memset (frame, 0, 1, 100);
    GST_BUFFER_PTS (frame) = i * FRAME;
    GST_BUFFER_DURATION (frame) = FRAME;
    derma_writer_push_gap (fixture->writer, GST_BUFFER_PTS (frame));
    g_assert_true (derma_writer_push_frame (fixture->writer, frame));
  }
}

static void
watch_disk (Fixture *fixture, GstPadProbeType type, GstPadProbeCallback probe)
{
  g_autoptr (GstElement) file = gst_bin_get_by_name (fixture->parent, "file");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (file, "sink");

  gst_pad_add_probe (pad, type, probe, NULL, NULL);
}

static void
finish (Fixture *fixture)
{
  GStatBuf status;

  g_assert_true (derma_writer_finish (fixture->writer));
  g_assert_null (gst_bus_pop_filtered (fixture->bus, GST_MESSAGE_ERROR));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_size, >, N_FRAMES * 100);
}

/* It cannot be finished, and why is said, once. */
static void
cannot_finish (Fixture *fixture, const gchar *words)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_writer_finish (fixture->writer));
  message = gst_bus_pop_filtered (fixture->bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
  g_assert_cmpstr (error->message, ==, words);
  g_assert_null (gst_bus_pop_filtered (fixture->bus, GST_MESSAGE_ERROR));
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  push (fixture);
  finish (fixture);
}

static GstPadProbeReturn
wait_for_step (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_async_queue_pop (steps);
  return GST_PAD_PROBE_OK;
}

/* All is waited for as long as something is written, however slowly. */
static void
test_slow_disk (Fixture *fixture, gconstpointer data)
{
  steps = g_async_queue_new ();
  stopped = __real_g_get_monotonic_time ();
  watch_disk (fixture, GST_PAD_PROBE_TYPE_BUFFER, wait_for_step);
  push (fixture);
  finish (fixture);
  g_assert_cmpint (skew, >, 60 * G_TIME_SPAN_SECOND);
  g_clear_pointer (&steps, g_async_queue_unref);
  stopped = 0;
}

static GstPadProbeReturn
stand (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return GST_PAD_PROBE_OK;
}

static void
test_disk_takes_nothing (Fixture *fixture, gconstpointer data)
{
  watch_disk (fixture, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, stand);
  push (fixture);
  disk_stands = TRUE;
  cannot_finish (fixture, "cannot be finished: the disk takes nothing");
  disk_stands = FALSE;
}

static void
test_removed_file (Fixture *fixture, gconstpointer data)
{
  push (fixture);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  cannot_finish (fixture, "cannot be finished: it was removed");
}

/* Who was told of an error before hears of no other one. */
static void
test_failed_before (Fixture *fixture, gconstpointer data)
{
  push (fixture);
  derma_writer_fail (fixture->writer);
  g_assert_false (derma_writer_finish (fixture->writer));
  g_assert_null (gst_bus_pop_filtered (fixture->bus, GST_MESSAGE_ERROR));
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "/writer/plain", test_plain },
    { "/writer/slow-disk", test_slow_disk },
    { "/writer/disk-takes-nothing", test_disk_takes_nothing },
    { "/writer/removed-file", test_removed_file },
    { "/writer/failed-before", test_failed_before },
  };

  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return element_test_run ();
}
