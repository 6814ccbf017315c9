/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* derma-batch: reads all pictures and recordings of a folder, once each, and gathers the results in one file. */
#include "crew.h"
#include "plaintext.h"
#include "tools/output.h"

#include <derma/error.h>
#include <derma/model.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_US 200000
#define MAX_JOBS 256
#define MAX_SHARDS 100000

typedef struct {
  const gchar *input;
  gchar *output;
  gchar *model;
  gchar *shard;
  guint shard_index;
  guint shard_count; /* 0: all */
  gdouble window;
  gint jobs;
  gboolean csv;
  gboolean retry;
} Options;

static volatile sig_atomic_t interrupted;

static void
on_signal (int number)
{
  interrupted = 1;
}

static gint usage (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

static gint
usage (const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("batch: %s (--help tells more)\n", text);
  return 2;
}

static gint
fail (const GError *error)
{
  g_autofree gchar *text = derma_plaintext_new (error->message);

  g_printerr ("batch: %s\n", text);
  return 1;
}

static gboolean
parse_shard (Options *o)
{
  gchar *end = NULL;
  guint64 index, n;

  if (!g_ascii_isdigit (*o->shard))
    return FALSE;
  index = g_ascii_strtoull (o->shard, &end, 10);
  if (*end != '/' || !g_ascii_isdigit (end[1]))
    return FALSE;
  n = g_ascii_strtoull (end + 1, &end, 10);
  if (*end || n < 1 || n > MAX_SHARDS || index >= n)
    return FALSE;
  o->shard_index = (guint)index;
  o->shard_count = (guint)n;
  return TRUE;
}

static gint
parse (gint argc, gchar **argv, Options *o)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "folder of the results", "FOLDER" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &o->jobs, "files at a time (default: one a core)", "N" },
    { "shard", 0, 0, G_OPTION_ARG_STRING, &o->shard, "only share I of N, I from 0; nothing is gathered", "I/N" },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &o->csv, "gather results.csv instead of results.jsonl", NULL },
    { "retry", 0, 0, G_OPTION_ARG_NONE, &o->retry, "read files again that had an error", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &o->model, "network (default: the shipped one)", "FILE.onnx" },
    { "evidence-window", 0, 0, G_OPTION_ARG_DOUBLE, &o->window, "seconds put together in recordings (default: 3)",
      "S" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("INPUT - read a folder of pictures and recordings");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return usage ("%s", error->message);
  if (argc != 2)
    return usage ("one folder or file is needed, not %d", argc - 1);
  o->input = argv[1];
  if (!o->output || !*o->output)
    return usage ("--output is needed");
  if (o->jobs < 1 || o->jobs > MAX_JOBS)
    return usage ("--jobs: %d is not from 1 to %d", o->jobs, MAX_JOBS);
  if (!(o->window >= 0 && o->window <= 60))
    return usage ("--evidence-window: %g is not from 0 to 60", o->window);
  if (o->shard && !parse_shard (o))
    return usage ("--shard: '%s' is not I/N with I from 0 to N - 1", o->shard);
  return -1;
}

/* Those that have no result yet. @failed: how many of the others had an error. */
static GPtrArray *
choose (const GPtrArray *units, const Options *options, const ResultKey *key, guint *failed)
{
  GPtrArray *chosen = g_ptr_array_new ();

  *failed = 0;
  for (guint i = 0; i < units->len; i++) {
    Unit *unit = g_ptr_array_index (units, i);
    g_autoptr (JsonObject) result = NULL;

    if (options->shard_count > 0 && !units_is_of_shard (unit, options->shard_index, options->shard_count))
      continue;
    result = result_load (unit, key);
    if (!result || (options->retry && result_get_error (result)))
      g_ptr_array_add (chosen, unit);
    else if (result_get_error (result))
      (*failed)++;
  }
  return chosen;
}

