/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Sets @field of @structure to a GstValueArray of copies of the @n @strings. */
void derma_fields_set_strings (GstStructure *structure, const gchar *field, gchar **strings, guint n);
/* Sets @field of @structure to a GstValueArray of the @n @numbers as doubles. */
void derma_fields_set_doubles (GstStructure *structure, const gchar *field, const gfloat *numbers, guint n);
/* Sets @field of @structure to @part; takes @part. */
void derma_fields_take_structure (GstStructure *structure, const gchar *field, GstStructure *part);

G_END_DECLS
