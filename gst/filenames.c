/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filenames.h"

#include <derma/error.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_ATTEMPTS 100000

gchar *
derma_file_name (const gchar *location, guint attempt, guint part, const gchar *suffix)
{
  const gchar *slash = strrchr (location, G_DIR_SEPARATOR);
  const gchar *base = slash ? slash + 1 : location;
  const gchar *dot = strrchr (base, '.');
  GString *name;

  if (!dot || dot == base)
    dot = base + strlen (base);
  name = g_string_new_len (location, dot - location);
  if (attempt > 0)
    g_string_append_printf (name, "-%u", attempt);
  if (part != DERMA_WHOLE)
    g_string_append_printf (name, "-%05u", part);
  g_string_append (name, *dot ? dot : suffix);
  return g_string_free (name, FALSE);
}

static gboolean
is_taken (const gchar *beside, guint attempt, guint part)
{
  g_autofree gchar *name = beside ? derma_file_name (beside, attempt, part, ".jsonl") : NULL;
  GStatBuf status;

  return name && g_lstat (name, &status) == 0;
}

/* What ends with a slash has a folder's name, and what is written there would be hidden in it. */
static gboolean
names_file (const gchar *location, GError **error)
{
  if (*location && !g_str_has_suffix (location, G_DIR_SEPARATOR_S))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be written: it names no file", location);
  return FALSE;
}

gchar *
derma_file_reserve (const gchar *location, guint *attempt, guint part, const gchar *beside, GError **error)
{
  if (!names_file (location, error))
    return NULL;
  for (; *attempt < MAX_ATTEMPTS; (*attempt)++) {
    g_autofree gchar *name = derma_file_name (location, *attempt, part, ".mkv");
    gint fd;

    if (is_taken (beside, *attempt, part))
      continue;
    fd = g_open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
      g_close (fd, NULL);
      return g_steal_pointer (&name);
    }
    if (errno != EEXIST) {
      g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be written: %s", name, g_strerror (errno));
      return NULL;
    }
  }
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: all names like it are taken", location);
  return NULL;
}
