/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma-live: reads a camera, a video or a folder of pictures and shows, prints and records the readings. */
#include "controls.h"
#include "feed.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "pipeline.h"
#include "readout.h"
#include "terminal.h"

#include "runner.h"

#include <glib/gstdio.h>
#include <locale.h>

typedef struct {
  const Options *options;
  Input input;
  Pipeline pipeline;
  Readout *readout;
  Runner runner;
  guint skipped;
  gboolean rated; /* whether frames per second are to be told */
  guint frames;   /* when they were told last, and the time then */
  gint64 told;
} Live;

static void
<<<<<<< HEAD
take_application (const GstStructure *structure, gpointer data)
=======
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

/* What went wrong without ending anything. */
static void
take_warning (Live *live, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  complain (live, error->message);
}

static gboolean
give_up (gpointer data)
{
  Live *live = data;

  complain (live, "the end of the stream does not come; stopping without it");
  g_main_loop_quit (live->loop);
  return G_SOURCE_REMOVE;
}

/* The first time ends the stream, so that files are finished; the second one ends the program. */
static void
end (Live *live)
{
  if (live->closing) {
    g_main_loop_quit (live->loop);
    return;
  }
  live->closing = TRUE;
  gate_close (live->pipeline.gate);
  g_timeout_add_seconds (PATIENCE_SECONDS, give_up, live);
}

static void
say (Live *live, const gchar *text)
{
  clear_progress (live);
  printf ("%s\n", text);
}

static void
take_key (const gchar *key, gpointer data)
{
  Live *live = data;
  const KeyAction action = keys_find (key);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  if (action == KEY_QUIT) {
    end (live);
    return;
  }
  text = action == KEY_HELP ? g_strdup (keys_describe ()) : controls_act (live->pipeline.element, action, &error);
  if (action == KEY_RATE)
    live->rated = !live->rated;
  if (error)
    complain (live, error->message);
  else if (text)
    say (live, text);
}

static void
take_application (Live *live, const GstStructure *structure)
>>>>>>> cf86856 (Take keys in pipelines/live: freeze, snapshot, overlay, frames per second)
{
  Live *live = data;
  guint number = 0;
  guint total = 0;

  if (gst_structure_has_name (structure, KEYS_MESSAGE)) {
    take_key (gst_structure_get_string (structure, "key"), live);
  } else if (gst_structure_has_name (structure, FEED_SKIPPED)) {
    g_autofree gchar *text = g_strconcat (gst_structure_get_string (structure, "text"), " (skipped)", NULL);

    live->skipped++;
    runner_complain (&live->runner, text);
  } else if (gst_structure_has_name (structure, FEED_PICTURE)) {
    gst_structure_get (structure, "number", G_TYPE_UINT, &number, "total", G_TYPE_UINT, &total, NULL);
    readout_picture (live->readout, number, total, gst_structure_get_string (structure, "path"));
  }
}

static void
take_element (const GstStructure *structure, gpointer data)
{
<<<<<<< HEAD
  Live *live = data;

  if (!gst_structure_has_name (structure, "dermaclassify"))
    return;
  runner_clear_line (&live->runner);
  readout_take (live->readout, structure);
}

static gboolean
=======
  const gchar *file = NULL, *event = NULL, *error = NULL;
  g_autofree gchar *text = NULL;

  if (!structure)
    return;
  if (gst_structure_has_name (structure, "dermaclassify")) {
    clear_progress (live);
    readout_take (live->readout, structure);
  } else if (gst_structure_has_name (structure, "dermaclassify-snapshot")) {
    file = gst_structure_get_string (structure, "file");
    text = g_strconcat ("snapshot ", file, NULL);
    say (live, text);
  } else if (gst_structure_has_name (structure, "dermacamsrc")) {
    event = gst_structure_get_string (structure, "event");
    error = gst_structure_get_string (structure, "error");
    text = g_strconcat ("camera: ", event, error ? ": " : NULL, error, NULL);
    say (live, text);
  }
}

