/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/metadata.h"

#include "model/message.h"
#include "model/model-limits.h"

#include <math.h>
#include <string.h>

#define PREFIX "derma."
#define MELANOMA PREFIX "operating-point.melanoma"

static const gchar *
get_entry (const DermaMetadataSource *source, const gchar *key)
{
  for (guint i = 0; i < source->n_entries; i++) {
    if (strcmp (source->entries[i].key, key) == 0)
      return source->entries[i].value;
  }
  return NULL;
}

/* Every derma entry is text that can be shown, and given once. */
static gboolean
check_entries (const DermaMetadataSource *source, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < source->n_entries; i++) {
    const DermaEntry *entry = &source->entries[i];

    if (!g_str_has_prefix (entry->key, PREFIX))
      continue;
    if (!derma_text_is_clean (entry->key, DERMA_LIMIT_NAME_BYTES))
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "metadata entry %u: key is not plain text", i);
    if (!derma_text_is_clean (entry->value, DERMA_LIMIT_METADATA_BYTES))
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file,
                         "%s: not plain UTF-8 text of at most %u bytes without control characters", entry->key,
                         DERMA_LIMIT_METADATA_BYTES);
    if (!g_hash_table_add (seen, (gpointer)entry->key))
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: given twice", entry->key);
  }
  return TRUE;
}

static gboolean
read_text (const DermaMetadataSource *source, const gchar *key, gsize max, gchar **text, GError **error)
{
  const gchar *value = get_entry (source, key);

  if (!value)
    return TRUE;
  if (strlen (value) > max)
    return derma_fail (error, DERMA_ERROR_LIMIT, source->file, "%s: longer than %" G_GSIZE_FORMAT " bytes", key, max);
  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
parse_number (const gchar *text, gdouble min, gdouble max, gfloat *number)
{
  gchar *end;
  gdouble value = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(value >= min && value <= max))
    return FALSE;
  *number = (gfloat)value;
  return TRUE;
}

static gboolean
read_number (const DermaMetadataSource *source, const gchar *key, const gdouble range[2], gfloat *number,
             GError **error)
{
  const gchar *value = get_entry (source, key);

  if (!value || parse_number (value, range[0], range[1], number))
    return TRUE;
  return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: '%.40s' is not a number from %g to %g", key, value,
                     range[0], range[1]);
}

/* Splits a list at @separator and strips white space from its entries. */
static gchar **
split_list (const gchar *value, const gchar *separator)
{
  gchar **list = g_strsplit (value, separator, -1);

  for (guint i = 0; list[i]; i++)
    g_strstrip (list[i]);
  return list;
}

/* Three numbers for R, G, B, or one for all. */
static gboolean
read_triple (const DermaMetadataSource *source, const gchar *key, const gdouble range[2], gfloat triple[3],
             GError **error)
{
  const gchar *value = get_entry (source, key);
  g_auto (GStrv) list = NULL;
  gboolean good;
  guint n;

  if (!value)
    return TRUE;
  list = split_list (value, ",");
  n = g_strv_length (list);
  good = n == 1 || n == 3;
  for (guint i = 0; good && i < 3; i++)
    good = parse_number (list[n == 3 ? i : 0], range[0], range[1], &triple[i]);
  return good ? TRUE
              : derma_fail (error, DERMA_ERROR_FORMAT, source->file,
                            "%s: '%.60s' is not one or three numbers from %g to %g", key, value, range[0], range[1]);
}

static gboolean
read_output_index (const DermaMetadataSource *source, const gchar *key, gint *index, GError **error)
{
  const gchar *value = get_entry (source, key);

  if (!value)
    return TRUE;
  for (guint i = 0; i < source->ir->outputs->len; i++) {
    if (strcmp (source->output_names[i], value) == 0) {
      *index = (gint)i;
      return TRUE;
    }
  }
  return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: the model has no output '%.60s'", key, value);
}

static const DermaTensor *
get_output (const DermaMetadataSource *source, guint output)
{
  return derma_ir_get_tensor (source->ir, g_array_index (source->ir->outputs, guint, output));
}

