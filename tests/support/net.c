/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/net.h"

#include "support/reference.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <math.h>
#include <string.h>

Net *
net_new (guint32 seed, gint64 c, gint64 h, gint64 w)
{
  Net *net = g_new0 (Net, 1);

  net->ir = derma_ir_new ();
  net->random = g_rand_new_with_seed (seed);
  net->last = net->ir->input =
      derma_ir_add_tensor (net->ir, "input", DERMA_DTYPE_FLOAT32, NET_SHAPE (1, c, h, w), NULL);
  return net;
}

void
net_free (Net *net)
{
  if (net->ir)
    derma_ir_free (net->ir);
  g_rand_free (net->random);
  g_free (net);
}

gint
net_draw (Net *net, gint low, gint high)
{
  return g_rand_int_range (net->random, low, high + 1);
}

guint
net_constant (Net *net, DermaDtype dtype, gconstpointer data, guint rank, const gint64 *dims)
{
  gsize n = derma_dtype_size (dtype);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < rank; i++)
    n *= (gsize)dims[i];
  bytes = g_bytes_new (data, n);
  return derma_ir_add_tensor (net->ir, "constant", dtype, rank, dims, bytes);
}

guint
net_floats (Net *net, gfloat low, gfloat high, guint rank, const gint64 *dims)
{
  g_autofree gfloat *data = NULL;
  gsize n = 1;

  for (guint i = 0; i < rank; i++)
    n *= (gsize)dims[i];
  data = g_new (gfloat, n);
  for (gsize i = 0; i < n; i++)
    data[i] = (gfloat)g_rand_double_range (net->random, low, high);
  return net_constant (net, DERMA_DTYPE_FLOAT32, data, rank, dims);
}

guint
net_float (Net *net, gfloat value)
{
  return net_constant (net, DERMA_DTYPE_FLOAT32, &value, 0, NULL);
}

DermaNode *
net_node (Net *net, DermaOp op, guint n, const guint *inputs, guint rank, const gint64 *dims)
{
  net->last = derma_ir_add_tensor (net->ir, "hidden", DERMA_DTYPE_FLOAT32, rank, dims, NULL);
  return derma_ir_add_node (net->ir, op, "the node", "TheOp", n, inputs, 1, &net->last);
}

static const DermaTensor *
get_last (const Net *net)
{
  return derma_ir_get_tensor (net->ir, net->last);
}

DermaNode *
net_map (Net *net, DermaOp op)
{
  const DermaTensor *x = get_last (net);
  gint64 dims[DERMA_MAX_RANK];

  memcpy (dims, x->dims, sizeof dims);
  return net_node (net, op, 1, (const guint[]){ net->last }, x->rank, dims);
}

void
net_clip (Net *net, gfloat min, gfloat max)
{
  DermaNode *node = net_map (net, DERMA_OP_CLIP);

  node->attrs.clip.min = min;
  node->attrs.clip.max = max;
}

static gint64
slide (const DermaWindow *w, guint axis, gint64 extent)
{
  gint64 span = (gint64)(w->kernel[axis] - 1) * w->dilation[axis] + 1;

  return (extent + w->pads[axis] + w->pads[axis + 2] - span) / w->stride[axis] + 1;
}

DermaNode *
net_conv (Net *net, const DermaWindow *window, gint64 channels, gboolean bias)
{
  const DermaTensor *x = get_last (net);
  gint64 w[] = { channels, x->dims[1] / window->groups, window->kernel[0], window->kernel[1] };
  gint64 y[] = { 1, channels, slide (window, 0, x->dims[2]), slide (window, 1, x->dims[3]) };
  guint inputs[] = { net->last, net_floats (net, -1, 1, 4, w), DERMA_NO_TENSOR };
  DermaNode *node;

  if (bias)
    inputs[2] = net_floats (net, -1, 1, 1, w);
  node = net_node (net, DERMA_OP_CONV, bias ? 3 : (guint)net_draw (net, 2, 3), inputs, 4, y);
  node->attrs.conv = *window;
  return node;
}

DermaNode *
net_pool (Net *net, DermaOp op, const DermaWindow *window)
{
  const DermaTensor *x = get_last (net);
  gint64 y[] = { 1, x->dims[1], slide (window, 0, x->dims[2]), slide (window, 1, x->dims[3]) };
  DermaNode *node = net_node (net, op, 1, (const guint[]){ net->last }, 4, y);

  node->attrs.pool = *window;
  return node;
}

void
net_scale_shift (Net *net)
{
  const DermaTensor *x = get_last (net);
  gint64 dims[DERMA_MAX_RANK];
  guint rank = x->rank, inputs[3] = { net->last };

  memcpy (dims, x->dims, sizeof dims);
  inputs[1] = net_floats (net, 0.5f, 2, 1, dims + 1);
  inputs[2] = net_floats (net, -1, 1, 1, dims + 1);
  net_node (net, DERMA_OP_SCALE_SHIFT, 3, inputs, rank, dims);
}

void
net_dense (Net *net, gint64 channels, gboolean bias)
{
  const DermaTensor *x = get_last (net);
  gint64 w[] = { channels, x->dims[x->rank - 1] }, y[DERMA_MAX_RANK];
  guint rank = x->rank, inputs[3] = { net->last };

  memcpy (y, x->dims, sizeof y);
  y[rank - 1] = channels;
  inputs[1] = net_floats (net, -1, 1, 2, w);
  inputs[2] = bias ? net_floats (net, -1, 1, 1, w) : DERMA_NO_TENSOR;
  net_node (net, DERMA_OP_FULLY_CONNECTED, 3, inputs, rank, y);
}

