/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A camera of the kernel: pictures are read, and its controls are listed, locked and restored. */
#include "device.h"
#include "elementtest.h"

#include "camrun.h"

#include <stdio.h>
#include <string.h>

#define SMALL "device=" DEVICE_NODE " width=320 height=180 settle-time=1500"

static void
assert_readings (const gchar *properties, const gchar *middle)
{
  CamRun *run = cam_run_new (properties, middle);
  GstClockTime last = 0;

  cam_run_play (run);
  for (guint i = 0; i < 4; i++) {
    g_autoptr (GstBuffer) buffer = cam_run_pull (run);

    g_assert_nonnull (element_test_meta (buffer));
    /* What the camera took before the clock ran is of time 0. */
    g_assert_true (GST_BUFFER_PTS_IS_VALID (buffer));
    g_assert_true (GST_BUFFER_PTS (buffer) > last || GST_BUFFER_PTS (buffer) == 0);
    last = GST_BUFFER_PTS (buffer);
  }
  g_assert_cmpuint (last, >, 0);
  cam_run_free (run);
}

static void
test_readings (void)
{
  assert_readings (SMALL, "dermaclassify");
}

/* The shipped network on what the kernel gives. */
static void
test_shipped (void)
{
  g_autofree gchar *middle = g_strdup_printf ("dermaclassify inference-interval=3 model=%s", g_getenv ("DERMA_MODEL"));

  assert_readings (SMALL " format=raw lock=false", middle);
}

/* Not the largest, which is slow. */
static void
test_default_device (void)
{
  CamRun *run = cam_run_new ("lock=false", NULL);
  g_autofree gchar *device = NULL, *mode = NULL;
  gint width, height, n, d;

  cam_run_play (run);
  cam_run_skip (run, 2);
  g_object_get (run->camera, "current-device", &device, "current-mode", &mode, NULL);
  g_assert_cmpstr (device, ==, DEVICE_NODE);
  g_assert_cmpint (sscanf (mode, "%*s %dx%d %d/%d", &width, &height, &n, &d), ==, 4);
  g_assert_cmpint (width, >=, 640);
  g_assert_cmpint (width, <=, 1920);
  g_assert_cmpint (n, >=, 24 * d);
  cam_run_free (run);
}

/* Locked while it streams, and as it was after the stop. */
static void
test_lock (void)
{
  CamRun *run = cam_run_new (SMALL, NULL);
  g_autoptr (GstStructure) locked = NULL;

  g_assert_cmpint (device_get ("gain_automatic"), ==, 1);
  cam_run_play (run);
  locked = cam_run_wait (run, "locked");
  g_assert_true (gst_structure_has_field_typed (locked, "settled", G_TYPE_BOOLEAN));
  g_assert_cmpint (device_get ("gain_automatic"), ==, 0);
  cam_run_stop (run);
  g_assert_cmpint (device_get ("gain_automatic"), ==, 1);
  cam_run_free (run);
}

static void
test_cycles (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false", NULL);

  for (guint i = 0; i < 3; i++) {
    cam_run_play (run);
    cam_run_skip (run, 3);
    cam_run_stop (run);
  }
  cam_run_free (run);
}

static void
test_busy (void)
{
  CamRun *first = cam_run_new (SMALL " lock=false", NULL);
  CamRun *second = cam_run_new (SMALL " lock=false", NULL);

  cam_run_play (first);
  cam_run_skip (first, 1);
  gst_element_set_state (second->pipeline, GST_STATE_PLAYING);
  cam_run_expect_error (second, GST_RESOURCE_ERROR_BUSY, DEVICE_NODE);
  cam_run_skip (first, 1);
  cam_run_free (second);
  cam_run_free (first);
}

static void
assert_says (const gchar *line, gint status, const gchar *words)
{
  g_autofree gchar *command = g_strdup_printf ("$DERMA_COMMAND camera %s 2>&1", line);
  g_autofree gchar *output = device_run (command, status);

  if (!strstr (output, words))
    g_error ("'%s' does not say '%s'", output, words);
}

static void
test_command (void)
{
  assert_says ("list", 0, DEVICE_NODE);
  assert_says ("show " DEVICE_NODE, 0, "gain_automatic");
  assert_says ("lock " DEVICE_NODE " --settle 1", 0, "gain_automatic");
  g_assert_cmpint (device_get ("gain_automatic"), ==, 0);
  assert_says ("restore " DEVICE_NODE, 0, "");
  g_assert_cmpint (device_get ("gain_automatic"), ==, 1);
  assert_says ("restore " DEVICE_NODE, 1, "is not locked");
  assert_says ("show /dev/video7", 1, "/dev/video7: no such device");
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  device_load_vivid ();
  g_test_add_func ("/device/live/readings", test_readings);
  g_test_add_func ("/device/live/shipped", test_shipped);
  g_test_add_func ("/device/live/default-device", test_default_device);
  g_test_add_func ("/device/live/lock", test_lock);
  g_test_add_func ("/device/live/cycles", test_cycles);
  g_test_add_func ("/device/live/busy", test_busy);
  g_test_add_func ("/device/live/command", test_command);
  return element_test_run ();
}
