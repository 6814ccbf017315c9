/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacamsrc when the camera goes away, comes back, stops by itself, or sends pictures that are none. */
#include "camstage.h"

#include <string.h>

static void
set_locking (CamStage *stage, gboolean lock)
{
  g_object_set (stage->run->camera, "lock", lock, NULL);
}

static void
lose (CamStage *stage)
{
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
}

static void
assert_back_at (CamStage *stage, const gchar *device)
{
  g_autoptr (GstStructure) back = cam_run_wait (stage->run, "replugged");
  g_autofree gchar *current = NULL;

  g_assert_cmpstr (gst_structure_get_string (back, "device"), ==, device);
  g_object_get (stage->run->camera, "current-device", &current, NULL);
  g_assert_cmpstr (current, ==, device);
}

/* Times go on, and the first picture is marked. */
static void
test_replug (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  GstClockTime before, after;
  g_autoptr (GstStructure) gone = NULL;

  cam_run_play (stage->run);
  before = cam_run_pull_discont (stage->run);
  cam_run_skip (stage->run, 2);
  cam_stage_unplug (stage, 0);
  gone = cam_run_wait (stage->run, "unplugged");
  g_assert_cmpstr (gst_structure_get_string (gone, "device"), ==, "/dev/video0");
  g_assert_nonnull (gst_structure_get_string (gone, "error"));
  cam_stage_plug (stage, 0, "/dev/video0");
  assert_back_at (stage, "/dev/video0");
  after = cam_run_pull_discont (stage->run);
  g_assert_cmpuint (after, >, before);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 2);
  g_assert_cmpuint (cam_run_stat (stage->run, "losses"), ==, 1);
  g_assert_cmpuint (cam_run_stat (stage->run, "returns"), ==, 1);
  cam_stage_free (stage);
}

static void
test_many_times (void)
{
  CamStage *stage = cam_stage_new ("dermaclassify", FALSE);

  cam_run_play (stage->run);
  for (guint i = 0; i < 5; i++) {
    cam_run_skip (stage->run, 1);
    cam_stage_unplug (stage, 0);
    cam_run_await (stage->run, "unplugged");
    cam_stage_plug (stage, 0, "/dev/video0");
    cam_run_await (stage->run, "replugged");
  }
  g_assert_cmpuint (cam_run_stat (stage->run, "returns"), ==, 5);
  cam_stage_free (stage);
}

static void
test_other_node (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  lose (stage);
  cam_stage_plug (stage, 0, "/dev/video5");
  assert_back_at (stage, "/dev/video5");
  cam_stage_free (stage);
}

/* Plugged in elsewhere it has another bus. */
static void
test_other_port (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  lose (stage);
  cam_stage_plug (stage, 1, "/dev/video2");
  assert_back_at (stage, "/dev/video2");
  cam_stage_free (stage);
}

/* Another camera of the kind that was there all the time is not the one that went. */
static void
test_twin (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_stage_plug (stage, 1, "/dev/video2");
  lose (stage);
  strcpy ((gchar *)stage->cameras[2].capability.card, "Webcam");
  cam_stage_plug (stage, 2, "/dev/video0");
  cam_stage_plug (stage, 0, "/dev/video7");
  assert_back_at (stage, "/dev/video7");
  cam_stage_free (stage);
}

static guint
count_calls (FakeCamera *fake)
{
  guint n;

  g_mutex_lock (&fake->mutex);
  n = fake->n_calls;
  g_mutex_unlock (&fake->mutex);
  return n;
}

/* Waits until a camera has been looked at several times more. */
static void
await_looks (CamStage *stage, guint camera)
{
  const guint before = count_calls (&stage->cameras[camera]);

  while (count_calls (&stage->cameras[camera]) < before + 6)
    g_usleep (1000);
}

static void
push (CamStage *stage, GBytes *picture)
{
  cam_stage_push (stage, picture);
  cam_run_skip (stage->run, 1);
}

/* The loss is noticed when the camera has been elsewhere for long. */
static void
test_unplugged_while_paused (void)
{
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  CamStage *stage = cam_stage_new (NULL, TRUE);

  cam_run_play (stage->run);
  push (stage, picture);
  gst_element_set_state (stage->run->pipeline, GST_STATE_PAUSED);
  cam_stage_take (stage, 0);
  cam_stage_plug (stage, 1, "/dev/video2");
  cam_run_play (stage->run);
  cam_stage_break (stage, GST_RESOURCE_ERROR_READ, "Could not read from resource.");
  cam_run_await (stage->run, "unplugged");
  cam_stage_await_source (stage, 2);
  cam_stage_push (stage, picture);
  assert_back_at (stage, "/dev/video2");
  cam_stage_free (stage);
}

