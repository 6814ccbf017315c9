/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pictures.h"

#include <derma/error.h>

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_PICTURES 10000000u

gboolean
pictures_is_picture (const gchar *path)
{
  const guint8 jpeg[] = { 0xff, 0xd8, 0xff };
  const guint8 png[] = { 0x89, 'P', 'N', 'G' };
  guint8 start[4] = { 0 };
  FILE *file = g_fopen (path, "rb");
  gsize n;

  if (!file)
    return FALSE;
  n = fread (start, 1, sizeof start, file);
  fclose (file);
  return n == sizeof start && (!memcmp (start, jpeg, sizeof jpeg) || !memcmp (start, png, sizeof png));
}

static gboolean
named_as_picture (const gchar *name)
{
  const gchar *endings[] = { ".jpg", ".jpeg", ".png" };
  gsize length = strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    gsize n = strlen (endings[i]);

    if (length > n && !g_ascii_strcasecmp (name + length - n, endings[i]))
      return TRUE;
  }
  return FALSE;
}

static gboolean
collect (GPtrArray *paths, const gchar *folder, guint depth, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  if (!dir) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: the folder cannot be read", folder);
    return FALSE;
  }
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      if (depth < MAX_DEPTH && !g_file_test (path, G_FILE_TEST_IS_SYMLINK) && !collect (paths, path, depth + 1, error))
        return FALSE;
    } else if (named_as_picture (name) && paths->len < MAX_PICTURES) {
      g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  }
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

GPtrArray *
pictures_list (const gchar *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  if (!collect (paths, folder, 0, error))
    return NULL;
  if (paths->len == 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: no .jpg, .jpeg or .png file in it", folder);
    return NULL;
  }
  g_ptr_array_sort (paths, compare);
  return g_steal_pointer (&paths);
}
