/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/html.h"

#include <string.h>

#define REPLACEMENT "\357\277\275"

/* Marks, embeddings, overrides and isolates of direction, and invisible separators. */
static gboolean
is_unwelcome (gunichar c)
{
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f)
         || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

/* GLib escapes a control character to a number, which HTML forbids; no other text of ours has numbers like that. */
static void
append_clean (GString *html, const gchar *text)
{
  while (*text) {
    const gchar *next = g_utf8_next_char (text);

    if (strncmp (text, "&#x", 3) == 0) {
      const gchar *end = strchr (text, ';');

      g_string_append (html, REPLACEMENT);
      next = end ? end + 1 : text + strlen (text);
    } else if (is_unwelcome (g_utf8_get_char (text))) {
      g_string_append (html, REPLACEMENT);
    } else {
      g_string_append_len (html, text, next - text);
    }
    text = next;
  }
}

void
derma_html_add (GString *html, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_markup_vprintf_escaped (format, args);
  va_end (args);
  append_clean (html, text);
}

gchar *
derma_html_format_time (guint64 time)
{
  guint64 tenths = (time + 50000000) / 100000000;
  guint64 seconds = tenths / 10 % 60, minutes = tenths / 600 % 60, hours = tenths / 36000;

  if (hours > 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT ".%u", hours, minutes,
                            seconds, (guint)(tenths % 10));
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT ".%u", minutes, seconds, (guint)(tenths % 10));
}

gchar *
derma_html_format_date (const gchar *iso)
{
  static const gchar *const months[] = { "January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December" };
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso, NULL);
  g_autoptr (GDateTime) utc = time ? g_date_time_to_utc (time) : NULL;

  if (!utc)
    return g_strdup (iso);
  return g_strdup_printf ("%d %s %d, %02d:%02d UTC", g_date_time_get_day_of_month (utc),
                          months[g_date_time_get_month (utc) - 1], g_date_time_get_year (utc),
                          g_date_time_get_hour (utc), g_date_time_get_minute (utc));
}
