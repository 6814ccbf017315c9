/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacamsrc that is sent from state to state, loses its camera in each, and is told things that make no sense. */
#include "camstage.h"
#include "stress.h"

#include <errno.h>
#include <string.h>

#define N_ROUNDS 8 /* of all ways from one state to another: 256 changes */
#define N_DEEDS 300
#define PATIENCE (60 * GST_SECOND)

static void
go_to (CamStage *stage, GstState state)
{
  const GstStateChangeReturn result = gst_element_set_state (stage->run->pipeline, state);

  g_assert_cmpint (result, !=, GST_STATE_CHANGE_FAILURE);
  if (state == GST_STATE_PAUSED)
    g_assert_cmpint (result, ==, GST_STATE_CHANGE_NO_PREROLL);
}

static void
assert_plays (CamStage *stage)
{
  go_to (stage, GST_STATE_PLAYING);
  cam_run_skip (stage->run, 2);
  g_assert_cmpuint (stress_messages (stage->run->pipeline, GST_MESSAGE_ERROR), ==, 0);
}

/* Each state after each other one, with pictures or without. */
static void
test_orders (gconstpointer data)
{
  CamStage *stage = cam_stage_new (data, FALSE);

  for (guint i = 0; i < N_ROUNDS; i++)
    for (guint from = GST_STATE_NULL; from <= GST_STATE_PLAYING; from++)
      for (guint to = GST_STATE_NULL; to <= GST_STATE_PLAYING; to++) {
        go_to (stage, (GstState)from);
        go_to (stage, (GstState)to);
        if (to == GST_STATE_PLAYING && stress_chance (3))
          cam_run_skip (stage->run, 1);
      }
  assert_plays (stage);
  cam_stage_free (stage);
}

/* Takes the camera away, also where no pictures are being made. */
static void
unplug (CamStage *stage, GstState state)
{
  FakeCamera *fake = &stage->cameras[0];

  if (state >= GST_STATE_PAUSED) {
    cam_stage_unplug (stage, 0);
    return;
  }
  g_mutex_lock (&fake->mutex);
  fake->call_error = ENODEV;
  g_mutex_unlock (&fake->mutex);
  g_mutex_lock (&stage->mutex);
  g_clear_pointer (&stage->nodes[0], g_free);
  g_mutex_unlock (&stage->mutex);
}

static void
plug (CamStage *stage)
{
  cam_stage_plug (stage, 0, "/dev/video0");
}

