/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"

#include <derma/error.h>

#include "model/model-limits.h"

#include <math.h>

static const DermaBuilder builders[] = {
  [DERMA_OP_CONV] = derma_lower_conv,
  [DERMA_OP_SCALE_SHIFT] = derma_lower_scale_shift,
  [DERMA_OP_CLIP] = derma_lower_clip,
  [DERMA_OP_LEAKY_RELU] = derma_lower_unary,
  [DERMA_OP_PRELU] = derma_lower_prelu,
  [DERMA_OP_ELU] = derma_lower_unary,
  [DERMA_OP_HARD_SWISH] = derma_lower_unary,
  [DERMA_OP_HARD_SIGMOID] = derma_lower_hard_sigmoid,
  [DERMA_OP_SIGMOID] = derma_lower_unary,
  [DERMA_OP_ADD] = derma_lower_binary,
  [DERMA_OP_SUB] = derma_lower_binary,
  [DERMA_OP_MUL] = derma_lower_binary,
  [DERMA_OP_DIV] = derma_lower_binary,
  [DERMA_OP_GLOBAL_AVERAGE_POOL] = derma_lower_global_pool,
  [DERMA_OP_AVERAGE_POOL] = derma_lower_average_pool,
  [DERMA_OP_MAX_POOL] = derma_lower_max_pool,
  [DERMA_OP_RESHAPE] = derma_lower_reshape,
  [DERMA_OP_TRANSPOSE] = derma_lower_transpose,
  [DERMA_OP_FULLY_CONNECTED] = derma_lower_dense,
  [DERMA_OP_SOFTMAX] = derma_lower_softmax,
  [DERMA_OP_PAD] = derma_lower_pad,
  [DERMA_OP_CONCAT] = derma_lower_concat,
  [DERMA_OP_SLICE] = derma_lower_slice,
  [DERMA_OP_QUANTIZE] = derma_lower_quantize,
  [DERMA_OP_DEQUANTIZE] = derma_lower_dequantize,
};

void
derma_lower_refuse (DermaLower *lower, DermaError code, const gchar *format, ...)
{
  g_autofree gchar *cause = NULL;
  va_list args;

  if (lower->error)
    return;
  va_start (args, format);
  cause = g_strdup_vprintf (format, args);
  va_end (args);
  if (lower->node)
    lower->error = g_error_new (DERMA_ERROR, (gint)code, "%s: node '%s' (%s): %s", derma_model_get_name (lower->model),
                                lower->node->name, lower->node->op_type, cause);
  else
    lower->error = g_error_new (DERMA_ERROR, (gint)code, "%s: %s", derma_model_get_name (lower->model), cause);
}

const DermaTensor *
derma_lower_get_tensor (const DermaLower *lower, guint tensor)
{
  return derma_ir_get_tensor (lower->ir, tensor);
}

const DermaNode *
derma_lower_get_only_reader (const DermaLower *lower, guint tensor, DermaOp op)
{
  const DermaNode *reader;

  if (lower->n_readers[tensor] != 1 || lower->readers[tensor] == G_MAXUINT)
    return NULL;
  reader = g_ptr_array_index (lower->ir->nodes, lower->readers[tensor]);
  return reader->op == op && reader->inputs[0] == tensor ? reader : NULL;
}

void
derma_lower_take_in (DermaLower *lower, const DermaNode *node)
{
  lower->done[lower->writers[node->outputs[0]]] = TRUE;
}

DermaSink
derma_sink_plain (guint tensor)
{
  return (DermaSink){ .tensor = tensor, .min = -INFINITY, .max = INFINITY };
}

gboolean
derma_sink_clip (DermaSink *sink, const DermaNode *clip)
{
  gfloat max = clip->attrs.clip.max, min = MIN (clip->attrs.clip.min, max);

  if (isnan (clip->attrs.clip.min) || isnan (max) || min == INFINITY || max == -INFINITY)
    return FALSE;
  sink->min = CLAMP (sink->min, min, max);
  sink->max = CLAMP (sink->max, min, max);
  if (sink->min == sink->max)
    sink->max = nextafterf (sink->max, INFINITY);
  return TRUE;
}

DermaSink
derma_lower_follow (DermaLower *lower, guint tensor)
{
  DermaSink sink = derma_sink_plain (tensor);

  derma_lower_follow_clips (lower, &sink);
  return sink;
}

