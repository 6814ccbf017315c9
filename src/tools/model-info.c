/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/model-info.h"
#include "tools/json.h"

#include <math.h>

static gchar *
shape_to_string (const DermaModel *model, guint output)
{
  gint64 dims[DERMA_MAX_RANK];
  guint rank = derma_model_get_output_shape (model, output, dims);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i == 0 ? "" : "x", dims[i]);
  return g_string_free (text, FALSE);
}

static const gchar *
get_region (const DermaMetadata *metadata)
{
  return metadata->region == DERMA_REGION_FULL_FRAME ? "full-frame" : "center-square";
}

/* An unknown share is negative. */
static gdouble
known (gfloat share)
{
  return share < 0 ? NAN : share;
}

static void
add_triple (JsonBuilder *builder, const gchar *name, const gfloat values[3])
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < 3; i++)
    json_builder_add_double_value (builder, values[i]);
  json_builder_end_array (builder);
}

static void
add_classes (JsonBuilder *builder, const DermaClasses *classes)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint i = 0; i < classes->n; i++)
    json_builder_add_string_value (builder, classes->labels[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "malignant");
  json_builder_begin_array (builder);
  for (guint i = 0; i < classes->n; i++)
    if (classes->malignant[i])
      json_builder_add_string_value (builder, classes->labels[i]);
  json_builder_end_array (builder);
  derma_json_add_number (builder, "operating_point", classes->operating_point);
  derma_json_add_number (builder, "operating_point_sensitivity", known (classes->sensitivity));
  derma_json_add_number (builder, "operating_point_specificity", known (classes->specificity));
  derma_json_add_number (builder, "melanoma_operating_point", known (classes->melanoma_operating_point));
  derma_json_add_number (builder, "melanoma_operating_point_sensitivity", known (classes->melanoma_sensitivity));
  derma_json_add_number (builder, "melanoma_operating_point_specificity", known (classes->melanoma_specificity));
}

