/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static gboolean
fail (const gchar *path, gint cause, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (cause), "%s: cannot be written: %s", path,
               g_strerror (cause));
  return FALSE;
}

gboolean
derma_bring_to_disk (gint fd, gint (*sync) (gint))
{
  gint result;

  do
    result = sync (fd);
  while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL;
}

DermaLineFile *
derma_line_file_new (const gchar *path, GError **error)
{
  gint fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  DermaLineFile *file;

  if (fd < 0) {
    fail (path, errno, error);
    return NULL;
  }
  file = g_new0 (DermaLineFile, 1);
  file->path = g_strdup (path);
  file->fd = fd;
  file->synced = g_get_monotonic_time ();
  return file;
}

/* One write, so that a line is there as a whole or torn only by the end of the file. */
gboolean
derma_line_file_write (DermaLineFile *file, const gchar *line, GError **error)
{
  g_autofree gchar *whole = g_strconcat (line, "\n", NULL);
  const gsize size = strlen (whole);

  for (gsize done = 0; done < size;) {
    gssize n = write (file->fd, whole + done, size - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail (file->path, errno, error);
    done += (gsize)n;
  }
  file->waiting = TRUE;
  return derma_line_file_sync (file, error);
}

gboolean
derma_line_file_sync (DermaLineFile *file, GError **error)
{
  const gint64 now = g_get_monotonic_time ();

  if (!file->waiting || now - file->synced < G_USEC_PER_SEC)
    return TRUE;
  file->synced = now;
  file->waiting = FALSE;
  if (!derma_bring_to_disk (file->fd, fdatasync))
    return fail (file->path, errno, error);
  return TRUE;
}

gboolean
derma_line_file_finish (DermaLineFile *file, GError **error)
{
  const gboolean ok = derma_bring_to_disk (file->fd, fdatasync) || fail (file->path, errno, error);

  g_close (file->fd, NULL);
  g_free (file->path);
  g_free (file);
  return ok;
}

void
derma_line_file_free (DermaLineFile *file)
{
  if (file)
    derma_line_file_finish (file, NULL);
}
