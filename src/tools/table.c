/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/table.h"

#include <csv.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_BYTES (64 << 20)
#define MAX_FIELDS 256

typedef struct {
  DermaTable *table;
  GPtrArray *fields;
  guint line;
  GError *error;
} Parser;

static void
row_free (gpointer data)
{
  DermaRow *row = data;

  g_ptr_array_unref (row->fields);
  g_free (row);
}

void
derma_table_free (DermaTable *table)
{
  if (!table)
    return;
  g_free (table->path);
  g_clear_pointer (&table->header, g_ptr_array_unref);
  g_ptr_array_unref (table->rows);
  g_free (table);
}

gint
derma_table_find_column (const DermaTable *table, const gchar *name)
{
  for (guint i = 0; i < table->header->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (table->header, i), name) == 0)
      return (gint)i;
  return -1;
}

const gchar *
derma_row_get (const DermaRow *row, gint column)
{
  return column < 0 ? NULL : g_ptr_array_index (row->fields, (guint)column);
}

static void
take_field (void *text, size_t length, void *data)
{
  Parser *parser = data;

  if (parser->error || parser->fields->len > MAX_FIELDS)
    return;
  if (memchr (text, '\0', length) || !g_utf8_validate (text, (gssize)length, NULL)) {
    g_set_error (&parser->error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: is not UTF-8 text",
                 parser->table->path, parser->line);
    return;
  }
  g_ptr_array_add (parser->fields, g_strstrip (g_strndup (text, length)));
}

static void
take_record (int terminator, void *data)
{
  Parser *parser = data;
  DermaTable *table = parser->table;
  GPtrArray *fields = g_steal_pointer (&parser->fields);
  guint line = parser->line++;

  parser->fields = g_ptr_array_new_with_free_func (g_free);
  if (!parser->error && (fields->len > MAX_FIELDS || (table->header && fields->len != table->header->len)))
    g_set_error (&parser->error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: %u fields where the header has %u",
                 table->path, line, fields->len, table->header ? table->header->len : MAX_FIELDS);
  if (parser->error) {
    g_ptr_array_unref (fields);
  } else if (!table->header) {
    table->header = fields;
  } else {
    DermaRow *row = g_new (DermaRow, 1);

    *row = (DermaRow){ .line = line, .fields = fields };
    g_ptr_array_add (table->rows, row);
  }
}

static gboolean
parse (Parser *parser, const gchar *text, gsize length)
{
  struct csv_parser csv;
  gsize skip = g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0;
  gboolean good;

  if (csv_init (&csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
    return FALSE;
  good = csv_parse (&csv, text + skip, length - skip, take_field, take_record, parser) == length - skip
         && csv_fini (&csv, take_field, take_record, parser) == 0;
  csv_free (&csv);
  if (!good && !parser->error)
    g_set_error (&parser->error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: record %u: a quote is out of place",
                 parser->table->path, parser->line);
  return good && !parser->error;
}

static gboolean
read_file (const gchar *path, gchar **text, gsize *length, GError **error)
{
  struct stat status;

  if (stat (path, &status) != 0)
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: %s", path, g_strerror (errno));
  else if (!S_ISREG (status.st_mode))
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: is not a file", path);
  else if (status.st_size > MAX_BYTES)
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "%s: is larger than %d MiB", path, MAX_BYTES >> 20);
  else if (!g_file_get_contents (path, text, length, NULL))
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be read", path);
  else
    return TRUE;
  return FALSE;
}

DermaTable *
derma_table_load (const gchar *path, GError **error)
{
  g_autoptr (DermaTable) table = NULL;
  g_autofree gchar *text = NULL;
  Parser parser = { .line = 1 };
  gboolean good;
  gsize length;

  if (!read_file (path, &text, &length, error))
    return NULL;
  table = g_new0 (DermaTable, 1);
  table->path = g_strdup (path);
  table->rows = g_ptr_array_new_with_free_func (row_free);
  parser.table = table;
  parser.fields = g_ptr_array_new_with_free_func (g_free);
  good = parse (&parser, text, length);
  g_ptr_array_unref (parser.fields);
  if (good && !table->header)
    g_set_error (&parser.error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: is empty", path);
  if (parser.error) {
    g_propagate_error (error, parser.error);
    return NULL;
  }
  return g_steal_pointer (&table);
}
