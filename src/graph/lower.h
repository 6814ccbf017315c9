/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/plan.h"

#include <derma/error.h>

G_BEGIN_DECLS

/*
 * Where the elements of an ONNX tensor are: axes in ONNX order, strides into a value of the plan. Reshape, Transpose
 * and Slice only change the view; elements are moved when an operation needs them in another order.
 */
typedef struct {
  guint value;
  gsize offset;
  guint rank;
  gsize dims[DERMA_MAX_RANK];
  gsize strides[DERMA_MAX_RANK];
} DermaView;

typedef struct {
  guint pads[4]; /* top, left, bottom, right */
} DermaPadding;

/* What is being lowered, and what is known about it so far. */
typedef struct {
  const DermaModel *model;
  const DermaIr *ir;
  DermaPlan *plan;
  const DermaNode *node; /* being lowered */
  DermaView *views;      /* one a tensor; value is DERMA_NO_VALUE until it is bound */
  guint *writers;        /* node that writes each tensor, or G_MAXUINT */
  guint *readers;        /* one of the nodes that read each tensor */
  guint *n_readers;      /* how many times each is read; outputs of the model count once more */
  gboolean *done;        /* nodes that an earlier one took in */
  DermaPadding *padding; /* zero padding of each tensor that the convolution reading it has yet to add */
  gconstpointer *folded; /* what a QUANTIZE makes of a constant, in the type of the tensor; the plan's */
  GArray *stored;        /* copies made of views, to make each once */
  guint n_weighed;       /* values of the plan that are in: */
  guint64 n_elements;    /* of all values but constants */
  GError *error;         /* the first */
} DermaLower;

/* Where the result of a node goes after the nodes that were taken into it. */
typedef struct {
  guint tensor;
  gfloat min;
  gfloat max;
  gboolean quantized; /* to int8 with these: */
  gfloat scale;
  gint zero_point;
} DermaSink;

/* One an operator, in the file of its family; they report through derma_lower_refuse(). */
typedef void (*DermaBuilder) (DermaLower *lower, const DermaNode *node);

void derma_lower_conv (DermaLower *lower, const DermaNode *node);
void derma_lower_scale_shift (DermaLower *lower, const DermaNode *node);
void derma_lower_clip (DermaLower *lower, const DermaNode *node);
void derma_lower_prelu (DermaLower *lower, const DermaNode *node);
void derma_lower_unary (DermaLower *lower, const DermaNode *node);
void derma_lower_hard_sigmoid (DermaLower *lower, const DermaNode *node);
void derma_lower_binary (DermaLower *lower, const DermaNode *node);
void derma_lower_global_pool (DermaLower *lower, const DermaNode *node);
void derma_lower_average_pool (DermaLower *lower, const DermaNode *node);
void derma_lower_max_pool (DermaLower *lower, const DermaNode *node);
void derma_lower_reshape (DermaLower *lower, const DermaNode *node);
void derma_lower_transpose (DermaLower *lower, const DermaNode *node);
void derma_lower_slice (DermaLower *lower, const DermaNode *node);
void derma_lower_concat (DermaLower *lower, const DermaNode *node);
void derma_lower_pad (DermaLower *lower, const DermaNode *node);
void derma_lower_dense (DermaLower *lower, const DermaNode *node);
void derma_lower_softmax (DermaLower *lower, const DermaNode *node);
void derma_lower_quantize (DermaLower *lower, const DermaNode *node);
void derma_lower_dequantize (DermaLower *lower, const DermaNode *node);

/* Makes the plan of a model. */
DermaPlan *derma_lower_model (const DermaModel *model, GError **error);

/* Notes why the current node cannot be run; only the first such note counts. */
void derma_lower_refuse (DermaLower *lower, DermaError code, const gchar *format, ...) G_GNUC_PRINTF (3, 4);
/* derma_plan_alloc(), noting it if there is not so much. */
gpointer derma_lower_alloc (DermaLower *lower, gsize size);
const DermaTensor *derma_lower_get_tensor (const DermaLower *lower, guint tensor);
/* The node that is the only one to read @tensor, if it is of that kind; NULL otherwise. */
const DermaNode *derma_lower_get_only_reader (const DermaLower *lower, guint tensor, DermaOp op);
void derma_lower_take_in (DermaLower *lower, const DermaNode *node);

/* Follows a result through the clips that read it alone, which its writer then does itself. */
DermaSink derma_lower_follow (DermaLower *lower, guint tensor);
void derma_lower_follow_clips (DermaLower *lower, DermaSink *sink);
/* Narrows the bounds as a CLIP does to what is within them: to a single step of the float where only one value is
 * left, because XNNPACK wants room between its bounds. FALSE if the CLIP makes no sense. */
gboolean derma_sink_clip (DermaSink *sink, const DermaNode *clip);
/* The quantisation per tensor that reads it alone and whose range its writer can keep to; NULL if there is none.
 * @quantized: what the sink becomes if that node is taken in. */
