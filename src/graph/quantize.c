/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <math.h>

/*
 * A DequantizeLinear gives its tensor the int8 value itself: whoever needs floats has it converted. uint8 is taken as
 * int8 with everything less 128, so that XNNPACK's int8 kernels run both.
 */
#define RECENTRE 128

static gconstpointer
get_data (const DermaTensor *tensor)
{
  return tensor->data ? g_bytes_get_data (tensor->data, NULL) : NULL;
}

/* The integers of a constant, or of a constant that a QUANTIZE has been applied to. */
static gconstpointer
get_integers (const DermaLower *lower, guint tensor)
{
  gconstpointer folded = lower->folded[tensor];

  return folded ? folded : get_data (derma_lower_get_tensor (lower, tensor));
}

static gint
get_integer (DermaDtype dtype, gconstpointer data, gsize i)
{
  switch (dtype) {
  case DERMA_DTYPE_INT8:
    return ((const gint8 *)data)[i];
  case DERMA_DTYPE_UINT8:
    return ((const guint8 *)data)[i] - RECENTRE;
  case DERMA_DTYPE_INT32:
    return ((const gint32 *)data)[i];
  default:
    return 0;
  }
}

static const DermaTensor *
get_input (const DermaLower *lower, const DermaNode *node, guint i)
{
  if (i >= node->n_inputs || node->inputs[i] == DERMA_NO_TENSOR)
    return NULL;
  return derma_lower_get_tensor (lower, node->inputs[i]);
}

/* The integers of a node: what QUANTIZE writes, what DEQUANTIZE reads. */
static DermaDtype
get_integer_type (const DermaLower *lower, const DermaNode *node)
{
  guint tensor = node->op == DERMA_OP_QUANTIZE ? node->outputs[0] : node->inputs[0];

  return derma_lower_get_tensor (lower, tensor)->dtype;
}

/* Without a zero point it is 0 of the type. */
static gint
get_zero_point (const DermaLower *lower, const DermaNode *node, gsize i)
{
  const DermaTensor *zero_point = get_input (lower, node, 2);

  if (zero_point && get_data (zero_point))
    return get_integer (zero_point->dtype, get_data (zero_point), derma_tensor_n_elements (zero_point) == 1 ? 0 : i);
  return get_integer_type (lower, node) == DERMA_DTYPE_UINT8 ? -RECENTRE : 0;
}

static const gfloat *
get_scales (const DermaLower *lower, const DermaNode *node, gsize *n)
{
  const DermaTensor *scale = get_input (lower, node, 1);

  if (!scale || scale->dtype != DERMA_DTYPE_FLOAT32)
    return NULL;
  *n = derma_tensor_n_elements (scale);
  return get_data (scale);
}

gboolean
derma_lower_get_quantization (DermaLower *lower, const DermaNode *node, gfloat *scale, gint *zero_point)
{
  DermaDtype dtype = get_integer_type (lower, node);
  gsize n = 0;
  const gfloat *scales = get_scales (lower, node, &n);

  if (!scales || n != 1 || !isnormal (scales[0]) || scales[0] < 0.0f
      || (dtype != DERMA_DTYPE_INT8 && dtype != DERMA_DTYPE_UINT8))
    return FALSE;
  *scale = scales[0];
  *zero_point = get_zero_point (lower, node, 0);
  return TRUE;
}

/* How far apart two neighbours along the axis of the scales are. */
static gsize
get_block (const DermaTensor *tensor, gint axis)
{
  gsize block = 1;

  for (guint i = (guint)axis + 1; i < tensor->rank; i++)
    block *= (gsize)tensor->dims[i];
  return block;
}

static guint
add_floats (DermaLower *lower, const DermaTensor *tensor, gfloat *data)
{
  gsize dims[DERMA_MAX_RANK];

  for (guint i = 0; i < tensor->rank; i++)
    dims[i] = (gsize)tensor->dims[i];
  return derma_lower_add_constant (lower, tensor->rank, dims, data);
}

/* The parameters of a constant, one or one a channel. */
typedef struct {
  const gfloat *scales;
  gsize n;
  gsize block; /* neighbours along the axis are that far apart */
} Parameters;

