/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/onnx-builder.h"

#include <string.h>

enum { TYPE_FLOAT = 1, TYPE_INT64 = 7 };
enum { ATTRIBUTE_FLOAT = 1, ATTRIBUTE_INT = 2, ATTRIBUTE_STRING = 3, ATTRIBUTE_FLOATS = 6, ATTRIBUTE_INTS = 7 };

struct _DermaOnnxBuilder {
  Onnx__ModelProto *model;
};

/* Appends @item to a repeated field. */
#define APPEND(array, n, item)                                 \
  G_STMT_START                                                 \
  {                                                            \
    (array) = g_realloc_n ((array), (n) + 1, sizeof *(array)); \
    (array)[(n)++] = (item);                                   \
  }                                                            \
  G_STMT_END

DermaOnnxBuilder *
derma_onnx_builder_new (gint64 opset)
{
  DermaOnnxBuilder *builder = g_new0 (DermaOnnxBuilder, 1);
  Onnx__OperatorSetIdProto *id = g_new (Onnx__OperatorSetIdProto, 1);

  builder->model = g_new (Onnx__ModelProto, 1);
  onnx__model_proto__init (builder->model);
  builder->model->ir_version = 7;
  builder->model->producer_name = g_strdup ("test");
  builder->model->graph = g_new (Onnx__GraphProto, 1);
  onnx__graph_proto__init (builder->model->graph);
  builder->model->graph->name = g_strdup ("g");
  onnx__operator_set_id_proto__init (id);
  id->version = opset;
  APPEND (builder->model->opset_import, builder->model->n_opset_import, id);
  return builder;
}

void
derma_onnx_builder_free (DermaOnnxBuilder *builder)
{
  onnx__model_proto__free_unpacked (builder->model, NULL);
  g_free (builder);
}

static gchar **
split (const gchar *text, const gchar *separator)
{
  return g_strsplit (text, separator, *text ? -1 : 0);
}

static gint64
to_int (const gchar *text)
{
  gchar *end;
  gint64 value = g_ascii_strtoll (text, &end, 10);

  g_assert_cmpstr (end, ==, "");
  return value;
}

static gfloat
to_float (const gchar *text)
{
  gchar *end;
  gdouble value = g_ascii_strtod (text, &end);

  g_assert_cmpstr (end, ==, "");
  return (gfloat)value;
}

static Onnx__TensorShapeProto *
make_shape (const gchar *shape)
{
  g_auto (GStrv) extents = split (shape, ",");
  Onnx__TensorShapeProto *proto = g_new (Onnx__TensorShapeProto, 1);

  onnx__tensor_shape_proto__init (proto);
  for (guint i = 0; extents[i]; i++) {
    Onnx__TensorShapeProto__Dimension *extent = g_new (Onnx__TensorShapeProto__Dimension, 1);

    onnx__tensor_shape_proto__dimension__init (extent);
    if (strcmp (extents[i], "?") == 0) {
      extent->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
      extent->dim_param = g_strdup ("open");
    } else {
      extent->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
      extent->dim_value = to_int (extents[i]);
    }
    APPEND (proto->dim, proto->n_dim, extent);
  }
  return proto;
}

static Onnx__ValueInfoProto *
make_value (const gchar *name, const gchar *shape)
{
  Onnx__ValueInfoProto *value = g_new (Onnx__ValueInfoProto, 1);

  onnx__value_info_proto__init (value);
  value->name = g_strdup (name);
  if (!shape)
    return value;
  value->type = g_new (Onnx__TypeProto, 1);
  onnx__type_proto__init (value->type);
  value->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  value->type->tensor_type = g_new (Onnx__TypeProto__Tensor, 1);
  onnx__type_proto__tensor__init (value->type->tensor_type);
  value->type->tensor_type->elem_type = TYPE_FLOAT;
  value->type->tensor_type->shape = make_shape (shape);
  return value;
}

void
derma_onnx_builder_add_input (DermaOnnxBuilder *builder, const gchar *name, const gchar *shape)
{
  Onnx__GraphProto *graph = builder->model->graph;

  APPEND (graph->input, graph->n_input, make_value (name, shape));
}

