/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/ir.h"
#include "support/onnx-builder.h"

#include <derma/error.h>

#include <math.h>
#include <string.h>

/* The ways in which a file can hold the values of a constant: as bytes, in a field for the type, or in a node. */
enum {
  FLOAT = 1,
  UINT8 = 2,
  INT8 = 3,
  UINT16 = 4,
  INT32 = 6,
  INT64 = 7,
  STRING = 8,
  BOOL = 9,
  FLOAT16 = 10,
  DOUBLE = 11
};

typedef struct {
  const gchar *name;
  gint32 type;
  gsize size; /* of one value as bytes */
  guint64 bits[4];
  const gchar *values; /* of all four, as floats */
} Case;

static const Case CASES[] = {
  { "float", FLOAT, 4, { 0x3fc00000, 0x80000000, 0xc0200000, 0x7f800000 }, "1.5,0,-2.5,inf" },
  { "uint8", UINT8, 1, { 0, 1, 128, 255 }, "0,1,128,255" },
  { "int8", INT8, 1, { 0, 127, 128, 255 }, "0,127,-128,-1" },
  { "int32", INT32, 4, { 0, 70000, 0x80000000, 0xffffffff }, "0,70000,-2.14748e+09,-1" },
  { "int64", INT64, 8, { 0, 5000000000, 0xffffffffffffffff, 3 }, "0,5e+09,-1,3" },
  { "bool", BOOL, 1, { 0, 1, 1, 0 }, "0,1,1,0" },
  { "half", FLOAT16, 2, { 0x3e00, 0xc000, 0x7bff, 0x0001 }, "1.5,-2,65504,5.96046e-08" },
  { "half-extreme", FLOAT16, 2, { 0x7c00, 0xfc00, 0x8200, 0x03ff }, "inf,-inf,-3.05176e-05,6.09756e-05" },
  { "double", DOUBLE, 8, { 0x3ff8000000000000, 0xc000000000000000, 0, 0x7ff0000000000000 }, "1.5,-2,0,inf" },
};

/* As bytes, little end first. */
static GBytes *
make_bytes (const Case *test, guint n)
{
  guint8 *data = g_malloc (MAX (1, n * test->size));

  for (guint i = 0; i < n; i++)
    for (gsize b = 0; b < test->size; b++)
      data[i * test->size + b] = (guint8)(test->bits[i % 4] >> (8 * b));
  return g_bytes_new_take (data, n * test->size);
}

/* In the field that the format has for the type. */
static void
fill_field (Onnx__TensorProto *proto, const Case *test, guint n)
{
  for (guint i = 0; i < n; i++) {
    guint64 bits = test->bits[i % 4];
    guint32 low = (guint32)bits;

    switch (test->type) {
    case FLOAT:
      proto->float_data = g_renew (gfloat, proto->float_data, n);
      memcpy (&proto->float_data[i], &low, 4);
      proto->n_float_data = n;
      break;
    case DOUBLE:
      proto->double_data = g_renew (gdouble, proto->double_data, n);
      memcpy (&proto->double_data[i], &bits, 8);
      proto->n_double_data = n;
      break;
    case INT64:
      proto->int64_data = g_renew (gint64, proto->int64_data, n);
      proto->int64_data[i] = (gint64)bits;
      proto->n_int64_data = n;
      break;
    default:
      proto->int32_data = g_renew (gint32, proto->int32_data, n);
      proto->int32_data[i] = test->type == INT8 ? (gint8)bits : (gint32)bits;
      proto->n_int32_data = n;
    }
  }
}

static DermaOnnxBuilder *
start (void)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (13);

  derma_onnx_builder_add_input (builder, "x", "1,1,2,2");
  return builder;
}

static DermaModel *
finish (DermaOnnxBuilder *builder, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  derma_onnx_builder_add_node (builder, "Cast", "c", "floats", "to=1");
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "x", "mean", NULL);
  derma_onnx_builder_add_node (builder, "Add", "mean,floats", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  bytes = derma_onnx_builder_finish (builder);
  return derma_model_new_from_bytes (bytes, "storage.onnx", error);
}

