/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/member.h"

#include <math.h>

/* NULL if it is not there or null. */
static JsonNode *
find (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
refuse (const gchar *name, const gchar *wanted, gchar **cause)
{
  *cause = g_strdup_printf ("member '%s' is not %s", name, wanted);
  return FALSE;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
holds_number (JsonNode *node)
{
  return holds (node, G_TYPE_INT64) || holds (node, G_TYPE_DOUBLE);
}

gboolean
derma_member_get_text (JsonObject *object, const gchar *name, gchar **value, gchar **cause)
{
  JsonNode *node = find (object, name);

  if (!node)
    return TRUE;
  if (!holds (node, G_TYPE_STRING))
    return refuse (name, "a text", cause);
  g_free (*value);
  /* An escape can stand for half of a character. */
  *value = g_utf8_make_valid (json_node_get_string (node), -1);
  return TRUE;
}

gboolean
derma_member_get_count (JsonObject *object, const gchar *name, guint64 *value, gchar **cause)
{
  JsonNode *node = find (object, name);

  if (!node)
    return TRUE;
  if (!holds (node, G_TYPE_INT64) || json_node_get_int (node) < 0)
    return refuse (name, "a whole number from 0 on", cause);
  *value = (guint64)json_node_get_int (node);
  return TRUE;
}

gboolean
derma_member_get_number (JsonObject *object, const gchar *name, guint *value, gchar **cause)
{
  guint64 count = *value;

  if (!derma_member_get_count (object, name, &count, cause))
    return FALSE;
  if (count > G_MAXINT32)
    return refuse (name, "below 2^31", cause);
  *value = (guint)count;
  return TRUE;
}

gboolean
derma_member_get_measure (JsonObject *object, const gchar *name, gdouble most, gfloat *value, gchar **cause)
{
  JsonNode *node = find (object, name);
  gdouble number;

  if (!node)
    return TRUE;
  number = holds_number (node) ? json_node_get_double (node) : NAN;
  if (!(number >= 0 && number <= most)) {
    g_autofree gchar *wanted = g_strdup_printf ("a number from 0 to %g", most);

    return refuse (name, wanted, cause);
  }
  *value = (gfloat)number;
  return TRUE;
}

gboolean
derma_member_get_flag (JsonObject *object, const gchar *name, gboolean *value, gchar **cause)
{
  JsonNode *node = find (object, name);

  if (!node)
    return TRUE;
  if (!holds (node, G_TYPE_BOOLEAN))
    return refuse (name, "true or false", cause);
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
derma_member_get_object (JsonObject *object, const gchar *name, JsonObject **value, gchar **cause)
{
  JsonNode *node = find (object, name);

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (name, "an object", cause);
  *value = json_node_get_object (node);
  return TRUE;
}

gboolean
derma_member_get_array (JsonObject *object, const gchar *name, JsonArray **value, gchar **cause)
{
  JsonNode *node = find (object, name);

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (name, "an array", cause);
  *value = json_node_get_array (node);
  return TRUE;
}

gboolean
derma_element_get_measure (JsonArray *array, guint index, gdouble most, gfloat *value)
{
  JsonNode *node = json_array_get_element (array, index);
  gdouble number = holds_number (node) ? json_node_get_double (node) : NAN;

  *value = (gfloat)number;
  return number >= 0 && number <= most;
}
