/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of the elements, the network they use, states. */
#include "elementtest.h"

static void
assert_defaults (const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);
  guint n;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  gst_object_ref_sink (element);
  for (guint i = 0; i < n; i++) {
    g_auto (GValue) value = G_VALUE_INIT;

    if (specs[i]->owner_type != G_OBJECT_TYPE (element) || !(specs[i]->flags & G_PARAM_WRITABLE))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (G_OBJECT (element), specs[i]->name, &value);
    g_assert_true (g_param_value_defaults (specs[i], &value));
    g_assert_cmpstr (g_param_spec_get_blurb (specs[i]), !=, NULL);
  }
  gst_object_unref (element);
}

static void
test_defaults (void)
{
  assert_defaults ("dermaclassify");
  assert_defaults ("dermaoverlay");
}

static void
test_values (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  guint threads, interval, top_k;
  gdouble rate, threshold, window;
  gboolean overlay, messages;
  gint mode, region;

  g_object_get (harness->element, "threads", &threads, "inference-interval", &interval, "top-k", &top_k, "max-rate",
                &rate, "threshold", &threshold, "evidence-window", &window, "overlay", &overlay, "post-messages",
                &messages, "mode", &mode, "region", &region, NULL);
  g_assert_cmpuint (threads, ==, 1);
  g_assert_cmpuint (interval, ==, 1);
  g_assert_cmpuint (top_k, ==, 3);
  g_assert_cmpfloat (rate, ==, 0.0);
  g_assert_cmpfloat (threshold, ==, 0.5);
  g_assert_cmpfloat (window, ==, 0.0);
  g_assert_false (overlay);
  g_assert_true (messages);
  g_assert_cmpint (mode, ==, 0);
  g_assert_cmpint (region, ==, 0);
  gst_util_set_object_arg (G_OBJECT (harness->element), "region", "roi-meta");
  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", "async");
  g_object_get (harness->element, "mode", &mode, "region", &region, NULL);
  g_assert_cmpint (mode, ==, 1);
  g_assert_cmpint (region, ==, 2);
  element_test_free (harness);
}

static void
test_ranges (void)
{
  GstElement *element = gst_element_factory_make ("dermaclassify", NULL);
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);
  GParamSpecUInt *threads = G_PARAM_SPEC_UINT (g_object_class_find_property (klass, "threads"));
  GParamSpecDouble *threshold = G_PARAM_SPEC_DOUBLE (g_object_class_find_property (klass, "threshold"));

  gst_object_ref_sink (element);
  g_assert_cmpuint (threads->minimum, ==, 1);
  g_assert_cmpuint (threads->maximum, ==, 64);
  g_assert_cmpfloat (threshold->minimum, ==, 0.0);
  g_assert_cmpfloat (threshold->maximum, ==, 1.0);
  g_assert_false (g_object_class_find_property (klass, "stats")->flags & G_PARAM_WRITABLE);
  g_assert_false (g_object_class_find_property (klass, "model-info")->flags & G_PARAM_WRITABLE);
  g_assert_true (g_object_class_find_property (klass, "model")->flags & GST_PARAM_MUTABLE_PLAYING);
  gst_object_unref (element);
}

static void
test_model_in_use (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autofree gchar *expected = element_test_path ("dermaclassify.onnx");
  g_autofree gchar *before = NULL, *during = NULL;
  g_autoptr (GstStructure) info = NULL;

  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_get (harness->element, "model", &before, "model-info", &info, NULL);
  g_assert_null (before);
  g_assert_null (info);
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  g_object_get (harness->element, "model", &during, "model-info", &info, NULL);
  g_assert_cmpstr (during, ==, expected);
  g_assert_nonnull (info);
  element_test_free (harness);
}

static void
test_model_info (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autoptr (GstStructure) info = NULL;
  const GValue *labels;

  g_object_get (harness->element, "model-info", &info, NULL);
  g_assert_cmpstr (gst_structure_get_string (info, "name"), ==, "tiny");
  g_assert_cmpstr (gst_structure_get_string (info, "version"), ==, "1.2");
  g_assert_cmpstr (gst_structure_get_string (info, "licence"), ==, "CC0-1.0");
  g_assert_cmpuint (strlen (gst_structure_get_string (info, "sha256")), ==, 64);
  g_assert_cmpuint (element_test_uint64 (info, "n-parameters"), ==, 4 * 27 + 4 + 16 + 4);
  g_assert_cmpuint (element_test_uint64 (info, "n-macs"), >, 0);
  g_assert_cmpfloat (element_test_double (info, "operating-point"), ==, 0.2f);
  labels = gst_structure_get_value (info, "labels");
  g_assert_cmpuint (gst_value_array_get_size (labels), ==, 4);
  g_assert_cmpstr (g_value_get_string (gst_value_array_get_value (labels, 3)), ==, "df");
  element_test_free (harness);
}

