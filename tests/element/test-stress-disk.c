/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermarecord that is started and stopped all the time, taken out while it records, or has nothing to write to. */
#include "reel.h"

#include "captiontest.h"
#include "readingmeta.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_CYCLES 200
#define N_REMOVALS 20
#define N_FRAMES 10
#define PATIENCE (60 * GST_SECOND)

static void
begin (Reel *reel, Stress *stress, const gchar *properties)
{
  reel_start (reel, stress, properties);
  element_test_set_caps (stress->harness, stress->format, stress->width, stress->height);
}

static void
push (Stress *stress, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (stress_push (stress), ==, GST_FLOW_OK);
}

/* From every state to every other one, with nothing that comes in: no file. */
static void
test_cycles (gconstpointer data)
{
  Stress stress;
  Reel reel;

  reel_open (&reel);
  reel_start (&reel, &stress, data);
  for (guint i = 0; i < N_CYCLES; i++) {
    const GstState state = (GstState)stress_int (GST_STATE_NULL, GST_STATE_PLAYING);

    g_assert_cmpint (gst_element_set_state (stress.harness->element, state), ==, GST_STATE_CHANGE_SUCCESS);
    if (stress_chance (3))
      g_object_set (stress.harness->element, "recording", stress_chance (2), NULL);
  }
  gst_element_set_state (stress.harness->element, GST_STATE_NULL);
  reel_check (&reel, &stress);
  g_assert_cmpuint (reel.parts, ==, 0);
  stress_tear_down (&stress);
  reel_close (&reel);
}

/* Each start is another file, of what came until the stop. */
static void
test_cycles_with_frames (gconstpointer data)
{
  guint64 frames = 0;
  Stress stress;
  Reel reel;

  reel_open (&reel);
  begin (&reel, &stress, data);
  for (guint i = 0; i < N_CYCLES; i++) {
    const guint n = (guint)stress_int (0, 3);

    push (&stress, n);
    if (stress_chance (4)) {
      reel_end (&reel, &stress, 0, 0);
      frames += n;
      g_assert_cmpuint (reel.frames, >=, frames);
    }
    gst_element_set_state (stress.harness->element, stress_chance (2) ? GST_STATE_READY : GST_STATE_NULL);
    reel_check (&reel, &stress);
    frames = reel.frames;
    gst_element_set_state (stress.harness->element, GST_STATE_PLAYING);
    stress_restart (&stress);
  }
  g_assert_cmpuint (reel.parts, >, 0);
  stress_tear_down (&stress);
  reel_close (&reel);
}

/* Beside a display that goes on whatever becomes of the recorder. */
static GstElement *
make_tee (const Reel *reel)
{
  g_autofree gchar *recorder = reel_line (reel, "name=recorder");
  g_autofree gchar *line = g_strdup_printf ("videotestsrc pattern=snow ! "
                                            "video/x-raw,format=I420,width=32,height=24,framerate=1000/1 ! "
                                            "tee name=tee allow-not-linked=true ! queue ! fakesink name=display "
                                            "sync=false async=false  tee. ! queue name=before ! %s",
                                            recorder);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  g_assert_no_error (error);
  return gst_object_ref_sink (pipeline);
}

static void
count (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  g_atomic_int_inc ((gint *)data);
}

static void
await_shown (gint *shown, gint n)
{
  const gint goal = g_atomic_int_get (shown) + n;
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (shown) < goal && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (shown), >=, goal);
}

static GstPadProbeReturn
unlink_there (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  gst_pad_unlink (pad, peer);
  gst_pad_send_event (peer, gst_event_new_eos ());
  g_atomic_int_set ((gint *)data, 1);
  return GST_PAD_PROBE_REMOVE;
}

/* As GStreamer's manual does it: at rest, unlinked, with an end. */
static void
unlink_before (GstElement *pipeline)
{
  g_autoptr (GstElement) before = gst_bin_get_by_name (GST_BIN (pipeline), "before");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (before, "src");
  gint done = 0;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_IDLE, unlink_there, &done, NULL);
  while (!g_atomic_int_get (&done))
    g_usleep (500);
}

/* What has been recorded is a whole file, and the others do not notice. */
static void
test_removed (gconstpointer data)
{
  for (guint i = 0; i < N_REMOVALS; i++) {
    g_autoptr (GstElement) pipeline = NULL;
    g_autoptr (GstElement) recorder = NULL, display = NULL;
    g_autoptr (GstBus) bus = gst_bus_new ();
    gint shown = 0;
    Reel reel;

    reel_open (&reel);
    pipeline = make_tee (&reel);
    recorder = gst_bin_get_by_name (GST_BIN (pipeline), "recorder");
    display = gst_bin_get_by_name (GST_BIN (pipeline), "display");
    g_object_set (display, "signal-handoffs", TRUE, NULL);
    g_signal_connect (display, "handoff", G_CALLBACK (count), &shown);
    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
    await_shown (&shown, (gint)i);
    if (data)
      unlink_before (pipeline);
    gst_bin_remove (GST_BIN (pipeline), recorder);
    gst_element_set_bus (recorder, bus);
    gst_element_set_state (recorder, GST_STATE_NULL);
    reel_look (&reel, bus, 0, 0);
    g_assert_cmpuint (reel.parts, <=, 1);
    /* Without an unlink what is before it has nowhere to go. */
    if (data) {
      await_shown (&shown, 5);
      g_assert_cmpuint (stress_messages (pipeline, GST_MESSAGE_ERROR), ==, 0);
    }
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_element_set_bus (recorder, NULL);
    reel_close (&reel);
  }
}

