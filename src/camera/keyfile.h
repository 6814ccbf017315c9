/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/* Reads a plain file of at most 64 KiB; "FILE: CAUSE". */
GKeyFile *derma_keyfile_load (const gchar *path, GError **error);
/* Writes it whole or not at all. What exists and is not a plain file is left alone. */
gboolean derma_keyfile_save (GKeyFile *file, const gchar *path, GError **error);
