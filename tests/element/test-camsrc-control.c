/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* RTLD_NEXT */
/* What dermacamsrc does to the controls of a camera, and its still button. */
#include "camstage.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <linux/input.h>
#include <string.h>
#include <unistd.h>

/* The camera whose lock another thread asks for, after that many times that this one has let go of the object lock. */
static __thread GstElement *contested;
static __thread guint unlocks;

static gpointer
ask_for_lock (gpointer camera)
{
  g_object_set (camera, "lock", TRUE, NULL);
  return NULL;
}

/* The plugin finds this one, too. */
void
g_mutex_unlock (GMutex *mutex)
{
  static void (*real) (GMutex *);
  GstElement *camera = contested;

  if (!real)
    *(void **)&real = dlsym (RTLD_NEXT, "g_mutex_unlock");
  real (mutex);
  if (!camera || mutex != GST_OBJECT_GET_LOCK (camera) || --unlocks > 0)
    return;
  contested = NULL;
  g_thread_join (g_thread_new ("other", ask_for_lock, camera));
}

static gint64
get_control (CamStage *stage, guint32 id)
{
  FakeCamera *fake = &stage->cameras[0];
  gint64 value;

  g_mutex_lock (&fake->mutex);
  value = fake_camera_get (fake, id)->value;
  g_mutex_unlock (&fake->mutex);
  return value;
}

static void
set_control (CamStage *stage, guint32 id, gint64 value)
{
  FakeCamera *fake = &stage->cameras[0];

  g_mutex_lock (&fake->mutex);
  fake_camera_get (fake, id)->value = value;
  g_mutex_unlock (&fake->mutex);
}

static void
assert_automatic (CamStage *stage, gboolean automatic)
{
  g_assert_cmpint (get_control (stage, V4L2_CID_EXPOSURE_AUTO), ==,
                   automatic ? V4L2_EXPOSURE_APERTURE_PRIORITY : V4L2_EXPOSURE_MANUAL);
  g_assert_cmpint (get_control (stage, V4L2_CID_AUTO_WHITE_BALANCE), ==, automatic);
  g_assert_cmpint (get_control (stage, V4L2_CID_FOCUS_AUTO), ==, automatic);
}

static gchar *
get_state_path (CamStage *stage)
{
  g_autoptr (DermaCamera) camera = fake_camera_open (&stage->cameras[0]);

  return derma_camera_get_state_path (camera);
}

/* Whether there is a file of what was before; it is removed. */
static gboolean
remove_state (CamStage *stage)
{
  g_autofree gchar *path = get_state_path (stage);

  return g_remove (path) == 0;
}

static CamStage *
locked_stage (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autoptr (GstStructure) locked = NULL;
  gboolean settled;

  cam_run_play (stage->run);
  locked = cam_run_wait (stage->run, "locked");
  g_assert_true (gst_structure_get_boolean (locked, "settled", &settled));
  g_assert_true (settled);
  assert_automatic (stage, FALSE);
  return stage;
}

static void
test_lock (void)
{
  CamStage *stage = locked_stage ();
  g_autofree gchar *path = get_state_path (stage);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  cam_run_stop (stage->run);
  assert_automatic (stage, TRUE);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  cam_stage_free (stage);
}

static void
test_no_lock (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  guint n;

  g_object_set (stage->run->camera, "lock", FALSE, NULL);
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 5);
  n = stage->cameras[0].n_writes;
  cam_run_stop (stage->run);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (stage->cameras[0].n_writes, ==, 0);
  cam_stage_free (stage);
}

static void
test_no_restore (void)
{
  CamStage *stage = locked_stage ();

  g_object_set (stage->run->camera, "restore", FALSE, NULL);
  cam_run_stop (stage->run);
  assert_automatic (stage, FALSE);
  g_assert_true (remove_state (stage));
  cam_stage_free (stage);
}

static void
await_lock (CamStage *stage)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while ((get_control (stage, V4L2_CID_EXPOSURE_AUTO) != V4L2_EXPOSURE_MANUAL
          || get_control (stage, V4L2_CID_AUTO_WHITE_BALANCE) || get_control (stage, V4L2_CID_FOCUS_AUTO))
         && g_get_monotonic_time () < deadline)
    cam_run_skip (stage->run, 1);
  assert_automatic (stage, FALSE);
}