/* Scores are a vector: every extent but one is 1. */
static gboolean
count_scores (const DermaMetadataSource *source, guint output, guint *n, GError **error)
{
  const DermaTensor *tensor = get_output (source, output);
  g_autofree gchar *shape = derma_shape_to_string (tensor->rank, tensor->dims);
  gsize elements = derma_tensor_n_elements (tensor);
  gboolean vector = FALSE;

  for (guint i = 0; i < tensor->rank; i++)
    vector |= (gsize)tensor->dims[i] == elements;
  /* A network that names no classes may be one that gives none: it runs, but gives no readings. */
  if ((!vector || elements > DERMA_MAX_CLASSES) && !get_entry (source, PREFIX "labels")) {
    *n = 1;
    return TRUE;
  }
  if (!vector)
    return derma_fail (error, DERMA_ERROR_UNSUPPORTED, source->file, "output '%s' is %s, not one score a class",
                       source->output_names[output], shape);
  if (elements > DERMA_MAX_CLASSES)
    return derma_fail (error, DERMA_ERROR_LIMIT, source->file,
                       "output '%s' has %" G_GSIZE_FORMAT " classes, more than %d", source->output_names[output],
                       elements, DERMA_MAX_CLASSES);
  *n = (guint)elements;
  return TRUE;
}

static gboolean
check_map (const DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  const DermaTensor *map;

  if (metadata->map_output < 0)
    return TRUE;
  map = get_output (source, (guint)metadata->map_output);
  if (metadata->map_output != (gint)metadata->scores_output && map->rank >= 2
      && derma_tensor_n_elements (map) == (gsize)(map->dims[map->rank - 2] * map->dims[map->rank - 1])
      && map->dims[map->rank - 2] <= DERMA_LIMIT_MAP_SIDE && map->dims[map->rank - 1] <= DERMA_LIMIT_MAP_SIDE)
    return TRUE;
  return derma_fail (error, DERMA_ERROR_FORMAT, source->file,
                     "%s: output '%s' is not a map of one channel and at most %d by %d", PREFIX "output.map",
                     source->output_names[metadata->map_output], DERMA_LIMIT_MAP_SIDE, DERMA_LIMIT_MAP_SIDE);
}

static gboolean
check_typicality (const DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  gint output = metadata->typicality_output;

  if (output < 0
      || (output != (gint)metadata->scores_output && derma_tensor_n_elements (get_output (source, (guint)output)) == 1))
    return TRUE;
  return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: output '%s' is not one number",
                     PREFIX "output.typicality", source->output_names[output]);
}

static gboolean
read_outputs (DermaMetadata *metadata, const DermaMetadataSource *source, guint *n_classes, GError **error)
{
  gint scores = 0;

  metadata->map_output = metadata->typicality_output = -1;
  if (!read_output_index (source, PREFIX "output.scores", &scores, error)
      || !read_output_index (source, PREFIX "output.map", &metadata->map_output, error)
      || !read_output_index (source, PREFIX "output.typicality", &metadata->typicality_output, error)
      || !count_scores (source, (guint)scores, n_classes, error))
    return FALSE;
  metadata->scores_output = (guint)scores;
  return check_map (metadata, source, error) && check_typicality (metadata, source, error);
}

static gboolean
check_list (const DermaMetadataSource *source, const gchar *key, gchar **list, gsize max, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; list[i]; i++) {
    if (!*list[i] || strlen (list[i]) > max)
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file,
                         "%s: entry %u is empty or longer than %" G_GSIZE_FORMAT " bytes", key, i, max);
    if (!g_hash_table_add (seen, list[i]))
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: '%s' is listed twice", key, list[i]);
  }
  return TRUE;
}

/* A list with one entry a class; NULL if the file has none. */
static gboolean
read_class_list (const DermaMetadataSource *source, const gchar *key, guint n, gchar ***list, GError **error)
{
  gboolean titles = g_str_has_suffix (key, "titles");
  const gchar *value = get_entry (source, key);

  if (!value)
    return TRUE;
  *list = split_list (value, titles ? ";" : ",");
  if (g_strv_length (*list) != n)
    return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: %u entries for %u classes", key,
                       g_strv_length (*list), n);
  return check_list (source, key, *list, titles ? DERMA_LIMIT_TITLE_BYTES : DERMA_LIMIT_LABEL_BYTES, error);
}

