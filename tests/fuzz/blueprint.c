/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blueprint.h"

#include "support/onnx-builder.h"

#define MAX_NODES 12
#define TYPE_INT8 3
#define TYPE_UINT8 2

/* What a tensor is like, as far as that is followed; the reader of networks knows better. */
typedef struct {
  gint c, h, w;
} Guess;

typedef struct {
  DermaOnnxBuilder *builder;
  FuzzInput *input;
  guint n;         /* tensors that are computed: t0 is the picture */
  guint constants; /* k0, k1, ... */
  Guess guesses[MAX_NODES + 2];
  guint from; /* the tensor that is worked on */
} Draft;

static gint
draw (Draft *draft, gint low, gint high)
{
  return low + (gint)fuzz_input_below (draft->input, (guint)(high - low + 1));
}

static Guess
get_guess (const Draft *draft)
{
  return draft->guesses[draft->from];
}

/* Adds a constant, of which @text is what comes behind "NAME="; returns its name. */
static gchar *add_constant (Draft *draft, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static gchar *
add_constant (Draft *draft, const gchar *format, ...)
{
  gchar *name = g_strdup_printf ("k%u", draft->constants++);
  g_autofree gchar *text = NULL;
  g_autofree gchar *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strconcat (name, "=", text, NULL);
  derma_onnx_builder_add_constants (draft->builder, line);
  return name;
}

/* Adds a node that gives the next tensor. @others: (nullable): its inputs beside the one that is worked on */
static void
add_node (Draft *draft, const gchar *op, const gchar *others, const gchar *attributes, Guess guess)
{
  g_autofree gchar *inputs = g_strdup_printf (others ? "t%u,%s" : "t%u", draft->from, others);
  g_autofree gchar *output = g_strdup_printf ("t%u", draft->n);

  derma_onnx_builder_add_node (draft->builder, op, inputs, output, attributes);
  draft->guesses[draft->n++] = guess;
}

static gint
count_steps (gint side, gint pads, gint kernel, gint stride)
{
  return MAX ((side + pads - kernel) / stride + 1, 1);
}

/* kernel_shape, strides, pads and dilations, and what becomes of the sides. */
static gchar *
draw_window (Draft *draft, gint kernel[2], Guess *guess)
{
  gint strides[2] = { draw (draft, 1, 3), draw (draft, 1, 3) }, dilation = draw (draft, 0, 7) == 7 ? 2 : 1;
  gint pads[4];

  for (guint i = 0; i < 2; i++)
    kernel[i] = MIN (draw (draft, 1, 4), i == 0 ? guess->h : guess->w);
  for (guint i = 0; i < 4; i++)
    pads[i] = draw (draft, 0, 3) == 3 ? MIN (1, kernel[i % 2] - 1) : 0;
  guess->h = count_steps (guess->h, pads[0] + pads[2], dilation * (kernel[0] - 1) + 1, strides[0]);
  guess->w = count_steps (guess->w, pads[1] + pads[3], dilation * (kernel[1] - 1) + 1, strides[1]);
  return g_strdup_printf ("kernel_shape=[%d,%d] strides=[%d,%d] pads=[%d,%d,%d,%d] dilations=[%d,%d]", kernel[0],
                          kernel[1], strides[0], strides[1], pads[0], pads[1], pads[2], pads[3], dilation, dilation);
}

static void
add_conv (Draft *draft)
{
  Guess guess = get_guess (draft);
  gint kernel[2], c = guess.c, groups = draw (draft, 0, 2) == 0 ? MAX (c, 1) : 1;
  g_autofree gchar *window = draw_window (draft, kernel, &guess);
  g_autofree gchar *attributes = g_strdup_printf ("%s group=%d", window, groups);
  g_autofree gchar *weights = NULL, *bias = NULL, *others = NULL;

  guess.c = groups > 1 ? groups * draw (draft, 1, 2) : draw (draft, 1, 8);
  weights = add_constant (draft, "f(%d,%d,%d,%d)", guess.c, c / groups, kernel[0], kernel[1]);
  bias = add_constant (draft, "f(%d)", guess.c);
  others = draw (draft, 0, 1) ? g_strdup_printf ("%s,%s", weights, bias) : g_strdup (weights);
  add_node (draft, "Conv", others, attributes, guess);
}

static void
add_pool (Draft *draft)
{
  static const gchar *const options[] = { "", " ceil_mode=1", " count_include_pad=1" };
  Guess guess = get_guess (draft);
  gint kernel[2], kind = draw (draft, 0, 3);
  g_autofree gchar *window = NULL, *attributes = NULL;

  if (kind == 0) {
    add_node (draft, "GlobalAveragePool", NULL, NULL, (Guess){ guess.c, 1, 1 });
    return;
  }
  if (kind == 1) {
    add_node (draft, "ReduceMean", NULL, draw (draft, 0, 1) ? "axes=[2,3] keepdims=0" : "axes=[2,3] keepdims=1",
              (Guess){ guess.c, 1, 1 });
    return;
  }
  window = draw_window (draft, kernel, &guess);
  attributes = g_strconcat (window, options[draw (draft, 0, kind == 2 ? 1 : 2)], NULL);
  add_node (draft, kind == 2 ? "MaxPool" : "AveragePool", NULL, attributes, guess);
}

static void
add_map (Draft *draft)
{
  static const gchar *const ops[][2] = {
    { "Relu", "" },           { "LeakyRelu", "alpha=0.1" },
    { "Elu", "alpha=1.0" },   { "HardSwish", "" },
    { "Sigmoid", "" },        { "Identity", "" },
    { "Softmax", "axis=1" },  { "HardSigmoid", "alpha=0.16666667 beta=0.5" },
    { "Softmax", "axis=-1" }, { "HardSigmoid", "alpha=0.2 beta=0.5" },
    { "Dropout", "" },        { "Softmax", "" },
  };
  guint which = fuzz_input_below (draft->input, G_N_ELEMENTS (ops));

  add_node (draft, ops[which][0], NULL, ops[which][1], get_guess (draft));
}

static void
add_clip (Draft *draft)
{
  gint low = draw (draft, -4, 4), high = draw (draft, -4, 8);
  g_autofree gchar *least = add_constant (draft, "s%d.5", low), *most = add_constant (draft, "s%d.5", high);
  g_autofree gchar *both = g_strdup_printf ("%s,%s", least, most);

  add_node (draft, "Clip", both, NULL, get_guess (draft));
}

static void
add_binary (Draft *draft)
{
  static const gchar *const ops[] = { "Add", "Sub", "Mul", "Div", "Min", "Max" };
  const gchar *op = ops[fuzz_input_below (draft->input, G_N_ELEMENTS (ops))];
  Guess guess = get_guess (draft);
  g_autofree gchar *other = NULL;

  switch (draw (draft, 0, 5)) {
  case 0:
    other = add_constant (draft, "s%d.25", draw (draft, -3, 3));
    break;
  case 1:
    other = add_constant (draft, "f(1,%d,1,1)", guess.c);
    break;
  case 2:
    other = add_constant (draft, "f(%d,1,1)", guess.c);
    break;
  case 3:
    other = add_constant (draft, "f(%d,%d)", guess.h, guess.w);
    break;
  default:
    other = g_strdup_printf ("t%d", draw (draft, 0, (gint)draft->n - 1));
  }
  add_node (draft, op, other, NULL, guess);
}

static void
add_channelwise (Draft *draft)
{
  Guess guess = get_guess (draft);
  g_autofree gchar *values = add_constant (draft, "f(%d)", guess.c);
  g_autofree gchar *slopes = add_constant (draft, "f(%d,1,1)", guess.c);
  g_autofree gchar *four = g_strdup_printf ("%s,%s,%s,%s", values, values, values, values);

  if (draw (draft, 0, 1))
    add_node (draft, "BatchNormalization", four, "epsilon=0.75", guess);
  else
    add_node (draft, "PRelu", slopes, NULL, guess);
}

static void
add_dense (Draft *draft)
{
  Guess guess = get_guess (draft);
  gint in = guess.c * guess.h * guess.w, out = draw (draft, 1, 6);
  g_autofree gchar *straight = NULL, *bias = NULL, *both = NULL;

  add_node (draft, "Flatten", NULL, NULL, (Guess){ in, 1, 1 });
  draft->from = draft->n - 1;
  if (draft->n > MAX_NODES)
    return;
  switch (draw (draft, 0, 2)) {
  case 0:
    straight = add_constant (draft, "f(%d,%d)", in, out);
    add_node (draft, "MatMul", straight, NULL, (Guess){ out, 1, 1 });
    return;
  case 1:
    straight = add_constant (draft, "f(%d,%d)", in, out);
    add_node (draft, "Gemm", straight, "alpha=0.5", (Guess){ out, 1, 1 });
    return;
  default:
    straight = add_constant (draft, "f(%d,%d)", out, in);
    bias = add_constant (draft, "f(%d)", out);
    both = g_strdup_printf ("%s,%s", straight, bias);
    add_node (draft, "Gemm", both, "transB=1 beta=2.0", (Guess){ out, 1, 1 });
  }
}

static void
add_transpose (Draft *draft)
{
  static const gchar *const perms[] = { "perm=[0,2,3,1]", "perm=[0,3,1,2]", "perm=[0,1,3,2]", "perm=[0,3,2,1]",
                                        "perm=[1,0]" };
  Guess guess = get_guess (draft);
  guint which = fuzz_input_below (draft->input, G_N_ELEMENTS (perms));
  const Guess guesses[] = { { guess.h, guess.w, guess.c },
                            { guess.w, guess.c, guess.h },
                            { guess.c, guess.w, guess.h },
                            { guess.w, guess.h, guess.c },
                            guess };

  add_node (draft, "Transpose", NULL, perms[which], guesses[which]);
}

static void
add_reshape (Draft *draft)
{
  Guess guess = get_guess (draft);
  gint all = guess.c * guess.h * guess.w;
  g_autofree gchar *shape = NULL;

  switch (draw (draft, 0, 3)) {
  case 0:
    shape = add_constant (draft, "i[1,-1]");
    guess = (Guess){ all, 1, 1 };
    break;
  case 1:
    shape = add_constant (draft, "i[1,%d,%d]", guess.c, guess.h * guess.w);
    break;
  case 2:
    shape = add_constant (draft, "i[1,%d,%d,%d]", guess.h, guess.c, guess.w);
    guess = (Guess){ guess.h, guess.c, guess.w };
    break;
  default:
    shape = add_constant (draft, "i[%d,%d,%d]", draw (draft, -1, 2), draw (draft, -1, 8), draw (draft, -1, 8));
  }
  add_node (draft, "Reshape", shape, NULL, guess);
}

static void
add_squeeze (Draft *draft)
{
  g_autofree gchar *axes = add_constant (draft, "i[%d]", draw (draft, -2, 4));

  add_node (draft, draw (draft, 0, 1) ? "Squeeze" : "Unsqueeze", axes, NULL, get_guess (draft));
}

static void
add_pad (Draft *draft)
{
  Guess guess = get_guess (draft);
  gint top = draw (draft, 0, 2), left = draw (draft, 0, 2), channels = draw (draft, 0, 7) == 7;
  g_autofree gchar *pads = add_constant (draft, "i[0,%d,%d,%d,0,0,%d,%d]", channels, top, left, left, top);
  g_autofree gchar *value = add_constant (draft, "s%d.0", draw (draft, 0, 2) - 1);
  g_autofree gchar *both = g_strdup_printf ("%s,%s", pads, value);

  add_node (draft, "Pad", draw (draft, 0, 1) ? both : pads, NULL,
            (Guess){ guess.c + channels, guess.h + top + left, guess.w + top + left });
}

static void
add_concat (Draft *draft)
{
  Guess guess = get_guess (draft);
  gint axis = draw (draft, -1, 3);
  g_autofree gchar *attributes = g_strdup_printf ("axis=%d", axis);
  g_autofree gchar *others =
      g_strdup_printf ("t%d", draw (draft, 0, 1) ? (gint)draft->from : draw (draft, 0, (gint)draft->n - 1));

  guess.c *= axis == 1 ? 2 : 1;
  guess.h *= axis == 2 ? 2 : 1;
  guess.w *= axis == 3 || axis == -1 ? 2 : 1;
  add_node (draft, "Concat", others, attributes, guess);
}

static void
add_slice (Draft *draft)
{
  Guess guess = get_guess (draft);
  gint axis = draw (draft, 1, 3), start = draw (draft, -2, 2), end = draw (draft, -2, 9);
  g_autofree gchar *starts = add_constant (draft, "i[%d]", start), *ends = add_constant (draft, "i[%d]", end);
  g_autofree gchar *axes = add_constant (draft, "i[%d]", axis);
  g_autofree gchar *all = g_strdup_printf ("%s,%s,%s", starts, ends, axes);
  gint *sides[] = { &guess.c, &guess.h, &guess.w };
  gint side = *sides[axis - 1];

  start = CLAMP (start < 0 ? start + side : start, 0, side);
  end = CLAMP (end < 0 ? end + side : end, 0, side);
  *sides[axis - 1] = MAX (end - start, 1);
  add_node (draft, "Slice", all, NULL, guess);
}

/* Through eight bits and back. */
static void
add_quantisation (Draft *draft)
{
  gboolean is_signed = draw (draft, 0, 1);
  guint8 zero = (guint8)draw (draft, 0, 255);
  g_autofree gchar *scale = add_constant (draft, "s0.0%d", draw (draft, 1, 9));
  g_autofree gchar *name = g_strdup_printf ("k%u", draft->constants++);
  g_autofree gchar *both = g_strdup_printf ("%s,%s", scale, name);
  g_autoptr (GBytes) bytes = g_bytes_new (&zero, 1);
  Guess guess = get_guess (draft);

  derma_onnx_builder_add_raw (draft->builder, name, is_signed ? TYPE_INT8 : TYPE_UINT8, "", bytes);
  add_node (draft, "QuantizeLinear", both, NULL, guess);
  draft->from = draft->n - 1;
  if (draft->n <= MAX_NODES)
    add_node (draft, "DequantizeLinear", both, NULL, guess);
}

GBytes *
fuzz_blueprint_build (FuzzInput *input)
{
  static void (*const steps[]) (Draft *) = { add_conv,      add_conv,        add_pool,    add_map,         add_map,
                                             add_clip,      add_binary,      add_binary,  add_channelwise, add_dense,
                                             add_transpose, add_reshape,     add_squeeze, add_pad,         add_concat,
                                             add_slice,     add_quantisation };
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  Draft draft = { .builder = builder, .input = input, .n = 1 };
  Guess picture = { draw (&draft, 0, 1) ? 3 : 1, draw (&draft, 1, 12), draw (&draft, 1, 12) };
  g_autofree gchar *shape = g_strdup_printf ("1,%d,%d,%d", picture.c, picture.h, picture.w);
  g_autofree gchar *last = NULL, *other = NULL;

  derma_onnx_builder_add_input (builder, "t0", shape);
  draft.guesses[0] = picture;
  while (input->size > 0 && draft.n <= MAX_NODES) {
    guint step = fuzz_input_below (input, G_N_ELEMENTS (steps));
    guint back = fuzz_input_byte (input);

    draft.from = back < 200 ? draft.n - 1 : back % draft.n;
    steps[step](&draft);
  }
  last = g_strdup_printf ("t%u", draft.n - 1);
  other = g_strdup_printf ("t%u", (draft.n - 1) / 2);
  derma_onnx_builder_add_output (builder, last, NULL);
  if (draft.n % 3 == 0)
    derma_onnx_builder_add_output (builder, other, NULL);
  return derma_onnx_builder_finish (builder);
}
