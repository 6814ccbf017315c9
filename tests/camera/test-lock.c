/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fakecamera.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  FakeCamera fake;
  DermaCamera *camera;
  gchar *folder;
  gchar *state;
  gchar *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
  fixture->camera = fake_camera_open (&fixture->fake);
  fixture->folder = g_dir_make_tmp ("derma-XXXXXX", NULL);
  fixture->state = g_build_filename (fixture->folder, "state.conf", NULL);
  fixture->path = g_build_filename (fixture->folder, "profile.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->state);
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->state);
  g_free (fixture->folder);
  derma_camera_free (fixture->camera);
  fake_camera_clear (&fixture->fake);
}

static FakeControl *
get (Fixture *fixture, guint32 id)
{
  return fake_camera_get (&fixture->fake, id);
}

static DermaLock *
lock (Fixture *fixture, gboolean with_state)
{
  const DermaLockOptions options = { .settle_ms = DERMA_LOCK_SETTLE_MS, .state = with_state ? fixture->state : NULL };
  g_autoptr (GError) error = NULL;
  DermaLock *result = derma_camera_lock (fixture->camera, &options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

static void
assert_fails (Fixture *fixture, const DermaLockOptions *options, DermaError code, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_camera_lock (fixture->camera, options, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
restore (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_camera_restore (fixture->camera, fixture->state, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (fixture->state, G_FILE_TEST_EXISTS));
}

static gboolean
state_exists (Fixture *fixture)
{
  return g_file_test (fixture->state, G_FILE_TEST_EXISTS);
}

static void
assert_automatic (Fixture *fixture, gboolean automatic)
{
  g_assert_cmpint (get (fixture, V4L2_CID_EXPOSURE_AUTO)->value, ==, automatic ? 3 : V4L2_EXPOSURE_MANUAL);
  g_assert_cmpint (get (fixture, V4L2_CID_AUTO_WHITE_BALANCE)->value, ==, automatic);
  g_assert_cmpint (get (fixture, V4L2_CID_FOCUS_AUTO)->value, ==, automatic);
}

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = lock (fixture, FALSE);
  const GPtrArray *settings = derma_lock_get_settings (result);
  const DermaSetting *first = g_ptr_array_index (settings, 0);

  assert_automatic (fixture, FALSE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpuint (settings->len, ==, 7);
  g_assert_cmpstr (first->key, ==, "auto_exposure");
  g_assert_cmpint (first->value, ==, V4L2_EXPOSURE_MANUAL);
  g_assert_null (derma_lock_get_automatic (result)[0]);
  /* A second of rest is enough. */
  g_assert_cmpint (fixture->fake.now, <, 2 * G_TIME_SPAN_SECOND);
  /* What has nothing to do with it is left alone. */
  g_assert_cmpint (get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 3);
}

/* Drifts first, and is fixed where it comes to rest. */
static void
test_drift (Fixture *fixture, gconstpointer data)
{
  FakeControl *exposure = get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  FakeControl *balance = get (fixture, V4L2_CID_WHITE_BALANCE_TEMPERATURE);
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
  result = lock (fixture, FALSE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpint (exposure->value, ==, 157);
  g_assert_cmpint (balance->value, ==, 4500);
  g_assert_cmpint (fixture->fake.now, >=, 2 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (fixture->fake.now, <, 5 * G_TIME_SPAN_SECOND);
}

/* Trembling is rest. */
static void
test_tremble (Fixture *fixture, gconstpointer data)
{
  FakeControl *exposure = get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = NULL;

  exposure->speed = -2;
  result = lock (fixture, FALSE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpint (ABS (exposure->value - 300), <=, 2);
}

static void
test_never_settles (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->speed = -100;
  result = lock (fixture, FALSE);
  g_assert_false (derma_lock_is_settled (result));
  assert_automatic (fixture, FALSE);
  g_assert_cmpint (fixture->fake.now, >=, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (fixture->fake.now, <, 6 * G_TIME_SPAN_SECOND);
}

static void
test_no_waiting (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { 0 };
  g_autoptr (DermaLock) result = derma_camera_lock (fixture->camera, &options, NULL);

  g_assert_false (derma_lock_is_settled (result));
  g_assert_cmpint (fixture->fake.now, ==, 0);
  assert_automatic (fixture, FALSE);
}

/* Automatic controls may give values that cannot be written. */
static void
test_value_out_of_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->value = 9000;
  get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->target = 9000;
  result = lock (fixture, FALSE);
  g_assert_cmpint (get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->value, ==, 5000);
}

/* Without an exposure mode of 1 the one with automatic iris is the manual one; without both it stays. */
static void
test_manual_modes (Fixture *fixture, gconstpointer data)
{
  static const gchar *const SHUTTER[] = { "Auto", NULL, "Shutter Priority", "Aperture Priority" };
  static const gchar *const NONE[] = { "Auto", NULL, NULL, "Aperture Priority" };
  FakeControl *mode = get (fixture, V4L2_CID_EXPOSURE_AUTO);
  g_autoptr (DermaLock) first = NULL;
  g_autoptr (DermaLock) second = NULL;

  get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->manual = get (fixture, V4L2_CID_GAIN)->manual =
      V4L2_EXPOSURE_SHUTTER_PRIORITY;
  mode->items = SHUTTER;
  first = lock (fixture, FALSE);
  g_assert_cmpint (mode->value, ==, V4L2_EXPOSURE_SHUTTER_PRIORITY);
  mode->items = NONE;
  mode->value = 3;
  second = lock (fixture, FALSE);
  g_assert_cmpint (mode->value, ==, 3);
  g_assert_cmpstr (derma_lock_get_automatic (second)[0], ==, "auto_exposure");
  g_assert_null (derma_lock_get_automatic (second)[1]);
  g_assert_cmpuint (derma_lock_get_settings (second)->len, ==, 4);
}

static void
test_nothing_automatic (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  fixture->fake.n_controls = 2; /* a class and brightness */
  result = lock (fixture, TRUE);
  g_assert_true (derma_lock_is_settled (result));
  g_assert_cmpuint (derma_lock_get_settings (result)->len, ==, 0);
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
}

static void
test_restore (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = lock (fixture, TRUE);

  g_assert_true (state_exists (fixture));
  assert_automatic (fixture, FALSE);
  restore (fixture);
  assert_automatic (fixture, TRUE);
}

static void
test_restore_manual (Fixture *fixture, gconstpointer data)
{
  FakeControl *exposure = get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = NULL;

  get (fixture, V4L2_CID_EXPOSURE_AUTO)->value = V4L2_EXPOSURE_MANUAL;
  exposure->value = 77;
  result = lock (fixture, TRUE);
  g_assert_cmpint (exposure->value, ==, 77);
  /* As after it was unplugged and came back. */
  get (fixture, V4L2_CID_EXPOSURE_AUTO)->value = 3;
  exposure->value = 1000;
  restore (fixture);
  g_assert_cmpint (get (fixture, V4L2_CID_EXPOSURE_AUTO)->value, ==, V4L2_EXPOSURE_MANUAL);
  g_assert_cmpint (exposure->value, ==, 77);
}

static void
test_second_lock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) first = lock (fixture, TRUE);
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (DermaLock) second = NULL;

  g_assert_true (g_file_get_contents (fixture->state, &before, NULL, NULL));
  second = lock (fixture, TRUE);
  g_assert_true (g_file_get_contents (fixture->state, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
  restore (fixture);
  assert_automatic (fixture, TRUE);
}

static DermaProfile *
make_profile (Fixture *fixture, const gchar *text)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  return derma_profile_load (fixture->path, NULL);
}

static void
test_profile (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaProfile) profile =
      make_profile (fixture, "[controls]\nauto_exposure=1\nexposure_time_absolute=42\nbrightness=-8\n");
  const DermaLockOptions options = { .settle_ms = 1000, .profile = profile, .state = fixture->state };
  g_autoptr (DermaLock) plain = lock (fixture, TRUE);
  g_autoptr (DermaLock) result = derma_camera_lock (fixture->camera, &options, NULL);

  g_assert_nonnull (result);
  g_assert_cmpint (get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE)->value, ==, 42);
  g_assert_cmpint (get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, -8);
  g_assert_cmpint (get (fixture, V4L2_CID_FOCUS_AUTO)->value, ==, 0);
  g_assert_cmpuint (derma_lock_get_settings (result)->len, ==, 8);
  /* What the second lock touched and the first did not is put back too. */
  restore (fixture);
  assert_automatic (fixture, TRUE);
  g_assert_cmpint (get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 3);
}

static void
test_bad_profile (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaProfile) profile = make_profile (fixture, "[controls]\nbrightness=65\n");
  const DermaLockOptions options = { .profile = profile, .state = fixture->state };
  g_autofree gchar *message = g_strdup_printf ("%s: [controls] brightness: 65 is not in -64..64", fixture->path);

  assert_fails (fixture, &options, DERMA_ERROR_ARGUMENT, message);
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
  g_assert_false (state_exists (fixture));
}

static void
test_apply_again (Fixture *fixture, gconstpointer data)
{
  FakeControl *exposure = get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = lock (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  /* Streaming starts, and the camera forgets. */
  get (fixture, V4L2_CID_EXPOSURE_AUTO)->value = 3;
  exposure->value = 5;
  g_assert_true (derma_lock_apply (result, fixture->camera, &error));
  g_assert_no_error (error);
  assert_automatic (fixture, FALSE);
  g_assert_cmpint (exposure->value, ==, 300);
  exposure->value = 5;
  exposure->stubborn = TRUE;
  g_assert_false (derma_lock_apply (result, fixture->camera, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
  g_assert_cmpstr (error->message, ==,
                   FAKE_DEVICE ": exposure_time_absolute: does not stick: 300 was written, 5 is read");
}

static void
test_undo (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = lock (fixture, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_lock_undo (result, fixture->camera, &error));
  g_assert_no_error (error);
  assert_automatic (fixture, TRUE);
}

/* The value that automatic exposure found is not the one that manual exposure keeps. What was before is back then. */
static void
test_does_not_stick (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = fixture->state };
  FakeControl *exposure = get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);

  exposure->kept = 156;
  assert_fails (fixture, &options, DERMA_ERROR_RUNTIME,
                FAKE_DEVICE ": exposure_time_absolute: does not stick: 300 was written, 156 is read");
  assert_automatic (fixture, TRUE);
  g_assert_false (state_exists (fixture));
}

static void
test_auto_refuses (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = fixture->state };

  get (fixture, V4L2_CID_FOCUS_AUTO)->stubborn = TRUE;
  assert_fails (fixture, &options, DERMA_ERROR_RUNTIME,
                FAKE_DEVICE ": focus_automatic_continuous: does not stick: 0 was written, 1 is read");
  assert_automatic (fixture, TRUE);
  g_assert_false (state_exists (fixture));
}

static void
test_busy_control (Fixture *fixture, gconstpointer data)
{
  get (fixture, V4L2_CID_EXPOSURE_AUTO)->write_error = EBUSY;
  assert_fails (fixture, NULL, DERMA_ERROR_BUSY,
                FAKE_DEVICE ": auto_exposure: cannot be changed while the camera is in use");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const DermaLockOptions options = { .settle_ms = 1000, .state = fixture->state, .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (derma_camera_lock (fixture->camera, &options, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_automatic (fixture, TRUE);
  g_assert_false (state_exists (fixture));
}

/* Unplugged at each question in turn: always an error that says so, never a state that is lost. */
static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .settle_ms = 300, .state = fixture->state };
  guint n_calls;

  fixture->fake.n_calls = 0;
  derma_lock_free (derma_camera_lock (fixture->camera, &options, NULL));
  n_calls = fixture->fake.n_calls;
  restore (fixture);
  g_assert_cmpuint (n_calls, >, 100);
  for (guint i = 1; i < n_calls; i++) {
    g_autoptr (GError) error = NULL;

    fixture->fake.n_calls = 0;
    fixture->fake.gone_after = i;
    g_assert_null (derma_camera_lock (fixture->camera, &options, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_GONE);
    fixture->fake.gone_after = 0;
    if (state_exists (fixture))
      restore (fixture);
    assert_automatic (fixture, TRUE);
  }
}

static void
assert_not_restored (Fixture *fixture, DermaError code, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_camera_restore (fixture->camera, fixture->state, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_nonnull (strstr (error->message, code == DERMA_ERROR_RUNTIME ? FAKE_DEVICE : fixture->state));
}

static void
test_not_locked (Fixture *fixture, gconstpointer data)
{
  assert_not_restored (fixture, DERMA_ERROR_FILE, FAKE_DEVICE ": is not locked: there is no ");
}

static void
test_bad_state (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = fixture->state };

  g_assert_true (g_file_set_contents (fixture->state, "[camera]\ncard=Webcam\n[original]\n", -1, NULL));
  assert_not_restored (fixture, DERMA_ERROR_ARGUMENT,
                       "[camera] card: is 'Webcam', and " FAKE_DEVICE " is 'Dermatoscope'");
  g_assert_null (derma_camera_lock (fixture->camera, &options, NULL));
  g_assert_true (
      g_file_set_contents (fixture->state, "[camera]\ncard=Dermatoscope\n[original]\ngain=1000\n", -1, NULL));
  assert_not_restored (fixture, DERMA_ERROR_ARGUMENT, "[original] gain: 1000 is not in 0..100");
  g_assert_true (g_file_set_contents (fixture->state, "[camera]\ncard=Dermatoscope\n[controls]\n", -1, NULL));
  assert_not_restored (fixture, DERMA_ERROR_FORMAT, "[controls]: not a group");
  g_assert_true (g_file_set_contents (fixture->state, "", -1, NULL));
  assert_not_restored (fixture, DERMA_ERROR_FORMAT, "[original]: the group is missing");
  g_assert_null (derma_camera_lock (fixture->camera, &options, NULL));
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
  g_assert_true (state_exists (fixture));
}

/* The others are put back all the same, and the file stays for another try. */
static void
test_restore_in_part (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = lock (fixture, TRUE);

  get (fixture, V4L2_CID_EXPOSURE_AUTO)->write_error = EIO;
  assert_not_restored (fixture, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": auto_exposure: Input/output error");
  g_assert_cmpint (get (fixture, V4L2_CID_FOCUS_AUTO)->value, ==, 1);
  g_assert_true (state_exists (fixture));
  get (fixture, V4L2_CID_EXPOSURE_AUTO)->write_error = 0;
  restore (fixture);
  assert_automatic (fixture, TRUE);
}

static void
test_no_place (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = "/dev/null/state.conf" };
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_camera_lock (fixture->camera, &options, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, "/dev/null: "));
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
}

static void
test_state_path (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = derma_camera_get_state_path (fixture->camera);
  g_autofree gchar *name = g_path_get_basename (path);
  g_autofree gchar *hostile = NULL;
  g_autofree gchar *hostile_name = NULL;
  g_autoptr (DermaCamera) camera = NULL;

  g_assert_true (g_str_has_prefix (path, g_get_user_state_dir ()));
  g_assert_cmpstr (name, ==, "usb-0000_00_14.0-2-Dermatoscope.conf");
  strcpy ((gchar *)fixture->fake.capability.bus_info, "../../etc/passwd");
  strcpy ((gchar *)fixture->fake.capability.card, "a/b\n\xff");
  camera = fake_camera_open (&fixture->fake);
  hostile = derma_camera_get_state_path (camera);
  hostile_name = g_path_get_basename (hostile);
  g_assert_true (g_str_has_prefix (hostile_name, "_._.._etc_passwd-a_b_"));
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .settle_ms = 200, .state = fixture->state };

  fixture->fake.faults = FAKE_GARBAGE;
  for (guint i = 0; i < 50; i++) {
    g_autoptr (DermaLock) result = derma_camera_lock (fixture->camera, &options, NULL);

    derma_camera_restore (fixture->camera, fixture->state, NULL);
    g_remove (fixture->state);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/lock/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("lock", test_lock);
  ADD ("drift", test_drift);
  ADD ("tremble", test_tremble);
  ADD ("never-settles", test_never_settles);
  ADD ("no-waiting", test_no_waiting);
  ADD ("value-out-of-range", test_value_out_of_range);
  ADD ("manual-modes", test_manual_modes);
  ADD ("nothing-automatic", test_nothing_automatic);
  ADD ("restore", test_restore);
  ADD ("restore-manual", test_restore_manual);
  ADD ("second-lock", test_second_lock);
  ADD ("profile", test_profile);
  ADD ("bad-profile", test_bad_profile);
  ADD ("apply-again", test_apply_again);
  ADD ("undo", test_undo);
  ADD ("does-not-stick", test_does_not_stick);
  ADD ("auto-refuses", test_auto_refuses);
  ADD ("busy-control", test_busy_control);
  ADD ("cancelled", test_cancelled);
  ADD ("unplugged", test_unplugged);
  ADD ("not-locked", test_not_locked);
  ADD ("bad-state", test_bad_state);
  ADD ("restore-in-part", test_restore_in_part);
  ADD ("no-place", test_no_place);
  ADD ("state-path", test_state_path);
  ADD ("garbage", test_garbage);
#undef ADD
  return g_test_run ();
}
