/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dermacamsrc with cameras that are played: pictures, states, properties, and what is wrong from the start. */
#include "camstage.h"

#include <errno.h>
#include <string.h>

static void
test_pictures (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autofree gchar *device = NULL, *mode = NULL, *after = NULL;

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 3);
  g_object_get (stage->run->camera, "current-device", &device, "current-mode", &mode, NULL);
  g_assert_cmpstr (device, ==, "/dev/video0");
  g_assert_cmpstr (mode, ==, "YUYV 640x480 30/1");
  g_assert_cmpuint (cam_run_stat (stage->run, "frames"), >=, 3);
  g_assert_cmpuint (cam_run_stat (stage->run, "corrupt"), ==, 0);
  cam_run_stop (stage->run);
  g_object_get (stage->run->camera, "current-device", &after, NULL);
  g_assert_null (after);
  g_assert_cmpuint (cam_run_stat (stage->run, "frames"), >=, 3);
  cam_stage_free (stage);
}

static void
test_cycles (void)
{
  CamStage *stage = cam_stage_new ("dermaclassify", FALSE);

  for (guint i = 0; i < 4; i++) {
    cam_run_play (stage->run);
    cam_run_skip (stage->run, 2);
    cam_run_stop (stage->run);
    g_assert_cmpuint (cam_stage_count_sources (stage), ==, i + 1);
  }
  cam_stage_free (stage);
}

/* Also without a single picture, and from each state on the way. */
static void
test_states (void)
{
  static const GstState states[] = { GST_STATE_READY,   GST_STATE_PAUSED, GST_STATE_READY,
                                     GST_STATE_PAUSED,  GST_STATE_NULL,   GST_STATE_PAUSED,
                                     GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING };
  CamStage *stage = cam_stage_new (NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    const GstStateChangeReturn result = gst_element_set_state (stage->run->pipeline, states[i]);

    g_assert_cmpint (result, !=, GST_STATE_CHANGE_FAILURE);
    g_assert_true ((result == GST_STATE_CHANGE_NO_PREROLL) == (states[i] == GST_STATE_PAUSED));
  }
  cam_run_skip (stage->run, 2);
  cam_stage_free (stage);
}

static void
test_defaults (void)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("dermacamsrc", NULL));
  guint n, n_checked = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    g_auto (GValue) value = G_VALUE_INIT;

    if (specs[i]->owner_type != G_OBJECT_TYPE (element))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (G_OBJECT (element), specs[i]->name, &value);
    g_assert_true (!(specs[i]->flags & G_PARAM_WRITABLE) || g_param_value_defaults (specs[i], &value));
    g_assert_cmpstr (g_param_spec_get_blurb (specs[i]), !=, NULL);
    n_checked++;
  }
  g_assert_cmpuint (n_checked, ==, 15);
  g_assert_true (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE));
  gst_object_unref (element);
}

/* Stays what it was set to, and sets back. */
static void
test_values (void)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("dermacamsrc", NULL));
  g_autofree gchar *device = NULL, *profile = NULL, *button = NULL;
  gint width, height, n, d;
  guint settle, interval;
  gboolean lock, restore, reconnect;
  GValue rate = G_VALUE_INIT;

  g_object_set (element, "device", "/dev/video3", "width", 1280, "height", 720, "framerate", 25, 2, "lock", FALSE,
                "restore", FALSE, "profile", "a.conf", "settle-time", 7, "reconnect", FALSE, "reconnect-interval", 11,
                "still-button", "", NULL);
  g_value_init (&rate, GST_TYPE_FRACTION);
  g_object_get_property (G_OBJECT (element), "framerate", &rate);
  n = gst_value_get_fraction_numerator (&rate);
  d = gst_value_get_fraction_denominator (&rate);
  g_object_get (element, "device", &device, "width", &width, "height", &height, "lock", &lock, "restore", &restore,
                "profile", &profile, "settle-time", &settle, "reconnect", &reconnect, "reconnect-interval", &interval,
                "still-button", &button, NULL);
  g_assert_cmpstr (device, ==, "/dev/video3");
  g_assert_true (width == 1280 && height == 720 && n == 25 && d == 2);
  g_assert_false (lock || restore || reconnect);
  g_assert_cmpstr (profile, ==, "a.conf");
  g_assert_true (settle == 7 && interval == 11);
  g_assert_cmpstr (button, ==, "");
  g_object_set (element, "device", NULL, "profile", NULL, "still-button", NULL, NULL);
  gst_object_unref (element);
}

