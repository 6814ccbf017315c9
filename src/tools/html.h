/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Appends a formatted piece of HTML. What replaces a %s, valid UTF-8 from anybody, is escaped, in texts and in quoted
 * attributes; control characters in it, and those that turn the direction of what follows, become U+FFFD.
 */
void derma_html_add (GString *html, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
/* "0:07.4" or "1:02:03.4", of ns. */
gchar *derma_html_format_time (guint64 time);
/* "24 November 2026, 14:00 UTC" of an ISO 8601 time; another text as it is. */
gchar *derma_html_format_date (const gchar *iso);
