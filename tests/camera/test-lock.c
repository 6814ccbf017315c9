/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lockfixture.h"

#include <errno.h>
#include <glib/gstdio.h>

static void
assert_fails (LockFixture *fixture, const DermaLockOptions *options, DermaError code, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_camera_lock (fixture->camera, options, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_lock (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = lock_fixture_lock (fixture, FALSE);
  const GPtrArray *settings = derma_lock_get_settings (result);
  const DermaSetting *first = g_ptr_array_index (settings, 0);

  lock_fixture_assert_automatic (fixture, FALSE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpuint (settings->len, ==, 7);
  g_assert_cmpstr (first->key, ==, "auto_exposure");
  g_assert_cmpint (first->value, ==, V4L2_EXPOSURE_MANUAL);
  g_assert_null (derma_lock_get_automatic (result)[0]);
  /* A second of rest is enough. */
  g_assert_cmpint (fixture->fake.now, <, 2 * G_TIME_SPAN_SECOND);
  /* What has nothing to do with it is left alone. */
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 3);
}

/* Drifts first, and is fixed where it comes to rest. */
static void
test_drift (LockFixture *fixture, gconstpointer data)
{
  FakeControl *exposure = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  FakeControl *balance = lock_fixture_get (fixture, V4L2_CID_WHITE_BALANCE_TEMPERATURE);
  g_autoptr (DermaLock) result = NULL;

  *exposure = (FakeControl){ .id = exposure->id,
                             .type = exposure->type,
                             .name = exposure->name,
                             .minimum = 1,
                             .maximum = 5000,
                             .step = 1,
                             .value = 1000,
                             .governor = V4L2_CID_EXPOSURE_AUTO,
                             .manual = V4L2_EXPOSURE_MANUAL,
                             .target = 157,
                             .speed = 40 };
  balance->value = 2800;
  balance->target = 4503; /* not on a step */
  balance->speed = 100;
  result = lock_fixture_lock (fixture, FALSE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpint (exposure->value, ==, 157);
  g_assert_cmpint (balance->value, ==, 4500);
  g_assert_cmpint (fixture->fake.now, >=, 2 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (fixture->fake.now, <, 5 * G_TIME_SPAN_SECOND);
}

/* Trembling is rest. */
static void
test_tremble (LockFixture *fixture, gconstpointer data)
{
  FakeControl *exposure = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = NULL;

  exposure->speed = -2;
  result = lock_fixture_lock (fixture, FALSE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpint (ABS (exposure->value - 300), <=, 2);
}

static void
test_never_settles (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->speed = -100;
  result = lock_fixture_lock (fixture, FALSE);
  g_assert_false (derma_lock_is_settled (result));
  lock_fixture_assert_automatic (fixture, FALSE);
  g_assert_cmpint (fixture->fake.now, >=, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (fixture->fake.now, <, 6 * G_TIME_SPAN_SECOND);
}

static void
test_no_waiting (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { 0 };
  g_autoptr (DermaLock) result = derma_camera_lock (fixture->camera, &options, NULL);

  g_assert_false (derma_lock_is_settled (result));
  g_assert_cmpint (fixture->fake.now, ==, 0);
  lock_fixture_assert_automatic (fixture, FALSE);
}

/* Automatic controls may give values that cannot be written. */
static void
test_value_out_of_range (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->value = 9000;
  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->target = 9000;
  result = lock_fixture_lock (fixture, FALSE);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->value, ==, 5000);
}

/* Without an exposure mode of 1 the one with automatic iris is the manual one; without both it stays. */
static void
test_manual_modes (LockFixture *fixture, gconstpointer data)
{
  static const gchar *const SHUTTER[] = { "Auto", NULL, "Shutter Priority", "Aperture Priority" };
  static const gchar *const NONE[] = { "Auto", NULL, NULL, "Aperture Priority" };
  FakeControl *mode = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO);
  g_autoptr (DermaLock) first = NULL;
  g_autoptr (DermaLock) second = NULL;

  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->manual = lock_fixture_get (fixture, V4L2_CID_GAIN)->manual =
      V4L2_EXPOSURE_SHUTTER_PRIORITY;
  mode->items = SHUTTER;
  first = lock_fixture_lock (fixture, FALSE);
  g_assert_cmpint (mode->value, ==, V4L2_EXPOSURE_SHUTTER_PRIORITY);
  mode->items = NONE;
  mode->value = 3;
  second = lock_fixture_lock (fixture, FALSE);
  g_assert_cmpint (mode->value, ==, 3);
  g_assert_cmpstr (derma_lock_get_automatic (second)[0], ==, "auto_exposure");
  g_assert_null (derma_lock_get_automatic (second)[1]);
  g_assert_cmpuint (derma_lock_get_settings (second)->len, ==, 4);
}

/* There is nothing to lock, and locking, locking once more and restoring do just that. */
static void
test_nothing_automatic (LockFixture *fixture, gconstpointer data)
{
  fixture->fake.n_controls = 2; /* a class and brightness */
  for (guint i = 0; i < 4; i++) {
    g_autoptr (DermaLock) result = lock_fixture_lock (fixture, TRUE);

    g_assert_true (derma_lock_is_settled (result));
    g_assert_cmpuint (derma_lock_get_settings (result)->len, ==, 0);
    g_assert_true (lock_fixture_has_state (fixture));
    if (i % 2)
      lock_fixture_restore (fixture);
  }
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
}

/* Somebody locked with nothing to lock, and then with a profile. */
static void
test_nothing_automatic_and_profile (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaProfile) profile = NULL;
  DermaLockOptions options = { .state = fixture->state };
  g_autoptr (DermaLock) result = NULL;

  fixture->fake.n_controls = 2;
  g_assert_true (g_file_set_contents (fixture->path, "[controls]\nbrightness=-8\n", -1, NULL));
  options.profile = profile = derma_profile_load (fixture->path, NULL);
  derma_lock_free (lock_fixture_lock (fixture, TRUE));
  result = derma_camera_lock (fixture->camera, &options, NULL);
  g_assert_nonnull (result);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, -8);
  lock_fixture_restore (fixture);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 3);
}

/* A control that is without effect in manual mode too is not part of the lock. */
static void
test_never_active (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  fake_camera_add (&fixture->fake, (FakeControl){ .id = V4L2_CID_IRIS_ABSOLUTE,
                                                  .type = V4L2_CTRL_TYPE_INTEGER,
                                                  .name = "Iris",
                                                  .maximum = 9,
                                                  .flags = V4L2_CTRL_FLAG_INACTIVE,
                                                  .write_error = EACCES });
  result = lock_fixture_lock (fixture, FALSE);
  g_assert_cmpuint (derma_lock_get_settings (result)->len, ==, 7);
}

static DermaProfile *
make_profile (LockFixture *fixture, const gchar *text)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  return derma_profile_load (fixture->path, NULL);
}

