/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runner.h"

#include "plaintext.h"
#include "window.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long a file may take to be finished after Ctrl-C; then what is written must do. */
#define PATIENCE_SECONDS 5
#define PROGRESS_MS 500

void
runner_clear_line (Runner *runner)
{
  if (runner->progress_shown)
    fputs ("\r\033[K", stderr);
  runner->progress_shown = FALSE;
}

void
runner_complain (Runner *runner, const gchar *text)
{
  g_autofree gchar *line = derma_plaintext_new (text);

  runner_clear_line (runner);
  fprintf (stderr, "%s: %s\n", runner->name, line);
}

void
runner_say (Runner *runner, const gchar *text)
{
  g_autofree gchar *line = derma_plaintext_new (text);

  runner_clear_line (runner);
  printf ("%s\n", line);
}

/* One line: what was being done, what went wrong and, where GStreamer says no more than that, why. */
static void
take_error (Runner *runner, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  g_autofree gchar *text = NULL;
  const gchar *cause = NULL;

  if (runner->failed)
    return;
  gst_message_parse_error (message, &error, &debug);
  if (debug && error->domain != GST_STREAM_ERROR)
    cause = strrchr (debug, '\n');
  text =
      g_strconcat (runner->input->described, ": ", error->message, cause ? " " : NULL, cause ? cause + 1 : NULL, NULL);
  runner_complain (runner, text);
  runner->failed = TRUE;
  g_main_loop_quit (runner->loop);
}

static void
take_warning (Runner *runner, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  runner_complain (runner, error->message);
}

static void
end_without_window (gpointer data)
{
  Runner *runner = data;

  /* A second wish for the end would not wait for what is being finished. */
  if (!runner->stopped)
    runner_end (runner);
}

/* Who closes the window wants the end; what is written is finished first. */
static void
take_closing (Runner *runner, GstMessage *message)
{
  if (runner->closed)
    return;
  runner->closed = TRUE;
  if (!window_take_out (runner->pipeline, GST_MESSAGE_SRC (message), end_without_window, runner)) {
    runner->stopped = TRUE;
    g_main_loop_quit (runner->loop);
  }
}

static gboolean
take_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Runner *runner = data;
  const GstStructure *structure = gst_message_get_structure (message);

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    if (window_is_closed (message))
      take_closing (runner, message);
    else
      take_error (runner, message);
    break;
  case GST_MESSAGE_WARNING:
    if (runner->warns)
      take_warning (runner, message);
    break;
  case GST_MESSAGE_EOS:
    g_main_loop_quit (runner->loop);
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency (GST_BIN (runner->pipeline));
    break;
  case GST_MESSAGE_ELEMENT:
    if (runner->element && structure)
      runner->element (structure, runner->data);
    break;
  case GST_MESSAGE_APPLICATION:
    if (runner->application && structure)
      runner->application (structure, runner->data);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
give_up (gpointer data)
{
  Runner *runner = data;

  runner->patience = 0;
  runner_complain (runner, "the end of the stream does not come; stopping without it");
  g_main_loop_quit (runner->loop);
  return G_SOURCE_REMOVE;
}

void
runner_end (Runner *runner)
{
  if (runner->stopped) {
    g_main_loop_quit (runner->loop);
    return;
  }
  runner->stopped = TRUE;
  gate_close (runner->gate);
  /* A camera that is unplugged sends no frame that the gate could end the stream with. */
  if (runner->input->is_live && runner->input->source)
    gst_element_send_event (runner->input->source, gst_event_new_eos ());
  runner->patience = g_timeout_add_seconds (PATIENCE_SECONDS, give_up, runner);
}

static gboolean
take_signal (gpointer data)
{
  runner_end (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
show_progress (gpointer data)
{
  Runner *runner = data;
  g_autofree gchar *status = runner->status ? runner->status (runner->data) : NULL;
  gint64 position = 0;
  gint64 duration = 0;

  if (status) {
    fprintf (stderr, "\r%s\033[K", status);
    runner->progress_shown = TRUE;
  } else if (runner->input->is_file && gst_element_query_position (runner->pipeline, GST_FORMAT_TIME, &position)
             && gst_element_query_duration (runner->pipeline, GST_FORMAT_TIME, &duration) && duration > 0) {
    fprintf (stderr, "\r%3d %% of the video", (gint)(100 * MIN (position, duration) / duration));
    runner->progress_shown = TRUE;
  }
  return G_SOURCE_CONTINUE;
}

/* What the last state change brought: the files that it finished, and why others could not be. */
static void
take_rest (Runner *runner, GstBus *bus)
{
  GstMessage *message;

  /* A window that is closed now ends nothing any more. */
  runner->closed = TRUE;
  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR))) {
    take_message (bus, message, runner);
    gst_message_unref (message);
  }
}

gboolean
runner_run (Runner *runner)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (runner->pipeline);
  guint progress = 0;

  runner->loop = g_main_loop_new (NULL, FALSE);
  gst_bus_add_watch (bus, take_message, runner);
  g_unix_signal_add (SIGINT, take_signal, runner);
  g_unix_signal_add (SIGTERM, take_signal, runner);
  g_unix_signal_add (SIGHUP, take_signal, runner);
  if (isatty (STDERR_FILENO))
    progress = g_timeout_add (PROGRESS_MS, show_progress, runner);
  if (runner->key)
    terminal_open (runner->key, runner->data);
  /* A failure is told by a message. */
  gst_element_set_state (runner->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (runner->loop);
  terminal_close ();
  g_clear_handle_id (&runner->patience, g_source_remove);
  g_clear_handle_id (&progress, g_source_remove);
  gst_element_set_state (runner->pipeline, GST_STATE_READY);
  take_rest (runner, bus);
  gst_element_set_state (runner->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  g_clear_pointer (&runner->loop, g_main_loop_unref);
  return !runner->failed;
}