/* The property is the name of the file, whatever its bytes; a structure has it as well as text can. */
static void
test_model_not_text (void)
{
  g_autofree gchar *path = element_test_model ("caf\xe9.onnx", TEST_LABELS, NULL);
  g_autofree gchar *shown = g_filename_display_name (path), *in_use = NULL;
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autoptr (GstStructure) info = NULL;

  g_object_set (harness->element, "model", path, NULL);
  g_object_get (harness->element, "model", &in_use, "model-info", &info, NULL);
  g_assert_cmpstr (in_use, ==, path);
  g_assert_cmpstr (gst_structure_get_string (info, "path"), ==, shown);
  g_assert_cmpstr (gst_structure_get_string (info, "name"), ==, "caf\xef\xbf\xbd");
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  element_test_free (harness);
}

/* What the model asks for holds until the property is set. */
static void
test_region_of_the_model (void)
{
  static const gchar *const metadata[] = { "derma.region", "full-frame", NULL };
  g_autofree gchar *path = element_test_model ("whole.onnx", TEST_LABELS, metadata);
  GstHarness *harness = element_test_harness ("dermaclassify");
  gint region;

  g_object_set (harness->element, "model", path, NULL);
  g_object_get (harness->element, "region", &region, NULL);
  g_assert_cmpint (region, ==, 1);
  g_object_set (harness->element, "region", 0, NULL);
  g_object_get (harness->element, "region", &region, NULL);
  g_assert_cmpint (region, ==, 0);
  element_test_free (harness);
}

static void
assert_start_fails (const gchar *path, GQuark domain, gint code)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "model", path, NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  element_test_expect (harness, GST_MESSAGE_ERROR, domain, code, path);
  element_test_free (harness);
}

