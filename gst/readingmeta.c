/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "readingmeta.h"

#include "fields.h"

#include <derma/error.h>

#include <math.h>
#include <string.h>

/* No label, title or name that a person is to read is longer. */
#define MAX_STRING 1024

void
derma_reading_meta_register (void)
{
  static gsize registered;
  static const gchar *no_tags[] = { NULL };

  if (!g_once_init_enter (&registered))
    return;
  if (!gst_meta_get_info (DERMA_READING_META_NAME))
    gst_meta_register_custom (DERMA_READING_META_NAME, no_tags, NULL, NULL, NULL);
  g_once_init_leave (&registered, 1);
}

GstStructure *
derma_reading_to_structure (const DermaReading *reading, const gchar *name)
{
  const DermaClasses *classes = reading->classes;
  const DermaQuality *quality = &reading->quality;
  GstStructure *structure = gst_structure_new (
      name, "pts", G_TYPE_UINT64, reading->pts, "age", G_TYPE_UINT64, reading->age, "label", G_TYPE_STRING,
      classes->labels[reading->top], "title", G_TYPE_STRING, classes->titles[reading->top], "confidence", G_TYPE_DOUBLE,
      (gdouble)reading->confidence, "malignant", G_TYPE_DOUBLE, (gdouble)reading->malignant, "operating-point",
      G_TYPE_DOUBLE, (gdouble)classes->operating_point, "flagged", G_TYPE_BOOLEAN, reading->flagged, "state",
      G_TYPE_STRING, derma_state_to_string (reading->state), "typicality", G_TYPE_DOUBLE, (gdouble)reading->typicality,
      "lesion", G_TYPE_UINT, reading->lesion, "latency", G_TYPE_UINT64, reading->latency, NULL);

  derma_fields_set_strings (structure, "labels", classes->labels, classes->n);
  derma_fields_set_strings (structure, "titles", classes->titles, classes->n);
  derma_fields_set_doubles (structure, "probabilities", reading->probabilities, classes->n);
  derma_fields_take_structure (structure, "quality",
                               gst_structure_new ("quality", "focus", G_TYPE_DOUBLE, (gdouble)quality->focus,
                                                  "exposure", G_TYPE_DOUBLE, (gdouble)quality->exposure, "glare",
                                                  G_TYPE_DOUBLE, (gdouble)quality->glare, "motion", G_TYPE_DOUBLE,
                                                  (gdouble)quality->motion, NULL));
  if (reading->region.width > 0)
    derma_fields_take_structure (structure, "region",
                                 gst_structure_new ("region", "x", G_TYPE_DOUBLE, (gdouble)reading->region.x, "y",
                                                    G_TYPE_DOUBLE, (gdouble)reading->region.y, "width", G_TYPE_DOUBLE,
                                                    (gdouble)reading->region.width, "height", G_TYPE_DOUBLE,
                                                    (gdouble)reading->region.height, NULL));
  derma_fields_take_structure (structure, "model",
                               gst_structure_new ("model", "name", G_TYPE_STRING, classes->model_name, "version",
                                                  G_TYPE_STRING, classes->model_version, "sha256", G_TYPE_STRING,
                                                  classes->model_sha256, NULL));
  return structure;
}

/* What a structure of ours holds, to be changed where it is. */
static GValue *
find_value (GstStructure *structure, const gchar *field)
{
  return (GValue *)gst_structure_get_value (structure, field);
}

static void
change_string (GstStructure *structure, const gchar *field, const gchar *text)
{
  if (g_strcmp0 (gst_structure_get_string (structure, field), text) != 0)
    gst_structure_set (structure, field, G_TYPE_STRING, text, NULL);
}

static void
change_region (GstStructure *structure, const DermaBox *region)
{
  GValue *value = find_value (structure, "region");

  if (region->width <= 0) {
    gst_structure_remove_field (structure, "region");
    return;
  }
  if (!value) {
    derma_fields_take_structure (structure, "region", gst_structure_new_empty ("region"));
    value = find_value (structure, "region");
  }
  gst_structure_set ((GstStructure *)gst_value_get_structure (value), "x", G_TYPE_DOUBLE, (gdouble)region->x, "y",
                     G_TYPE_DOUBLE, (gdouble)region->y, "width", G_TYPE_DOUBLE, (gdouble)region->width, "height",
                     G_TYPE_DOUBLE, (gdouble)region->height, NULL);
}

