/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-pipeline FRAMES DESCRIPTION...: runs a pipeline to its end and prints what a frame cost in it: wall time and
 * processor time of the process, milliseconds, as a JSON object. The first seconds, in which everything is loaded, are
 * not counted: time runs from the state PLAYING.
 */
#include <gst/gst.h>

#include <time.h>

static gdouble
now (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (gdouble)time.tv_sec * 1e3 + (gdouble)time.tv_nsec * 1e-6;
}

static gboolean
fail (GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("bench-pipeline: %s\n", error->message);
  return FALSE;
}

/* Waits for one of @types; FALSE on an error. */
static gboolean
wait_for (GstBus *bus, GstMessageType types)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 600 * GST_SECOND, types | GST_MESSAGE_ERROR);

  if (!message) {
    g_printerr ("bench-pipeline: nothing happened for ten minutes\n");
    return FALSE;
  }
  return GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR || fail (message);
}

static gboolean
run (GstElement *pipeline, guint64 frames)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gdouble wall, cpu;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  if (!wait_for (bus, GST_MESSAGE_ASYNC_DONE))
    return FALSE;
  wall = now (CLOCK_MONOTONIC);
  cpu = now (CLOCK_PROCESS_CPUTIME_ID);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (!wait_for (bus, GST_MESSAGE_EOS))
    return FALSE;
  wall = now (CLOCK_MONOTONIC) - wall;
  cpu = now (CLOCK_PROCESS_CPUTIME_ID) - cpu;
  g_print ("{\"wall_ms\": %.4f, \"cpu_ms\": %.4f}\n", wall / (gdouble)frames, cpu / (gdouble)frames);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *description = NULL;
  guint64 frames;
  gboolean done;

  gst_init (&argc, &argv);
  frames = argc > 2 ? g_ascii_strtoull (argv[1], NULL, 10) : 0;
  if (frames == 0) {
    g_printerr ("bench-pipeline: FRAMES and DESCRIPTION are needed\n");
    return 2;
  }
  description = g_strjoinv (" ", argv + 2);
  pipeline = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (!pipeline) {
    g_printerr ("bench-pipeline: %s\n", error->message);
    return 1;
  }
  done = run (pipeline, frames);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return done ? 0 : 1;
}
