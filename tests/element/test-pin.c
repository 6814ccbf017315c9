/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model that must have a digest. */
#include "elementtest.h"

#define NOT_A_NETWORK "GIF89a, not a network"

static gchar *
digest_of (const gchar *path)
{
  g_autofree gchar *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)data, size);
}

static gchar *
shipped_digest (void)
{
  g_autofree gchar *path = element_test_path ("dermaclassify.onnx");

  return digest_of (path);
}

/* Stopped, with a bus. */
static GstHarness *
stopped (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");

  gst_element_set_state (harness->element, GST_STATE_NULL);
  return harness;
}

static void
assert_starts (GstHarness *harness)
{
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  g_assert_null (element_test_message (harness, GST_MESSAGE_ERROR));
}

static void
assert_refuses (GstHarness *harness, const gchar *words)
{
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  element_test_expect (harness, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, words);
}

static gchar *
model_in_use (GstHarness *harness)
{
  gchar *path = NULL;

  g_object_get (harness->element, "model", &path, NULL);
  return path;
}

static void
test_none_by_default (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *pin = NULL;

  g_object_get (harness->element, "model-sha256", &pin, NULL);
  g_assert_null (pin);
  assert_starts (harness);
  element_test_free (harness);
}

/* Also of the shipped network; the value reads back as it was set. */
static void
test_the_right_one (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *wanted = shipped_digest (), *pin = NULL;
  g_autoptr (GstStructure) info = NULL;

  g_object_set (harness->element, "model-sha256", wanted, NULL);
  g_object_get (harness->element, "model-sha256", &pin, NULL);
  g_assert_cmpstr (pin, ==, wanted);
  assert_starts (harness);
  g_object_get (harness->element, "model-info", &info, NULL);
  g_assert_cmpstr (gst_structure_get_string (info, "sha256"), ==, wanted);
  element_test_free (harness);
}

static void
test_upper_case (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *wanted = shipped_digest (), *upper = g_ascii_strup (wanted, -1);

  g_object_set (harness->element, "model-sha256", upper, NULL);
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  assert_starts (harness);
  element_test_free (harness);
}

/* The error names the file and both digests. */
static void
test_another_one (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *found = shipped_digest (), *path = element_test_path ("dermaclassify.onnx");
  g_autofree gchar *wanted = g_strdup (found), *words = NULL;

  wanted[63] = wanted[63] == '0' ? '1' : '0';
  words = g_strdup_printf ("%s: has the SHA-256 digest %s, and not %s", path, found, wanted);
  g_object_set (harness->element, "model-sha256", wanted, NULL);
  assert_refuses (harness, words);
  element_test_free (harness);
}

/* Nothing of a file with another digest is read: it is not said to be no network. */
static void
test_before_it_is_read (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *path = element_test_path ("strange.onnx"), *wanted = shipped_digest ();

  g_assert_true (g_file_set_contents (path, NOT_A_NETWORK, -1, NULL));
  g_object_set (harness->element, "model", path, "model-sha256", wanted, NULL);
  assert_refuses (harness, wanted);
  element_test_free (harness);
}

