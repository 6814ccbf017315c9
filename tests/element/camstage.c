/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camstage.h"

#include <errno.h>
#include <gst/app/gstappsrc.h>
#include <string.h>

static gint
find_node (CamStage *stage, const gchar *device)
{
  for (gint i = 0; i < STAGE_CAMERAS; i++)
    if (g_strcmp0 (stage->nodes[i], device) == 0)
      return i;
  return -1;
}

static gchar **
list_nodes (DermaCamHost *host)
{
  CamStage *stage = (CamStage *)host;
  g_autoptr (GStrvBuilder) nodes = g_strv_builder_new ();

  g_mutex_lock (&stage->mutex);
  for (guint i = 0; i < STAGE_CAMERAS; i++)
    if (stage->nodes[i])
      g_strv_builder_add (nodes, stage->nodes[i]);
  g_mutex_unlock (&stage->mutex);
  return g_strv_builder_end (nodes);
}

static DermaCamera *
open_node (DermaCamHost *host, const gchar *device, GError **error)
{
  CamStage *stage = (CamStage *)host;
  DermaCamera *camera = NULL;
  gint i;

  g_mutex_lock (&stage->mutex);
  i = find_node (stage, device);
  if (i >= 0)
    camera = derma_camera_open_with (&stage->cameras[i].io, device, error);
  else
    derma_camera_io_fail (error, device, NULL, ENOENT);
  g_mutex_unlock (&stage->mutex);
  return camera;
}

static GstElement *
make_source (DermaCamHost *host, const gchar *device)
{
  CamStage *stage = (CamStage *)host;
  const gchar *factory = stage->broken ? "filesrc" : stage->jpeg ? "appsrc" : "videotestsrc";
  GstElement *source = stage->sourceless ? NULL : gst_element_factory_make (factory, NULL);

  if (!source)
    return NULL;
  if (stage->broken)
    g_object_set (source, "location", "/nowhere/at/all", NULL);
  else
    g_object_set (source, "is-live", TRUE, "do-timestamp", TRUE, NULL);
  if (stage->jpeg)
    g_object_set (source, "format", GST_FORMAT_TIME, NULL);
  g_mutex_lock (&stage->mutex);
  stage->n_sources++;
  gst_object_replace ((GstObject **)&stage->source, GST_OBJECT (source));
  g_mutex_unlock (&stage->mutex);
  return source;
}

static gchar *
find_button (DermaCamHost *host, const gchar *device)
{
  return g_strdup (((CamStage *)host)->button);
}

static void
describe (FakeCamera *fake, const gchar *bus)
{
  memset (fake->capability.bus_info, 0, sizeof fake->capability.bus_info);
  memcpy (fake->capability.bus_info, bus, strlen (bus));
}

CamStage *
cam_stage_new (const gchar *middle, gboolean jpeg)
{
  CamStage *stage = g_new0 (CamStage, 1);

  stage->host = (DermaCamHost){ list_nodes, open_node, make_source, find_button };
  stage->jpeg = jpeg;
  g_mutex_init (&stage->mutex);
  for (guint i = 0; i < STAGE_CAMERAS; i++) {
    g_autofree gchar *bus = g_strdup_printf ("usb-0000:00:14.0-%u", i + 1);

    fake_camera_init (&stage->cameras[i]);
    describe (&stage->cameras[i], bus);
  }
  stage->run = cam_run_new (jpeg ? "format=mjpeg width=640 height=480 reconnect-interval=10"
                                 : "format=raw width=640 height=480 reconnect-interval=10",
                            middle);
  g_object_set_data (G_OBJECT (stage->run->camera), DERMA_CAM_HOST_KEY, &stage->host);
  cam_stage_plug (stage, 0, "/dev/video0");
  return stage;
}

void
cam_stage_free (CamStage *stage)
{
  cam_run_free (stage->run);
  gst_clear_object (&stage->source);
  for (guint i = 0; i < STAGE_CAMERAS; i++) {
    /* Whatever opened it has closed it. */
    g_assert_cmpuint (stage->cameras[i].n_open, ==, 0);
    fake_camera_clear (&stage->cameras[i]);
    g_free (stage->nodes[i]);
  }
  g_mutex_clear (&stage->mutex);
  g_free (stage->button);
  g_free (stage);
}

/* (transfer full) (nullable): the @n-th source, or one after it */
static GstElement *
find_source (CamStage *stage, guint n)
{
  GstElement *source = NULL;

  g_mutex_lock (&stage->mutex);
  if (stage->n_sources >= n)
    source = gst_object_ref (stage->source);
  g_mutex_unlock (&stage->mutex);
  return source;
}

static GstElement *
get_source (CamStage *stage)
{
  GstElement *source = find_source (stage, 1);

  g_assert_nonnull (source);
  return source;
}

static void
fail_source (CamStage *stage, gint code, const gchar *text)
{
  g_autoptr (GstElement) source = get_source (stage);

  gst_element_message_full (source, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code, g_strdup (text), NULL, __FILE__,
                            G_STRFUNC, __LINE__);
}

