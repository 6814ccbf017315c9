/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "result.h"

#include "tools/csvtext.h"
#include "tools/output.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* Of a result: a recording may have many lesions. */
#define MAX_BYTES (64 << 20)

static const gchar *const kinds[] = { [UNIT_PICTURE] = "picture", [UNIT_RECORDING] = "recording" };

gchar *
result_to_line (JsonObject *result)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), result);

  return json_to_string (node, FALSE);
}

static void
copy_member (JsonObject *object, const gchar *name, JsonNode *node, gpointer data)
{
  json_object_set_member (data, name, json_node_copy (node));
}

gchar *
result_format (const Unit *unit, const ResultKey *key, JsonObject *found, const gchar *error)
{
  g_autoptr (JsonObject) result = json_object_new ();
  g_autofree gchar *name = g_filename_display_name (unit->name);

  json_object_set_string_member (result, "path", name);
  json_object_set_string_member (result, "kind", kinds[unit->kind]);
  json_object_set_int_member (result, "size", (gint64)unit->size);
  json_object_set_int_member (result, "modified", unit->modified);
  json_object_set_string_member (result, "model_sha256", key->sha256);
  json_object_set_double_member (result, "window", key->window);
  if (error) {
    g_autofree gchar *valid = g_utf8_make_valid (error, -1);

    json_object_set_string_member (result, "error", valid);
  } else {
    json_object_set_null_member (result, "error");
  }
  if (found)
    json_object_foreach_member (found, copy_member, result);
  return result_to_line (result);
}

static gboolean
holds (JsonObject *object, const gchar *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gint64
get_int (JsonObject *object, const gchar *name)
{
  return holds (object, name, G_TYPE_INT64) ? json_object_get_int_member (object, name) : -1;
}

static const gchar *
get_text (JsonObject *object, const gchar *name)
{
  return holds (object, name, G_TYPE_STRING) ? json_object_get_string_member (object, name) : "";
}

/* Negative for what is not there. */
static gdouble
get_number (JsonObject *object, const gchar *name)
{
  return holds (object, name, G_TYPE_DOUBLE) || holds (object, name, G_TYPE_INT64)
             ? json_object_get_double_member (object, name)
             : -1;
}

static gboolean
is_of (JsonObject *result, const Unit *unit, const ResultKey *key)
{
  return get_int (result, "size") == (gint64)unit->size && get_int (result, "modified") == unit->modified
         && strcmp (get_text (result, "model_sha256"), key->sha256) == 0
         && get_number (result, "window") == key->window;
}

JsonObject *
result_load (const Unit *unit, const ResultKey *key)
{
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  GStatBuf status;

  if (g_stat (unit->result, &status) != 0 || status.st_size > MAX_BYTES
      || !g_file_get_contents (unit->result, &text, NULL, NULL))
    return NULL;
  node = json_from_string (text, NULL);
  if (!node || !JSON_NODE_HOLDS_OBJECT (node) || !is_of (json_node_get_object (node), unit, key))
    return NULL;
  return json_node_dup_object (node);
}

gboolean
result_save (const Unit *unit, const gchar *line, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (unit->result);
  g_autofree gchar *text = g_strconcat (line, "\n", NULL);

  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be made: %s", folder, g_strerror (errno));
    return FALSE;
  }
  return derma_output_write (unit->result, text, strlen (text), error);
}

const gchar *
result_get_error (JsonObject *result)
{
  return holds (result, "error", G_TYPE_STRING) ? json_object_get_string_member (result, "error") : NULL;
}

static void
append_reading (GString *csv, JsonObject *reading)
{
  gboolean flagged = holds (reading, "flagged", G_TYPE_BOOLEAN) && json_object_get_boolean_member (reading, "flagged");

  derma_csv_add_text (csv, get_text (reading, "label"));
  derma_csv_add_number (csv, "%.4f", get_number (reading, "confidence"));
  derma_csv_add_number (csv, "%.4f", get_number (reading, "malignant"));
  derma_csv_add_text (csv, flagged ? "true" : "false");
  derma_csv_add_text (csv, get_text (reading, "state"));
  derma_csv_add_number (csv, "%.4f", get_number (reading, "typicality"));
}

static void
append_row (GString *csv, JsonObject *result, JsonObject *lesion, JsonObject *reading)
{
  const gchar *error = result_get_error (result);

  derma_csv_add_text (csv, get_text (result, "path"));
  derma_csv_add_text (csv, get_text (result, "kind"));
  derma_csv_add_number (csv, "%.0f", lesion ? get_number (lesion, "lesion") : -1);
  derma_csv_add_number (csv, "%.3f", lesion ? get_number (lesion, "start") : -1);
  derma_csv_add_number (csv, "%.3f", lesion ? get_number (lesion, "end") : -1);
  if (reading)
    append_reading (csv, reading);
  else
    g_string_append (csv, ",,,,,,");
  derma_csv_add_text (csv, error ? error : "");
  derma_csv_add_text (csv, get_text (result, "model_sha256"));
  derma_csv_end_row (csv);
}

static JsonObject *
get_object (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
append_lesions (GString *csv, JsonObject *result, JsonArray *lesions)
{
  for (guint i = 0; i < json_array_get_length (lesions); i++) {
    JsonNode *node = json_array_get_element (lesions, i);

    if (JSON_NODE_HOLDS_OBJECT (node))
      append_row (csv, result, json_node_get_object (node), get_object (json_node_get_object (node), "reading"));
  }
}

void
result_append_csv (GString *csv, JsonObject *result)
{
  JsonNode *lesions = result ? json_object_get_member (result, "lesions") : NULL;

  if (!result)
    g_string_append (csv, "path,kind,lesion,start,end,label,confidence,malignant,flagged,state,typicality,error,"
                          "model_sha256\n");
  else if (lesions && JSON_NODE_HOLDS_ARRAY (lesions) && json_array_get_length (json_node_get_array (lesions)) > 0)
    append_lesions (csv, result, json_node_get_array (lesions));
  else
    append_row (csv, result, NULL, get_object (result, "reading"));
}
