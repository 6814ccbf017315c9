/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma-live: reads a camera, a video or a folder of pictures and shows, prints and records the readings. */
#include "cameras.h"
#include "controls.h"
#include "feed.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "pipeline.h"
#include "readout.h"
#include "runner.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

typedef struct {
  Options *options;
  Input input;
  Pipeline pipeline;
  Readout *readout;
  Runner runner;
  guint skipped;
  gboolean rated; /* whether frames per second are to be told */
  guint frames;   /* when they were told last, and the time then; 0 for never */
  gint64 told;
} Live;

static void
take_key (const gchar *key, gpointer data)
{
  Live *live = data;
  const KeyAction action = keys_find (key);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  if (action == KEY_QUIT) {
    runner_end (&live->runner);
    return;
  }
  if (action == KEY_RATE) {
    live->rated = !live->rated;
    live->told = 0;
  }
  text = action == KEY_HELP ? g_strdup (keys_describe ()) : controls_act (live->pipeline.element, action, &error);
  if (error)
    runner_complain (&live->runner, error->message);
  else if (text)
    runner_say (&live->runner, text);
}

/* Frames a second and what the reading is; the picture shows the same, but not every pipeline has one. */
static gchar *
tell_rate (gpointer data)
{
  Live *live = data;
  const gint64 now = g_get_monotonic_time (), since = live->told;
  const guint frames = gate_get_frames (live->pipeline.gate), new = frames - live->frames;
  g_autofree gchar *status = readout_get_status (live->readout);

  if (!live->rated)
    return NULL;
  live->frames = frames;
  live->told = now;
  return since > 0
             ? g_strdup_printf ("%.1f frames/s  %s", (gdouble) new *G_USEC_PER_SEC / (gdouble)(now - since), status)
             : g_strdup ("");
}

static void
take_application (const GstStructure *structure, gpointer data)
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
  Live *live = data;
  g_autofree gchar *text = NULL;

  if (gst_structure_has_name (structure, "dermaclassify")) {
    runner_clear_line (&live->runner);
    readout_take (live->readout, structure);
    return;
  }
  if (gst_structure_has_name (structure, "dermaclassify-snapshot"))
    text = g_strconcat ("snapshot ", gst_structure_get_string (structure, "file"), NULL);
  else
    text = cameras_describe (structure);
  if (text)
    runner_say (&live->runner, text);
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

  runner_clear_line (&live->runner);
  printf ("%u frames in %s, %u readings", gate_get_frames (live->pipeline.gate), time, n);
  if (n > 0)
    printf (", mean latency %.1f ms", readout_get_latency (live->readout));
  if (live->skipped > 0)
    printf (", %u file%s skipped", live->skipped, live->skipped == 1 ? "" : "s");
  if (live->options->output && g_stat (live->options->output, &status) == 0 && status.st_size > 0)
    printf ("; wrote %s (%.1f MB)", live->options->output, (gdouble)status.st_size / 1e6);
  putchar ('\n');
}

static gboolean
play (Live *live)
{
  live->runner.input = &live->input;
  live->runner.pipeline = live->pipeline.element;
  live->runner.gate = live->pipeline.gate;
  if (terminal_is_ours ())
    runner_say (&live->runner, keys_describe ());
  return runner_run (&live->runner);
}

/* From here on the output is a file of our own, or there is none. */
static gboolean
reserve_output (Live *live, GError **error)
{
  g_autofree gchar *wanted = live->options->output;

  live->options->output = output_reserve (wanted, live->options->input, error);
  if (!live->options->output)
    return FALSE;
  if (strcmp (live->options->output, wanted) != 0)
    printf ("writing %s instead of %s\n", live->options->output, wanted);
  return TRUE;
}

static gboolean
prepare (Live *live, GError **error)
{
  const Options *options = live->options;

  if (options->output && !reserve_output (live, error))
    return FALSE;
  if (!input_open (&live->input, options->input, options->seconds, error))
    return FALSE;
  return pipeline_build (&live->pipeline, &live->input, options, has_display (options), error);
}

static gint
run (Options *options)
{
  g_autoptr (Readout) readout = readout_new (stdout);
  g_autoptr (GError) error = NULL;
  Live live = { .options = options, .readout = readout };
  gboolean done = FALSE;

  live.runner = (Runner){ .name = "live",
                          .element = take_element,
                          .application = take_application,
                          .key = take_key,
                          .status = tell_rate,
                          .warns = TRUE,
                          .data = &live };
  if (prepare (&live, &error)) {
    printf ("%s\nResearch use, not a diagnosis.\n", live.input.described);
    done = play (&live);
    if (done)
      print_summary (&live);
  } else {
    runner_complain (&live.runner, error->message);
  }
  pipeline_clear (&live.pipeline);
  if (options->output)
    output_discard_empty (options->output);
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
