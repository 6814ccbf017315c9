/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/census.h"
#include "model/prune.h"
#include "support/colour-model.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <glib/gstdio.h>
#include <string.h>

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static DermaModel *
load (DermaOnnxBuilder *builder)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autoptr (GError) error = NULL;
  DermaModel *model = derma_model_new_from_bytes (bytes, "folder/a.b.onnx", &error);

  g_assert_no_error (error);
  return model;
}

static void
test_colours (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (DermaModel) model = load (builder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaGraph) graph = derma_graph_new (model, 1, &error);
  const gfloat *scores;
  gsize n;

  g_assert_no_error (error);
  for (guint colour = 0; colour < 4; colour++) {
    gfloat *input = derma_graph_get_input (graph, &n);

    for (gsize i = 0; i < n; i++)
      input[i] = i % 3 == colour ? 1.0f : -1.0f;
    g_assert_true (derma_graph_run (graph, &error));
    scores = derma_graph_get_output (graph, 0, &n);
    g_assert_cmpuint (n, ==, 3);
    for (guint k = 0; k < 3; k++)
      g_assert_cmpfloat_with_epsilon (scores[k], k == colour ? 4 : 0, 1e-4);
  }
}

static void
test_identity (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);
  g_autofree gchar *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (DermaModel) model = load (builder);
  const DermaClasses *classes = derma_model_get_metadata (model)->classes;

  g_assert_cmpstr (derma_model_get_name (model), ==, "folder/a.b.onnx");
  g_assert_cmpstr (derma_model_get_sha256 (model), ==, sha256);
  g_assert_cmpstr (classes->model_sha256, ==, sha256);
  g_assert_cmpstr (classes->model_name, ==, "colours");
  g_assert_cmpstr (classes->model_version, ==, "1");
  g_assert_true (classes->malignant[0]);
  g_assert_false (classes->malignant[1]);
  g_assert_false (classes->has_operating_point);
}

/* Without a name in the file it is called like the file. */
static void
test_name_of_file (void)
{
  static const gchar *const names[][2] = {
    { "folder/a.b.onnx", "a.b" }, { "plain", "plain" }, { ".onnx", ".onnx" }, { "a/", "a" }
  };
  g_autoptr (GBytes) bytes = derma_test_tiny_model ("a,b");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, names[i][0], NULL);

    g_assert_cmpstr (derma_model_get_metadata (model)->classes->model_name, ==, names[i][1]);
  }
}

static void
test_outputs (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (DermaModel) model = NULL;
  gint64 dims[DERMA_MAX_RANK];

  derma_onnx_builder_add_output (builder, "features", NULL);
  model = load (builder);
  g_assert_cmpuint (derma_model_get_n_outputs (model), ==, 2);
  g_assert_cmpstr (derma_model_get_input_name (model), ==, "image");
  g_assert_cmpstr (derma_model_get_output_name (model, 0), ==, "scores");
  g_assert_cmpstr (derma_model_get_output_name (model, 1), ==, "features");
  g_assert_null (derma_model_get_output_name (model, 2));
  g_assert_cmpuint (derma_model_get_output_shape (model, 1, dims), ==, 4);
  g_assert_cmpint (dims[1], ==, 3);
  g_assert_cmpint (dims[2], ==, 4);
}

static void
test_output_twice (void)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_colour_builder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  derma_onnx_builder_add_output (builder, "scores", NULL);
  bytes = derma_onnx_builder_finish (builder);
  g_assert_null (derma_model_new_from_bytes (bytes, "m", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, "m: output 'scores': is listed twice");
}

