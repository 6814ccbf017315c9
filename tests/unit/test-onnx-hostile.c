/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/onnx-builder.h"

#include <derma/error.h>
#include <derma/model.h>

#include <glib/gstdio.h>
#include <string.h>

#define FILE_NAME "hostile.onnx"

enum { TYPE_FLOAT = 1, TYPE_INT64 = 7, TYPE_STRING = 8 };

/* Refused with one line that names the file. */
static void
assert_clean_error (GError *error, const gchar *name)
{
  g_autofree gchar *prefix = g_strdup_printf ("%s: ", name);

  g_assert_nonnull (error);
  g_assert_true (error->domain == DERMA_ERROR);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_cmpuint (strlen (error->message), >, strlen (prefix));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const gchar *c = error->message; *c; c++)
    g_assert_false (g_ascii_iscntrl (*c));
}

static void
assert_refused (GBytes *bytes, gint code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, FILE_NAME, &error);

  g_assert_null (model);
  assert_clean_error (error, FILE_NAME);
  if (code >= 0)
    g_assert_cmpint (error->code, ==, code);
}

static void
assert_loads_or_fails (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, FILE_NAME, &error);

  g_assert_true ((model == NULL) == (error != NULL));
  if (error)
    assert_clean_error (error, FILE_NAME);
}

/* A change to the tiny model, and what it must be refused with; -1 for any code. */
typedef struct {
  const gchar *name;
  void (*tamper) (DermaOnnxBuilder *builder);
  gint code;
} Tampering;

static Onnx__GraphProto *
graph_of (DermaOnnxBuilder *builder)
{
  return derma_onnx_builder_get_model (builder)->graph;
}

static void
rename_to (gchar **name, const gchar *other)
{
  g_free (*name);
  *name = g_strdup (other);
}

static void
make_cycle (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->node[0]->input[0], "relu");
}

static void
make_self_cycle (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->node[1]->input[0], "relu");
}

static void
lose_initialiser (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->initializer[0]->name, "elsewhere");
}

static void
lose_output (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->output[0]->name, "nowhere");
}

static void
repeat_output (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->node[1]->output[0], "conv");
}

static void
overwrite_input (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->node[1]->output[0], "image");
}

static void
repeat_initialiser (DermaOnnxBuilder *builder)
{
  derma_onnx_builder_add_constants (builder, "w=f(4,3,3,3)");
}

static void
shorten_raw_data (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->raw_data.len -= 4;
}

static void
misalign_raw_data (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->raw_data.len -= 1;
}

static void
negate_dim (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->dims[0] = -4;
}

static void
claim_two_gigabytes (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->dims[0] = 1 << 29;
}

static void
overflow_dims (DermaOnnxBuilder *builder)
{
  for (guint i = 0; i < 4; i++)
    graph_of (builder)->initializer[0]->dims[i] = G_MAXINT64;
}

static void
wrap_dims (DermaOnnxBuilder *builder)
{
  for (guint i = 0; i < 4; i++)
    graph_of (builder)->initializer[0]->dims[i] = G_GINT64_CONSTANT (1) << 16;
}

static void
change_to_strings (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->data_type = TYPE_STRING;
}

static void
change_to_integers (DermaOnnxBuilder *builder)
{
  Onnx__TensorProto *weights = graph_of (builder)->initializer[0];

  weights->data_type = TYPE_INT64;
  weights->raw_data.data = g_realloc (weights->raw_data.data, weights->raw_data.len * 2);
  memset (weights->raw_data.data, 0, weights->raw_data.len * 2);
  weights->raw_data.len *= 2;
}

static void
change_to_nonsense_type (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->data_type = G_MININT32;
}

static void
move_data_away (DermaOnnxBuilder *builder)
{
  graph_of (builder)->initializer[0]->data_location = 1;
}

static void
fix_batch (DermaOnnxBuilder *builder)
{
  Onnx__TensorShapeProto__Dimension *n = graph_of (builder)->input[0]->type->tensor_type->shape->dim[0];

  g_free (n->dim_param);
  n->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
  n->dim_value = 2;
}

static void
grow_input (DermaOnnxBuilder *builder)
{
  graph_of (builder)->input[0]->type->tensor_type->shape->dim[2]->dim_value = G_MAXINT64;
}

static void
negate_input (DermaOnnxBuilder *builder)
{
  graph_of (builder)->input[0]->type->tensor_type->shape->dim[3]->dim_value = -16;
}

