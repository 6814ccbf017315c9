/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/message.h"

#include <string.h>

/* Names out of a file may hold anything, and may have been cut within a character. */
static gchar *
make_line (const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const gchar *c = valid; *c; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);
    gboolean breaks = g_unichar_iscntrl (character) || character == 0x2028 || character == 0x2029;

    g_string_append_unichar (line, breaks ? 0xfffd : character);
  }
  return g_string_free (line, FALSE);
}

gboolean
derma_fail (GError **error, DermaError code, const gchar *file, const gchar *format, ...)
{
  g_autofree gchar *cause = NULL;
  g_autofree gchar *line = NULL;
  va_list args;

  va_start (args, format);
  cause = g_strdup_vprintf (format, args);
  va_end (args);
  line = make_line (cause);
  g_set_error (error, DERMA_ERROR, (gint)code, "%s: %s", file, line);
  return FALSE;
}

gboolean
derma_text_is_clean (const gchar *text, gsize max)
{
  gsize length = strlen (text);

  if (length > max || !g_utf8_validate (text, (gssize)length, NULL))
    return FALSE;
  for (const gchar *c = text; *c; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);

    /* Line and paragraph separators would break the one line that a message is. */
    if (g_unichar_iscntrl (character) || character == 0x2028 || character == 0x2029)
      return FALSE;
  }
  return TRUE;
}

gchar *
derma_shape_to_string (guint rank, const gint64 *dims)
{
  GString *text = g_string_new (rank == 0 ? "scalar" : NULL);

  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i == 0 ? "" : "x", dims[i]);
  return g_string_free (text, FALSE);
}
