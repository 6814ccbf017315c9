/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/onnx.pb-c.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * Makes ONNX files in memory. Lists are written as text, to keep tests short:
 *   shapes      "1,3,8,8"; "?" is an extent that is left open; "" is a scalar
 *   names       "x,w,b"; an empty entry ("x,,b") is an input that is left out
 *   constants   "w=f(4,3,3,3) axes=i[2,3] low=s0.5 none=i[]": floats in a fixed pattern, int64 vector, float scalar
 *   attributes  "strides=[2,2] group=1 alpha=0.5 auto_pad=VALID scales=[1.0,2.0]"
 * A node is named after its first output. What is wrong in these texts aborts the test.
 */
typedef struct _DermaOnnxBuilder DermaOnnxBuilder;

DermaOnnxBuilder *derma_onnx_builder_new (gint64 opset);
void derma_onnx_builder_free (DermaOnnxBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaOnnxBuilder, derma_onnx_builder_free)

void derma_onnx_builder_add_input (DermaOnnxBuilder *builder, const gchar *name, const gchar *shape);
/* @shape: (nullable): NULL declares no type */
void derma_onnx_builder_add_output (DermaOnnxBuilder *builder, const gchar *name, const gchar *shape);
void derma_onnx_builder_add_constants (DermaOnnxBuilder *builder, const gchar *constants);
/* An initialiser of any ONNX type from its bytes; for tampering with afterwards. */
Onnx__TensorProto *derma_onnx_builder_add_raw (DermaOnnxBuilder *builder, const gchar *name, gint32 type,
                                               const gchar *shape, GBytes *bytes);
Onnx__NodeProto *derma_onnx_builder_add_node (DermaOnnxBuilder *builder, const gchar *op, const gchar *inputs,
                                              const gchar *outputs, const gchar *attributes);
void derma_onnx_builder_set_metadata (DermaOnnxBuilder *builder, const gchar *key, const gchar *value);
/* The message so far, for tampering with; everything in it is allocated with g_malloc(). */
Onnx__ModelProto *derma_onnx_builder_get_model (DermaOnnxBuilder *builder);
/* (transfer full): the file; the builder can go on. */
GBytes *derma_onnx_builder_finish (DermaOnnxBuilder *builder);

/* Conv, Relu, GlobalAveragePool, Flatten, Gemm on 1,3,16,16; builder for changing it, or the finished file.
 * @labels: comma-separated; goes into derma.labels */
DermaOnnxBuilder *derma_test_tiny_builder (const gchar *labels);
GBytes *derma_test_tiny_model (const gchar *labels);

G_END_DECLS