/* One of the kind is plugged in while pictures come, and is not the one that goes then. */
static void
test_stranger_plugged_later (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  cam_stage_plug (stage, 1, "/dev/video2");
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  await_looks (stage, 1);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 1);
  cam_stage_plug (stage, 0, "/dev/video7");
  assert_back_at (stage, "/dev/video7");
  cam_stage_free (stage);
}

/* The camera comes, and goes again before its first picture: one of the kind is still another. */
static void
test_stranger_and_lost_again (void)
{
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  CamStage *stage = cam_stage_new (NULL, TRUE);

  cam_stage_plug (stage, 1, "/dev/video2");
  cam_run_play (stage->run);
  push (stage, picture);
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_stage_await_source (stage, 2);
  cam_stage_unplug (stage, 0);
  await_looks (stage, 1);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 2);
  cam_stage_plug (stage, 0, "/dev/video7");
  cam_stage_await_source (stage, 3);
  cam_stage_push (stage, picture);
  assert_back_at (stage, "/dev/video7");
  cam_stage_free (stage);
}

/* The camera comes, and goes again before its source has started: the same. */
static void
test_stranger_and_bounce (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_stage_plug (stage, 1, "/dev/video2");
  lose (stage);
  stage->broken = TRUE;
  cam_stage_plug (stage, 0, "/dev/video0");
  while (cam_stage_count_sources (stage) < 2)
    g_usleep (1000);
  cam_stage_take (stage, 0);
  await_looks (stage, 1);
  stage->broken = FALSE;
  await_looks (stage, 1);
  cam_stage_plug (stage, 0, "/dev/video7");
  assert_back_at (stage, "/dev/video7");
  cam_stage_free (stage);
}

static void
test_stranger (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  strcpy ((gchar *)stage->cameras[1].capability.card, "Webcam");
  lose (stage);
  cam_stage_plug (stage, 1, "/dev/video0");
  await_looks (stage, 1);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 1);
  cam_stage_plug (stage, 0, "/dev/video1");
  assert_back_at (stage, "/dev/video1");
  cam_stage_free (stage);
}

/* Elements behind see one stream: a start, a segment, and no end. */
static GstPadProbeReturn
count_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  guint *counts = data;

  switch (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info))) {
  case GST_EVENT_STREAM_START:
    counts[0]++;
    break;
  case GST_EVENT_SEGMENT:
    counts[1]++;
    break;
  case GST_EVENT_EOS:
    counts[2]++;
    break;
  default:
    break;
  }
  return GST_PAD_PROBE_OK;
}

static void
test_one_stream (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  GstPad *pad = gst_element_get_static_pad (stage->run->camera, "src");
  guint counts[3] = { 0 };

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, count_event, counts, NULL);
  lose (stage);
  cam_stage_plug (stage, 0, "/dev/video0");
  assert_back_at (stage, "/dev/video0");
  cam_run_stop (stage->run);
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_cmpuint (counts[2], ==, 0);
  /* A new run is a new stream. */
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  cam_run_stop (stage->run);
  g_assert_cmpuint (counts[0], ==, 2);
  gst_object_unref (pad);
  cam_stage_free (stage);
}

static void
test_interrupted (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autoptr (GstStructure) what = NULL;

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  cam_stage_break (stage, GST_RESOURCE_ERROR_READ, "Pipe burst.");
  what = cam_run_wait (stage->run, "interrupted");
  g_assert_cmpstr (gst_structure_get_string (what, "error"), ==, "Pipe burst.");
  cam_run_await (stage->run, "resumed");
  cam_run_skip (stage->run, 1);
  cam_stage_dry (stage);
  cam_run_await (stage->run, "interrupted");
  cam_run_await (stage->run, "resumed");
  cam_stage_free (stage);
}

/* What is lost again before it gave a picture has one end, which is that of what was told. */
static void
test_lost_again (void)
{
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  CamStage *stage = cam_stage_new (NULL, TRUE);
  guint sources;

  cam_run_play (stage->run);
  cam_stage_push (stage, picture);
  cam_run_skip (stage->run, 1);
  sources = cam_stage_count_sources (stage);
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_stage_await_source (stage, sources + 1);
  cam_stage_break (stage, GST_RESOURCE_ERROR_READ, "And again.");
  cam_stage_await_source (stage, sources + 2);
  cam_stage_push (stage, picture);
  cam_run_await (stage->run, "replugged");
  cam_run_skip (stage->run, 1);
  cam_run_stop (stage->run);
  cam_stage_free (stage);
}