void
derma_reading_update_structure (const DermaReading *reading, GstStructure *structure)
{
  const DermaQuality *quality = &reading->quality;
  const DermaClasses *classes = reading->classes;
  const GValue *probabilities = gst_structure_get_value (structure, "probabilities");

  gst_structure_set (structure, "pts", G_TYPE_UINT64, reading->pts, "age", G_TYPE_UINT64, reading->age, "confidence",
                     G_TYPE_DOUBLE, (gdouble)reading->confidence, "malignant", G_TYPE_DOUBLE,
                     (gdouble)reading->malignant, "flagged", G_TYPE_BOOLEAN, reading->flagged, "typicality",
                     G_TYPE_DOUBLE, (gdouble)reading->typicality, "lesion", G_TYPE_UINT, reading->lesion, "latency",
                     G_TYPE_UINT64, reading->latency, NULL);
  change_string (structure, "label", classes->labels[reading->top]);
  change_string (structure, "title", classes->titles[reading->top]);
  change_string (structure, "state", derma_state_to_string (reading->state));
  for (guint i = 0; i < classes->n; i++)
    g_value_set_double ((GValue *)gst_value_array_get_value (probabilities, i), reading->probabilities[i]);
  gst_structure_set ((GstStructure *)gst_value_get_structure (find_value (structure, "quality")), "focus",
                     G_TYPE_DOUBLE, (gdouble)quality->focus, "exposure", G_TYPE_DOUBLE, (gdouble)quality->exposure,
                     "glare", G_TYPE_DOUBLE, (gdouble)quality->glare, "motion", G_TYPE_DOUBLE, (gdouble)quality->motion,
                     NULL);
  change_region (structure, &reading->region);
}

static gboolean
refuse (GError **error, const gchar *field, const gchar *cause)
{
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, DERMA_READING_META_NAME ": %s: %s", field, cause);
  return FALSE;
}

static gboolean
check_string (const gchar *text, const gchar *field, GError **error)
{
  if (!text)
    return refuse (error, field, "no string");
  if (strnlen (text, MAX_STRING + 1) > MAX_STRING)
    return refuse (error, field, "too long");
  return g_utf8_validate (text, -1, NULL) || refuse (error, field, "not UTF-8");
}

/* A number of lo..1; without the field, @number stays. */
static gboolean
parse_number (const GstStructure *structure, const gchar *field, gdouble lo, gfloat *number, GError **error)
{
  gdouble value;

  if (!structure || !gst_structure_has_field (structure, field))
    return TRUE;
  if (!gst_structure_get_double (structure, field, &value))
    return refuse (error, field, "not a double");
  if (!isfinite (value) || value < lo || value > 1.0)
    return refuse (error, field, "out of range");
  *number = value;
  return TRUE;
}

static gboolean
parse_required (const GstStructure *structure, const gchar *field, gfloat *number, GError **error)
{
  if (!gst_structure_has_field (structure, field))
    return refuse (error, field, "missing");
  return parse_number (structure, field, 0.0, number, error);
}

/* Checks an array of @type and gives its length; @n is the length wanted, or 0 for any. */
static const GValue *
find_array (const GstStructure *structure, const gchar *field, GType type, guint *n, GError **error)
{
  const GValue *array = gst_structure_get_value (structure, field);
  guint size;

  if (!array || !GST_VALUE_HOLDS_ARRAY (array)) {
    refuse (error, field, "not an array");
    return NULL;
  }
  size = gst_value_array_get_size (array);
  if (size < 1 || size > DERMA_MAX_CLASSES || (*n && size != *n)) {
    refuse (error, field, "wrong length");
    return NULL;
  }
  for (guint i = 0; i < size; i++) {
    const GValue *value = gst_value_array_get_value (array, i);

    if (!G_VALUE_HOLDS (value, type)) {
      refuse (error, field, "wrong type of element");
      return NULL;
    }
    if (type == G_TYPE_STRING && !check_string (g_value_get_string (value), field, error))
      return NULL;
  }
  *n = size;
  return array;
}

static gboolean
equal_strings (gchar **strings, const GValue *array)
{
  const guint n = gst_value_array_get_size (array);

  for (guint i = 0; i < n; i++)
    if (strcmp (strings[i], g_value_get_string (gst_value_array_get_value (array, i))) != 0)
      return FALSE;
  return TRUE;
}

