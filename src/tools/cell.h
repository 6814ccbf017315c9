/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Appends a text of UTF-8 in a field of a table, as printf() does with "%*.*s", but counts characters, not bytes: at
 * least @width of them, filled up before it, or after it if @width is negative; @most of the text, all if that is 0.
 */
void derma_cell_add (GString *table, const gchar *text, gint width, guint most);
