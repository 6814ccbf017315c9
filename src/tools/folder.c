/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 64
#define MAX_PICTURES 1000000

static gboolean
is_picture (const gchar *name)
{
  static const gchar *const endings[] = { ".jpg", ".jpeg", ".png" };
  gsize length = strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    gsize own = strlen (endings[i]);

    if (length > own && g_ascii_strcasecmp (name + length - own, endings[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *)a, *(gchar *const *)b);
}

static GPtrArray *
list_names (const gchar *path, GError **error)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  GPtrArray *names;
  const gchar *name;

  if (!dir) {
    g_autofree gchar *shown = g_filename_display_name (path);

    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be read as a folder: %s", shown, g_strerror (errno));
    return NULL;
  }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  g_ptr_array_sort (names, compare);
  return names;
}

static void
add_picture (DermaLabels *labels, const gchar *path)
{
  DermaSample *sample = g_new0 (DermaSample, 1);

  sample->path = g_strdup (path);
  sample->id = g_strdup (path);
  sample->lesion = g_strdup (path);
  g_ptr_array_add (labels->samples, sample);
}

static gboolean
add_folder (DermaLabels *labels, const gchar *path, guint depth, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (path, error);

  if (!names)
    return FALSE;
  if (depth > MAX_DEPTH || labels->samples->len > MAX_PICTURES) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "%s: holds more than %d levels of folders or %d pictures",
                 labels->source, MAX_DEPTH, MAX_PICTURES);
    return FALSE;
  }
  for (guint i = 0; i < names->len; i++) {
    g_autofree gchar *child = g_build_filename (path, (gchar *)g_ptr_array_index (names, i), NULL);
    struct stat status;

    if (lstat (child, &status) == 0 && S_ISDIR (status.st_mode)) {
      if (!add_folder (labels, child, depth + 1, error))
        return FALSE;
    } else if (is_picture (g_ptr_array_index (names, i)) && g_file_test (child, G_FILE_TEST_IS_REGULAR)) {
      add_picture (labels, child);
    }
  }
  return TRUE;
}

DermaLabels *
derma_folder_list (const gchar *path, GError **error)
{
  g_autoptr (DermaLabels) labels = g_new0 (DermaLabels, 1);

  labels->source = g_filename_display_name (path);
  labels->samples = g_ptr_array_new_with_free_func (derma_sample_free);
  if (!add_folder (labels, path, 0, error))
    return NULL;
  if (labels->samples->len > 0)
    return g_steal_pointer (&labels);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: holds no JPEG or PNG pictures", labels->source);
  return NULL;
}