/* Starts the recording anew, as a user does who has made room. */
static void
start_again (Stress *stress)
{
  g_signal_emit_by_name (stress->harness->element, "stop");
  g_signal_emit_by_name (stress->harness->element, "start");
}

static void
expect_error (GstBus *bus, gint code, const gchar *word)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

/* A file that was deleted while it was written is not said to be finished. */
static void
test_vanished_file (void)
{
  Stress stress;
  Reel reel;

  reel_open (&reel);
  begin (&reel, &stress, "");
  push (&stress, N_FRAMES);
  reel_await (&stress, N_FRAMES);
  reel_empty (&reel);
  push (&stress, N_FRAMES);
  reel_end (&reel, &stress, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE); /* which would look for a finished one */
  g_assert_cmpuint (reel.parts, ==, 1);
  stress_tear_down (&stress);
  reel_close (&reel);
}

/* The folder goes away with all that is in it, and comes back. */
static void
test_vanished_folder (void)
{
  g_autoptr (GstBus) bus = NULL;
  g_autofree gchar *moved = NULL;
  Stress stress;
  Reel reel;

  reel_open (&reel);
  moved = g_strconcat (reel.folder, "-moved", NULL);
  begin (&reel, &stress, "max-duration=0.2");
  bus = gst_element_get_bus (stress.harness->element);
  push (&stress, N_FRAMES);
  reel_await (&stress, N_FRAMES);
  g_assert_cmpint (g_rename (reel.folder, moved), ==, 0);
  push (&stress, 3 * N_FRAMES);
  expect_error (bus, GST_RESOURCE_ERROR_OPEN_WRITE, reel.folder);
  g_assert_cmpint (g_rename (moved, reel.folder), ==, 0);
  start_again (&stress);
  push (&stress, N_FRAMES);
  reel_end (&reel, &stress, 0, 0);
  g_assert_cmpuint (reel.frames, >=, N_FRAMES);
  stress_tear_down (&stress);
  reel_close (&reel);
}

static GstFlowReturn
push_with_reading (Stress *stress)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GstStructure) fields = NULL;
  GstBuffer *frame = stress_frame (stress);

  caption_test_reading (&reading, 1, 0.9f, DERMA_STATE_STABLE);
  reading.pts = GST_BUFFER_PTS (frame);
  fields = derma_reading_to_structure (&reading, DERMA_READING_META_NAME);
  derma_reading_meta_set (frame, fields, 0);
  return gst_harness_push (stress->harness, frame);
}

/* Returns: whether there is one; else the test is skipped */
static gboolean
begin_on_small_disk (Reel *reel, Stress *stress, const gchar *properties)
{
  reel_open (reel);
  if (!reel_mount (reel, 400)) {
    g_test_skip ("no small file system can be mounted here");
    reel_close (reel);
    return FALSE;
  }
  reel_start (reel, stress, properties);
  return TRUE;
}

/* Returns: how many errors there were */
static guint
fill_disk (Reel *reel, Stress *stress)
{
  stress->width = stress->height = 128;
  element_test_set_caps (stress->harness, stress->format, stress->width, stress->height);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (push_with_reading (stress), ==, GST_FLOW_OK);
  return reel_end (reel, stress, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
}

/* Files that were finished before stay whole; there is one error; with room again it records again. */
static void
test_full_disk (gconstpointer data)
{
  g_autoptr (GstBus) bus = NULL;
  guint before;
  Stress stress;
  Reel reel;

  if (!begin_on_small_disk (&reel, &stress, data))
    return;
  bus = gst_element_get_bus (stress.harness->element);
  g_assert_cmpuint (fill_disk (&reel, &stress), ==, 1);
  before = reel.parts;
  g_assert_cmpuint (reel.frames, >, 0);
  reel_empty (&reel);
  stress_flush (&stress);
  start_again (&stress);
  push (&stress, N_FRAMES);
  g_assert_cmpuint (reel_end (&reel, &stress, 0, 0), ==, 0);
  g_assert_cmpuint (reel.parts, >, before);
  stress_tear_down (&stress);
  reel_close (&reel);
}

static GstBusSyncReply
stop_there (GstBus *bus, GstMessage *message, gpointer data)
{
  gint *heard = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_autoptr (GstElement) recorder = GST_ELEMENT (gst_object_ref (GST_MESSAGE_SRC (message)));

    g_signal_emit_by_name (recorder, "stop");
    g_atomic_int_inc (heard);
  }
  return GST_BUS_PASS;
}

