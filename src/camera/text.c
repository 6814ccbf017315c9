/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/text.h"

#include <string.h>

#define BIG_ENDIAN_FORMAT (1u << 31)

gchar *
derma_text_clean (gconstpointer bytes, gsize size)
{
  g_autofree gchar *valid = g_utf8_make_valid (bytes, (gssize)strnlen (bytes, size));
  g_autoptr (GString) clean = g_string_sized_new (size);

  for (const gchar *p = valid; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (clean, g_unichar_isprint (c) ? c : ' ');
  }
  return g_strstrip (g_string_free (g_steal_pointer (&clean), FALSE));
}

gchar *
derma_text_to_key (const gchar *name)
{
  GString *key = g_string_new (NULL);

  for (; *name; name++) {
    if (g_ascii_isalnum (*name))
      g_string_append_c (key, g_ascii_tolower (*name));
    else if (key->len > 0 && key->str[key->len - 1] != '_')
      g_string_append_c (key, '_');
  }
  if (key->len > 0 && key->str[key->len - 1] == '_')
    g_string_truncate (key, key->len - 1);
  return g_string_free (key, FALSE);
}

void
derma_text_from_fourcc (guint32 fourcc, gchar text[8])
{
  gboolean big = (fourcc & BIG_ENDIAN_FORMAT) != 0;

  fourcc &= ~BIG_ENDIAN_FORMAT;
  for (guint i = 0; i < 4; i++) {
    gchar c = (gchar)(fourcc >> (8 * i) & 0xff);

    text[i] = g_ascii_isprint (c) ? c : '?';
  }
  g_strlcpy (text + 4, big ? "-BE" : "", 4);
  if (!big)
    g_strchomp (text);
}
