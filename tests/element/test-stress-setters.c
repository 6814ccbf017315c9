/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermarecord and dermareplay while other threads set properties, emit signals and ask as fast as they can. */
#include "captiontest.h"
#include "readingmeta.h"
#include "reel.h"

#include <derma/sidecar.h>

#define N_FRAMES 400
#define N_DEEDS 50 /* that the other thread does at least */

typedef struct {
  Stress stress;
  Reel reel;
  GThread *threads[3];
  gchar *strings[6]; /* for the threads to choose from */
  gint ended;        /* atomic */
  gint n;            /* atomic: how often they did what they do */
} Fixture;

static void
start_threads (Fixture *f, const GThreadFunc *functions, guint n)
{
  for (guint i = 0; i < n; i++)
    f->threads[i] = g_thread_new ("stress", functions[i], f);
}

static void
stop_threads (Fixture *f)
{
  g_atomic_int_set (&f->ended, 1);
  for (guint i = 0; i < G_N_ELEMENTS (f->threads) && f->threads[i]; i++)
    g_thread_join (f->threads[i]);
}

static gboolean
goes_on (Fixture *f, guint i)
{
  return i < N_FRAMES || g_atomic_int_get (&f->n) < N_DEEDS;
}

/* Another reading on each. */
static GstFlowReturn
push (Fixture *f)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) fields = NULL;
  GstBuffer *frame = stress_frame (&f->stress);

  caption_test_reading (&reading, (guint)stress_int (0, 3), 0.9f, DERMA_STATE_STABLE);
  reading.pts = GST_BUFFER_PTS (frame);
  fields = derma_reading_to_structure (&reading, DERMA_READING_META_NAME);
  derma_reading_meta_set (frame, fields, 0);
  return gst_harness_push (f->stress.harness, frame);
}

/* What a user may set at any time; the location among names that can be written. */
static gpointer
set_record (gpointer data)
{
  static const gchar *const texts[] = { NULL, "", "x", "quoted \"\n\xff\\%s" };
  Fixture *f = data;
  GObject *element = G_OBJECT (f->stress.harness->element);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  while (!g_atomic_int_get (&f->ended)) {
    g_autofree gchar *location = NULL, *tags = NULL;
    gboolean recording;

    g_object_set (element, "location", f->strings[g_rand_int_range (random, 0, 3)], "sidecar-location",
                  g_rand_boolean (random) ? NULL : f->strings[g_rand_int_range (random, 3, 6)], "tags",
                  texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))], "sidecar", g_rand_boolean (random),
                  "max-duration", g_rand_int_range (random, 0, 3) * 2.0, "max-size",
                  (guint64)g_rand_int_range (random, 0, 2) * 50000, "pre-roll", g_rand_int_range (random, 0, 3) * 0.5,
                  "bitrate", (guint)g_rand_int (random) % 1000000, NULL);
    gst_util_set_object_arg (element, "encoder", g_rand_boolean (random) ? "vp8" : "mjpeg");
    g_object_get (element, "location", &location, "tags", &tags, "recording", &recording, NULL);
    g_assert_nonnull (location);
    g_atomic_int_inc (&f->n);
    g_thread_yield ();
  }
  return NULL;
}

/* Starts, stops and tags, also in a row. */
static gpointer
emit_record (gpointer data)
{
  static const gchar *const signals[] = { "start", "start", "stop", "tag" };
  static const gchar *const texts[] = { NULL, "", "nevus, left arm", "quoted \"\n\xff\\%s" };
  Fixture *f = data;
  GstElement *element = f->stress.harness->element;
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  while (!g_atomic_int_get (&f->ended)) {
    const gchar *signal = signals[g_rand_int_range (random, 0, G_N_ELEMENTS (signals))];

    if (g_rand_int_range (random, 0, 4) == 0)
      g_object_set (element, "recording", g_rand_boolean (random), NULL);
    else if (g_str_equal (signal, "tag"))
      g_signal_emit_by_name (element, signal, texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]);
    else
      g_signal_emit_by_name (element, signal);
    g_atomic_int_inc (&f->n);
    g_usleep ((gulong)g_rand_int_range (random, 0, 2000));
  }
  return NULL;
}

