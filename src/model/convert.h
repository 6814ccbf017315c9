/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/reader.h"

/* Turns the node being read into nodes of the IR; its inputs are known to exist. */
typedef gboolean (*DermaConvert) (DermaReader *reader);

/* The converter of an ONNX operator; NULL if it is not supported. */
DermaConvert derma_convert_find (const gchar *op_type);

gboolean derma_convert_conv (DermaReader *reader);
gboolean derma_convert_batch_norm (DermaReader *reader);
gboolean derma_convert_average_pool (DermaReader *reader);
gboolean derma_convert_max_pool (DermaReader *reader);
gboolean derma_convert_global_average_pool (DermaReader *reader);
gboolean derma_convert_reduce_mean (DermaReader *reader);
gboolean derma_convert_relu (DermaReader *reader);
gboolean derma_convert_clip (DermaReader *reader);
gboolean derma_convert_leaky_relu (DermaReader *reader);
gboolean derma_convert_prelu (DermaReader *reader);
gboolean derma_convert_dropout (DermaReader *reader);
gboolean derma_convert_elu (DermaReader *reader);
gboolean derma_convert_hard_swish (DermaReader *reader);
gboolean derma_convert_hard_sigmoid (DermaReader *reader);
gboolean derma_convert_sigmoid (DermaReader *reader);
gboolean derma_convert_softmax (DermaReader *reader);
gboolean derma_convert_add (DermaReader *reader);
gboolean derma_convert_sub (DermaReader *reader);
gboolean derma_convert_mul (DermaReader *reader);
gboolean derma_convert_div (DermaReader *reader);
gboolean derma_convert_min (DermaReader *reader);
gboolean derma_convert_max (DermaReader *reader);
gboolean derma_convert_gemm (DermaReader *reader);
gboolean derma_convert_matmul (DermaReader *reader);
gboolean derma_convert_identity (DermaReader *reader);
gboolean derma_convert_reshape (DermaReader *reader);
gboolean derma_convert_flatten (DermaReader *reader);
gboolean derma_convert_squeeze (DermaReader *reader);
gboolean derma_convert_unsqueeze (DermaReader *reader);
gboolean derma_convert_transpose (DermaReader *reader);
gboolean derma_convert_pad (DermaReader *reader);
gboolean derma_convert_concat (DermaReader *reader);
gboolean derma_convert_split (DermaReader *reader);
gboolean derma_convert_slice (DermaReader *reader);
gboolean derma_convert_quantize (DermaReader *reader);
gboolean derma_convert_dequantize (DermaReader *reader);

/* Axes of Squeeze, Unsqueeze and ReduceMean, an attribute before @since and input 1 from then on. */
gboolean derma_convert_read_axes (DermaReader *reader, gint since, gint64 axes[DERMA_MAX_RANK], guint *n);
/* The shape that Reshape, Flatten, Squeeze or Unsqueeze gives to input 0, constant or not. */
gboolean derma_convert_reshaped (DermaReader *reader, DermaShape *shape);