void
derma_lower_follow_clips (DermaLower *lower, DermaSink *sink)
{
  const DermaNode *clip;

  while ((clip = derma_lower_get_only_reader (lower, sink->tensor, DERMA_OP_CLIP)) && derma_sink_clip (sink, clip)) {
    sink->tensor = clip->outputs[0];
    derma_lower_take_in (lower, clip);
  }
}

const DermaNode *
derma_lower_peek_quantize (DermaLower *lower, const DermaSink *sink, DermaSink *quantized)
{
  const DermaNode *node = derma_lower_get_only_reader (lower, sink->tensor, DERMA_OP_QUANTIZE);
  gdouble low, high;

  *quantized = *sink;
  if (!node || !derma_lower_get_quantization (lower, node, &quantized->scale, &quantized->zero_point))
    return NULL;
  quantized->quantized = TRUE;
  quantized->tensor = node->outputs[0];
  low = rint (sink->min / (gdouble)quantized->scale) + quantized->zero_point;
  high = rint (sink->max / (gdouble)quantized->scale) + quantized->zero_point;
  return CLAMP (low, -128.0, 127.0) < CLAMP (high, -128.0, 127.0) ? node : NULL;
}

gpointer
derma_lower_alloc (DermaLower *lower, gsize size)
{
  gpointer memory = derma_plan_alloc (lower->plan, size);

  if (!memory)
    derma_lower_refuse (lower, DERMA_ERROR_LIMIT, "not enough memory for %" G_GSIZE_FORMAT " bytes of constants", size);
  return memory;
}

DermaStep *
derma_lower_add_step (DermaLower *lower, DermaEmit emit, const DermaSink *sink, guint rank, const gsize *dims)
{
  DermaStep step = { .emit = emit, .node = lower->node, .min = sink->min, .max = sink->max };
  DermaValue *value;

  step.output = derma_lower_add_value (lower, rank, dims);
  if (sink->quantized) {
    value = derma_plan_get_value (lower->plan, step.output);
    value->dtype = DERMA_DTYPE_INT8;
    value->scale = sink->scale;
    value->zero_point = sink->zero_point;
  }
  g_array_append_val (lower->plan->steps, step);
  return &g_array_index (lower->plan->steps, DermaStep, lower->plan->steps->len - 1);
}

guint
derma_lower_add_value (DermaLower *lower, guint rank, const gsize *dims)
{
  DermaValue value = { .dtype = DERMA_DTYPE_FLOAT32, .rank = rank };

  for (guint i = 0; i < rank; i++)
    value.dims[i] = dims[i];
  return derma_plan_add_value (lower->plan, &value);
}

guint
derma_lower_add_constant (DermaLower *lower, guint rank, const gsize *dims, gfloat *data)
{
  guint index = derma_lower_add_value (lower, rank, dims);

  derma_plan_get_value (lower->plan, index)->data = data;
  return index;
}

static void
note_links (DermaLower *lower)
{
  for (guint i = 0; i < lower->ir->nodes->len; i++) {
    const DermaNode *node = g_ptr_array_index (lower->ir->nodes, i);

    for (guint j = 0; j < node->n_inputs; j++) {
      if (node->inputs[j] == DERMA_NO_TENSOR)
        continue;
      lower->readers[node->inputs[j]] = i;
      lower->n_readers[node->inputs[j]]++;
    }
    for (guint j = 0; j < node->n_outputs; j++)
      lower->writers[node->outputs[j]] = i;
  }
  for (guint i = 0; i < lower->ir->outputs->len; i++)
    lower->n_readers[g_array_index (lower->ir->outputs, guint, i)] += 2;
}

static void
lower_init (DermaLower *lower, const DermaModel *model)
{
  guint n = 0;

  *lower = (DermaLower){ .model = model, .ir = derma_model_get_ir (model), .plan = derma_plan_new () };
  n = lower->ir->tensors->len;
  lower->views = g_new0 (DermaView, n);
  lower->writers = g_new (guint, n);
  lower->readers = g_new (guint, n);
  lower->n_readers = g_new0 (guint, n);
  lower->padding = g_new0 (DermaPadding, n);
  lower->done = g_new0 (gboolean, lower->ir->nodes->len);
  lower->folded = g_new0 (gconstpointer, n);
  lower->stored = derma_lower_new_stored ();
  for (guint i = 0; i < n; i++) {
    lower->views[i].value = DERMA_NO_VALUE;
    lower->writers[i] = lower->readers[i] = G_MAXUINT;
  }
  note_links (lower);
}