static void
show_progress (guint done, guint total, guint failed, gint64 begun)
{
  gdouble spent = (gdouble)(g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  guint left = done > 0 ? (guint)(spent / done * (total - done)) : 0;

  fprintf (stderr, "\r%u of %u", done, total);
  if (failed > 0)
    fprintf (stderr, ", %u failed", failed);
  if (done > 0)
    fprintf (stderr, ", %u:%02u:%02u left", left / 3600, left / 60 % 60, left % 60);
  fputs ("\033[K", stderr);
}

/* Returns: whether all were read, if not all without an error */
static gboolean
read_all (const CrewPlan *plan, const GPtrArray *units, guint *failed, GError **error)
{
  Crew *crew = crew_start (plan, units);
  gint64 begun = g_get_monotonic_time ();
  gboolean watched = isatty (STDERR_FILENO) == 1;
  gboolean written;

  while (crew_is_busy (crew)) {
    guint done = crew_get_done (crew, failed);

    if (interrupted)
      crew_stop (crew);
    if (watched)
      show_progress (done, units->len, *failed, begun);
    g_usleep (PROGRESS_US);
  }
  crew_get_done (crew, failed);
  if (watched)
    fputs ("\r\033[K", stderr);
  written = crew_finish (crew, error);
  if (written && interrupted) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "interrupted; run it again to go on");
    return FALSE;
  }
  return written;
}

/* All results that there are, in the order of the names, in one file. */
static gboolean
gather (const GPtrArray *units, const Options *options, const ResultKey *key, GError **error)
{
  g_autofree gchar *path = g_build_filename (options->output, options->csv ? "results.csv" : "results.jsonl", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (options->csv)
    result_append_csv (text, NULL);
  for (guint i = 0; i < units->len; i++) {
    g_autoptr (JsonObject) result = result_load (g_ptr_array_index (units, i), key);

    if (result && options->csv) {
      result_append_csv (text, result);
    } else if (result) {
      g_autofree gchar *line = result_to_line (result);

      g_string_append_printf (text, "%s\n", line);
    }
  }
  if (!derma_output_write (path, text->str, text->len, error))
    return FALSE;
  printf ("%s\n", path);
  return TRUE;
}

static gint
run (const Options *options, const gchar *program)
{
  g_autofree gchar *path = options->model ? g_strdup (options->model) : derma_model_find_default ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_load (path, &error);
  g_autoptr (GPtrArray) units = model ? units_list (options->input, options->output, &error) : NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  CrewPlan plan = { program, path, { model ? derma_model_get_sha256 (model) : "", options->window }, 1 };
  guint before = 0, failed = 0;

  if (!units)
    return fail (error);
  if (g_mkdir_with_parents (options->output, 0777) != 0) {
    g_printerr ("batch: %s: cannot be made: %s\n", options->output, g_strerror (errno));
    return 1;
  }
  chosen = choose (units, options, &plan.key, &before);
  printf ("%u of %u files to read. Research use, not a diagnosis.\n", chosen->len, units->len);
  plan.jobs = MIN ((guint)options->jobs, MAX (chosen->len, 1));
  if (!read_all (&plan, chosen, &failed, &error)
      || (options->shard_count == 0 && !gather (units, options, &plan.key, &error)))
    return fail (error);
  if (before + failed == 0)
    return 0;
  g_printerr ("batch: %u file%s could not be read; the results say why\n", before + failed,
              before + failed == 1 ? "" : "s");
  return 1;
}

int
main (int argc, char **argv)
{
  Options options = { .window = 3, .jobs = (gint)MIN (g_get_num_processors (), MAX_JOBS) };
  struct sigaction action = { .sa_handler = on_signal };
  gint code;

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  setvbuf (stdout, NULL, _IOLBF, 0);
  g_set_prgname ("batch");
  if (argc == 5 && strcmp (argv[1], "--worker") == 0) {
    const ResultKey key = { argv[3], g_ascii_strtod (argv[2], NULL) };

    setvbuf (stdout, NULL, _IOFBF, BUFSIZ);
    crew_prepare ();
    gst_init (NULL, NULL);
    return crew_work (argv[4], &key);
  }
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  /* With nohup it goes on. */
  if (signal (SIGHUP, SIG_IGN) != SIG_IGN)
    sigaction (SIGHUP, &action, NULL);
  signal (SIGPIPE, SIG_IGN);
  code = parse (argc, argv, &options);
  if (code < 0) {
    g_autofree gchar *program = g_file_read_link ("/proc/self/exe", NULL);

    code = run (&options, program ? program : argv[0]);
  }
  g_free (options.output);
  g_free (options.model);
  g_free (options.shard);
  return code;
}
