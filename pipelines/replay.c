/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma-replay: replays a recording with its readings, or reads it again and shows where that differs. */
#include "comparison.h"
#include "plaintext.h"
#include "readout.h"
#include "replaypipeline.h"
#include "runner.h"

#include <locale.h>
#include <string.h>

typedef struct {
  const ReplayOptions *options;
  Input input;
  ReplayPipeline pipeline;
  Readout *readout;
  Comparison *comparison;
  Runner runner;
  guint captions;
} Replay;

static void
take_element (const GstStructure *structure, gpointer data)
{
  Replay *replay = data;

  if (!gst_structure_has_name (structure, "dermaclassify"))
    return;
  runner_clear_line (&replay->runner);
  readout_take (replay->readout, structure);
}

static void
take_application (const GstStructure *structure, gpointer data)
{
  Replay *replay = data;
  guint64 pts = GST_CLOCK_TIME_NONE;
  g_autofree gchar *time = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *plain = NULL;

  if (!gst_structure_has_name (structure, REPLAY_CAPTION))
    return;
  gst_structure_get (structure, "pts", G_TYPE_UINT64, &pts, "text", G_TYPE_STRING, &text, NULL);
  time = readout_format_time (pts);
  runner_clear_line (&replay->runner);
  plain = derma_plaintext_new (text);
  printf ("%s  %s\n", time, plain);
  replay->captions++;
}

static gboolean
has_display (const ReplayOptions *options)
{
  const gchar *x11 = g_getenv ("DISPLAY");
  const gchar *wayland = g_getenv ("WAYLAND_DISPLAY");

  return !options->no_display && ((x11 && *x11) || (wayland && *wayland));
}

static gboolean
prepare (Replay *replay, GError **error)
{
  const ReplayOptions *options = replay->options;

  if (!input_open (&replay->input, options->recording, 0.0, error))
    return FALSE;
  if (options->again && !options->sidecar) {
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: there is no sidecar beside it to compare with",
                 options->recording);
    return FALSE;
  }
  return replay_pipeline_build (&replay->pipeline, &replay->input, options, has_display (options), replay->comparison,
                                error);
}

static void
print_summary (Replay *replay)
{
  g_autofree gchar *time = readout_format_time (gate_get_time (replay->pipeline.gate));

  runner_clear_line (&replay->runner);
  printf ("%u frames in %s", gate_get_frames (replay->pipeline.gate), time);
  if (replay->options->again)
    printf ("\n");
  else if (replay->options->sidecar)
    printf (", %u readings\n", readout_get_count (replay->readout));
  else
    printf (", %u captions\n", replay->captions);
  if (replay->options->again)
    comparison_print (replay->comparison);
}

static gint
run (const ReplayOptions *options)
{
  g_autoptr (Readout) readout = readout_new (stdout);
  g_autoptr (Comparison) comparison = comparison_new (stdout);
  g_autoptr (GError) error = NULL;
  Replay replay = { .options = options, .readout = readout, .comparison = comparison };
  gboolean done = FALSE;

  replay.runner = (Runner){
    .name = "replay", .element = take_element, .application = take_application, .data = &replay, .warns = TRUE
  };
  if (prepare (&replay, &error)) {
    printf ("%s, with %s\nResearch use, not a diagnosis.\n", replay.input.described,
            options->sidecar ? options->sidecar : "its captions");
    replay.runner.input = &replay.input;
    replay.runner.pipeline = replay.pipeline.element;
    replay.runner.gate = replay.pipeline.gate;
    done = runner_run (&replay.runner);
    if (done)
      print_summary (&replay);
  } else {
    runner_complain (&replay.runner, error->message);
  }
  replay_pipeline_clear (&replay.pipeline);
  input_clear (&replay.input);
  return done ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_auto (ReplayOptions) options = REPLAY_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOLBF, 0);
  g_set_prgname ("replay");
  if (!replay_options_parse (&options, &argc, &argv, &error)) {
    fprintf (stderr, "replay: %s (--help tells more)\n", error->message);
    return 2;
  }
  return run (&options);
}
