/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermarecord where it cannot write, cannot keep up, or is killed. */
#include "recordtest.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECONDS *GST_SECOND
#define NOISE 128 /* width and height of frames that take some kilobytes */
#define FOLDER_VARIABLE "DERMA_TEST_RECORD_FOLDER"

/* Whether the disk fails where a film is brought there. */
static gboolean disk_fails;
/* How often a signal comes meanwhile. */
static gint signals;

/* The plugin finds this one, too. */
gint
fsync (gint fd)
{
  const gboolean interrupted = signals > 0;

  signals -= interrupted;
  errno = interrupted ? EINTR : EIO;
  return interrupted || disk_fails ? -1 : 0;
}

/* A recorder that is not started, for what fails at the start. */
static GstElement *
make (const gchar *location, GstBus *bus)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("dermarecord", NULL));

  g_object_set (element, "location", location, NULL);
  gst_element_set_bus (element, bus);
  return element;
}

static void
drop (GstElement *element)
{
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
}

static void
expect_error (GstBus *bus, GQuark domain, gint code, const gchar *word)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_no_location (void)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make (NULL, bus);

  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  expect_error (bus, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "location");
  /* It is not needed before there is something to record. */
  g_object_set (element, "pre-roll", 1.0, NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_SUCCESS);
  g_signal_emit_by_name (element, "start");
  expect_error (bus, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "location");
  drop (element);
}

static void
test_no_encoder (void)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make ("a.mkv", bus);

  element_test_forget_hardware ();
  gst_util_set_object_arg (G_OBJECT (element), "encoder", "hardware");
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==, GST_STATE_CHANGE_FAILURE);
  expect_error (bus, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "vah264enc");
  /* Another one may be there. */
  gst_util_set_object_arg (G_OBJECT (element), "encoder", "mjpeg");
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
  drop (element);
}

/* (transfer none): what fails in a change of state, within the recorder */
static GstElement *
add_refuser (GstElement *element, const gchar *transition)
{
  GstElement *refuser = gst_element_factory_make ("fakesink", "refuser");

  gst_util_set_object_arg (G_OBJECT (refuser), "state-error", transition);
  gst_bin_add (GST_BIN (element), refuser);
  return refuser;
}

/* An encoder, say, that another one has opened meanwhile: once it is free all is as before. */
static void
test_encoder_is_refused (void)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make ("a.mkv", bus);
  GstElement *refuser = add_refuser (element, "null-to-ready");
  const gint n = GST_BIN_NUMCHILDREN (element);

  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpint (GST_BIN_NUMCHILDREN (element), ==, n);
    expect_error (bus, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "");
  }
  gst_util_set_object_arg (G_OBJECT (refuser), "state-error", "none");
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (GST_BIN_NUMCHILDREN (element), ==, n + 1);
  drop (element);
}

/* A start that failed is none: without a name there is nothing to complain of yet. */
static void
test_start_is_refused (void)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make ("a.mkv", bus);

  add_refuser (element, "ready-to-paused");
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  expect_error (bus, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "");
  g_object_set (element, "location", NULL, NULL);
  g_signal_emit_by_name (element, "start");
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
  drop (element);
}

/* What comes out of it does not fit: that is said each time. */
static void
test_unfit_encoder (void)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make ("a.mkv", bus);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (element), "encoded");
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("audio/x-raw");

  g_object_set (sink, "caps", caps, NULL);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==, GST_STATE_CHANGE_FAILURE);
    expect_error (bus, GST_CORE_ERROR, GST_CORE_ERROR_PAD, "encoder");
  }
  g_object_set (sink, "caps", NULL, NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
  drop (element);
}

/* Whatever happens to the file, frames go on to be taken: the picture that is shown beside does not stop. */
static void
cannot_write (RecordTest *test, gint code, const gchar *words)
{
  record_test_show (test, 3 SECONDS);
  record_test_fails (test, GST_RESOURCE_ERROR, code, words);
  record_test_show (test, 6 SECONDS);
  gst_element_set_state (test->harness->element, GST_STATE_NULL);
}

