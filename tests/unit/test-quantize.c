/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/lower.h"
#include "support/net.h"

#include <derma/error.h>
#include <derma/graph.h>

#include <math.h>

/* Where float and int8 kernels may disagree: one step of the last quantisation. */
#define STEP 0.05f

static const DermaDtype types[] = { DERMA_DTYPE_INT8, DERMA_DTYPE_UINT8 };

static gint
zero_point_of (DermaDtype type)
{
  return type == DERMA_DTYPE_UINT8 ? 131 : 3;
}

static void
quantize (Net *net, DermaDtype type, gfloat scale)
{
  net_quantize (net, type, scale, zero_point_of (type));
}

static void
quantized_conv (Net *net, guint groups, gint64 channels, gint axis)
{
  const DermaTensor *x = derma_ir_get_tensor (net->ir, net->last);
  gint64 w[] = { channels, x->dims[1] / groups, 3, 3 };
  gint64 y[] = { 1, channels, x->dims[2], x->dims[3] };
  guint inputs[] = { net->last, net_quantized_weights (net, axis, 4, w), net_floats (net, -1, 1, 1, w) };

  net_node (net, DERMA_OP_CONV, 3, inputs, 4, y)->attrs.conv = (DermaWindow){
    .kernel = { 3, 3 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .pads = { 1, 1, 1, 1 }, .groups = groups
  };
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (Net) net = net_new (i, 5, 4, 3);

    quantize (net, types[i], 0.01f);
    net_check (net, 0, 0.0101);
  }
}

/* XNNPACK's int8 kernels multiply what lies behind fewer than 8 channels by zero, which Valgrind cannot know. */
static gboolean
is_too_narrow_for_valgrind (guint channels)
{
  return channels % 8 && g_strcmp0 (g_getenv ("DERMA_UNDER"), "valgrind") == 0;
}

static void
test_conv (void)
{
  for (guint seed = 0; seed < 24; seed++) {
    guint groups = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 8 : 2;
    g_autoptr (Net) net = net_new (seed, 8, 6, 5);
    DermaDtype type = types[seed % 2];

    if (is_too_narrow_for_valgrind (8 / groups))
      continue;
    quantize (net, type, 0.02f);
    quantized_conv (net, groups, 16, seed % 4 < 2 ? 0 : -1);
    if (seed % 5 == 0)
      net_clip (net, 0.0f, 6.0f);
    quantize (net, type, STEP);
    net_check (net, 0, STEP * 1.01);
  }
}

/* A whole number of steps apart at most shows that the convolution was computed on integers. */
static void
test_conv_is_int8 (void)
{
  g_autoptr (Net) net = net_new (1, 8, 6, 5);
  g_autoptr (DermaModel) model = NULL;
  g_autoptr (DermaGraph) graph = NULL;
  gsize n = 0;

  quantize (net, DERMA_DTYPE_INT8, 0.02f);
  quantized_conv (net, 1, 16, 0);
  quantize (net, DERMA_DTYPE_INT8, STEP);
  net_output (net, net->last);
  model = derma_model_new_from_ir (g_steal_pointer (&net->ir), "net.onnx");
  graph = derma_graph_new (model, 1, NULL);
  for (gsize i = 0; i < 240; i++)
    derma_graph_get_input (graph, NULL)[i] = (gfloat)i / 240.0f;
  g_assert_true (derma_graph_run (graph, NULL));
  derma_graph_get_output (graph, 0, &n);
  for (gsize i = 0; i < n; i++) {
    gdouble steps = (gdouble)derma_graph_get_output (graph, 0, NULL)[i] / STEP;

    g_assert_cmpfloat (fabs (steps - rint (steps)), <, 1e-4);
  }
}

/* A normalisation that its exporter did not fold away, between the weights and the quantisation of the result. */
static void
test_conv_then_normalisation (void)
{
  for (guint seed = 0; seed < 16; seed++) {
    g_autoptr (Net) net = net_new (seed, 8, 6, 5);
    DermaDtype type = types[seed % 2];

    quantize (net, type, 0.02f);
    quantized_conv (net, seed % 4 < 2 ? 1 : 8, 8, seed % 3 ? 0 : -1);
    net_scale_shift (net);
    if (seed % 5 == 0)
      net_clip (net, 0.0f, 6.0f);
    quantize (net, type, STEP);
    net_check (net, 0, STEP * 1.01);
  }
}

