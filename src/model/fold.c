/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/fold.h"

#include "model/constant.h"
#include "model/convert.h"
#include "model/model-limits.h"

#include <math.h>
#include <string.h>

/* Computes @result from the constant inputs of the node being read. */
typedef gboolean (*Evaluate) (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result);

static gboolean
evaluate_concat (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  DermaShape shape = inputs[0].shape;
  gsize inner, outer, offset = 0;
  guint axis;

  if (!derma_reader_want_axis (reader, derma_reader_get_int (reader, "axis", 0), shape.rank, &axis))
    return FALSE;
  for (guint i = 1; i < n; i++) {
    for (guint d = 0; d < shape.rank; d++)
      if (inputs[i].shape.rank != shape.rank || (d != axis && inputs[i].shape.dims[d] != inputs[0].shape.dims[d]))
        return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "the inputs do not fit together");
    shape.dims[axis] += inputs[i].shape.dims[axis];
  }
  if (!derma_constant_init (reader, result, inputs[0].dtype, &shape))
    return FALSE;
  for (outer = 1, inner = 1; axis > 0 && outer * inner > 0; axis--)
    outer *= (gsize)shape.dims[axis - 1];
  for (gsize row = 0; row < outer; row++)
    for (guint i = 0; i < n; i++) {
      gsize length = inputs[i].n / outer;

      memcpy (result->values + offset, inputs[i].values + row * length, length * sizeof (gdouble));
      offset += length;
    }
  return TRUE;
}

static gboolean
evaluate_gather (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  const DermaConstant *data = &inputs[0], *indices = &inputs[n - 1];
  DermaShape shape = { .rank = data->shape.rank + indices->shape.rank - 1 };
  gsize outer = 1, inner = 1;
  guint axis;

  if (n != 2 || data->shape.rank == 0 || shape.rank > DERMA_MAX_RANK)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "is not of a form that is supported");
  if (!derma_reader_want_axis (reader, derma_reader_get_int (reader, "axis", 0), data->shape.rank, &axis))
    return FALSE;
  for (guint i = 0, d = 0; i < data->shape.rank; i++) {
    gint64 extent = data->shape.dims[i];

    for (guint k = 0; i == axis && k < indices->shape.rank; k++)
      shape.dims[d++] = indices->shape.dims[k];
    if (i != axis)
      shape.dims[d++] = extent;
    outer *= i < axis ? (gsize)extent : 1;
    inner *= i > axis ? (gsize)extent : 1;
  }
  if (!derma_constant_init (reader, result, data->dtype, &shape))
    return FALSE;
  for (gsize o = 0; o < outer; o++)
    for (gsize k = 0; k < indices->n; k++) {
      gint64 extent = data->shape.dims[axis];
      gdouble index = indices->values[k] < 0 ? indices->values[k] + (gdouble)extent : indices->values[k];

      if (!(index >= 0 && index < (gdouble)extent))
        return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "an index is out of range");
      memcpy (result->values + (o * indices->n + k) * inner, data->values + (o * (gsize)extent + (gsize)index) * inner,
              inner * sizeof (gdouble));
    }
  return TRUE;
}

static gboolean
is_integer (const DermaConstant *constant)
{
  return constant->dtype == DERMA_DTYPE_INT64 || constant->dtype == DERMA_DTYPE_INT32;
}

static gint64
clamp_index (gdouble value, gint64 extent, gint64 low, gint64 high)
{
  gdouble index = value < 0 ? value + (gdouble)extent : value;

  return (gint64)CLAMP (index, (gdouble)low, (gdouble)high);
}

static gboolean
slice_by_inputs (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  DermaShape shape = inputs[0].shape;
  gint64 steps[DERMA_MAX_RANK], origin = 0;
  guint axis;

  if (n < 3 || inputs[1].n != inputs[2].n || (n > 3 && inputs[3].n != inputs[1].n)
      || (n > 4 && inputs[4].n != inputs[1].n) || inputs[1].n > shape.rank)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "is not of a form that is supported");
  for (guint i = 1; i < n; i++)
    if (!is_integer (&inputs[i]))
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input %u is not of integers", i);
  derma_constant_get_steps (&inputs[0].shape, steps);
  for (guint i = 0; i < inputs[1].n; i++) {
    gint64 step = n > 4 ? (gint64)CLAMP (inputs[4].values[i], -1e6, 1e6) : 1, extent, first, last;

    if (!derma_reader_want_axis (reader, n > 3 ? (gint64)CLAMP (inputs[3].values[i], -100, 100) : (gint64)i, shape.rank,
                                 &axis))
      return FALSE;
    extent = shape.dims[axis];
    if (step == 0 || extent == 0)
      return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "a step of 0, or nothing to slice");
    first = clamp_index (inputs[1].values[i], extent, 0, step > 0 ? extent : extent - 1);
    last = clamp_index (inputs[2].values[i], extent, step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
    /* "To the end" of a backward slice is a huge negative number, not a place counted from the end. */
    shape.dims[axis] = MAX (0, step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step);
    origin += first * steps[axis];
    steps[axis] *= step;
  }
  if (!derma_constant_init (reader, result, inputs[0].dtype, &shape))
    return FALSE;
  derma_constant_gather (result, &inputs[0], origin, steps);
  return TRUE;
}

