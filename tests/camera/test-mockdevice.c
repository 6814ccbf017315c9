/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The room on devices of umockdev, through libv4l2 as in use. */
#include "mockdevice.h"

#include <errno.h>

typedef struct {
  FakeCamera fake;
  UMockdevTestbed *testbed;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->fake);
  fixture->testbed = mock_testbed_new ();
  mock_testbed_add (fixture->testbed, 0, &fixture->fake);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->testbed);
  fake_camera_clear (&fixture->fake);
}

static DermaCamera *
open_camera (void)
{
  g_autoptr (GError) error = NULL;
  DermaCamera *camera = derma_camera_open (FAKE_DEVICE, &error);

  g_assert_no_error (error);
  return camera;
}

static void
test_identity (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = open_camera ();

  g_assert_cmpstr (derma_camera_get_card (camera), ==, "Dermatoscope");
  g_assert_cmpuint (fixture->fake.n_calls, >, 1);
}

/* libv4l2 must add no formats of its own. */
static void
test_modes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = open_camera ();
  g_autoptr (GPtrArray) modes = derma_camera_list_modes (camera, NULL, NULL);

  g_assert_cmpuint (modes->len, ==, 3);
  g_assert_cmpstr (((const DermaCameraMode *)g_ptr_array_index (modes, 0))->format, ==, "MJPG");
  g_assert_cmpstr (((const DermaCameraMode *)g_ptr_array_index (modes, 2))->format, ==, "YUYV");
}

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  const DermaLockOptions options = { 0 };
  g_autoptr (DermaCamera) camera = open_camera ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaLock) lock = derma_camera_lock (camera, &options, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fake_camera_get (&fixture->fake, V4L2_CID_EXPOSURE_AUTO)->value, ==, V4L2_EXPOSURE_MANUAL);
  g_assert_true (derma_lock_apply (lock, camera, &error));
  g_assert_true (derma_lock_undo (lock, camera, &error));
  g_assert_cmpint (fake_camera_get (&fixture->fake, V4L2_CID_EXPOSURE_AUTO)->value, ==, 3);
}

/* A driver without an end holds up neither this project nor libv4l2. */
static void
test_endless (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = NULL;
  g_autoptr (GPtrArray) modes = NULL;
  gboolean truncated = FALSE;

  fixture->fake.faults = FAKE_ENDLESS_FORMATS;
  camera = open_camera ();
  g_assert_cmpuint (fixture->fake.n_calls, <, 20);
  modes = derma_camera_list_modes (camera, &truncated, NULL);
  g_assert_true (truncated);
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  static const struct {
    gint code;
    DermaError error;
  } CASES[] = { { EBUSY, DERMA_ERROR_BUSY }, { ENODEV, DERMA_ERROR_GONE }, { ENOTTY, DERMA_ERROR_UNSUPPORTED } };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;

    fixture->fake.call_error = CASES[i].code;
    g_assert_null (derma_camera_open (FAKE_DEVICE, &error));
    g_assert_error (error, DERMA_ERROR, (gint)CASES[i].error);
  }
}

static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DermaCamera) camera = open_camera ();
  g_autoptr (GError) error = NULL;

  fixture->fake.call_error = ENODEV;
  g_assert_null (derma_camera_list_controls (camera, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_GONE);
}

/* Cameras are cleared after the testbed that has them; tear_down() gets an empty one. */
static void
put_away (Fixture *fixture, FakeCamera *others, guint n)
{
  g_clear_object (&fixture->testbed);
  fixture->testbed = mock_testbed_new ();
  for (guint i = 0; i < n; i++)
    fake_camera_clear (&others[i]);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  FakeCamera others[3];
  g_auto (GStrv) problems = NULL;
  g_auto (GStrv) found = NULL;

  for (guint i = 0; i < 3; i++)
    fake_camera_init (&others[i]);
  others[0].capability.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  others[1].call_error = EBUSY;
  mock_testbed_add (fixture->testbed, 1, &others[0]);
  mock_testbed_add (fixture->testbed, 2, &others[1]);
  mock_testbed_add (fixture->testbed, 10, &others[2]);
  found = derma_camera_find (&problems);
  g_assert_cmpuint (g_strv_length (found), ==, 2);
  g_assert_cmpstr (found[0], ==, "/dev/video0");
  g_assert_cmpstr (found[1], ==, "/dev/video10");
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  g_assert_cmpstr (problems[0], ==, "/dev/video2: is in use by another program");
  put_away (fixture, others, 3);
}

/* A Raspberry Pi 5, say: what it has for cameras of its own comes before the one that is plugged in. */
static void
test_find_whole (Fixture *fixture, gconstpointer data)
{
  FakeCamera others[3];
  g_auto (GStrv) problems = NULL;
  g_auto (GStrv) found = NULL;

  fixture->fake.capability.device_caps |= V4L2_CAP_IO_MC;
  for (guint i = 0; i < 3; i++)
    fake_camera_init (&others[i]);
  others[0].faults = FAKE_NO_INPUT;
  others[1].faults = FAKE_NO_INPUT;
  others[1].capability.device_caps = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING;
  for (guint i = 0; i < 3; i++)
    mock_testbed_add (fixture->testbed, 14 + i, &others[i]);
  found = derma_camera_find (&problems);
  g_assert_cmpuint (g_strv_length (found), ==, 1);
  g_assert_cmpstr (found[0], ==, "/dev/video16");
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
  /* Who names one knows why. */
  derma_camera_free (open_camera ());
  put_away (fixture, others, 3);
}

/* Those that are found are limited, not those that are looked at. */
static void
test_find_behind_many (Fixture *fixture, gconstpointer data)
{
  FakeCamera others[2];
  g_auto (GStrv) found = NULL;

  fixture->fake.faults = FAKE_NO_INPUT;
  for (guint i = 0; i < 2; i++)
    fake_camera_init (&others[i]);
  others[0].faults = FAKE_NO_INPUT;
  for (guint i = 1; i < 100; i++)
    mock_testbed_add (fixture->testbed, i, &others[0]);
  mock_testbed_add (fixture->testbed, 100, &others[1]);
  found = derma_camera_find (NULL);
  g_assert_cmpuint (g_strv_length (found), ==, 1);
  g_assert_cmpstr (found[0], ==, "/dev/video100");
  put_away (fixture, others, 2);
}

/* Descriptors are given back, whatever happens; libv4l2 has room for 16. */
static void
test_many_times (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 40; i++) {
    fixture->fake.call_error = i % 2 ? ENODEV : 0;
    derma_camera_free (derma_camera_open (FAKE_DEVICE, NULL));
  }
  fixture->fake.call_error = 0;
  derma_camera_free (open_camera ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!mock_testbed_is_possible ())
    return 0;
#define ADD(name, test) g_test_add ("/mockdevice/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("identity", test_identity);
  ADD ("modes", test_modes);
  ADD ("lock", test_lock);
  ADD ("endless", test_endless);
  ADD ("errors", test_errors);
  ADD ("unplugged", test_unplugged);
  ADD ("find", test_find);
  ADD ("find-whole", test_find_whole);
  ADD ("find-behind-many", test_find_behind_many);
  ADD ("many-times", test_many_times);
#undef ADD
  return g_test_run ();
}