/* Before it plays there is no use in waiting for it: an error, and a start that works once it is back. */
static void
test_unplugged_early (void)
{
  for (guint state = GST_STATE_NULL; state <= GST_STATE_PAUSED; state++) {
    CamStage *stage = cam_stage_new (NULL, FALSE);

    go_to (stage, (GstState)state);
    unplug (stage, (GstState)state);
    if (state < GST_STATE_PAUSED)
      g_assert_cmpint (gst_element_set_state (stage->run->pipeline, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    cam_run_expect_error (stage->run, GST_RESOURCE_ERROR_NOT_FOUND,
                          state < GST_STATE_PAUSED ? "camera" : "/dev/video0");
    if (stress_chance (2))
      go_to (stage, GST_STATE_READY);
    cam_run_stop (stage->run);
    plug (stage);
    assert_plays (stage);
    cam_stage_free (stage);
  }
}

/* Waits for one of two events. Returns: whether it was the first */
static gboolean
await_either (CamStage *stage, const gchar *one, const gchar *other)
{
  while (TRUE) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (stage->run->bus, PATIENCE, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
    const gchar *event;

    g_assert_nonnull (message);
    g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ELEMENT);
    event = gst_structure_get_string (gst_message_get_structure (message), "event");
    if (g_strcmp0 (event, one) == 0 || g_strcmp0 (event, other) == 0)
      return strcmp (event, one) == 0;
  }
}

/* While it plays it is waited for, whatever states come in between. */
static void
test_unplugged (void)
{
  static const GstState states[] = { GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (states); i++) {
    const GstState state = states[i / 2];
    CamStage *stage = cam_stage_new (NULL, FALSE);

    assert_plays (stage);
    unplug (stage, GST_STATE_PLAYING);
    if (i % 2)
      cam_run_await (stage->run, "unplugged");
    go_to (stage, state);
    plug (stage);
    go_to (stage, GST_STATE_PLAYING);
    /* Plugged in again before anybody looked it was only interrupted. */
    if (state >= GST_STATE_PAUSED)
      await_either (stage, "replugged", "resumed");
    cam_run_skip (stage->run, 1);
    cam_run_stop (stage->run);
    cam_stage_free (stage);
  }
}

/* Comes and goes while the states change. */
static void
test_unplugged_any_time (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  for (guint i = 0; i < 40; i++) {
    go_to (stage, GST_STATE_PLAYING);
    cam_run_skip (stage->run, 1);
    cam_run_drain (stage->run);
    unplug (stage, GST_STATE_PLAYING);
    if (stress_chance (2))
      g_usleep ((gulong)stress_int (0, 3000));
    if (stress_chance (2))
      go_to (stage, (GstState)stress_int (GST_STATE_NULL, GST_STATE_PAUSED));
    plug (stage);
    if (stress_chance (2))
      go_to (stage, (GstState)stress_int (GST_STATE_NULL, GST_STATE_PAUSED));
  }
  cam_run_stop (stage->run);
  stress_messages (stage->run->pipeline, GST_MESSAGE_ANY);
  assert_plays (stage);
  cam_stage_free (stage);
}

typedef enum { FAIL_WRITE, FAIL_READ, FAIL_GRABBED, FAIL_STUBBORN, FAIL_LATER, N_FAILS } Fail;

static void
spoil (CamStage *stage, guint32 id, Fail fail, gint error)
{
  FakeCamera *fake = &stage->cameras[0];
  FakeControl *control;

  g_mutex_lock (&fake->mutex);
  control = fake_camera_get (fake, id);
  if (fail == FAIL_WRITE || fail == FAIL_LATER)
    control->write_error = error;
  else if (fail == FAIL_READ)
    control->read_error = error;
  else if (fail == FAIL_GRABBED)
    control->grabbed = TRUE;
  else
    control->stubborn = TRUE;
  g_mutex_unlock (&fake->mutex);
}

/* Whatever a control does, pictures go on, and no error is posted. */
static void
test_failed_controls (void)
{
  static const guint32 ids[] = { V4L2_CID_EXPOSURE_AUTO, V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CID_AUTO_WHITE_BALANCE,
                                 V4L2_CID_FOCUS_AUTO };
  static const gint errors[] = { EIO, EBUSY, EACCES, EINVAL, ERANGE, ENODEV };

  for (guint i = 0; i < G_N_ELEMENTS (ids) * N_FAILS; i++) {
    const guint32 id = ids[i / N_FAILS];
    const Fail fail = (Fail)(i % N_FAILS);
    const gint error = errors[stress_int (0, G_N_ELEMENTS (errors) - 1)];
    CamStage *stage = cam_stage_new (NULL, FALSE);

    g_object_set (stage->run->camera, "settle-time", 200, NULL);
    if (fail != FAIL_LATER)
      spoil (stage, id, fail, error);
    go_to (stage, GST_STATE_PLAYING);
    await_either (stage, "locked", "lock-failed");
    if (fail == FAIL_LATER)
      spoil (stage, id, fail, error);
    g_object_set (stage->run->camera, "lock", FALSE, "lock", TRUE, NULL);
    await_either (stage, "locked", "lock-failed");
    cam_run_skip (stage->run, 1);
    cam_run_stop (stage->run);
    g_assert_cmpuint (stress_messages (stage->run->pipeline, GST_MESSAGE_ERROR), ==, 0);
    cam_stage_free (stage);
  }
}

static void
await_end (CamStage *stage)
{
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (stage->run->bus, PATIENCE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

/* An end in any state, more than once, to the pipeline or the camera itself; then it can be started again. */
static void
test_end_too_early (gconstpointer data)
{
  for (guint i = 0; i < 16; i++) {
    const GstState state = (GstState)(GST_STATE_NULL + i / 4);
    CamStage *stage = cam_stage_new (NULL, FALSE);
    GstElement *to = i % 2 ? stage->run->pipeline : stage->run->camera;

    g_object_set (stage->run->sink, "wait-on-eos", FALSE, NULL);
    go_to (stage, state);
    /* An end in the midst of a start waits for ever in GStreamer's own GstBaseSrc, which waits for the start. */
    if (state == GST_STATE_PLAYING)
      gst_element_get_state (stage->run->pipeline, NULL, NULL, PATIENCE);
    for (guint n = 0; n <= i % 4 / 2; n++)
      gst_element_send_event (to, gst_event_new_eos ());
    if (state >= GST_STATE_PAUSED) {
      go_to (stage, GST_STATE_PLAYING);
      await_end (stage);
    }
    if (data && state >= GST_STATE_PAUSED)
      unplug (stage, GST_STATE_PLAYING);
    cam_run_stop (stage->run);
    stress_messages (stage->run->pipeline, GST_MESSAGE_ANY);
    plug (stage);
    assert_plays (stage);
    cam_stage_free (stage);
  }
}

/* A camera cannot go anywhere; who asks for it gets pictures all the same. */
static void
test_seek_nowhere (void)
{
  static const gdouble rates[] = { 1.0, 2.0, -1.0, 0.1 };
  static const GstFormat formats[] = { GST_FORMAT_TIME, GST_FORMAT_BYTES, GST_FORMAT_DEFAULT, GST_FORMAT_PERCENT };

  for (guint i = 0; i < G_N_ELEMENTS (rates) * G_N_ELEMENTS (formats); i++) {
    CamStage *stage = cam_stage_new (NULL, FALSE);

    assert_plays (stage);
    for (guint n = 0; n < 3; n++) {
      g_assert_false (gst_element_seek (n % 2 ? stage->run->camera : stage->run->pipeline, rates[i % 4], formats[i / 4],
                                        GST_SEEK_FLAG_FLUSH | (n == 2 ? GST_SEEK_FLAG_ACCURATE : 0), GST_SEEK_TYPE_SET,
                                        (gint64)(n * GST_SECOND), GST_SEEK_TYPE_NONE, -1));
    }
    cam_run_skip (stage->run, 1);
    g_assert_cmpuint (stress_messages (stage->run->pipeline, GST_MESSAGE_ERROR), ==, 0);
    cam_stage_free (stage);
  }
}

/* A flush is over when it is over: segment and pictures come again, also from the next feed. */
static void
test_flushed (gconstpointer data)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  assert_plays (stage);
  for (guint i = 0; i < 6; i++) {
    gst_element_send_event (stage->run->camera, gst_event_new_flush_start ());
    if (i % 2)
      g_usleep (1000);
    gst_element_send_event (stage->run->camera, gst_event_new_flush_stop (i % 3 > 0));
    cam_run_drain (stage->run);
    cam_run_skip (stage->run, 2);
    if (!data)
      continue;
    unplug (stage, GST_STATE_PLAYING);
    cam_run_await (stage->run, "unplugged");
    if (i % 2) {
      gst_element_send_event (stage->run->camera, gst_event_new_flush_start ());
      gst_element_send_event (stage->run->camera, gst_event_new_flush_stop (TRUE));
    }
    plug (stage);
    cam_run_await (stage->run, "replugged");
    cam_run_skip (stage->run, 1);
  }
  cam_stage_free (stage);
}

/* Also where the segment after it is the one that was before. */
static void
test_flushed_twice (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) good = cam_stage_make_jpeg (640, 480);
  g_autoptr (GstElement) exit = gst_bin_get_by_name (GST_BIN (stage->run->camera), "exit");
  g_autoptr (GstPad) entry = gst_element_get_static_pad (exit, "sink");
  g_autoptr (GstPad) feed = NULL;
  g_autoptr (GstEvent) segment = NULL;

  go_to (stage, GST_STATE_PLAYING);
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  feed = gst_pad_get_peer (entry);
  segment = gst_pad_get_sticky_event (feed, GST_EVENT_SEGMENT, 0);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstEvent) now = NULL;

    gst_pad_push_event (feed, gst_event_new_flush_start ());
    gst_pad_push_event (feed, gst_event_new_flush_stop (FALSE));
    gst_pad_push_event (feed, gst_event_ref (segment));
    now = gst_pad_get_sticky_event (entry, GST_EVENT_SEGMENT, 0);
    g_assert_nonnull (now);
  }
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

