/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/output.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

gboolean
derma_output_is_same (const gchar *a, const gchar *b)
{
  g_autofree gchar *first = g_canonicalize_filename (a, NULL), *second = g_canonicalize_filename (b, NULL);
  GStatBuf one, other;

  if (strcmp (first, second) == 0)
    return TRUE;
  return g_stat (a, &one) == 0 && g_stat (b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

gboolean
derma_output_check (const gchar *path, const gchar *input, GError **error)
{
  if (!path || !input || !derma_output_is_same (path, input))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: is the input too", path);
  return FALSE;
}

gboolean
derma_output_write (const gchar *path, gconstpointer data, gsize size, GError **error)
{
  g_autoptr (GError) cause = NULL;
  const gchar *reason;

  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: exists and is not a file", path);
    return FALSE;
  }
  if (g_file_set_contents (path, data, (gssize)size, &cause))
    return TRUE;
  /* GLib names the temporary file first; the reason comes last. */
  reason = strrchr (cause->message, ':');
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be written%s", path, reason ? reason : "");
  return FALSE;
}