/* Of two threads that set it the one counts that sets it last, wherever it comes in between. */
static void
test_two_threads (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  gboolean lock;

  g_object_set (stage->run->camera, "lock", FALSE, NULL);
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  /* The property is set between the first and the second. */
  for (guint i = 2; i < 6; i++) {
    unlocks = i;
    contested = stage->run->camera;
    g_object_set (stage->run->camera, "lock", FALSE, NULL);
    if (contested)
      ask_for_lock (contested);
    contested = NULL;
    g_object_get (stage->run->camera, "lock", &lock, NULL);
    g_assert_true (lock);
    /* What was asked for has been begun once this is heard. */
    g_signal_emit_by_name (stage->run->camera, "press-still-button");
    cam_run_await (stage->run, "still-button");
    cam_run_await (stage->run, "still-button");
    await_lock (stage);
  }
  cam_stage_free (stage);
}

/* A camera that has nothing to lock is locked and unlocked each time, and its profile is applied. */
static void
test_nothing_to_lock (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autofree gchar *path = element_test_path ("profile.conf");

  stage->cameras[0].n_controls = 2; /* a class and brightness */
  g_assert_true (g_file_set_contents (path, "[controls]\nbrightness=17\n", -1, NULL));
  for (guint i = 0; i < 3; i++) {
    g_object_set (stage->run->camera, "profile", i ? path : NULL, NULL);
    cam_run_play (stage->run);
    cam_run_await (stage->run, "locked");
    g_assert_cmpint (get_control (stage, V4L2_CID_BRIGHTNESS), ==, i ? 17 : 3);
    gst_element_set_state (stage->run->pipeline, GST_STATE_READY);
    cam_run_await (stage->run, "unlocked");
    g_assert_cmpint (get_control (stage, V4L2_CID_BRIGHTNESS), ==, 3);
  }
  g_assert_false (remove_state (stage));
  cam_stage_free (stage);
}

/* What somebody locked before is left so. */
static void
test_locked_before (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autoptr (DermaCamera) camera = fake_camera_open (&stage->cameras[0]);
  g_autofree gchar *path = get_state_path (stage);
  const DermaLockOptions options = { .state = path, .settle_ms = 1000 };
  g_autoptr (DermaLock) first = derma_camera_lock (camera, &options, NULL);

  g_assert_nonnull (first);
  derma_camera_free (g_steal_pointer (&camera));
  cam_run_play (stage->run);
  cam_run_await (stage->run, "locked");
  cam_run_stop (stage->run);
  assert_automatic (stage, FALSE);
  g_assert_true (remove_state (stage));
  cam_stage_free (stage);
}

/* A camera that was without power has forgotten everything; it gets the values that it had, not new ones. */
static void
test_lock_again (void)
{
  CamStage *stage = locked_stage ();

  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  set_control (stage, V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_APERTURE_PRIORITY);
  set_control (stage, V4L2_CID_AUTO_WHITE_BALANCE, 1);
  set_control (stage, V4L2_CID_FOCUS_AUTO, 1);
  set_control (stage, V4L2_CID_EXPOSURE_ABSOLUTE, 2000);
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_run_await (stage->run, "replugged");
  cam_run_await (stage->run, "locked");
  assert_automatic (stage, FALSE);
  g_assert_cmpint (get_control (stage, V4L2_CID_EXPOSURE_ABSOLUTE), ==, 300);
  cam_run_stop (stage->run);
  assert_automatic (stage, TRUE);
  cam_stage_free (stage);
}

/* Locked anew on the next patient's skin. */
static void
test_toggle (void)
{
  CamStage *stage = locked_stage ();

  g_object_set (stage->run->camera, "lock", FALSE, NULL);
  cam_run_await (stage->run, "unlocked");
  assert_automatic (stage, TRUE);
  g_object_set (stage->run->camera, "lock", TRUE, NULL);
  cam_run_await (stage->run, "locked");
  assert_automatic (stage, FALSE);
  cam_run_stop (stage->run);
  assert_automatic (stage, TRUE);
  cam_stage_free (stage);
}