static gboolean
read_parameters (DermaLower *lower, const DermaNode *node, Parameters *parameters)
{
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  const DermaTensor *zero_point = get_input (lower, node, 2);
  gsize n_zero_points = zero_point ? derma_tensor_n_elements (zero_point) : 1;
  gint axis = node->attrs.axis;

  *parameters = (Parameters){ .block = 1 };
  parameters->scales = get_scales (lower, node, &parameters->n);
  if (parameters->scales && parameters->n > 1 && axis >= 0 && (guint)axis < x->rank
      && parameters->n == (gsize)x->dims[axis])
    parameters->block = get_block (x, axis);
  else if (!parameters->scales || parameters->n != 1)
    parameters->n = 0;
  if (parameters->n && (n_zero_points == 1 || n_zero_points == parameters->n))
    return TRUE;
  derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "the scales and zero points do not fit the tensor");
  return FALSE;
}

/* A constant becomes floats at once, whatever its type and axis. */
static void
dequantize_constant (DermaLower *lower, const DermaNode *node)
{
  static const guint own[] = { 0, 1, 2, 3, 4, 5 };
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  gconstpointer integers = get_integers (lower, node->inputs[0]);
  gsize n = derma_tensor_n_elements (x);
  Parameters parameters;
  gfloat *data;

  if (!read_parameters (lower, node, &parameters))
    return;
  data = derma_lower_alloc (lower, n * sizeof *data);
  if (!data)
    return;
  for (gsize i = 0; i < n; i++) {
    gsize channel = i / parameters.block % parameters.n;
    gdouble steps = get_integer (x->dtype, integers, i) - (gdouble)get_zero_point (lower, node, channel);

    data[i] = (gfloat)(steps * parameters.scales[channel]);
  }
  derma_lower_bind (lower, node->outputs[0], add_floats (lower, x, data), own);
}

/* Weights that are quantised in the file, as quantisation-aware training leaves them. */
static void
quantize_constant (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  DermaDtype dtype = get_integer_type (lower, node);
  gint centre = dtype == DERMA_DTYPE_UINT8 ? RECENTRE : 0;
  gsize n = derma_tensor_n_elements (x);
  const gfloat *from = get_data (x);
  Parameters parameters;
  guint8 *data;

  if (!read_parameters (lower, node, &parameters))
    return;
  if (x->dtype != DERMA_DTYPE_FLOAT32 || (dtype != DERMA_DTYPE_UINT8 && dtype != DERMA_DTYPE_INT8)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "only floats can be quantised, to 8 bits");
    return;
  }
  data = derma_lower_alloc (lower, n);
  if (!data)
    return;
  for (gsize i = 0; i < n; i++) {
    gsize channel = i / parameters.block % parameters.n;
    gdouble steps = rint (from[i] / (gdouble)parameters.scales[channel]) + get_zero_point (lower, node, channel);

    data[i] = (guint8)(gint)(isnan (steps) ? 0.0 : CLAMP (steps, -128.0, 127.0) + centre);
  }
  lower->folded[node->outputs[0]] = data;
}

/* Other parameters than those the value was quantised with: the same integers mean something else. */
static void
reinterpret (DermaLower *lower, const DermaNode *node, const DermaView *view, gfloat scale, gint zero_point)
{
  DermaView natural = *view;
  DermaValue value = { .dtype = DERMA_DTYPE_INT8, .rank = view->rank, .scale = scale, .zero_point = zero_point };
  guint order[DERMA_MAX_RANK], index;

  derma_lower_get_order (view->rank, order);
  for (guint i = 0; i < view->rank; i++)
    value.dims[i] = view->dims[order[i]];
  index = derma_plan_add_value (lower->plan, &value);
  derma_lower_bind (lower, node->outputs[0], index, NULL);
  derma_lower_copy (lower, &natural, index, lower->views[node->outputs[0]].strides, 0);
}

void
derma_lower_dequantize (DermaLower *lower, const DermaNode *node)
{
  const DermaTensor *x = derma_lower_get_tensor (lower, node->inputs[0]);
  const DermaValue *value;
  DermaView view;
  gfloat scale;
  gint zero_point;

  if (x->data || lower->folded[node->inputs[0]]) {
    dequantize_constant (lower, node);
    return;
  }
  view = derma_lower_get_view (lower, node->inputs[0]);
  value = derma_plan_get_value (lower->plan, view.value);
  if (!derma_lower_get_quantization (lower, node, &scale, &zero_point)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "only 8-bit values with one positive scale are supported");
    return;
  }
  if (value->dtype != DERMA_DTYPE_INT8) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "the input does not come from a QuantizeLinear");
    return;
  }
  if (value->scale == scale && value->zero_point == zero_point)
    derma_lower_bind_view (lower, node->outputs[0], &view);
  else
    reinterpret (lower, node, &view, scale, zero_point);
}

