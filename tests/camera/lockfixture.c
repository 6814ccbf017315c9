/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lockfixture.h"

#include <glib/gstdio.h>

void
lock_fixture_set_up (LockFixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
  fixture->camera = fake_camera_open (&fixture->fake);
  fixture->folder = g_dir_make_tmp ("derma-XXXXXX", NULL);
  fixture->state = g_build_filename (fixture->folder, "state.conf", NULL);
  fixture->path = g_build_filename (fixture->folder, "profile.conf", NULL);
}

void
lock_fixture_tear_down (LockFixture *fixture, gconstpointer data)
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

FakeControl *
lock_fixture_get (LockFixture *fixture, guint32 id)
{
  return fake_camera_get (&fixture->fake, id);
}

DermaLock *
lock_fixture_lock (LockFixture *fixture, gboolean with_state)
{
  const DermaLockOptions options = { .settle_ms = DERMA_LOCK_SETTLE_MS, .state = with_state ? fixture->state : NULL };
  g_autoptr (GError) error = NULL;
  DermaLock *result = derma_camera_lock (fixture->camera, &options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

void
lock_fixture_restore (LockFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_camera_restore (fixture->camera, fixture->state, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (fixture->state, G_FILE_TEST_EXISTS));
}

gboolean
lock_fixture_has_state (LockFixture *fixture)
{
  return g_file_test (fixture->state, G_FILE_TEST_EXISTS);
}

void
lock_fixture_assert_automatic (LockFixture *fixture, gboolean automatic)
{
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_EXPOSURE_AUTO)->value, ==, automatic ? 3 : V4L2_EXPOSURE_MANUAL);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_AUTO_WHITE_BALANCE)->value, ==, automatic);
  g_assert_cmpint (lock_fixture_get (fixture, V4L2_CID_FOCUS_AUTO)->value, ==, automatic);
}
