/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays footage of all kinds through the elements, as fast as it goes, and sees whether what the process holds grows.
 */
#include "ledger.h"
#include "show.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <malloc.h>
#include <sys/prctl.h>

/* Short shows in front, one of each kind: plugins are loaded, and caches filled. */
#define REHEARSALS 16

typedef struct {
  gint64 frames;
  gint64 every;
  gint stretch;
  gint seed;
  gchar *csv;
  gchar *pictures;
} Options;

static gboolean
parse (Options *options, gint *argc, gchar ***argv)
{
  const GOptionEntry entries[] = {
    { "frames", 'n', 0, G_OPTION_ARG_INT64, &options->frames, "how many, at least (2500000)", "N" },
    { "every", 'e', 0, G_OPTION_ARG_INT64, &options->every, "frames between notes (10000)", "N" },
    { "stretch", 't', 0, G_OPTION_ARG_INT, &options->stretch, "most frames between two things that happen (1200)",
      "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT, &options->seed, "of all that is chance (1)", "N" },
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &options->csv, "the notes as a table", "FILE" },
    { "pictures", 'p', 0, G_OPTION_ARG_FILENAME, &options->pictures, "JPEG and PNG files to be shown too", "FOLDER" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a soak of the elements");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (g_option_context_parse (context, argc, argv, &error) && *argc == 1 && options->frames > 0 && options->every > 0
      && options->stretch > 0)
    return TRUE;
  g_printerr ("soak: %s\n", error ? error->message : "numbers must be above 0, and nothing else is taken");
  return FALSE;
}

static void
print_tally (const ShowTally *tally)
{
  g_print (
      "%u pipelines (%u async, %u with overlays attached), %u ends, %u stops without an end, %u restarts, %u pauses\n",
      tally->shows, tally->async_shows, tally->attached_shows, tally->ends, tally->stops, tally->restarts,
      tally->pauses);
  g_print ("%u renegotiations, %u seeks, %u freezes, %u changes of the network and %u refused, %u snapshots\n",
           tally->renegotiations, tally->seeks, tally->freezes, tally->swaps, tally->refusals, tally->snapshots);
  g_print ("%u recordings, %u replayed with %" G_GUINT64_FORMAT " frames; %u readings, %u warnings\n",
           tally->recordings, tally->replays, tally->replayed, tally->readings, tally->warnings);
  g_print ("%" G_GUINT64_FORMAT " frames in, %" G_GUINT64_FORMAT " out, %" G_GUINT64_FORMAT
           " on their way when a pipeline was stopped or flushed\n",
           tally->in, tally->out, tally->lost);
}

static void
note (Ledger *ledger, const ShowTally *tally, const Options *options)
{
  const LedgerSample *sample = ledger_note (ledger, tally->in);
  g_autofree gchar *text = options->csv ? ledger_to_csv (ledger) : NULL;

  if (text)
    g_file_set_contents (options->csv, text, -1, NULL);
  if (ledger->samples->len % 10 == 1)
    g_print ("%8.1f s %9" G_GUINT64_FORMAT " frames %8.0f KiB, heap %8.0f KiB, %3.0f descriptors, %3.0f threads\n",
             sample->seconds, sample->frames, sample->resident, sample->heap, sample->descriptors, sample->threads);
}

static gboolean
run (const Options *options, ShowPlan *plan, GError **error)
{
  g_autoptr (Ledger) ledger = ledger_new ();
  g_autofree gchar *words = NULL;
  guint64 due = 0;
  gboolean fine = TRUE, flat;

  plan->stretch = 50;
  while (fine && plan->tally->shows < REHEARSALS)
    fine = show_run (plan, plan->tally->shows, error);
  plan->stretch = (guint)options->stretch;
  due = plan->tally->in;
  while (fine && plan->tally->in < (guint64)options->frames) {
    fine = show_run (plan, plan->tally->shows, error);
    if (plan->tally->in < due)
      continue;
    due = plan->tally->in + (guint64)options->every;
    note (ledger, plan->tally, options);
  }
  print_tally (plan->tally);
  if (!fine)
    return FALSE;
  if (g_getenv ("DERMA_UNDER")) {
    g_print ("soak: %" G_GUINT64_FORMAT " frames; what a sanitizer's program holds says nothing\n", plan->tally->in);
    return TRUE;
  }
  flat = ledger_is_flat (ledger, &words);
  g_print ("%s", words);
  g_print ("soak: %" G_GUINT64_FORMAT " frames, memory and handles %s\n", plan->tally->in,
           flat ? "are flat" : "are NOT flat");
  return flat;
}

int
main (int argc, char **argv)
{
  Options options = { .frames = 2500000, .every = 10000, .stretch = 1200, .seed = 1 };
  ShowTally tally = { 0 };
  g_autofree gchar *folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reels = NULL;
  gboolean fine = FALSE;
  ShowPlan plan = { .tally = &tally };

  setlocale (LC_ALL, "");
  /* Of all threads in one place, so that what is free can be given back before a note: of arenas that threads have of
   * their own malloc_trim() leaves the ends, which grow as each of them sees its first recording. */
  mallopt (M_ARENA_MAX, 1);
  /* x264 asks for pages of 2 MiB, which stay whole where a block or two is left of them. */
  prctl (PR_SET_THP_DISABLE, 1, 0, 0, 0);
  if (!parse (&options, &argc, &argv))
    return 2;
  reels = reel_make_all (options.pictures, (guint32)options.seed, &error);
  folder = reels ? g_dir_make_tmp ("soak-XXXXXX", &error) : NULL;
  if (folder) {
    plan.reels = reels;
    plan.folder = folder;
    plan.rand = g_rand_new_with_seed ((guint32)options.seed);
    fine = run (&options, &plan, &error);
    g_rand_free (plan.rand);
    g_rmdir (folder);
  }
  if (error)
    g_printerr ("soak: %s\n", error->message);
  g_free (options.csv);
  g_free (options.pictures);
  return fine ? 0 : 1;
}
