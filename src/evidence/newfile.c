/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* renameat2 */
#include "evidence/newfile.h"

#include <derma/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

static void
fail (GError **error, const gchar *path, const gchar *what, gint reason)
{
  g_autofree gchar *name = g_filename_display_name (path);

  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: %s: %s", name, what, g_strerror (reason));
}

/* Returns: 0 or the reason */
static gint
bring_to_disk (gint fd)
{
  gint result;

  do
    result = fsync (fd);
  while (result < 0 && errno == EINTR);
  /* Some file systems have nothing to sync. */
  return result < 0 && errno != EINVAL && errno != ENOTSUP ? errno : 0;
}

/* Returns: 0 or the reason */
static gint
write_all (gint fd, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (size > 0) {
    const gssize n = write (fd, data, size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n < 0 ? errno : EIO;
    data += n;
    size -= (gsize)n;
  }
  return bring_to_disk (fd);
}

gchar *
derma_newfile_write (const gchar *folder, GBytes *data, GError **error)
{
  g_autofree gchar *path = g_build_filename (folder, ".derma-XXXXXX.part", NULL);
  const gint fd = g_mkstemp_full (path, O_WRONLY | O_CLOEXEC, 0666);
  gint reason;

  if (fd < 0) {
    fail (error, folder, "no file can be created in it", errno);
    return NULL;
  }
  reason = write_all (fd, data);
  if (close (fd) < 0 && reason == 0)
    reason = errno;
  if (reason == 0)
    return g_steal_pointer (&path);
  g_unlink (path);
  fail (error, folder, "a file in it cannot be written", reason);
  return NULL;
}

void
derma_newfile_pair_clear (DermaNewFilePair *pair)
{
  if (pair->plain)
    g_unlink (pair->plain);
  if (pair->annotated)
    g_unlink (pair->annotated);
  g_clear_pointer (&pair->plain, g_free);
  g_clear_pointer (&pair->annotated, g_free);
}

/* Returns: 0 or the reason; EEXIST if there is such a file */
static gint
name_file (const gchar *temporary, const gchar *path)
{
  if (renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  /* For file systems that do not know of it. */
  if (link (temporary, path) == 0) {
    g_unlink (temporary);
    return 0;
  }
  return errno;
}

static gboolean
finish (gint reason, const gchar *path, gboolean *taken, GError **error)
{
  *taken = reason == EEXIST;
  if (reason != 0 && reason != EEXIST)
    fail (error, path, "cannot be created", reason);
  return reason == 0;
}

gboolean
derma_newfile_publish (const DermaNewFilePair *pair, const gchar *plain, const gchar *annotated, gboolean *taken,
                       GError **error)
{
  if (!finish (name_file (pair->plain, plain), plain, taken, error))
    return FALSE;
  if (!pair->annotated || finish (name_file (pair->annotated, annotated), annotated, taken, error))
    return TRUE;
  /* The other name goes back. */
  if (g_rename (plain, pair->plain) < 0)
    g_unlink (plain);
  return FALSE;
}
