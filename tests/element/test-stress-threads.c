/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames flow while other threads set properties, exchange the network, flush, look, or say that they are late. */
#include "stress.h"

#include <string.h>

#define N_FRAMES 600

typedef struct {
  Stress stress;
  GMutex streaming; /* what sends frames holds it while it does */
  GThread *thread;
  GRand *random; /* of the thread */
  gint ended;    /* atomic */
  gint n;        /* atomic: how often it did what it does */
  guint pushed;
} Fixture;

static void
start (Fixture *f, const gchar *line, GThreadFunc function)
{
  stress_set_up (&f->stress, line);
  f->random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  g_mutex_init (&f->streaming);
  f->thread = g_thread_new ("stress", function, f);
}

static void
stop (Fixture *f)
{
  g_atomic_int_set (&f->ended, 1);
  g_thread_join (f->thread);
  g_mutex_clear (&f->streaming);
  g_rand_free (f->random);
  stress_tear_down (&f->stress);
}

static const gchar *const texts[] = { NULL, "", "x", "/nonexistent/\xff\n%s" };

/* Whether frame @i is to come: there are enough when the thread has had its say too. */
static gboolean
goes_on (Fixture *f, guint i)
{
  f->pushed = i;
  return i < N_FRAMES || g_atomic_int_get (&f->n) < 20;
}

/* A value in range, and text that nothing can be made of. */
static gboolean
choose (GRand *random, GParamSpec *spec, GValue *value)
{
  g_value_init (value, spec->value_type);
  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    g_value_set_boolean (value, g_rand_boolean (random));
  else if (G_IS_PARAM_SPEC_UINT (spec))
    g_value_set_uint (value, (guint)g_rand_int_range (random, 0, 8));
  else if (G_IS_PARAM_SPEC_UINT64 (spec))
    g_value_set_uint64 (value, (guint64)g_rand_int_range (random, 0, 1000) * GST_MSECOND);
  else if (G_IS_PARAM_SPEC_DOUBLE (spec))
    g_value_set_double (value, g_rand_double_range (random, -1, 3));
  else if (G_IS_PARAM_SPEC_ENUM (spec))
    g_value_set_enum (value, g_rand_int_range (random, 0, 3));
  else if (G_IS_PARAM_SPEC_STRING (spec))
    g_value_set_static_string (value, texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]);
  else
    return FALSE;
  g_param_value_validate (spec, value);
  return TRUE;
}

/* Not those of GstObject; and dermareplay opens its sidecar again after a flush. */
static gboolean
is_own (const GParamSpec *spec)
{
  return (spec->flags & G_PARAM_WRITABLE) && spec->owner_type != GST_TYPE_OBJECT && strcmp (spec->name, "sidecar") != 0;
}

static gpointer
set_all (gpointer data)
{
  Fixture *f = data;
  GObject *element = G_OBJECT (f->stress.harness->element);
  guint n;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  while (!g_atomic_int_get (&f->ended)) {
    GParamSpec *spec = specs[g_rand_int_range (f->random, 0, (gint)n)];
    g_auto (GValue) value = G_VALUE_INIT, read = G_VALUE_INIT;

    if (is_own (spec) && choose (f->random, spec, &value))
      g_object_set_property (element, spec->name, &value);
    if (spec->flags & G_PARAM_READABLE) {
      g_value_init (&read, spec->value_type);
      g_object_get_property (element, spec->name, &read);
    }
    if (g_atomic_int_add (&f->n, 1) % 16 == 0)
      g_thread_yield ();
  }
  return NULL;
}

/* Frames pass whatever is set. */
static void
test_properties (gconstpointer data)
{
  g_autofree gchar *sidecar = stress_sidecar (10);
  g_autofree gchar *line = g_strdup_printf (data, sidecar);
  Fixture f = { 0 };

  start (&f, line, set_all);
  for (guint i = 0; goes_on (&f, i); i++) {
    g_assert_cmpint (stress_push (&f.stress), ==, GST_FLOW_OK);
    if (i % 50 == 0) {
      stress_renegotiate (&f.stress, 40);
      stress_drain (&f.stress);
    }
    g_thread_yield ();
  }
  stop (&f);
}

static gpointer
exchange (gpointer data)
{
  Fixture *f = data;
  GObject *element = G_OBJECT (f->stress.harness->element);
  g_autofree gchar *other = element_test_path ("other.onnx");
  g_autofree gchar *broken = element_test_path ("broken.onnx");
  const gchar *const paths[] = { other, NULL, "/nonexistent.onnx", broken, "" };

  while (!g_atomic_int_get (&f->ended)) {
    g_autofree gchar *now = NULL;
    g_autoptr (GstStructure) info = NULL;

    g_object_set (element, "model", paths[g_rand_int_range (f->random, 0, G_N_ELEMENTS (paths))], NULL);
    g_object_get (element, "model", &now, "model-info", &info, NULL);
    g_assert_nonnull (info);
    g_assert_true (g_str_has_suffix (now, "other.onnx") || g_str_has_suffix (now, "dermaclassify.onnx"));
    g_atomic_int_inc (&f->n);
    g_thread_yield ();
  }
  return NULL;
}

/* Each reading is of one of the networks that work; nothing is left of the others. */
static void
assert_whole (GstBuffer *buffer)
{
  const GstStructure *meta = element_test_meta (buffer);
  const GValue *labels, *probabilities;
  const gchar *first;

  if (!meta)
    return;
  labels = gst_structure_get_value (meta, "labels");
  probabilities = gst_structure_get_value (meta, "probabilities");
  first = g_value_get_string (gst_value_array_get_value (labels, 0));
  g_assert_cmpuint (gst_value_array_get_size (labels), ==, g_str_equal (first, "one") ? 7 : 4);
  g_assert_cmpuint (gst_value_array_get_size (probabilities), ==, gst_value_array_get_size (labels));
}