static void
lower_clear (DermaLower *lower)
{
  g_clear_pointer (&lower->plan, derma_plan_free);
  g_free (lower->views);
  g_free (lower->writers);
  g_free (lower->readers);
  g_free (lower->n_readers);
  g_free (lower->padding);
  g_free (lower->done);
  g_free (lower->folded);
  g_array_unref (lower->stored);
  g_clear_error (&lower->error);
}

static void
lower_input (DermaLower *lower)
{
  const DermaTensor *input = derma_lower_get_tensor (lower, lower->ir->input);
  guint order[DERMA_MAX_RANK];
  gsize dims[DERMA_MAX_RANK];
  guint value;

  derma_lower_get_order (input->rank, order);
  for (guint i = 0; i < input->rank; i++)
    dims[i] = (gsize)input->dims[order[i]];
  value = derma_lower_add_value (lower, input->rank, dims);
  derma_lower_bind (lower, lower->ir->input, value, NULL);
  lower->plan->input = (DermaPort){ .value = value, .n = derma_tensor_n_elements (input) };
}

/* What the nodes ask for is bounded; the copies that they are run with can be many times that. */
static void
weigh_values (DermaLower *lower)
{
  for (; lower->n_weighed < lower->plan->values->len; lower->n_weighed++) {
    const DermaValue *value = derma_plan_get_value (lower->plan, lower->n_weighed);

    if (!value->data && !g_uint64_checked_add (&lower->n_elements, lower->n_elements, derma_value_n_elements (value)))
      lower->n_elements = G_MAXUINT64;
  }
  if (lower->n_elements > DERMA_LIMIT_PLAN_ELEMENTS)
    derma_lower_refuse (lower, DERMA_ERROR_LIMIT, "too large results to be laid out");
}

static void
lower_nodes (DermaLower *lower)
{
  for (guint i = 0; i < lower->ir->nodes->len && !lower->error; i++) {
    lower->node = g_ptr_array_index (lower->ir->nodes, i);
    if (lower->done[i])
      continue;
    if (lower->node->op < G_N_ELEMENTS (builders))
      builders[lower->node->op](lower, lower->node);
    else
      derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "this operator is not supported");
    weigh_values (lower);
  }
  lower->node = NULL;
}

/* Outputs leave in ONNX order as floats; a packed part of a larger value can be handed out where it is. */
static void
lower_output (DermaLower *lower, guint tensor)
{
  const DermaTensor *t = derma_lower_get_tensor (lower, tensor);
  static const guint order[] = { 0, 1, 2, 3, 4, 5 };
  DermaPort port = { .n = derma_tensor_n_elements (t) };
  DermaView view;

  if (t->dtype != DERMA_DTYPE_FLOAT32) {
    derma_lower_refuse (lower, DERMA_ERROR_UNSUPPORTED, "output '%s' is not float32", t->name);
    return;
  }
  view = derma_lower_get_view (lower, tensor);
  if (derma_view_is_packed (&view) && derma_plan_get_value (lower->plan, view.value)->dtype == DERMA_DTYPE_FLOAT32) {
    port.value = view.value;
    port.offset = view.offset;
  } else {
    port.value = derma_lower_store_float (lower, &view, order);
    weigh_values (lower);
  }
  g_array_append_val (lower->plan->outputs, port);
}

DermaPlan *
derma_lower_model (const DermaModel *model, GError **error)
{
  DermaLower lower;
  DermaPlan *plan = NULL;

  lower_init (&lower, model);
  lower_input (&lower);
  lower_nodes (&lower);
  for (guint i = 0; i < lower.ir->outputs->len && !lower.error; i++)
    lower_output (&lower, g_array_index (lower.ir->outputs, guint, i));
  if (lower.error) {
    g_propagate_error (error, g_steal_pointer (&lower.error));
  } else {
    derma_plan_place_values (lower.plan);
    plan = g_steal_pointer (&lower.plan);
  }
  lower_clear (&lower);
  return plan;
}
