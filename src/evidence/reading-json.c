/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/reading.h>

#include <json-glib/json-glib.h>

#include <math.h>

static void
add_text (JsonBuilder *builder, const gchar *name, const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);

  if (name)
    json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid);
}

/* null for what was not measured: JSON has no NaN, and a measure is never negative. */
static void
add_measure (JsonBuilder *builder, const gchar *name, gfloat value)
{
  if (name)
    json_builder_set_member_name (builder, name);
  if (isfinite (value) && value >= 0)
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_count (JsonBuilder *builder, const gchar *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  if (value <= G_MAXINT64)
    json_builder_add_int_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_flag (JsonBuilder *builder, const gchar *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_absent (JsonBuilder *builder, const gchar *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_null_value (builder);
}

static void
add_classes (JsonBuilder *builder, const DermaReading *reading)
{
  guint n = reading->classes ? reading->classes->n : 0;

  if (n > 0) {
    add_text (builder, "label", reading->classes->labels[reading->top]);
    add_measure (builder, "confidence", reading->confidence);
  } else {
    add_absent (builder, "label");
    add_absent (builder, "confidence");
  }
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    add_text (builder, NULL, reading->classes->labels[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "probabilities");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    add_measure (builder, NULL, reading->probabilities[i]);
  json_builder_end_array (builder);
}

static void
add_malignant (JsonBuilder *builder, const DermaReading *reading)
{
  if (reading->classes) {
    add_measure (builder, "malignant", reading->malignant);
    add_measure (builder, "operating-point", reading->classes->operating_point);
  } else {
    add_absent (builder, "malignant");
    add_absent (builder, "operating-point");
  }
  add_flag (builder, "flagged", reading->flagged);
}

static void
add_quality (JsonBuilder *builder, const DermaQuality *quality)
{
  json_builder_set_member_name (builder, "quality");
  json_builder_begin_object (builder);
  add_measure (builder, "focus", quality->focus);
  add_measure (builder, "exposure", quality->exposure);
  add_measure (builder, "glare", quality->glare);
  add_measure (builder, "motion", quality->motion);
  json_builder_end_object (builder);
}

static void
add_region (JsonBuilder *builder, const DermaBox *region)
{
  if (!(region->width > 0 && region->height > 0)) {
    add_absent (builder, "region");
    return;
  }
  json_builder_set_member_name (builder, "region");
  json_builder_begin_object (builder);
  add_measure (builder, "x", region->x);
  add_measure (builder, "y", region->y);
  add_measure (builder, "width", region->width);
  add_measure (builder, "height", region->height);
  json_builder_end_object (builder);
}

static void
add_model (JsonBuilder *builder, const DermaClasses *classes)
{
  if (!classes) {
    add_absent (builder, "model");
    return;
  }
  json_builder_set_member_name (builder, "model");
  json_builder_begin_object (builder);
  add_text (builder, "name", classes->model_name);
  add_text (builder, "version", classes->model_version);
  add_text (builder, "sha256", classes->model_sha256);
  json_builder_end_object (builder);
}

static void
add_state (JsonBuilder *builder, DermaState state)
{
  const gchar *name = derma_state_to_string (state);

  if (name)
    add_text (builder, "state", name);
  else
    add_absent (builder, "state");
}

gchar *
derma_reading_to_json (const DermaReading *reading)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_count (builder, "pts", reading->pts);
  add_count (builder, "age", reading->age);
  add_classes (builder, reading);
  add_malignant (builder, reading);
  add_state (builder, reading->state);
  add_quality (builder, &reading->quality);
  add_measure (builder, "typicality", reading->typicality);
  add_region (builder, &reading->region);
  add_count (builder, "lesion", reading->lesion);
  add_count (builder, "latency", reading->latency);
  add_model (builder, reading->classes);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