void
net_reshape (Net *net, guint rank, const gint64 *dims)
{
  net_node (net, DERMA_OP_RESHAPE, 1, (const guint[]){ net->last }, rank, dims);
}

void
net_quantize (Net *net, DermaDtype dtype, gfloat scale, gint zero_point)
{
  gint8 byte = (gint8)zero_point;
  guint inputs[3] = { net->last, net_float (net, scale), net_constant (net, dtype, &byte, 0, NULL) };
  const DermaTensor *x = get_last (net);
  gint64 dims[DERMA_MAX_RANK];
  guint rank = x->rank;

  memcpy (dims, x->dims, sizeof dims);
  net_node (net, DERMA_OP_QUANTIZE, 3, inputs, rank, dims)->attrs.axis = -1;
  derma_ir_get_tensor (net->ir, net->last)->dtype = dtype;
  inputs[0] = net->last;
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, rank, dims)->attrs.axis = -1;
}

guint
net_quantized_weights (Net *net, gint axis, guint rank, const gint64 *dims)
{
  g_autofree gint8 *data = NULL;
  gint64 n = 1, n_scales = axis < 0 ? 1 : dims[axis];
  g_autofree gint8 *zeros = g_new0 (gint8, n_scales);
  guint inputs[3], kept = net->last, weights;

  for (guint i = 0; i < rank; i++)
    n *= dims[i];
  data = g_new (gint8, n);
  for (gint64 i = 0; i < n; i++)
    data[i] = (gint8)net_draw (net, -127, 127);
  inputs[0] = net_constant (net, DERMA_DTYPE_INT8, data, rank, dims);
  inputs[1] = net_floats (net, 0.002f, 0.01f, axis < 0 ? 0 : 1, &n_scales);
  inputs[2] = net_constant (net, DERMA_DTYPE_INT8, zeros, axis < 0 ? 0 : 1, &n_scales);
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, rank, dims)->attrs.axis = axis;
  weights = net->last;
  net->last = kept;
  return weights;
}

void
net_output (Net *net, guint tensor)
{
  g_array_append_val (net->ir->outputs, tensor);
}

/* Fills in the input in ONNX order, and as the graph takes it. */
static void
draw_input (Net *net, gfloat *natural, gfloat *interleaved)
{
  const DermaTensor *x = derma_ir_get_tensor (net->ir, net->ir->input);
  gsize channels = (gsize)x->dims[1], pixels = (gsize)(x->dims[2] * x->dims[3]);

  for (gsize c = 0; c < channels; c++)
    for (gsize p = 0; p < pixels; p++) {
      natural[c * pixels + p] = (gfloat)g_rand_double_range (net->random, -2.0, 2.0);
      interleaved[p * channels + c] = natural[c * pixels + p];
    }
}

static void
compare (const gfloat *found, const gdouble *expected, gsize n, gdouble relative, gdouble absolute)
{
  gdouble largest = 0.0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (gsize i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i]) <= relative * largest + absolute))
      g_error ("element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is %.9g, not %.9g", i, n, (gdouble)found[i],
               expected[i]);
}

static void
check_with_threads (Net *net, DermaModel *model, guint threads, gdouble relative, gdouble absolute)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaGraph) graph = derma_graph_new (model, threads, &error);
  const DermaIr *ir = net->ir;
  gsize n = 0;

  g_assert_no_error (error);
  for (guint round = 0; round < 2; round++) {
    gfloat *input = derma_graph_get_input (graph, &n);
    g_autofree gfloat *natural = g_new (gfloat, n);
    g_autoptr (GPtrArray) expected = NULL;

    draw_input (net, natural, input);
    expected = reference_run (ir, natural);
    g_assert_true (derma_graph_run (graph, &error));
    for (guint i = 0; i < ir->outputs->len; i++) {
      guint tensor = g_array_index (ir->outputs, guint, i);
      const gfloat *found = derma_graph_get_output (graph, i, &n);

      g_assert_cmpuint (n, ==, derma_tensor_n_elements (derma_ir_get_tensor (ir, tensor)));
      compare (found, g_ptr_array_index (expected, tensor), n, relative, absolute);
    }
  }
}

void
net_check (Net *net, gdouble relative, gdouble absolute)
{
  g_autoptr (DermaModel) model = NULL;

  if (!net->ir->outputs->len)
    net_output (net, net->last);
  model = derma_model_new_from_ir (net->ir, "net.onnx");
  check_with_threads (net, model, 1, relative, absolute);
  check_with_threads (net, model, 2, relative, absolute);
  net->ir = NULL;
}

void
net_check_refused (Net *net, gint code, const gchar *text)
{
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (GError) error = NULL;

  if (!net->ir->outputs->len)
    net_output (net, net->last);
  model = derma_model_new_from_ir (g_steal_pointer (&net->ir), "net.onnx");
  g_assert_null (derma_graph_new (model, 1, &error));
  g_assert_error (error, DERMA_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, "net.onnx: "));
  g_assert_null (strchr (error->message, '\n'));
  if (!strstr (error->message, text))
    g_error ("'%s' does not say '%s'", error->message, text);
}