static void
test_too_much_memory (void)
{
  gsize n = 1 << 20, size = 2 * n + 5;
  guint8 *data = g_malloc0 (size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, size);
  g_autoptr (GError) error = NULL;

  /* The field "graph" of two mebibytes, in it nodes of no bytes. */
  memcpy (data, (const guint8[]){ 0x3a, 0x80, 0x80, 0x80, 0x01 }, 5);
  for (gsize i = 0; i < n; i++)
    data[5 + 2 * i] = 0x0a;
  g_assert_null (derma_model_new_from_bytes (bytes, "m", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_true (g_str_has_prefix (error->message, "m: would take far more memory"));
}

/* Two products by hand: a convolution in two groups and a matrix, whose weights are used twice. */
static DermaIr *
make_ir (void)
{
  static const gint64 picture[] = { 1, 4, 6, 5 }, kernel[] = { 8, 2, 3, 3 }, features[] = { 1, 8, 4, 3 };
  static const gint64 row[] = { 1, 96 }, matrix[] = { 10, 96 }, scores[] = { 1, 10 };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (4 * 960), 4 * 960);
  DermaIr *ir = derma_ir_new ();
  guint x, w, y, flat, m, s, unused;

  ir->input = x = derma_ir_add_tensor (ir, "x", DERMA_DTYPE_FLOAT32, 4, picture, NULL);
  w = derma_ir_add_tensor (ir, "w", DERMA_DTYPE_FLOAT32, 4, kernel, bytes);
  y = derma_ir_add_tensor (ir, "y", DERMA_DTYPE_FLOAT32, 4, features, NULL);
  flat = derma_ir_add_tensor (ir, "flat", DERMA_DTYPE_FLOAT32, 2, row, NULL);
  m = derma_ir_add_tensor (ir, "m", DERMA_DTYPE_FLOAT32, 2, matrix, bytes);
  s = derma_ir_add_tensor (ir, "s", DERMA_DTYPE_FLOAT32, 2, scores, NULL);
  unused = derma_ir_add_tensor (ir, "unused", DERMA_DTYPE_FLOAT32, 2, scores, NULL);
  derma_ir_add_node (ir, DERMA_OP_CONV, "conv", "Conv", 3, (guint[]){ x, w, DERMA_NO_TENSOR }, 1, &y);
  derma_ir_add_node (ir, DERMA_OP_RESHAPE, "flatten", "Flatten", 1, &y, 1, &flat);
  derma_ir_add_node (ir, DERMA_OP_FULLY_CONNECTED, "a", "Gemm", 3, (guint[]){ flat, m, DERMA_NO_TENSOR }, 1, &s);
  derma_ir_add_node (ir, DERMA_OP_FULLY_CONNECTED, "b", "Gemm", 3, (guint[]){ flat, m, DERMA_NO_TENSOR }, 1, &unused);
  g_array_append_val (ir->outputs, s);
  return ir;
}

static void
test_census (void)
{
  g_autoptr (DermaIr) ir = make_ir ();

  g_assert_cmpuint (derma_ir_count_parameters (ir), ==, 8 * 2 * 9 + 960);
  g_assert_cmpuint (derma_ir_count_macs (ir), ==, 4 * 3 * 8 * 2 * 9 + 2 * 960);
  derma_ir_prune (ir);
  g_assert_cmpuint (derma_ir_count_parameters (ir), ==, 8 * 2 * 9 + 960);
  g_assert_cmpuint (derma_ir_count_macs (ir), ==, 4 * 3 * 8 * 2 * 9 + 960);
}

static void
test_prune (void)
{
  g_autoptr (DermaIr) ir = make_ir ();
  guint features = 2, matrix = 4;

  derma_ir_prune (ir);
  g_assert_cmpuint (ir->nodes->len, ==, 3);
  g_assert_nonnull (derma_ir_get_tensor (ir, matrix)->data);
  g_array_index (ir->outputs, guint, 0) = features;
  derma_ir_prune (ir);
  g_assert_cmpuint (ir->nodes->len, ==, 1);
  g_assert_cmpstr (((DermaNode *)g_ptr_array_index (ir->nodes, 0))->name, ==, "conv");
  g_assert_null (derma_ir_get_tensor (ir, matrix)->data);
  g_assert_nonnull (derma_ir_get_tensor (ir, 1)->data);
}

static void
test_from_ir (void)
{
  g_autoptr (DermaModel) model = derma_model_new_from_ir (make_ir (), "made");
  g_autoptr (DermaModel) other = derma_model_ref (model);
  const DermaMetadata *metadata = derma_model_get_metadata (other);

  g_assert_cmpuint (metadata->classes->n, ==, 10);
  g_assert_cmpstr (metadata->classes->labels[9], ==, "9");
  g_assert_cmpstr (metadata->classes->titles[0], ==, "0");
  g_assert_cmpstr (metadata->classes->model_name, ==, "made");
  g_assert_cmpfloat (metadata->temperature, ==, 1);
  g_assert_cmpint (metadata->map_output, ==, -1);
}

static void
test_tensors (void)
{
  g_autoptr (DermaIr) ir = make_ir ();

  g_assert_null (derma_ir_get_tensor (ir, DERMA_NO_TENSOR));
  g_assert_null (derma_ir_get_tensor (ir, ir->tensors->len));
  g_assert_cmpuint (derma_tensor_n_elements (derma_ir_get_tensor (ir, 0)), ==, 120);
  g_assert_cmpuint (derma_dtype_size (DERMA_DTYPE_INT64), ==, 8);
  g_assert_cmpuint (derma_dtype_size (DERMA_DTYPE_BOOL), ==, 1);
  derma_ir_free (NULL);
}

static void
test_find_default (void)
{
  g_autofree gchar *there = NULL, *elsewhere = NULL, *empty = NULL;

  g_setenv ("DERMA_MODEL_DIR", "/nowhere/models", TRUE);
  there = derma_model_find_default ();
  g_assert_cmpstr (there, ==, "/nowhere/models/dermaclassify.onnx");
  g_setenv ("DERMA_MODEL_DIR", "", TRUE);
  empty = derma_model_find_default ();
  g_unsetenv ("DERMA_MODEL_DIR");
  elsewhere = derma_model_find_default ();
  g_assert_cmpstr (empty, ==, elsewhere);
  g_assert_true (g_path_is_absolute (elsewhere));
  g_assert_true (g_str_has_suffix (elsewhere, "/models/dermaclassify.onnx"));
}

static gchar *
find_in (const gchar *folder)
{
  gchar *found;

  g_setenv ("DERMA_MODEL_DIR", folder, TRUE);
  found = derma_model_find_default ();
  g_unsetenv ("DERMA_MODEL_DIR");
  return found;
}

/* The freely licensed network is the shipped one where it is the only one, and never before the other. */
static void
test_find_free (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-find-XXXXXX", NULL);
  g_autofree gchar *full = g_build_filename (folder, "dermaclassify.onnx", NULL);
  g_autofree gchar *cc0 = g_build_filename (folder, "dermaclassify-cc0.onnx", NULL);
  g_autofree gchar *none = find_in (folder);
  g_autofree gchar *alone = NULL, *beside = NULL, *both = NULL;

  g_assert_cmpstr (none, ==, full);
  g_assert_cmpint (g_mkdir (cc0, 0700), ==, 0);
  beside = find_in (folder);
  g_assert_cmpstr (beside, ==, full);
  g_assert_cmpint (g_rmdir (cc0), ==, 0);
  g_assert_true (g_file_set_contents (cc0, "", 0, NULL));
  alone = find_in (folder);
  g_assert_cmpstr (alone, ==, cc0);
  g_assert_true (g_file_set_contents (full, "", 0, NULL));
  both = find_in (folder);
  g_assert_cmpstr (both, ==, full);
  g_remove (full);
  g_remove (cc0);
  g_rmdir (folder);
}

/* The shipped network carries a golden pair, and gives it. */
static void
test_golden (void)
{
  const gchar *folder = g_getenv ("SHIPPED_MODELS");
  g_autofree gchar *path = g_build_filename (folder ? folder : "models", "dermaclassify.onnx", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_load (path, &error);
  const DermaMetadata *metadata;
  guint width, height, channels;
  g_autofree gfloat *input = NULL;
  g_autofree gchar *sha256 = NULL;
  gsize n;

  if (!folder) {
    g_test_skip ("SHIPPED_MODELS does not say where the shipped network is");
    return;
  }
  g_assert_no_error (error);
  metadata = derma_model_get_metadata (model);
  derma_model_get_input_size (model, &width, &height, &channels);
  n = (gsize)width * height * channels;
  input = g_new (gfloat, n);
  derma_golden_fill (input, n);
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)input, n * sizeof *input);
  g_assert_cmpstr (metadata->golden_input, ==, sha256);
  g_assert_cmpuint (metadata->n_golden_output, ==, metadata->classes->n);
}