/* A value in range, or text that nothing can be made of. */
static void
set_any (GObject *element, GRand *random, GParamSpec *spec)
{
  static const gchar *const texts[] = { NULL, "", "/dev/video0", "/nonexistent/\xff\n%s", "/dev/null", "/" };
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    g_value_set_boolean (&value, g_rand_boolean (random));
  else if (G_IS_PARAM_SPEC_INT (spec))
    g_value_set_int (&value, (gint)g_rand_int (random));
  else if (G_IS_PARAM_SPEC_UINT (spec))
    g_value_set_uint (&value, g_rand_int (random));
  else if (G_IS_PARAM_SPEC_ENUM (spec))
    g_value_set_enum (&value, g_rand_int_range (random, 0, 3));
  else if (G_IS_PARAM_SPEC_STRING (spec))
    g_value_set_static_string (&value, texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]);
  else
    gst_value_set_fraction (&value, g_rand_int_range (random, 0, 1000), g_rand_int_range (random, 1, 1000));
  g_param_value_validate (spec, &value);
  g_object_set_property (element, spec->name, &value);
}

static void
read_one (GObject *element, GParamSpec *spec)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  g_object_get_property (element, spec->name, &value);
}

/* Sets and reads one of its own properties. */
static void
touch (GObject *element, GRand *random)
{
  guint n;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  GParamSpec *spec = specs[g_rand_int_range (random, 0, (gint)n)];

  if (spec->owner_type != G_OBJECT_TYPE (element))
    return;
  if (spec->flags & G_PARAM_WRITABLE)
    set_any (element, random, spec);
  read_one (element, spec);
}

