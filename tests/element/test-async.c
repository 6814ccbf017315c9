/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermaclassify mode=async, with a network that takes longer for a frame than the frames take. */
#include "elementtest.h"
#include "support/onnx-builder.h"

#define STEP (40 * GST_MSECOND)
#define PATIENCE 60000 /* frames, a millisecond each */

/* There a frame takes long itself, and the network a minute. */
static gboolean
is_valgrind (void)
{
  return g_strcmp0 (g_getenv ("DERMA_UNDER"), "valgrind") == 0;
}

static gchar *
make_slow_model (const gchar *name, const gchar *labels)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gchar *path = element_test_path (name);

  derma_onnx_builder_add_input (builder, "image", is_valgrind () ? "1,3,24,24" : "1,3,192,192");
  derma_onnx_builder_add_constants (builder, "a=f(64,3,3,3) b=f(64,64,3,3) c=f(2,64,1,1)");
  derma_onnx_builder_add_node (builder, "Conv", "image,a", "first", "pads=[1,1,1,1]");
  derma_onnx_builder_add_node (builder, "Conv", "first,b", "second", "pads=[1,1,1,1]");
  derma_onnx_builder_add_node (builder, "Conv", "second,c", "third", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "third", "scores", NULL);
  derma_onnx_builder_add_output (builder, "scores", NULL);
  derma_onnx_builder_set_metadata (builder, "derma.labels", labels);
  bytes = derma_onnx_builder_finish (builder);
  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  return path;
}

static GstHarness *
new_async (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autofree gchar *model = make_slow_model ("slow.onnx", "slow,other");

  gst_element_set_state (harness->element, GST_STATE_NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", "async");
  g_object_set (harness->element, "model", model, NULL);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  element_test_set_caps (harness, "RGB", 64, 48);
  return harness;
}

static GstBuffer *
pass (GstHarness *harness, guint i)
{
  return element_test_pass (harness, element_test_frame ("RGB", 64, 48, i), i * STEP);
}

/* The reading that a frame carries is always of an earlier frame, and never goes back. */
static void
test_all_pass (void)
{
  GstHarness *harness = new_async ();
  guint64 last = 0;

  for (guint i = 0; i < 60; i++) {
    g_autoptr (GstBuffer) out = pass (harness, i);
    const GstStructure *meta = element_test_meta (out);

    g_assert_cmpuint (GST_BUFFER_PTS (out), ==, i * STEP);
    if (i == 0)
      g_assert_null (meta);
    if (!meta)
      continue;
    g_assert_cmpuint (element_test_uint64 (meta, "pts"), <, i * STEP);
    g_assert_cmpuint (element_test_uint64 (meta, "pts") + element_test_uint64 (meta, "age"), ==, i * STEP);
    g_assert_cmpuint (element_test_uint64 (meta, "pts"), >=, last);
    last = element_test_uint64 (meta, "pts");
  }
  g_assert_cmpuint (element_test_stat (harness, "frames"), ==, 60);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), <, 60);
  element_test_free (harness);
}

/*
 * Ten seconds (under valgrind one) of 1920x1080 at 60 frames a second, as fast as they come: each is out before the
 * next one is in, with its pixels, none of them is kept, and no latency is declared, however many readings there have
 * been.
 */
static void
test_full_hd (void)
{
  const gsize size = 1920 * 1080 * 3 / 2;
  const guint n = is_valgrind () ? 60 : 600;
  GstHarness *harness = new_async ();
  guint8 *pixels = g_malloc0 (size);
  GstMemory *memory = gst_memory_new_wrapped (0, pixels, size, 0, size, pixels, g_free);
  guint64 read = 0;

  element_test_set_caps (harness, "I420", 1920, 1080);
  for (guint i = 0; i < n; i++) {
    GstBuffer *frame = gst_buffer_new ();
    g_autoptr (GstBuffer) out = NULL;

    gst_buffer_append_memory (frame, gst_memory_ref (memory));
    GST_BUFFER_DURATION (frame) = GST_SECOND / 60;
    out = element_test_pass (harness, frame, gst_util_uint64_scale (i, GST_SECOND, 60));
    g_assert_cmpuint (gst_harness_buffers_received (harness), ==, i + 1);
    g_assert_cmpuint (gst_harness_buffers_in_queue (harness), ==, 0);
    g_assert_cmpuint (GST_BUFFER_PTS (out), ==, gst_util_uint64_scale (i, GST_SECOND, 60));
    g_assert_true (gst_buffer_peek_memory (out, 0) == memory);
    g_assert_cmpuint (gst_harness_query_latency (harness), ==, 0);
    if (element_test_meta (out)) {
      const guint64 pts = element_test_uint64 (element_test_meta (out), "pts");

      g_assert_cmpuint (pts, >=, read);
      read = pts;
    }
  }
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (memory), ==, 1);
  g_assert_cmpuint (element_test_stat (harness, "frames"), ==, n);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), <, n);
  gst_memory_unref (memory);
  element_test_free (harness);
}