/* Whatever is wrong with the file otherwise: its digest comes first. */
static void
test_pinned (void)
{
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;
  const gint file = g_file_open_tmp ("derma-pinned-XXXXXX", &path, NULL);

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_assert_null (derma_model_load_pinned (path, EMPTY_SHA256, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  g_clear_error (&error);
  g_assert_null (derma_model_load_pinned (path, "0123", &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_DIGEST);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, EMPTY_SHA256 ", and not 0123"));
  g_clear_error (&error);
  g_unlink (path);
  g_assert_null (derma_model_load_pinned (path, EMPTY_SHA256, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FILE);
}

static void
test_golden_range (void)
{
  gfloat values[4096];
  gdouble sum = 0;

  derma_golden_fill (values, G_N_ELEMENTS (values));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_assert_cmpfloat (values[i], >=, -1);
    g_assert_cmpfloat (values[i], <, 1);
    sum += values[i];
  }
  g_assert_cmpfloat (values[0], ==, -1);
  g_assert_cmpfloat_with_epsilon (sum / G_N_ELEMENTS (values), 0, 0.01);
  derma_golden_fill (NULL, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/colours", test_colours);
  g_test_add_func ("/model/identity", test_identity);
  g_test_add_func ("/model/name-of-file", test_name_of_file);
  g_test_add_func ("/model/outputs", test_outputs);
  g_test_add_func ("/model/output-twice", test_output_twice);
  g_test_add_func ("/model/too-much-memory", test_too_much_memory);
  g_test_add_func ("/model/census", test_census);
  g_test_add_func ("/model/prune", test_prune);
  g_test_add_func ("/model/from-ir", test_from_ir);
  g_test_add_func ("/model/tensors", test_tensors);
  g_test_add_func ("/model/pinned", test_pinned);
  g_test_add_func ("/model/find-default", test_find_default);
  g_test_add_func ("/model/find-free", test_find_free);
  g_test_add_func ("/model/golden", test_golden);
  g_test_add_func ("/model/golden-range", test_golden_range);
  return g_test_run ();
}