/* Before opset 10 starts, ends and axes are attributes. */
static gboolean
evaluate_slice (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  static const gchar *const names[] = { "starts", "ends", "axes" };
  DermaConstant all[4] = { inputs[0] };
  gdouble values[3][DERMA_MAX_RANK];
  gint64 given[DERMA_MAX_RANK];
  guint n_given;

  if (reader->opset >= 10)
    return slice_by_inputs (reader, inputs, n, result);
  if (!derma_reader_want_inputs (reader, 1, 1))
    return FALSE;
  for (guint k = 0; k < 3; k++) {
    if (!derma_reader_get_ints (reader, names[k], DERMA_MAX_RANK, given, &n_given))
      return FALSE;
    for (guint i = 0; i < n_given; i++)
      values[k][i] = (gdouble)given[i];
    all[k + 1] = (DermaConstant){ .dtype = DERMA_DTYPE_INT64, .n = n_given, .values = values[k] };
  }
  return slice_by_inputs (reader, all, all[3].n > 0 ? 4 : 3, result);
}

static gboolean
evaluate_transpose (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  gint64 perm[DERMA_MAX_RANK], from[DERMA_MAX_RANK], steps[DERMA_MAX_RANK];
  DermaShape shape = inputs[0].shape;
  guint given, axis, seen = 0;

  if (!derma_reader_get_ints (reader, "perm", DERMA_MAX_RANK, perm, &given))
    return FALSE;
  derma_constant_get_steps (&inputs[0].shape, from);
  for (guint i = 0; i < shape.rank; i++) {
    if (!derma_reader_want_axis (reader, given == shape.rank ? perm[i] : (gint64)(shape.rank - 1 - i), shape.rank,
                                 &axis))
      return FALSE;
    shape.dims[i] = inputs[0].shape.dims[axis];
    steps[i] = from[axis];
    seen |= 1u << axis;
  }
  if ((given != 0 && given != shape.rank) || seen != (1u << shape.rank) - 1)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "perm is not a permutation of the dimensions");
  if (!derma_constant_init (reader, result, inputs[0].dtype, &shape))
    return FALSE;
  derma_constant_gather (result, &inputs[0], 0, steps);
  return TRUE;
}

static gboolean
evaluate_reshaped (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  DermaShape shape;

  if (!derma_convert_reshaped (reader, &shape) || !derma_constant_init (reader, result, inputs[0].dtype, &shape))
    return FALSE;
  memcpy (result->values, inputs[0].values, MIN (result->n, inputs[0].n) * sizeof (gdouble));
  return TRUE;
}

static gboolean
evaluate_cast (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  static const struct {
    gint64 onnx;
    DermaDtype dtype;
  } types[] = { { 1, DERMA_DTYPE_FLOAT32 },
                { 6, DERMA_DTYPE_INT32 },
                { 7, DERMA_DTYPE_INT64 },
                { 9, DERMA_DTYPE_BOOL },
                { 11, DERMA_DTYPE_FLOAT32 } };
  gint64 to = derma_reader_get_int (reader, "to", 0);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].onnx == to) {
      if (!derma_constant_init (reader, result, types[i].dtype, &inputs[0].shape))
        return FALSE;
      memcpy (result->values, inputs[0].values, result->n * sizeof (gdouble));
      return TRUE;
    }
  return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "the type %" G_GINT64_FORMAT " is not supported", to);
}

