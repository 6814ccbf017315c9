/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/table.h"

/* What a CSV file with the column `image_id` says of pictures beside their diagnosis. */
typedef struct {
  DermaTable *table;
  GHashTable *rows;  /* image_id -> DermaRow* */
  guint n_columns;   /* that pictures are grouped by */
  gint *columns;     /* index of each in the table */
  gboolean *numbers; /* whether all that is known in it are numbers */
} DermaGroups;

/*
 * NULL with @error set to "PATH: CAUSE" or "PATH: record N: CAUSE": as for derma_table_load(), a column that is not
 * there, or a picture without or with more than one record.
 */
DermaGroups *derma_groups_load (const gchar *path, const gchar *const *columns, GError **error);
void derma_groups_free (DermaGroups *groups);
/*
 * (transfer full): the group of a picture by a column: its value on one line, "20-39" and the like for a number,
 * "unknown" for a picture without a record or a value. @order tells groups' places: bands by their numbers, "unknown"
 * last.
 */
gchar *derma_groups_get (const DermaGroups *groups, guint column, const gchar *image_id, gint *order);
/* Name of a column, as the file has it. */
const gchar *derma_groups_get_name (const DermaGroups *groups, guint column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaGroups, derma_groups_free)
