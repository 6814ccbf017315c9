/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes wrong with a camera of the kernel: it goes away, its buffers are bad, it will not start. */
#include "device.h"
#include "elementtest.h"

#include "camrun.h"

#include <string.h>

#define SMALL "width=320 height=180 settle-time=0 reconnect-interval=50"
#define COPY "videoconvert ! video/x-raw,format=BGRx"

static void
assert_goes_on (CamRun *run, GstClockTime before)
{
  GstClockTime after = cam_run_pull_discont (run);

  g_assert_cmpuint (after, >, before);
  cam_run_skip (run, 3);
}

/* Nothing is there for a while; as pictures of the old node are kept, the camera comes back as another. */
static void
test_unplug (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false", NULL);
  GstClockTime before;
  g_autofree gchar *away = NULL, *back = NULL;

  cam_run_play (run);
  before = cam_run_pull_discont (run);
  device_unbind_vivid ();
  cam_run_await (run, "unplugged");
  g_object_get (run->camera, "current-device", &away, NULL);
  g_assert_null (away);
  device_bind_vivid ();
  cam_run_await (run, "replugged");
  g_object_get (run->camera, "current-device", &back, NULL);
  g_assert_cmpstr (back, ==, "/dev/video1");
  assert_goes_on (run, before);
  cam_run_free (run);
}

static void
test_stop_while_away (void)
{
  CamRun *run = cam_run_new (SMALL, COPY);

  cam_run_play (run);
  cam_run_await (run, "locked");
  device_unbind_vivid ();
  cam_run_await (run, "unplugged");
  cam_run_stop (run);
  device_bind_vivid ();
  cam_run_play (run);
  cam_run_skip (run, 2);
  cam_run_free (run);
}

static void
test_no_reconnect (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false reconnect=false", COPY);

  cam_run_play (run);
  cam_run_skip (run, 1);
  device_unbind_vivid ();
  cam_run_expect_error (run, GST_RESOURCE_ERROR_NOT_FOUND, "/dev/video|was unplugged");
  cam_run_free (run);
  device_bind_vivid ();
}

/* Pictures with errors are left out; those after them come. */
static void
test_bad_buffers (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false", NULL);

  cam_run_play (run);
  cam_run_skip (run, 1);
  for (guint i = 0; i < 3; i++) {
    device_set ("inject_v4l2_buf_flag_error", 1);
    cam_run_skip (run, 2);
  }
  device_set ("percentage_of_dropped_buffers", 60);
  cam_run_skip (run, 4);
  device_set ("percentage_of_dropped_buffers", 0);
  cam_run_skip (run, 2);
  g_assert_cmpuint (cam_run_stat (run, "losses"), ==, 0);
  cam_run_free (run);
}

/* Tried again. */
static void
test_will_not_start (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false", NULL);

  device_set ("inject_vidioc_streamon_error", 1);
  cam_run_play (run);
  cam_run_skip (run, 3);
  cam_run_free (run);
}

static void
test_will_not_start_at_all (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false reconnect=false", NULL);

  device_set ("inject_vidioc_streamon_error", 1);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  cam_run_expect_error (run, GST_RESOURCE_ERROR_SETTINGS, "/dev/video");
  cam_run_stop (run);
  cam_run_play (run);
  cam_run_skip (run, 1);
  cam_run_free (run);
}

/* The driver says that it is gone, and stays so: the last test. */
static void
test_disconnect (void)
{
  CamRun *run = cam_run_new (SMALL " lock=false", "dermaclassify");

  cam_run_play (run);
  cam_run_skip (run, 1);
  device_set ("disconnect", 1);
  cam_run_await (run, "unplugged");
  cam_run_stop (run);
  cam_run_free (run);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  device_load_vivid ();
  g_test_add_func ("/device/faults/unplug", test_unplug);
  g_test_add_func ("/device/faults/stop-while-away", test_stop_while_away);
  g_test_add_func ("/device/faults/no-reconnect", test_no_reconnect);
  g_test_add_func ("/device/faults/bad-buffers", test_bad_buffers);
  g_test_add_func ("/device/faults/will-not-start", test_will_not_start);
  g_test_add_func ("/device/faults/will-not-start-at-all", test_will_not_start_at_all);
  g_test_add_func ("/device/faults/disconnect", test_disconnect);
  /* v4l2src of GStreamer 1.22 leaves all that it had behind where its stream is not started. */
  return element_test_run_uncounted ();
}