/* The last convolution has no QuantizeLinear behind it. */
static void
test_conv_to_float (void)
{
  g_autoptr (Net) net = net_new (1, 8, 6, 5);

  quantize (net, DERMA_DTYPE_INT8, 0.02f);
  quantized_conv (net, 1, 7, 0);
  net_check (net, 1e-3, 0.02 * 0.01 * 127 * 9);
}

static void
test_dense (void)
{
  for (guint seed = 0; seed < 8; seed++) {
    g_autoptr (Net) net = net_new (seed, 8, 3, 3);
    guint inputs[3];

    quantize (net, types[seed % 2], 0.02f);
    net_node (net, DERMA_OP_GLOBAL_AVERAGE_POOL, 1, (const guint[]){ net->last }, NET_SHAPE (1, 8, 1, 1));
    quantize (net, types[seed % 2], 0.01f);
    net_reshape (net, NET_SHAPE (1, 8));
    inputs[0] = net->last;
    inputs[1] = net_quantized_weights (net, seed % 4 < 2 ? 0 : -1, NET_SHAPE (7, 8));
    inputs[2] = net_floats (net, -1, 1, NET_SHAPE (7));
    net_node (net, DERMA_OP_FULLY_CONNECTED, 3, inputs, NET_SHAPE (1, 7));
    quantize (net, types[seed % 2], STEP);
    net_check (net, 0, STEP * 1.01);
  }
}

static void
test_binary (void)
{
  static const DermaOp operators[] = { DERMA_OP_ADD, DERMA_OP_SUB, DERMA_OP_MUL, DERMA_OP_DIV };

  for (guint i = 0; i < 8; i++) {
    g_autoptr (Net) net = net_new (i, 5, 4, 3);
    guint inputs[2];

    quantize (net, types[i % 2], 0.02f);
    inputs[0] = net->last;
    net_map (net, DERMA_OP_SIGMOID);
    net_quantize (net, types[i % 2], 1.0f / 256.0f, i % 2 ? 0 : -128);
    inputs[1] = net->last;
    net_node (net, operators[i / 2], 2, inputs, NET_SHAPE (1, 5, 4, 3));
    quantize (net, types[i % 2], STEP);
    net_check (net, i / 2 == 3 ? 0.02 : 0, STEP * 1.01);
  }
}

/* Reshapes, pools and concatenations leave int8 as it is. */
static void
test_moves (void)
{
  DermaWindow window = { .kernel = { 3, 3 }, .stride = { 2, 2 }, .dilation = { 1, 1 }, .pads = { 1, 1, 1, 1 } };
  g_autoptr (Net) net = net_new (1, 4, 6, 6);
  guint x;

  quantize (net, DERMA_DTYPE_UINT8, 0.02f);
  net_pool (net, DERMA_OP_MAX_POOL, &window);
  quantize (net, DERMA_DTYPE_UINT8, 0.02f);
  x = net->last;
  net_node (net, DERMA_OP_CONCAT, 2, (const guint[]){ x, x }, NET_SHAPE (1, 8, 3, 3))->attrs.axis = 1;
  quantize (net, DERMA_DTYPE_UINT8, 0.02f);
  net_reshape (net, NET_SHAPE (1, 72));
  quantize (net, DERMA_DTYPE_UINT8, 0.02f);
  net_check (net, 0, 0.0201);
}

static void
test_concat_of_two_scales (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 6);
  guint x = net->last, parts[2];

  quantize (net, DERMA_DTYPE_INT8, 0.02f);
  parts[0] = net->last;
  net->last = x;
  quantize (net, DERMA_DTYPE_INT8, 0.03f);
  parts[1] = net->last;
  net_node (net, DERMA_OP_CONCAT, 2, parts, NET_SHAPE (1, 8, 6, 6))->attrs.axis = 1;
  quantize (net, DERMA_DTYPE_INT8, STEP);
  net_check (net, 0, STEP * 1.01);
}

static void
test_clip (void)
{
  for (guint i = 0; i < 4; i++) {
    g_autoptr (Net) net = net_new (i, 4, 6, 6);

    quantize (net, types[i % 2], 0.02f);
    net_clip (net, -0.5f, 0.8f);
    quantize (net, types[i % 2], i / 2 ? STEP : 0.02f);
    net_check (net, 0, STEP * 1.01);
  }
}

