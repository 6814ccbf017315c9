/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which way of giving pictures is chosen out of those that a camera has. */
#include "cammode.h"

#include "leaks.h"

#include <stdio.h>
#include <string.h>

static void
free_mode (gpointer data)
{
  g_free (((DermaCameraMode *)data)->rates);
  g_free (data);
}

/* "MJPG 1280x720 30 15": a format, a size and rates */
static DermaCameraMode *
add (GPtrArray *modes, const gchar *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  DermaCameraMode *mode = g_new0 (DermaCameraMode, 1);

  g_strlcpy (mode->format, words[0], sizeof mode->format);
  if (words[1])
    g_assert_cmpint (sscanf (words[1], "%ux%u", &mode->max_width, &mode->max_height), ==, 2);
  mode->min_width = mode->max_width;
  mode->min_height = mode->max_height;
  mode->n_rates = words[1] ? g_strv_length (words) - 2 : 0;
  mode->rates = g_new0 (DermaCameraRate, mode->n_rates + 1);
  for (guint i = 0; i < mode->n_rates; i++)
    mode->rates[i] = (DermaCameraRate){ (guint32)g_ascii_strtoull (words[2 + i], NULL, 10), 1 };
  g_ptr_array_add (modes, mode);
  return mode;
}

static GPtrArray *
make_modes (const gchar *const *lines)
{
  GPtrArray *modes = g_ptr_array_new_with_free_func (free_mode);

  for (guint i = 0; lines[i]; i++)
    add (modes, lines[i]);
  return modes;
}

static void
assert_chosen (const GPtrArray *modes, DermaCamWish wish, const gchar *expected)
{
  DermaCamMode mode;
  g_autofree gchar *text = NULL;

  if (derma_cam_mode_choose (modes, &wish, &mode))
    text = derma_cam_mode_to_string (&mode);
  g_assert_cmpstr (text, ==, expected);
}

static const gchar *const WEBCAM[] = {
  "YUYV 640x480 30 15",  "YUYV 1280x720 10 5",   "YUYV 1920x1080 5",    "MJPG 640x480 60 30",
  "MJPG 1280x720 60 30", "MJPG 1920x1080 30 15", "MJPG 3840x2160 30 1", NULL,
};

static void
test_auto (void)
{
  g_autoptr (GPtrArray) modes = make_modes (WEBCAM);

  assert_chosen (modes, (DermaCamWish){ .rate_d = 1 }, "MJPG 1920x1080 30/1");
  assert_chosen (modes, (DermaCamWish){ 640, 480, 0, 1, DERMA_CAM_FORMAT_AUTO }, "YUYV 640x480 30/1");
  assert_chosen (modes, (DermaCamWish){ 1280, 720, 0, 1, DERMA_CAM_FORMAT_AUTO }, "MJPG 1280x720 30/1");
  assert_chosen (modes, (DermaCamWish){ 0, 0, 60, 1, DERMA_CAM_FORMAT_AUTO }, "MJPG 1280x720 60/1");
  assert_chosen (modes, (DermaCamWish){ 1280, 720, 10, 1, DERMA_CAM_FORMAT_AUTO }, "YUYV 1280x720 10/1");
}

static void
test_format (void)
{
  g_autoptr (GPtrArray) modes = make_modes (WEBCAM);

  assert_chosen (modes, (DermaCamWish){ 640, 480, 0, 1, DERMA_CAM_FORMAT_MJPEG }, "MJPG 640x480 30/1");
  assert_chosen (modes, (DermaCamWish){ 0, 0, 0, 1, DERMA_CAM_FORMAT_RAW }, "YUYV 640x480 30/1");
  assert_chosen (modes, (DermaCamWish){ 1920, 1080, 0, 1, DERMA_CAM_FORMAT_RAW }, "YUYV 1920x1080 5/1");
}

static void
test_nearest (void)
{
  g_autoptr (GPtrArray) modes = make_modes (WEBCAM);

  assert_chosen (modes, (DermaCamWish){ 1300, 700, 0, 1, DERMA_CAM_FORMAT_AUTO }, "MJPG 1280x720 30/1");
  assert_chosen (modes, (DermaCamWish){ 1, 0, 0, 1, DERMA_CAM_FORMAT_AUTO }, "YUYV 640x480 30/1");
  assert_chosen (modes, (DermaCamWish){ 0, 32767, 0, 1, DERMA_CAM_FORMAT_AUTO }, "MJPG 3840x2160 30/1");
  assert_chosen (modes, (DermaCamWish){ 0, 0, 1000, 1, DERMA_CAM_FORMAT_MJPEG }, "MJPG 1920x1080 30/1");
}

/* Colour counts for more than what JPEG loses. */
static void
test_grey (void)
{
  g_autoptr (GPtrArray) modes = make_modes ((const gchar *const[]){ "GREY 640x480 30", "MJPG 640x480 30", NULL });

  assert_chosen (modes, (DermaCamWish){ .rate_d = 1 }, "MJPG 640x480 30/1");
  assert_chosen (modes, (DermaCamWish){ 0, 0, 0, 1, DERMA_CAM_FORMAT_RAW }, "GREY 640x480 30/1");
}