static gchar *
write_profile (const gchar *text)
{
  gchar *path = element_test_path ("profile.conf");

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/*
 * What is asked for while the camera is away, or back without a picture yet, is done with its first picture: what was
 * locked before is put back, and what was asked for last holds.
 */
static void
assert_asked_without_pictures (gboolean back, gboolean lock)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  g_autofree gchar *path = write_profile ("[controls]\nbrightness=17\n");
  g_autoptr (GstStructure) next = NULL;

  g_object_set (stage->run->camera, "profile", path, NULL);
  cam_run_play (stage->run);
  cam_stage_push (stage, picture);
  cam_run_await (stage->run, "locked");
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  if (!back)
    g_object_set (stage->run->camera, "lock", FALSE, "lock", lock, NULL);
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_stage_await_source (stage, 2);
  if (back)
    g_object_set (stage->run->camera, "lock", FALSE, "lock", lock, NULL);
  cam_stage_push (stage, picture);
  cam_run_await (stage->run, "replugged");
  next = cam_run_wait (stage->run, NULL);
  g_assert_cmpstr (gst_structure_get_string (next, "event"), ==, "unlocked");
  cam_run_await (stage->run, lock ? "locked" : "profile-applied");
  assert_automatic (stage, !lock);
  g_assert_cmpint (get_control (stage, V4L2_CID_BRIGHTNESS), ==, 17);
  cam_run_stop (stage->run);
  assert_automatic (stage, TRUE);
  g_assert_false (remove_state (stage));
  cam_stage_free (stage);
}

static void
test_asked_without_pictures (void)
{
  for (guint i = 0; i < 4; i++)
    assert_asked_without_pictures (i % 2, i / 2);
}

/* A control that does not stick: said by name, put back, and the pictures go on. */
static void
test_stubborn (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autoptr (GstStructure) failed = NULL;

  fake_camera_get (&stage->cameras[0], V4L2_CID_FOCUS_AUTO)->stubborn = TRUE;
  cam_run_play (stage->run);
  failed = cam_run_wait (stage->run, "lock-failed");
  g_assert_nonnull (strstr (gst_structure_get_string (failed, "error"), "focus_automatic_continuous"));
  cam_run_skip (stage->run, 2);
  cam_run_stop (stage->run);
  g_assert_cmpint (get_control (stage, V4L2_CID_EXPOSURE_AUTO), ==, V4L2_EXPOSURE_APERTURE_PRIORITY);
  remove_state (stage);
  cam_stage_free (stage);
}

/* Never comes to rest: locked where it is when the time is up. */
static void
test_restless (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  FakeControl *exposure = fake_camera_get (&stage->cameras[0], V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (GstStructure) locked = NULL;
  gboolean settled;

  exposure->speed = -1000;
  cam_run_play (stage->run);
  locked = cam_run_wait (stage->run, "locked");
  g_assert_true (gst_structure_get_boolean (locked, "settled", &settled));
  g_assert_false (settled);
  cam_stage_free (stage);
}

static void
assert_profile (const gchar *text, gboolean lock, const gchar *event, const gchar *words)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autofree gchar *path = text ? write_profile (text) : g_strdup ("no/such/profile");
  g_autoptr (GstStructure) outcome = NULL;

  g_object_set (stage->run->camera, "profile", path, "lock", lock, NULL);
  cam_run_play (stage->run);
  outcome = cam_run_wait (stage->run, event);
  if (words)
    g_assert_nonnull (strstr (gst_structure_get_string (outcome, "error"), words));
  else
    g_assert_cmpint (get_control (stage, V4L2_CID_BRIGHTNESS), ==, 17);
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

static void
test_profile (void)
{
  assert_profile ("[controls]\nbrightness=17\n", FALSE, "profile-applied", NULL);
  assert_profile ("[controls]\nbrightness=17\n", TRUE, "locked", NULL);
}

static void
test_bad_profile (void)
{
  assert_profile ("[controls]\nbrightness=bright\n", FALSE, "profile-failed", "brightness");
  assert_profile ("[controls]\nbrightness=1000\n", TRUE, "lock-failed", "brightness");
  assert_profile ("\x01\x02", FALSE, "profile-failed", "profile.conf");
  assert_profile (NULL, TRUE, "lock-failed", "no/such/profile");
  assert_profile (NULL, FALSE, "profile-failed", "no/such/profile");
}

static void
assert_told (CamStage *stage, gboolean expected)
{
  g_autoptr (GstStructure) told = cam_run_wait (stage->run, "still-button");
  gboolean pressed;

  g_assert_true (gst_structure_get_boolean (told, "pressed", &pressed));
  g_assert_cmpint (pressed, ==, expected);
  g_assert_cmpstr (gst_structure_get_string (told, "device"), ==, "/dev/video0");
}

static void
press (gint fd, gint value)
{
  const struct input_event event = { .type = EV_KEY, .code = KEY_CAMERA, .value = value };

  g_assert_cmpint (write (fd, &event, sizeof event), ==, sizeof event);
}

static void
test_button (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  CamPassage passage;
  gint ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  stage->button = g_strdup_printf ("/proc/self/fd/%d", ends[0]);
  cam_passage_watch (stage, &passage);
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  press (ends[1], 1);
  press (ends[1], 2);
  press (ends[1], 0);
  assert_told (stage, TRUE);
  assert_told (stage, FALSE);
  cam_passage_await (&passage, "pr");
  /* It hangs on to the camera when that comes back. */
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_run_await (stage->run, "replugged");
  press (ends[1], 1);
  assert_told (stage, TRUE);
  cam_passage_await (&passage, "prp");
  cam_run_stop (stage->run);
  cam_passage_end (&passage, "prp");
  close (ends[0]);
  close (ends[1]);
  cam_stage_free (stage);
}

static void
test_button_signal (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  CamPassage passage;

  cam_passage_watch (stage, &passage);
  /* Nothing hears it yet. */
  g_signal_emit_by_name (stage->run->camera, "press-still-button");
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  g_signal_emit_by_name (stage->run->camera, "press-still-button");
  assert_told (stage, TRUE);
  assert_told (stage, FALSE);
  cam_passage_await (&passage, "pr");
  cam_run_stop (stage->run);
  g_signal_emit_by_name (stage->run->camera, "press-still-button");
  cam_passage_end (&passage, "pr");
  cam_stage_free (stage);
}

/* Somebody who leans on it while there are no pictures. */
static void
test_button_flood (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) good = cam_stage_make_jpeg (640, 480);
  CamPassage passage;

  cam_passage_watch (stage, &passage);
  cam_run_play (stage->run);
  for (guint i = 0; i < 100; i++)
    g_signal_emit_by_name (stage->run->camera, "press-still-button");
  for (guint i = 0; i < 200; i++)
    cam_run_await (stage->run, "still-button");
  cam_stage_push (stage, good);
  cam_run_skip (stage->run, 1);
  cam_run_stop (stage->run);
  cam_passage_end (&passage, "prprprprprprprpr");
  cam_stage_free (stage);
}

