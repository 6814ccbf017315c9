/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A new file that is written line by line. Each line is given to the system at once, so that nothing is lost with the
 * process, and to the disk once a second, so that little is lost with the power.
 */
typedef struct {
  gchar *path;
  gint fd;
  gint64 synced;    /* monotonic time */
  gboolean waiting; /* whether a line was not yet brought to the disk */
} DermaLineFile;

/* Brings what is in @fd to the disk by @sync, fsync() or fdatasync(), whatever signals come meanwhile. Returns: FALSE
 * with errno set; what is no file of a disk has no such way, and that is no failure */
gboolean derma_bring_to_disk (gint fd, gint (*sync) (gint));

/* Returns: (transfer full): the file, which must not exist, or NULL with @error ("PATH: CAUSE") set; errno of the cause
 * is the code of @error's G_FILE_ERROR */
DermaLineFile *derma_line_file_new (const gchar *path, GError **error);
/* Writes @line and a line feed. Returns: FALSE with @error (G_FILE_ERROR, "PATH: CAUSE") set */
gboolean derma_line_file_write (DermaLineFile *file, const gchar *line, GError **error);
/* Brings what waits to the disk if that was not done for a second; to be called also while there are no lines. Returns:
 * as derma_line_file_write() */
gboolean derma_line_file_sync (DermaLineFile *file, GError **error);
/* Brings all to the disk and closes it; @file: (transfer full). Returns: as derma_line_file_write() */
gboolean derma_line_file_finish (DermaLineFile *file, GError **error);
/* The same, whatever comes of it; @file: (nullable) (transfer full) */
void derma_line_file_free (DermaLineFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaLineFile, derma_line_file_free)

G_END_DECLS
