/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay-TARGET [FILE|FOLDER...]: runs the target on its seeds and on the files, one test case each (TAP). What breaks
 * a promise ends the program.
 * replay-TARGET --write FOLDER: writes the seeds there.
 */
#include "target.h"

#include <string.h>

static guint n_cases;

static void
play (const gchar *name, const guint8 *data, gsize size)
{
  /* In memory of just its size, so that reading beyond it is seen. */
  g_autofree guint8 *copy = g_memdup2 (data, size);

  g_print ("# %s\n", name);
  fuzz_target_run (copy, size);
  g_print ("ok %u - %s\n", ++n_cases, name);
}

static void
play_seeds (void)
{
  g_autoptr (FuzzSeeds) seeds = fuzz_seeds_new ();

  fuzz_target_seed (seeds);
  for (guint i = 0; i < seeds->list->len; i++) {
    const FuzzSeed *seed = g_ptr_array_index (seeds->list, i);

    play (seed->name, g_bytes_get_data (seed->bytes, NULL), g_bytes_get_size (seed->bytes));
  }
}

static void
play_file (const gchar *path)
{
  g_autofree gchar *name = g_path_get_basename (path);
  g_autofree gchar *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (g_file_get_contents (path, &data, &size, &error))
    play (name, (const guint8 *)data, size);
  else
    g_print ("not ok %u - %s\n", ++n_cases, error->message);
}

static void
play_path (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  if (!dir) {
    play_file (path);
    return;
  }
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);

    play_file (file);
  }
}

static int
write_seeds (const gchar *folder)
{
  g_autoptr (FuzzSeeds) seeds = fuzz_seeds_new ();
  g_autoptr (GError) error = NULL;

  fuzz_target_seed (seeds);
  if (fuzz_seeds_write (seeds, folder, &error))
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}

int
main (int argc, char **argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  if (argc == 3 && strcmp (argv[1], "--write") == 0)
    return write_seeds (argv[2]);
  fuzz_target_start ();
  play_seeds ();
  for (gint i = 1; i < argc; i++)
    play_path (argv[i]);
  g_print ("1..%u\n", n_cases);
  return 0;
}
