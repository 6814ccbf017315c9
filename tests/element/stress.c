/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stress.h"

#include <derma/sidecar.h>

#define STEP (40 * GST_MSECOND)

gint
stress_int (gint from, gint to)
{
  return g_test_rand_int_range (from, to + 1);
}

gboolean
stress_chance (gint n)
{
  return stress_int (1, n) == 1;
}

static void
see_buffer (StressWatch *watch, GstBuffer *buffer)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  watch->n_buffers++;
  g_assert_true (watch->started && watch->caps && watch->segment);
  g_assert_true (watch->threaded || !watch->flushing);
  g_assert_false (watch->ended);
  if (!watch->video)
    return;
  g_assert_cmpuint (gst_buffer_get_size (buffer), >=, watch->info.size);
  if (!meta)
    return;
  g_assert_cmpint (meta->format, ==, GST_VIDEO_INFO_FORMAT (&watch->info));
  g_assert_cmpuint (meta->width, ==, GST_VIDEO_INFO_WIDTH (&watch->info));
  g_assert_cmpuint (meta->height, ==, GST_VIDEO_INFO_HEIGHT (&watch->info));
}

static void
see_caps (StressWatch *watch, GstEvent *event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  g_assert_true (gst_caps_is_fixed (caps));
  watch->caps = TRUE;
  watch->video = gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw");
  if (watch->video)
    g_assert_true (gst_video_info_from_caps (&watch->info, caps));
}

static void
see_event (StressWatch *watch, GstEvent *event)
{
  if (GST_EVENT_IS_SERIALIZED (event) && GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_STOP)
    g_assert_true (watch->threaded || !watch->flushing);
  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_FLUSH_START:
    watch->flushing = TRUE;
    break;
  case GST_EVENT_FLUSH_STOP:
    watch->flushing = watch->segment = watch->ended = FALSE;
    watch->n_flushes++;
    break;
  case GST_EVENT_STREAM_START:
    watch->started = TRUE;
    watch->segment = watch->ended = FALSE;
    break;
  case GST_EVENT_CAPS:
    g_assert_true (watch->started);
    see_caps (watch, event);
    break;
  case GST_EVENT_SEGMENT:
    g_assert_true (watch->started && watch->caps);
    watch->segment = TRUE;
    break;
  case GST_EVENT_GAP:
    g_assert_true (watch->segment && !watch->ended);
    break;
  case GST_EVENT_EOS:
    g_assert_true (watch->started);
    watch->ended = TRUE;
    break;
  default:
    break;
  }
}