/* Set before the start: pictures, or one error that says why; then what makes sense works. */
static void
test_nonsense (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());

  for (guint i = 0; i < 60; i++) {
    CamStage *stage = cam_stage_new (NULL, FALSE);

    for (guint j = 0; j < 30; j++)
      touch (G_OBJECT (stage->run->camera), random);
    if (gst_element_set_state (stage->run->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
      g_assert_cmpuint (stress_messages (stage->run->pipeline, GST_MESSAGE_ERROR), ==, 1);
    cam_run_stop (stage->run);
    stress_messages (stage->run->pipeline, GST_MESSAGE_ANY);
    g_object_set (stage->run->camera, "device", NULL, "profile", NULL, "still-button", NULL, "width", 0, "height", 0,
                  "framerate", 0, 1, "settle-time", 10, NULL);
    gst_util_set_object_arg (G_OBJECT (stage->run->camera), "format", "raw");
    assert_plays (stage);
    cam_stage_free (stage);
  }
}

typedef struct {
  CamStage *stage;
  gint ended; /* atomic */
  gint n;     /* atomic */
} Fixture;

static gpointer
touch_all (gpointer data)
{
  Fixture *f = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  while (!g_atomic_int_get (&f->ended)) {
    touch (G_OBJECT (f->stage->run->camera), random);
    g_atomic_int_inc (&f->n);
    g_thread_yield ();
  }
  return NULL;
}

static gpointer
press (gpointer data)
{
  Fixture *f = data;

  while (!g_atomic_int_get (&f->ended)) {
    g_signal_emit_by_name (f->stage->run->camera, "press-still-button");
    g_atomic_int_inc (&f->n);
    g_usleep (200);
  }
  return NULL;
}

/* Locked and let go of as fast as that can be said. */
static gpointer
lock (gpointer data)
{
  Fixture *f = data;

  for (guint i = 0; !g_atomic_int_get (&f->ended); i++) {
    g_object_set (f->stage->run->camera, "lock", i % 2, NULL);
    g_atomic_int_inc (&f->n);
    g_thread_yield ();
  }
  return NULL;
}

/* Pictures go on, the camera is waited for, and it stops, whatever is asked of it meanwhile. */
static void
test_threads_nonsense (void)
{
  static const GThreadFunc functions[] = { touch_all, press, lock };
  GThread *threads[G_N_ELEMENTS (functions)];
  Fixture f = { .stage = cam_stage_new (NULL, FALSE) };

  assert_plays (f.stage);
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    threads[i] = g_thread_new ("stress", functions[i], &f);
  for (guint i = 0; i < 5 || g_atomic_int_get (&f.n) < N_DEEDS; i++) {
    cam_run_skip (f.stage->run, 2);
    unplug (f.stage, GST_STATE_PLAYING);
    cam_run_await (f.stage->run, "unplugged");
    plug (f.stage);
    cam_run_await (f.stage->run, "replugged");
  }
  cam_run_stop (f.stage->run);
  g_atomic_int_set (&f.ended, 1);
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (stress_messages (f.stage->run->pipeline, GST_MESSAGE_ERROR), ==, 0);
  cam_stage_free (f.stage);
}

static DermaCamera *(*open_really) (DermaCamHost *host, const gchar *device, GError **error);
static gint n_opened; /* atomic */

static DermaCamera *
open_counted (DermaCamHost *host, const gchar *device, GError **error)
{
  g_atomic_int_inc (&n_opened);
  return open_really (host, device, error);
}

/* Asked for the lock and against it a thousand times while the camera does not answer, it is done once after that. */
static void
test_lock_endless (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  gint before;

  open_really = stage->host.open;
  stage->host.open = open_counted;
  go_to (stage, GST_STATE_PLAYING);
  cam_run_await (stage->run, "locked");
  g_mutex_lock (&stage->mutex);
  before = g_atomic_int_get (&n_opened);
  for (guint i = 0; i <= 1000; i++)
    g_object_set (stage->run->camera, "lock", i % 2, NULL);
  g_mutex_unlock (&stage->mutex);
  cam_run_await (stage->run, "unlocked");
  cam_run_stop (stage->run);
  g_assert_cmpint (g_atomic_int_get (&n_opened) - before, <, 20);
  cam_stage_free (stage);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/stress-camera/orders/plain", NULL, test_orders);
  g_test_add_data_func ("/stress-camera/orders/classify", "dermaclassify mode=async", test_orders);
  g_test_add_func ("/stress-camera/unplugged/too-early", test_unplugged_early);
  g_test_add_func ("/stress-camera/unplugged/in-each-state", test_unplugged);
  g_test_add_func ("/stress-camera/unplugged/any-time", test_unplugged_any_time);
  g_test_add_func ("/stress-camera/failed-controls", test_failed_controls);
  g_test_add_data_func ("/stress-camera/end-too-early/there", NULL, test_end_too_early);
  g_test_add_data_func ("/stress-camera/end-too-early/gone", "gone", test_end_too_early);
  g_test_add_func ("/stress-camera/seek-nowhere", test_seek_nowhere);
  g_test_add_data_func ("/stress-camera/flushed/there", NULL, test_flushed);
  g_test_add_data_func ("/stress-camera/flushed/unplugged", "gone", test_flushed);
  g_test_add_func ("/stress-camera/flushed/twice", test_flushed_twice);
  g_test_add_func ("/stress-camera/nonsense", test_nonsense);
  g_test_add_func ("/stress-camera/lock-endless", test_lock_endless);
  g_test_add_func ("/stress-camera/threads-nonsense", test_threads_nonsense);
  return element_test_run ();
}