static void
test_no_such_folder (void)
{
  RecordTest test;
  g_autofree gchar *path = NULL;

  record_test_set_up (&test, NULL);
  path = record_test_path (&test, "nowhere/a.mkv");
  g_object_set (test.harness->element, "location", path, NULL);
  cannot_write (&test, GST_RESOURCE_ERROR_OPEN_WRITE, "nowhere/a.mkv|No such file");
  record_test_tear_down (&test);
}

/* Stopping waits for the encoder's thread, which must wait for nothing that waits for the stop. */
static void
test_stopped_at_any_moment (void)
{
  for (guint i = 0; i < 40; i++) {
    RecordTest test;
    g_autofree gchar *path = NULL;

    record_test_set_up (&test, "pre-roll", i % 2 ? 1.0 : 0.0, NULL);
    path = record_test_path (&test, i % 4 < 2 ? "nowhere/a.mkv" : "a.mkv");
    g_object_set (test.harness->element, "location", path, NULL);
    record_test_show (&test, (1 + i % 5) * RECORD_FRAME);
    g_usleep (i * 500);
    gst_element_set_state (test.harness->element, GST_STATE_NULL);
    record_test_tear_down (&test);
  }
}

/* A folder that lets nobody write into it, not even root. */
static void
test_read_only_folder (void)
{
  RecordTest test;

  if (!g_file_test ("/sys/kernel", G_FILE_TEST_IS_DIR)) {
    g_test_skip ("there is no /sys");
    return;
  }
  record_test_set_up (&test, NULL);
  g_object_set (test.harness->element, "location", "/sys/kernel/derma.mkv", NULL);
  cannot_write (&test, GST_RESOURCE_ERROR_OPEN_WRITE, "/sys/kernel/derma.mkv|cannot be");
  record_test_tear_down (&test);
}

/* Neither a film without its sidecar, then. */
static void
test_sidecar_cannot_be_opened (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  g_object_set (test.harness->element, "sidecar-location", "/nowhere/at/all.jsonl", NULL);
  cannot_write (&test, GST_RESOURCE_ERROR_OPEN_WRITE, "/nowhere/at/all.jsonl");
  g_assert_false (record_test_exists (&test, "a.mkv"));
  record_test_tear_down (&test);
}

static void
show_noise (RecordTest *test, guint frames)
{
  gst_harness_set_src_caps_str (test->harness, "video/x-raw, format=I420, width=128, height=128, framerate=10/1");
  for (guint i = 0; i < frames; i++, test->now += RECORD_FRAME) {
    GstBuffer *frame = element_test_frame ("I420", NOISE, NOISE, i);

    GST_BUFFER_PTS (frame) = test->now;
    GST_BUFFER_DURATION (frame) = RECORD_FRAME;
    g_assert_cmpint (gst_harness_push (test->harness, frame), ==, GST_FLOW_OK);
  }
}

/* What was written before the disk was full plays, and its sidecar can be read. */
static void
fills_up (RecordTest *test, gint code, const gchar *words)
{
  show_noise (test, 200);
  record_test_fails (test, GST_RESOURCE_ERROR, code, words);
  show_noise (test, 20);
  gst_element_set_state (test->harness->element, GST_STATE_NULL);
  record_test_plays (test, "a.mkv", "mjpeg", 5, 199);
  record_test_sidecar (test, "a.jsonl", NULL, FALSE);
}

static void
test_full_disk (void)
{
  RecordTest test;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, NULL);
  if (mount ("tmpfs", test.folder, "tmpfs", 0, "size=300k") != 0) {
    g_test_skip ("no small file system can be mounted here");
  } else {
    fills_up (&test, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "a.mkv|No space left");
    g_assert_cmpint (umount2 (test.folder, MNT_DETACH), ==, 0);
  }
  record_test_tear_down (&test);
}