static enum xnn_status
emit_quantize (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs, uint32_t output)
{
  return xnn_define_convert (subgraph, inputs[0], output, 0);
}

void
derma_lower_quantize (DermaLower *lower, const DermaNode *node)
{
  DermaSink sink = derma_sink_plain (node->outputs[0]);
  DermaView view;
  DermaValue value;
  DermaStep *step;
  guint input;

  if (derma_lower_get_tensor (lower, node->inputs[0])->data) {
    quantize_constant (lower, node);
    return;
  }
  view = derma_lower_get_view (lower, node->inputs[0]);
  value = *derma_plan_get_value (lower->plan, view.value);
  sink.quantized = TRUE;
  if (!derma_lower_get_quantization (lower, node, &sink.scale, &sink.zero_point)) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "only 8-bit values with one positive scale are supported");
    return;
  }
  if (value.dtype == DERMA_DTYPE_INT8 && value.scale == sink.scale && value.zero_point == sink.zero_point) {
    derma_lower_bind_view (lower, node->outputs[0], &view);
    return;
  }
  input = derma_lower_store_float (lower, &view, NULL);
  value = *derma_plan_get_value (lower->plan, input);
  step = derma_lower_add_step (lower, emit_quantize, &sink, value.rank, value.dims);
  step->n_inputs = 1;
  step->inputs[0] = input;
  derma_lower_bind (lower, node->outputs[0], step->output, NULL);
}

static gboolean
is_symmetric (const DermaLower *lower, const DermaNode *node, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (get_zero_point (lower, node, i) != 0)
      return FALSE;
  return TRUE;
}

gboolean
derma_lower_get_weights (DermaLower *lower, guint tensor, DermaWeights *weights)
{
  guint writer = lower->writers[tensor];
  const DermaNode *node = writer == G_MAXUINT ? NULL : g_ptr_array_index (lower->ir->nodes, writer);
  const DermaTensor *x = node ? derma_lower_get_tensor (lower, node->inputs[0]) : NULL;
  gconstpointer integers = node ? get_integers (lower, node->inputs[0]) : NULL;
  gsize n = 0, n_elements, n_channels;
  const gfloat *given;
  gfloat *scales;
  gint8 *data;

  if (!node || node->op != DERMA_OP_DEQUANTIZE || !integers
      || (x->dtype != DERMA_DTYPE_INT8 && x->dtype != DERMA_DTYPE_UINT8) || !(given = get_scales (lower, node, &n))
      || (n > 1 && node->attrs.axis != 0) || !is_symmetric (lower, node, n))
    return FALSE;
  n_elements = derma_tensor_n_elements (x);
  n_channels = (gsize)x->dims[0];
  scales = derma_lower_alloc (lower, n_channels * sizeof *scales);
  for (gsize i = 0; scales && i < n_channels; i++) {
    scales[i] = given[n > 1 ? i : 0];
    if (!isnormal (scales[i]) || scales[i] < 0.0f)
      return FALSE;
  }
  data = derma_lower_alloc (lower, n_elements);
  if (!data || !scales)
    return FALSE;
  for (gsize i = 0; i < n_elements; i++)
    data[i] = (gint8)get_integer (x->dtype, integers, i);
  *weights = (DermaWeights){ .data = data, .scales = scales };
  return TRUE;
}

const gfloat *
derma_lower_get_floats (DermaLower *lower, guint tensor)
{
  static const guint own[] = { 0, 1, 2, 3, 4, 5 };
  const DermaTensor *t = derma_lower_get_tensor (lower, tensor);
  DermaView view;

  if (t->data)
    return t->dtype == DERMA_DTYPE_FLOAT32 ? get_data (t) : NULL;
  view = lower->views[tensor];
  if (view.value == DERMA_NO_VALUE || !derma_plan_get_value (lower->plan, view.value)->data)
    return NULL;
  return derma_plan_get_value (lower->plan, derma_lower_store_float (lower, &view, own))->data;
}