static void
test_button_missing (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autoptr (GstStructure) failed = NULL;

  g_object_set (stage->run->camera, "still-button", "/dev/input/event99999", NULL);
  cam_run_play (stage->run);
  failed = cam_run_wait (stage->run, "still-button-failed");
  g_assert_nonnull (strstr (gst_structure_get_string (failed, "error"), "/dev/input/event99999: "));
  cam_run_skip (stage->run, 1);
  cam_run_stop (stage->run);
  /* None is wanted, though there is one. */
  stage->button = g_strdup ("/dev/input/event99999");
  g_object_set (stage->run->camera, "still-button", "", NULL);
  cam_run_play (stage->run);
  cam_run_await (stage->run, "locked");
  cam_stage_free (stage);
}

static void
remove_folders (const gchar *state)
{
  g_autofree gchar *program = g_build_filename (state, "dermaclassify", NULL);
  g_autofree gchar *cameras = g_build_filename (program, "cameras", NULL);

  /* That they are empty is part of the test. */
  g_assert_cmpint (g_rmdir (cameras), ==, 0);
  g_assert_cmpint (g_rmdir (program), ==, 0);
  g_assert_cmpint (g_rmdir (state), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *state = g_dir_make_tmp ("derma-state-XXXXXX", NULL);
  int status;

  element_test_init (&argc, &argv);
  g_setenv ("XDG_STATE_HOME", state, TRUE);
  g_test_add_func ("/camsrc-control/lock", test_lock);
  g_test_add_func ("/camsrc-control/no-lock", test_no_lock);
  g_test_add_func ("/camsrc-control/no-restore", test_no_restore);
  g_test_add_func ("/camsrc-control/two-threads", test_two_threads);
  g_test_add_func ("/camsrc-control/nothing-to-lock", test_nothing_to_lock);
  g_test_add_func ("/camsrc-control/locked-before", test_locked_before);
  g_test_add_func ("/camsrc-control/lock-again", test_lock_again);
  g_test_add_func ("/camsrc-control/toggle", test_toggle);
  g_test_add_func ("/camsrc-control/asked-without-pictures", test_asked_without_pictures);
  g_test_add_func ("/camsrc-control/stubborn", test_stubborn);
  g_test_add_func ("/camsrc-control/restless", test_restless);
  g_test_add_func ("/camsrc-control/profile", test_profile);
  g_test_add_func ("/camsrc-control/bad-profile", test_bad_profile);
  g_test_add_func ("/camsrc-control/button", test_button);
  g_test_add_func ("/camsrc-control/button-signal", test_button_signal);
  g_test_add_func ("/camsrc-control/button-flood", test_button_flood);
  g_test_add_func ("/camsrc-control/button-missing", test_button_missing);
  status = element_test_run ();
  if (status == 0)
    remove_folders (state);
  return status;
}
