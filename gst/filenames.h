/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A part number that stands for a recording of one file, without a number in its name. */
#define DERMA_WHOLE G_MAXUINT

/*
 * Names of files that never overwrite others: NAME.mkv, or NAME-1.mkv, NAME-2.mkv ... where that exists; of parts
 * NAME-00000.mkv, NAME-00001.mkv ..., or NAME-1-00000.mkv and so on.
 */

/* Returns: (transfer full): @location with @attempt and @part worked in before its suffix, which is @suffix if it has
 * none */
gchar *derma_file_name (const gchar *location, guint attempt, guint part, const gchar *suffix);

/*
 * Creates the empty file of the first @attempt on that is free. @beside: (nullable): another location, which must be
 * free with the same attempt and part.
 * Returns: (transfer full): its name, or NULL with @error (%DERMA_ERROR_FILE: "NAME: CAUSE") set
 */
gchar *derma_file_reserve (const gchar *location, guint *attempt, guint part, const gchar *beside, GError **error);

G_END_DECLS