static void
test_file_too_large (void)
{
  RecordTest test;
  struct rlimit limit = { 300000, 300000 };

  if (!record_test_can_probe ())
    return;
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  record_test_set_up (&test, NULL);
  fills_up (&test, GST_RESOURCE_ERROR_WRITE, "a.mkv: cannot be written|File too large");
  record_test_tear_down (&test);
}

static void
assert_finished (RecordTest *test, gboolean wanted)
{
  g_autoptr (GstStructure) part = record_test_part (test);
  gboolean finished;

  g_assert_true (gst_structure_get_boolean (part, "finished", &finished));
  g_assert_cmpint (finished, ==, wanted);
}

/* All was written, and did not reach the disk: that is told, and is no end. The next film may do better, from its
 * pre-roll on. */
static void
test_disk_fails_at_the_end (void)
{
  RecordTest test;

  record_test_set_up (&test, "pre-roll", 60.0, "recording", TRUE, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  disk_fails = TRUE;
  g_signal_emit_by_name (test.harness->element, "stop");
  disk_fails = FALSE;
  record_test_fails (&test, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "a.mkv|cannot be written|Input/output error");
  assert_finished (&test, FALSE);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", NULL, FALSE), ==, 10);
  record_test_show (&test, 2 SECONDS);
  record_test_drain (&test);
  g_signal_emit_by_name (test.harness->element, "start");
  record_test_show (&test, 3 SECONDS);
  record_test_finish (&test);
  record_test_expect (&test, "a-1.mkv", 0, 2 SECONDS, 20);
  record_test_tear_down (&test);
}

/* That a signal comes is no failure. */
static void
test_disk_is_interrupted (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  signals = 3;
  record_test_finish (&test);
  record_test_expect (&test, "a.mkv", 0, 1 SECONDS, 10);
  g_assert_cmpint (signals, ==, 0);
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", NULL, TRUE), ==, 10);
  record_test_tear_down (&test);
}

static GstPadProbeReturn
hold (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return GST_PAD_PROBE_OK;
}

/* The encoder stands still: the live pipeline goes on, and is told what is missing. */
static void
test_slow_encoder (void)
{
  RecordTest test;
  g_autoptr (GstElement) convert = NULL;
  g_autoptr (GstPad) pad = NULL;
  gulong probe;
  const gint64 begun = g_get_monotonic_time ();
  guint64 dropped, told;
  g_autofree gchar *words = NULL;

  record_test_set_up (&test, NULL);
  gst_harness_set_live (test.harness, TRUE);
  convert = record_test_element (&test, "convert");
  pad = gst_element_get_static_pad (convert, "sink");
  probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, hold, NULL, NULL);
  record_test_show (&test, 10 SECONDS);
  dropped = record_test_stat (&test, "dropped");
  g_assert_cmpuint (dropped, >=, 100 - 32);
  g_assert_cmpuint (dropped, <, 100);
  element_test_expect (test.harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
                       "keep up|1 frame left out");
  /* It is said now and then and not for each frame. */
  told = record_test_told (&test, begun);
  gst_pad_remove_probe (pad, probe);
  record_test_finish (&test);
  /* But the last word is of all. */
  words = g_strdup_printf ("keep up|: %" G_GUINT64_FORMAT " frames left out", dropped);
  if (told < dropped)
    element_test_expect (test.harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, words);
  {
    g_autoptr (GstStructure) part = record_test_part (&test);

    g_assert_cmpuint (element_test_uint64 (part, "frames"), ==, 100 - dropped);
    /* Readings are noted whether or not their frame is recorded. */
    g_assert_cmpuint (element_test_uint64 (part, "readings"), ==, 100);
  }
  record_test_tear_down (&test);
}

static void
end_by_flush (RecordTest *test)
{
  element_test_flush (test->harness);
}