/* What a shape is that the values of a constant spell. */
static gboolean
read_shape_values (DermaReader *reader, const DermaConstant *values, DermaShape *shape)
{
  if (values->n > DERMA_MAX_RANK)
    return derma_reader_fail (reader, DERMA_ERROR_UNSUPPORTED, "gives too many dimensions");
  shape->rank = (guint)values->n;
  for (guint i = 0; i < shape->rank; i++) {
    if (!(values->values[i] >= 0 && values->values[i] <= DERMA_LIMIT_FOLDED_ELEMENTS))
      return derma_reader_fail (reader, DERMA_ERROR_LIMIT, "gives an impossible or too large shape");
    shape->dims[i] = (gint64)values->values[i];
  }
  return TRUE;
}

static gboolean
evaluate_constant_of_shape (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  const Onnx__AttributeProto *attribute = derma_reader_find_attribute (reader, "value");
  g_auto (DermaConstant) value = { 0 };
  DermaShape shape;
  guint tensor;

  if (!read_shape_values (reader, &inputs[0], &shape))
    return FALSE;
  if (!attribute || !attribute->t)
    return derma_constant_init (reader, result, DERMA_DTYPE_FLOAT32, &shape);
  tensor = derma_reader_add_tensor_proto (reader, "value", attribute->t);
  if (tensor == DERMA_NO_TENSOR || !derma_constant_load (reader, &value, derma_ir_get_tensor (reader->ir, tensor)))
    return FALSE;
  if (value.n != 1)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "'value' is not one number");
  if (!derma_constant_init (reader, result, value.dtype, &shape))
    return FALSE;
  for (gsize i = 0; i < result->n; i++)
    result->values[i] = value.values[0];
  return TRUE;
}

static gboolean
evaluate_identity (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  if (!derma_constant_init (reader, result, inputs[0].dtype, &inputs[0].shape))
    return FALSE;
  memcpy (result->values, inputs[0].values, result->n * sizeof (gdouble));
  return TRUE;
}

static gdouble
apply_unary (const gchar *op, gdouble x)
{
  switch (op[0]) {
  case 'A':
    return fabs (x);
  case 'F':
    return floor (x);
  case 'C':
    return ceil (x);
  case 'N':
    return -x;
  default:
    return sqrt (x);
  }
}

static gboolean
evaluate_unary (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  if (!derma_constant_init (reader, result, inputs[0].dtype, &inputs[0].shape))
    return FALSE;
  for (gsize i = 0; i < result->n; i++)
    result->values[i] = apply_unary (reader->node->op_type, inputs[0].values[i]);
  return TRUE;
}

/* Steps through @constant as if it had the shape @wide; extents of 1 stand still. */
static void
get_broadcast_steps (const DermaConstant *constant, const DermaShape *wide, gint64 *steps)
{
  gint64 own[DERMA_MAX_RANK];
  guint shift = wide->rank - constant->shape.rank;

  derma_constant_get_steps (&constant->shape, own);
  for (guint i = 0; i < wide->rank; i++)
    steps[i] = i < shift || constant->shape.dims[i - shift] == 1 ? 0 : own[i - shift];
}

static gboolean
broadcast_shapes (DermaReader *reader, const DermaConstant *inputs, DermaShape *shape)
{
  const DermaShape *a = &inputs[0].shape, *b = &inputs[1].shape;

  shape->rank = MAX (a->rank, b->rank);
  for (guint i = 0; i < shape->rank; i++) {
    gint64 da = i < a->rank ? a->dims[a->rank - 1 - i] : 1, db = i < b->rank ? b->dims[b->rank - 1 - i] : 1;

    if (da != db && da != 1 && db != 1)
      return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "the operands do not fit together");
    shape->dims[shape->rank - 1 - i] = da == 1 ? db : da;
  }
  return TRUE;
}

static gdouble
apply_binary (const gchar *op, gdouble a, gdouble b, gboolean integer)
{
  switch (op[0]) {
  case 'A':
    return a + b;
  case 'S':
    return a - b;
  case 'M':
    return a * b;
  default:
    if (!integer)
      return a / b;
    return b == 0 ? 0 : trunc (a / b);
  }
}

