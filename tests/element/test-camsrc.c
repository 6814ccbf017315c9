/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacamsrc with cameras that are played: it gives pictures, goes on after it was unplugged, and says what is wrong.
 */
#include "camstage.h"

static void
skip_pictures (CamStage *stage, guint n)
{
  for (guint i = 0; i < n; i++)
    gst_buffer_unref (cam_stage_pull (stage));
}

/* Pulls until the first picture after a gap. */
static GstClockTime
pull_discont (CamStage *stage)
{
  GstClockTime pts = GST_CLOCK_TIME_NONE;

  while (!GST_CLOCK_TIME_IS_VALID (pts)) {
    g_autoptr (GstBuffer) buffer = cam_stage_pull (stage);

    if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
      pts = GST_BUFFER_PTS (buffer);
  }
  return pts;
}

static void
test_pictures (void)
{
  CamStage *stage = cam_stage_new (NULL);
  g_autofree gchar *device = NULL, *mode = NULL, *after = NULL;

  cam_stage_play (stage);
  skip_pictures (stage, 3);
  g_object_get (stage->camera, "current-device", &device, "current-mode", &mode, NULL);
  g_assert_cmpstr (device, ==, "/dev/video0");
  g_assert_cmpstr (mode, ==, "YUYV 640x480 30/1");
  g_assert_cmpuint (cam_stage_stat (stage, "frames"), >=, 3);
  g_assert_cmpuint (cam_stage_stat (stage, "corrupt"), ==, 0);
  cam_stage_stop (stage);
  g_object_get (stage->camera, "current-device", &after, NULL);
  g_assert_null (after);
  g_assert_cmpuint (cam_stage_stat (stage, "frames"), >=, 3);
  cam_stage_free (stage);
}

static void
test_replug (void)
{
  CamStage *stage = cam_stage_new (NULL);
  GstClockTime before, after;
  g_autoptr (GstStructure) gone = NULL;
  g_autoptr (GstStructure) back = NULL;

  cam_stage_play (stage);
  before = pull_discont (stage);
  skip_pictures (stage, 2);
  cam_stage_unplug (stage, 0);
  gone = cam_stage_wait (stage, "unplugged");
  g_assert_cmpstr (gst_structure_get_string (gone, "device"), ==, "/dev/video0");
  g_assert_nonnull (gst_structure_get_string (gone, "error"));
  cam_stage_plug (stage, 0, "/dev/video5");
  back = cam_stage_wait (stage, "replugged");
  g_assert_cmpstr (gst_structure_get_string (back, "device"), ==, "/dev/video5");
  after = pull_discont (stage);
  g_assert_cmpuint (after, >, before);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 2);
  g_assert_cmpuint (cam_stage_stat (stage, "losses"), ==, 1);
  g_assert_cmpuint (cam_stage_stat (stage, "returns"), ==, 1);
  cam_stage_free (stage);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/camsrc/pictures", test_pictures);
  g_test_add_func ("/camsrc/replug", test_replug);
  return element_test_run ();
}
