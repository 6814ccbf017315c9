/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements that are sent from state to state, in any order and at any moment. */
#include "camstage.h"
#include "stress.h"

#include <glib/gstdio.h>

#define N_CYCLES 200
#define PATIENCE (60 * GST_SECOND)

#define SOURCE "videotestsrc pattern=snow ! video/x-raw,format=I420,width=32,height=24,framerate=1000/1 ! "

/* Without preroll: where states chase each other a GstBin now and then waits for one for ever, whatever is in it. */
#define SINK "fakesink async=false"

static void
settle (GstElement *pipeline)
{
  const GstStateChangeReturn result = gst_element_get_state (pipeline, NULL, NULL, PATIENCE);

  g_assert_true (result == GST_STATE_CHANGE_SUCCESS || result == GST_STATE_CHANGE_NO_PREROLL);
}

/* To @n states, which come at any moment of the change before. */
static void
walk (GstElement *pipeline, guint n)
{
  for (guint i = 0; i < n; i++) {
    const GstState state = (GstState)stress_int (GST_STATE_NULL, GST_STATE_PLAYING);

    g_assert_cmpint (gst_element_set_state (pipeline, state), !=, GST_STATE_CHANGE_FAILURE);
    if (stress_chance (3))
      g_usleep ((gulong)stress_int (0, 3000));
    else if (stress_chance (3))
      settle (pipeline);
  }
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  settle (pipeline);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpuint (stress_messages (pipeline, GST_MESSAGE_ERROR), ==, 0);
}

static GstElement *
make (const gchar *line)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  g_assert_no_error (error);
  return gst_object_ref_sink (pipeline);
}

static void
test_walk (gconstpointer data)
{
  g_autofree gchar *line = g_strdup_printf (SOURCE "%s ! " SINK, (const gchar *)data);
  g_autoptr (GstElement) pipeline = make (line);

  walk (pipeline, N_CYCLES);
}

static void
test_walk_replay (void)
{
  g_autofree gchar *sidecar = stress_sidecar (10);
  g_autofree gchar *line = g_strdup_printf ("dermareplay sidecar=%s", sidecar);

  test_walk (line);
}

static void
remove_folder (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (folder);
}

/* Each start is another file. */
static void
test_walk_record (gconstpointer data)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-states-XXXXXX", NULL);
  g_autofree gchar *line =
      g_strdup_printf (SOURCE "dermarecord encoder=mjpeg location=%s/a.mkv %s", folder, (const gchar *)data);
  GstElement *pipeline = make (line);

  walk (pipeline, N_CYCLES);
  gst_object_unref (pipeline);
  remove_folder (folder);
}

/* What keeps an element from starting does so each time, is told once each time, and can be mended. */
static void
assert_fails (GstElement *pipeline, guint n, GQuark domain, gint code)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  for (guint i = 0; i < n; i++) {
    const GstState state = stress_chance (2) ? GST_STATE_PAUSED : GST_STATE_PLAYING;
    GstStateChangeReturn result = gst_element_set_state (pipeline, state);
    g_autoptr (GstMessage) message = NULL;
    g_autoptr (GError) error = NULL;

    if (result == GST_STATE_CHANGE_ASYNC)
      result = gst_element_get_state (pipeline, NULL, NULL, PATIENCE);
    g_assert_cmpint (result, ==, GST_STATE_CHANGE_FAILURE);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    g_assert_nonnull (message);
    gst_message_parse_error (message, &error, NULL);
    g_assert_error (error, domain, code);
    gst_element_set_state (pipeline, stress_chance (2) ? GST_STATE_NULL : GST_STATE_READY);
    g_assert_cmpuint (stress_messages (pipeline, GST_MESSAGE_ERROR), ==, 0);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
mend_and_walk (GstElement *pipeline, const gchar *property, const gchar *value)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), "it");

  g_object_set (element, property, value, NULL);
  walk (pipeline, 20);
}