/* Who stops in a synchronous handler waits for the writer, which met the full disk. */
static void
test_full_disk_stopped_there (void)
{
  g_autoptr (GstBus) bus = NULL;
  gint heard = 0;
  guint errors;
  Stress stress;
  Reel reel;

  if (!begin_on_small_disk (&reel, &stress, ""))
    return;
  bus = gst_element_get_bus (stress.harness->element);
  gst_bus_set_sync_handler (bus, stop_there, &heard, NULL);
  errors = fill_disk (&reel, &stress);
  g_assert_cmpuint (errors, ==, 1);
  g_assert_cmpuint (reel_look (&reel, bus, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&heard), ==, 1);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  stress_tear_down (&stress);
  reel_close (&reel);
}

/* There is room for the film and none for what belongs to it. */
static void
test_full_disk_of_sidecar (void)
{
  g_autofree gchar *properties = NULL;
  g_autofree gchar *sidecar = NULL;
  Stress stress;
  Reel reel, beside;

  reel_open (&reel);
  reel_open (&beside);
  if (!reel_mount (&beside, 8)) {
    g_test_skip ("no small file system can be mounted here");
  } else {
    sidecar = reel_path (&beside, "b.jsonl");
    properties = g_strdup_printf ("sidecar-location=%s", sidecar);
    begin (&reel, &stress, properties);
    for (guint i = 0; i < 100; i++)
      g_assert_cmpint (push_with_reading (&stress), ==, GST_FLOW_OK);
    g_assert_cmpuint (reel_end (&reel, &stress, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT), ==, 1);
    g_assert_cmpuint (reel.parts, ==, 1);
    stress_tear_down (&stress);
  }
  reel_close (&beside);
  reel_close (&reel);
}

/* Names that nothing can be written to are one error each, those that are only strange are files. */
static void
try_name (const gchar *name, gint code)
{
  g_autofree gchar *path = NULL;
  Stress stress;
  Reel reel;
  guint errors;

  reel_open (&reel);
  path = name[0] == '/' || name[0] == '\0' ? g_strdup (name) : reel_path (&reel, name);
  begin (&reel, &stress, "");
  reel.unsaid = g_utf8_validate (path, -1, NULL) ? NULL : path;
  g_object_set (stress.harness->element, "location", path, NULL);
  push (&stress, N_FRAMES);
  errors = reel_end (&reel, &stress, GST_RESOURCE_ERROR, code);
  g_assert_cmpuint (errors, ==, code > 0);
  g_assert_cmpuint (reel.parts, ==, code == 0);
  stress_tear_down (&stress);
  reel_close (&reel);
}

static void
test_hostile_names (void)
{
  g_autofree gchar *longest = g_strnfill (300, 'x');

  try_name ("", GST_RESOURCE_ERROR_OPEN_WRITE);
  try_name ("/", GST_RESOURCE_ERROR_OPEN_WRITE);
  try_name ("/dev/null/a.mkv", GST_RESOURCE_ERROR_OPEN_WRITE);
  try_name ("/proc/a.mkv", GST_RESOURCE_ERROR_OPEN_WRITE);
  try_name ("nowhere/a\nb\xff.mkv", GST_RESOURCE_ERROR_OPEN_WRITE);
  try_name (longest, GST_RESOURCE_ERROR_OPEN_WRITE);
  try_name ("%s%n.mkv", 0);
  try_name ("new\nline \"quoted\".mkv", 0);
  try_name ("latin-\xe4\xff.mkv", 0);
  try_name (".mkv", 0);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/stress-disk/cycles/plain", "", test_cycles);
  g_test_add_data_func ("/stress-disk/cycles/pre-roll", "pre-roll=1", test_cycles);
  g_test_add_data_func ("/stress-disk/cycles-with-frames/plain", "", test_cycles_with_frames);
  g_test_add_data_func ("/stress-disk/cycles-with-frames/parts", "max-duration=0.05", test_cycles_with_frames);
  g_test_add_data_func ("/stress-disk/removed/at-rest", "unlinked", test_removed);
  g_test_add_data_func ("/stress-disk/removed/torn-out", NULL, test_removed);
  g_test_add_func ("/stress-disk/vanished-file", test_vanished_file);
  g_test_add_func ("/stress-disk/vanished-folder", test_vanished_folder);
  g_test_add_data_func ("/stress-disk/full-disk/one-file", "", test_full_disk);
  g_test_add_data_func ("/stress-disk/full-disk/parts", "max-duration=0.4", test_full_disk);
  g_test_add_func ("/stress-disk/full-disk/stopped-where-it-is-told", test_full_disk_stopped_there);
  g_test_add_func ("/stress-disk/full-disk/sidecar", test_full_disk_of_sidecar);
  g_test_add_func ("/stress-disk/hostile-names", test_hostile_names);
  return element_test_run ();
}