const DermaNode *derma_lower_peek_quantize (DermaLower *lower, const DermaSink *sink, DermaSink *quantized);
/* A sink with nothing taken in. */
DermaSink derma_sink_plain (guint tensor);

/* A step of the current node, and what it writes: a new value for @sink of @rank and @dims. */
DermaStep *derma_lower_add_step (DermaLower *lower, DermaEmit emit, const DermaSink *sink, guint rank,
                                 const gsize *dims);
guint derma_lower_add_value (DermaLower *lower, guint rank, const gsize *dims);
guint derma_lower_add_constant (DermaLower *lower, guint rank, const gsize *dims, gfloat *data);

/* N,C,H,W in memory is N,H,W,C; every other rank is in its own order. */
void derma_lower_get_order (guint rank, guint order[DERMA_MAX_RANK]);
DermaView derma_lower_get_view (DermaLower *lower, guint tensor);
void derma_lower_bind_view (DermaLower *lower, guint tensor, const DermaView *view);
/* Binds a value that holds the tensor's elements packed, axes in @order; NULL is the usual order. */
void derma_lower_bind (DermaLower *lower, guint tensor, guint value, const guint *order);
/* A view with the axes of @view in another sequence. */
DermaView derma_view_permute (const DermaView *view, const guint *order);
/* A view of the same elements with leading axes of one added. */
DermaView derma_view_extend (const DermaView *view, guint rank);
/* FALSE if the elements have to be moved first. */
gboolean derma_view_reshape (const DermaView *view, guint rank, const gsize *dims, DermaView *reshaped);
gsize derma_view_n_elements (const DermaView *view);
gboolean derma_view_is_packed (const DermaView *view);
/* Adds the copy of @view to @value, where its elements go with these strides. */
void derma_lower_copy (DermaLower *lower, const DermaView *view, guint value, const gsize *strides, gsize offset);

/* A value with the elements of @view, packed, axes in @order (NULL: the usual). */
guint derma_lower_store (DermaLower *lower, const DermaView *view, const guint *order);
guint derma_lower_store_float (DermaLower *lower, const DermaView *view, const guint *order);
/* An empty record of the copies that were made. */
GArray *derma_lower_new_stored (void);
/* The usual way to an operand: the tensor as a float value in the usual order. */
guint derma_lower_get_float (DermaLower *lower, guint tensor);
/* The axis of the channels last, as a float value of four dimensions; @order: which axis went where. */
guint derma_lower_store_channels_last (DermaLower *lower, guint tensor, guint order[DERMA_MAX_RANK], gsize dims[4]);
gboolean derma_lower_is_quantized (DermaLower *lower, guint tensor);
/* The elements of a constant in their own order, dequantised if need be; NULL if the tensor is not constant. */
const gfloat *derma_lower_get_floats (DermaLower *lower, guint tensor);
/* The operands of a SCALE_SHIFT; FALSE if they are not constant or not one a channel. */
gboolean derma_lower_get_scale_shift (DermaLower *lower, const DermaNode *node, gsize channels, const gfloat **scale,
                                      const gfloat **shift);
/* The parameters of a QUANTIZE or DEQUANTIZE per tensor, for int8; FALSE if they are per axis or not usable. */
gboolean derma_lower_get_quantization (DermaLower *lower, const DermaNode *node, gfloat *scale, gint *zero_point);

/* Weights that were quantised symmetrically to int8; see derma_lower_get_weights(). */
typedef struct {
  gint8 *data;    /* in their own order; the plan's, of this caller alone */
  gfloat *scales; /* one an output channel; likewise */
} DermaWeights;

/* FALSE if @tensor is anything else: then it is used as floats. */
gboolean derma_lower_get_weights (DermaLower *lower, guint tensor, DermaWeights *weights);

/* A convolution whose operands are ready, for the families that come down to one. */
typedef struct {
  DermaWindow window;
  gsize in[3];             /* height, width, channels */
  gsize out[3];            /* height, width, channels */
  guint input;             /* value */
  const gfloat *weights;   /* O,I/g,kh,kw */
  const gfloat *bias;      /* O, or NULL */
  DermaWeights *quantized; /* instead of weights */
} DermaConv;

/* Adds rows and columns of @number around a float value N,H,W,C; pads: top, left, bottom, right. */
guint derma_lower_add_border (DermaLower *lower, guint input, const guint pads[4], gfloat number);
/* Adds it and returns the value it writes. */
guint derma_lower_add_conv (DermaLower *lower, const DermaConv *conv, const DermaSink *sink);
/* Whether XNNPACK can requantise what the int8 convolution computes to @sink. */
gboolean derma_conv_can_requantize (const DermaLower *lower, const DermaConv *conv, const DermaSink *sink);
/* Refuses windows whose result would not have the extents that the model says. */
gboolean derma_lower_check_window (DermaLower *lower, const DermaWindow *window, const gint64 *in, const gint64 *out);

G_END_DECLS