static void
test_missing_model (void)
{
  g_autofree gchar *path = element_test_path ("missing.onnx");
  g_autofree gchar *folder = element_test_path ("");

  assert_start_fails (path, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  assert_start_fails (folder, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
}

static void
test_corrupt_model (void)
{
  g_autofree gchar *path = element_test_path ("corrupt.onnx");
  g_autofree gchar *good = element_test_path ("dermaclassify.onnx");
  g_autofree gchar *data = NULL;
  gsize size;

  g_assert_true (g_file_set_contents (path, "GIF89a, not a network", -1, NULL));
  assert_start_fails (path, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  g_assert_true (g_file_get_contents (good, &data, &size, NULL));
  g_assert_true (g_file_set_contents (path, data, size / 2, NULL));
  assert_start_fails (path, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  assert_start_fails (path, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
}

static void
test_recovers_from_failed_start (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "model", "/nonexistent/x.onnx", NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "model", NULL, NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  element_test_free (harness);
}

static gchar *
label_count (GstHarness *harness, guint seed)
{
  g_autoptr (GstBuffer) out =
      element_test_pass (harness, element_test_frame ("RGB", 32, 32, seed), seed * 40 * GST_MSECOND);
  const GValue *labels = gst_structure_get_value (element_test_meta (out), "labels");

  return g_strdup_printf ("%u", gst_value_array_get_size (labels));
}

static void
test_swap_while_playing (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *path = element_test_model ("two.onnx", "a,b", NULL);
  g_autofree gchar *before = label_count (harness, 1), *after = NULL, *last = NULL, *in_use = NULL;

  g_assert_cmpstr (before, ==, "4");
  g_object_set (harness->element, "model", path, NULL);
  g_object_get (harness->element, "model", &in_use, NULL);
  g_assert_cmpstr (in_use, ==, path);
  after = label_count (harness, 2);
  g_assert_cmpstr (after, ==, "2");
  g_object_set (harness->element, "model", NULL, NULL);
  last = label_count (harness, 3);
  g_assert_cmpstr (last, ==, "4");
  element_test_free (harness);
}

/* A swapped network reads the very next frame, whatever the interval. */
static void
test_swap_is_due (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *path = element_test_model ("two.onnx", "a,b", NULL);
  g_autofree gchar *first = NULL, *second = NULL;

  g_object_set (harness->element, "inference-interval", 100, NULL);
  first = label_count (harness, 1);
  g_object_set (harness->element, "model", path, NULL);
  second = label_count (harness, 2);
  g_assert_cmpstr (second, ==, "2");
  element_test_free (harness);
}

static void
test_failed_swap_keeps_the_old (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  g_autofree gchar *missing = element_test_path ("missing.onnx"), *corrupt = element_test_path ("corrupt.onnx");
  g_autofree gchar *shipped = element_test_path ("dermaclassify.onnx"), *in_use = NULL, *count = NULL;

  g_assert_true (g_file_set_contents (corrupt, "\x08\xff\xff\xff", 4, NULL));
  g_object_set (harness->element, "model", missing, NULL);
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, missing);
  g_object_set (harness->element, "model", corrupt, NULL);
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, corrupt);
  g_object_get (harness->element, "model", &in_use, NULL);
  g_assert_cmpstr (in_use, ==, shipped);
  count = label_count (harness, 1);
  g_assert_cmpstr (count, ==, "4");
  g_assert_null (element_test_message (harness, GST_MESSAGE_ERROR));
  element_test_free (harness);
}

static gpointer
swap_often (gpointer data)
{
  GstElement *element = data;
  g_autofree gchar *two = element_test_path ("two.onnx");

  for (guint i = 0; i < 40; i++) {
    g_autoptr (GstStructure) info = NULL, stats = NULL;

    g_object_set (element, "model", i % 2 ? NULL : two, NULL);
    g_object_get (element, "model-info", &info, "stats", &stats, NULL);
    g_assert_nonnull (info);
  }
  return NULL;
}

static void
test_swap_from_another_thread (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  gchar *path = element_test_model ("two.onnx", "a,b", NULL);
  GThread *thread = g_thread_new ("swap", swap_often, harness->element);

  for (guint i = 0; i < 200; i++) {
    g_autofree gchar *count = label_count (harness, i);

    g_assert_true (g_str_equal (count, "2") || g_str_equal (count, "4"));
  }
  g_thread_join (thread);
  g_free (path);
  element_test_free (harness);
}

static void
cycle (GstHarness *harness)
{
  g_autoptr (GstBuffer) out = NULL;

  gst_harness_play (harness);
  element_test_set_caps (harness, "NV12", 64, 48);
  out = element_test_pass (harness, element_test_frame ("NV12", 64, 48, 5), 0);
  g_assert_nonnull (element_test_meta (out));
  g_assert_cmpuint (element_test_stat (harness, "frames"), ==, 1);
  g_assert_cmpuint (element_test_stat (harness, "inferences"), ==, 1);
}

/* Nothing of one run is left in the next. */
static void
test_cycles (void)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("dermaclassify", NULL));

  for (guint i = 0; i < 3; i++) {
    GstHarness *harness = gst_harness_new_with_element (element, "sink", "src");
    g_autoptr (GstStructure) info = NULL;

    cycle (harness);
    gst_harness_teardown (harness);
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    g_object_get (element, "model-info", &info, NULL);
    g_assert_null (info);
  }
  gst_object_unref (element);
}

static void
test_set_in_every_state (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autofree gchar *path = NULL;

    gst_element_set_state (harness->element, states[i]);
    g_object_set (harness->element, "overlay", TRUE, "top-k", 5, "threshold", 0.9, "max-rate", 3.0, "qos", FALSE,
                  "post-messages", FALSE, "model", NULL, NULL);
    g_object_get (harness->element, "model", &path, NULL);
  }
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/properties/defaults", test_defaults);
  g_test_add_func ("/properties/values", test_values);
  g_test_add_func ("/properties/ranges", test_ranges);
  g_test_add_func ("/properties/model-in-use", test_model_in_use);
  g_test_add_func ("/properties/model-info", test_model_info);
  g_test_add_func ("/properties/model-not-text", test_model_not_text);
  g_test_add_func ("/properties/region-of-the-model", test_region_of_the_model);
  g_test_add_func ("/properties/set-in-every-state", test_set_in_every_state);
  g_test_add_func ("/model/missing", test_missing_model);
  g_test_add_func ("/model/corrupt", test_corrupt_model);
  g_test_add_func ("/model/recovers", test_recovers_from_failed_start);
  g_test_add_func ("/model/swap", test_swap_while_playing);
  g_test_add_func ("/model/swap-is-due", test_swap_is_due);
  g_test_add_func ("/model/failed-swap", test_failed_swap_keeps_the_old);
  g_test_add_func ("/model/swap-from-another-thread", test_swap_from_another_thread);
  g_test_add_func ("/state/cycles", test_cycles);
  return element_test_run ();
}
