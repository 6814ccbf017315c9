/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/message.h"
#include "model/model-limits.h"
#include "model/reader.h"

#include <string.h>

/* TensorProto.DataType of the ONNX specification. */
enum {
  ONNX_FLOAT = 1,
  ONNX_UINT8 = 2,
  ONNX_INT8 = 3,
  ONNX_INT32 = 6,
  ONNX_INT64 = 7,
  ONNX_BOOL = 9,
  ONNX_FLOAT16 = 10,
  ONNX_DOUBLE = 11
};

/* How a type is stored, in a file and in the IR. */
typedef struct {
  gint32 type;
  DermaDtype dtype;
  gsize stored; /* bytes an element in raw_data */
} Storage;

static const Storage STORAGES[] = {
  { ONNX_FLOAT, DERMA_DTYPE_FLOAT32, 4 },   { ONNX_UINT8, DERMA_DTYPE_UINT8, 1 },    { ONNX_INT8, DERMA_DTYPE_INT8, 1 },
  { ONNX_INT32, DERMA_DTYPE_INT32, 4 },     { ONNX_INT64, DERMA_DTYPE_INT64, 8 },    { ONNX_BOOL, DERMA_DTYPE_BOOL, 1 },
  { ONNX_FLOAT16, DERMA_DTYPE_FLOAT32, 2 }, { ONNX_DOUBLE, DERMA_DTYPE_FLOAT32, 8 },
};

static const Storage *
find_storage (gint32 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (STORAGES); i++)
    if (STORAGES[i].type == type)
      return &STORAGES[i];
  return NULL;
}

/* IEEE 754 binary16 to binary32, exact. */
static gfloat
half_to_float (guint16 half)
{
  guint32 sign = (guint32)(half & 0x8000) << 16, exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff, bits;
  gfloat value;

  if (exponent == 0)
    return (sign ? -1.0f : 1.0f) * (gfloat)mantissa / 16777216.0f;
  bits = sign | (exponent == 31 ? 0xffu << 23 : (exponent + 112) << 23) | mantissa << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
decode_raw_element (const Storage *storage, const guint8 *raw, guint8 *out) /* raw in native byte order */
{
  guint16 half;
  gdouble wide;
  gfloat narrow;

  switch (storage->type) {
  case ONNX_FLOAT16:
    memcpy (&half, raw, sizeof half);
    narrow = half_to_float (half);
    memcpy (out, &narrow, sizeof narrow);
    return;
  case ONNX_DOUBLE:
    memcpy (&wide, raw, sizeof wide);
    narrow = (gfloat)wide;
    memcpy (out, &narrow, sizeof narrow);
    return;
  default:
    memcpy (out, raw, storage->stored);
  }
}

static void
decode_raw (const Storage *storage, const guint8 *raw, gsize n, guint8 *out)
{
  gsize size = derma_dtype_size (storage->dtype);

  for (gsize i = 0; i < n; i++) {
    guint8 element[8];

    for (gsize b = 0; b < storage->stored; b++)
      element[b] = raw[i * storage->stored + (G_BYTE_ORDER == G_LITTLE_ENDIAN ? b : storage->stored - 1 - b)];
    decode_raw_element (storage, element, out + i * size);
  }
}

/* How many values the typed field of this type holds. */
static gsize
count_typed (const Onnx__TensorProto *proto, const Storage *storage)
{
  switch (storage->type) {
  case ONNX_FLOAT:
    return proto->n_float_data;
  case ONNX_DOUBLE:
    return proto->n_double_data;
  case ONNX_INT64:
    return proto->n_int64_data;
  default:
    return proto->n_int32_data;
  }
}

static void
decode_typed_element (const Onnx__TensorProto *proto, const Storage *storage, gsize i, guint8 *out)
{
  gfloat value = 0.0f;
  guint8 byte;

  switch (storage->type) {
  case ONNX_FLOAT:
    memcpy (out, &proto->float_data[i], 4);
    return;
  case ONNX_INT64:
    memcpy (out, &proto->int64_data[i], 8);
    return;
  case ONNX_INT32:
    memcpy (out, &proto->int32_data[i], 4);
    return;
  case ONNX_DOUBLE:
  case ONNX_FLOAT16:
    value =
        storage->type == ONNX_DOUBLE ? (gfloat)proto->double_data[i] : half_to_float ((guint16)proto->int32_data[i]);
    memcpy (out, &value, sizeof value);
    return;
  default:
    byte = (guint8)proto->int32_data[i];
    memcpy (out, &byte, 1);
  }
}

static gboolean
fail (DermaReader *reader, DermaError code, const gchar *name, const gchar *cause)
{
  return derma_fail (reader->error, code, reader->file, "tensor '%.200s': %s", name, cause);
}

static gboolean
read_shape (DermaReader *reader, const gchar *name, const Onnx__TensorProto *proto, DermaShape *shape, gsize *n)
{
  if (proto->n_dims > DERMA_MAX_RANK)
    return fail (reader, DERMA_ERROR_UNSUPPORTED, name, "more than " G_STRINGIFY (DERMA_MAX_RANK) " dimensions");
  shape->rank = (guint)proto->n_dims;
  for (guint i = 0; i < shape->rank; i++)
    shape->dims[i] = proto->dims[i];
  if (derma_shape_count (shape, DERMA_LIMIT_ELEMENTS, n))
    return TRUE;
  return fail (reader, DERMA_ERROR_LIMIT, name, "negative or too large dimensions");
}

guint
derma_reader_add_tensor_proto (DermaReader *reader, const gchar *name, const Onnx__TensorProto *proto)
{
  const Storage *storage = find_storage (proto->data_type);
  gboolean raw = proto->raw_data.len > 0;
  g_autoptr (GBytes) bytes = NULL;
  DermaShape shape;
  guint8 *data;
  gsize n, size;

  if (proto->data_location != 0)
    fail (reader, DERMA_ERROR_UNSUPPORTED, name, "its data lies in another file, which is not supported");
  else if (!storage)
    fail (reader, DERMA_ERROR_UNSUPPORTED, name, "data type is not supported");
  else if (read_shape (reader, name, proto, &shape, &n)) {
    size = derma_dtype_size (storage->dtype);
    if (raw ? proto->raw_data.len != n * storage->stored : count_typed (proto, storage) != n) {
      fail (reader, DERMA_ERROR_FORMAT, name, "holds other data than its dimensions and type need");
      return DERMA_NO_TENSOR;
    }
    data = g_try_malloc (MAX (n * size, 1));
    if (!data) {
      fail (reader, DERMA_ERROR_LIMIT, name, "not enough memory");
      return DERMA_NO_TENSOR;
    }
    if (raw)
      decode_raw (storage, proto->raw_data.data, n, data);
    for (gsize i = 0; i < n && !raw; i++)
      decode_typed_element (proto, storage, i, data + i * size);
    bytes = g_bytes_new_take (data, n * size);
    return derma_reader_add_constant (reader, name, storage->dtype, &shape, bytes);
  }
  return DERMA_NO_TENSOR;
}
