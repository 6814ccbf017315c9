/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Files that get their names only when they are whole, and only names that nobody has.
 */

/* Writes a file under a temporary, hidden name to the disk. Returns: (transfer full): its path, or NULL with @error
 * (%DERMA_ERROR_FILE, "FOLDER: CAUSE") set and no file left */
gchar *derma_newfile_write (const gchar *folder, GBytes *data, GError **error);

/* Two that belong together, by their temporary names. */
typedef struct {
  gchar *plain;
  gchar *annotated; /* (nullable) */
} DermaNewFilePair;

/* Removes what still has a temporary name. */
void derma_newfile_pair_clear (DermaNewFilePair *pair);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DermaNewFilePair, derma_newfile_pair_clear)

/* Gives them their names. Returns: TRUE; FALSE without @error and with @taken set if one of the names is taken; FALSE
 * with @error set otherwise. Neither file has its name on failure. */
gboolean derma_newfile_publish (const DermaNewFilePair *pair, const gchar *plain, const gchar *annotated,
                                gboolean *taken, GError **error);

G_END_DECLS