static gboolean
read_malignant (DermaClasses *classes, const DermaMetadataSource *source, GError **error)
{
  const gchar *value = get_entry (source, PREFIX "malignant");
  g_auto (GStrv) list = NULL;

  if (!value)
    return TRUE;
  list = split_list (value, ",");
  for (guint i = 0; list[i]; i++) {
    guint label = 0;

    while (label < classes->n && strcmp (classes->labels[label], list[i]) != 0)
      label++;
    if (label == classes->n)
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: '%.60s' is not among the labels",
                         PREFIX "malignant", list[i]);
    classes->malignant[label] = TRUE;
  }
  return TRUE;
}

static gchar **
number_labels (guint n)
{
  gchar **labels = g_new0 (gchar *, n + 1);

  for (guint i = 0; i < n; i++)
    labels[i] = g_strdup_printf ("%u", i);
  return labels;
}

/* "models/lesions.onnx" -> "lesions"; text, as all that is told of a network */
static gchar *
stem_of (const gchar *file)
{
  g_autofree gchar *base = g_filename_display_basename (file);
  gchar *dot = strrchr (base, '.');

  if (dot && dot != base)
    *dot = '\0';
  return g_steal_pointer (&base);
}

static gboolean
read_identity (DermaClasses *classes, const DermaMetadataSource *source, GError **error)
{
  static const gdouble unit[2] = { 0, 1 };

  g_free (classes->model_name);
  classes->model_name = stem_of (source->file);
  g_free (classes->model_sha256);
  classes->model_sha256 = g_strdup (source->sha256);
  classes->has_operating_point = get_entry (source, PREFIX "operating-point") != NULL;
  return read_text (source, PREFIX "name", DERMA_LIMIT_TITLE_BYTES, &classes->model_name, error)
         && read_text (source, PREFIX "version", DERMA_LIMIT_LABEL_BYTES, &classes->model_version, error)
         && read_number (source, PREFIX "operating-point", unit, &classes->operating_point, error)
         && read_number (source, PREFIX "operating-point.sensitivity", unit, &classes->sensitivity, error)
         && read_number (source, PREFIX "operating-point.specificity", unit, &classes->specificity, error)
         && read_number (source, MELANOMA, unit, &classes->melanoma_operating_point, error)
         && read_number (source, MELANOMA ".sensitivity", unit, &classes->melanoma_sensitivity, error)
         && read_number (source, MELANOMA ".specificity", unit, &classes->melanoma_specificity, error);
}

static gboolean
read_classes (DermaMetadata *metadata, const DermaMetadataSource *source, guint n, GError **error)
{
  g_auto (GStrv) labels = NULL;
  g_auto (GStrv) titles = NULL;

  if (!read_class_list (source, PREFIX "labels", n, &labels, error)
      || !read_class_list (source, PREFIX "titles", n, &titles, error))
    return FALSE;
  if (!labels)
    labels = number_labels (n);
  metadata->classes = derma_classes_new ((const gchar *const *)labels, (const gchar *const *)titles);
  return read_malignant (metadata->classes, source, error) && read_identity (metadata->classes, source, error);
}

static gboolean
read_region (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  const gchar *value = get_entry (source, PREFIX "region");

  metadata->region = DERMA_REGION_CENTER_SQUARE;
  if (!value || strcmp (value, "center-square") == 0)
    return TRUE;
  metadata->region = DERMA_REGION_FULL_FRAME;
  if (strcmp (value, "full-frame") == 0)
    return TRUE;
  return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: '%.40s' is neither center-square nor full-frame",
                     PREFIX "region", value);
}

static const DermaNode *
find_producer (const DermaIr *ir, guint tensor)
{
  for (guint i = ir->nodes->len; i > 0; i--) {
    const DermaNode *node = g_ptr_array_index (ir->nodes, i - 1);

    for (guint j = 0; j < node->n_outputs; j++) {
      if (node->outputs[j] == tensor)
        return node;
    }
  }
  return NULL;
}

/* Whether what comes before @tensor, but for reshaping, is a softmax. */
static gboolean
comes_from_softmax (const DermaIr *ir, guint tensor)
{
  const DermaNode *node = find_producer (ir, tensor);

  while (node && (node->op == DERMA_OP_RESHAPE || node->op == DERMA_OP_TRANSPOSE))
    node = find_producer (ir, node->inputs[0]);
  return node && node->op == DERMA_OP_SOFTMAX;
}

