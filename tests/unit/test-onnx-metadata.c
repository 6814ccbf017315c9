/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/onnx-builder.h"

#include <derma/error.h>
#include <derma/model.h>

#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"

static DermaModel *
load_with (const gchar *key, const gchar *value, GError **error)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder ("mel,nv,bcc");
  g_autoptr (GBytes) bytes = NULL;

  if (key)
    derma_onnx_builder_set_metadata (builder, key, value);
  bytes = derma_onnx_builder_finish (builder);
  return derma_model_new_from_bytes (bytes, "some/folder/tiny.onnx", error);
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load_with (NULL, NULL, &error);
  const DermaMetadata *metadata;

  g_assert_no_error (error);
  metadata = derma_model_get_metadata (model);
  g_assert_cmpstr (metadata->classes->model_name, ==, "tiny");
  g_assert_cmpstr (metadata->classes->model_version, ==, "");
  g_assert_cmpstr (metadata->classes->model_sha256, ==, derma_model_get_sha256 (model));
  g_assert_cmpuint (metadata->classes->n, ==, 3);
  g_assert_cmpstr (metadata->classes->labels[2], ==, "bcc");
  g_assert_cmpstr (metadata->classes->titles[2], ==, "bcc");
  g_assert_false (metadata->classes->has_operating_point);
  g_assert_cmpfloat (metadata->classes->operating_point, ==, 0.5f);
  g_assert_cmpfloat (metadata->classes->sensitivity, <, 0);
  g_assert_cmpfloat (metadata->temperature, ==, 1.0f);
  g_assert_cmpfloat (metadata->mean[0], ==, 0.485f);
  g_assert_cmpint (metadata->score_kind, ==, DERMA_SCORES_LOGITS);
  g_assert_cmpint (metadata->map_output, ==, -1);
  g_assert_null (metadata->golden_input);
  g_assert_cmpfloat (metadata->golden_tolerance, ==, 0.001f);
}

/* The name of a file may have any bytes; that of a network is text. */
static void
test_misnamed_file (void)
{
  static const gchar *const names[][2] = { { "caf\xc3\xa9.onnx", "caf\xc3\xa9" },
                                           { "caf\xe9.onnx", "caf\xef\xbf\xbd" },
                                           { "\xff/tiny.onnx", "tiny" },
                                           { "\xff.\xff", "\xef\xbf\xbd" } };
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder ("mel,nv,bcc");
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, names[i][0], &error);

    g_assert_no_error (error);
    g_assert_cmpstr (derma_model_get_metadata (model)->classes->model_name, ==, names[i][1]);
    g_assert_cmpstr (derma_model_get_name (model), ==, names[i][0]);
  }
}

static void
test_numeric_labels (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_add_input (builder, "x", "1,3,8,8");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "p", NULL);
  derma_onnx_builder_add_node (builder, "Softmax", "p", "y", "axis=1");
  derma_onnx_builder_add_output (builder, "y", "1,3,1,1");
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "plain.onnx", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (derma_model_get_metadata (model)->classes->labels[0], ==, "0");
  g_assert_cmpstr (derma_model_get_metadata (model)->classes->labels[2], ==, "2");
  g_assert_cmpint (derma_model_get_metadata (model)->score_kind, ==, DERMA_SCORES_PROBABILITIES);
}

