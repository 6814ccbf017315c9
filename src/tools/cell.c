/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/cell.h"

#include <stdlib.h>

void
derma_cell_add (GString *table, const gchar *text, gint width, guint most)
{
  const glong length = g_utf8_strlen (text, -1), n = most > 0 ? MIN (length, (glong)most) : length;
  const gint blanks = (gint)MAX (abs (width) - n, 0);

  g_string_append_printf (table, "%*s", width > 0 ? blanks : 0, "");
  g_string_append_len (table, text, g_utf8_offset_to_pointer (text, n) - text);
  g_string_append_printf (table, "%*s", width < 0 ? blanks : 0, "");
}
