/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Chapters of a recording: one for its beginning, each lesion and each snapshot, so that players can jump there.
 * matroskamux writes chapters only into the head of a file, before anything is known of them; so they are put in once
 * the file is finished, by mkvpropedit of MKVToolNix.
 */

/**
 * chapters_from_sidecar:
 * @n: (out): how many there are; 0 if nothing happened that deserves one
 *
 * Returns: (transfer full): a document of MKVToolNix's, or NULL with @error set
 */
gchar *chapters_from_sidecar (const gchar *sidecar, guint *n, GError **error);

/**
 * chapters_add:
 * @recording: a finished Matroska file
 * @sidecar: its sidecar
 * @n: (out): how many were put in
 *
 * The tags of the session become the title of the film: matroskamux would write them with quotes and backslashes.
 *
 * Returns: whether the file has the chapters; otherwise it is as it was and @error ("FILE: CAUSE") is set
 */
gboolean chapters_add (const gchar *recording, const gchar *sidecar, guint *n, GError **error);

G_END_DECLS
