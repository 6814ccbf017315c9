/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cameras that offer memory of a device too, as v4l2src does from GStreamer 1.26 on (format=DMA_DRM): what needs pixels
 * agrees on system memory, or says that it cannot. */
#include "camfeed.h"
#include "dmasource.h"
#include "elementtest.h"

#include <string.h>

/* What reads, draws on or encodes the picture, also in the ways that the pipelines put it together. */
static const gchar *const readers[] = {
  "dermaclassify ! fakesink",
  "dermaclassify overlay=true ! fakesink",
  "dermaclassify mode=async ! fakesink",
  "videoconvert ! dermaclassify ! fakesink",
  "queue ! dermaclassify ! dermaoverlay ! fakesink",
  "dermaoverlay ! fakesink",
  "dermaclassify ! tee name=t ! queue ! fakesink  t. ! queue ! dermaoverlay ! fakesink",
  "dermaclassify ! dermacaption ! fakesink",
  ("dermaclassify ! videoconvertscale add-borders=true ! video/x-raw,format=I420,width=160,height=120 ! dermaoverlay ! "
   "fakesink"),
};

typedef struct {
  GstElement *pipeline;
  GstElement *source;
} Run;

/* @source: (transfer floating): @counted or a bin around it */
static Run
run_new (GstElement *source, GstElement *counted, const gchar *line)
{
  Run run = { .pipeline = gst_pipeline_new (NULL), .source = counted };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *whole = g_strconcat ("identity name=entry ! ", line, NULL);
  GstElement *rest = gst_parse_bin_from_description (whole, FALSE, &error);
  g_autoptr (GstElement) entry = NULL;
  g_autoptr (GstPad) pad = NULL;

  g_assert_no_error (error);
  entry = gst_bin_get_by_name (GST_BIN (rest), "entry");
  pad = gst_element_get_static_pad (entry, "sink");
  gst_element_add_pad (rest, gst_ghost_pad_new ("sink", pad));
  gst_bin_add_many (GST_BIN (run.pipeline), source, rest, NULL);
  g_assert_true (gst_element_link (source, rest));
  return run;
}

/* (transfer full): what ends it */
static GstMessage *
run_play (Run *run)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (run->pipeline);

  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  return gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
}

static void
run_clear (Run *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_clear_object (&run->pipeline);
}

static void
check_plays (Run run, guint n_device_frames)
{
  g_autoptr (GstMessage) message = run_play (&run);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (dma_source_count_device_frames (run.source), ==, n_device_frames);
  run_clear (&run);
}

static void
check_fails (Run run)
{
  g_autoptr (GstMessage) message = run_play (&run);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *detail = NULL;

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, &detail);
  g_assert_true (error->domain == GST_STREAM_ERROR || error->domain == GST_CORE_ERROR);
  g_assert_nonnull (strstr (detail, "not-negotiated"));
  g_assert_cmpuint (dma_source_count_device_frames (run.source), ==, 0);
  run_clear (&run);
}

static Run
run_readers (DmaSourceOffer offer, guint i)
{
  GstElement *source = dma_source_new (offer);

  return run_new (source, source, readers[i]);
}

static void
test_readers (gconstpointer offer)
{
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    check_plays (run_readers ((DmaSourceOffer)GPOINTER_TO_UINT (offer), i), 0);
}

static void
test_readers_without_system_memory (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    check_fails (run_readers (DMA_SOURCE_DEVICE_ONLY, i));
}

/* Frames of a device are no video/x-raw in system memory, whatever the order of their fields. */
static void
test_caps_are_refused (void)
{
  static const gchar *const elements[] = { "dermaclassify", "dermaoverlay", "dermarecord" };
  static const gchar *const refused[] = {
    "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12,width=64,height=48,framerate=25/1",
    "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12:0x0100000000000002,width=64,height=48,framerate=25/1",
    "video/x-raw,format=DMA_DRM,drm-format=NV12,width=64,height=48,framerate=25/1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    g_autoptr (GstElement) element = gst_object_ref_sink (gst_element_factory_make (elements[i], NULL));
    g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

    for (guint j = 0; j < G_N_ELEMENTS (refused); j++) {
      g_autoptr (GstCaps) caps = gst_caps_from_string (refused[j]);

      if (i < 2 || j < 2)
        g_assert_false (gst_pad_query_accept_caps (pad, caps));
    }
  }
}

