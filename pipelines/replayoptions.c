/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "replayoptions.h"

#include <gst/gst.h>
#include <string.h>

#define MAX_THREADS 64
#define MAX_EVIDENCE 60.0

static GOptionContext *
describe (ReplayOptions *options)
{
  const GOptionEntry entries[] = {
    { "sidecar", 0, 0, G_OPTION_ARG_FILENAME, &options->sidecar, "the readings (default: beside the recording)",
      "FILE.jsonl" },
    { "captions", 0, 0, G_OPTION_ARG_NONE, &options->captions, "take the captions instead of the sidecar", NULL },
    { "again", 0, 0, G_OPTION_ARG_NONE, &options->again, "read again with a network and show where it differs", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options->model, "that network (default: the shipped one)", "FILE.onnx" },
    { "evidence", 0, 0, G_OPTION_ARG_DOUBLE, &options->evidence,
      "seconds over which its readings are put together, 0 to 60 (default: 1)", "N" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options->threads, "threads of the network, 1 to 64 (default: 1)", "N" },
    { "no-display", 0, 0, G_OPTION_ARG_NONE, &options->no_display, "open no window", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context =
      g_option_context_new ("RECORDING.mkv - replay an examination; research use, not a diagnosis");

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

static void
find_sidecar (ReplayOptions *options)
{
  g_autofree gchar *stem = NULL;
  g_autofree gchar *beside = NULL;

  if (options->captions || options->sidecar)
    return;
  stem = g_strdup (options->recording);
  if (g_str_has_suffix (stem, ".mkv"))
    stem[strlen (stem) - 4] = '\0';
  beside = g_strconcat (stem, ".jsonl", NULL);
  if (g_file_test (beside, G_FILE_TEST_EXISTS))
    options->sidecar = g_steal_pointer (&beside);
}

static gboolean
check (const ReplayOptions *options, GError **error)
{
  if (!(options->evidence >= 0.0 && options->evidence <= MAX_EVIDENCE))
    return refuse (error, "--evidence", "must be from 0 to 60");
  if (options->threads < 1 || options->threads > MAX_THREADS)
    return refuse (error, "--threads", "must be from 1 to 64");
  if (options->captions && (options->again || options->sidecar))
    return refuse (error, "--captions", "goes neither with --again nor with --sidecar");
  return TRUE;
}

gboolean
replay_options_parse (ReplayOptions *options, gint *argc, gchar ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = describe (options);

  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc < 2 || !*(*argv)[1])
    return refuse (error, "RECORDING.mkv", "is missing");
  if (*argc > 2)
    return refuse (error, (*argv)[2], "is one recording too many");
  options->recording = g_strdup ((*argv)[1]);
  options->again = options->again || options->model;
  if (!check (options, error))
    return FALSE;
  find_sidecar (options);
  return TRUE;
}

void
replay_options_clear (ReplayOptions *options)
{
  g_clear_pointer (&options->recording, g_free);
  g_clear_pointer (&options->sidecar, g_free);
  g_clear_pointer (&options->model, g_free);
}
