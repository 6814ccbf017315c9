/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recordoptions.h"

#include <gst/gst.h>

#define MAX_THREADS 64
#define MAX_SECONDS (366.0 * 24.0 * 3600.0)
#define MAX_MEGABYTES 1e9
#define MAX_EVIDENCE 60.0
#define MAX_BITRATE 1000000

static const gchar *const encoders[] = { "auto", "x264", "hardware", "vp8", "vp9", "mjpeg", "ffv1", NULL };

static GOptionContext *
describe (RecordOptions *options)
{
  const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &options->input,
      "camera, video, picture, folder of pictures or 'phantom'; without it the first camera, else the phantom",
      "DEVICE|FILE|FOLDER" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, "the recording (default: session-DATE-TIME.mkv)",
      "FILE.mkv" },
    { "seconds", 's', 0, G_OPTION_ARG_DOUBLE, &options->seconds, "end after N seconds of video", "N" },
    { "tags", 0, 0, G_OPTION_ARG_STRING, &options->tags, "what to write about the session", "TEXT" },
    { "encoder", 0, 0, G_OPTION_ARG_STRING, &options->encoder, "auto, x264, hardware, vp8, vp9, mjpeg or ffv1",
      "NAME" },
    { "bitrate", 0, 0, G_OPTION_ARG_INT, &options->bitrate, "kbit/s (default: a constant quality)", "N" },
    { "max-duration", 0, 0, G_OPTION_ARG_DOUBLE, &options->max_duration, "begin another file after N seconds", "N" },
    { "max-size", 0, 0, G_OPTION_ARG_DOUBLE, &options->max_size, "begin another file after N megabytes", "N" },
    { "evidence", 0, 0, G_OPTION_ARG_DOUBLE, &options->evidence,
      "seconds over which readings of a lesion are put together, 0 to 60 (default: 1)", "N" },
    { "no-display", 0, 0, G_OPTION_ARG_NONE, &options->no_display, "open no window", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options->model, "network to read with (default: the shipped one)",
      "FILE.onnx" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options->threads, "threads of the network, 1 to 64 (default: 1)", "N" },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("- record an examination; research use, not a diagnosis");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return context;
}

static gboolean
refuse (GError **error, const gchar *option, const gchar *cause)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", option, cause);
  return FALSE;
}

static gboolean
check_numbers (const RecordOptions *options, GError **error)
{
  if (!(options->seconds >= 0.0 && options->seconds <= MAX_SECONDS))
    return refuse (error, "--seconds", "must be from 0 to a year");
  if (!(options->max_duration >= 0.0 && options->max_duration <= MAX_SECONDS))
    return refuse (error, "--max-duration", "must be from 0 to a year");
  if (!(options->max_size >= 0.0 && options->max_size <= MAX_MEGABYTES))
    return refuse (error, "--max-size", "must be from 0 to a billion");
  if (!(options->evidence >= 0.0 && options->evidence <= MAX_EVIDENCE))
    return refuse (error, "--evidence", "must be from 0 to 60");
  if (options->bitrate < 0 || options->bitrate > MAX_BITRATE)
    return refuse (error, "--bitrate", "must be from 0 to a million");
  if (options->threads < 1 || options->threads > MAX_THREADS)
    return refuse (error, "--threads", "must be from 1 to 64");
  return TRUE;
}

static gboolean
check (const RecordOptions *options, GError **error)
{
  if (options->input && !*options->input)
    return refuse (error, "--input", "names nothing");
  if (!g_str_has_suffix (options->output, ".mkv"))
    return refuse (error, "--output", "the name must end in .mkv");
  if (options->encoder && !g_strv_contains (encoders, options->encoder))
    return refuse (error, "--encoder", "must be auto, x264, hardware, vp8, vp9, mjpeg or ffv1");
  return check_numbers (options, error);
}

gboolean
record_options_parse (RecordOptions *options, gint *argc, gchar ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = describe (options);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    return refuse (error, (*argv)[1], "not an option; an input is given with --input");
  if (!options->output)
    options->output = g_date_time_format (now, "session-%Y%m%d-%H%M%S.mkv");
  return check (options, error);
}

void
record_options_clear (RecordOptions *options)
{
  g_clear_pointer (&options->input, g_free);
  g_clear_pointer (&options->output, g_free);
  g_clear_pointer (&options->model, g_free);
  g_clear_pointer (&options->encoder, g_free);
  g_clear_pointer (&options->tags, g_free);
}