static void
test_profile (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaProfile) profile =
      make_profile (fixture, "[controls]\nauto_exposure=1\nexposure_time_absolute=42\nbrightness=-8\n");
  const DermaLockOptions options = { .settle_ms = 1000, .profile = profile, .state = fixture->state };
  g_autoptr (DermaLock) result = NULL;

  derma_lock_free (lock_fixture_lock (fixture, TRUE));
  result = derma_camera_lock (fixture->camera, &options, NULL);
  g_assert_nonnull (result);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->value, ==, 42);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, -8);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_FOCUS_AUTO)->value, ==, 0);
  g_assert_cmpuint (derma_lock_get_settings (result)->len, ==, 8);
  /* What the second lock touched and the first did not is put back too. */
  lock_fixture_restore (fixture);
  lock_fixture_assert_automatic (fixture, TRUE);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 3);
}

static void
test_bad_profile (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaProfile) profile = make_profile (fixture, "[controls]\nbrightness=65\n");
  const DermaLockOptions options = { .profile = profile, .state = fixture->state };
  g_autofree gchar *message = g_strdup_printf ("%s: [controls] brightness: 65 is not in -64..64", fixture->path);

  assert_fails (fixture, &options, DERMA_ERROR_ARGUMENT, message);
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
  g_assert_false (lock_fixture_has_state (fixture));
}