static void
add_ports (JsonBuilder *builder, const DermaModel *model)
{
  guint width, height, channels;

  derma_model_get_input_size (model, &width, &height, &channels);
  derma_json_add_string (builder, "input", derma_model_get_input_name (model));
  derma_json_add_count (builder, "width", width);
  derma_json_add_count (builder, "height", height);
  derma_json_add_count (builder, "channels", channels);
  json_builder_set_member_name (builder, "outputs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < derma_model_get_n_outputs (model); i++) {
    g_autofree gchar *shape = shape_to_string (model, i);

    json_builder_begin_object (builder);
    derma_json_add_string (builder, "name", derma_model_get_output_name (model, i));
    derma_json_add_string (builder, "shape", shape);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_all (JsonBuilder *builder, const DermaModel *model)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  guint64 macs = derma_model_get_n_macs (model);

  derma_json_add_string (builder, "name", metadata->classes->model_name);
  derma_json_add_string (builder, "version", metadata->classes->model_version);
  derma_json_add_string (builder, "sha256", derma_model_get_sha256 (model));
  derma_json_add_string (builder, "licence", metadata->licence);
  derma_json_add_string (builder, "provenance", metadata->provenance);
  derma_json_add_count (builder, "opset", (guint64)derma_model_get_opset (model));
  derma_json_add_count (builder, "parameters", derma_model_get_n_parameters (model));
  derma_json_add_count (builder, "macs", macs);
  derma_json_add_number (builder, "gflops", 2e-9 * (gdouble)macs);
  add_ports (builder, model);
  add_triple (builder, "mean", metadata->mean);
  add_triple (builder, "std", metadata->std);
  derma_json_add_string (builder, "region", get_region (metadata));
  derma_json_add_string (builder, "scores", metadata->score_kind == DERMA_SCORES_LOGITS ? "logits" : "probabilities");
  derma_json_add_number (builder, "temperature", metadata->temperature);
  if (metadata->typicality_output >= 0)
    derma_json_add_number (builder, "typicality_threshold", metadata->typicality_threshold);
  derma_json_add_string (builder, "evaluation", metadata->evaluation);
  add_classes (builder, metadata->classes);
}

gchar *
derma_model_info_to_json (const DermaModel *model)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_all (builder, model);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static void
print_classes (GString *text, const DermaClasses *classes)
{
  for (guint i = 0; i < classes->n && i < 32; i++)
    g_string_append_printf (text, "%-18s%s%s\n", i == 0 ? "classes" : "", classes->titles[i],
                            classes->malignant[i] ? " (malignant)" : "");
  if (classes->n > 32)
    g_string_append_printf (text, "%-18sand %u more\n", "", classes->n - 32);
  g_string_append_printf (text, "%-18s%.4f%s\n", "operating point", classes->operating_point,
                          classes->has_operating_point ? "" : " (default)");
  if (classes->sensitivity >= 0 && classes->specificity >= 0)
    g_string_append_printf (text, "%-18ssensitivity %.3f, specificity %.3f on validation data\n", "",
                            classes->sensitivity, classes->specificity);
}

/* What else the file says of itself, where it does. */
static void
print_extras (GString *text, const DermaMetadata *metadata)
{
  const DermaClasses *classes = metadata->classes;

  if (classes->melanoma_operating_point >= 0)
    g_string_append_printf (text, "%-18s%.4f for melanoma alone\n", "", classes->melanoma_operating_point);
  if (classes->melanoma_sensitivity >= 0 && classes->melanoma_specificity >= 0)
    g_string_append_printf (text, "%-18ssensitivity %.3f, specificity %.3f on validation data\n", "",
                            classes->melanoma_sensitivity, classes->melanoma_specificity);
  if (metadata->typicality_output >= 0)
    g_string_append_printf (text, "%-18srefused below %.4f\n", "typicality", metadata->typicality_threshold);
  if (metadata->evaluation)
    g_string_append_printf (text, "%-18s%s\n", "evaluation", metadata->evaluation);
}

static const gchar *
or_unknown (const gchar *text)
{
  return text && *text ? text : "unknown";
}

gchar *
derma_model_info_to_text (const DermaModel *model)
{
  const DermaMetadata *metadata = derma_model_get_metadata (model);
  GString *text = g_string_new (NULL);
  guint width, height, channels;
  guint64 macs = derma_model_get_n_macs (model);

  derma_model_get_input_size (model, &width, &height, &channels);
  g_string_append_printf (text, "%-18s%s\n%-18s%s\n%-18s%s\n%-18s%s\n%-18s%s\n", "name", metadata->classes->model_name,
                          "version", or_unknown (metadata->classes->model_version), "sha256",
                          derma_model_get_sha256 (model), "licence", or_unknown (metadata->licence), "provenance",
                          or_unknown (metadata->provenance));
  g_string_append_printf (text,
                          "%-18s%d\n%-18s%" G_GUINT64_FORMAT "\n%-18s%" G_GUINT64_FORMAT " (%.3f GFLOPs, 2 x MAC)\n",
                          "opset", derma_model_get_opset (model), "parameters", derma_model_get_n_parameters (model),
                          "MACs", macs, 2e-9 * (gdouble)macs);
  g_string_append_printf (text, "%-18s%s 1x%ux%ux%u\n", "input", derma_model_get_input_name (model), channels, height,
                          width);
  for (guint i = 0; i < derma_model_get_n_outputs (model); i++) {
    g_autofree gchar *shape = shape_to_string (model, i);

    g_string_append_printf (text, "%-18s%s %s\n", "output", derma_model_get_output_name (model, i), shape);
  }
  g_string_append_printf (text, "%-18smean %g %g %g, std %g %g %g\n%-18s%s\n%-18s%g\n", "normalisation",
                          metadata->mean[0], metadata->mean[1], metadata->mean[2], metadata->std[0], metadata->std[1],
                          metadata->std[2], "region", get_region (metadata), "temperature", metadata->temperature);
  print_classes (text, metadata->classes);
  print_extras (text, metadata);
  return g_string_free (text, FALSE);
}
