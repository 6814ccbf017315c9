/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"
#include "model/onnx.pb-c.h"

#include <derma/error.h>

/*
 * Reading one ONNX graph into an IR, node by node. Functions that return gboolean return FALSE with the reader's error
 * set. Tensors are named by their index in the IR.
 */
typedef struct {
  const gchar *file;
  gint opset;
  DermaIr *ir;
  GHashTable *index;  /* tensor name -> index + 1 */
  GHashTable *scales; /* output of a dequantised constant -> its node, for reading it as floats */
  GError **error;
  const Onnx__NodeProto *node; /* the node being read */
  guint position;              /* its place in the file */
  guint64 constant_bytes;
  guint64 activation_elements;
  guint64 folded_elements; /* of constants that were computed with */
} DermaReader;

/* A shape in the making. */
typedef struct {
  guint rank;
  gint64 dims[DERMA_MAX_RANK];
} DermaShape;

/* Sets the error to "FILE: node 'NAME' (OPERATOR): CAUSE" and returns FALSE. */
gboolean derma_reader_fail (DermaReader *reader, DermaError code, const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* The name of the node being read, or "#INDEX". (transfer full) */
gchar *derma_reader_get_node_name (const DermaReader *reader);

gboolean derma_reader_want_inputs (DermaReader *reader, guint min, guint max);
/* Index of input @i, DERMA_NO_TENSOR if it is left out; known to exist. */
guint derma_reader_get_input (const DermaReader *reader, guint i);
/* Its tensor, NULL if left out. */
const DermaTensor *derma_reader_get_tensor (const DermaReader *reader, guint i);
/* Input @i as a float32 tensor that is computed; sets @tensor. */
gboolean derma_reader_want_activation (DermaReader *reader, guint i, const DermaTensor **tensor);
/* Input @i as a float32 constant of @n elements (any number if 0). */
gboolean derma_reader_want_floats (DermaReader *reader, guint i, gsize n, const gfloat **values);
/* Input @i as an int64 constant of at most @max values. */
gboolean derma_reader_want_ints (DermaReader *reader, guint i, guint max, gint64 *values, guint *n);
/* Whether a tensor is a constant or a dequantised one. */
gboolean derma_reader_is_constant (const DermaReader *reader, guint tensor);

/* Zeroed memory for @n elements that the file asks for; NULL with the error set if there is not so much. */
gpointer derma_reader_alloc (DermaReader *reader, gsize n, gsize size);
/* Adds a constant; data has the elements of the shape. */
guint derma_reader_add_constant (DermaReader *reader, const gchar *name, DermaDtype dtype, const DermaShape *shape,
                                 GBytes *data);
guint derma_reader_add_floats (DermaReader *reader, const gchar *name, gsize n, gfloat *data);
/* Gives a name of the file to a tensor. */
gboolean derma_reader_bind (DermaReader *reader, const gchar *name, guint tensor);
/* Makes an output of the node being read another name of @tensor. */
gboolean derma_reader_alias (DermaReader *reader, guint output, guint tensor);

/* Emits a node of the IR whose result is output @output of the node being read; NULL on failure. */
DermaNode *derma_reader_emit_output (DermaReader *reader, DermaOp op, const guint *inputs, guint n_inputs,
                                     const DermaTensor *like, guint output);
/* Emits the IR node for the node being read, float32 with the given shape. */
DermaNode *derma_reader_emit (DermaReader *reader, DermaOp op, const guint *inputs, guint n_inputs,
                              const DermaShape *shape);
/* The same for a step on the way there, whose result has no name that the file could use. */
DermaNode *derma_reader_emit_inner (DermaReader *reader, DermaOp op, guint input, const DermaShape *shape);
DermaShape derma_shape_of (const DermaTensor *tensor);
/* -rank..rank-1 to 0..rank-1. */
gboolean derma_reader_want_axis (DermaReader *reader, gint64 axis, guint rank, guint *normalised);
/* Product of extents; FALSE if it exceeds @max or an extent is negative. */
gboolean derma_shape_count (const DermaShape *shape, gsize max, gsize *n);

/* Decodes a tensor of the file; DERMA_NO_TENSOR on failure. */
guint derma_reader_add_tensor_proto (DermaReader *reader, const gchar *name, const Onnx__TensorProto *proto);

/* None is given twice, none that is read here has another type than its name says. */
gboolean derma_reader_check_attributes (DermaReader *reader);
/* That an attribute of earlier operator sets, which is an input by now, is not there. */
gboolean derma_reader_want_no_attribute (DermaReader *reader, const gchar *name);
/* Attributes of the node being read; absent ones leave the default. */
const Onnx__AttributeProto *derma_reader_find_attribute (const DermaReader *reader, const gchar *name);
gint64 derma_reader_get_int (const DermaReader *reader, const gchar *name, gint64 otherwise);
gfloat derma_reader_get_float (const DermaReader *reader, const gchar *name, gfloat otherwise);
gboolean derma_reader_get_ints (DermaReader *reader, const gchar *name, guint max, gint64 *values, guint *n);
/* A short string attribute; NULL if absent. (transfer full) */
gchar *derma_reader_get_string (const DermaReader *reader, const gchar *name);
