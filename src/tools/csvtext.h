/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Appends a field, after a comma if it is not the first of its row, quoted where RFC 4180 wants that. A text from
 * anybody that a spreadsheet would take for a formula gets an apostrophe before it, and line ends become blanks.
 */
void derma_csv_add_text (GString *csv, const gchar *text);
/* Appends a number; nothing for one that is negative, which was not measured. */
void derma_csv_add_number (GString *csv, const gchar *format, gdouble value);
void derma_csv_end_row (GString *csv);