/* Values out of range are refused by GObject; those in range that no camera has lead to the nearest that it has. */
static void
test_wishes (void)
{
  static const struct {
    const gchar *name, *value, *mode;
  } wishes[] = { { "width", "32767", "YUYV 1280x480 30/1" },
                 { "width", "1", "YUYV 160x480 30/1" },
                 { "height", "0", "YUYV 640x720 30/1" },
                 { "framerate", "1000/1", "YUYV 640x480 30/1" },
                 { "framerate", "1/100", "YUYV 640x480 30/1" } };

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++) {
    CamStage *stage = cam_stage_new (NULL, FALSE);
    g_autofree gchar *mode = NULL;

    gst_util_set_object_arg (G_OBJECT (stage->run->camera), wishes[i].name, wishes[i].value);
    cam_run_play (stage->run);
    cam_run_skip (stage->run, 1);
    g_object_get (stage->run->camera, "current-mode", &mode, NULL);
    g_assert_cmpstr (mode, ==, wishes[i].mode);
    cam_stage_free (stage);
  }
}

static void
assert_will_not_start_of (CamStage *stage, GQuark domain, gint code, const gchar *words)
{
  g_assert_cmpint (gst_element_set_state (stage->run->pipeline, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  cam_run_expect_error_of (stage->run, domain, code, words);
  /* With the cause out of the way it starts. */
  gst_element_set_state (stage->run->pipeline, GST_STATE_NULL);
}

static void
assert_will_not_start (CamStage *stage, gint code, const gchar *words)
{
  assert_will_not_start_of (stage, GST_RESOURCE_ERROR, code, words);
}

static void
assert_starts (CamStage *stage)
{
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

static void
test_no_camera (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_stage_plug (stage, 0, NULL);
  assert_will_not_start (stage, GST_RESOURCE_ERROR_NOT_FOUND, "no camera was found");
  cam_stage_plug (stage, 0, "/dev/video0");
  assert_starts (stage);
}

static void
test_missing_device (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  g_object_set (stage->run->camera, "device", "/dev/video9", NULL);
  assert_will_not_start (stage, GST_RESOURCE_ERROR_NOT_FOUND, "/dev/video9: no such device");
  g_object_set (stage->run->camera, "device", "", NULL);
  assert_will_not_start (stage, GST_RESOURCE_ERROR_NOT_FOUND, "no such device");
  g_object_set (stage->run->camera, "device", NULL, NULL);
  assert_starts (stage);
}

static void
assert_refuses (gint reason, gint code, const gchar *words)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  stage->cameras[0].open_error = reason;
  assert_will_not_start (stage, code, words);
  stage->cameras[0].open_error = 0;
  assert_starts (stage);
}

static void
test_refusals (void)
{
  assert_refuses (EBUSY, GST_RESOURCE_ERROR_BUSY, "/dev/video0: is in use by another program");
  assert_refuses (ENODEV, GST_RESOURCE_ERROR_NOT_FOUND, "/dev/video0: was unplugged");
  assert_refuses (ENOTTY, GST_RESOURCE_ERROR_SETTINGS, "/dev/video0: is not a video device");
  assert_refuses (EIO, GST_RESOURCE_ERROR_OPEN_READ, "/dev/video0: ");
}

static void
test_gone_amid_questions (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  stage->cameras[0].gone_after = 5;
  assert_will_not_start (stage, GST_RESOURCE_ERROR_NOT_FOUND, "/dev/video0: was unplugged");
  stage->cameras[0].gone_after = 0;
  assert_starts (stage);
}

static void
test_garbage (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  stage->cameras[0].faults = FAKE_GARBAGE;
  assert_will_not_start (stage, GST_RESOURCE_ERROR_SETTINGS, "/dev/video0: gives no pictures that can be used");
  stage->cameras[0].faults = 0;
  assert_starts (stage);
}

static void
test_no_format (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  stage->cameras[0].n_formats = 1;
  assert_will_not_start (stage, GST_RESOURCE_ERROR_SETTINGS,
                         "/dev/video0: gives no pictures that can be used uncompressed|it gives MJPG");
  stage->cameras[0].n_formats = 0;
  assert_will_not_start (stage, GST_RESOURCE_ERROR_SETTINGS, "it gives nothing");
  stage->cameras[0].n_formats = 2;
  assert_starts (stage);
}

static void
test_no_elements (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  stage->sourceless = TRUE;
  assert_will_not_start_of (stage, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "/dev/video0: |v4l2src");
  stage->sourceless = FALSE;
  assert_starts (stage);
}

/* The same of what is behind the source. */
static void
test_no_decoder (void)
{
  CamStage *stage = cam_stage_new (NULL, TRUE);
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  GstRegistry *registry = gst_registry_get ();
  g_autoptr (GstPluginFeature) decoder = gst_registry_lookup_feature (registry, "jpegdec");

  gst_registry_remove_feature (registry, decoder);
  assert_will_not_start_of (stage, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "/dev/video0: |jpegdec");
  gst_registry_add_feature (registry, decoder);
  cam_run_play (stage->run);
  cam_stage_push (stage, picture);
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

/* What an element inside says is told with the name of the camera. */
static void
test_broken_source (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  stage->broken = TRUE;
  assert_will_not_start (stage, GST_RESOURCE_ERROR_NOT_FOUND, "/dev/video0: ");
  stage->broken = FALSE;
  assert_starts (stage);
}

static void
assert_refused (CamStage *stage)
{
  cam_run_expect_error_of (stage->run, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
                           "/dev/video0: nothing takes its pictures");
  g_assert_cmpuint (cam_run_stat (stage->run, "losses"), ==, 0);
}

/* What is behind is taken away: the camera is not to blame, and trying again is of no use. */
static void
test_without_link (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  GstPad *pad = gst_element_get_static_pad (stage->run->camera, "src");
  GstPad *peer = gst_pad_get_peer (pad);

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  gst_pad_unlink (pad, peer);
  assert_refused (stage);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 1);
  gst_element_set_state (stage->run->pipeline, GST_STATE_NULL);
  gst_pad_link (pad, peer);
  gst_object_unref (peer);
  gst_object_unref (pad);
  assert_starts (stage);
}

static void
set_caps (CamStage *stage, const gchar *text)
{
  g_autoptr (GstElement) filter = gst_bin_get_by_name (GST_BIN (stage->run->pipeline), "filter");

  gst_util_set_object_arg (G_OBJECT (filter), "caps", text);
}

/* Caps that no camera has, from one picture to the next and from the start. */
static void
test_refused_caps (void)
{
  CamStage *stage = cam_stage_new ("capsfilter name=filter", FALSE);

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 1);
  set_caps (stage, "video/x-raw, width=7");
  assert_refused (stage);
  gst_element_set_state (stage->run->pipeline, GST_STATE_NULL);
  cam_run_play (stage->run);
  assert_refused (stage);
  g_assert_cmpuint (cam_stage_count_sources (stage), ==, 1 + 3);
  gst_element_set_state (stage->run->pipeline, GST_STATE_NULL);
  set_caps (stage, "video/x-raw");
  assert_starts (stage);
}

/* A camera that goes, or comes and is not ready yet, is waited for whatever its source makes of that. */
static void
test_refused_and_unplugged (void)
{
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  CamStage *stage = cam_stage_new (NULL, TRUE);

  cam_run_play (stage->run);
  cam_stage_push (stage, picture);
  cam_run_skip (stage->run, 1);
  cam_stage_take (stage, 0);
  cam_stage_refuse (stage, GST_FLOW_NOT_NEGOTIATED);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  for (guint i = 2; i < 4; i++) {
    cam_stage_await_source (stage, i);
    cam_stage_refuse (stage, GST_FLOW_NOT_NEGOTIATED);
  }
  cam_stage_await_source (stage, 4);
  cam_stage_push (stage, picture);
  cam_run_await (stage->run, "replugged");
  cam_run_skip (stage->run, 1);
  /* An error of the source's own says more than what it met with. */
  cam_stage_break (stage, GST_RESOURCE_ERROR_READ, "Pipe burst.");
  cam_stage_refuse (stage, GST_FLOW_NOT_LINKED);
  cam_run_await (stage->run, "interrupted");
  cam_stage_free (stage);
}

/* Lets the source fail just when it goes to PLAYING, while all that it is in does. */
static GstBusSyncReply
fail_amid (GstBus *bus, GstMessage *message, gpointer source)
{
  GstState state;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_STATE_CHANGED || GST_MESSAGE_SRC (message) != source)
    return GST_BUS_PASS;
  gst_message_parse_state_changed (message, NULL, &state, NULL);
  if (state == GST_STATE_PLAYING)
    gst_element_message_full (source, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
                              g_strdup ("Pipe burst."), NULL, __FILE__, G_STRFUNC, __LINE__);
  return GST_BUS_PASS;
}

