/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* Members of the object that is being built; what is not a number, missing or empty becomes null. */
void derma_json_add_number (JsonBuilder *builder, const gchar *name, gdouble value);
void derma_json_add_count (JsonBuilder *builder, const gchar *name, guint64 value);
void derma_json_add_string (JsonBuilder *builder, const gchar *name, const gchar *value);
void derma_json_add_boolean (JsonBuilder *builder, const gchar *name, gboolean value);
/* Begin a member that is an object or an array. */
void derma_json_begin_object (JsonBuilder *builder, const gchar *name);
void derma_json_begin_array (JsonBuilder *builder, const gchar *name);