static void
assert_values (DermaOnnxBuilder *builder, const gchar *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = finish (builder, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  const DermaIr *ir;
  const DermaNode *node;
  const gfloat *values;
  gsize size;

  g_assert_no_error (error);
  ir = derma_model_get_ir (model);
  node = g_ptr_array_index (ir->nodes, ir->nodes->len - 1);
  values = g_bytes_get_data (derma_ir_get_tensor (ir, node->inputs[1])->data, &size);
  for (gsize i = 0; i < size / sizeof *values; i++)
    g_string_append_printf (text, "%s%g", i ? "," : "", (gdouble)values[i] + 0.0);
  g_assert_cmpstr (text->str, ==, wanted);
}

static void
assert_refused (DermaOnnxBuilder *builder, gint code, const gchar *place, const gchar *cause)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = finish (builder, &error);

  g_assert_null (model);
  g_assert_error (error, DERMA_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, "storage.onnx: "));
  g_assert_nonnull (strstr (error->message, place));
  g_assert_nonnull (strstr (error->message, cause));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_bytes (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DermaOnnxBuilder) builder = start ();
  g_autoptr (GBytes) bytes = make_bytes (test, 4);

  derma_onnx_builder_add_raw (builder, "c", test->type, "4", bytes);
  assert_values (builder, test->values);
}

static void
test_field (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (DermaOnnxBuilder) builder = start ();
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  fill_field (derma_onnx_builder_add_raw (builder, "c", test->type, "4", none), test, 4);
  assert_values (builder, test->values);
}

/* One value too few or too many, as bytes and in the field. */
static void
test_wrong_number (gconstpointer data)
{
  const Case *test = data;

  for (guint n = 0; n <= 5; n++) {
    g_autoptr (DermaOnnxBuilder) raw = start (), typed = start ();
    g_autoptr (GBytes) none = g_bytes_new (NULL, 0), bytes = make_bytes (test, n);

    if (n == 4)
      continue;
    derma_onnx_builder_add_raw (raw, "c", test->type, "4", bytes);
    assert_refused (raw, DERMA_ERROR_FORMAT, "tensor 'c': ", "holds other data");
    fill_field (derma_onnx_builder_add_raw (typed, "c", test->type, "4", none), test, n);
    assert_refused (typed, DERMA_ERROR_FORMAT, "tensor 'c': ", "holds other data");
  }
}

/* Values in the field of another type do not count. */
static void
test_field_of_another_type_is_missing (gconstpointer data)
{
  const Case *test = data, *other = test->type == INT64 ? &CASES[0] : &CASES[4];
  g_autoptr (DermaOnnxBuilder) builder = start ();
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  fill_field (derma_onnx_builder_add_raw (builder, "c", test->type, "4", none), other, 4);
  assert_refused (builder, DERMA_ERROR_FORMAT, "tensor 'c': ", "holds other data");
}

static const gint32 UNKNOWN[] = { 0, UINT16, 5, STRING, 12, 13, 14, 16, 23, -1, G_MAXINT32 };

static void
test_unknown_type (gconstpointer data)
{
  g_autoptr (DermaOnnxBuilder) builder = start ();
  g_autoptr (GBytes) bytes = g_bytes_new ("12345678", 8);

  derma_onnx_builder_add_raw (builder, "c", *(const gint32 *)data, "4", bytes);
  assert_refused (builder, DERMA_ERROR_UNSUPPORTED, "tensor 'c': ", "data type is not supported");
}

static void
test_nothing_at_all (void)
{
  g_autoptr (DermaOnnxBuilder) builder = start ();
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaModel) model = NULL;

  derma_onnx_builder_add_raw (builder, "c", FLOAT, "0", none);
  model = finish (builder, &error);
  g_assert_null (model);
  g_assert_cmpint (error->domain, ==, DERMA_ERROR);
}

/* The node Constant, with one attribute. */
static void
test_constant (void)
{
  static const gchar *const attributes[][2] = {
    { "value_float=2.5", "2.5" },    { "value_floats=[1.5,-2.5,0.0]", "1.5,-2.5,0" },
    { "value_floats=[1.5]", "1.5" }, { "value_int=7", "7" },
    { "value_ints=[7,-8]", "7,-8" }, { "value_ints=[9]", "9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++) {
    g_autoptr (DermaOnnxBuilder) builder = start ();

    derma_onnx_builder_add_node (builder, "Constant", "", "c", attributes[i][0]);
    assert_values (builder, attributes[i][1]);
  }
}

static void
test_bad_constant (void)
{
  static const gchar *const attributes[] = { NULL, "value_string=abc", "value_int=1 value_float=1.5",
                                             "sparse_value=1" };

  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++) {
    g_autoptr (DermaOnnxBuilder) builder = start ();

    derma_onnx_builder_add_node (builder, "Constant", "", "c", attributes[i]);
    assert_refused (builder, DERMA_ERROR_UNSUPPORTED, "node 'c' (Constant): ", "value");
  }
}

