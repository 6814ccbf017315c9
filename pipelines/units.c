/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "units.h"

#include <derma/error.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 64
#define MAX_UNITS 10000000u

typedef struct {
  GPtrArray *units;
  const gchar *root;
  gchar *output; /* canonical */
} Listing;

static void
unit_free (gpointer data)
{
  Unit *unit = data;

  g_free (unit->name);
  g_free (unit->path);
  g_free (unit->result);
  g_free (unit);
}

static gboolean
get_kind (const gchar *name, UnitKind *kind)
{
  static const struct {
    const gchar *ending;
    UnitKind kind;
  } endings[] = { { ".jpg", UNIT_PICTURE },   { ".jpeg", UNIT_PICTURE },   { ".png", UNIT_PICTURE },
                  { ".mkv", UNIT_RECORDING }, { ".webm", UNIT_RECORDING }, { ".mp4", UNIT_RECORDING },
                  { ".m4v", UNIT_RECORDING }, { ".mov", UNIT_RECORDING },  { ".avi", UNIT_RECORDING } };
  gsize length = strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++) {
    gsize own = strlen (endings[i].ending);

    if (length > own && g_ascii_strcasecmp (name + length - own, endings[i].ending) == 0) {
      *kind = endings[i].kind;
      return TRUE;
    }
  }
  return FALSE;
}

/* 256 folders, so that none becomes slow. */
static gchar *
make_result (const Listing *listing, const gchar *name)
{
  g_autofree gchar *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree gchar *folder = g_strndup (digest, 2);
  g_autofree gchar *file = g_strdup_printf ("%.32s.json", digest + 2);

  return g_build_filename (listing->output, "units", folder, file, NULL);
}

static void
add (Listing *listing, const gchar *path, UnitKind kind, const struct stat *status)
{
  Unit *unit = g_new0 (Unit, 1);
  gsize skip = strlen (listing->root);

  unit->path = g_strdup (path);
  unit->name = strcmp (path, listing->root) == 0 ? g_path_get_basename (path)
                                                 : g_strdup (path + skip + (path[skip] == '/' ? 1 : 0));
  unit->kind = kind;
  unit->size = (guint64)status->st_size;
  unit->modified = (gint64)status->st_mtim.tv_sec * G_USEC_PER_SEC + status->st_mtim.tv_nsec / 1000;
  unit->result = make_result (listing, unit->name);
  g_ptr_array_add (listing->units, unit);
}

static gboolean collect (Listing *listing, const gchar *folder, guint depth, GError **error);

static gboolean
take (Listing *listing, const gchar *path, guint depth, GError **error)
{
  struct stat status;
  UnitKind kind;

  if (lstat (path, &status) != 0 || strcmp (path, listing->output) == 0)
    return TRUE;
  if (S_ISDIR (status.st_mode))
    return collect (listing, path, depth + 1, error);
  /* A link to a file is what it leads to; one that leads nowhere is told when it is read. */
  if (S_ISLNK (status.st_mode) && stat (path, &status) == 0 && S_ISDIR (status.st_mode))
    return TRUE;
  if (get_kind (strrchr (path, '/') + 1, &kind) && (S_ISREG (status.st_mode) || S_ISLNK (status.st_mode)))
    add (listing, path, kind, &status);
  return TRUE;
}

static gboolean
collect (Listing *listing, const gchar *folder, guint depth, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (folder);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  if (!dir) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be read as a folder: %s", shown, g_strerror (errno));
    return FALSE;
  }
  if (depth > MAX_DEPTH || listing->units->len > MAX_UNITS) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "%s: is below %d folders, or after %u files", shown, MAX_DEPTH,
                 MAX_UNITS);
    return FALSE;
  }
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (!take (listing, path, depth, error))
      return FALSE;
  }
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Unit *const *)a)->name, (*(const Unit *const *)b)->name);
}

static gboolean
take_root (Listing *listing, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (listing->root);
  struct stat status;

  if (stat (listing->root, &status) != 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be opened: %s", shown, g_strerror (errno));
    return FALSE;
  }
  if (S_ISDIR (status.st_mode) ? !collect (listing, listing->root, 0, error) : !take (listing, listing->root, 0, error))
    return FALSE;
  if (listing->units->len > 0)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: holds no pictures or recordings", shown);
  return FALSE;
}

GPtrArray *
units_list (const gchar *input, const gchar *output, GError **error)
{
  g_autofree gchar *root = g_canonicalize_filename (input, NULL);
  g_autofree gchar *results = g_canonicalize_filename (output, NULL);
  g_autoptr (GPtrArray) units = g_ptr_array_new_with_free_func (unit_free);
  Listing listing = { units, root, results };

  if (!take_root (&listing, error))
    return NULL;
  g_ptr_array_sort (units, compare);
  return g_steal_pointer (&units);
}

gboolean
units_is_of_shard (const Unit *unit, guint index, guint count)
{
  g_autofree gchar *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, unit->name, -1);
  g_autofree gchar *start = g_strndup (digest, 12);

  return g_ascii_strtoull (start, NULL, 16) % count == index;
}