/* Counts only grow. */
static gpointer
ask_record (gpointer data)
{
  static const gchar *const fields[] = { "files", "frames", "readings", "events", "dropped" };
  Fixture *f = data;
  guint64 before[G_N_ELEMENTS (fields)] = { 0 };

  while (!g_atomic_int_get (&f->ended)) {
    for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
      const guint64 now = element_test_stat (f->stress.harness, fields[i]);

      g_assert_cmpuint (now, >=, before[i]);
      before[i] = now;
    }
    g_thread_yield ();
  }
  return NULL;
}

/* Whatever is set when, the files that it makes are whole. */
static void
test_record (gconstpointer data)
{
  static const GThreadFunc functions[] = { set_record, emit_record, ask_record };
  Fixture f = { 0 };

  reel_open (&f.reel);
  for (guint i = 0; i < G_N_ELEMENTS (f.strings); i++) {
    const gchar *const names[] = { "a.mkv", "b.mkv", "c", "d.jsonl", "e.txt", "f" };

    f.strings[i] = reel_path (&f.reel, names[i]);
  }
  reel_start (&f.reel, &f.stress, data);
  element_test_set_caps (f.stress.harness, f.stress.format, f.stress.width, f.stress.height);
  start_threads (&f, functions, G_N_ELEMENTS (functions));
  for (guint i = 0; goes_on (&f, i); i++) {
    g_assert_cmpint (push (&f), ==, GST_FLOW_OK);
    if (i % 100 == 99)
      stress_renegotiate (&f.stress, 40);
    g_thread_yield ();
  }
  stop_threads (&f);
  g_signal_emit_by_name (f.stress.harness->element, "stop");
  g_signal_emit_by_name (f.stress.harness->element, "start");
  g_assert_cmpint (push (&f), ==, GST_FLOW_OK);
  reel_end (&f.reel, &f.stress, 0, 0);
  g_assert_cmpuint (f.reel.parts, >, 0);
  stress_tear_down (&f.stress);
  reel_close (&f.reel);
  for (guint i = 0; i < G_N_ELEMENTS (f.strings); i++)
    g_free (f.strings[i]);
}

/* Who hears a message may ask and set at once, in the thread that says it. */
static GstBusSyncReply
answer (GstBus *bus, GstMessage *message, gpointer data)
{
  Fixture *f = data;
  GstElement *element = f->stress.harness->element;

  if (GST_MESSAGE_SRC (message) != GST_OBJECT (element))
    return GST_BUS_PASS;
  element_test_stat (f->stress.harness, "frames");
  if (!gst_message_has_name (message, "dermarecord-part"))
    return GST_BUS_PASS;
  g_signal_emit_by_name (element, "tag", "finished");
  if (g_atomic_int_add (&f->n, 1) % 2) {
    g_object_set (element, "recording", FALSE, NULL);
    g_signal_emit_by_name (element, "start");
  }
  return GST_BUS_PASS;
}

static void
test_answered (gconstpointer data)
{
  g_autoptr (GstBus) bus = NULL;
  Fixture f = { 0 };

  reel_open (&f.reel);
  reel_start (&f.reel, &f.stress, data);
  bus = gst_element_get_bus (f.stress.harness->element);
  gst_bus_set_sync_handler (bus, answer, &f, NULL);
  element_test_set_caps (f.stress.harness, f.stress.format, f.stress.width, f.stress.height);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (push (&f), ==, GST_FLOW_OK);
  reel_end (&f.reel, &f.stress, 0, 0);
  gst_element_set_state (f.stress.harness->element, GST_STATE_NULL);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  g_assert_cmpint (g_atomic_int_get (&f.n), >, 2);
  stress_tear_down (&f.stress);
  reel_close (&f.reel);
}