static GStrv
copy_strings (const GValue *array)
{
  const guint n = gst_value_array_get_size (array);
  GStrv strings = g_new0 (gchar *, n + 1);

  for (guint i = 0; i < n; i++)
    strings[i] = g_value_dup_string (gst_value_array_get_value (array, i));
  return strings;
}

/* What of a structure describes the network that made the reading. */
typedef struct {
  guint n;
  const GValue *labels;
  const GValue *titles;
  const gchar *name;
  const gchar *version;
  const gchar *sha256;
  gfloat operating_point;
} Source;

static gboolean
parse_identity (Source *source, const GstStructure *structure, GError **error)
{
  const GValue *value = gst_structure_get_value (structure, "model");
  const GstStructure *model;
  struct {
    const gchar *field;
    const gchar **text;
  } parts[] = { { "name", &source->name }, { "version", &source->version }, { "sha256", &source->sha256 } };

  source->name = source->version = source->sha256 = "";
  if (!value)
    return TRUE;
  if (!GST_VALUE_HOLDS_STRUCTURE (value) || !gst_value_get_structure (value))
    return refuse (error, "model", "not a structure");
  model = gst_value_get_structure (value);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (!gst_structure_has_field (model, parts[i].field))
      continue;
    *parts[i].text = gst_structure_get_string (model, parts[i].field);
    if (!check_string (*parts[i].text, "model", error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_source (Source *source, const GstStructure *structure, GError **error)
{
  source->n = 0;
  if (!(source->labels = find_array (structure, "labels", G_TYPE_STRING, &source->n, error)))
    return FALSE;
  source->titles = source->labels;
  if (gst_structure_has_field (structure, "titles")
      && !(source->titles = find_array (structure, "titles", G_TYPE_STRING, &source->n, error)))
    return FALSE;
  return parse_required (structure, "operating-point", &source->operating_point, error)
         && parse_identity (source, structure, error);
}

static gboolean
is_from (const DermaClasses *classes, const Source *source)
{
  return classes && classes->n == source->n && classes->operating_point == source->operating_point
         && strcmp (classes->model_name, source->name) == 0 && strcmp (classes->model_version, source->version) == 0
         && strcmp (classes->model_sha256, source->sha256) == 0 && equal_strings (classes->labels, source->labels)
         && equal_strings (classes->titles, source->titles);
}

static void
set_identity (gchar **member, const gchar *text)
{
  g_free (*member);
  *member = g_strdup (text);
}

static DermaClasses *
make_classes (const Source *source)
{
  g_auto (GStrv) labels = copy_strings (source->labels);
  g_auto (GStrv) titles = copy_strings (source->titles);
  DermaClasses *classes = derma_classes_new ((const gchar *const *)labels, (const gchar *const *)titles);

  classes->has_operating_point = TRUE;
  classes->operating_point = source->operating_point;
  set_identity (&classes->model_name, source->name);
  set_identity (&classes->model_version, source->version);
  set_identity (&classes->model_sha256, source->sha256);
  return classes;
}

static const GValue *
find_probabilities (const GstStructure *structure, guint n, GError **error)
{
  const GValue *array = find_array (structure, "probabilities", G_TYPE_DOUBLE, &n, error);

  for (guint i = 0; array && i < n; i++) {
    const gdouble p = g_value_get_double (gst_value_array_get_value (array, i));

    if (!isfinite (p) || p < 0.0 || p > 1.0) {
      refuse (error, "probabilities", "out of range");
      return NULL;
    }
  }
  return array;
}

static gboolean
find_label (const GstStructure *structure, const GValue *labels, guint *top, GError **error)
{
  const gchar *label = gst_structure_get_string (structure, "label");
  const guint n = gst_value_array_get_size (labels);

  for (guint i = 0; label && i < n; i++) {
    if (strcmp (label, g_value_get_string (gst_value_array_get_value (labels, i))) == 0) {
      *top = i;
      return TRUE;
    }
  }
  return refuse (error, "label", "not one of the labels");
}

static gboolean
parse_quality (const GstStructure *structure, DermaQuality *quality, GError **error)
{
  const GValue *value = gst_structure_get_value (structure, "quality");
  const GstStructure *part;

  if (!value)
    return TRUE;
  if (!GST_VALUE_HOLDS_STRUCTURE (value))
    return refuse (error, "quality", "not a structure");
  part = gst_value_get_structure (value);
  return parse_number (part, "focus", DERMA_UNMEASURED, &quality->focus, error)
         && parse_number (part, "exposure", DERMA_UNMEASURED, &quality->exposure, error)
         && parse_number (part, "glare", DERMA_UNMEASURED, &quality->glare, error)
         && parse_number (part, "motion", DERMA_UNMEASURED, &quality->motion, error);
}

static gboolean
parse_region (const GstStructure *structure, DermaBox *region, GError **error)
{
  const GValue *value = gst_structure_get_value (structure, "region");
  const GstStructure *part;

  if (!value)
    return TRUE;
  if (!GST_VALUE_HOLDS_STRUCTURE (value) || !gst_value_get_structure (value))
    return refuse (error, "region", "not a structure");
  part = gst_value_get_structure (value);
  return parse_required (part, "x", &region->x, error) && parse_required (part, "y", &region->y, error)
         && parse_required (part, "width", &region->width, error)
         && parse_required (part, "height", &region->height, error);
}

/* Times and the counter; a peer that leaves them out, or gives them another type, says nothing about them. */
static void
parse_counts (const GstStructure *structure, DermaReading *reading)
{
  gst_structure_get_uint64 (structure, "pts", &reading->pts);
  gst_structure_get_uint64 (structure, "age", &reading->age);
  gst_structure_get_uint64 (structure, "latency", &reading->latency);
  gst_structure_get_uint (structure, "lesion", &reading->lesion);
}

static gboolean
parse_verdict (const GstStructure *structure, DermaReading *reading, GError **error)
{
  if (!parse_required (structure, "confidence", &reading->confidence, error)
      || !parse_required (structure, "malignant", &reading->malignant, error)
      || !parse_number (structure, "typicality", DERMA_UNMEASURED, &reading->typicality, error)
      || !parse_quality (structure, &reading->quality, error) || !parse_region (structure, &reading->region, error))
    return FALSE;
  if (!gst_structure_get_boolean (structure, "flagged", &reading->flagged))
    return refuse (error, "flagged", "not a boolean");
  if (!gst_structure_get_string (structure, "state")
      || !derma_state_from_string (gst_structure_get_string (structure, "state"), &reading->state))
    return refuse (error, "state", "not a state");
  parse_counts (structure, reading);
  return TRUE;
}

gboolean
derma_reading_from_structure (DermaReading *reading, const GstStructure *structure, GError **error)
{
  DermaReading made = DERMA_READING_INIT;
  Source source;
  const GValue *probabilities;

  if (!parse_source (&source, structure, error) || !parse_verdict (structure, &made, error)
      || !(probabilities = find_probabilities (structure, source.n, error))
      || !find_label (structure, source.labels, &made.top, error))
    return FALSE;

  if (!is_from (reading->classes, &source)) {
    g_autoptr (DermaClasses) classes = make_classes (&source);

    derma_reading_set_classes (reading, classes);
  }
  made.classes = reading->classes;
  made.probabilities = reading->probabilities;
  for (guint i = 0; i < source.n; i++)
    made.probabilities[i] = g_value_get_double (gst_value_array_get_value (probabilities, i));
  *reading = made;
  return TRUE;
}

void
derma_reading_meta_set (GstBuffer *buffer, const GstStructure *fields, guint64 age)
{
  GstCustomMeta *meta;
  GstStructure *structure;

  while ((meta = gst_buffer_get_custom_meta (buffer, DERMA_READING_META_NAME))
         && !GST_META_FLAG_IS_SET (&meta->meta, GST_META_FLAG_LOCKED))
    gst_buffer_remove_meta (buffer, &meta->meta);

  meta = gst_buffer_add_custom_meta (buffer, DERMA_READING_META_NAME);
  structure = gst_custom_meta_get_structure (meta);
  for (gint i = 0; i < gst_structure_n_fields (fields); i++) {
    const gchar *field = gst_structure_nth_field_name (fields, i);

    gst_structure_set_value (structure, field, gst_structure_get_value (fields, field));
  }
  gst_structure_set (structure, "age", G_TYPE_UINT64, age, NULL);
}

const GstStructure *
derma_reading_meta_get (GstBuffer *buffer)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, DERMA_READING_META_NAME);

  return meta ? gst_custom_meta_get_structure (meta) : NULL;
}