/* Several errors of one loss are one loss. */
static void
test_many_errors (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  for (guint i = 0; i < 20; i++)
    cam_stage_break (stage, GST_RESOURCE_ERROR_READ, "Again.");
  cam_run_await (stage->run, "interrupted");
  cam_run_await (stage->run, "resumed");
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

static void
test_no_reconnect (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  g_object_set (stage->run->camera, "reconnect", FALSE, NULL);
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  cam_stage_unplug (stage, 0);
  cam_run_expect_error (stage->run, GST_RESOURCE_ERROR_NOT_FOUND, "/dev/video0: was unplugged");
  cam_run_stop (stage->run);
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  cam_stage_break (stage, GST_RESOURCE_ERROR_SETTINGS, "Broken\nin two.");
  cam_run_expect_error (stage->run, GST_RESOURCE_ERROR_SETTINGS, "/dev/video0: Broken in two.");
  cam_stage_free (stage);
}

/* Before the first picture it is tried three times, and not at all where another program has the camera. */
static void
test_gives_up (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);

  cam_run_play (stage->run);
  for (guint i = 1; i <= 3; i++) {
    cam_stage_await_source (stage, i);
    cam_stage_break (stage, GST_RESOURCE_ERROR_READ, "Will not.");
  }
  cam_run_expect_error (stage->run, GST_RESOURCE_ERROR_READ, "/dev/video0: Will not.");
  cam_run_stop (stage->run);
  cam_run_play (stage->run);
  cam_stage_break (stage, GST_RESOURCE_ERROR_BUSY, "Device '/dev/video0' is busy");
  cam_run_expect_error (stage->run, GST_RESOURCE_ERROR_BUSY, "Device '/dev/video0' is busy");
  cam_stage_free (stage);
}

static void
test_stop_while_away (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  lose (stage);
  g_assert_cmpint (gst_element_set_state (stage->run->pipeline, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_NO_PREROLL);
  cam_run_stop (stage->run);
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

static void
test_end_while_away (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  GstMessage *message;

  lose (stage);
  gst_element_send_event (stage->run->pipeline, gst_event_new_eos ());
  message = gst_bus_timed_pop_filtered (stage->run->bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  cam_stage_free (stage);
}

/* Comes back while the pipeline is paused. */
static void
test_back_while_paused (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  lose (stage);
  gst_element_set_state (stage->run->pipeline, GST_STATE_PAUSED);
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_stage_await_source (stage, 2);
  cam_run_play (stage->run);
  cam_run_await (stage->run, "replugged");
  cam_stage_free (stage);
}

static GBytes *
spoil (GBytes *picture, gsize size, gboolean noise)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (picture, &length);
  guint8 *copy = g_malloc0 (size);

  memcpy (copy, data, MIN (size, length));
  for (gsize i = length / 2; noise && i < MIN (size, length) - 2; i++)
    copy[i] = 0xff;
  return g_bytes_new_take (copy, size);
}

/* A picture that is none costs itself and nothing else. */
static void
test_corrupt (void)
{
  CamStage *stage = cam_stage_new ("dermaclassify", TRUE);
  g_autoptr (GBytes) good = cam_stage_make_jpeg (640, 480);
  g_autoptr (GBytes) huge = cam_stage_make_jpeg (2000, 1000);
  g_autoptr (GBytes) half = spoil (good, g_bytes_get_size (good) / 2, FALSE);
  g_autoptr (GBytes) padded = spoil (good, g_bytes_get_size (good) + 100, FALSE);
  g_autoptr (GBytes) text = g_bytes_new_static ("no picture at all", 17);
  GBytes *bad[] = { half, text, huge, half, NULL };

  set_locking (stage, FALSE);
  cam_run_play (stage->run);
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  for (guint i = 0; bad[i]; i++) {
    cam_stage_push (stage, bad[i]);
    cam_stage_push (stage, i % 2 ? padded : good);
    cam_run_skip (stage->run, 1);
    g_assert_cmpuint (cam_run_stat (stage->run, "corrupt"), ==, i + 1);
  }
  g_assert_cmpuint (cam_run_stat (stage->run, "frames"), ==, 5);
  g_assert_cmpuint (cam_run_stat (stage->run, "losses"), ==, 0);
  cam_stage_free (stage);
}

static void
assert_warns (CamStage *stage, const gchar *text)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (stage->run->bus, GST_MESSAGE_WARNING);
  g_autoptr (GError) warning = NULL;

  g_assert_nonnull (message);
  g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (stage->run->camera));
  gst_message_parse_warning (message, &warning, NULL);
  g_assert_error (warning, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE);
  g_assert_cmpstr (warning->message, ==, text);
  g_assert_null (gst_bus_pop_filtered (stage->run->bus, GST_MESSAGE_WARNING));
}

