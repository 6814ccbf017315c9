/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a driver wrote into @size bytes, as valid UTF-8 of one line without control characters or blanks around it. */
gchar *derma_text_clean (gconstpointer bytes, gsize size);
/* The name of a control as a key: lower-case ASCII letters and digits, '_' for runs of others; may be empty. */
gchar *derma_text_to_key (const gchar *name);
/* A four-character code, with "-BE" behind it if its bit for big-endian is set. */
void derma_text_from_fourcc (guint32 fourcc, gchar text[8]);
