/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

/* Sets @error to "FILE: CAUSE" and returns FALSE. */
gboolean derma_fail (GError **error, DermaError code, const gchar *file, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

/* Whether text from a file may be shown: valid UTF-8 without control characters, at most @max bytes long. */
gboolean derma_text_is_clean (const gchar *text, gsize max);

/* "1x3x224x224"; "scalar" for rank 0. */
gchar *derma_shape_to_string (guint rank, const gint64 *dims);