/* An error too, of a disk that is full while a file is being written. */
static void
test_answered_full_disk (void)
{
  g_autoptr (GstBus) bus = NULL;
  Fixture f = { 0 };

  reel_open (&f.reel);
  if (!reel_mount (&f.reel, 200)) {
    g_test_skip ("no small file system can be mounted here");
    reel_close (&f.reel);
    return;
  }
  reel_start (&f.reel, &f.stress, "");
  bus = gst_element_get_bus (f.stress.harness->element);
  gst_bus_set_sync_handler (bus, answer, &f, NULL);
  f.stress.width = f.stress.height = 128;
  element_test_set_caps (f.stress.harness, f.stress.format, f.stress.width, f.stress.height);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (push (&f), ==, GST_FLOW_OK);
  g_assert_cmpuint (reel_end (&f.reel, &f.stress, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT), >=, 1);
  gst_element_set_state (f.stress.harness->element, GST_STATE_NULL);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  /* Others of the same kind, which may still be on their way. */
  gst_bus_set_flushing (bus, TRUE);
  stress_tear_down (&f.stress);
  reel_close (&f.reel);
}

static gpointer
set_replay (gpointer data)
{
  Fixture *f = data;
  GObject *element = G_OBJECT (f->stress.harness->element);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  while (!g_atomic_int_get (&f->ended)) {
    g_autofree gchar *sidecar = NULL;

    g_object_set (element, "sidecar", f->strings[g_rand_int_range (random, 0, 2)], "post-messages",
                  g_rand_boolean (random), NULL);
    g_object_get (element, "sidecar", &sidecar, NULL);
    g_assert_nonnull (sidecar);
    g_atomic_int_inc (&f->n);
    g_thread_yield ();
  }
  return NULL;
}

static void
take_messages (Fixture *f, guint *errors)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (f->stress.harness->element);
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    *errors += GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
    gst_message_unref (message);
  }
}

/* @second: the other sidecar, which is for the next start, and whether it can be read is nothing to this one. */
static void
replay (const gchar *second)
{
  static const GThreadFunc functions[] = { set_replay };
  Fixture f = { .strings = { stress_sidecar (50) } };
  g_autofree gchar *line = g_strdup_printf ("dermareplay sidecar=%s", f.strings[0]);
  guint errors = 0;

  f.strings[1] = (gchar *)second;
  stress_set_up (&f.stress, line);
  start_threads (&f, functions, G_N_ELEMENTS (functions));
  for (guint i = 0; goes_on (&f, i); i++) {
    f.stress.now = (GstClockTime)stress_int (0, 60) * GST_SECOND;
    g_assert_cmpint (stress_push (&f.stress), ==, GST_FLOW_OK);
    if (i % 50 == 0)
      stress_drain (&f.stress);
    g_thread_yield ();
  }
  stop_threads (&f);
  take_messages (&f, &errors);
  g_assert_cmpuint (errors, ==, 0);
  g_object_set (f.stress.harness->element, "sidecar", f.strings[0], NULL);
  f.stress.now = 0;
  g_assert_cmpint (stress_push (&f.stress), ==, GST_FLOW_OK);
  stress_tear_down (&f.stress);
  g_free (f.strings[0]);
}

static void
test_replay (void)
{
  g_autofree gchar *first = stress_sidecar (20);
  g_autofree gchar *other = element_test_path ("other.jsonl");
  g_autofree gchar *text = NULL;

  g_assert_true (g_file_get_contents (first, &text, NULL, NULL));
  g_assert_true (g_file_set_contents (other, text, -1, NULL));
  replay (other);
}

static void
test_replay_unreadable (void)
{
  g_autofree gchar *broken = element_test_path ("broken.jsonl");

  g_assert_true (g_file_set_contents (broken, "{\"t\": 0, \"no\n\x01", -1, NULL));
  replay (broken);
  replay ("/nonexistent/\xff\n%s.jsonl");
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/stress-setters/record/nonsense", "", test_record);
  g_test_add_data_func ("/stress-setters/record/pre-roll-nonsense", "pre-roll=1", test_record);
  g_test_add_data_func ("/stress-setters/answered/parts", "max-duration=0.4", test_answered);
  g_test_add_func ("/stress-setters/answered/full-disk", test_answered_full_disk);
  g_test_add_func ("/stress-setters/replay/other", test_replay);
  g_test_add_func ("/stress-setters/replay/unreadable", test_replay_unreadable);
  return element_test_run ();
}
