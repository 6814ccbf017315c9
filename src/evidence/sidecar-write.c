/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/sidecar.h>
#include <derma/version.h>

#include <json-glib/json-glib.h>

#include <math.h>

static void
add_text (JsonBuilder *builder, const gchar *name, const gchar *text)
{
  g_autofree gchar *valid = text ? g_utf8_make_valid (text, -1) : NULL;

  if (name)
    json_builder_set_member_name (builder, name);
  if (valid)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

static void
add_count (JsonBuilder *builder, const gchar *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  if (value <= G_MAXINT64)
    json_builder_add_int_value (builder, (gint64)value);
  else
    json_builder_add_null_value (builder);
}

static void
add_texts (JsonBuilder *builder, const gchar *name, gchar **texts)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; texts[i]; i++)
    add_text (builder, NULL, texts[i]);
  json_builder_end_array (builder);
}

static JsonBuilder *
begin (const gchar *type)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "type", type);
  return builder;
}

static JsonBuilder *
begin_event (const gchar *kind, guint64 pts)
{
  JsonBuilder *builder = begin ("event");

  add_text (builder, "event", kind);
  add_count (builder, "pts", pts);
  return builder;
}

static gchar *
finish (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;
  gchar *line;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  line = json_to_string (root, FALSE);
  g_object_unref (builder);
  return line;
}

static gchar *
format_time (gint64 microseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);

  return time ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

gchar *
derma_sidecar_format_session (const gchar *recording, guint part, gint64 created, const gchar *tags)
{
  JsonBuilder *builder = begin ("session");
  g_autofree gchar *time = format_time (created);

  add_text (builder, "schema", DERMA_SIDECAR_SCHEMA);
  add_count (builder, "version", DERMA_SIDECAR_VERSION);
  add_text (builder, "created", time);
  add_text (builder, "program", "dermaclassify " DERMA_VERSION);
  add_text (builder, "recording", recording);
  add_count (builder, "part", part);
  add_text (builder, "tags", tags);
  add_text (builder, "notice", "Research use only. Not a diagnosis.");
  return finish (builder);
}

gchar *
derma_sidecar_format_reading (const DermaReading *reading, guint64 pts)
{
  DermaReading moved = *reading;
  g_autofree gchar *json = NULL;

  moved.pts = pts;
  json = derma_reading_to_json (&moved);
  return g_strconcat ("{\"type\":\"reading\",", json + 1, NULL);
}

gchar *
derma_sidecar_format_lesion (guint64 pts, guint lesion)
{
  JsonBuilder *builder = begin_event ("lesion", pts);

  add_count (builder, "lesion", lesion);
  return finish (builder);
}

gchar *
derma_sidecar_format_snapshot (guint64 pts, const gchar *file, guint lesion)
{
  JsonBuilder *builder = begin_event ("snapshot", pts);

  add_text (builder, "file", file);
  add_count (builder, "lesion", lesion);
  return finish (builder);
}

gchar *
derma_sidecar_format_tag (guint64 pts, const gchar *text)
{
  JsonBuilder *builder = begin_event ("tag", pts);

  add_text (builder, "text", text);
  return finish (builder);
}

gchar *
derma_sidecar_format_model (guint64 pts, const DermaClasses *classes)
{
  JsonBuilder *builder = begin_event ("model", pts);

  json_builder_set_member_name (builder, "model");
  json_builder_begin_object (builder);
  add_text (builder, "name", classes->model_name);
  add_text (builder, "version", classes->model_version);
  add_text (builder, "sha256", classes->model_sha256);
  json_builder_end_object (builder);
  add_texts (builder, "labels", classes->labels);
  add_texts (builder, "titles", classes->titles);
  json_builder_set_member_name (builder, "operating-point");
  json_builder_add_double_value (builder, classes->operating_point);
  return finish (builder);
}

gchar *
derma_sidecar_format_still_button (guint64 pts)
{
  return finish (begin_event ("still-button", pts));
}

gchar *
derma_sidecar_format_pre_roll (guint64 pts, gdouble seconds)
{
  JsonBuilder *builder = begin_event ("pre-roll", pts);

  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, isfinite (seconds) ? MAX (seconds, 0.0) : 0.0);
  return finish (builder);
}

gchar *
derma_sidecar_format_end (guint64 duration, guint64 readings, guint64 events)
{
  JsonBuilder *builder = begin ("end");

  add_count (builder, "pts", duration);
  add_count (builder, "readings", readings);
  add_count (builder, "events", events);
  return finish (builder);
}