void
derma_onnx_builder_add_output (DermaOnnxBuilder *builder, const gchar *name, const gchar *shape)
{
  Onnx__GraphProto *graph = builder->model->graph;

  APPEND (graph->output, graph->n_output, make_value (name, shape));
}

Onnx__TensorProto *
derma_onnx_builder_add_raw (DermaOnnxBuilder *builder, const gchar *name, gint32 type, const gchar *shape,
                            GBytes *bytes)
{
  Onnx__GraphProto *graph = builder->model->graph;
  g_auto (GStrv) extents = split (shape, ",");
  Onnx__TensorProto *tensor = g_new (Onnx__TensorProto, 1);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  onnx__tensor_proto__init (tensor);
  tensor->name = g_strdup (name);
  tensor->data_type = type;
  for (guint i = 0; extents[i]; i++)
    APPEND (tensor->dims, tensor->n_dims, to_int (extents[i]));
  tensor->raw_data.len = size;
  tensor->raw_data.data = g_memdup2 (data, size);
  APPEND (graph->initializer, graph->n_initializer, tensor);
  return tensor;
}

/* -0.5..0.5, all different for a while. */
static GBytes *
make_pattern (const gchar *shape)
{
  g_auto (GStrv) extents = split (shape, ",");
  gsize n = 1;
  gfloat *values;

  for (guint i = 0; extents[i]; i++)
    n *= (gsize)to_int (extents[i]);
  values = g_new (gfloat, n);
  for (gsize i = 0; i < n; i++)
    values[i] = (gfloat)(i * 37 % 101) / 101.0f - 0.5f;
  return g_bytes_new_take (values, n * sizeof *values);
}

static void
add_ints (DermaOnnxBuilder *builder, const gchar *name, const gchar *list)
{
  g_auto (GStrv) items = split (list, ",");
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GBytes) bytes = NULL;
  g_autofree gchar *shape = g_strdup_printf ("%u", g_strv_length (items));

  for (guint i = 0; items[i]; i++) {
    gint64 value = to_int (items[i]);

    g_array_append_val (values, value);
  }
  bytes = g_bytes_new (values->data, values->len * sizeof (gint64));
  derma_onnx_builder_add_raw (builder, name, TYPE_INT64, shape, bytes);
}

static void
add_constant (DermaOnnxBuilder *builder, const gchar *name, gchar *value)
{
  g_autoptr (GBytes) bytes = NULL;
  gfloat scalar;

  if (*value == 's') {
    scalar = to_float (value + 1);
    bytes = g_bytes_new (&scalar, sizeof scalar);
    derma_onnx_builder_add_raw (builder, name, TYPE_FLOAT, "", bytes);
    return;
  }
  g_assert_true (value[1] == '(' || value[1] == '[');
  value[strlen (value) - 1] = '\0';
  if (*value == 'i') {
    add_ints (builder, name, value + 2);
    return;
  }
  bytes = make_pattern (value + 2);
  derma_onnx_builder_add_raw (builder, name, TYPE_FLOAT, value + 2, bytes);
}

void
derma_onnx_builder_add_constants (DermaOnnxBuilder *builder, const gchar *constants)
{
  g_auto (GStrv) items = split (constants, " ");

  for (guint i = 0; items[i]; i++) {
    gchar *equals = strchr (items[i], '=');

    g_assert_nonnull (equals);
    *equals = '\0';
    add_constant (builder, items[i], equals + 1);
  }
}

static void
set_list (Onnx__AttributeProto *attribute, const gchar *list)
{
  g_auto (GStrv) items = split (list, ",");

  attribute->type = strchr (list, '.') ? ATTRIBUTE_FLOATS : ATTRIBUTE_INTS;
  for (guint i = 0; items[i]; i++) {
    if (attribute->type == ATTRIBUTE_FLOATS)
      APPEND (attribute->floats, attribute->n_floats, to_float (items[i]));
    else
      APPEND (attribute->ints, attribute->n_ints, to_int (items[i]));
  }
}

static void
set_value (Onnx__AttributeProto *attribute, gchar *value)
{
  if (*value == '[') {
    value[strlen (value) - 1] = '\0';
    set_list (attribute, value + 1);
  } else if (!g_ascii_isdigit (*value) && *value != '-') {
    attribute->type = ATTRIBUTE_STRING;
    attribute->s.len = strlen (value);
    attribute->s.data = g_memdup2 (value, attribute->s.len);
  } else if (strchr (value, '.')) {
    attribute->type = ATTRIBUTE_FLOAT;
    attribute->f = to_float (value);
  } else {
    attribute->type = ATTRIBUTE_INT;
    attribute->i = to_int (value);
  }
}

