/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <string.h>

/* AttributeProto.AttributeType */
enum { NONE = 0, FLOAT = 1, INT = 2, STRING = 3, INTS = 7 };

/* x -> @op with one attribute of a type of the test's choice -> y. */
static DermaOnnxBuilder *
make_model (const gchar *op, const gchar *inputs, const gchar *attributes, gint32 type)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (9);
  Onnx__NodeProto *node;

  derma_onnx_builder_add_input (builder, "x", "1,3,8,8");
  derma_onnx_builder_add_constants (builder, "w=f(4,3,3,3)");
  node = derma_onnx_builder_add_node (builder, op, inputs, "y", attributes);
  node->attribute[0]->type = type;
  derma_onnx_builder_add_output (builder, "y", NULL);
  return builder;
}

static DermaModel *
load (DermaOnnxBuilder *builder, GError **error)
{
  g_autoptr (GBytes) bytes = derma_onnx_builder_finish (builder);

  return derma_model_new_from_bytes (bytes, "attribute.onnx", error);
}

static void
check_refused (DermaOnnxBuilder *builder, const gchar *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load (builder, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT);
  if (!strstr (error->message, text))
    g_error ("'%s' is not in: %s", text, error->message);
}

static const struct {
  const gchar *op, *inputs, *attribute, *name;
  gint32 right, wrong;
} CASES[] = {
  { "LeakyRelu", "x", "alpha=0.5", "alpha", FLOAT, INT }, { "Conv", "x,w", "strides=[2,2]", "strides", INTS, INT },
  { "Conv", "x,w", "group=1", "group", INT, INTS },       { "Conv", "x,w", "auto_pad=VALID", "auto_pad", STRING, INT },
  { "Softmax", "x", "axis=3", "axis", INT, FLOAT },       { "Clip", "x", "max=6.0", "max", FLOAT, INTS },
  { "ReduceMean", "x", "axes=[2,3]", "axes", INTS, 99 },  { "Flatten", "x", "axis=1", "axis", INT, -1 },
};

static void
test_types (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    const gint32 good[] = { NONE, CASES[i].right };
    g_autoptr (DermaOnnxBuilder) wrong = make_model (CASES[i].op, CASES[i].inputs, CASES[i].attribute, CASES[i].wrong);
    g_autofree gchar *text = g_strdup_printf ("attribute.onnx: node 'y' (%s): attribute '%s' is of another type",
                                              CASES[i].op, CASES[i].name);

    for (guint k = 0; k < G_N_ELEMENTS (good); k++) {
      g_autoptr (DermaOnnxBuilder) builder = make_model (CASES[i].op, CASES[i].inputs, CASES[i].attribute, good[k]);
      g_autoptr (GError) error = NULL;
      g_autoptr (DermaModel) model = load (builder, &error);

      g_assert_no_error (error);
      g_assert_nonnull (model);
    }
    check_refused (wrong, text);
  }
}

static void
test_twice (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_model ("LeakyRelu", "x", "alpha=0.5 alpha=0.5", FLOAT);

  check_refused (builder, "(LeakyRelu): attribute 'alpha' is given twice");
}

/* Pad's value is a number, that of ConstantOfShape a tensor. */
static void
test_pad_value (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_model ("Pad", "x", "value=2.5 pads=[0,0,1,1,0,0,1,1]", FLOAT);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = load (builder, &error);
  const DermaNode *node;

  g_assert_no_error (error);
  node = g_ptr_array_index (derma_model_get_ir (model)->nodes, 0);
  g_assert_cmpint (node->op, ==, DERMA_OP_PAD);
  g_assert_cmpfloat (node->attrs.pad.value, ==, 2.5f);
}

/* A name in a message is one line of valid text, wherever it was cut and whatever was in it. */
static void
test_garbled_names (void)
{
  static const gchar *const names[] = { "two\nlines", "\xff\xfe", "\xe2\x80\xa8", "\x1b[31mred", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (DermaOnnxBuilder) builder = make_model ("LeakyRelu", "x", "alpha=0.5 alpha=0.5", FLOAT);
    Onnx__NodeProto *node = derma_onnx_builder_get_model (builder)->graph->node[0];
    g_autoptr (GError) error = NULL;

    for (guint k = 0; k < 2; k++) {
      g_free (node->attribute[k]->name);
      node->attribute[k]->name = g_strdup (names[i]);
    }
    g_assert_null (load (builder, &error));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_null (strpbrk (error->message, "\n\x1b"));
    g_assert_null (strstr (error->message, "\xe2\x80\xa8"));
    g_assert_nonnull (strstr (error->message, "is given twice"));
  }
}

/* 100 characters of two bytes, cut at an odd byte. */
static void
test_cut_names (void)
{
  g_autoptr (DermaOnnxBuilder) builder = make_model ("LeakyRelu", "x", "alpha=0.5", FLOAT);
  Onnx__NodeProto *node = derma_onnx_builder_get_model (builder)->graph->node[0];
  g_autoptr (GString) name = g_string_new ("a");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 150; i++)
    g_string_append (name, "\xc3\xa4");
  g_free (node->input[0]);
  node->input[0] = g_strdup (name->str);
  g_assert_null (load (builder, &error));
  g_assert_nonnull (strstr (error->message, "which nothing before it gives"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/attribute/types", test_types);
  g_test_add_func ("/onnx/attribute/twice", test_twice);
  g_test_add_func ("/onnx/attribute/pad-value", test_pad_value);
  g_test_add_func ("/onnx/attribute/garbled-names", test_garbled_names);
  g_test_add_func ("/onnx/attribute/cut-names", test_cut_names);
  return g_test_run ();
}
