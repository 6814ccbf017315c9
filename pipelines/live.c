/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma-live: reads a camera, a video or a folder of pictures and shows, prints and records the readings. */
#include "feed.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "pipeline.h"
#include "readout.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

/* How long the file may take to be finished after Ctrl-C; then what is written must do. */
#define PATIENCE_SECONDS 5
#define PROGRESS_MS 500

typedef struct {
  const Options *options;
  Input input;
  Pipeline pipeline;
  Readout *readout;
  GMainLoop *loop;
  gboolean closing;
  gboolean failed;
  gboolean progress_shown;
  guint skipped;
} Live;

static void
clear_progress (Live *live)
{
  if (live->progress_shown)
    fputs ("\r\033[K", stderr);
  live->progress_shown = FALSE;
}

static void
complain (Live *live, const gchar *text)
{
  g_autofree gchar *line = g_strdup (text);

  clear_progress (live);
  fprintf (stderr, "live: %s\n", g_strdelimit (line, "\n\r", ' '));
}

/* One line: what was being done, what went wrong and, where GStreamer says no more than that, why. */
static void
take_error (Live *live, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  g_autofree gchar *text = NULL;
  const gchar *cause = NULL;

  if (live->failed)
    return;
  gst_message_parse_error (message, &error, &debug);
  if (debug && error->domain != GST_STREAM_ERROR)
    cause = strrchr (debug, '\n');
  text = g_strconcat (live->input.described, ": ", error->message, cause ? " " : NULL, cause ? cause + 1 : NULL, NULL);
  complain (live, text);
  live->failed = TRUE;
  g_main_loop_quit (live->loop);
}

static void
take_application (Live *live, const GstStructure *structure)
{
  guint number = 0;
  guint total = 0;

  if (gst_structure_has_name (structure, FEED_SKIPPED)) {
    g_autofree gchar *text = g_strconcat (gst_structure_get_string (structure, "text"), " (skipped)", NULL);

    live->skipped++;
    complain (live, text);
  } else if (gst_structure_has_name (structure, FEED_PICTURE)) {
    gst_structure_get (structure, "number", G_TYPE_UINT, &number, "total", G_TYPE_UINT, &total, NULL);
    readout_picture (live->readout, number, total, gst_structure_get_string (structure, "path"));
  }
}

static void
take_element (Live *live, const GstStructure *structure)
{
  if (!structure || !gst_structure_has_name (structure, "dermaclassify"))
    return;
  clear_progress (live);
  readout_take (live->readout, structure);
}

static gboolean
take_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Live *live = data;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    take_error (live, message);
    break;
  case GST_MESSAGE_EOS:
    g_main_loop_quit (live->loop);
    break;
  case GST_MESSAGE_ELEMENT:
    take_element (live, gst_message_get_structure (message));
    break;
  case GST_MESSAGE_APPLICATION:
    take_application (live, gst_message_get_structure (message));
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
give_up (gpointer data)
{
  Live *live = data;

  complain (live, "the end of the stream does not come; stopping without it");
  g_main_loop_quit (live->loop);
  return G_SOURCE_REMOVE;
}

/* The first Ctrl-C ends the stream, so that files are finished; the second one ends the program. */
static gboolean
take_signal (gpointer data)
{
  Live *live = data;

  if (live->closing) {
    g_main_loop_quit (live->loop);
    return G_SOURCE_CONTINUE;
  }
  live->closing = TRUE;
  gate_close (live->pipeline.gate);
  g_timeout_add_seconds (PATIENCE_SECONDS, give_up, live);
  return G_SOURCE_CONTINUE;
}

static gboolean
show_progress (gpointer data)
{
  Live *live = data;
  gint64 position = 0;
  gint64 duration = 0;

  if (gst_element_query_position (live->pipeline.element, GST_FORMAT_TIME, &position)
      && gst_element_query_duration (live->pipeline.element, GST_FORMAT_TIME, &duration) && duration > 0) {
    fprintf (stderr, "\r%3d %% of the video", (gint)(100 * MIN (position, duration) / duration));
    live->progress_shown = TRUE;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
has_display (const Options *options)
{
  const gchar *x11 = g_getenv ("DISPLAY");
  const gchar *wayland = g_getenv ("WAYLAND_DISPLAY");

  return !options->no_display && ((x11 && *x11) || (wayland && *wayland));
}

static void
print_summary (Live *live)
{
  g_autofree gchar *time = readout_format_time (gate_get_time (live->pipeline.gate));
  guint n = readout_get_count (live->readout);
  GStatBuf status;

  clear_progress (live);
  printf ("%u frames in %s, %u readings", gate_get_frames (live->pipeline.gate), time, n);
  if (n > 0)
    printf (", mean latency %.1f ms", readout_get_latency (live->readout));
  if (live->skipped > 0)
    printf (", %u file%s skipped", live->skipped, live->skipped == 1 ? "" : "s");
  if (live->options->output && g_stat (live->options->output, &status) == 0)
    printf ("; wrote %s (%.1f MB)", live->options->output, (gdouble)status.st_size / 1e6);
  putchar ('\n');
}

static void
play (Live *live)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (live->pipeline.element);

  live->loop = g_main_loop_new (NULL, FALSE);
  gst_bus_add_watch (bus, take_message, live);
  g_unix_signal_add (SIGINT, take_signal, live);
  g_unix_signal_add (SIGTERM, take_signal, live);
  if (live->input.is_file && isatty (STDERR_FILENO))
    g_timeout_add (PROGRESS_MS, show_progress, live);
  /* A failure is told by a message. */
  gst_element_set_state (live->pipeline.element, GST_STATE_PLAYING);
  g_main_loop_run (live->loop);
  gst_element_set_state (live->pipeline.element, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  g_main_loop_unref (live->loop);
}

static gboolean
prepare (Live *live, GError **error)
{
  const Options *options = live->options;

  if (!input_open (&live->input, options->input, options->seconds, error))
    return FALSE;
  if (options->output && !output_check (options->output, options->input, error))
    return FALSE;
  return pipeline_build (&live->pipeline, &live->input, options, has_display (options), error);
}

static gint
run (const Options *options)
{
  g_autoptr (Readout) readout = readout_new (stdout);
  g_autoptr (GError) error = NULL;
  Live live = { .options = options, .readout = readout };

  if (prepare (&live, &error)) {
    printf ("%s\nResearch use, not a diagnosis.\n", live.input.described);
    play (&live);
    if (!live.failed)
      print_summary (&live);
  } else {
    complain (&live, error->message);
    live.failed = TRUE;
  }
  pipeline_clear (&live.pipeline);
  input_clear (&live.input);
  return live.failed ? 1 : 0;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOLBF, 0);
  g_set_prgname ("live");
  if (!options_parse (&options, &argc, &argv, &error)) {
    fprintf (stderr, "live: %s (--help tells more)\n", error->message);
    return 2;
  }
  return run (&options);
}