/* A camera none of whose pictures is of use is told of, once until there is one. */
static void
test_endless_corrupt (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) good = cam_stage_make_jpeg (640, 480);
  g_autoptr (GBytes) huge = cam_stage_make_jpeg (800, 480);
  g_autoptr (GBytes) half = spoil (good, g_bytes_get_size (good) / 2, FALSE);
  GBytes *bad[] = { half, huge };
  static const gchar *const CAUSES[] = { "has no end", "has not the size that the camera named" };

  set_locking (stage, FALSE);
  cam_run_play (stage->run);
  for (guint i = 0; i < 29; i++)
    cam_stage_push (stage, half);
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  g_assert_null (gst_bus_pop_filtered (stage->run->bus, GST_MESSAGE_WARNING));
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *text = g_strdup_printf ("/dev/video0: 30 pictures in a row are left out; the last %s", CAUSES[i]);

    for (guint n = 0; n < 70; n++)
      cam_stage_push (stage, bad[i]);
    cam_stage_push (stage, good);
    cam_run_skip (stage->run, 1);
    assert_warns (stage, text);
  }
  g_assert_cmpuint (cam_run_stat (stage->run, "corrupt"), ==, 29 + 2 * 70);
  cam_stage_free (stage);
}

/* What looks whole and is none on the inside is the decoder's to find. */
static void
test_corrupt_inside (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) good = cam_stage_make_jpeg (640, 480);
  static const guint8 lie[] = "\xff\xd8\xff\xc0\x00\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\x05"
                              "\xff\xda\x00\x08\x01\x01\x33\x00\x3f\x00\x12\x34\xff\xd9";
  g_autoptr (GBytes) broken = g_bytes_new_static (lie, sizeof lie - 1);

  set_locking (stage, FALSE);
  cam_run_play (stage->run);
  cam_stage_push (stage, good);
  for (guint i = 0; i < 20; i++)
    cam_stage_push (stage, broken);
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 2);
  g_assert_cmpuint (cam_run_stat (stage->run, "corrupt"), ==, 20);
  for (guint i = 0; i < 40; i++)
    cam_stage_push (stage, broken);
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  assert_warns (stage, "/dev/video0: 30 pictures in a row are left out; the last cannot be decoded");
  g_assert_cmpuint (cam_run_stat (stage->run, "corrupt"), ==, 60);
  g_assert_cmpuint (cam_run_stat (stage->run, "losses"), ==, 0);
  cam_stage_free (stage);
}

static void
test_replug_jpeg (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) good = cam_stage_make_jpeg (640, 480);

  cam_run_play (stage->run);
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_stage_await_source (stage, 2);
  cam_stage_push (stage, good);
  assert_back_at (stage, "/dev/video0");
  g_assert_cmpuint (cam_run_stat (stage->run, "corrupt"), ==, 0);
  cam_stage_free (stage);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/camsrc-replug/replug", test_replug);
  g_test_add_func ("/camsrc-replug/many-times", test_many_times);
  g_test_add_func ("/camsrc-replug/other-node", test_other_node);
  g_test_add_func ("/camsrc-replug/other-port", test_other_port);
  g_test_add_func ("/camsrc-replug/twin", test_twin);
  g_test_add_func ("/camsrc-replug/stranger", test_stranger);
  g_test_add_func ("/camsrc-replug/unplugged-while-paused", test_unplugged_while_paused);
  g_test_add_func ("/camsrc-replug/stranger-plugged-later", test_stranger_plugged_later);
  g_test_add_func ("/camsrc-replug/stranger-and-lost-again", test_stranger_and_lost_again);
  g_test_add_func ("/camsrc-replug/stranger-and-bounce", test_stranger_and_bounce);
  g_test_add_func ("/camsrc-replug/one-stream", test_one_stream);
  g_test_add_func ("/camsrc-replug/interrupted", test_interrupted);
  g_test_add_func ("/camsrc-replug/lost-again", test_lost_again);
  g_test_add_func ("/camsrc-replug/many-errors", test_many_errors);
  g_test_add_func ("/camsrc-replug/no-reconnect", test_no_reconnect);
  g_test_add_func ("/camsrc-replug/gives-up", test_gives_up);
  g_test_add_func ("/camsrc-replug/stop-while-away", test_stop_while_away);
  g_test_add_func ("/camsrc-replug/end-while-away", test_end_while_away);
  g_test_add_func ("/camsrc-replug/back-while-paused", test_back_while_paused);
  g_test_add_func ("/camsrc-replug/corrupt", test_corrupt);
  g_test_add_func ("/camsrc-replug/endless-corrupt", test_endless_corrupt);
  g_test_add_func ("/camsrc-replug/corrupt-inside", test_corrupt_inside);
  g_test_add_func ("/camsrc-replug/replug-jpeg", test_replug_jpeg);
  return element_test_run ();
}
