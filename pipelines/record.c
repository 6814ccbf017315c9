/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma-record: records an examination: clean video, captions, chapters, and a sidecar with the readings. */
#include "cameras.h"
#include "chapters.h"
#include "controls.h"
#include "feed.h"
#include "readout.h"
#include "recordpipeline.h"
#include "runner.h"

#include <locale.h>
#include <string.h>

#define KEYS "Keys: s takes a snapshot, beside the recording; q ends; h tells the keys"

typedef struct {
  const RecordOptions *options;
  Input input;
  RecordPipeline pipeline;
  Readout *readout;
  Runner runner;
  guint files;
  gboolean broken; /* whether a file was not finished */
} Record;

/* A recording is not held still, and nothing is drawn into it: of the keys of a live picture two are left. */
static void
take_key (const gchar *key, gpointer data)
{
  Record *record = data;
  const KeyAction action = keys_find (key);
  g_autoptr (GError) error = NULL;

  if (action == KEY_QUIT)
    runner_end (&record->runner);
  else if (action == KEY_HELP)
    runner_say (&record->runner, KEYS);
  else if (action == KEY_SNAPSHOT)
    g_free (controls_act (record->pipeline.element, action, &error));
  if (error)
    runner_complain (&record->runner, error->message);
}

static void
take_application (const GstStructure *structure, gpointer data)
{
  Record *record = data;
  guint number = 0;
  guint total = 0;

  if (gst_structure_has_name (structure, FEED_SKIPPED)) {
    g_autofree gchar *text = g_strconcat (gst_structure_get_string (structure, "text"), " (skipped)", NULL);

    runner_complain (&record->runner, text);
  } else if (gst_structure_has_name (structure, FEED_PICTURE)) {
    gst_structure_get (structure, "number", G_TYPE_UINT, &number, "total", G_TYPE_UINT, &total, NULL);
    readout_picture (record->readout, number, total, gst_structure_get_string (structure, "path"));
  }
}

/* (transfer full): The element tells names as text; those of a file that is named in bytes begin as we named it. */
static gchar *
restore_name (const gchar *output, const gchar *told)
{
  g_autofree gchar *stem = g_strndup (output, strlen (output) - strlen (".mkv"));
  g_autofree gchar *shown = g_filename_display_name (stem);

  return g_str_has_prefix (told, shown) ? g_strconcat (stem, told + strlen (shown), NULL) : g_strdup (told);
}

static gboolean
add_chapters (const Record *record, const gchar *path, const gchar *sidecar, guint *n, GError **error)
{
  g_autofree gchar *film = restore_name (record->options->output, path);
  g_autofree gchar *readings = restore_name (record->options->output, sidecar);

  return chapters_add (film, readings, n, error);
}

/* A file that broke off is a failure, also where no error tells so, as of one that was deleted meanwhile. */
static void
note_broken (Record *record, const gchar *path)
{
  g_autofree gchar *text = g_strconcat (path, ": could not be finished", NULL);

  record->broken = TRUE;
  if (!record->runner.failed)
    runner_complain (&record->runner, text);
}

/* A file is finished: it gets its chapters. */
static void
take_part (Record *record, const GstStructure *structure)
{
  const gchar *path = gst_structure_get_string (structure, "location");
  const gchar *sidecar = gst_structure_get_string (structure, "sidecar");
  g_autoptr (GError) error = NULL;
  guint64 duration = 0, frames = 0, readings = 0;
  gboolean finished = FALSE;
  guint chapters = 0;
  g_autofree gchar *time = NULL;

  gst_structure_get (structure, "duration", G_TYPE_UINT64, &duration, "frames", G_TYPE_UINT64, &frames, "readings",
                     G_TYPE_UINT64, &readings, "finished", G_TYPE_BOOLEAN, &finished, NULL);
  record->files++;
  runner_clear_line (&record->runner);
  if (finished && sidecar && !add_chapters (record, path, sidecar, &chapters, &error)) {
    runner_complain (&record->runner, error->message);
    chapters = 0;
  }
  time = readout_format_time (duration);
  printf ("%s %s: %s, %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " readings, %u chapter%s\n",
          finished ? "wrote" : "broke off", path, time, frames, readings, chapters, chapters == 1 ? "" : "s");
  if (!finished)
    note_broken (record, path);
}

static void
take_element (const GstStructure *structure, gpointer data)
{
  Record *record = data;
  g_autofree gchar *text = NULL;

  if (gst_structure_has_name (structure, "dermarecord-part")) {
    take_part (record, structure);
  } else if (gst_structure_has_name (structure, "dermaclassify")) {
    runner_clear_line (&record->runner);
    readout_take (record->readout, structure);
  } else if (gst_structure_has_name (structure, "dermaclassify-snapshot")) {
    text = g_strconcat ("snapshot ", gst_structure_get_string (structure, "file"), NULL);
  } else {
    text = cameras_describe (structure);
  }
  if (text)
    runner_say (&record->runner, text);
}

static gboolean
has_display (const RecordOptions *options)
{
  const gchar *x11 = g_getenv ("DISPLAY");
  const gchar *wayland = g_getenv ("WAYLAND_DISPLAY");

  return !options->no_display && ((x11 && *x11) || (wayland && *wayland));
}

static gboolean
prepare (Record *record, GError **error)
{
  const RecordOptions *options = record->options;
  g_autofree gchar *folder = g_path_get_dirname (options->output);

  if (!input_open (&record->input, options->input, options->seconds, error)
      || !record_pipeline_build (&record->pipeline, &record->input, options, has_display (options), error))
    return FALSE;
  controls_set_snapshots (record->pipeline.element, folder);
  return TRUE;
}

static gint
run (const RecordOptions *options)
{
  g_autoptr (Readout) readout = readout_new (stdout);
  g_autoptr (GError) error = NULL;
  Record record = { .options = options, .readout = readout };
  gboolean done = FALSE;

  record.runner = (Runner){ .name = "record",
                            .element = take_element,
                            .application = take_application,
                            .key = take_key,
                            .data = &record,
                            .warns = TRUE };
  if (prepare (&record, &error)) {
    printf ("%s\nResearch use, not a diagnosis.\n", record.input.described);
    if (terminal_is_ours ())
      printf ("%s\n", KEYS);
    record.runner.input = &record.input;
    record.runner.pipeline = record.pipeline.element;
    record.runner.gate = record.pipeline.gate;
    done = runner_run (&record.runner) && !record.broken;
    if (done && record.files == 0) {
      runner_complain (&record.runner, "there was no video to record");
      done = FALSE;
    }
  } else {
    runner_complain (&record.runner, error->message);
  }
  record_pipeline_clear (&record.pipeline);
  input_clear (&record.input);
  return done ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_auto (RecordOptions) options = RECORD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOLBF, 0);
  g_set_prgname ("record");
  if (!record_options_parse (&options, &argc, &argv, &error)) {
    fprintf (stderr, "record: %s (--help tells more)\n", error->message);
    return 2;
  }
  return run (&options);
}