/* Integers that are read back with another scale. */
static void
test_reinterpreted (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 6);
  guint inputs[3];

  quantize (net, DERMA_DTYPE_INT8, 0.02f);
  inputs[0] = net->last - 1;
  inputs[1] = net_float (net, 0.04f);
  inputs[2] = net_constant (net, DERMA_DTYPE_INT8, "\1", 0, NULL);
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, NET_SHAPE (1, 4, 6, 6))->attrs.axis = -1;
  net_check (net, 0, 0.0401);
}

/* Scales that XNNPACK's int8 kernels do not take are computed in float. */
static void
test_extreme_scales (void)
{
  static const gfloat scales[] = { 1e-6f, 1e-3f, 30.0f };

  for (guint i = 0; i < G_N_ELEMENTS (scales); i++) {
    g_autoptr (Net) net = net_new (i, 8, 6, 5);

    quantize (net, DERMA_DTYPE_INT8, 0.02f);
    quantized_conv (net, 8, 8, 0);
    quantize (net, DERMA_DTYPE_INT8, scales[i]);
    net_node (net, DERMA_OP_ADD, 2, (const guint[]){ net->last, net->last }, NET_SHAPE (1, 8, 6, 5));
    quantize (net, DERMA_DTYPE_INT8, scales[(i + 1) % 3]);
    net_check (net, 0, scales[i] * 2.02 + scales[(i + 1) % 3] * 1.01);
  }
}

/* A 1x1 convolution whose channel 1 has @weight everywhere, times @scale, and the others 50 times 0.01; one bias a
 * channel. */
static void
conv_with_channel (Net *net, gint8 weight, gfloat scale)
{
  const gint64 w[] = { 4, 8, 1, 1 }, n = 4;
  const gfloat scales[] = { 0.01f, scale, 0.01f, 0.01f };
  const guint kept = net->last;
  guint8 zeros[4] = { 0 };
  gint8 data[32];
  guint inputs[3];

  for (guint i = 0; i < 32; i++)
    data[i] = i / 8 == 1 ? weight : 50;
  inputs[0] = net_constant (net, DERMA_DTYPE_INT8, data, 4, w);
  inputs[1] = net_constant (net, DERMA_DTYPE_FLOAT32, scales, 1, &n);
  inputs[2] = net_constant (net, DERMA_DTYPE_INT8, zeros, 1, &n);
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, 4, w)->attrs.axis = 0;
  inputs[1] = net->last;
  inputs[0] = kept;
  inputs[2] = net_floats (net, -3, 3, 1, &n);
  net_node (net, DERMA_OP_CONV, 3, inputs, NET_SHAPE (1, 4, 6, 5))->attrs.conv =
      (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
}

/* Whether the plan for @net convolves int8 weights. */
static gboolean
convolves_integers (Net *net)
{
  g_autoptr (DermaModel) model = NULL;
  DermaPlan *plan;
  gboolean found = FALSE;

  net_output (net, net->last);
  model = derma_model_new_from_ir (g_steal_pointer (&net->ir), "net.onnx");
  plan = derma_lower_model (model, NULL);
  g_assert_nonnull (plan);
  for (guint i = 0; i < plan->steps->len; i++) {
    const DermaStep *step = &g_array_index (plan->steps, DermaStep, i);

    found = found || (step->n_inputs == 3 && derma_plan_get_value (plan, step->inputs[1])->dtype == DERMA_DTYPE_INT8);
  }
  derma_plan_free (plan);
  return found;
}

/* What training leaves of a channel that is constant does not keep the others from int8; a channel whose weights are
 * tiny and yet count does. */
