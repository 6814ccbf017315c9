/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/compat.h"
#include "graph/copy.h"
#include "model/ir.h"

G_BEGIN_DECLS

/*
 * A network as it will be computed: values in the memory order that XNNPACK wants (N,H,W,C) and the operations on
 * them, in order. An operation is either a node of an XNNPACK subgraph or a strided copy of our own; runs of the
 * former become one XNNPACK runtime each. Immutable once lowered: graphs of one model share it.
 */

#define DERMA_NO_VALUE G_MAXUINT
#define DERMA_OP_INPUTS 3

typedef struct {
  DermaDtype dtype; /* FLOAT32; INT8 and INT32 with the quantisation below */
  guint rank;
  gsize dims[DERMA_MAX_RANK]; /* as stored */
  gfloat scale;
  gint zero_point;
  const gfloat *scales; /* one a channel along scale_axis, instead of scale; NULL if per tensor */
  guint scale_axis;
  gconstpointer data; /* of a constant; owned by the plan */
  gboolean kept;      /* lives in a buffer rather than in a runtime */
  gboolean port;      /* and goes in or comes out */
} DermaValue;

typedef struct _DermaStep DermaStep;

/* Adds the step to a subgraph; the ids are those of its inputs and its output. */
typedef enum xnn_status (*DermaEmit) (xnn_subgraph_t subgraph, const DermaStep *step, const uint32_t *inputs,
                                      uint32_t output);

struct _DermaStep {
  DermaEmit emit;        /* NULL for a copy */
  const DermaNode *node; /* for messages; NULL for the order of an output */
  guint n_inputs;
  guint inputs[DERMA_OP_INPUTS];
  guint output;
  gfloat min;
  gfloat max;
  union {
    DermaCopy copy;
    struct {
      DermaWindow window;
      gsize channels_in;  /* of a group */
      gsize channels_out; /* of a group */
    } conv;
    struct {
      gsize before[DERMA_MAX_RANK];
      gsize after[DERMA_MAX_RANK];
      gfloat value;
    } pad;
    struct {
      guint rank;
      gsize dims[DERMA_MAX_RANK];
    } reshape;
    gfloat alpha;
  } u;
};

typedef struct {
  guint value;
  gsize offset; /* in elements */
  gsize n;
} DermaPort;

typedef struct {
  GArray *values;       /* of DermaValue */
  GArray *steps;        /* of DermaStep */
  GPtrArray *constants; /* what the plan allocated */
  guint64 bytes;        /* of them */
  DermaPort input;
  GArray *outputs; /* of DermaPort */
} DermaPlan;

DermaPlan *derma_plan_new (void);
void derma_plan_free (DermaPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaPlan, derma_plan_free)

/* Zeroed memory that lives as long as the plan, with the padding XNNPACK reads beyond constants; NULL if there is not
 * so much, or a model must not have so much. */
gpointer derma_plan_alloc (DermaPlan *plan, gsize size);
guint derma_plan_add_value (DermaPlan *plan, const DermaValue *value);
/* Valid until the next value is added. */
DermaValue *derma_plan_get_value (const DermaPlan *plan, guint index);
gsize derma_value_n_elements (const DermaValue *value);
/* The first step from @first on that is not a node of the same subgraph. */
guint derma_plan_find_segment_end (const DermaPlan *plan, guint first);
/* Decides which values live in buffers. */
void derma_plan_place_values (DermaPlan *plan);

G_END_DECLS
