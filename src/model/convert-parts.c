/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"
#include "model/model-limits.h"

#include <string.h>

/* The pads of an activation, all before, then all after. */
static gboolean
read_pad_values (DermaReader *reader, guint rank, gint64 pads[2 * DERMA_MAX_RANK], gfloat *value)
{
  gboolean inputs = reader->opset >= 11;
  const gfloat *given;
  guint n;

  *value = inputs ? 0.0f : derma_reader_get_float (reader, "value", 0.0f);
  if (inputs ? !derma_reader_want_ints (reader, 1, 2 * DERMA_MAX_RANK, pads, &n)
             : !derma_reader_get_ints (reader, "pads", 2 * DERMA_MAX_RANK, pads, &n))
    return FALSE;
  if (n != 2 * rank)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "%u pads for %u dimensions", n, rank);
  if (inputs && derma_reader_get_tensor (reader, 3))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "pads of chosen axes");
  if (inputs && derma_reader_get_tensor (reader, 2)) {
    if (!derma_reader_want_floats (reader, 2, 1, &given))
      return FALSE;
    *value = *given;
  }
  return TRUE;
}

gboolean
derma_convert_pad (DermaReader *reader)
{
  g_autofree gchar *mode = derma_reader_get_string (reader, "mode");
  guint input = derma_reader_get_input (reader, 0);
  gint64 pads[2 * DERMA_MAX_RANK];
  const DermaTensor *x;
  DermaShape shape;
  DermaNode *node;
  gfloat value;

  if (!derma_reader_want_inputs (reader, 1, reader->opset < 11 ? 1 : 4) || !derma_reader_want_activation (reader, 0, &x)
      || !read_pad_values (reader, x->rank, pads, &value))
    return FALSE;
  if (mode && strcmp (mode, "constant") != 0)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "only the mode 'constant' is supported");
  shape = derma_shape_of (x);
  for (guint i = 0; i < 2 * shape.rank; i++) {
    if (pads[i] < 0 || pads[i] > DERMA_LIMIT_WINDOW)
      return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "a pad of %" G_GINT64_FORMAT, pads[i]);
    shape.dims[i % shape.rank] += pads[i];
  }
  node = derma_reader_emit (reader, DERMA_OP_PAD, &input, 1, &shape);
  if (!node)
    return FALSE;
  node->attrs.pad.value = value;
  for (guint i = 0; i < shape.rank; i++) {
    node->attrs.pad.before[i] = (guint)pads[i];
    node->attrs.pad.after[i] = (guint)pads[i + shape.rank];
  }
  return TRUE;
}

gboolean
derma_convert_concat (DermaReader *reader)
{
  const DermaTensor *first = derma_reader_get_tensor (reader, 0), *x;
  guint n = (guint)reader->node->n_input, axis;
  g_autofree guint *inputs = g_new (guint, MAX (n, 1));
  DermaTensor like;
  DermaNode *node;

  if (!derma_reader_want_inputs (reader, 1, DERMA_LIMIT_NODE_INPUTS)
      || !derma_reader_want_axis (reader, derma_reader_get_int (reader, "axis", 1), first->rank, &axis))
    return FALSE;
  like = (DermaTensor){ .dtype = first->dtype, .rank = first->rank };
  memcpy (like.dims, first->dims, sizeof like.dims);
  like.dims[axis] = 0;
  for (guint i = 0; i < n; i++) {
    x = derma_reader_get_tensor (reader, i);
    inputs[i] = derma_reader_get_input (reader, i);
    if (!x || x->rank != like.rank || x->dtype != like.dtype)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input %u is of another type or rank", i);
    for (guint d = 0; d < x->rank; d++)
      if (d != axis && x->dims[d] != like.dims[d])
        return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input %u does not fit the others", i);
    like.dims[axis] += x->dims[axis];
  }
  node = derma_reader_emit_output (reader, DERMA_OP_CONCAT, inputs, n, &like, 0);
  if (node)
    node->attrs.axis = (gint)axis;
  return node != NULL;
}

static gboolean
emit_part (DermaReader *reader, const DermaTensor *like, guint output, const gint64 *start)
{
  guint input = derma_reader_get_input (reader, 0);
  const DermaTensor *x = derma_ir_get_tensor (reader->ir, input);
  DermaNode *node;

  if (x->data)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "input '%s' is a constant", x->name);
  node = derma_reader_emit_output (reader, DERMA_OP_SLICE, &input, 1, like, output);
  if (node)
    memcpy (node->attrs.slice.start, start, like->rank * sizeof *start);
  return node != NULL;
}