static void
test_constant_channels (void)
{
  static const struct {
    gint8 weight;
    gfloat scale;
    gfloat step;
    gboolean integers;
  } cases[] = {
    { 0, 1e-10f, STEP, TRUE }, { 0, 1e-30f, STEP, TRUE },  { 127, 1e-12f, STEP, TRUE },   { 127, 1e-38f, STEP, FALSE },
    { 0, 0.01f, STEP, TRUE },  { 127, 1e-6f, 1e4f, TRUE }, { 127, 1e-16f, 1e-9f, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint pass = 0; pass < 2; pass++) {
      g_autoptr (Net) net = net_new (i, 8, 6, 5);

      quantize (net, DERMA_DTYPE_INT8, 0.02f);
      conv_with_channel (net, cases[i].weight, cases[i].scale);
      quantize (net, DERMA_DTYPE_INT8, cases[i].step);
      if (pass == 0)
        net_check (net, 0, cases[i].step * 1.01);
      else
        g_assert_cmpint (convolves_integers (net), ==, cases[i].integers);
    }
}

/* uint8 weights around another zero than the middle. */
static void
test_asymmetric_weights (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 5);
  g_autofree guint8 *data = g_new (guint8, 4 * 4);
  guint inputs[3], x;

  quantize (net, DERMA_DTYPE_UINT8, 0.02f);
  x = net->last;
  for (guint i = 0; i < 16; i++)
    data[i] = (guint8)net_draw (net, 0, 255);
  inputs[0] = net_constant (net, DERMA_DTYPE_UINT8, data, NET_SHAPE (4, 4, 1, 1));
  inputs[1] = net_float (net, 0.01f);
  inputs[2] = net_constant (net, DERMA_DTYPE_UINT8, "\144", 0, NULL);
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, NET_SHAPE (4, 4, 1, 1))->attrs.axis = -1;
  inputs[0] = x;
  inputs[1] = net->last;
  net_node (net, DERMA_OP_CONV, 2, inputs, NET_SHAPE (1, 4, 6, 5))->attrs.conv =
      (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
  quantize (net, DERMA_DTYPE_UINT8, STEP);
  net_check (net, 0, STEP * 1.01);
}

static void
test_bias_as_int32 (void)
{
  g_autoptr (Net) net = net_new (1, 8, 6, 5);
  const gint32 data[4] = { -3000, 0, 5000, 120 };
  const gint32 zero = 0;
  guint inputs[3], x, bias;

  quantize (net, DERMA_DTYPE_INT8, 0.02f);
  x = net->last;
  inputs[0] = net_constant (net, DERMA_DTYPE_INT32, data, NET_SHAPE (4));
  inputs[1] = net_float (net, 0.0002f);
  inputs[2] = net_constant (net, DERMA_DTYPE_INT32, &zero, 0, NULL);
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, NET_SHAPE (4))->attrs.axis = -1;
  bias = net->last;
  inputs[0] = x;
  inputs[1] = net_quantized_weights (net, 0, NET_SHAPE (4, 8, 1, 1));
  inputs[2] = bias;
  net_node (net, DERMA_OP_CONV, 3, inputs, NET_SHAPE (1, 4, 6, 5))->attrs.conv =
      (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
  quantize (net, DERMA_DTYPE_INT8, STEP);
  net_check (net, 0, STEP * 1.01);
}

/* Weights stored as floats, with a QuantizeLinear of their own. */
static void
test_weights_quantized_in_the_file (void)
{
  for (guint i = 0; i < 4; i++) {
    g_autoptr (Net) net = net_new (i, 8, 6, 5);
    gboolean per_channel = i % 2;
    gint64 n = 8;
    const guint8 middles[8] = { 128, 128, 128, 128, 128, 128, 128, 128 }, zeros[8] = { 0 };
    DermaDtype type = types[i / 2];
    guint inputs[3], x;

    quantize (net, type, 0.02f);
    x = net->last;
    inputs[0] = net_floats (net, -1, 1, NET_SHAPE (8, 8, 1, 1));
    inputs[1] = net_floats (net, 0.006f, 0.01f, per_channel, &n);
    inputs[2] = net_constant (net, type, type == DERMA_DTYPE_INT8 ? zeros : middles, per_channel, &n);
    net_node (net, DERMA_OP_QUANTIZE, 3, inputs, NET_SHAPE (8, 8, 1, 1))->attrs.axis = per_channel ? 0 : -1;
    derma_ir_get_tensor (net->ir, net->last)->dtype = type;
    inputs[0] = net->last;
    net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, NET_SHAPE (8, 8, 1, 1))->attrs.axis = per_channel ? 0 : -1;
    inputs[0] = x;
    inputs[1] = net->last;
    net_node (net, DERMA_OP_CONV, 2, inputs, NET_SHAPE (1, 8, 6, 5))->attrs.conv =
        (DermaWindow){ .kernel = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 };
    quantize (net, type, STEP);
    net_check (net, 0, STEP * 1.01);
  }
}

