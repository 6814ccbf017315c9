/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/disturb.h"
#include "tools/labels.h"

#include <derma/model.h>

/* What a network says of a picture beside its classes. */
typedef struct {
  gfloat typicality; /* 0..1, or DERMA_UNMEASURED */
  gboolean refused;  /* read as without a lesion */
  gfloat iou;        /* overlap of its lesion map with the picture's mask; NAN without one */
} DermaLook;

/* Readings of all pictures of a list, through the same path as live frames. */
typedef struct {
  guint n; /* pictures that were read */
  guint n_classes;
  guint n_bad;           /* pictures that could not be read, with skip_bad */
  gfloat *probabilities; /* n x n_classes, in the order of the list */
  guint *truth;          /* n */
  guint *samples;        /* n: index into the list */
  DermaLook *looks;      /* n */
  gboolean masks;        /* whether lesion maps were compared with masks */
  guint *disturbed;      /* n x DERMA_N_DISTURBANCES: the most probable class after each; NULL if not asked for */
} DermaSweep;

typedef struct {
  guint threads;     /* pictures read at a time, >= 1 */
  gboolean skip_bad; /* go on without pictures that cannot be read */
  gboolean disturb;  /* read each picture after each disturbance, too */
  gboolean masks;    /* compare lesion maps with masks */
} DermaSweepOptions;

/* NULL with @error set to "CSV: record N: PICTURE: CAUSE", "PICTURE: CAUSE" or the model's. Shows progress on a
 * terminal. */
DermaSweep *derma_sweep_run (DermaModel *model, const DermaLabels *labels, const DermaSweepOptions *options,
                             GError **error);
void derma_sweep_free (DermaSweep *sweep);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaSweep, derma_sweep_free)