static void
test_no_model (gconstpointer data)
{
  g_autofree gchar *line =
      g_strdup_printf (SOURCE "dermaclassify name=it model=/nonexistent.onnx mode=%s ! " SINK, (const gchar *)data);
  g_autoptr (GstElement) pipeline = make (line);

  assert_fails (pipeline, N_CYCLES, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  mend_and_walk (pipeline, "model", NULL);
}

static void
test_broken_model (void)
{
  g_autofree gchar *path = element_test_path ("broken.onnx");
  g_autofree gchar *line = g_strdup_printf (SOURCE "dermaclassify name=it model=%s ! " SINK, path);
  g_autoptr (GstElement) pipeline = make (line);

  g_assert_true (g_file_set_contents (path, "this is no model", -1, NULL));
  assert_fails (pipeline, N_CYCLES, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  mend_and_walk (pipeline, "model", NULL);
}

static void
test_no_sidecar (void)
{
  g_autofree gchar *sidecar = stress_sidecar (10);
  g_autoptr (GstElement) pipeline = make (SOURCE "dermareplay name=it sidecar=/nonexistent.jsonl ! " SINK);

  assert_fails (pipeline, N_CYCLES, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  mend_and_walk (pipeline, "sidecar", sidecar);
}

static void
test_no_location (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-states-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "a.mkv", NULL);
  GstElement *pipeline = make (SOURCE "dermarecord name=it encoder=mjpeg");

  assert_fails (pipeline, N_CYCLES, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  mend_and_walk (pipeline, "location", path);
  gst_object_unref (pipeline);
  remove_folder (folder);
}

static void
test_no_camera (void)
{
  g_autoptr (GstElement) pipeline = make ("dermacamsrc name=it device=/dev/nonexistent reconnect=false ! " SINK);

  assert_fails (pipeline, N_CYCLES, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
}

static void
test_camera (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);

  g_object_set (stage->run->sink, "async", FALSE, NULL); /* see SINK */
  walk (stage->run->pipeline, N_CYCLES);
  cam_stage_free (stage);
}

/* Who brings a feed to the state of its bin: held when that is known and not yet done. */
static struct {
  GstStateChangeReturn (*set_state) (GstElement *element, GstState state);
  GThread *tester; /* is not held */
  gint wanted;     /* atomic */
  gint held;       /* atomic */
  gint done;       /* atomic: what was held */
} brake;

static GstStateChangeReturn
set_state_late (GstElement *element, GstState state)
{
  GstStateChangeReturn result;

  if (g_thread_self () == brake.tester || !g_atomic_int_get (&brake.wanted))
    return brake.set_state (element, state);
  g_atomic_int_set (&brake.held, 1);
  while (g_atomic_int_get (&brake.wanted))
    g_usleep (1000);
  result = brake.set_state (element, state);
  g_atomic_int_set (&brake.done, 1);
  return result;
}

static void
await (gint *flag)
{
  while (!g_atomic_int_get (flag))
    g_usleep (1000);
}

/* A camera comes back just when the state changes: it is in the new one in the end. */
static void
test_back_amid_change (void)
{
  GstElementClass *bins = g_type_class_ref (GST_TYPE_BIN);
  CamStage *stage = cam_stage_new (NULL, FALSE);

  brake.set_state = bins->set_state;
  brake.tester = g_thread_self ();
  bins->set_state = set_state_late;
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  cam_stage_unplug (stage, 0);
  cam_run_await (stage->run, "unplugged");
  g_assert_cmpint (gst_element_set_state (stage->run->pipeline, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_NO_PREROLL);
  g_atomic_int_set (&brake.wanted, 1);
  cam_stage_plug (stage, 0, "/dev/video0");
  await (&brake.held);
  cam_run_play (stage->run);
  g_atomic_int_set (&brake.wanted, 0);
  await (&brake.done);
  cam_run_drain (stage->run);
  cam_run_skip (stage->run, 3);
  cam_run_stop (stage->run);
  bins->set_state = brake.set_state;
  g_type_class_unref (bins);
  cam_stage_free (stage);
}

static GstPadProbeReturn
hold (GstPad *pad, GstPadProbeInfo *info, gpointer held)
{
  g_atomic_int_set ((gint *)held, 1);
  return GST_PAD_PROBE_OK;
}

static void
await_no_device (CamStage *stage)
{
  gchar *device = NULL;

  do {
    g_clear_pointer (&device, g_free);
    g_usleep (1000);
    g_object_get (stage->run->camera, "current-device", &device, NULL);
  } while (device);
}

/* A camera is lost whose last picture is held behind it: nobody who changes the state meanwhile waits for that. */
static void
test_lost_amid_change (void)
{
  CamStage *stage = cam_stage_new (NULL, FALSE);
  GstPad *pad = gst_element_get_static_pad (stage->run->sink, "sink");
  gint held = 0;
  gulong probe;

  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, hold, &held, NULL);
  await (&held);
  cam_stage_unplug (stage, 0);
  await_no_device (stage);
  g_assert_cmpint (gst_element_set_state (stage->run->pipeline, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  gst_pad_remove_probe (pad, probe);
  cam_run_play (stage->run);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_run_await (stage->run, "replugged");
  gst_object_unref (pad);
  cam_stage_free (stage);
}

static struct {
  GstStateChangeReturn (*change_state) (GstElement *element, GstStateChange change);
  void (*handle_message) (GstBin *bin, GstMessage *message);
  CamStage *stage;
  GThread *unplugged; /* once the camera was, in the middle of a change of the state of its feed */
  gint held;          /* atomic: the feed has heard of it, the camera not... */
  gint wanted;        /* atomic: ...until some time after this */
} failure;

static void
hear_late (GstBin *bin, GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_atomic_int_set (&failure.held, 1);
    await (&failure.wanted);
    g_usleep (50000);
  }
  failure.handle_message (bin, message);
}

static gpointer
unplug (gpointer stage)
{
  cam_stage_unplug (stage, 0);
  return NULL;
}

static GstStateChangeReturn
fail_amid_change (GstElement *element, GstStateChange change)
{
  const gboolean again = change == GST_STATE_CHANGE_PLAYING_TO_PLAYING && element != failure.stage->run->camera;
  GstStateChangeReturn result;

  if (again) {
    failure.unplugged = g_thread_new ("unplug", unplug, failure.stage);
    await (&failure.held);
  }
  result = failure.change_state (element, change);
  if (again)
    g_atomic_int_set (&failure.wanted, 1);
  return result;
}

/* The state is set once more, as by a pipeline that starts, while a source fails, and nobody has heard of that yet. */
static void
test_failed_amid_change (void)
{
  CamStage *stage = failure.stage = cam_stage_new (NULL, FALSE);
  GstElementClass *bins = g_type_class_ref (GST_TYPE_BIN);
  GstBinClass *cameras = GST_BIN_GET_CLASS (stage->run->camera);

  failure.change_state = bins->change_state;
  failure.handle_message = cameras->handle_message;
  cam_run_play (stage->run);
  cam_run_skip (stage->run, 2);
  gst_element_get_state (stage->run->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  bins->change_state = fail_amid_change;
  cameras->handle_message = hear_late;
  g_assert_cmpint (gst_element_set_state (stage->run->camera, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  g_thread_join (failure.unplugged);
  bins->change_state = failure.change_state;
  cameras->handle_message = failure.handle_message;
  g_type_class_unref (bins);
  cam_run_await (stage->run, "unplugged");
  cam_stage_plug (stage, 0, "/dev/video0");
  cam_run_await (stage->run, "replugged");
  cam_stage_free (stage);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/stress-states/sync", "dermaclassify", test_walk);
  g_test_add_data_func ("/stress-states/async", "dermaclassify mode=async overlay=true", test_walk);
  g_test_add_data_func ("/stress-states/overlay", "dermaclassify ! dermaoverlay", test_walk);
  g_test_add_data_func ("/stress-states/caption", "dermaclassify ! dermacaption", test_walk);
  g_test_add_data_func ("/stress-states/all", "dermaclassify mode=async ! dermaoverlay ! queue ! dermacaption",
                        test_walk);
  g_test_add_func ("/stress-states/replay", test_walk_replay);
  g_test_add_data_func ("/stress-states/record", "", test_walk_record);
  g_test_add_data_func ("/stress-states/record-pre-roll", "pre-roll=1 recording=false", test_walk_record);
  g_test_add_data_func ("/stress-states/no-model-sync", "sync", test_no_model);
  g_test_add_data_func ("/stress-states/no-model-async", "async", test_no_model);
  g_test_add_func ("/stress-states/broken-model", test_broken_model);
  g_test_add_func ("/stress-states/no-sidecar", test_no_sidecar);
  g_test_add_func ("/stress-states/no-location", test_no_location);
  g_test_add_func ("/stress-states/no-camera", test_no_camera);
  g_test_add_func ("/stress-states/camera", test_camera);
  g_test_add_func ("/stress-states/camera-back-amid-change", test_back_amid_change);
  g_test_add_func ("/stress-states/camera-lost-amid-change", test_lost_amid_change);
  g_test_add_func ("/stress-states/camera-failed-amid-change", test_failed_amid_change);
  return element_test_run ();
}