static gboolean
evaluate_binary (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  g_auto (DermaConstant) other = { 0 };
  gint64 steps[DERMA_MAX_RANK];
  gboolean integer = inputs[0].dtype != DERMA_DTYPE_FLOAT32;
  DermaShape shape;

  if (n != 2 || !broadcast_shapes (reader, inputs, &shape))
    return n == 2 ? FALSE : derma_reader_fail (reader, DERMA_ERROR_FORMAT, "needs two inputs");
  if (!derma_constant_init (reader, result, inputs[0].dtype, &shape)
      || !derma_constant_init (reader, &other, inputs[1].dtype, &shape))
    return FALSE;
  get_broadcast_steps (&inputs[0], &shape, steps);
  derma_constant_gather (result, &inputs[0], 0, steps);
  get_broadcast_steps (&inputs[1], &shape, steps);
  derma_constant_gather (&other, &inputs[1], 0, steps);
  for (gsize i = 0; i < result->n; i++)
    result->values[i] = apply_binary (reader->node->op_type, result->values[i], other.values[i], integer);
  return TRUE;
}

static gboolean
evaluate_range (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  DermaShape shape = { .rank = 1 };
  gdouble count;

  if (n != 3 || inputs[0].n != 1 || inputs[1].n != 1 || inputs[2].n != 1 || inputs[2].values[0] == 0)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "needs a start, a limit and a step");
  count = ceil ((inputs[1].values[0] - inputs[0].values[0]) / inputs[2].values[0]);
  if (!(count <= DERMA_LIMIT_FOLDED_ELEMENTS))
    return derma_reader_fail (reader, DERMA_ERROR_LIMIT, "gives too large a constant");
  shape.dims[0] = count > 0 ? (gint64)count : 0;
  if (!derma_constant_init (reader, result, inputs[0].dtype, &shape))
    return FALSE;
  for (gsize i = 0; i < result->n; i++)
    result->values[i] = inputs[0].values[0] + (gdouble)i * inputs[2].values[0];
  return TRUE;
}

static gboolean
evaluate_expand (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  DermaConstant both[2] = { inputs[0], { 0 } };
  gint64 steps[DERMA_MAX_RANK];
  DermaShape shape;

  if (n != 2 || !read_shape_values (reader, &inputs[1], &both[1].shape) || !broadcast_shapes (reader, both, &shape))
    return n == 2 ? FALSE : derma_reader_fail (reader, DERMA_ERROR_FORMAT, "needs two inputs");
  if (!derma_constant_init (reader, result, inputs[0].dtype, &shape))
    return FALSE;
  get_broadcast_steps (&inputs[0], &shape, steps);
  derma_constant_gather (result, &inputs[0], 0, steps);
  return TRUE;
}

/* The largest along some axes, as the scales of weights are made. */
static gboolean
evaluate_reduce_max (DermaReader *reader, const DermaConstant *inputs, guint n, DermaConstant *result)
{
  gboolean keep = derma_reader_get_int (reader, "keepdims", 1) != 0;
  gint64 axes[DERMA_MAX_RANK], steps[DERMA_MAX_RANK], source[DERMA_MAX_RANK];
  DermaShape kept = inputs[0].shape, squeezed = { 0 };
  guint n_axes, axis, reduced = 0;

  if (!derma_convert_read_axes (reader, 18, axes, &n_axes))
    return FALSE;
  for (guint i = 0; i < n_axes; i++) {
    if (!derma_reader_want_axis (reader, axes[i], kept.rank, &axis))
      return FALSE;
    reduced |= 1u << axis;
  }
  for (guint i = 0; i < kept.rank; i++) {
    kept.dims[i] = n_axes == 0 || reduced & 1u << i ? 1 : kept.dims[i];
    if (keep || (n_axes != 0 && !(reduced & 1u << i)))
      squeezed.dims[squeezed.rank++] = kept.dims[i];
  }
  if (!derma_constant_init (reader, result, inputs[0].dtype, &squeezed))
    return FALSE;
  for (gsize i = 0; i < result->n; i++)
    result->values[i] = -INFINITY;
  derma_constant_get_steps (&inputs[0].shape, source);
  derma_constant_get_steps (&kept, steps);
  for (gsize i = 0; i < inputs[0].n; i++) {
    gsize at = 0;

    for (guint d = 0; d < kept.rank; d++)
      at += kept.dims[d] == 1 ? 0 : (gsize)((gint64)i / source[d] % inputs[0].shape.dims[d] * steps[d]);
    result->values[at] = MAX (result->values[at], inputs[0].values[i]);
  }
  return TRUE;
}

