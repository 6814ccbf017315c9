/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camrun.h"

#include "elementtest.h"

#include <gst/app/gstappsink.h>
#include <string.h>

#define PATIENCE (60 * GST_SECOND)

CamRun *
cam_run_new (const gchar *properties, const gchar *middle)
{
  CamRun *run = g_new0 (CamRun, 1);
  g_autofree gchar *line = g_strdup_printf ("dermacamsrc name=camera %s ! %s ! appsink name=sink sync=false "
                                            "enable-last-sample=false wait-on-eos=false",
                                            properties, middle ? middle : "identity");
  g_autoptr (GError) error = NULL;

  run->pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_assert_no_error (error);
  run->camera = gst_bin_get_by_name (GST_BIN (run->pipeline), "camera");
  run->sink = gst_bin_get_by_name (GST_BIN (run->pipeline), "sink");
  run->bus = gst_element_get_bus (run->pipeline);
  return run;
}

void
cam_run_free (CamRun *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_object_unref (run->bus);
  gst_object_unref (run->sink);
  gst_object_unref (run->camera);
  gst_object_unref (run->pipeline);
  g_free (run);
}

void
cam_run_play (CamRun *run)
{
  g_assert_cmpint (gst_element_set_state (run->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
}

void
cam_run_stop (CamRun *run)
{
  g_assert_cmpint (gst_element_set_state (run->pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
}

GstBuffer *
cam_run_pull (CamRun *run)
{
  GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (run->sink), PATIENCE);
  GstBuffer *buffer;

  g_assert_nonnull (sample);
  buffer = gst_buffer_ref (gst_sample_get_buffer (sample));
  gst_sample_unref (sample);
  return buffer;
}

void
cam_run_skip (CamRun *run, guint n)
{
  for (guint i = 0; i < n; i++)
    gst_buffer_unref (cam_run_pull (run));
}

void
cam_run_drain (CamRun *run)
{
  GstSample *sample;

  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (run->sink), 0)))
    gst_sample_unref (sample);
}

GstClockTime
cam_run_pull_discont (CamRun *run)
{
  GstClockTime pts = GST_CLOCK_TIME_NONE;

  while (!GST_CLOCK_TIME_IS_VALID (pts)) {
    g_autoptr (GstBuffer) buffer = cam_run_pull (run);

    if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
      pts = GST_BUFFER_PTS (buffer);
  }
  return pts;
}

GstStructure *
cam_run_wait (CamRun *run, const gchar *event)
{
  while (TRUE) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (run->bus, PATIENCE, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
    const GstStructure *structure = message ? gst_message_get_structure (message) : NULL;

    if (!message || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      g_error ("no %s: %s", event ? event : "event", structure ? gst_structure_to_string (structure) : "nothing");
    if (gst_structure_has_name (structure, "dermacamsrc")
        && (!event || strcmp (gst_structure_get_string (structure, "event"), event) == 0))
      return gst_structure_copy (structure);
  }
}

void
cam_run_await (CamRun *run, const gchar *event)
{
  gst_structure_free (cam_run_wait (run, event));
}

void
cam_run_expect_error (CamRun *run, gint code, const gchar *words)
{
  cam_run_expect_error_of (run, GST_RESOURCE_ERROR, code, words);
}

void
cam_run_expect_error_of (CamRun *run, GQuark domain, gint code, const gchar *words)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (run->bus, PATIENCE, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) list = g_strsplit (words, "|", -1);

  g_assert_nonnull (message);
  g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (run->camera));
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, domain, code);
  g_assert_null (strchr (error->message, '\n'));
  for (guint i = 0; list[i]; i++)
    if (!strstr (error->message, list[i]))
      g_error ("'%s' does not say '%s'", error->message, list[i]);
  g_assert_null (gst_bus_pop_filtered (run->bus, GST_MESSAGE_ERROR));
}

guint64
cam_run_stat (CamRun *run, const gchar *field)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (run->camera, "stats", &stats, NULL);
  return element_test_uint64 (stats, field);
}