/* A value of a form that is not its name's is not read from the field of another. */
static const struct {
  const gchar *attribute;
  gint code;
} MISNAMED[] = {
  { "value=1", DERMA_ERROR_FORMAT },
  { "value_float=7", DERMA_ERROR_FORMAT },
  { "value_int=2.5", DERMA_ERROR_FORMAT },
  { "value_ints=7", DERMA_ERROR_FORMAT },
  { "value_floats=2.5", DERMA_ERROR_FORMAT },
  { "value_int=[1,2]", DERMA_ERROR_FORMAT },
  { "value_floats=[1,2]", DERMA_ERROR_FORMAT },
  { "value_ints=[1.0,2.0]", DERMA_ERROR_FORMAT },
  { "value_floating=1.5", DERMA_ERROR_UNSUPPORTED },
  { "value_integer=3", DERMA_ERROR_UNSUPPORTED },
};

static void
test_misnamed_constant (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (DermaOnnxBuilder) builder = start ();

  derma_onnx_builder_add_node (builder, "Constant", "", "c", MISNAMED[i].attribute);
  assert_refused (builder, MISNAMED[i].code, "node 'c' (Constant): ", "value");
}

/* @values, made by a Range of floats, cast to a type and back. */
static void
test_cast (void)
{
  static const struct {
    const gchar *to;
    const gchar *values;
  } casts[] = { { "to=1", "-2.5,-1.25,0,1.25" },
                { "to=6", "-2,-1,0,1" },
                { "to=7", "-2,-1,0,1" },
                { "to=9", "1,1,0,1" },
                { "to=11", "-2.5,-1.25,0,1.25" } };

  for (guint i = 0; i < G_N_ELEMENTS (casts); i++) {
    g_autoptr (DermaOnnxBuilder) builder = start ();

    derma_onnx_builder_add_constants (builder, "from=s-2.5 limit=s2.5 step=s1.25");
    derma_onnx_builder_add_node (builder, "Range", "from,limit,step", "range", NULL);
    derma_onnx_builder_add_node (builder, "Cast", "range", "c", casts[i].to);
    assert_values (builder, casts[i].values);
  }
}

/* What is larger than the type holds becomes the largest that it holds; what is no number the least. */
static void
test_cast_out_of_range (void)
{
  static const gchar *const scalars[][3] = {
    { "a=s3e9", "to=6", "2.14748e+09" },    { "a=s-3e9", "to=6", "-2.14748e+09" }, { "a=s1e30", "to=7", "9.22337e+18" },
    { "a=s-1e30", "to=7", "-9.22337e+18" }, { "a=snan", "to=6", "-2.14748e+09" },  { "a=sinf", "to=7", "9.22337e+18" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (scalars); i++) {
    g_autoptr (DermaOnnxBuilder) builder = start ();

    derma_onnx_builder_add_constants (builder, scalars[i][0]);
    derma_onnx_builder_add_node (builder, "Cast", "a", "c", scalars[i][1]);
    assert_values (builder, scalars[i][2]);
  }
}

static void
add_cases (const gchar *folder, GTestDataFunc test)
{
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/storage/%s/%s", folder, CASES[i].name);

    g_test_add_data_func (path, &CASES[i], test);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ("bytes", test_bytes);
  add_cases ("field", test_field);
  add_cases ("wrong-number", test_wrong_number);
  add_cases ("missing-field", test_field_of_another_type_is_missing);
  for (guint i = 0; i < G_N_ELEMENTS (UNKNOWN); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/storage/unknown/%d", UNKNOWN[i]);

    g_test_add_data_func (path, &UNKNOWN[i], test_unknown_type);
  }
  g_test_add_func ("/onnx/storage/nothing-at-all", test_nothing_at_all);
  g_test_add_func ("/onnx/storage/constant", test_constant);
  g_test_add_func ("/onnx/storage/bad-constant", test_bad_constant);
  for (guint i = 0; i < G_N_ELEMENTS (MISNAMED); i++) {
    g_autofree gchar *path = g_strdup_printf ("/onnx/storage/misnamed/%s", MISNAMED[i].attribute);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_misnamed_constant);
  }
  g_test_add_func ("/onnx/storage/cast", test_cast);
  g_test_add_func ("/onnx/storage/cast-out-of-range", test_cast_out_of_range);
  return g_test_run ();
}