static void
end_by_stop (RecordTest *test)
{
  g_signal_emit_by_name (test->harness->element, "stop");
  record_test_show (test, test->now + RECORD_FRAME);
}

static void
end_by_state (RecordTest *test)
{
  gst_element_set_state (test->harness->element, GST_STATE_NULL);
}

/* Wrong frames among others are told of now and then, and all of them at the end, whatever that is. */
static void
test_wrong_frames_are_counted (void)
{
  void (*const ends[]) (RecordTest *) = { record_test_finish, end_by_flush, end_by_stop, end_by_state };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    const gint64 begun = g_get_monotonic_time ();
    RecordTest test;
    guint64 told;

    record_test_set_up (&test, NULL);
    for (guint j = 0; j < 5; j++) {
      GstBuffer *frame = caption_test_frame (NULL, test.now, RECORD_FRAME);

      gst_buffer_resize (frame, 0, 10);
      g_assert_cmpint (gst_harness_push (test.harness, frame), ==, GST_FLOW_OK);
      record_test_show (&test, test.now + RECORD_FRAME);
    }
    element_test_expect (test.harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                         "caps say: 1 frame left out");
    told = record_test_told (&test, begun);
    ends[i](&test);
    if (told < 5)
      element_test_expect (test.harness, GST_MESSAGE_WARNING, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                           "caps say: 5 frames left out");
    g_assert_null (element_test_message (test.harness, GST_MESSAGE_WARNING));
    record_test_tear_down (&test);
  }
}

/* Two that are told the same name do not get into each other's way. */
static void
test_two_of_one_name (void)
{
  RecordTest one, two;
  g_autoptr (GstStructure) first = NULL, second = NULL;

  record_test_set_up (&one, NULL);
  record_test_set_up (&two, NULL);
  g_object_set (two.harness->element, "location", one.path, NULL);
  record_test_show (&one, 1 SECONDS);
  record_test_show (&two, 1 SECONDS);
  record_test_finish (&one);
  record_test_finish (&two);
  first = record_test_part (&one);
  second = record_test_part (&two);
  g_assert_cmpstr (gst_structure_get_string (first, "location"), !=, gst_structure_get_string (second, "location"));
  g_assert_cmpuint (record_test_sidecar (&one, "a.jsonl", NULL, TRUE), ==, 10);
  g_assert_cmpuint (record_test_sidecar (&one, "a-1.jsonl", NULL, TRUE), ==, 10);
  record_test_tear_down (&two);
  record_test_tear_down (&one);
}