static void
test_quantized_integers (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 5);
  const gint32 data[3] = { 1, 2, 3 };
  guint inputs[3] = { net_constant (net, DERMA_DTYPE_INT32, data, NET_SHAPE (3)), net_float (net, 0.1f),
                      DERMA_NO_TENSOR };

  net_node (net, DERMA_OP_QUANTIZE, 3, inputs, NET_SHAPE (3))->attrs.axis = -1;
  derma_ir_get_tensor (net->ir, net->last)->dtype = DERMA_DTYPE_UINT8;
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): only floats can be quantised, to 8 bits");
}

static void
test_bad_scale (void)
{
  static const gfloat bad[] = { 0.0f, -0.1f, NAN, INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (Net) net = net_new (i, 4, 6, 5);

    quantize (net, DERMA_DTYPE_INT8, bad[i]);
    net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): only 8-bit values with one positive scale");
  }
}

static void
test_activations_per_axis (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 5);
  guint inputs[3] = { net->last, net_floats (net, 0.1f, 1, NET_SHAPE (4)), DERMA_NO_TENSOR };

  net_node (net, DERMA_OP_QUANTIZE, 3, inputs, NET_SHAPE (1, 4, 6, 5))->attrs.axis = 1;
  derma_ir_get_tensor (net->ir, net->last)->dtype = DERMA_DTYPE_UINT8;
  inputs[0] = net->last;
  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, NET_SHAPE (1, 4, 6, 5))->attrs.axis = 1;
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "only 8-bit values with one positive scale are supported");
}

static void
test_integer_output (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 5);

  quantize (net, DERMA_DTYPE_INT8, 0.1f);
  net_output (net, net->last - 1);
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "output 'hidden' is not float32");
}

static void
test_scales_that_do_not_fit (void)
{
  g_autoptr (Net) net = net_new (1, 4, 6, 5);
  guint inputs[3] = { net_constant (net, DERMA_DTYPE_INT8, "abcdef", NET_SHAPE (2, 3)),
                      net_floats (net, 0.1f, 1, NET_SHAPE (3)), DERMA_NO_TENSOR };

  net_node (net, DERMA_OP_DEQUANTIZE, 3, inputs, NET_SHAPE (2, 3))->attrs.axis = 0;
  net_check_refused (net, DERMA_ERROR_UNSUPPORTED, "(TheOp): the scales and zero points do not fit the tensor");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/round-trip", test_round_trip);
  g_test_add_func ("/quantize/conv", test_conv);
  g_test_add_func ("/quantize/conv-is-int8", test_conv_is_int8);
  g_test_add_func ("/quantize/conv-then-normalisation", test_conv_then_normalisation);
  g_test_add_func ("/quantize/conv-to-float", test_conv_to_float);
  g_test_add_func ("/quantize/dense", test_dense);
  g_test_add_func ("/quantize/binary", test_binary);
  g_test_add_func ("/quantize/moves", test_moves);
  g_test_add_func ("/quantize/concat-of-two-scales", test_concat_of_two_scales);
  g_test_add_func ("/quantize/clip", test_clip);
  g_test_add_func ("/quantize/reinterpreted", test_reinterpreted);
  g_test_add_func ("/quantize/extreme-scales", test_extreme_scales);
  g_test_add_func ("/quantize/constant-channels", test_constant_channels);
  g_test_add_func ("/quantize/asymmetric-weights", test_asymmetric_weights);
  g_test_add_func ("/quantize/bias-as-int32", test_bias_as_int32);
  g_test_add_func ("/quantize/weights-quantized-in-the-file", test_weights_quantized_in_the_file);
  g_test_add_func ("/quantize/quantized-integers", test_quantized_integers);
  g_test_add_func ("/quantize/bad-scale", test_bad_scale);
  g_test_add_func ("/quantize/activations-per-axis", test_activations_per_axis);
  g_test_add_func ("/quantize/integer-output", test_integer_output);
  g_test_add_func ("/quantize/scales-that-do-not-fit", test_scales_that_do_not_fit);
  return g_test_run ();
}
