/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/csvtext.h"

#include <csv.h>
#include <string.h>

static void
separate (GString *csv)
{
  if (csv->len > 0 && csv->str[csv->len - 1] != '\n')
    g_string_append_c (csv, ',');
}

void
derma_csv_add_text (GString *csv, const gchar *text)
{
  g_autofree gchar *plain = g_strconcat (*text && strchr ("=+-@\t\r", *text) ? "'" : "", text, NULL);
  gsize size = strlen (plain), most = 2 * size + 2;
  g_autofree gchar *quoted = g_malloc (most);

  g_strdelimit (plain, "\r\n", ' ');
  separate (csv);
  if (strpbrk (plain, ",\""))
    g_string_append_len (csv, quoted, (gssize)csv_write (quoted, most, plain, size));
  else
    g_string_append (csv, plain);
}

void
derma_csv_add_number (GString *csv, const gchar *format, gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE] = "";

  separate (csv);
  if (value >= 0)
    g_ascii_formatd (text, sizeof text, format, value);
  g_string_append (csv, text);
}

void
derma_csv_end_row (GString *csv)
{
  g_string_append_c (csv, '\n');
}
