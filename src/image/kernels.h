/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/axis.h"
#include "image/colour.h"

G_BEGIN_DECLS

/* How many floats beyond its samples a line must have; they must be finite. */
#define DERMA_LINE_SLACK(axis, step) ((gsize)((axis)->pitch + 1) * (step) + 4)

/* Rows of a plane that make one output row: @count of them, weighted by first, inner ..., inner, last. */
typedef struct {
  const guint8 *top;
  gsize stride;
  guint count;
  gfloat first;
  gfloat inner;
  gfloat last; /* 0 for a count of 1 */
} DermaRows;

/* The inner loops, compiled once for the machine's baseline and once for what the processor may have on top. */
typedef struct {
  /* line[i] = the weighted sum of the rows' bytes i; those of the next output row are asked for meanwhile. */
  void (*rows) (const DermaRows *rows, gfloat *line, gsize n);
  /* The same of 2 @n bytes: those at even places go to @even, the others to @odd. */
  void (*split_rows) (const DermaRows *rows, gfloat *even, gfloat *odd, gsize n);
  /* The same of 4 @n bytes: three of each four, from @first (0 or 1), go to a line each. */
  void (*part_rows) (const DermaRows *rows, guint first, gfloat *const lines[3], gsize n);
  /* One component. */
  void (*across) (const gfloat *line, const DermaAxis *axis, gfloat *out);
  /* Two components that take turns. */
  void (*across_pairs) (const gfloat *line, const DermaAxis *axis, gfloat *const out[2]);
  /* All components of pixels of three floats; four floats an output. */
  void (*across_pixels) (const gfloat *line, const DermaAxis *axis, gfloat *out);
  /* Components as planes of @n floats (@step 1), or as pixels of four (@step 4). */
  void (*colour) (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *out);
} DermaKernels;

extern const DermaKernels derma_kernels_base;
extern const DermaKernels derma_kernels_avx2;

const DermaKernels *derma_kernels_get (void);

G_END_DECLS
