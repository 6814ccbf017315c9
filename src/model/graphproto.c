/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/graphproto.h"

#include "model/convert.h"
#include "model/fold.h"
#include "model/message.h"
#include "model/model-limits.h"

#include <string.h>

#define ONNX_FLOAT 1 /* TensorProto.DataType */

static gboolean
read_initializers (DermaReader *reader, const Onnx__GraphProto *graph)
{
  for (gsize i = 0; i < graph->n_initializer; i++) {
    const Onnx__TensorProto *proto = graph->initializer[i];
    guint tensor;

    if (!derma_text_is_clean (proto->name, DERMA_LIMIT_NAME_BYTES) || !*proto->name)
      return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "initialiser #%u: its name is not plain text",
                         (guint)i);
    tensor = derma_reader_add_tensor_proto (reader, proto->name, proto);
    if (tensor == DERMA_NO_TENSOR || !derma_reader_bind (reader, proto->name, tensor))
      return FALSE;
  }
  return TRUE;
}

static gboolean
fail_input (DermaReader *reader, DermaError code, const Onnx__ValueInfoProto *info, const gchar *cause)
{
  return derma_fail (reader->error, code, reader->file, "input '%.200s': %s", info->name, cause);
}

/* N is 1, also where it is left open; height and width that are left open get the default. */
static gboolean
read_input_shape (DermaReader *reader, const Onnx__ValueInfoProto *info, DermaShape *shape)
{
  static const gint64 open[] = { 1, -1, DERMA_DEFAULT_SIDE, DERMA_DEFAULT_SIDE };
  const Onnx__TypeProto__Tensor *type = info->type->tensor_type;

  if (type->elem_type != ONNX_FLOAT)
    return fail_input (reader, DERMA_ERROR_UNSUPPORTED, info, "is not float32");
  if (!type->shape || type->shape->n_dim != 4)
    return fail_input (reader, DERMA_ERROR_UNSUPPORTED, info, "does not have the four dimensions N,C,H,W");
  shape->rank = 4;
  for (guint i = 0; i < 4; i++) {
    const Onnx__TensorShapeProto__Dimension *dim = type->shape->dim[i];

    shape->dims[i] = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE ? dim->dim_value : open[i];
  }
  if (shape->dims[0] != 1)
    return fail_input (reader, DERMA_ERROR_UNSUPPORTED, info, "takes more than one picture at a time");
  if (shape->dims[1] != 1 && shape->dims[1] != 3)
    return fail_input (reader, DERMA_ERROR_UNSUPPORTED, info, "does not have 1 or 3 channels");
  if (shape->dims[2] < 1 || shape->dims[2] > DERMA_LIMIT_SIDE || shape->dims[3] < 1
      || shape->dims[3] > DERMA_LIMIT_SIDE)
    return fail_input (reader, DERMA_ERROR_LIMIT, info, "height or width is out of range");
  return TRUE;
}

static gboolean
read_input (DermaReader *reader, const Onnx__ValueInfoProto *info)
{
  DermaShape shape;

  if (!derma_text_is_clean (info->name, DERMA_LIMIT_NAME_BYTES) || !*info->name)
    return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "an input's name is not plain text");
  if (!info->type || info->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    return fail_input (reader, DERMA_ERROR_UNSUPPORTED, info, "is not a tensor");
  if (reader->ir->input != DERMA_NO_TENSOR)
    return fail_input (reader, DERMA_ERROR_UNSUPPORTED, info, "is a second input; one picture is all there is");
  if (!read_input_shape (reader, info, &shape))
    return FALSE;
  reader->ir->input = derma_ir_add_tensor (reader->ir, info->name, DERMA_DTYPE_FLOAT32, shape.rank, shape.dims, NULL);
  return derma_reader_bind (reader, info->name, reader->ir->input);
}

/* Old files list initialisers among the inputs. */
static gboolean
read_inputs (DermaReader *reader, const Onnx__GraphProto *graph)
{
  for (gsize i = 0; i < graph->n_input; i++)
    if (!g_hash_table_contains (reader->index, graph->input[i]->name) && !read_input (reader, graph->input[i]))
      return FALSE;
  if (reader->ir->input == DERMA_NO_TENSOR)
    return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "has no input");
  return TRUE;
}

static gboolean
check_reads (DermaReader *reader)
{
  for (gsize i = 0; i < reader->node->n_input; i++) {
    const gchar *name = reader->node->input[i];

    if (*name && !g_hash_table_contains (reader->index, name))
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "reads '%.200s', which nothing before it gives",
                                derma_text_is_clean (name, DERMA_LIMIT_NAME_BYTES) ? name : "?");
  }
  return TRUE;
}

/* A number, or some, that the attribute of a Constant holds; NULL if it holds none. */
static GBytes *
read_numbers (const Onnx__AttributeProto *attribute, DermaDtype *dtype, DermaShape *shape)
{
  gboolean many = g_str_has_suffix (attribute->name, "s");

  *shape = (DermaShape){ .rank = many ? 1 : 0 };
  if (strcmp (attribute->name, "value_float") == 0 || strcmp (attribute->name, "value_floats") == 0) {
    *dtype = DERMA_DTYPE_FLOAT32;
    shape->dims[0] = (gint64)attribute->n_floats;
    return many ? g_bytes_new (attribute->floats, attribute->n_floats * sizeof (gfloat))
                : g_bytes_new (&attribute->f, sizeof (gfloat));
  }
  if (strcmp (attribute->name, "value_int") != 0 && strcmp (attribute->name, "value_ints") != 0)
    return NULL;
  *dtype = DERMA_DTYPE_INT64;
  shape->dims[0] = (gint64)attribute->n_ints;
  return many ? g_bytes_new (attribute->ints, attribute->n_ints * sizeof (gint64))
              : g_bytes_new (&attribute->i, sizeof (gint64));
}