void
cam_stage_plug (CamStage *stage, guint camera, const gchar *node)
{
  FakeCamera *fake = &stage->cameras[camera];

  g_mutex_lock (&fake->mutex);
  fake->call_error = 0;
  g_mutex_unlock (&fake->mutex);
  g_mutex_lock (&stage->mutex);
  g_free (stage->nodes[camera]);
  stage->nodes[camera] = g_strdup (node);
  g_mutex_unlock (&stage->mutex);
}

void
cam_stage_take (CamStage *stage, guint camera)
{
  FakeCamera *fake = &stage->cameras[camera];

  g_mutex_lock (&fake->mutex);
  fake->call_error = ENODEV;
  g_mutex_unlock (&fake->mutex);
  g_mutex_lock (&stage->mutex);
  g_clear_pointer (&stage->nodes[camera], g_free);
  g_mutex_unlock (&stage->mutex);
}

void
cam_stage_unplug (CamStage *stage, guint camera)
{
  cam_stage_take (stage, camera);
  fail_source (stage, GST_RESOURCE_ERROR_READ, "Could not read from resource.");
}

void
cam_stage_break (CamStage *stage, gint code, const gchar *text)
{
  fail_source (stage, code, text);
}

void
cam_stage_refuse (CamStage *stage, GstFlowReturn flow)
{
  g_autoptr (GstElement) source = get_source (stage);

  GST_ELEMENT_FLOW_ERROR (source, flow);
}

void
cam_stage_dry (CamStage *stage)
{
  g_autoptr (GstElement) source = get_source (stage);

  gst_element_send_event (source, gst_event_new_eos ());
}

guint
cam_stage_count_sources (CamStage *stage)
{
  guint n;

  g_mutex_lock (&stage->mutex);
  n = stage->n_sources;
  g_mutex_unlock (&stage->mutex);
  return n;
}

void
cam_stage_await_source (CamStage *stage, guint n)
{
  GstState state = GST_STATE_NULL;

  while (state < GST_STATE_PAUSED) {
    g_autoptr (GstElement) source = find_source (stage, n);

    g_usleep (1000);
    if (source)
      gst_element_get_state (source, &state, NULL, 0);
  }
}

GBytes *
cam_stage_make_jpeg (gint width, gint height)
{
  GstHarness *harness = gst_harness_new ("jpegenc");
  GstBuffer *coded;
  GBytes *bytes;
  gpointer data;
  gsize size;

  element_test_set_caps (harness, "I420", width, height);
  gst_harness_push (harness, element_test_frame ("I420", width, height, 1));
  coded = gst_harness_pull (harness);
  gst_buffer_extract_dup (coded, 0, gst_buffer_get_size (coded), &data, &size);
  bytes = g_bytes_new_take (data, size);
  gst_buffer_unref (coded);
  gst_harness_teardown (harness);
  return bytes;
}

void
cam_stage_push (CamStage *stage, GBytes *picture)
{
  g_autoptr (GstElement) source = get_source (stage);

  g_assert_cmpint (gst_app_src_push_buffer (GST_APP_SRC (source), gst_buffer_new_wrapped_bytes (picture)), ==,
                   GST_FLOW_OK);
}

static GstPadProbeReturn
note_passage (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  CamPassage *passage = data;
  gchar what = '.';
  gboolean pressed;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    const GstStructure *structure = gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));

    if (!structure || !gst_structure_has_name (structure, "derma-still-button"))
      return GST_PAD_PROBE_OK;
    g_assert_true (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CUSTOM_DOWNSTREAM);
    g_assert_true (gst_structure_get_boolean (structure, "pressed", &pressed));
    what = pressed ? 'p' : 'r';
  }
  g_mutex_lock (&passage->mutex);
  g_string_append_c (passage->seen, what);
  g_mutex_unlock (&passage->mutex);
  return GST_PAD_PROBE_OK;
}

void
cam_passage_watch (CamStage *stage, CamPassage *passage)
{
  GstPad *pad = gst_element_get_static_pad (stage->run->camera, "src");

  g_mutex_init (&passage->mutex);
  passage->seen = g_string_new (NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_passage, passage, NULL);
  gst_object_unref (pad);
}

/* (transfer full): what has passed without the pictures */
static gchar *
get_presses (CamPassage *passage)
{
  g_auto (GStrv) parts = NULL;

  g_mutex_lock (&passage->mutex);
  parts = g_strsplit (passage->seen->str, ".", -1);
  g_mutex_unlock (&passage->mutex);
  return g_strjoinv ("", parts);
}

/* They come with the next picture, which may be far behind those that wait to be pulled. */
void
cam_passage_await (CamPassage *passage, const gchar *expected)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  gchar *presses = get_presses (passage);

  while (strlen (presses) < strlen (expected) && g_get_monotonic_time () < deadline) {
    g_free (presses);
    g_usleep (1000);
    presses = get_presses (passage);
  }
  g_assert_cmpstr (presses, ==, expected);
  g_free (presses);
}

void
cam_passage_end (CamPassage *passage, const gchar *expected)
{
  g_autofree gchar *presses = get_presses (passage);

  g_assert_cmpstr (presses, ==, expected);
  g_string_free (passage->seen, TRUE);
  g_mutex_clear (&passage->mutex);
}
