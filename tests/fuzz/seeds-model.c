/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include "support/colour-model.h"
#include "support/onnx-builder.h"

/* One operator each between an input of 1,3,6,6 and the output. */
static const struct {
  const gchar *op;
  const gchar *inputs;
  const gchar *constants;
  const gchar *attributes;
} NODES[] = {
  { "Conv", "x,w,b", "w=f(2,3,3,3) b=f(2)", "strides=[2,1] pads=[1,0,1,0] dilations=[1,1]" },
  { "Conv", "x,w", "w=f(6,1,2,2)", "group=3 auto_pad=SAME_UPPER" },
  { "BatchNormalization", "x,s,s,s,v", "s=f(3) v=f(3)", "epsilon=0.5" },
  { "AveragePool", "x", "", "kernel_shape=[2,2] strides=[2,2] ceil_mode=1 count_include_pad=1" },
  { "MaxPool", "x", "", "kernel_shape=[3,3] pads=[1,1,1,1] dilations=[1,1]" },
  { "GlobalAveragePool", "x", "", "" },
  { "ReduceMean", "x", "", "axes=[2,3] keepdims=0" },
  { "Relu", "x", "", "" },
  { "Clip", "x,l,h", "l=s0.0 h=s6.0", "" },
  { "LeakyRelu", "x", "", "alpha=0.1" },
  { "PRelu", "x,s", "s=f(3,1,1)", "" },
  { "Elu", "x", "", "alpha=1.0" },
  { "HardSwish", "x", "", "" },
  { "HardSigmoid", "x", "", "alpha=0.2 beta=0.5" },
  { "Sigmoid", "x", "", "" },
  { "Softmax", "x", "", "axis=1" },
  { "Add", "x,c", "c=f(1,3,1,1)", "" },
  { "Sub", "c,x", "c=f(6,6)", "" },
  { "Mul", "x,x", "", "" },
  { "Div", "x,c", "c=s2.0", "" },
  { "Min", "x,c", "c=s0.5", "" },
  { "Max", "x,c", "c=s0.5", "" },
  { "Identity", "x", "", "" },
  { "Dropout", "x", "", "" },
  { "Reshape", "x,i", "i=i[1,-1]", "" },
  { "Flatten", "x", "", "axis=1" },
  { "Squeeze", "x,i", "i=i[0]", "" },
  { "Unsqueeze", "x,i", "i=i[0]", "" },
  { "Transpose", "x", "", "perm=[0,2,3,1]" },
  { "Pad", "x,i,c", "i=i[0,0,1,1,0,0,1,1] c=s0.0", "mode=constant" },
  { "Concat", "x,x", "", "axis=1" },
  { "Split", "x,i", "i=i[1,2]", "axis=1" },
  { "Slice", "x,a,b,i", "a=i[1] b=i[5] i=i[2]", "" },
  { "Shape", "x", "", "" },
  { "Gather", "x,i", "i=i[0]", "axis=1" },
  { "Cast", "x", "", "to=1" },
  { "ConstantOfShape", "i", "i=i[2,3]", "" },
  { "Resize", "x", "", "" },
};

static void
seed_node (FuzzSeeds *seeds, guint i)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (i % 4 == 3 ? 17 : 13);

  derma_onnx_builder_add_input (builder, "x", "1,3,6,6");
  derma_onnx_builder_add_constants (builder, NODES[i].constants);
  derma_onnx_builder_add_node (builder, NODES[i].op, NODES[i].inputs, "y", NODES[i].attributes);
  derma_onnx_builder_add_output (builder, "y", NULL);
  fuzz_seeds_take_bytes (seeds, NODES[i].op, derma_onnx_builder_finish (builder));
}

/* As exporters write a reshape to a size that is computed, and a network of eight bits. */
static void
seed_arithmetic (FuzzSeeds *seeds)
{
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (11);

  derma_onnx_builder_add_input (builder, "x", "?,3,6,6");
  derma_onnx_builder_add_constants (builder, "zero=i[0] rest=i[-1] a=i[0]");
  derma_onnx_builder_add_node (builder, "Shape", "x", "shape", NULL);
  derma_onnx_builder_add_node (builder, "Gather", "shape,zero", "n", "axis=0");
  derma_onnx_builder_add_node (builder, "Concat", "n,rest", "wanted", "axis=0");
  derma_onnx_builder_add_node (builder, "Reshape", "x,wanted", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", "1,108");
  fuzz_seeds_take_bytes (seeds, "arithmetic", derma_onnx_builder_finish (builder));
}

static void
seed_quantised (FuzzSeeds *seeds)
{
  static const guint8 weights[18] = { 1, 2, 3, 255, 254, 7 }, zero[1];
  g_autoptr (DermaOnnxBuilder) builder = derma_onnx_builder_new (13);
  g_autoptr (GBytes) bytes = g_bytes_new_static (weights, sizeof weights), null = g_bytes_new_static (zero, 1);

  derma_onnx_builder_add_input (builder, "x", "1,3,6,6");
  derma_onnx_builder_add_constants (builder, "s=s0.05 t=s0.1");
  derma_onnx_builder_add_raw (builder, "w", 3, "6,3,1,1", bytes);
  derma_onnx_builder_add_raw (builder, "z", 3, "", null);
  derma_onnx_builder_add_node (builder, "QuantizeLinear", "x,s,z", "q", NULL);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "q,s,z", "d", NULL);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "w,t,z", "v", NULL);
  derma_onnx_builder_add_node (builder, "Conv", "d,v", "c", NULL);
  derma_onnx_builder_add_node (builder, "QuantizeLinear", "c,t,z", "e", NULL);
  derma_onnx_builder_add_node (builder, "DequantizeLinear", "e,t,z", "y", NULL);
  derma_onnx_builder_add_output (builder, "y", NULL);
  fuzz_seeds_take_bytes (seeds, "quantised", derma_onnx_builder_finish (builder));
}

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  g_autoptr (DermaOnnxBuilder) colours = derma_test_colour_builder ();

  for (guint i = 0; i < G_N_ELEMENTS (NODES); i++)
    seed_node (seeds, i);
  seed_arithmetic (seeds);
  seed_quantised (seeds);
  fuzz_seeds_take_bytes (seeds, "tiny", derma_test_tiny_model ("mel,nv,bkl"));
  fuzz_seeds_take_bytes (seeds, "colours", derma_onnx_builder_finish (colours));
}