/* A digest vouches for the bytes, not for their being a network. */
static void
test_no_network (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *path = element_test_path ("strange.onnx"), *wanted = NULL;

  g_assert_true (g_file_set_contents (path, NOT_A_NETWORK, -1, NULL));
  wanted = digest_of (path);
  g_object_set (harness->element, "model", path, "model-sha256", wanted, NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  element_test_expect (harness, GST_MESSAGE_ERROR, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, path);
  element_test_free (harness);
}

static void
test_missing_file (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *wanted = shipped_digest (), *path = element_test_path ("missing.onnx");

  g_object_set (harness->element, "model", path, "model-sha256", wanted, NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  element_test_expect (harness, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, path);
  element_test_free (harness);
}

/* A mistake must not open the door: each is warned about, and nothing starts. */
static void
test_malformed (void)
{
  g_autofree gchar *right = shipped_digest (), *shorter = g_strndup (right, 63),
                   *longer = g_strconcat (right, "0", NULL);
  g_autofree gchar *other = g_strconcat (shorter, "g", NULL), *blank = g_strconcat (" ", shorter, NULL);
  const gchar *const values[] = { "", "0", "none", shorter, longer, other, blank, "sha256:0", "\xc3\xa9" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    GstHarness *harness = stopped ();
    g_autofree gchar *pin = NULL;

    g_object_set (harness->element, "model-sha256", values[i], NULL);
    element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                         "64 hex digits");
    g_object_get (harness->element, "model-sha256", &pin, NULL);
    g_assert_cmpstr (pin, ==, values[i]);
    assert_refuses (harness, "dermaclassify.onnx");
    element_test_free (harness);
  }
}

static void
test_recovers (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *wanted = shipped_digest ();

  g_object_set (harness->element, "model-sha256", "wrong", NULL);
  assert_refuses (harness, "wrong");
  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "model-sha256", wanted, NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "model-sha256", NULL, NULL);
  g_assert_cmpint (gst_element_set_state (harness->element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  element_test_free (harness);
}

static void
assert_reads (GstHarness *harness)
{
  g_autoptr (GstBuffer) out = element_test_pass (harness, element_test_frame ("RGB", 32, 32, 1), 0);

  g_assert_nonnull (element_test_meta (out));
}

/* The old one stays, and still reads. */
static void
test_refused_swap (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *wanted = shipped_digest (), *other = element_test_model ("two.onnx", "a,b", NULL);
  g_autofree gchar *before = NULL, *after = NULL;

  g_object_set (harness->element, "model-sha256", wanted, NULL);
  gst_harness_play (harness);
  element_test_set_caps (harness, "RGB", 32, 32);
  before = model_in_use (harness);
  g_object_set (harness->element, "model", other, NULL);
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, other);
  after = model_in_use (harness);
  g_assert_cmpstr (after, ==, before);
  assert_reads (harness);
  g_assert_null (element_test_message (harness, GST_MESSAGE_ERROR));
  element_test_free (harness);
}

/* The digest first, then the model. */
static void
test_swap (void)
{
  GstHarness *harness = stopped ();
  g_autofree gchar *wanted = shipped_digest (), *other = element_test_model ("two.onnx", "a,b", NULL);
  g_autofree gchar *digest = digest_of (other), *after = NULL;

  g_object_set (harness->element, "model-sha256", wanted, NULL);
  gst_harness_play (harness);
  element_test_set_caps (harness, "RGB", 32, 32);
  g_object_set (harness->element, "model-sha256", digest, "model", other, NULL);
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  after = model_in_use (harness);
  g_assert_cmpstr (after, ==, other);
  assert_reads (harness);
  element_test_free (harness);
}

/* The network in use is not asked for its digest again. */
static void
test_set_while_playing (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);

  g_object_set (harness->element, "model-sha256", "0", NULL);
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "'0'");
  assert_reads (harness);
  g_object_set (harness->element, "model", NULL, NULL);
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "and not 0");
  assert_reads (harness);
  element_test_free (harness);
}

static gpointer
set_often (gpointer data)
{
  g_autofree gchar *wanted = shipped_digest ();

  for (guint i = 0; i < 200; i++)
    g_object_set (data, "model-sha256", i % 2 ? NULL : wanted, NULL);
  return NULL;
}

static void
test_from_another_thread (void)
{
  GstHarness *harness = element_test_classify ("RGB", 32, 32);
  GThread *thread = g_thread_new ("pin", set_often, harness->element);

  for (guint i = 0; i < 20; i++) {
    g_autofree gchar *pin = NULL;

    g_object_set (harness->element, "model", NULL, NULL);
    g_object_get (harness->element, "model-sha256", &pin, NULL);
    g_assert_true (!pin || strlen (pin) == 64);
  }
  g_thread_join (thread);
  g_assert_null (element_test_message (harness, GST_MESSAGE_WARNING));
  element_test_free (harness);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/pin/none-by-default", test_none_by_default);
  g_test_add_func ("/pin/the-right-one", test_the_right_one);
  g_test_add_func ("/pin/upper-case", test_upper_case);
  g_test_add_func ("/pin/another-one", test_another_one);
  g_test_add_func ("/pin/before-it-is-read", test_before_it_is_read);
  g_test_add_func ("/pin/no-network", test_no_network);
  g_test_add_func ("/pin/missing-file", test_missing_file);
  g_test_add_func ("/pin/malformed", test_malformed);
  g_test_add_func ("/pin/recovers", test_recovers);
  g_test_add_func ("/pin/refused-swap", test_refused_swap);
  g_test_add_func ("/pin/swap", test_swap);
  g_test_add_func ("/pin/set-while-playing", test_set_while_playing);
  g_test_add_func ("/pin/from-another-thread", test_from_another_thread);
  return element_test_run ();
}