/* Records into the folder that the environment names, until the disk has most of it, and is killed. */
static void
record_and_die (void)
{
  g_autofree gchar *path = g_build_filename (g_getenv (FOLDER_VARIABLE), "a.mkv", NULL);
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  RecordTest test;
  GStatBuf status = { 0 };

  record_test_set_up (&test, NULL);
  g_object_set (test.harness->element, "location", path, NULL);
  record_test_show (&test, 20 SECONDS);
  record_test_wait (&test, 200);
  while ((g_stat (path, &status) != 0 || status.st_size < 50000) && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  raise (SIGKILL);
}

static void
test_killed (void)
{
  RecordTest test;
  g_autofree gchar *cues = NULL;

  if (!record_test_can_probe ())
    return;
  if (g_test_subprocess ()) {
    record_and_die ();
    return;
  }
  record_test_set_up (&test, NULL);
  g_setenv (FOLDER_VARIABLE, test.folder, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  record_test_plays (&test, "a.mkv", "mjpeg", 50, 200);
  cues = record_test_probe (&test, "a.mkv", "-select_streams s -show_entries packet=pts_time");
  g_assert_true (g_str_has_prefix (cues, "0.000000\n2.000000"));
  g_assert_cmpuint (record_test_sidecar (&test, "a.jsonl", "model lesion", FALSE), ==, 200);
  record_test_tear_down (&test);
}

/* The power went in the middle of a write: the film is torn anywhere. */
static void
test_torn_film (void)
{
  RecordTest test;
  gsize size;
  g_autofree gchar *film = NULL;
  g_autofree gchar *torn = NULL;

  if (!record_test_can_probe ())
    return;
  record_test_set_up (&test, NULL);
  record_test_show (&test, 10 SECONDS);
  record_test_finish (&test);
  gst_structure_free (record_test_part (&test));
  g_assert_true (g_file_get_contents (test.path, &film, &size, NULL));
  torn = record_test_path (&test, "torn.mkv");
  for (guint i = 3; i <= 9; i += 2) {
    g_assert_true (g_file_set_contents (torn, film, (gssize)(size * i / 10 + i), NULL));
    record_test_plays (&test, "torn.mkv", "mjpeg", i * 8, 100);
  }
  record_test_tear_down (&test);
}

/* The file goes away under the recorder, as when a disk is unplugged without its writes failing. */
static void
test_file_is_deleted (void)
{
  RecordTest test;

  record_test_set_up (&test, NULL);
  record_test_show (&test, 1 SECONDS);
  record_test_wait (&test, 10);
  g_assert_cmpint (g_remove (test.path), ==, 0);
  record_test_show (&test, 2 SECONDS);
  record_test_finish (&test);
  record_test_fails (&test, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "a.mkv: cannot be finished|it was removed");
  assert_finished (&test, FALSE);
  g_assert_false (record_test_exists (&test, "a.mkv"));
  record_test_tear_down (&test);
}

/* Starting, stopping and tagging in any order, also where nothing runs. */
static void
test_signals_out_of_order (void)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *element = make ("/nowhere/a.mkv", bus);

  g_signal_emit_by_name (element, "tag", "early");
  g_signal_emit_by_name (element, "stop");
  g_signal_emit_by_name (element, "start");
  g_signal_emit_by_name (element, "start");
  gst_element_set_state (element, GST_STATE_PLAYING);
  g_signal_emit_by_name (element, "stop");
  g_signal_emit_by_name (element, "stop");
  g_signal_emit_by_name (element, "start");
  drop (element);
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/record-trouble/no-location", test_no_location);
  g_test_add_func ("/record-trouble/no-encoder", test_no_encoder);
  g_test_add_func ("/record-trouble/encoder-is-refused", test_encoder_is_refused);
  g_test_add_func ("/record-trouble/start-is-refused", test_start_is_refused);
  g_test_add_func ("/record-trouble/unfit-encoder", test_unfit_encoder);
  g_test_add_func ("/record-trouble/stopped-at-any-moment", test_stopped_at_any_moment);
  g_test_add_func ("/record-trouble/no-such-folder", test_no_such_folder);
  g_test_add_func ("/record-trouble/read-only-folder", test_read_only_folder);
  g_test_add_func ("/record-trouble/sidecar-cannot-be-opened", test_sidecar_cannot_be_opened);
  g_test_add_func ("/record-trouble/full-disk", test_full_disk);
  g_test_add_func ("/record-trouble/file-too-large", test_file_too_large);
  g_test_add_func ("/record-trouble/disk-fails-at-the-end", test_disk_fails_at_the_end);
  g_test_add_func ("/record-trouble/disk-is-interrupted", test_disk_is_interrupted);
  g_test_add_func ("/record-trouble/slow-encoder", test_slow_encoder);
  g_test_add_func ("/record-trouble/wrong-frames-are-counted", test_wrong_frames_are_counted);
  g_test_add_func ("/record-trouble/two-of-one-name", test_two_of_one_name);
  g_test_add_func ("/record-trouble/killed", test_killed);
  g_test_add_func ("/record-trouble/torn-film", test_torn_film);
  g_test_add_func ("/record-trouble/file-is-deleted", test_file_is_deleted);
  g_test_add_func ("/record-trouble/signals-out-of-order", test_signals_out_of_order);
  return element_test_run ();
}