static void
add_channels (DermaOnnxBuilder *builder)
{
  graph_of (builder)->input[0]->type->tensor_type->shape->dim[1]->dim_value = 4;
}

static void
change_input_type (DermaOnnxBuilder *builder)
{
  graph_of (builder)->input[0]->type->tensor_type->elem_type = 2;
}

static void
contradict_output (DermaOnnxBuilder *builder)
{
  graph_of (builder)->output[0]->type->tensor_type->shape->dim[1]->dim_value = 8;
}

static void
add_second_input (DermaOnnxBuilder *builder)
{
  derma_onnx_builder_add_input (builder, "other", "1,3,16,16");
}

static void
change_opset_to_6 (DermaOnnxBuilder *builder)
{
  derma_onnx_builder_get_model (builder)->opset_import[0]->version = 6;
}

static void
change_opset_to_far (DermaOnnxBuilder *builder)
{
  derma_onnx_builder_get_model (builder)->opset_import[0]->version = G_MAXINT64;
}

static void
change_domain (DermaOnnxBuilder *builder)
{
  graph_of (builder)->node[1]->domain = g_strdup ("com.example");
}

static void
garble_name (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->node[1]->op_type, "Re\xff\nlu");
  rename_to (&graph_of (builder)->node[1]->name, "\x1b[31m\n");
}

static void
lengthen_name (DermaOnnxBuilder *builder)
{
  g_autofree gchar *name = g_strnfill (1 << 20, 'n');

  rename_to (&graph_of (builder)->node[1]->name, name);
  rename_to (&graph_of (builder)->node[1]->op_type, "Unheard");
}

static void
grow_window (DermaOnnxBuilder *builder)
{
  graph_of (builder)->node[0]->attribute[1]->ints[0] = G_MAXINT64;
}

static void
negate_pad (DermaOnnxBuilder *builder)
{
  graph_of (builder)->node[0]->attribute[1]->ints[0] = -1;
}

static void
lose_operator (DermaOnnxBuilder *builder)
{
  rename_to (&graph_of (builder)->node[1]->op_type, "");
}

static void
hide_graph (DermaOnnxBuilder *builder)
{
  Onnx__AttributeProto *attribute = graph_of (builder)->node[0]->attribute[0];

  attribute->g.data = g_memdup2 ("graph", 5);
  attribute->g.len = 5;
}

static const Tampering TAMPERINGS[] = {
  { "cycle", make_cycle, DERMA_ERROR_FORMAT },
  { "self-cycle", make_self_cycle, DERMA_ERROR_FORMAT },
  { "lost-initialiser", lose_initialiser, DERMA_ERROR_FORMAT },
  { "lost-output", lose_output, DERMA_ERROR_FORMAT },
  { "repeated-output", repeat_output, DERMA_ERROR_FORMAT },
  { "overwritten-input", overwrite_input, DERMA_ERROR_FORMAT },
  { "repeated-initialiser", repeat_initialiser, DERMA_ERROR_FORMAT },
  { "short-raw-data", shorten_raw_data, DERMA_ERROR_FORMAT },
  { "misaligned-raw-data", misalign_raw_data, DERMA_ERROR_FORMAT },
  { "negative-dim", negate_dim, -1 },
  { "two-gigabytes", claim_two_gigabytes, -1 },
  { "overflowing-dims", overflow_dims, -1 },
  { "wrapping-dims", wrap_dims, -1 },
  { "string-weights", change_to_strings, DERMA_ERROR_UNSUPPORTED },
  { "integer-weights", change_to_integers, -1 },
  { "nonsense-type", change_to_nonsense_type, -1 },
  { "external-data", move_data_away, DERMA_ERROR_UNSUPPORTED },
  { "fixed-batch", fix_batch, DERMA_ERROR_UNSUPPORTED },
  { "huge-input", grow_input, DERMA_ERROR_LIMIT },
  { "negative-input", negate_input, -1 },
  { "four-channels", add_channels, -1 },
  { "byte-input", change_input_type, DERMA_ERROR_UNSUPPORTED },
  { "contradicting-output", contradict_output, DERMA_ERROR_FORMAT },
  { "second-input", add_second_input, DERMA_ERROR_UNSUPPORTED },
  { "opset-6", change_opset_to_6, DERMA_ERROR_UNSUPPORTED },
  { "opset-far", change_opset_to_far, DERMA_ERROR_UNSUPPORTED },
  { "foreign-domain", change_domain, DERMA_ERROR_UNSUPPORTED },
  { "garbled-name", garble_name, -1 },
  { "long-name", lengthen_name, -1 },
  { "huge-window", grow_window, -1 },
  { "negative-pad", negate_pad, -1 },
  { "no-operator", lose_operator, DERMA_ERROR_FORMAT },
  { "graph-attribute", hide_graph, DERMA_ERROR_UNSUPPORTED },
};