static void
test_exchange (gconstpointer data)
{
  g_autofree gchar *other = element_test_model ("other.onnx", "one,two,three,four,five,six,seven", NULL);
  g_autofree gchar *broken = element_test_path ("broken.onnx");
  Fixture f = { 0 };

  g_assert_nonnull (other);
  g_assert_true (g_file_set_contents (broken, "\x08\x07junk", -1, NULL));
  start (&f, data, exchange);
  for (guint i = 0; goes_on (&f, i); i++) {
    g_autoptr (GstBuffer) out = NULL;

    g_assert_cmpint (stress_push (&f.stress), ==, GST_FLOW_OK);
    out = gst_harness_pull (f.stress.harness);
    assert_whole (out);
    g_thread_yield ();
  }
  stop (&f);
}

/* As a source does it: what streams is stopped by the start of the flush, and waits until a new segment has begun. */
static gpointer
flush (gpointer data)
{
  Fixture *f = data;

  while (!g_atomic_int_get (&f->ended)) {
    gst_harness_push_event (f->stress.harness, gst_event_new_flush_start ());
    g_mutex_lock (&f->streaming);
    gst_harness_push_event (f->stress.harness, gst_event_new_flush_stop (g_rand_boolean (f->random)));
    stress_segment (&f->stress, GST_FORMAT_TIME, 1.0);
    g_mutex_unlock (&f->streaming);
    g_atomic_int_inc (&f->n);
    g_usleep ((gulong)g_rand_int_range (f->random, 0, 500));
  }
  return NULL;
}

static void
test_flush (gconstpointer data)
{
  g_autofree gchar *sidecar = stress_sidecar (10);
  g_autofree gchar *line = g_strdup_printf (data, sidecar);
  Fixture f = { .stress.watch.threaded = TRUE };

  start (&f, line, flush);
  for (guint i = 0; goes_on (&f, i); i++) {
    GstFlowReturn flow;

    g_mutex_lock (&f.streaming);
    flow = stress_push (&f.stress);
    g_mutex_unlock (&f.streaming);
    g_assert_true (flow == GST_FLOW_OK || flow == GST_FLOW_FLUSHING);
    if (i % 50 == 0)
      stress_drain (&f.stress);
    g_thread_yield ();
  }
  stop (&f);
}

static gpointer
be_late (gpointer data)
{
  Fixture *f = data;

  while (!g_atomic_int_get (&f->ended)) {
    const GstClockTime time = (GstClockTime)g_rand_int_range (f->random, 0, N_FRAMES) * 40 * GST_MSECOND;

    gst_harness_push_upstream_event (f->stress.harness,
                                     gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, g_rand_double (f->random),
                                                        g_rand_int_range (f->random, 0, G_MAXINT), time));
    gst_harness_query_latency (f->stress.harness);
    g_atomic_int_inc (&f->n);
    g_thread_yield ();
  }
  return NULL;
}

/* Late frames are not read, but none is left out. */
static void
test_qos (gconstpointer data)
{
  Fixture f = { 0 };

  start (&f, data, be_late);
  for (guint i = 0; goes_on (&f, i); i++) {
    g_assert_cmpint (stress_push (&f.stress), ==, GST_FLOW_OK);
    g_thread_yield ();
  }
  g_assert_cmpuint (gst_harness_buffers_received (f.stress.harness), ==, f.pushed);
  stop (&f);
}

static gpointer
take_snapshots (gpointer data)
{
  Fixture *f = data;
  gboolean taken;

  while (!g_atomic_int_get (&f->ended)) {
    g_signal_emit_by_name (f->stress.harness->element, "snapshot", &taken);
    g_object_set (f->stress.harness->element, "frozen", g_rand_boolean (f->random), NULL);
    g_atomic_int_inc (&f->n);
    g_usleep ((gulong)g_rand_int_range (f->random, 0, 2000));
  }
  return NULL;
}

/* There is no such folder: each is a warning. */
static void
test_snapshots (gconstpointer data)
{
  Fixture f = { 0 };

  start (&f, data, take_snapshots);
  for (guint i = 0; goes_on (&f, i); i++) {
    g_assert_cmpint (stress_push (&f.stress), ==, GST_FLOW_OK);
    if (i % 20 == 0)
      stress_renegotiate (&f.stress, 40);
    g_thread_yield ();
  }
  stop (&f);
}

static void
add (const gchar *name, const gchar *description, GTestDataFunc function)
{
  g_autofree gchar *words = g_strdelimit (g_strdup (description), " =%/", '-');
  g_autofree gchar *path = g_strdup_printf ("/stress-threads/%s/%s", name, words);

  g_test_add_data_func (path, description, function);
}

int
main (int argc, char **argv)
{
  static const gchar *const all[] = { "dermaclassify", "dermaclassify mode=async overlay=true", "dermaoverlay",
                                      "dermacaption", "dermareplay sidecar=%s" };

  element_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    add ("properties", all[i], test_properties);
    add ("flush", all[i], test_flush);
  }
  for (guint i = 0; i < 2; i++) {
    add ("exchange", all[i], test_exchange);
    add ("qos", all[i], test_qos);
  }
  add ("qos", "dermaoverlay", test_qos);
  add ("snapshots", "dermaclassify snapshot-location=/nonexistent/folder", test_snapshots);
  add ("snapshots", "dermaclassify mode=async snapshot-location=/nonexistent/folder", test_snapshots);
  return element_test_run ();
}
