/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "outcome.h"

#include <derma/error.h>

#include <string.h>

void
fuzz_outcome_check (gboolean ok, const GError *error, const gchar *place)
{
  if (ok) {
    g_assert_no_error (error);
    return;
  }
  g_assert_nonnull (error);
  g_assert_true (error->domain == DERMA_ERROR);
  fuzz_outcome_check_text (error->message);
  if (strpbrk (error->message, "\n\r") || !g_str_has_prefix (error->message, place)
      || strlen (error->message) <= strlen (place))
    g_error ("not one line that names '%s': %s", place, error->message);
}

void
fuzz_outcome_check_text (const gchar *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    g_error ("not UTF-8");
}

void
fuzz_outcome_check_range (gdouble value, gdouble low, gdouble high)
{
  if (!(value >= low && value <= high))
    g_error ("%g is not from %g to %g", value, low, high);
}
