/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "seeds.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

static void
seed_free (gpointer data)
{
  FuzzSeed *seed = data;

  g_free (seed->name);
  g_bytes_unref (seed->bytes);
  g_free (seed);
}

FuzzSeeds *
fuzz_seeds_new (void)
{
  FuzzSeeds *seeds = g_new (FuzzSeeds, 1);

  seeds->list = g_ptr_array_new_with_free_func (seed_free);
  return seeds;
}

void
fuzz_seeds_free (FuzzSeeds *seeds)
{
  g_ptr_array_unref (seeds->list);
  g_free (seeds);
}

void
fuzz_seeds_add (FuzzSeeds *seeds, const gchar *name, gconstpointer data, gsize size)
{
  FuzzSeed *seed = g_new (FuzzSeed, 1);

  seed->name = g_strdup_printf ("%s-%03u", name, seeds->list->len);
  seed->bytes = g_bytes_new (data, MIN (size, FUZZ_SEED_BYTES));
  g_ptr_array_add (seeds->list, seed);
}

void
fuzz_seeds_take_bytes (FuzzSeeds *seeds, const gchar *name, GBytes *bytes)
{
  fuzz_seeds_add (seeds, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
}

void
fuzz_seeds_add_text (FuzzSeeds *seeds, const gchar *name, const gchar *text)
{
  fuzz_seeds_add (seeds, name, text, strlen (text));
}

gboolean
fuzz_seeds_write (const FuzzSeeds *seeds, const gchar *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0755) != 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
    return FALSE;
  }
  for (guint i = 0; i < seeds->list->len; i++) {
    const FuzzSeed *seed = g_ptr_array_index (seeds->list, i);
    g_autofree gchar *path = g_build_filename (folder, seed->name, NULL);

    if (!g_file_set_contents (path, g_bytes_get_data (seed->bytes, NULL), (gssize)g_bytes_get_size (seed->bytes),
                              error))
      return FALSE;
  }
  return TRUE;
}
