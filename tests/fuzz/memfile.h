/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file in memory with these bytes in it, for what reads from a path. The path is the same each time; the file holds
 * the bytes that were written last. */
const gchar *fuzz_memfile_write (const guint8 *data, gsize size);

G_END_DECLS