/* Captions need no pixels: they take what comes. */
static void
test_caption_takes_any (void)
{
  GstElement *source = dma_source_new (DMA_SOURCE_DEVICE_ONLY);

  check_plays (run_new (source, source, "dermacaption ! fakesink"), 5);
}

static Run
run_record (DmaSourceOffer offer, const gchar *name)
{
  GstElement *source = dma_source_new (offer);
  g_autofree gchar *path = element_test_path (name);
  Run run = run_new (source, source, "dermaclassify ! dermarecord name=record encoder=mjpeg");
  g_autoptr (GstElement) record = gst_bin_get_by_name (GST_BIN (run.pipeline), "record");

  g_object_set (record, "location", path, NULL);
  return run;
}

static void
test_record (void)
{
  check_plays (run_record (DMA_SOURCE_DEVICE_FIRST, "device.mkv"), 0);
  check_plays (run_record (DMA_SOURCE_SYSTEM_FIRST, "system.mkv"), 0);
  check_fails (run_record (DMA_SOURCE_DEVICE_ONLY, "only.mkv"));
}

typedef struct {
  DermaCamHost host;
  DmaSourceOffer offer;
  GstElement *source;
} Camera;

static GstElement *
make_source (DermaCamHost *host, const gchar *device)
{
  Camera *camera = (Camera *)host;

  camera->source = dma_source_new (camera->offer);
  return camera->source;
}

/* What dermacamsrc makes of the camera, before anything that would take all. */
static Run
run_camera (DmaSourceOffer offer, gint *corrupt)
{
  Camera camera = { .host = { .make_source = make_source }, .offer = offer };
  const DermaCamMode mode = { "NV12", "NV12", 64, 48, 25, 1 };
  g_autoptr (GError) error = NULL;
  GstElement *feed = derma_cam_feed_new (&camera.host, "/dev/video0", &mode, corrupt, &error);

  g_assert_no_error (error);
  return run_new (feed, camera.source, "fakesink");
}

static void
test_camera (void)
{
  gint corrupt = 0;

  check_plays (run_camera (DMA_SOURCE_DEVICE_FIRST, &corrupt), 0);
  check_plays (run_camera (DMA_SOURCE_SYSTEM_FIRST, &corrupt), 0);
  check_fails (run_camera (DMA_SOURCE_DEVICE_ONLY, &corrupt));
  g_assert_cmpint (corrupt, ==, 0);
}

/* The test can fail: what takes all gets the memory of the device. */
static void
test_source_prefers_device (void)
{
  GstElement *source = dma_source_new (DMA_SOURCE_DEVICE_FIRST);

  check_plays (run_new (source, source, "fakesink"), 5);
}

int
main (int argc, char *argv[])
{
  element_test_init (&argc, &argv);
  g_test_add_data_func ("/dma/device-first", GUINT_TO_POINTER (DMA_SOURCE_DEVICE_FIRST), test_readers);
  g_test_add_data_func ("/dma/system-first", GUINT_TO_POINTER (DMA_SOURCE_SYSTEM_FIRST), test_readers);
  g_test_add_func ("/dma/device-only", test_readers_without_system_memory);
  g_test_add_func ("/dma/caps-are-refused", test_caps_are_refused);
  g_test_add_func ("/dma/caption-takes-any", test_caption_takes_any);
  g_test_add_func ("/dma/record", test_record);
  g_test_add_func ("/dma/camera", test_camera);
  g_test_add_func ("/dma/source-prefers-device", test_source_prefers_device);
  return element_test_run ();
}
