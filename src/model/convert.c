/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/convert.h"

#include <string.h>

static const struct {
  const gchar *op_type;
  DermaConvert convert;
} OPERATORS[] = {
  { "Add", derma_convert_add },
  { "AveragePool", derma_convert_average_pool },
  { "BatchNormalization", derma_convert_batch_norm },
  { "Clip", derma_convert_clip },
  { "Concat", derma_convert_concat },
  { "Conv", derma_convert_conv },
  { "DequantizeLinear", derma_convert_dequantize },
  { "Div", derma_convert_div },
  { "Dropout", derma_convert_dropout },
  { "Elu", derma_convert_elu },
  { "Flatten", derma_convert_flatten },
  { "Gemm", derma_convert_gemm },
  { "GlobalAveragePool", derma_convert_global_average_pool },
  { "HardSigmoid", derma_convert_hard_sigmoid },
  { "HardSwish", derma_convert_hard_swish },
  { "Identity", derma_convert_identity },
  { "LeakyRelu", derma_convert_leaky_relu },
  { "MatMul", derma_convert_matmul },
  { "Max", derma_convert_max },
  { "MaxPool", derma_convert_max_pool },
  { "Min", derma_convert_min },
  { "Mul", derma_convert_mul },
  { "PRelu", derma_convert_prelu },
  { "Pad", derma_convert_pad },
  { "QuantizeLinear", derma_convert_quantize },
  { "ReduceMean", derma_convert_reduce_mean },
  { "Relu", derma_convert_relu },
  { "Reshape", derma_convert_reshape },
  { "Sigmoid", derma_convert_sigmoid },
  { "Slice", derma_convert_slice },
  { "Softmax", derma_convert_softmax },
  { "Split", derma_convert_split },
  { "Squeeze", derma_convert_squeeze },
  { "Sub", derma_convert_sub },
  { "Transpose", derma_convert_transpose },
  { "Unsqueeze", derma_convert_unsqueeze },
};

DermaConvert
derma_convert_find (const gchar *op_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (OPERATORS); i++)
    if (strcmp (OPERATORS[i].op_type, op_type) == 0)
      return OPERATORS[i].convert;
  return NULL;
}