static void
test_apply_again (LockFixture *fixture, gconstpointer data)
{
  FakeControl *exposure = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = lock_fixture_lock (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  /* Streaming starts, and the camera forgets. */
  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->value = 3;
  exposure->value = 5;
  g_assert_true (derma_lock_apply (result, fixture->camera, &error));
  g_assert_no_error (error);
  lock_fixture_assert_automatic (fixture, FALSE);
  g_assert_cmpint (exposure->value, ==, 300);
  exposure->value = 5;
  exposure->stubborn = TRUE;
  g_assert_false (derma_lock_apply (result, fixture->camera, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
  g_assert_cmpstr (error->message, ==,
                   FAKE_DEVICE ": exposure_time_absolute: does not stick: 300 was written, 5 is read");
}

static void
test_undo (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = lock_fixture_lock (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_lock_undo (result, fixture->camera, &error));
  g_assert_no_error (error);
  lock_fixture_assert_automatic (fixture, TRUE);
}

/* The value that automatic exposure found is not the one that manual exposure keeps. What was before is back then. */
static void
test_does_not_stick (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = fixture->state };
  FakeControl *exposure = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);

  exposure->kept = 156;
  assert_fails (fixture, &options, DERMA_ERROR_RUNTIME,
                FAKE_DEVICE ": exposure_time_absolute: does not stick: 300 was written, 156 is read");
  lock_fixture_assert_automatic (fixture, TRUE);
  g_assert_false (lock_fixture_has_state (fixture));
}

/* The camera runs while it is watched, and not afterwards. */
static void
test_stream (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .settle_ms = 5000, .stream = TRUE };
  FakeControl *exposure = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = NULL;

  fixture->fake.moves_streaming = TRUE;
  exposure->value = 1000;
  exposure->target = 157;
  exposure->speed = 200;
  result = derma_camera_lock (fixture->camera, &options, NULL);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpint (exposure->value, ==, 157);
  g_assert_cmpuint (fixture->fake.n_frames, >, 20);
  g_assert_false (fixture->fake.streaming);
  g_assert_cmpuint (fixture->fake.n_buffers, ==, 0);
}

/* A profile may have what cannot be written while the camera runs. */
static void
test_stream_and_profile (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaProfile) profile = make_profile (fixture, "[controls]\nbrightness=11\n");
  const DermaLockOptions options = { .stream = TRUE, .profile = profile };
  g_autoptr (GError) error = NULL;

  lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->grabbed = TRUE;
  derma_lock_free (derma_camera_lock (fixture->camera, &options, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 11);
}

/* Another program runs it, the bus has no room, or there is no such thing: the lock does without. */
static void
test_no_stream (LockFixture *fixture, gconstpointer data)
{
  static const gint CODES[] = { EBUSY, ENOSPC, ENOTTY, EIO };
  const DermaLockOptions options = { .settle_ms = 1500, .stream = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (CODES); i++) {
    g_autoptr (DermaLock) result = NULL;

    fixture->fake.stream_error = CODES[i];
    result = derma_camera_lock (fixture->camera, &options, NULL);
    g_assert_nonnull (result);
    g_assert_false (fixture->fake.streaming);
    g_assert_cmpuint (fixture->fake.n_buffers, ==, 0);
    g_assert_true (derma_lock_undo (result, fixture->camera, NULL));
  }
}

static void
test_stream_ends_with_failure (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .stream = TRUE };

  lock_fixture_get (fixture, V4L2_CID_FOCUS_AUTO)->stubborn = TRUE;
  g_assert_null (derma_camera_lock (fixture->camera, &options, NULL));
  g_assert_false (fixture->fake.streaming);
  g_assert_cmpuint (fixture->fake.n_buffers, ==, 0);
}

