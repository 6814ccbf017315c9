/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/reader.h"

#include <string.h>

/* AttributeProto.AttributeType of the ONNX specification. */
enum { FLOAT = 1, INT = 2, STRING = 3, TENSOR = 4, FLOATS = 6, INTS = 7 };

/* What the attributes that are read here hold, whatever the operator. */
static const struct {
  const gchar *name;
  gint32 type;
} KNOWN[] = {
  { "allowzero", INT },
  { "alpha", FLOAT },
  { "auto_pad", STRING },
  { "axes", INTS },
  { "axis", INT },
  { "beta", FLOAT },
  { "ceil_mode", INT },
  { "count_include_pad", INT },
  { "dilations", INTS },
  { "end", INT },
  { "ends", INTS },
  { "epsilon", FLOAT },
  { "group", INT },
  { "keepdims", INT },
  { "kernel_shape", INTS },
  { "max", FLOAT },
  { "min", FLOAT },
  { "mode", STRING },
  { "pads", INTS },
  { "perm", INTS },
  { "spatial", INT },
  { "split", INTS },
  { "start", INT },
  { "starts", INTS },
  { "storage_order", INT },
  { "strides", INTS },
  { "to", INT },
  { "training_mode", INT },
  { "transA", INT },
  { "transB", INT },
  { "value", TENSOR },
  { "value_float", FLOAT },
  { "value_floats", FLOATS },
  { "value_int", INT },
  { "value_ints", INTS },
};

/* Files from before types were recorded have 0. Pad had a number where others have a tensor. */
static gboolean
has_known_type (const Onnx__NodeProto *node, const Onnx__AttributeProto *attribute)
{
  gboolean pad = strcmp (node->op_type, "Pad") == 0;

  for (guint i = 0; attribute->type != 0 && i < G_N_ELEMENTS (KNOWN); i++)
    if (strcmp (KNOWN[i].name, attribute->name) == 0)
      return attribute->type == (pad && KNOWN[i].type == TENSOR ? FLOAT : KNOWN[i].type);
  return TRUE;
}

gboolean
derma_reader_check_attributes (DermaReader *reader)
{
  const Onnx__NodeProto *node = reader->node;

  for (gsize i = 0; i < node->n_attribute; i++) {
    const gchar *name = node->attribute[i]->name;

    if (derma_reader_find_attribute (reader, name) != node->attribute[i])
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "attribute '%.64s' is given twice", name);
    if (!has_known_type (node, node->attribute[i]))
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "attribute '%.64s' is of another type than it must be",
                                name);
  }
  return TRUE;
}

const Onnx__AttributeProto *
derma_reader_find_attribute (const DermaReader *reader, const gchar *name)
{
  for (gsize i = 0; i < reader->node->n_attribute; i++)
    if (strcmp (reader->node->attribute[i]->name, name) == 0)
      return reader->node->attribute[i];
  return NULL;
}

gboolean
derma_reader_want_no_attribute (DermaReader *reader, const gchar *name)
{
  if (!derma_reader_find_attribute (reader, name))
    return TRUE;
  return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "'%s' is an input, not an attribute, in operator set %d", name,
                            reader->opset);
}

gint64
derma_reader_get_int (const DermaReader *reader, const gchar *name, gint64 otherwise)
{
  const Onnx__AttributeProto *attribute = derma_reader_find_attribute (reader, name);

  return attribute ? attribute->i : otherwise;
}

gfloat
derma_reader_get_float (const DermaReader *reader, const gchar *name, gfloat otherwise)
{
  const Onnx__AttributeProto *attribute = derma_reader_find_attribute (reader, name);

  return attribute ? attribute->f : otherwise;
}

gboolean
derma_reader_get_ints (DermaReader *reader, const gchar *name, guint max, gint64 *values, guint *n)
{
  const Onnx__AttributeProto *attribute = derma_reader_find_attribute (reader, name);

  *n = 0;
  if (!attribute)
    return TRUE;
  if (attribute->n_ints > max)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED,
                              "attribute '%s' has %" G_GSIZE_FORMAT " values, at most %u are supported", name,
                              attribute->n_ints, max);
  *n = (guint)attribute->n_ints;
  for (guint i = 0; i < *n; i++)
    values[i] = attribute->ints[i];
  return TRUE;
}

gchar *
derma_reader_get_string (const DermaReader *reader, const gchar *name)
{
  const Onnx__AttributeProto *attribute = derma_reader_find_attribute (reader, name);

  if (!attribute)
    return NULL;
  return g_strndup (attribute->s.data ? (const gchar *)attribute->s.data : "", MIN (attribute->s.len, 64));
}