static gboolean
read_score_kind (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  const gchar *value = get_entry (source, PREFIX "scores");
  guint tensor = g_array_index (source->ir->outputs, guint, metadata->scores_output);

  metadata->score_kind = DERMA_SCORES_LOGITS;
  if (value ? strcmp (value, "logits") == 0 : !comes_from_softmax (source->ir, tensor))
    return TRUE;
  metadata->score_kind = DERMA_SCORES_PROBABILITIES;
  if (!value || strcmp (value, "probabilities") == 0)
    return TRUE;
  return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: '%.40s' is neither logits nor probabilities",
                     PREFIX "scores", value);
}

static gboolean
read_golden_input (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  const gchar *value = get_entry (source, PREFIX "golden.input");
  gboolean good = value && strlen (value) == 64;

  if (!value)
    return TRUE;
  for (guint i = 0; good && i < 64; i++)
    good = g_ascii_isxdigit (value[i]);
  if (!good)
    return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: not a SHA-256 in hexadecimal digits",
                       PREFIX "golden.input");
  metadata->golden_input = g_ascii_strdown (value, 64);
  return TRUE;
}

static gboolean
read_golden_output (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  const gchar *value = get_entry (source, PREFIX "golden.output");
  g_auto (GStrv) list = NULL;
  guint n;

  if (!value)
    return TRUE;
  list = split_list (value, ",");
  n = g_strv_length (list);
  if (n != metadata->classes->n)
    return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: %u numbers for %u classes", PREFIX "golden.output",
                       n, metadata->classes->n);
  metadata->golden_output = g_new0 (gfloat, n);
  metadata->n_golden_output = n;
  for (guint i = 0; i < n; i++) {
    if (!parse_number (list[i], -G_MAXFLOAT, G_MAXFLOAT, &metadata->golden_output[i]))
      return derma_fail (error, DERMA_ERROR_FORMAT, source->file, "%s: '%.40s' is not a finite number",
                         PREFIX "golden.output", list[i]);
  }
  return TRUE;
}

static gboolean
read_normalisation (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  static const gfloat imagenet_mean[3] = { 0.485f, 0.456f, 0.406f };
  static const gfloat imagenet_std[3] = { 0.229f, 0.224f, 0.225f };
  static const gdouble mean_range[2] = { -1000, 1000 };
  static const gdouble std_range[2] = { 1e-6, 1000 };

  memcpy (metadata->mean, imagenet_mean, sizeof imagenet_mean);
  memcpy (metadata->std, imagenet_std, sizeof imagenet_std);
  return read_triple (source, PREFIX "normalisation.mean", mean_range, metadata->mean, error)
         && read_triple (source, PREFIX "normalisation.std", std_range, metadata->std, error);
}

gboolean
derma_metadata_read (DermaMetadata *metadata, const DermaMetadataSource *source, GError **error)
{
  static const gdouble temperature_range[2] = { 0.001, 1000 };
  static const gdouble unit[2] = { 0, 1 };
  guint n = 0;

  metadata->temperature = 1.0f;
  metadata->typicality_threshold = 0.5f;
  metadata->golden_tolerance = 0.001f;
  return check_entries (source, error) && read_outputs (metadata, source, &n, error)
         && read_classes (metadata, source, n, error)
         && read_text (source, PREFIX "licence", DERMA_LIMIT_TEXT_BYTES, &metadata->licence, error)
         && read_text (source, PREFIX "provenance", DERMA_LIMIT_TEXT_BYTES, &metadata->provenance, error)
         && read_text (source, PREFIX "evaluation", DERMA_LIMIT_TEXT_BYTES, &metadata->evaluation, error)
         && read_number (source, PREFIX "typicality.threshold", unit, &metadata->typicality_threshold, error)
         && read_normalisation (metadata, source, error) && read_region (metadata, source, error)
         && read_number (source, PREFIX "temperature", temperature_range, &metadata->temperature, error)
         && read_score_kind (metadata, source, error) && read_golden_input (metadata, source, error)
         && read_golden_output (metadata, source, error)
         && read_number (source, PREFIX "golden.tolerance", unit, &metadata->golden_tolerance, error);
}

void
derma_metadata_clear (DermaMetadata *metadata)
{
  g_clear_pointer (&metadata->classes, derma_classes_unref);
  g_clear_pointer (&metadata->licence, g_free);
  g_clear_pointer (&metadata->provenance, g_free);
  g_clear_pointer (&metadata->evaluation, g_free);
  g_clear_pointer (&metadata->golden_input, g_free);
  g_clear_pointer (&metadata->golden_output, g_free);
}
