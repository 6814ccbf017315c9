/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/model.h>

#include <glib.h>

G_BEGIN_DECLS

/*
 * What the ONNX reader hands to the graph builder: a flat list of tensors and a list of nodes in an order in which
 * they can be run. Everything here is validated: indices are in range, static shapes are known and consistent with
 * the operator, constants have the bytes that their shape needs. Shapes stay in ONNX order (N,C,H,W); N is 1.
 * Constant sub-expressions (Shape, Gather, Concat, ... of known values) have been evaluated; Identity and Dropout
 * are gone; nodes whose result reaches no output are gone.
 */

#define DERMA_NO_TENSOR G_MAXUINT

typedef enum {
  DERMA_DTYPE_FLOAT32,
  DERMA_DTYPE_INT8,
  DERMA_DTYPE_UINT8,
  DERMA_DTYPE_INT32,
  DERMA_DTYPE_INT64,
  DERMA_DTYPE_BOOL,
} DermaDtype;

typedef struct {
  gchar *name;
  DermaDtype dtype;
  guint rank;
  gint64 dims[DERMA_MAX_RANK]; /* each >= 1 */
  GBytes *data;                /* of a constant: contiguous, native byte order, 16-byte aligned; NULL otherwise */
} DermaTensor;

/*
 * Operators after normalisation. In brackets: inputs -> outputs. [w], [b], ... are constants, "?" may be
 * DERMA_NO_TENSOR.
 */
typedef enum {
  DERMA_OP_CONV,         /* x [w: O,I/g,kh,kw] [b?: O] -> y; w may be the output of DEQUANTIZE of a constant */
  DERMA_OP_SCALE_SHIFT,  /* x [scale: C] [shift: C] -> y; BatchNormalization, computed in double */
  DERMA_OP_CLIP,         /* x -> y; attrs.clip; Relu is 0..inf */
  DERMA_OP_LEAKY_RELU,   /* x -> y; attrs.unary.alpha */
  DERMA_OP_PRELU,        /* x [slope: C, or 1] -> y */
  DERMA_OP_ELU,          /* x -> y; attrs.unary.alpha */
  DERMA_OP_HARD_SWISH,   /* x -> y */
  DERMA_OP_HARD_SIGMOID, /* x -> y; attrs.unary.alpha * x + attrs.unary.beta, clipped to 0..1 */
  DERMA_OP_SIGMOID,      /* x -> y */
  DERMA_OP_ADD,          /* a b -> y with numpy broadcasting; either may be constant */
  DERMA_OP_SUB,
  DERMA_OP_MUL,
  DERMA_OP_DIV,
  DERMA_OP_GLOBAL_AVERAGE_POOL, /* x: N,C,H,W -> y: N,C,1,1 or N,C; ReduceMean over space too */
  DERMA_OP_AVERAGE_POOL,        /* x -> y; attrs.pool */
  DERMA_OP_MAX_POOL,            /* x -> y; attrs.pool */
  DERMA_OP_RESHAPE,             /* x -> y of the shape y's tensor has; Flatten, Squeeze, Unsqueeze too */
  DERMA_OP_TRANSPOSE,           /* x -> y; attrs.transpose.perm */
  DERMA_OP_FULLY_CONNECTED, /* x: N,I [w: O,I] [b?: O] -> y: N,O; Gemm and MatMul, transposed and scaled to this form */
  DERMA_OP_SOFTMAX,         /* x -> y; attrs.axis, 0..rank-1 */
  DERMA_OP_PAD,             /* x -> y; attrs.pad, constant mode */
  DERMA_OP_CONCAT,          /* x... -> y; attrs.axis */
  DERMA_OP_SLICE,           /* x -> y; attrs.slice, step 1; Split becomes one a part */
  DERMA_OP_QUANTIZE,        /* x [scale] [zero point] -> y; attrs.axis, -1 per tensor */
  DERMA_OP_DEQUANTIZE,      /* x [scale] [zero point] -> y; attrs.axis, -1 per tensor */
} DermaOp;

typedef struct {
  guint kernel[2]; /* height, width */
  guint stride[2];
  guint dilation[2];
  guint pads[4]; /* top, left, bottom, right; auto_pad and ceil_mode are resolved into these */
  guint groups;  /* Conv only */
  gboolean count_include_pad;
} DermaWindow;

typedef union {
  DermaWindow conv;
  DermaWindow pool;
  struct {
    gfloat min; /* -INFINITY if unbounded */
    gfloat max; /* INFINITY if unbounded */
  } clip;
  struct {
    gfloat alpha;
    gfloat beta;
  } unary;
  struct {
    guint before[DERMA_MAX_RANK];
    guint after[DERMA_MAX_RANK];
    gfloat value;
  } pad;
  struct {
    guint perm[DERMA_MAX_RANK];
  } transpose;
  struct {
    gint64 start[DERMA_MAX_RANK]; /* 0-based; extents are y's */
  } slice;
  gint axis;
} DermaAttrs;

typedef struct {
  DermaOp op;
  gchar *name;    /* of the ONNX node; "#INDEX" if it has none */
  gchar *op_type; /* the ONNX operator it was made from, for messages */
  guint n_inputs;
  guint *inputs; /* indices into tensors, or DERMA_NO_TENSOR */
  guint n_outputs;
  guint *outputs;
  DermaAttrs attrs;
} DermaNode;

typedef struct {
  GPtrArray *tensors; /* of DermaTensor */
  GPtrArray *nodes;   /* of DermaNode, each after the nodes whose outputs it reads */
  guint input;        /* index of the input tensor */
  GArray *outputs;    /* of guint: indices of the output tensors */
} DermaIr;

DermaIr *derma_ir_new (void);
void derma_ir_free (DermaIr *ir);
/* Adds a tensor and returns its index; @data (nullable) (transfer none). */
guint derma_ir_add_tensor (DermaIr *ir, const gchar *name, DermaDtype dtype, guint rank, const gint64 *dims,
                           GBytes *data);
/* Adds a node after the others; its attrs are zero until the caller sets them. */
DermaNode *derma_ir_add_node (DermaIr *ir, DermaOp op, const gchar *name, const gchar *op_type, guint n_inputs,
                              const guint *inputs, guint n_outputs, const guint *outputs);
DermaTensor *derma_ir_get_tensor (const DermaIr *ir, guint index);
gsize derma_tensor_n_elements (const DermaTensor *tensor);
gsize derma_dtype_size (DermaDtype dtype);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaIr, derma_ir_free)

/* The network of a model, for the graph builder. */
const DermaIr *derma_model_get_ir (const DermaModel *model);
/* A model around an IR made by hand, for tests of the graph; takes @ir. */
DermaModel *derma_model_new_from_ir (DermaIr *ir, const gchar *name);

G_END_DECLS
