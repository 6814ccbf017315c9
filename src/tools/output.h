/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/*
 * Writes a file whole or not at all: beside it first, then renamed. What exists and is not a plain file is left alone.
 * FALSE with @error set to "PATH: CAUSE".
 */
gboolean derma_output_write (const gchar *path, gconstpointer data, gsize size, GError **error);
