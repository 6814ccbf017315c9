/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <gst/gst.h>
#include <math.h>

#define MAX_THREADS 64
#define MAX_WINDOW 60.0 /* s */
/* A year; longer does not fit into nanoseconds with room to spare. */
#define MAX_SECONDS (366.0 * 24.0 * 3600.0)

static GOptionContext *
describe (Options *options)
{
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &options->input,
      "camera, video, picture, folder of pictures or 'phantom'; without it the first camera, else the phantom",
      "DEVICE|FILE|FOLDER" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
      "write what is shown, readings and all; never overwritten: FILE-1.mkv is written where FILE.mkv exists",
      "FILE.mkv" },
    { "snapshots", 0, 0, G_OPTION_ARG_FILENAME, &options->snapshots,
      "folder for the snapshots that the key s takes (default: " OPTIONS_SNAPSHOTS ")", "DIR" },
    { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &options->seconds, "end after N seconds of video", "N" },
    { "no-display", 0, 0, G_OPTION_ARG_NONE, &options->no_display, "open no window", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options->model, "network to read with (default: the shipped one)",
      "FILE.onnx" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options->threads, "threads of the network, 1 to 64 (default: 1)", "N" },
    { "evidence-window", 'w', 0, G_OPTION_ARG_DOUBLE, &options->window,
      "seconds of evidence in a reading (default: 3 of video, 0 of pictures)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("- read skin lesions live; research use, not a diagnosis");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return context;
}

static gboolean
refuse (GError **error, const gchar *format, const gchar *value)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, value);
  return FALSE;
}

static gboolean
check (const Options *options, GError **error)
{
  if (!(options->seconds >= 0.0 && options->seconds <= MAX_SECONDS))
    return refuse (error, "--seconds: %s", "must be from 0 to a year");
  if (options->threads < 1 || options->threads > MAX_THREADS)
    return refuse (error, "--threads: %s", "must be from 1 to 64");
  if (options->window != -1.0 && !(options->window >= 0.0 && options->window <= MAX_WINDOW))
    return refuse (error, "--evidence-window: %s", "must be from 0 to 60");
  if (options->snapshots && !*options->snapshots)
    return refuse (error, "--snapshots: %s", "names nothing");
  if (options->input && !*options->input)
    return refuse (error, "--input: %s", "names nothing");
  if (options->output && !g_str_has_suffix (options->output, ".mkv"))
    return refuse (error, "--output: %s: the name must end in .mkv", options->output);
  return TRUE;
}

gboolean
options_parse (Options *options, gint *argc, gchar ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = describe (options);

  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    return refuse (error, "%s: not an option; an input is given with --input", (*argv)[1]);
  return check (options, error);
}

void
options_clear (Options *options)
{
  g_clear_pointer (&options->input, g_free);
  g_clear_pointer (&options->output, g_free);
  g_clear_pointer (&options->snapshots, g_free);
  g_clear_pointer (&options->model, g_free);
}
