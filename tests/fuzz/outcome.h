/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Aborts unless @error is set where @ok is not, and only there, and is of DERMA_ERROR with one line of valid text that
 * begins with @place.
 */
void fuzz_outcome_check (gboolean ok, const GError *error, const gchar *place);
/* Aborts unless @text is valid UTF-8. */
void fuzz_outcome_check_text (const gchar *text);
/* Aborts unless @value is a number from @low to @high. */
void fuzz_outcome_check_range (gdouble value, gdouble low, gdouble high);

G_END_DECLS
