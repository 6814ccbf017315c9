/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/axis.h"
#include "image/colour.h"

G_BEGIN_DECLS

/* How many floats beyond its samples a line must have; they must be finite. */
#define DERMA_LINE_SLACK(axis, step) ((gsize)((axis)->taps + 1) * (step) + 4)

/* The inner loops, compiled once for the machine's baseline and once for what the processor may have on top. */
typedef struct {
  /* line[i] = wa * a[i] + wb * b[i] */
  void (*weigh) (gfloat *line, const guint8 *const rows[2], const gfloat weights[2], gsize n);
  /* line[i] += w * (the sum of four rows)[i] */
  void (*add) (gfloat *line, const guint8 *const rows[4], gfloat w, gsize n);
  /* One component, whose samples lie every @step floats. */
  void (*across) (const gfloat *line, guint step, const DermaAxis *axis, gfloat *out);
  /* All components of pixels of @step (3 or 4) floats; four floats an output. */
  void (*across_pixels) (const gfloat *line, guint step, const DermaAxis *axis, gfloat *out);
  /* Components as planes of @n floats (@step 1), or as pixels of four (@step 4). */
  void (*colour) (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *out);
} DermaKernels;

extern const DermaKernels derma_kernels_base;
extern const DermaKernels derma_kernels_avx2;

const DermaKernels *derma_kernels_get (void);

G_END_DECLS
