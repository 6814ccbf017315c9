/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes an ONNX file as a message: what comes out can be unpacked, unlike most of what changed bytes give. */
#include "support/onnx-builder.h"

#include <string.h>

gsize LLVMFuzzerMutate (guint8 *data, gsize size, gsize max);
gsize LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max, unsigned seed);

static const gchar *const OPS[] = {
  "Add",
  "AveragePool",
  "BatchNormalization",
  "Clip",
  "Concat",
  "Constant",
  "ConstantOfShape",
  "Conv",
  "DequantizeLinear",
  "Div",
  "Dropout",
  "Elu",
  "Expand",
  "Flatten",
  "Gather",
  "Gemm",
  "GlobalAveragePool",
  "HardSigmoid",
  "HardSwish",
  "Identity",
  "LeakyRelu",
  "MatMul",
  "Max",
  "MaxPool",
  "Min",
  "Mul",
  "Neg",
  "PRelu",
  "Pad",
  "QuantizeLinear",
  "Range",
  "ReduceMean",
  "Relu",
  "Reshape",
  "Shape",
  "Sigmoid",
  "Slice",
  "Softmax",
  "Split",
  "Sqrt",
  "Squeeze",
  "Sub",
  "Transpose",
  "Unsqueeze",
  "Cast",
  "Floor",
};
static const gint64 NUMBERS[] = { 0, 1,  2,   3,    -1,    -2,         4,          6,         7,
                                  8, 16, 255, 4096, 65536, G_MAXINT32, G_MAXINT64, G_MININT64 };
static const gint32 TYPES[] = { 1, 2, 3, 6, 7, 9, 10, 11, 8 };

static gint64
draw_number (GRand *random)
{
  return NUMBERS[g_rand_int_range (random, 0, G_N_ELEMENTS (NUMBERS))];
}

static gsize
draw_index (GRand *random, gsize n)
{
  return (gsize)g_rand_int_range (random, 0, (gint32)n);
}

/* All that unpacking and changing allocates is freed at once, in the end. */
static GSList *pieces;

static void *
allocate (void *data, size_t size)
{
  void *memory = g_try_malloc (size);

  if (memory)
    pieces = g_slist_prepend (pieces, memory);
  return memory;
}

static void
keep (void *data, void *memory)
{
}

static void
set_text (char **text, const gchar *value)
{
  pieces = g_slist_prepend (pieces, *text = g_strdup (value));
}

static gchar *
draw_name (const Onnx__GraphProto *graph, GRand *random)
{
  const Onnx__NodeProto *node;

  if (graph->n_initializer > 0 && g_rand_boolean (random))
    return graph->initializer[draw_index (random, graph->n_initializer)]->name;
  node = graph->node[draw_index (random, graph->n_node)];
  if (node->n_output > 0 && g_rand_boolean (random))
    return node->output[0];
  return graph->n_input > 0 ? graph->input[0]->name : (gchar *)"";
}

static void
change_attribute (Onnx__AttributeProto *attribute, GRand *random)
{
  switch (g_rand_int_range (random, 0, 5)) {
  case 0:
    attribute->i = draw_number (random);
    return;
  case 1:
    attribute->f = (gfloat)g_rand_double_range (random, -3, 3);
    return;
  case 2:
    if (attribute->n_ints > 0)
      attribute->ints[draw_index (random, attribute->n_ints)] = draw_number (random);
    return;
  case 3:
    attribute->n_ints -= attribute->n_ints > 0;
    return;
  default:
    attribute->type = g_rand_int_range (random, 0, 12);
  }
}

static void
change_node (Onnx__GraphProto *graph, Onnx__NodeProto *node, GRand *random)
{
  switch (g_rand_int_range (random, 0, 6)) {
  case 0:
    set_text (&node->op_type, OPS[g_rand_int_range (random, 0, G_N_ELEMENTS (OPS))]);
    return;
  case 1:
    if (node->n_input > 0)
      set_text (&node->input[draw_index (random, node->n_input)], draw_name (graph, random));
    return;
  case 2:
    node->n_input -= node->n_input > 1;
    return;
  case 3:
    node->n_attribute -= node->n_attribute > 0;
    return;
  default:
    if (node->n_attribute > 0)
      change_attribute (node->attribute[draw_index (random, node->n_attribute)], random);
  }
}

static void
change_tensor (Onnx__TensorProto *tensor, GRand *random)
{
  switch (g_rand_int_range (random, 0, 4)) {
  case 0:
    if (tensor->n_dims > 0)
      tensor->dims[draw_index (random, tensor->n_dims)] = draw_number (random);
    return;
  case 1:
    tensor->n_dims -= tensor->n_dims > 0;
    return;
  case 2:
    tensor->data_type = TYPES[g_rand_int_range (random, 0, G_N_ELEMENTS (TYPES))];
    return;
  default:
    if (tensor->raw_data.len > 0)
      LLVMFuzzerMutate (tensor->raw_data.data, tensor->raw_data.len, tensor->raw_data.len);
  }
}

static void
change_input (Onnx__ValueInfoProto *info, GRand *random)
{
  Onnx__TensorShapeProto *shape = info->type && info->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
                                      ? info->type->tensor_type->shape
                                      : NULL;

  Onnx__TensorShapeProto__Dimension *extent;

  if (!shape || shape->n_dim == 0)
    return;
  extent = shape->dim[draw_index (random, shape->n_dim)];
  extent->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
  extent->dim_value = g_rand_boolean (random) ? draw_number (random) : g_rand_int_range (random, 1, 20);
}

static void
change (Onnx__ModelProto *model, GRand *random)
{
  Onnx__GraphProto *graph = model->graph;
  gint kind = g_rand_int_range (random, 0, 12);

  if (kind < 5)
    change_node (graph, graph->node[draw_index (random, graph->n_node)], random);
  else if (kind < 7 && graph->n_initializer > 0)
    change_tensor (graph->initializer[draw_index (random, graph->n_initializer)], random);
  else if (kind < 8 && graph->n_input > 0)
    change_input (graph->input[0], random);
  else if (kind < 9 && graph->n_output > 0)
    set_text (&graph->output[draw_index (random, graph->n_output)]->name, draw_name (graph, random));
  else if (kind < 10 && model->n_opset_import > 0)
    model->opset_import[0]->version = g_rand_int_range (random, 6, 23);
  else if (graph->n_node > 1) {
    gsize a = draw_index (random, graph->n_node), b = draw_index (random, graph->n_node);
    Onnx__NodeProto *node = graph->node[a];

    graph->node[a] = graph->node[b];
    graph->node[b] = node;
  }
}

gsize
LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max, unsigned seed)
{
  ProtobufCAllocator allocator = { allocate, keep, NULL };
  Onnx__ModelProto *model = seed % 4 ? onnx__model_proto__unpack (&allocator, size, data) : NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gsize packed = 0;

  if (model && model->graph && model->graph->n_node > 0) {
    for (guint i = 0; i <= seed / 4 % 3; i++)
      change (model, random);
    packed = onnx__model_proto__get_packed_size (model);
    if (packed <= max)
      onnx__model_proto__pack (model, data);
    else
      packed = 0;
  }
  g_slist_free_full (g_steal_pointer (&pieces), g_free);
  return packed > 0 ? packed : LLVMFuzzerMutate (data, size, max);
}
