/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plaintext.h"

/* U+2028 and U+2029 break lines, and are no control characters. */
static gboolean
is_plain (gunichar c)
{
  return !g_unichar_iscntrl (c) && c != 0x2028 && c != 0x2029;
}

gchar *
derma_plaintext_new (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *plain = g_string_new (NULL);

  for (const gchar *at = valid; *at; at = g_utf8_next_char (at)) {
    const gunichar c = g_utf8_get_char (at);

    g_string_append_unichar (plain, is_plain (c) ? c : ' ');
  }
  return g_string_free (plain, FALSE);
}
