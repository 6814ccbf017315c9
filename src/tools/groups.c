/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/groups.h"

#include <math.h>
#include <string.h>

#define BAND 20
#define MAX_NUMBER 1e6

void
derma_groups_free (DermaGroups *groups)
{
  if (!groups)
    return;
  g_clear_pointer (&groups->rows, g_hash_table_unref);
  derma_table_free (groups->table);
  g_free (groups->columns);
  g_free (groups->numbers);
  g_free (groups);
}

static gboolean
is_known (const gchar *value)
{
  return *value != '\0' && g_ascii_strcasecmp (value, "unknown") != 0;
}

static gboolean
get_number (const gchar *value, gdouble *number)
{
  gchar *end;

  *number = g_ascii_strtod (value, &end);
  return end != value && *end == '\0' && *number >= 0 && *number < MAX_NUMBER;
}

static gboolean
has_numbers (const DermaTable *table, gint column)
{
  gdouble number;

  for (guint i = 0; i < table->rows->len; i++) {
    const gchar *value = derma_row_get (g_ptr_array_index (table->rows, i), column);

    if (is_known (value) && !get_number (value, &number))
      return FALSE;
  }
  return TRUE;
}

static gboolean
find_columns (DermaGroups *groups, const gchar *const *names, GError **error)
{
  groups->n_columns = g_strv_length ((gchar **)names);
  groups->columns = g_new (gint, MAX (groups->n_columns, 1));
  groups->numbers = g_new (gboolean, MAX (groups->n_columns, 1));
  for (guint i = 0; i < groups->n_columns; i++) {
    groups->columns[i] = derma_table_find_column (groups->table, names[i]);
    if (groups->columns[i] < 0) {
      g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: has no column '%s' to group by", groups->table->path,
                   names[i]);
      return FALSE;
    }
    groups->numbers[i] = has_numbers (groups->table, groups->columns[i]);
  }
  return TRUE;
}

static gboolean
add_row (DermaGroups *groups, const DermaRow *row, gint key, GError **error)
{
  const gchar *image_id = derma_row_get (row, key);
  const DermaRow *other = g_hash_table_lookup (groups->rows, image_id);

  if (*image_id == '\0')
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: has no image_id", groups->table->path,
                 row->line);
  else if (other)
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: image_id '%.80s' is in record %u already",
                 groups->table->path, row->line, image_id, other->line);
  else
    g_hash_table_insert (groups->rows, (gpointer)image_id, (gpointer)row);
  return *image_id != '\0' && !other;
}

DermaGroups *
derma_groups_load (const gchar *path, const gchar *const *columns, GError **error)
{
  g_autoptr (DermaGroups) groups = g_new0 (DermaGroups, 1);
  gint key;

  groups->table = derma_table_load (path, error);
  if (!groups->table)
    return NULL;
  groups->rows = g_hash_table_new (g_str_hash, g_str_equal);
  key = derma_table_find_column (groups->table, "image_id");
  if (key < 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: has no column 'image_id'", path);
    return NULL;
  }
  if (!find_columns (groups, columns, error))
    return NULL;
  for (guint i = 0; i < groups->table->rows->len; i++)
    if (!add_row (groups, g_ptr_array_index (groups->table->rows, i), key, error))
      return NULL;
  return g_steal_pointer (&groups);
}

gchar *
derma_groups_get (const DermaGroups *groups, guint column, const gchar *image_id, gint *order)
{
  const DermaRow *row = g_hash_table_lookup (groups->rows, image_id);
  const gchar *value = row ? derma_row_get (row, groups->columns[column]) : "";
  gdouble number;

  *order = G_MAXINT;
  if (!is_known (value))
    return g_strdup ("unknown");
  *order = 0;
  if (!groups->numbers[column] || !get_number (value, &number))
    return g_strdelimit (g_strdup (value), "\t\r\n\033", ' ');
  *order = (gint)(number / BAND) * BAND;
  return g_strdup_printf ("%d-%d", *order, *order + BAND - 1);
}

const gchar *
derma_groups_get_name (const DermaGroups *groups, guint column)
{
  return g_ptr_array_index (groups->table->header, (guint)groups->columns[column]);
}
