/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The camera that is shown where none is named, among devices of umockdev. */
#include "cameras.h"
#include "mockdevice.h"

#include <errno.h>

typedef struct {
  FakeCamera part, metadata, camera, other;
  UMockdevTestbed *testbed;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_camera_init (&fixture->part);
  fixture->part.faults = FAKE_NO_INPUT;
  fake_camera_init (&fixture->metadata);
  fixture->metadata.capability.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  fake_camera_init (&fixture->camera);
  fake_camera_init (&fixture->other);
  fixture->testbed = mock_testbed_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->testbed);
  fake_camera_clear (&fixture->part);
  fake_camera_clear (&fixture->metadata);
  fake_camera_clear (&fixture->camera);
  fake_camera_clear (&fixture->other);
}

static void
test_first (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = NULL;

  mock_testbed_add (fixture->testbed, 8, &fixture->camera);
  mock_testbed_add (fixture->testbed, 3, &fixture->part);
  mock_testbed_add (fixture->testbed, 7, &fixture->metadata);
  first = cameras_find_first ();
  g_assert_cmpstr (first, ==, "/dev/video8");
}

static void
test_lowest (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = NULL;

  mock_testbed_add (fixture->testbed, 10, &fixture->camera);
  mock_testbed_add (fixture->testbed, 9, &fixture->other);
  first = cameras_find_first ();
  g_assert_cmpstr (first, ==, "/dev/video9");
}

/* A board without a camera: what its image processor has is none. */
static void
test_parts_alone (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = NULL;

  mock_testbed_add (fixture->testbed, 14, &fixture->part);
  mock_testbed_add (fixture->testbed, 15, &fixture->metadata);
  first = cameras_find_first ();
  g_assert_null (first);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = cameras_find_first ();

  g_assert_null (first);
}

static void
test_unplugged (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *first = NULL;

  fixture->camera.call_error = ENODEV;
  mock_testbed_add (fixture->testbed, 0, &fixture->camera);
  first = cameras_find_first ();
  g_assert_null (first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!mock_testbed_is_possible ())
    return 0;
#define ADD(name, test) g_test_add ("/cameras/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("first", test_first);
  ADD ("lowest", test_lowest);
  ADD ("parts-alone", test_parts_alone);
  ADD ("none", test_none);
  ADD ("unplugged", test_unplugged);
#undef ADD
  return g_test_run ();
}