static void
test_all_entries (void)
{
  static const gchar *const entries[][2] = {
    { "derma.name", "lesions" },
    { "derma.version", "1.2" },
    { "derma.licence", "CC0-1.0" },
    { "derma.titles", "melanoma; naevus, common; carcinoma" },
    { "derma.malignant", "mel, bcc" },
    { "derma.normalisation.mean", "0.5" },
    { "derma.normalisation.std", "0.1,0.2,0.3" },
    { "derma.region", "full-frame" },
    { "derma.temperature", "1.5" },
    { "derma.operating-point", "0.25" },
    { "derma.operating-point.sensitivity", "0.9" },
    { "derma.scores", "logits" },
    { "derma.output.scores", "scores" },
    { "derma.golden.input", SHA },
    { "derma.golden.output", "1,-2.5,3e-3" },
    { "other.key", "\x01 is no concern of ours" },
  };
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder ("mel,nv,bcc");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DermaModel) model = NULL;
  const DermaMetadata *metadata;

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    derma_onnx_builder_set_metadata (builder, entries[i][0], entries[i][1]);
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "tiny.onnx", &error);
  g_assert_no_error (error);
  metadata = derma_model_get_metadata (model);
  g_assert_cmpstr (metadata->classes->model_name, ==, "lesions");
  g_assert_cmpstr (metadata->classes->titles[1], ==, "naevus, common");
  g_assert_true (metadata->classes->malignant[0]);
  g_assert_false (metadata->classes->malignant[1]);
  g_assert_true (metadata->classes->malignant[2]);
  g_assert_true (metadata->classes->has_operating_point);
  g_assert_cmpfloat (metadata->classes->operating_point, ==, 0.25f);
  g_assert_cmpfloat (metadata->mean[2], ==, 0.5f);
  g_assert_cmpfloat (metadata->std[1], ==, 0.2f);
  g_assert_cmpint (metadata->region, ==, DERMA_REGION_FULL_FRAME);
  g_assert_cmpfloat (metadata->temperature, ==, 1.5f);
  g_assert_cmpuint (metadata->n_golden_output, ==, 3);
  g_assert_cmpfloat (metadata->golden_output[1], ==, -2.5f);
  g_assert_cmpstr (metadata->golden_input + 58, ==, "abcdef");
}

/* What the scores are is told or, without a word, seen from the last operator. */
static void
test_kinds_of_scores (void)
{
  static const gchar *const told[] = { "logits", "probabilities", NULL };

  for (guint softmax = 0; softmax < 2; softmax++)
    for (guint i = 0; i < 3; i++) {
      g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (DermaModel) model = NULL;

      derma_onnx_builder_add_input (builder, "x", "1,3,8,8");
      derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "g", NULL);
      derma_onnx_builder_add_node (builder, "Flatten", "g", "f", NULL);
      if (softmax)
        derma_onnx_builder_add_node (builder, "Softmax", "f", "p", NULL);
      derma_onnx_builder_add_output (builder, softmax ? "p" : "f", NULL);
      if (told[i])
        derma_onnx_builder_set_metadata (builder, "derma.scores", told[i]);
      bytes = derma_onnx_builder_finish (builder);
      model = derma_model_new_from_bytes (bytes, "scores.onnx", &error);
      g_assert_no_error (error);
      g_assert_cmpint (derma_model_get_metadata (model)->score_kind, ==,
                       i == 1 || (i == 2 && softmax) ? DERMA_SCORES_PROBABILITIES : DERMA_SCORES_LOGITS);
    }
}

static const gchar *const INVALID[][2] = {
  { "derma.labels", "a,b,c" }, /* the tiny model has labels: given twice */
  { "derma.titles", "only;two" },
  { "derma.titles", "a;;c" },
  { "derma.malignant", "mel,typo" },
  { "derma.name", "line\nbreak" },
  { "derma.name", "\xff\xfe" },
  { "derma.provenance", "bell \x07" },
  { "derma.normalisation.mean", "0.5,0.5" },
  { "derma.normalisation.mean", "nan,0,0" },
  { "derma.normalisation.std", "1,0,1" },
  { "derma.normalisation.std", "1,-1,1" },
  { "derma.region", "roi-meta" },
  { "derma.region", "" },
  { "derma.temperature", "0" },
  { "derma.temperature", "1.5x" },
  { "derma.temperature", "inf" },
  { "derma.scores", "odds" },
  { "derma.operating-point", "1.01" },
  { "derma.operating-point.sensitivity", "-0.1" },
  { "derma.operating-point.specificity", "high" },
  { "derma.output.scores", "absent" },
  { "derma.output.map", "absent" },
  { "derma.output.map", "scores" },
  { "derma.output.typicality", "absent" },
  { "derma.output.typicality", "scores" },
  { "derma.typicality.threshold", "1.5" },
  { "derma.typicality.threshold", "nan" },
  { "derma.operating-point.melanoma", "2" },
  { "derma.operating-point.melanoma.sensitivity", "-1" },
  { "derma.operating-point.melanoma.specificity", "all" },
  { "derma.evaluation", "two\nlines" },
  { "derma.golden.input", "abc" },
  { "derma.golden.input", "g"
                          "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
  { "derma.golden.tolerance", "2" },
  { "derma.golden.tolerance", "" },
  { "derma.golden.output", "1,2" },
  { "derma.golden.output", "1,2,1e99" },
};

static void
test_invalid (gconstpointer data)
{
  const gchar *const *entry = data;
  g_autofree gchar *place = g_strdup_printf ("some/folder/tiny.onnx: %s: ", entry[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load_with (entry[0], entry[1], &error);

  g_assert_null (model);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, place));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
}

/* Who reads it can mend the number. */
static void
test_invalid_number_is_told_its_range (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_with ("derma.golden.tolerance", "2", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "'2' is not a number from 0 to 1"));
}