/* The lengths of the parts; equal ones where the file names none. */
static gboolean
read_split (DermaReader *reader, gint64 extent, gint64 *parts, guint n)
{
  gint64 total = 0;
  guint given = 0;

  if (reader->opset < 13 ? !derma_reader_get_ints (reader, "split", DERMA_LIMIT_NODE_OUTPUTS, parts, &given)
                         : derma_reader_get_tensor (reader, 1)
                               && !derma_reader_want_ints (reader, 1, DERMA_LIMIT_NODE_OUTPUTS, parts, &given))
    return FALSE;
  /* Since opset 18 the last of equal parts may be shorter. */
  for (guint i = 0; given == 0 && i < n; i++)
    parts[i] = MIN ((extent + n - 1) / n, extent - (extent + n - 1) / n * i);
  for (guint i = 0; i < n; i++) {
    if (parts[i] < 1 || parts[i] > extent)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "a part of %" G_GINT64_FORMAT " elements", parts[i]);
    total += parts[i];
  }
  if ((given != 0 && given != n) || total != extent)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "the parts do not make up the whole");
  return TRUE;
}

gboolean
derma_convert_split (DermaReader *reader)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  gint64 parts[DERMA_LIMIT_NODE_OUTPUTS] = { 0 }, start[DERMA_MAX_RANK] = { 0 };
  guint n = (guint)reader->node->n_output, axis;
  DermaTensor like;

  if (!derma_reader_want_inputs (reader, 1, reader->opset < 13 ? 1 : 2)
      || (reader->opset >= 13 && !derma_reader_want_no_attribute (reader, "split"))
      || !derma_reader_want_axis (reader, derma_reader_get_int (reader, "axis", 0), x->rank, &axis)
      || !read_split (reader, x->dims[axis], parts, n))
    return FALSE;
  like = (DermaTensor){ .dtype = x->dtype, .rank = x->rank };
  memcpy (like.dims, x->dims, sizeof like.dims);
  for (guint i = 0; i < n; i++) {
    like.dims[axis] = parts[i];
    if (*reader->node->output[i] && !emit_part (reader, &like, i, start))
      return FALSE;
    start[axis] += parts[i];
  }
  return TRUE;
}

/* Starts, ends and axes of Slice: attributes before opset 10, inputs from then on. */
static gboolean
read_slice (DermaReader *reader, gint64 values[3][DERMA_MAX_RANK], guint *n)
{
  static const gchar *const names[] = { "starts", "ends", "axes" };
  guint given[3] = { 0 };

  for (guint k = 0; k < 3; k++)
    if (reader->opset < 10 ? !derma_reader_get_ints (reader, names[k], DERMA_MAX_RANK, values[k], &given[k])
                           : derma_reader_get_tensor (reader, k + 1)
                                 && !derma_reader_want_ints (reader, k + 1, DERMA_MAX_RANK, values[k], &given[k]))
      return FALSE;
  if (given[0] != given[1] || (given[2] != 0 && given[2] != given[0]))
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "starts, ends and axes are not of one length");
  for (guint i = 0; given[2] == 0 && i < given[0]; i++)
    values[2][i] = i;
  *n = given[0];
  return TRUE;
}

static gboolean
check_steps (DermaReader *reader)
{
  gint64 steps[DERMA_MAX_RANK];
  guint n = 0;

  if (reader->opset >= 10 && derma_reader_get_tensor (reader, 4)
      && !derma_reader_want_ints (reader, 4, DERMA_MAX_RANK, steps, &n))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (steps[i] != 1)
      return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "a step of %" G_GINT64_FORMAT, steps[i]);
  return TRUE;
}

gboolean
derma_convert_slice (DermaReader *reader)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  gint64 values[3][DERMA_MAX_RANK], start[DERMA_MAX_RANK] = { 0 };
  DermaTensor like;
  guint n = 0, axis;

  if (!derma_reader_want_inputs (reader, reader->opset < 10 ? 1 : 3, reader->opset < 10 ? 1 : 5)
      || !read_slice (reader, values, &n) || !check_steps (reader))
    return FALSE;
  like = (DermaTensor){ .dtype = x->dtype, .rank = x->rank };
  memcpy (like.dims, x->dims, sizeof like.dims);
  for (guint i = 0; i < n; i++) {
    gint64 first = values[0][i], last = values[1][i];

    if (!derma_reader_want_axis (reader, values[2][i], x->rank, &axis))
      return FALSE;
    first = CLAMP (first < 0 ? first + x->dims[axis] : first, 0, x->dims[axis]);
    last = CLAMP (last < 0 ? last + x->dims[axis] : last, 0, x->dims[axis]);
    start[axis] = first;
    like.dims[axis] = last - first;
  }
  return emit_part (reader, &like, 0, start);
}
