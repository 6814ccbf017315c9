/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "tools/scratch.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fill (gint fd, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize done = 0; done < size;) {
    const gssize n = write (fd, data + done, size - done);

    if (n < 0 && errno != EINTR)
      return FALSE;
    done += (gsize)MAX (n, 0);
  }
  return TRUE;
}

gboolean
derma_scratch_make (DermaScratch *scratch, GBytes *data, GError **error)
{
  scratch->fd = memfd_create ("derma", 0);
  if (scratch->fd < 0 || fchmod (scratch->fd, 0600) != 0 || (data && !fill (scratch->fd, data))) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "there is no memory for a file: %s", g_strerror (errno));
    return FALSE;
  }
  scratch->path = g_strdup_printf ("/proc/self/fd/%d", scratch->fd);
  return TRUE;
}

GBytes *
derma_scratch_read (const DermaScratch *scratch, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (scratch->fd, FALSE, &cause);

  if (file)
    return g_mapped_file_get_bytes (file);
  g_set_error_literal (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, cause->message);
  return NULL;
}

void
derma_scratch_clear (DermaScratch *scratch)
{
  if (scratch->fd >= 0)
    close (scratch->fd);
  g_free (scratch->path);
  *scratch = DERMA_SCRATCH_INIT;
}