static void
test_largest_map (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_add_input (builder, "x", "1,3,64,64");
  derma_onnx_builder_add_constants (builder, "w=f(1,3,1,1)");
  derma_onnx_builder_add_node (builder, "Conv", "x,w", "map", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "scores", NULL);
  derma_onnx_builder_add_output (builder, "scores", NULL);
  derma_onnx_builder_add_output (builder, "map", NULL);
  derma_onnx_builder_set_metadata (builder, "derma.output.map", "map");
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "m", &error);
  g_assert_no_error (error);
  g_assert_cmpint (derma_model_get_metadata (model)->map_output, ==, 1);
}

static void
test_wrong_number_of_labels (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_add_input (builder, "x", "1,3,8,8");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  derma_onnx_builder_set_metadata (builder, "derma.labels", "a,b");
  bytes = derma_onnx_builder_finish (builder);
  model = derma_model_new_from_bytes (bytes, "m", &error);
  g_assert_null (model);
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "m: derma.labels: "));
}

static void
test_census (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load_with (NULL, NULL, &error);
  guint width, height, channels;

  g_assert_no_error (error);
  derma_model_get_input_size (model, &width, &height, &channels);
  g_assert_cmpuint (width, ==, 16);
  g_assert_cmpuint (height, ==, 16);
  g_assert_cmpuint (channels, ==, 3);
  g_assert_cmpint (derma_model_get_opset (model), ==, 13);
  g_assert_cmpuint (derma_model_get_n_parameters (model), ==, 4 * 27 + 4 + 3 * 4 + 3);
  g_assert_cmpuint (derma_model_get_n_macs (model), ==, 8 * 8 * 4 * 27 + 4 * 3);
}

static void
test_golden (void)
{
  gfloat values[4] = { 9, 9, 9, 9 };

  derma_golden_fill (values, 3);
  g_assert_cmpfloat (values[0], ==, -1.0f);
  g_assert_cmpfloat (values[1], ==, (gfloat)(2654435761u >> 8) / 16777216.0f * 2.0f - 1.0f);
  g_assert_cmpfloat (values[2], ==, (gfloat)(1013904226u >> 8) / 16777216.0f * 2.0f - 1.0f);
  g_assert_cmpfloat (values[3], ==, 9.0f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/metadata/defaults", test_defaults);
  g_test_add_func ("/onnx/metadata/misnamed-file", test_misnamed_file);
  g_test_add_func ("/onnx/metadata/numeric-labels", test_numeric_labels);
  g_test_add_func ("/onnx/metadata/kinds-of-scores", test_kinds_of_scores);
  g_test_add_func ("/onnx/metadata/all-entries", test_all_entries);
  g_test_add_func ("/onnx/metadata/wrong-number-of-labels", test_wrong_number_of_labels);
  g_test_add_func ("/onnx/metadata/invalid-number-is-told-its-range", test_invalid_number_is_told_its_range);
  g_test_add_func ("/onnx/metadata/largest-map", test_largest_map);
  g_test_add_func ("/onnx/metadata/census", test_census);
  g_test_add_func ("/onnx/metadata/golden", test_golden);
  for (guint i = 0; i < G_N_ELEMENTS (INVALID); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/metadata/invalid/%u-%s", i, INVALID[i][0]);

    g_test_add_data_func (path, INVALID[i], test_invalid);
  }
  return g_test_run ();
}