static void
test_tampering (gconstpointer data)
{
  const Tampering *tampering = data;
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder ("a,b");
  g_autoptr (GBytes) bytes = NULL;

  tampering->tamper (builder);
  bytes = derma_onnx_builder_finish (builder);
  assert_refused (bytes, tampering->code);
}

/* Without this, everything above could be refused for another reason. */
static void
test_untampered (void)
{
  g_autoptr (GBytes) bytes = derma_test_tiny_model ("a,b");
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = derma_model_new_from_bytes (bytes, FILE_NAME, &error);

  g_assert_no_error (error);
  g_assert_nonnull (model);
}

static void
test_every_truncation (void)
{
  g_autoptr (GBytes) bytes = derma_test_tiny_model ("a,b");
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    assert_loads_or_fails (data, i);
}

static void
test_every_bit_flip (void)
{
  g_autoptr (GBytes) bytes = derma_test_tiny_model ("a,b");
  gsize size;
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes));

  size = g_bytes_get_size (bytes);
  for (gsize i = 0; i < size * 8; i++) {
    data[i / 8] ^= (guint8)(1u << i % 8);
    assert_loads_or_fails (data, size);
    data[i / 8] ^= (guint8)(1u << i % 8);
  }
}

/* Two bytes of file for each message: unpacked, they would take a hundred times as much. */
static void
test_many_empty_messages (void)
{
  const gsize n = 1 << 20;
  GByteArray *file = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  g_byte_array_append (file, (const guint8[]){ 0x3a, 0x80, 0x80, 0x80, 0x01 }, 5); /* graph of 2 MiB */
  for (gsize i = 0; i < n; i++)
    g_byte_array_append (file, (const guint8[]){ 0x0a, 0x00 }, 2);
  bytes = g_byte_array_free_to_bytes (file);
  assert_refused (bytes, -1);
}

static void
test_not_onnx (void)
{
  static const gchar *const contents[] = { "", "\xff\xd8\xff\xe0\x00\x10JFIF", "hello, world\n", "\x89PNG\r\n\x1a\n" };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (contents[i], strlen (contents[i]));

    assert_refused (bytes, DERMA_ERROR_FORMAT);
  }
}

static void
test_paths (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-XXXXXX", NULL);
  g_autofree gchar *absent = g_build_filename (folder, "absent.onnx", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;

  g_assert_null (derma_model_load (absent, &error));
  assert_clean_error (error, absent);
  g_assert_cmpint (error->code, ==, DERMA_ERROR_FILE);
  g_assert_null (derma_model_load (folder, &other));
  assert_clean_error (other, folder);
  g_assert_cmpint (other->code, ==, DERMA_ERROR_FILE);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_load_file (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "tiny.onnx", NULL);
  g_autoptr (GBytes) bytes = derma_test_tiny_model ("a,b");
  g_autofree gchar *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL));
  model = derma_model_load (path, &error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpstr (derma_model_get_name (model), ==, path);
  g_assert_cmpstr (derma_model_get_sha256 (model), ==, sha256);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/hostile/untampered", test_untampered);
  for (guint i = 0; i < G_N_ELEMENTS (TAMPERINGS); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/hostile/tampered/%s", TAMPERINGS[i].name);

    g_test_add_data_func (path, &TAMPERINGS[i], test_tampering);
  }
  g_test_add_func ("/onnx/hostile/every-truncation", test_every_truncation);
  g_test_add_func ("/onnx/hostile/every-bit-flip", test_every_bit_flip);
  g_test_add_func ("/onnx/hostile/many-empty-messages", test_many_empty_messages);
  g_test_add_func ("/onnx/hostile/not-onnx", test_not_onnx);
  g_test_add_func ("/onnx/hostile/paths", test_paths);
  g_test_add_func ("/onnx/hostile/load-file", test_load_file);
  return g_test_run ();
}