static void
add_attribute (Onnx__NodeProto *node, gchar *text)
{
  Onnx__AttributeProto *attribute = g_new (Onnx__AttributeProto, 1);
  gchar *equals = strchr (text, '=');

  g_assert_nonnull (equals);
  onnx__attribute_proto__init (attribute);
  attribute->name = g_strndup (text, (gsize)(equals - text));
  set_value (attribute, equals + 1);
  APPEND (node->attribute, node->n_attribute, attribute);
}

Onnx__NodeProto *
derma_onnx_builder_add_node (DermaOnnxBuilder *builder, const gchar *op, const gchar *inputs, const gchar *outputs,
                             const gchar *attributes)
{
  Onnx__GraphProto *graph = builder->model->graph;
  g_auto (GStrv) ins = split (inputs, ",");
  g_auto (GStrv) outs = split (outputs, ",");
  g_auto (GStrv) attrs = split (attributes ? attributes : "", " ");
  Onnx__NodeProto *node = g_new (Onnx__NodeProto, 1);

  onnx__node_proto__init (node);
  node->op_type = g_strdup (op);
  node->name = g_strdup (outs[0]);
  for (guint i = 0; ins[i]; i++)
    APPEND (node->input, node->n_input, g_strdup (ins[i]));
  for (guint i = 0; outs[i]; i++)
    APPEND (node->output, node->n_output, g_strdup (outs[i]));
  for (guint i = 0; attrs[i]; i++)
    add_attribute (node, attrs[i]);
  APPEND (graph->node, graph->n_node, node);
  return node;
}

void
derma_onnx_builder_set_metadata (DermaOnnxBuilder *builder, const gchar *key, const gchar *value)
{
  Onnx__StringStringEntryProto *entry = g_new (Onnx__StringStringEntryProto, 1);

  onnx__string_string_entry_proto__init (entry);
  entry->key = g_strdup (key);
  entry->value = g_strdup (value);
  APPEND (builder->model->metadata_props, builder->model->n_metadata_props, entry);
}

Onnx__ModelProto *
derma_onnx_builder_get_model (DermaOnnxBuilder *builder)
{
  return builder->model;
}

GBytes *
derma_onnx_builder_finish (DermaOnnxBuilder *builder)
{
  gsize size = onnx__model_proto__get_packed_size (builder->model);
  guint8 *data = g_malloc (size);

  g_assert_cmpuint (onnx__model_proto__pack (builder->model, data), ==, size);
  return g_bytes_new_take (data, size);
}

DermaOnnxBuilder *
derma_test_tiny_builder (const gchar *labels)
{
  DermaOnnxBuilder *builder = derma_onnx_builder_new (13);
  g_auto (GStrv) list = split (labels, ",");
  guint n = g_strv_length (list);
  g_autofree gchar *constants = g_strdup_printf ("w=f(4,3,3,3) b=f(4) v=f(%u,4) c=f(%u)", n, n);
  g_autofree gchar *shape = g_strdup_printf ("?,%u", n);

  derma_onnx_builder_add_input (builder, "image", "?,3,16,16");
  derma_onnx_builder_add_constants (builder, constants);
  derma_onnx_builder_add_node (builder, "Conv", "image,w,b", "conv", "strides=[2,2] pads=[1,1,1,1]");
  derma_onnx_builder_add_node (builder, "Relu", "conv", "relu", NULL);
  derma_onnx_builder_add_node (builder, "GlobalAveragePool", "relu", "pool", NULL);
  derma_onnx_builder_add_node (builder, "Flatten", "pool", "flat", NULL);
  derma_onnx_builder_add_node (builder, "Gemm", "flat,v,c", "scores", "transB=1");
  derma_onnx_builder_add_output (builder, "scores", shape);
  derma_onnx_builder_set_metadata (builder, "derma.labels", labels);
  return builder;
}

GBytes *
derma_test_tiny_model (const gchar *labels)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_test_tiny_builder (labels);

  return derma_onnx_builder_finish (builder);
}