static const struct {
  const gchar *op_type;
  Evaluate evaluate;
} EVALUATORS[] = {
  { "Abs", evaluate_unary },
  { "ReduceMax", evaluate_reduce_max },
  { "Add", evaluate_binary },
  { "Cast", evaluate_cast },
  { "Ceil", evaluate_unary },
  { "Concat", evaluate_concat },
  { "ConstantOfShape", evaluate_constant_of_shape },
  { "Div", evaluate_binary },
  { "Expand", evaluate_expand },
  { "Flatten", evaluate_reshaped },
  { "Floor", evaluate_unary },
  { "Gather", evaluate_gather },
  { "Identity", evaluate_identity },
  { "Mul", evaluate_binary },
  { "Neg", evaluate_unary },
  { "Range", evaluate_range },
  { "Reshape", evaluate_reshaped },
  { "Slice", evaluate_slice },
  { "Sqrt", evaluate_unary },
  { "Squeeze", evaluate_reshaped },
  { "Sub", evaluate_binary },
  { "Transpose", evaluate_transpose },
  { "Unsqueeze", evaluate_reshaped },
};

static Evaluate
find_evaluator (const DermaReader *reader)
{
  const gchar *op = reader->node->op_type;

  if (reader->node->n_input == 0)
    return NULL;
  for (gsize i = 0; i < reader->node->n_input; i++) {
    const DermaTensor *tensor = derma_reader_get_tensor (reader, (guint)i);

    if (!tensor || !tensor->data)
      return NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (EVALUATORS); i++)
    if (strcmp (EVALUATORS[i].op_type, op) == 0)
      return EVALUATORS[i].evaluate;
  return NULL;
}

/* All inputs of a node are in memory at the same time. */
static gboolean
check_inputs (DermaReader *reader)
{
  guint64 elements = 0;

  for (gsize i = 0; i < reader->node->n_input; i++)
    elements += derma_tensor_n_elements (derma_reader_get_tensor (reader, (guint)i));
  return elements <= DERMA_LIMIT_FOLDED_INPUTS
         || derma_reader_fail (reader, DERMA_ERROR_LIMIT, "computes with too large constants");
}

static gboolean
evaluate (DermaReader *reader, Evaluate evaluator)
{
  guint n = (guint)reader->node->n_input, tensor = DERMA_NO_TENSOR;
  g_autofree DermaConstant *inputs = g_new0 (DermaConstant, n);
  g_auto (DermaConstant) result = { 0 };
  gboolean good = check_inputs (reader);

  for (guint i = 0; good && i < n; i++)
    good = derma_constant_load (reader, &inputs[i], derma_reader_get_tensor (reader, i));
  if (good && evaluator (reader, inputs, n, &result))
    tensor = derma_constant_store (reader, &result, reader->node->output[0]);
  for (guint i = 0; i < n; i++)
    derma_constant_clear (&inputs[i]);
  return tensor != DERMA_NO_TENSOR && derma_reader_alias (reader, 0, tensor);
}

/* The extents of any tensor are known, computed or not; since opset 15 it may be only some of them. */
static gboolean
fold_shape (DermaReader *reader)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  g_auto (DermaConstant) result = { 0 };
  DermaShape shape = { .rank = 1 };
  gint64 start, end, rank;
  guint tensor;

  if (!x)
    return derma_reader_fail (reader, DERMA_ERROR_FORMAT, "input 0 is missing");
  rank = (gint64)x->rank;
  start = derma_reader_get_int (reader, "start", 0);
  end = derma_reader_get_int (reader, "end", rank);
  start = CLAMP (start < 0 ? start + rank : start, 0, rank);
  end = CLAMP (end < 0 ? end + rank : end, start, rank);
  shape.dims[0] = end - start;
  if (!derma_constant_init (reader, &result, DERMA_DTYPE_INT64, &shape))
    return FALSE;
  for (gint64 i = start; i < end; i++)
    result.values[i - start] = (gdouble)x->dims[i];
  tensor = derma_constant_store (reader, &result, reader->node->output[0]);
  return tensor != DERMA_NO_TENSOR && derma_reader_alias (reader, 0, tensor);
}

gboolean
derma_fold_node (DermaReader *reader, gboolean *folded)
{
  const DermaTensor *x = derma_reader_get_tensor (reader, 0);
  const gchar *op = reader->node->op_type;
  Evaluate evaluator;

  *folded = TRUE;
  if (strcmp (op, "Shape") == 0)
    return fold_shape (reader);
  /* Another name for the same bytes, however many. */
  if (strcmp (op, "Identity") == 0 && x && x->data)
    return derma_reader_alias (reader, 0, derma_reader_get_input (reader, 0));
  evaluator = find_evaluator (reader);
  if (evaluator)
    return evaluate (reader, evaluator);
  *folded = FALSE;
  return TRUE;
}