static gboolean
read_constant (DermaReader *reader)
{
  const Onnx__AttributeProto *a = reader->node->n_attribute == 1 ? reader->node->attribute[0] : NULL;
  gboolean whole = a && strcmp (a->name, "value") == 0 && a->t;
  const gchar *name = reader->node->output[0];
  g_autoptr (GBytes) bytes = NULL;
  DermaDtype dtype;
  DermaShape shape;
  guint tensor;

  if (a && !whole)
    bytes = read_numbers (a, &dtype, &shape);
  if (whole)
    tensor = derma_reader_add_tensor_proto (reader, name, a->t);
  else if (bytes)
    tensor = derma_reader_add_constant (reader, name, dtype, &shape, bytes);
  else
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "its value is not of a kind that is supported");
  return tensor != DERMA_NO_TENSOR && derma_reader_alias (reader, 0, tensor);
}

static gboolean
read_node (DermaReader *reader)
{
  const Onnx__NodeProto *node = reader->node;
  DermaConvert convert = derma_convert_find (node->op_type);
  gboolean folded;

  if (*node->domain && strcmp (node->domain, "ai.onnx") != 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "operators of the domain '%.64s' are not supported",
                              node->domain);
  if (node->n_output == 0 || !*node->output[0])
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "gives no output");
  if (!check_reads (reader) || !derma_reader_check_attributes (reader))
    return FALSE;
  if (strcmp (node->op_type, "Constant") == 0)
    return read_constant (reader);
  if (!derma_fold_node (reader, &folded))
    return FALSE;
  if (folded)
    return TRUE;
  if (!convert)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the operator is not supported");
  if (!derma_reader_get_tensor (reader, 0))
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input 0 is missing");
  if (node->n_input > 1 && *node->input[1] == '\0' && !derma_reader_want_inputs (reader, 1, DERMA_LIMIT_NODE_INPUTS))
    return FALSE;
  return convert (reader);
}

/* The declared shape of an output, where it is fixed, is what the nodes give. */
static gboolean
check_declared (DermaReader *reader, const Onnx__ValueInfoProto *info, const DermaTensor *tensor)
{
  const Onnx__TensorShapeProto *shape;

  if (!info->type || info->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !info->type->tensor_type->shape)
    return TRUE;
  shape = info->type->tensor_type->shape;
  for (gsize i = 0; shape->n_dim == tensor->rank && i < shape->n_dim; i++)
    if (shape->dim[i]->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
        && shape->dim[i]->dim_value != tensor->dims[i])
      return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file,
                         "output '%.200s': extent %" G_GSIZE_FORMAT " is declared as %" G_GINT64_FORMAT
                         " but computed as %" G_GINT64_FORMAT,
                         info->name, i, shape->dim[i]->dim_value, tensor->dims[i]);
  if (shape->n_dim != tensor->rank && shape->n_dim != 0)
    return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file,
                       "output '%.200s': declared with %" G_GSIZE_FORMAT " dimensions but computed with %u", info->name,
                       shape->n_dim, tensor->rank);
  return TRUE;
}

static gboolean
read_outputs (DermaReader *reader, const Onnx__GraphProto *graph)
{
  for (gsize i = 0; i < graph->n_output; i++) {
    const gchar *name = graph->output[i]->name;
    guint found = GPOINTER_TO_UINT (g_hash_table_lookup (reader->index, name)), index = found - 1;
    const DermaTensor *tensor;

    if (!derma_text_is_clean (name, DERMA_LIMIT_NAME_BYTES) || found == 0)
      return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "output #%u: no node gives it", (guint)i);
    tensor = derma_ir_get_tensor (reader->ir, index);
    if (derma_reader_is_constant (reader, index) || index == reader->ir->input)
      return derma_fail (reader->error, DERMA_ERROR_UNSUPPORTED, reader->file,
                         "output '%s': does not depend on the input, or is the input", name);
    for (gsize k = 0; k < i; k++)
      if (strcmp (graph->output[k]->name, name) == 0)
        return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "output '%s': is listed twice", name);
    if (!check_declared (reader, graph->output[i], tensor))
      return FALSE;
    g_array_append_val (reader->ir->outputs, index);
  }
  if (reader->ir->outputs->len == 0)
    return derma_fail (reader->error, DERMA_ERROR_FORMAT, reader->file, "has no output");
  return TRUE;
}

gboolean
derma_reader_read_graph (DermaReader *reader, const Onnx__GraphProto *graph)
{
  if (!read_initializers (reader, graph) || !read_inputs (reader, graph))
    return FALSE;
  for (gsize i = 0; i < graph->n_node; i++) {
    reader->node = graph->node[i];
    reader->position = (guint)i;
    if (!read_node (reader))
      return FALSE;
  }
  return read_outputs (reader, graph);
}