/* A stream of one frame is read all the same. */
static void
test_end (void)
{
  GstHarness *harness = new_async ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstBuffer) out = pass (harness, 7);

  g_assert_null (element_test_meta (out));
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  message = element_test_message (harness, GST_MESSAGE_ELEMENT);
  g_assert_nonnull (message);
  g_assert_cmpuint (element_test_uint64 (gst_message_get_structure (message), "pts"), ==, 7 * STEP);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  element_test_free (harness);
}

static void
test_end_of_nothing (void)
{
  GstHarness *harness = new_async ();

  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 0);
  element_test_free (harness);
}

/* What was handed over before a flush is never heard of again. */
static void
test_flush (void)
{
  GstHarness *harness = new_async ();
  gboolean seen = FALSE;

  gst_clear_buffer (&(GstBuffer *){ pass (harness, 2 * PATIENCE) });
  element_test_flush (harness);
  for (guint i = 0; i < PATIENCE && !seen; i++) {
    g_autoptr (GstBuffer) out = pass (harness, i);
    const GstStructure *meta = element_test_meta (out);

    seen = meta != NULL;
    if (seen)
      g_assert_cmpuint (element_test_uint64 (meta, "pts"), <, PATIENCE * STEP);
    g_usleep (1000);
  }
  g_assert_true (seen);
  element_test_free (harness);
}

/* A network that is exchanged while the worker is busy takes over at a frame after that. */
static void
test_swap (void)
{
  GstHarness *harness = new_async ();
  g_autofree gchar *other = make_slow_model ("other.onnx", "new,labels");
  gboolean seen = FALSE;

  gst_clear_buffer (&(GstBuffer *){ pass (harness, 0) });
  g_object_set (harness->element, "model", other, NULL);
  for (guint i = 1; i < PATIENCE && !seen; i++) {
    g_autoptr (GstBuffer) out = pass (harness, i);
    const GstStructure *meta = element_test_meta (out);
    const GValue *labels = meta ? gst_structure_get_value (meta, "labels") : NULL;

    seen = labels && g_str_equal (g_value_get_string (gst_value_array_get_value (labels, 0)), "new");
    g_usleep (1000);
  }
  g_assert_true (seen);
  element_test_free (harness);
}

/* A model that cannot be used leaves the worker with the one it has. */
static void
test_bad_swap (void)
{
  GstHarness *harness = new_async ();

  gst_clear_buffer (&(GstBuffer *){ pass (harness, 0) });
  g_object_set (harness->element, "model", "/nonexistent.onnx", NULL);
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "nonexistent");
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  element_test_free (harness);
}

/* The worker does not look at the frame any more, so caps may change under it. */
static void
test_caps_change (void)
{
  static const gchar *const formats[] = { "NV12", "GRAY8", "I420", "BGRA", "YUY2" };
  GstHarness *harness = new_async ();

  for (guint i = 0; i < 20; i++) {
    const gchar *format = formats[i % G_N_ELEMENTS (formats)];
    g_autoptr (GstBuffer) out = NULL;

    element_test_set_caps (harness, format, 16 + 2 * (gint)i, 200 - 8 * (gint)i);
    out = element_test_pass (harness, element_test_frame (format, 16 + 2 * (gint)i, 200 - 8 * (gint)i, i), i * STEP);
    g_assert_nonnull (out);
  }
  element_test_free (harness);
}

static void
test_bad_frame (void)
{
  GstHarness *harness = new_async ();
  g_autoptr (GstBuffer) out = element_test_pass (harness, gst_buffer_new_allocate (NULL, 7, NULL), 0), good = NULL;

  element_test_expect (harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "caps promise");
  g_assert_null (element_test_meta (out));
  good = pass (harness, 1);
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
  element_test_free (harness);
}

/* Stopped while the worker is at work, again and again; and back to mode sync. */
static void
test_states (void)
{
  GstHarness *harness = new_async ();

  for (guint i = 0; i < 10; i++) {
    gst_clear_buffer (&(GstBuffer *){ pass (harness, i) });
    g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    gst_util_set_object_arg (G_OBJECT (harness->element), "mode", i % 3 == 2 ? "sync" : "async");
    g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
    element_test_set_caps (harness, "RGB", 64, 48);
  }
  element_test_free (harness);
}

static void
test_no_latency (void)
{
  GstHarness *harness = new_async ();

  gst_harness_set_upstream_latency (harness, 10 * GST_MSECOND);
  for (guint i = 0; i < 5; i++)
    gst_clear_buffer (&(GstBuffer *){ pass (harness, i) });
  g_assert_true (gst_harness_push_event (harness, gst_event_new_eos ()));
  g_assert_cmpuint (gst_harness_query_latency (harness), ==, 10 * GST_MSECOND);
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/async/all-pass", test_all_pass);
  g_test_add_func ("/async/full-hd", test_full_hd);
  g_test_add_func ("/async/end", test_end);
  g_test_add_func ("/async/end-of-nothing", test_end_of_nothing);
  g_test_add_func ("/async/flush", test_flush);
  g_test_add_func ("/async/swap", test_swap);
  g_test_add_func ("/async/bad-swap", test_bad_swap);
  g_test_add_func ("/async/caps-change", test_caps_change);
  g_test_add_func ("/async/bad-frame", test_bad_frame);
  g_test_add_func ("/async/states", test_states);
  g_test_add_func ("/async/no-latency", test_no_latency);
  return element_test_run ();
}
