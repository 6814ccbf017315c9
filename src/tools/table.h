/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/* The records of a CSV file (RFC 4180; a byte order mark is skipped), the first of which names the columns. */
typedef struct {
  gchar *path;
  GPtrArray *header; /* of gchar* */
  GPtrArray *rows;   /* of DermaRow* */
} DermaTable;

typedef struct {
  guint line;        /* number of the record in the file, from 1 for the header */
  GPtrArray *fields; /* of gchar*, as many as the header has */
} DermaRow;

/* NULL with @error set to "PATH: CAUSE" or "PATH: record N: CAUSE". */
DermaTable *derma_table_load (const gchar *path, GError **error);
void derma_table_free (DermaTable *table);
/* Index of a column, -1 if there is none; letter case does not matter. */
gint derma_table_find_column (const DermaTable *table, const gchar *name);
const gchar *derma_row_get (const DermaRow *row, gint column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaTable, derma_table_free)
