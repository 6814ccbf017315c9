/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"

#include <math.h>

/* A node that keeps the shape of its first input. */
static DermaNode *
emit_alike (DermaReader *reader, DermaOp op, guint n_inputs)
{
  guint inputs[2] = { derma_reader_get_input (reader, 0), derma_reader_get_input (reader, 1) };
  const DermaTensor *x;
  DermaShape shape;

  if (!derma_reader_want_activation (reader, 0, &x))
    return NULL;
  shape = derma_shape_of (x);
  return derma_reader_emit (reader, op, inputs, n_inputs, &shape);
}

static DermaNode *
emit_unary (DermaReader *reader, DermaOp op)
{
  return derma_reader_want_inputs (reader, 1, 1) ? emit_alike (reader, op, 1) : NULL;
}

static gboolean
emit_clip (DermaReader *reader, gfloat min, gfloat max)
{
  DermaNode *node;

  if (isnan (min) || isnan (max))
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "a bound is not a number");
  node = emit_alike (reader, DERMA_OP_CLIP, 1);
  if (!node)
    return FALSE;
  node->attrs.clip.min = min;
  node->attrs.clip.max = max;
  return TRUE;
}

gboolean
derma_convert_relu (DermaReader *reader)
{
  return derma_reader_want_inputs (reader, 1, 1) && emit_clip (reader, 0.0f, INFINITY);
}

static gboolean
read_bound (DermaReader *reader, guint input, gfloat *bound)
{
  const gfloat *value;

  if (!derma_reader_get_tensor (reader, input))
    return TRUE;
  if (!derma_reader_want_floats (reader, input, 1, &value))
    return FALSE;
  *bound = *value;
  return TRUE;
}

gboolean
derma_convert_clip (DermaReader *reader)
{
  gfloat min = derma_reader_get_float (reader, "min", -INFINITY),
         max = derma_reader_get_float (reader, "max", INFINITY);

  if (!derma_reader_want_inputs (reader, 1, reader->opset < 11 ? 1 : 3) || !read_bound (reader, 1, &min)
      || !read_bound (reader, 2, &max))
    return FALSE;
  /* PyTorch and NumPy: where the bounds cross, the upper one wins. */
  return emit_clip (reader, min > max ? max : min, max);
}

/* Min and Max with one number are one-sided clips. */
static gboolean
convert_extreme (DermaReader *reader, gboolean lowest)
{
  guint constant = derma_reader_get_tensor (reader, 0) && derma_reader_get_tensor (reader, 0)->data ? 0 : 1;
  const DermaTensor *x;
  const gfloat *bound;
  DermaShape shape;
  DermaNode *node;
  guint input;

  if (!derma_reader_want_inputs (reader, 2, 2) || !derma_reader_want_floats (reader, constant, 1, &bound)
      || !derma_reader_want_activation (reader, 1 - constant, &x))
    return FALSE;
  if (isnan (*bound))
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "a bound is not a number");
  if (derma_reader_get_tensor (reader, constant)->rank > x->rank)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the bound has more dimensions than the input");
  shape = derma_shape_of (x);
  input = derma_reader_get_input (reader, 1 - constant);
  node = derma_reader_emit (reader, DERMA_OP_CLIP, &input, 1, &shape);
  if (!node)
    return FALSE;
  node->attrs.clip.min = lowest ? -INFINITY : *bound;
  node->attrs.clip.max = lowest ? *bound : INFINITY;
  return TRUE;
}

gboolean
derma_convert_min (DermaReader *reader)
{
  return convert_extreme (reader, TRUE);
}

gboolean
derma_convert_max (DermaReader *reader)
{
  return convert_extreme (reader, FALSE);
}

static gboolean
emit_with_alpha (DermaReader *reader, DermaOp op, gfloat alpha, gfloat beta)
{
  DermaNode *node = emit_unary (reader, op);

  if (!node)
    return FALSE;
  node->attrs.unary.alpha = derma_reader_get_float (reader, "alpha", alpha);
  node->attrs.unary.beta = derma_reader_get_float (reader, "beta", beta);
  return TRUE;
}

gboolean
derma_convert_leaky_relu (DermaReader *reader)
{
  return emit_with_alpha (reader, DERMA_OP_LEAKY_RELU, 0.01f, 0.0f);
}

gboolean
derma_convert_elu (DermaReader *reader)
{
  return emit_with_alpha (reader, DERMA_OP_ELU, 1.0f, 0.0f);
}

gboolean
derma_convert_hard_sigmoid (DermaReader *reader)
{
  return emit_with_alpha (reader, DERMA_OP_HARD_SIGMOID, 0.2f, 0.5f);
}

gboolean
derma_convert_hard_swish (DermaReader *reader)
{
  return emit_unary (reader, DERMA_OP_HARD_SWISH) != NULL;
}

gboolean
derma_convert_sigmoid (DermaReader *reader)
{
  return emit_unary (reader, DERMA_OP_SIGMOID) != NULL;
}

gboolean
derma_convert_prelu (DermaReader *reader)
{
  const DermaTensor *x, *slope = derma_reader_get_tensor (reader, 1);
  const gfloat *values;
  gsize channels;

  if (!derma_reader_want_inputs (reader, 2, 2) || !derma_reader_want_activation (reader, 0, &x)
      || !derma_reader_want_floats (reader, 1, 0, &values))
    return FALSE;
  channels = x->rank > 1 ? (gsize)x->dims[1] : 1;
  /* The slopes lie along the channels: C,1,1 for N,C,H,W; C for N,C. */
  if (derma_tensor_n_elements (slope) != 1
      && (derma_tensor_n_elements (slope) != channels || slope->rank + 1 < x->rank
          || slope->dims[slope->rank - (x->rank - 1)] != (gint64)channels))
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the slopes are not one a channel");
  return emit_alike (reader, DERMA_OP_PRELU, 2) != NULL;
}

gboolean
derma_convert_softmax (DermaReader *reader)
{
  gboolean flat = reader->opset < 13;
  const DermaTensor *x;
  DermaNode *node;
  guint axis;

  if (!derma_reader_want_inputs (reader, 1, 1) || !derma_reader_want_activation (reader, 0, &x)
      || !derma_reader_want_axis (reader, derma_reader_get_int (reader, "axis", flat ? 1 : -1), x->rank, &axis))
    return FALSE;
  /* Before opset 13 everything from the axis on is one vector; that is the same where only one extent is not 1. */
  for (guint i = axis + 1; flat && i < x->rank; i++)
    if (x->dims[i] != 1)
      return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "a softmax over several axes");
  node = emit_alike (reader, DERMA_OP_SOFTMAX, 1);
  if (node)
    node->attrs.axis = (gint)axis;
  return node != NULL;
}