static GstPadProbeReturn
see (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  StressWatch *watch = data;

  g_mutex_lock (&watch->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    see_buffer (watch, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    see_event (watch, GST_PAD_PROBE_INFO_EVENT (info));
  g_mutex_unlock (&watch->lock);
  return GST_PAD_PROBE_OK;
}

void
stress_watch_start (StressWatch *watch, GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  *watch = (StressWatch){ .threaded = watch->threaded };
  g_mutex_init (&watch->lock);
  if (!pad)
    return;
  gst_pad_add_probe (pad,
                     GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
                     see, watch, NULL);
}

void
stress_watch_reset (StressWatch *watch)
{
  watch->started = watch->caps = watch->segment = watch->flushing = watch->ended = FALSE;
}

void
stress_watch_stop (StressWatch *watch)
{
  g_mutex_clear (&watch->lock);
}

void
stress_open (Stress *stress, const gchar *description)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch (description, &error);

  g_assert_no_error (error);
  gst_object_ref_sink (element);
  gst_element_set_bus (element, bus);
  stress_watch_start (&stress->watch, element);
  stress->harness = gst_harness_new_with_element (element, "sink", element->numsrcpads > 0 ? "src" : NULL);
  gst_object_unref (element);
  stress->below = stress->harness->sinkpad;
  stress->format = "RGB";
  stress->width = 32;
  stress->height = 24;
  stress->now = 0;
}

void
stress_set_up (Stress *stress, const gchar *description)
{
  stress_open (stress, description);
  element_test_set_caps (stress->harness, stress->format, stress->width, stress->height);
}

void
stress_tear_down (Stress *stress)
{
  g_assert_cmpuint (stress_messages (stress->harness->element, GST_MESSAGE_ERROR), ==, 0);
  element_test_free (stress->harness);
  stress_watch_stop (&stress->watch);
}

void
stress_renegotiate (Stress *stress, gint most)
{
  stress->format = element_test_formats[stress_int (0, 16)];
  stress->width = stress_int (1, most);
  stress->height = stress_int (1, most);
  if (stress->grain > 0) {
    stress->width += stress->grain - stress->width % stress->grain;
    stress->height += stress->grain - stress->height % stress->grain;
  }
  element_test_set_caps (stress->harness, stress->format, stress->width, stress->height);
}

GstBuffer *
stress_frame (Stress *stress)
{
  GstBuffer *frame = element_test_frame (stress->format, stress->width, stress->height, (guint32)stress_int (0, 999));

  GST_BUFFER_PTS (frame) = stress->now;
  GST_BUFFER_DURATION (frame) = STEP;
  stress->now += STEP;
  return frame;
}

GstFlowReturn
stress_push (Stress *stress)
{
  return gst_harness_push (stress->harness, stress_frame (stress));
}

void
stress_drain (Stress *stress)
{
  GstBuffer *buffer;
  GstEvent *event;

  while ((buffer = gst_harness_try_pull (stress->harness)))
    gst_buffer_unref (buffer);
  while ((event = gst_harness_try_pull_event (stress->harness)))
    gst_event_unref (event);
}

void
stress_segment (Stress *stress, GstFormat format, gdouble rate)
{
  GstSegment segment;

  gst_segment_init (&segment, format);
  segment.rate = rate;
  if (rate < 0)
    segment.stop = segment.position = G_MAXINT32 * GST_USECOND;
  gst_harness_push_event (stress->harness, gst_event_new_segment (&segment));
}

void
stress_flush (Stress *stress)
{
  gst_harness_push_event (stress->harness, gst_event_new_flush_start ());
  gst_harness_push_event (stress->harness, gst_event_new_flush_stop (TRUE));
  stress_segment (stress, GST_FORMAT_TIME, 1.0);
}

void
stress_restart (Stress *stress)
{
  g_autofree gchar *id = g_strdup_printf ("stress-%d", stress_int (0, G_MAXINT - 1));

  gst_harness_push_event (stress->harness, gst_event_new_stream_start (id));
  element_test_set_caps (stress->harness, stress->format, stress->width, stress->height);
  stress_segment (stress, GST_FORMAT_TIME, 1.0);
}

guint
stress_messages (GstElement *element, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (element);
  GstMessage *message;
  guint n = 0;

  while ((message = gst_bus_pop (bus))) {
    n += (GST_MESSAGE_TYPE (message) & type) != 0;
    gst_message_unref (message);
  }
  return n;
}

gchar *
stress_sidecar (guint n)
{
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gchar *path = element_test_path ("stress.jsonl");
  g_autofree gchar *first = derma_sidecar_format_session ("a.mkv", 0, 0, NULL);

  element_test_reading (&reading);
  g_string_append_printf (text, "%s\n", first);
  for (guint i = 0; i < n; i++) {
    g_autofree gchar *model = i == 0 ? derma_sidecar_format_model (0, reading.classes) : NULL;
    g_autofree gchar *line = derma_sidecar_format_reading (&reading, i * GST_SECOND);

    g_string_append_printf (text, "%s%s%s\n", model ? model : "", model ? "\n" : "", line);
  }
  g_file_set_contents (path, text->str, (gssize)text->len, &error);
  g_assert_no_error (error);
  return path;
}
