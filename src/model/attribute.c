/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/reader.h"

#include <string.h>

const Onnx__AttributeProto *
derma_reader_find_attribute (const DermaReader *reader, const gchar *name)
{
  for (gsize i = 0; i < reader->node->n_attribute; i++)
    if (strcmp (reader->node->attribute[i]->name, name) == 0)
      return reader->node->attribute[i];
  return NULL;
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