/* A pipeline that starts goes through its elements once more when its sinks are ready; the camera is lost just then. */
static void
test_state_amid_trouble (void)
{
  g_autoptr (GBytes) picture = cam_stage_make_jpeg (640, 480);
  CamStage *stage = cam_stage_new (NULL, TRUE);

  cam_run_play (stage->run);
  cam_stage_push (stage, picture);
  cam_run_skip (stage->run, 1);
  gst_element_get_state (stage->run->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  gst_element_set_state (stage->source, GST_STATE_PAUSED);
  gst_bus_set_sync_handler (stage->run->bus, fail_amid, stage->source, NULL);
  /* Nobody can look for a camera as long as this is held. */
  g_mutex_lock (&stage->mutex);
  g_assert_cmpint (gst_element_set_state (stage->run->pipeline, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_SUCCESS);
  gst_bus_set_sync_handler (stage->run->bus, NULL, NULL, NULL);
  g_mutex_unlock (&stage->mutex);
  cam_run_await (stage->run, "interrupted");
  cam_stage_await_source (stage, 2);
  cam_stage_push (stage, picture);
  cam_run_await (stage->run, "resumed");
  cam_run_skip (stage->run, 1);
  cam_stage_free (stage);
}

/* The line of the documentation, with a camera that is played. */
static void
test_documentation (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  g_autofree gchar *path = g_build_filename (g_getenv ("SOURCE_ROOT"), "gst", "dermacamsrc.c", NULL);
  g_autofree gchar *text = NULL;
  gchar *line;
  g_autoptr (GError) error = NULL;
  GstElement *pipeline, *camera;
  GstBus *bus;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, "gst-launch-1.0 -m dermacamsrc");
  g_assert_nonnull (line);
  line += strlen ("gst-launch-1.0 -m ");
  *strchr (line, '\n') = '\0';
  pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_assert_no_error (error);
  camera = gst_bin_get_by_name (GST_BIN (pipeline), "dermacamsrc0");
  if (!camera)
    camera = gst_bin_get_by_interface (GST_BIN (pipeline), GST_TYPE_CHILD_PROXY);
  g_object_set_data (G_OBJECT (camera), DERMA_CAM_HOST_KEY, &stage->host);
  g_object_set (camera, "format", 2, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint n = 0; n < 3;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_ELEMENT);

    g_assert_nonnull (message);
    n += gst_message_has_name (message, "dermaclassify");
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (camera);
  gst_object_unref (pipeline);
  cam_stage_free (stage);
}

static void
assert_ends (CamStage *stage)
{
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (stage->run->bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

static void
test_end (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  gst_element_send_event (stage->run->pipeline, gst_event_new_eos ());
  assert_ends (stage);
  g_assert_cmpuint (cam_run_stat (stage->run, "losses"), ==, 0);
  cam_stage_free (stage);
}

static DermaCamera *(*really_open) (DermaCamHost *host, const gchar *device, GError **error);
static gint held;   /* atomic: whether opening a camera takes its time */
static gint inside; /* atomic: whether it does just now */

static DermaCamera *
open_slowly (DermaCamHost *host, const gchar *device, GError **error)
{
  g_atomic_int_set (&inside, 1);
  while (g_atomic_int_get (&held))
    g_usleep (1000);
  return really_open (host, device, error);
}

/* A feed has ended by itself, and nobody has taken it out yet: it would not pass on the end that is asked for. */
static void
test_end_while_it_ends (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  really_open = stage->host.open;
  stage->host.open = open_slowly;
  g_object_set (stage->run->camera, "lock", FALSE, NULL);
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  cam_stage_take (stage, 0);
  g_atomic_int_set (&held, 1);
  g_atomic_int_set (&inside, 0);
  cam_stage_dry (stage);
  while (!g_atomic_int_get (&inside))
    g_usleep (1000);
  g_assert_true (gst_element_send_event (stage->run->pipeline, gst_event_new_eos ()));
  g_atomic_int_set (&held, 0);
  assert_ends (stage);
  cam_stage_free (stage);
}

static void
assert_live (CamStage *stage)
{
  GstPad *pad = gst_element_get_static_pad (stage->run->camera, "src");
  GstQuery *query = gst_query_new_latency ();
  gboolean live;

  g_assert_true (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, NULL, NULL);
  g_assert_true (live);
  gst_query_unref (query);
  gst_object_unref (pad);
}

static void
test_latency (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  assert_live (stage);
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  assert_live (stage);
  cam_stage_free (stage);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/camsrc/pictures", test_pictures);
  g_test_add_func ("/camsrc/cycles", test_cycles);
  g_test_add_func ("/camsrc/states", test_states);
  g_test_add_func ("/camsrc/defaults", test_defaults);
  g_test_add_func ("/camsrc/values", test_values);
  g_test_add_func ("/camsrc/wishes", test_wishes);
  g_test_add_func ("/camsrc/no-camera", test_no_camera);
  g_test_add_func ("/camsrc/missing-device", test_missing_device);
  g_test_add_func ("/camsrc/refusals", test_refusals);
  g_test_add_func ("/camsrc/gone-amid-questions", test_gone_amid_questions);
  g_test_add_func ("/camsrc/garbage", test_garbage);
  g_test_add_func ("/camsrc/no-format", test_no_format);
  g_test_add_func ("/camsrc/no-elements", test_no_elements);
  g_test_add_func ("/camsrc/no-decoder", test_no_decoder);
  g_test_add_func ("/camsrc/broken-source", test_broken_source);
  g_test_add_func ("/camsrc/without-link", test_without_link);
  g_test_add_func ("/camsrc/refused-caps", test_refused_caps);
  g_test_add_func ("/camsrc/refused-and-unplugged", test_refused_and_unplugged);
  g_test_add_func ("/camsrc/state-amid-trouble", test_state_amid_trouble);
  g_test_add_func ("/camsrc/documentation", test_documentation);
  g_test_add_func ("/camsrc/end", test_end);
  g_test_add_func ("/camsrc/end-while-it-ends", test_end_while_it_ends);
  g_test_add_func ("/camsrc/latency", test_latency);
  return element_test_run ();
}
