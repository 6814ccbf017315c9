/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/ir.h"

G_BEGIN_DECLS

/* A network put together by a test, to be run and compared with the reference. */
typedef struct {
  DermaIr *ir;
  GRand *random;
  guint last; /* the tensor that the last function added */
} Net;

#define NET_DIMS(...) \
  (const gint64[])    \
  {                   \
    __VA_ARGS__       \
  }
#define NET_RANK(...) (sizeof (NET_DIMS (__VA_ARGS__)) / sizeof (gint64))
#define NET_SHAPE(...) NET_RANK (__VA_ARGS__), NET_DIMS (__VA_ARGS__)

/* Starts with an input of N,C,H,W = 1,@c,@h,@w. */
Net *net_new (guint32 seed, gint64 c, gint64 h, gint64 w);
void net_free (Net *net);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Net, net_free)

/* A whole number from @low to @high, both included. */
gint net_draw (Net *net, gint low, gint high);
/* Constants: random floats in @low..@high; given values. */
guint net_floats (Net *net, gfloat low, gfloat high, guint rank, const gint64 *dims);
guint net_float (Net *net, gfloat value);
guint net_constant (Net *net, DermaDtype dtype, gconstpointer data, guint rank, const gint64 *dims);
/* A node of which @n inputs are given; its output is float32 of that shape and becomes net->last. */
DermaNode *net_node (Net *net, DermaOp op, guint n, const guint *inputs, guint rank, const gint64 *dims);
/* A node that works on net->last alone and keeps its shape. */
DermaNode *net_map (Net *net, DermaOp op);
void net_clip (Net *net, gfloat min, gfloat max);
/* A convolution of net->last with random weights; the output's extents follow from @window. */
DermaNode *net_conv (Net *net, const DermaWindow *window, gint64 channels, gboolean bias);
DermaNode *net_pool (Net *net, DermaOp op, const DermaWindow *window);
void net_scale_shift (Net *net);
void net_dense (Net *net, gint64 channels, gboolean bias);
void net_reshape (Net *net, guint rank, const gint64 *dims);
/* net->last through QuantizeLinear and DequantizeLinear. */
void net_quantize (Net *net, DermaDtype dtype, gfloat scale, gint zero_point);
/* Random int8 weights behind a DequantizeLinear, one scale a channel along @axis, or -1 for one scale. */
guint net_quantized_weights (Net *net, gint axis, guint rank, const gint64 *dims);
/* Marks a tensor as an output. */
void net_output (Net *net, guint tensor);

/*
 * Runs the network with one and two threads and compares every output with the reference: the largest difference is at
 * most @relative of the largest magnitude plus @absolute. Takes the IR out of @net.
 */
void net_check (Net *net, gdouble relative, gdouble absolute);
/* The graph is refused with an error that has this text in it, and one line. Takes the IR out of @net. */
void net_check_refused (Net *net, gint code, const gchar *text);

G_END_DECLS