static gboolean
take_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Live *live = data;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ERROR:
    take_error (live, message);
    break;
  case GST_MESSAGE_WARNING:
    take_warning (live, message);
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
take_signal (gpointer data)
{
  end (data);
  return G_SOURCE_CONTINUE;
}

/* Frames a second and what the reading is; the picture shows the same, but not every pipeline has one. */
static gboolean
show_rate (Live *live)
{
  const guint frames = gate_get_frames (live->pipeline.gate);
  const gint64 now = g_get_monotonic_time ();
  g_autofree gchar *status = readout_get_status (live->readout);

  if (live->told > 0)
    fprintf (stderr, "\r%.1f frames/s  %s\033[K",
             (gdouble)(frames - live->frames) * G_USEC_PER_SEC / (gdouble)(now - live->told), status);
  live->progress_shown = TRUE;
  live->frames = frames;
  live->told = now;
  return G_SOURCE_CONTINUE;
}

static gboolean
show_progress (gpointer data)
{
  Live *live = data;
  gint64 position = 0;
  gint64 duration = 0;

  if (live->rated)
    return show_rate (live);
  if (!live->input.is_file)
    return G_SOURCE_CONTINUE;
  if (gst_element_query_position (live->pipeline.element, GST_FORMAT_TIME, &position)
      && gst_element_query_duration (live->pipeline.element, GST_FORMAT_TIME, &duration) && duration > 0) {
    fprintf (stderr, "\r%3d %% of the video", (gint)(100 * MIN (position, duration) / duration));
    live->progress_shown = TRUE;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
>>>>>>> cf86856 (Take keys in pipelines/live: freeze, snapshot, overlay, frames per second)
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

  runner_clear_line (&live->runner);
  printf ("%u frames in %s, %u readings", gate_get_frames (live->pipeline.gate), time, n);
  if (n > 0)
    printf (", mean latency %.1f ms", readout_get_latency (live->readout));
  if (live->skipped > 0)
    printf (", %u file%s skipped", live->skipped, live->skipped == 1 ? "" : "s");
  if (live->options->output && g_stat (live->options->output, &status) == 0)
    printf ("; wrote %s (%.1f MB)", live->options->output, (gdouble)status.st_size / 1e6);
  putchar ('\n');
}

static gboolean
play (Live *live)
{
<<<<<<< HEAD
  live->runner.input = &live->input;
  live->runner.pipeline = live->pipeline.element;
  live->runner.gate = live->pipeline.gate;
  return runner_run (&live->runner);
=======
  g_autoptr (GstBus) bus = gst_element_get_bus (live->pipeline.element);

  live->loop = g_main_loop_new (NULL, FALSE);
  gst_bus_add_watch (bus, take_message, live);
  g_unix_signal_add (SIGINT, take_signal, live);
  g_unix_signal_add (SIGTERM, take_signal, live);
  g_unix_signal_add (SIGHUP, take_signal, live);
  if (isatty (STDERR_FILENO))
    g_timeout_add (PROGRESS_MS, show_progress, live);
  if (terminal_open (take_key, live))
    say (live, keys_describe ());
  /* A failure is told by a message. */
  gst_element_set_state (live->pipeline.element, GST_STATE_PLAYING);
  g_main_loop_run (live->loop);
  gst_element_set_state (live->pipeline.element, GST_STATE_NULL);
  terminal_close ();
  gst_bus_remove_watch (bus);
  g_main_loop_unref (live->loop);
>>>>>>> cf86856 (Take keys in pipelines/live: freeze, snapshot, overlay, frames per second)
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
  gboolean done = FALSE;

  live.runner = (Runner){ .name = "live", .element = take_element, .application = take_application, .data = &live };
  if (prepare (&live, &error)) {
    printf ("%s\nResearch use, not a diagnosis.\n", live.input.described);
    done = play (&live);
    if (done)
      print_summary (&live);
  } else {
    runner_complain (&live.runner, error->message);
  }
  pipeline_clear (&live.pipeline);
  input_clear (&live.input);
  return done ? 0 : 1;
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
