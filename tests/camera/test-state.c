/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lockfixture.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static guint interruptions; /* by signals, while waiting for other programs */

/* In place of the C library's. */
int
flock (int fd, int operation)
{
  if (interruptions == 0)
    return (int)syscall (SYS_flock, fd, operation);
  interruptions--;
  errno = EINTR;
  return -1;
}

static void
test_restore (LockFixture *fixture, gconstpointer data)
{
  derma_lock_free (lock_fixture_lock (fixture, TRUE));
  g_assert_true (lock_fixture_has_state (fixture));
  lock_fixture_assert_automatic (fixture, FALSE);
  /* Nothing that the lock touched: this camera has no automatic brightness. */
  lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value = 12;
  lock_fixture_restore (fixture);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_BRIGHTNESS)->value, ==, 12);
  lock_fixture_assert_automatic (fixture, TRUE);
}

static void
test_restore_manual (LockFixture *fixture, gconstpointer data)
{
  FakeControl *exposure = lock_fixture_get (fixture, V4L2_CID_EXPOSURE_ABSOLUTE);
  g_autoptr (DermaLock) result = NULL;

  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->value = V4L2_EXPOSURE_MANUAL;
  exposure->value = 77;
  result = lock_fixture_lock (fixture, TRUE);
  g_assert_cmpint (exposure->value, ==, 77);
  /* As after it was unplugged and came back. */
  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->value = 3;
  exposure->value = 1000;
  lock_fixture_restore (fixture);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->value, ==, V4L2_EXPOSURE_MANUAL);
  g_assert_cmpint (exposure->value, ==, 77);
}

/* What an automatic control moves again is not put back, whatever the file says of it. */
static void
test_restore_governed (LockFixture *fixture, gconstpointer data)
{
  derma_lock_free (lock_fixture_lock (fixture, TRUE));
  g_assert_true (g_file_set_contents (
      fixture->state, "[camera]\ncard=Dermatoscope\n[original]\nauto_exposure=3\ngain=7\nfocus_absolute=15\n", -1,
      NULL));
  lock_fixture_restore (fixture);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->value, ==, 3);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_GAIN)->value, ==, 40);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_FOCUS_ABSOLUTE)->value, ==, 15);
}

static void
test_second_lock (LockFixture *fixture, gconstpointer data)
{
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (DermaLock) second = NULL;

  derma_lock_free (lock_fixture_lock (fixture, TRUE));
  g_assert_true (g_file_get_contents (fixture->state, &before, NULL, NULL));
  second = lock_fixture_lock (fixture, TRUE);
  g_assert_true (g_file_get_contents (fixture->state, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
  lock_fixture_restore (fixture);
  lock_fixture_assert_automatic (fixture, TRUE);
}

static void
assert_not_restored (LockFixture *fixture, DermaError code, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (derma_camera_restore (fixture->camera, fixture->state, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_nonnull (strstr (error->message, code == DERMA_ERROR_RUNTIME ? FAKE_DEVICE : fixture->state));
}

static void
test_not_locked (LockFixture *fixture, gconstpointer data)
{
  assert_not_restored (fixture, DERMA_ERROR_FILE, FAKE_DEVICE ": is not locked: there is no ");
}

static void
test_bad_state (LockFixture *fixture, gconstpointer data)
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
  g_assert_true (lock_fixture_has_state (fixture));
}

/* As earlier versions left it for a camera that has nothing to keep. */
static void
test_without_group (LockFixture *fixture, gconstpointer data)
{
  const gchar *text = "[camera]\ncard=Dermatoscope\ndriver=uvcvideo\nbus=usb-0000:00:14.0-2\n";
  g_autoptr (DermaLock) result = NULL;

  g_assert_true (g_file_set_contents (fixture->state, text, -1, NULL));
  lock_fixture_restore (fixture);
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
  g_assert_true (g_file_set_contents (fixture->state, text, -1, NULL));
  result = lock_fixture_lock (fixture, TRUE);
  lock_fixture_assert_automatic (fixture, FALSE);
  lock_fixture_restore (fixture);
  lock_fixture_assert_automatic (fixture, TRUE);
}

static void
test_interrupted (LockFixture *fixture, gconstpointer data)
{
  g_autoptr (DermaLock) result = NULL;

  interruptions = 3;
  result = lock_fixture_lock (fixture, TRUE);
  g_assert_cmpuint (interruptions, ==, 0);
  interruptions = 3;
  lock_fixture_restore (fixture);
  g_assert_cmpuint (interruptions, ==, 0);
}

/* The others are put back all the same, and the file stays for another try. */
static void
test_restore_in_part (LockFixture *fixture, gconstpointer data)
{
  derma_lock_free (lock_fixture_lock (fixture, TRUE));
  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->write_error = EIO;
  assert_not_restored (fixture, DERMA_ERROR_RUNTIME, FAKE_DEVICE ": auto_exposure: Input/output error");
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_FOCUS_AUTO)->value, ==, 1);
  g_assert_true (lock_fixture_has_state (fixture));
  lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->write_error = 0;
  lock_fixture_restore (fixture);
  lock_fixture_assert_automatic (fixture, TRUE);
}

static void
test_no_place (LockFixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { .state = "/dev/null/state.conf" };
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_camera_lock (fixture->camera, &options, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, "/dev/null: "));
  g_assert_cmpuint (fixture->fake.n_writes, ==, 0);
}

static void
test_state_path (LockFixture *fixture, gconstpointer data)
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) \
  g_test_add ("/state/" name, LockFixture, NULL, lock_fixture_set_up, test, lock_fixture_tear_down)
  ADD ("restore", test_restore);
  ADD ("restore-manual", test_restore_manual);
  ADD ("restore-governed", test_restore_governed);
  ADD ("second-lock", test_second_lock);
  ADD ("not-locked", test_not_locked);
  ADD ("bad-state", test_bad_state);
  ADD ("without-group", test_without_group);
  ADD ("interrupted", test_interrupted);
  ADD ("restore-in-part", test_restore_in_part);
  ADD ("no-place", test_no_place);
  ADD ("state-path", test_state_path);
#undef ADD
  return g_test_run ();
}
