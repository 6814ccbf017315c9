/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"

/* NumPy's broadcasting: shapes are aligned at their ends, extents of 1 stretch. */
static gboolean
broadcast (DermaReader *reader, const DermaTensor *a, const DermaTensor *b, DermaShape *shape)
{
  shape->rank = MAX (a->rank, b->rank);
  for (guint i = 0; i < shape->rank; i++) {
    gint64 da = i < a->rank ? a->dims[a->rank - 1 - i] : 1, db = i < b->rank ? b->dims[b->rank - 1 - i] : 1;

    if (da != db && da != 1 && db != 1)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT,
                                "extents %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " do not fit together", da, db);
    shape->dims[shape->rank - 1 - i] = da == 1 ? db : da;
  }
  return TRUE;
}

static gboolean
convert_binary (DermaReader *reader, DermaOp op)
{
  guint inputs[2] = { derma_reader_get_input (reader, 0), derma_reader_get_input (reader, 1) };
  const DermaTensor *a = derma_reader_get_tensor (reader, 0), *b = derma_reader_get_tensor (reader, 1);
  DermaShape shape;

  if (!derma_reader_want_inputs (reader, 2, 2))
    return FALSE;
  if (a->dtype != DERMA_DTYPE_FLOAT32 || b->dtype != DERMA_DTYPE_FLOAT32)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "an input is not float32");
  return broadcast (reader, a, b, &shape) && derma_reader_emit (reader, op, inputs, 2, &shape) != NULL;
}

gboolean
derma_convert_add (DermaReader *reader)
{
  return convert_binary (reader, DERMA_OP_ADD);
}

gboolean
derma_convert_sub (DermaReader *reader)
{
  return convert_binary (reader, DERMA_OP_SUB);
}

gboolean
derma_convert_mul (DermaReader *reader)
{
  return convert_binary (reader, DERMA_OP_MUL);
}

gboolean
derma_convert_div (DermaReader *reader)
{
  return convert_binary (reader, DERMA_OP_DIV);
}