static void
test_auto_refuses (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = fixture->state };

  lock_fixture_get (fixture, V4L2_CID_FOCUS_AUTO)->stubborn = TRUE;
  assert_fails (fixture, &options, DERMA_ERROR_RUNTIME,
                FAKE_DEVICE ": focus_automatic_continuous: does not stick: 0 was written, 1 is read");
  lock_fixture_assert_automatic (fixture, TRUE);
  g_assert_false (lock_fixture_has_state (fixture));
}

static void
test_busy_control (LockFixture *fixture, gconstpointer data)
{
  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->write_error = EBUSY;
  assert_fails (fixture, NULL, DERMA_ERROR_BUSY,
                FAKE_DEVICE ": auto_exposure: cannot be changed while the camera is in use");
}

static void
test_cancelled (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const DermaLockOptions options = { .settle_ms = 1000, .state = fixture->state, .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (derma_camera_lock (fixture->camera, &options, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  lock_fixture_assert_automatic (fixture, TRUE);
  g_assert_false (lock_fixture_has_state (fixture));
}

/* Unplugged at each question in turn: always an error that says so, never a state that is lost. */
static void
test_unplugged (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .settle_ms = 300, .stream = TRUE, .state = fixture->state };
  guint n_calls;

  fixture->fake.n_calls = 0;
  derma_lock_free (derma_camera_lock (fixture->camera, &options, NULL));
  n_calls = fixture->fake.n_calls;
  lock_fixture_restore (fixture);
  g_assert_cmpuint (n_calls, >, 100);
  /* When the last two of them end the stream, the lock stands. */
  for (guint i = 1; i < n_calls - 2; i++) {
    g_autoptr (GError) error = NULL;

    fixture->fake.n_calls = 0;
    fixture->fake.gone_after = i;
    g_assert_null (derma_camera_lock (fixture->camera, &options, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_GONE);
    fixture->fake.gone_after = 0;
    fixture->fake.streaming = FALSE;
    if (lock_fixture_has_state (fixture))
      lock_fixture_restore (fixture);
    lock_fixture_assert_automatic (fixture, TRUE);
  }
}

static void
test_garbage (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .settle_ms = 200, .stream = TRUE, .state = fixture->state };

  fixture->fake.faults = FAKE_GARBAGE;
  for (guint i = 0; i < 50; i++) {
    derma_lock_free (derma_camera_lock (fixture->camera, &options, NULL));
    derma_camera_restore (fixture->camera, fixture->state, NULL);
    g_remove (fixture->state);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/lock/" name, LockFixture, NULL, lock_fixture_set_up, test, lock_fixture_tear_down)
  ADD ("lock", test_lock);
  ADD ("drift", test_drift);
  ADD ("tremble", test_tremble);
  ADD ("never-settles", test_never_settles);
  ADD ("no-waiting", test_no_waiting);
  ADD ("value-out-of-range", test_value_out_of_range);
  ADD ("manual-modes", test_manual_modes);
  ADD ("nothing-automatic", test_nothing_automatic);
  ADD ("nothing-automatic-and-profile", test_nothing_automatic_and_profile);
  ADD ("never-active", test_never_active);
  ADD ("profile", test_profile);
  ADD ("bad-profile", test_bad_profile);
  ADD ("apply-again", test_apply_again);
  ADD ("undo", test_undo);
  ADD ("does-not-stick", test_does_not_stick);
  ADD ("stream", test_stream);
  ADD ("stream-and-profile", test_stream_and_profile);
  ADD ("no-stream", test_no_stream);
  ADD ("stream-ends-with-failure", test_stream_ends_with_failure);
  ADD ("auto-refuses", test_auto_refuses);
  ADD ("busy-control", test_busy_control);
  ADD ("cancelled", test_cancelled);
  ADD ("unplugged", test_unplugged);
  ADD ("garbage", test_garbage);
#undef ADD
  return g_test_run ();
}
