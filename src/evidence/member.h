/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/*
 * Members of a JSON object from anybody. Each returns FALSE, with @cause set to what is wrong in a few words, if the
 * member is there and is not such a value; if it is not there or null, @value is left as it was.
 */
gboolean derma_member_get_text (JsonObject *object, const gchar *name, gchar **value, gchar **cause);
gboolean derma_member_get_count (JsonObject *object, const gchar *name, guint64 *value, gchar **cause);
/* 0..2^31 - 1 */
gboolean derma_member_get_number (JsonObject *object, const gchar *name, guint *value, gchar **cause);
/* 0..@most */
gboolean derma_member_get_measure (JsonObject *object, const gchar *name, gdouble most, gfloat *value, gchar **cause);
gboolean derma_member_get_flag (JsonObject *object, const gchar *name, gboolean *value, gchar **cause);
gboolean derma_member_get_object (JsonObject *object, const gchar *name, JsonObject **value, gchar **cause);
gboolean derma_member_get_array (JsonObject *object, const gchar *name, JsonArray **value, gchar **cause);
/* A number of an array, 0..@most. */
gboolean derma_element_get_measure (JsonArray *array, guint index, gdouble most, gfloat *value);