static void
test_ranges (void)
{
  g_autoptr (GPtrArray) modes = make_modes ((const gchar *const[]){ "YUYV 1280x720 1 60", NULL });
  DermaCameraMode *mode = g_ptr_array_index (modes, 0);

  mode->min_width = 160;
  mode->min_height = 120;
  mode->step_width = 16;
  mode->step_height = 8;
  mode->rates_range = TRUE;
  assert_chosen (modes, (DermaCamWish){ .rate_d = 1 }, "YUYV 1280x720 30/1");
  assert_chosen (modes, (DermaCamWish){ 650, 485, 25, 2, DERMA_CAM_FORMAT_AUTO }, "YUYV 640x480 25/2");
  assert_chosen (modes, (DermaCamWish){ 10, 10, 90, 1, DERMA_CAM_FORMAT_AUTO }, "YUYV 160x120 60/1");
}

static void
test_unknown (void)
{
  g_autoptr (GPtrArray) none = make_modes ((const gchar *const[]){ NULL });
  g_autoptr (GPtrArray) coded = make_modes ((const gchar *const[]){ "H264 1920x1080 30", "BA81 640x480 30", NULL });
  g_autoptr (GPtrArray) raw = make_modes ((const gchar *const[]){ "YUYV 640x480 30", NULL });

  assert_chosen (none, (DermaCamWish){ .rate_d = 1 }, NULL);
  assert_chosen (coded, (DermaCamWish){ .rate_d = 1 }, NULL);
  assert_chosen (raw, (DermaCamWish){ 0, 0, 0, 1, DERMA_CAM_FORMAT_MJPEG }, NULL);
}

/* Drivers that do not say. */
static void
test_silent (void)
{
  g_autoptr (GPtrArray) modes = make_modes ((const gchar *const[]){ "MJPG", NULL });
  g_autoptr (GPtrArray) no_rates = make_modes ((const gchar *const[]){ "MJPG 640x480", "YUYV 640x480 5", NULL });
  DermaCamWish wish = { .rate_d = 1 };
  DermaCamMode mode;
  g_autoptr (GstCaps) caps = NULL;
  g_autofree gchar *text = NULL;

  assert_chosen (modes, wish, "MJPG 0x0 0/1");
  assert_chosen (no_rates, wish, "MJPG 640x480 0/1");
  g_assert_true (derma_cam_mode_choose (modes, &wish, &mode));
  caps = derma_cam_mode_to_caps (&mode);
  text = gst_caps_to_string (caps);
  g_assert_cmpstr (text, ==, "image/jpeg");
}

/* Numbers that a broken driver may give. */
static void
test_nonsense (void)
{
  g_autoptr (GPtrArray) modes = make_modes (
      (const gchar *const[]){ "YUYV 4294967295x4294967295 30", "YUYV 0x480 30", "YUYV 640x480 0 4294967295", NULL });
  DermaCameraMode *mode = g_ptr_array_index (modes, 2);
  DermaCamWish wish = { 0, 0, G_MAXINT, 1, DERMA_CAM_FORMAT_AUTO };
  DermaCamMode chosen;

  g_assert_true (derma_cam_mode_choose (modes, &wish, &chosen));
  g_assert_cmpint (chosen.width, ==, 640);
  g_assert_cmpint (chosen.rate_n, >=, 0);
  mode->rates[0].denominator = mode->rates[1].denominator = 0;
  g_assert_true (derma_cam_mode_choose (modes, &wish, &chosen));
  g_assert_cmpint (chosen.rate_d, >, 0);
  mode->min_width = 700;
  mode->step_width = G_MAXUINT32;
  g_assert_true (derma_cam_mode_choose (modes, &wish, &chosen));
}

static void
assert_caps (const gchar *line, const gchar *expected)
{
  g_autoptr (GPtrArray) modes = make_modes ((const gchar *const[]){ line, NULL });
  DermaCamWish wish = { .rate_d = 1 };
  DermaCamMode mode;
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstCaps) wanted = gst_caps_from_string (expected);

  g_assert_true (derma_cam_mode_choose (modes, &wish, &mode));
  caps = derma_cam_mode_to_caps (&mode);
  g_assert_true (gst_caps_is_equal (caps, wanted));
}

static void
test_caps (void)
{
  assert_caps ("YUYV 640x480 30", "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1");
  assert_caps ("MJPG 640x480 25", "image/jpeg,width=640,height=480,framerate=25/1");
  assert_caps ("YU12 320x240", "video/x-raw,format=I420,width=320,height=240");
  assert_caps ("XR24 320x240 60", "video/x-raw,format=BGRx,width=320,height=240,framerate=60/1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  leaks_init ();
  gst_init (&argc, &argv);
  g_test_add_func ("/cammode/auto", test_auto);
  g_test_add_func ("/cammode/format", test_format);
  g_test_add_func ("/cammode/nearest", test_nearest);
  g_test_add_func ("/cammode/grey", test_grey);
  g_test_add_func ("/cammode/ranges", test_ranges);
  g_test_add_func ("/cammode/unknown", test_unknown);
  g_test_add_func ("/cammode/silent", test_silent);
  g_test_add_func ("/cammode/nonsense", test_nonsense);
  g_test_add_func ("/cammode/caps", test_caps);
  return leaks_check (g_test_run ());
}
