/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/* Whether both name the same file, by whatever way; it need not be there. */
gboolean derma_output_is_same (const gchar *a, const gchar *b);
/* FALSE with @error set to "PATH: CAUSE" if @path names the file @input, which it would replace. Either may be NULL. */
gboolean derma_output_check (const gchar *path, const gchar *input, GError **error);
/*
 * Writes a file whole or not at all: beside it first, then renamed. What exists and is not a plain file is left alone.
 * FALSE with @error set to "PATH: CAUSE".
 */
gboolean derma_output_write (const gchar *path, gconstpointer data, gsize size, GError **error);
