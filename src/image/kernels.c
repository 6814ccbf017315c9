/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernels.h"

#include <string.h>

/* Compiled more than once: the build names the table and the instructions that may be used. */
#ifndef DERMA_KERNELS
#define DERMA_KERNELS derma_kernels_base
#endif

typedef gfloat Four __attribute__ ((vector_size (16)));

static void
weigh (gfloat *restrict line, const guint8 *const rows[2], const gfloat weights[2], gsize n)
{
  const guint8 *a = rows[0], *b = rows[1];
  const gfloat wa = weights[0], wb = weights[1];

  for (gsize i = 0; i < n; i++)
    line[i] = wa * a[i] + wb * b[i];
}

static void
add (gfloat *restrict line, const guint8 *const rows[4], gfloat w, gsize n)
{
  const guint8 *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];

  for (gsize i = 0; i < n; i++)
    line[i] += w * (gfloat)(gint16)(a[i] + b[i] + c[i] + d[i]);
}

static inline void
across_taps (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out, guint taps)
{
  const gfloat *weights = axis->weights;

  for (guint i = 0; i < axis->n; i++, weights += taps) {
    const gfloat *in = line + (gsize)axis->start[i] * step;
    gfloat sum = 0.0f;

    for (guint t = 0; t < taps; t++)
      sum += weights[t] * in[(gsize)t * step];
    out[i] = sum;
  }
}

static void
across (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out)
{
  across_taps (line, step, axis, out, axis->taps);
}

static inline Four
load (const gfloat *from)
{
  Four value;

  memcpy (&value, from, sizeof value);
  return value;
}

static void
across_pixels (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out)
{
  const gfloat *weights = axis->weights;

  for (guint i = 0; i < axis->n; i++, weights += axis->taps) {
    const gfloat *in = line + (gsize)axis->start[i] * step;
    Four sum = { 0.0f, 0.0f, 0.0f, 0.0f };

    for (guint t = 0; t < axis->taps; t++)
      sum += weights[t] * load (in + (gsize)t * step);
    memcpy (out + (gsize)4 * i, &sum, sizeof sum);
  }
}

static inline gfloat
convert (const DermaColour *colour, guint c, gfloat x, gfloat y, gfloat z)
{
  const gfloat *m = colour->matrix[c];
  gfloat value = m[0] * x + m[1] * y + m[2] * z + m[3];

  value = value < 0.0f ? 0.0f : value;
  value = value > 255.0f ? 255.0f : value;
  return value * colour->gain[c] + colour->bias[c];
}

static inline void
convert_all (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *restrict out)
{
  const DermaColour k = *colour;
  const gfloat *x = in[0], *y = in[1], *z = in[2];

  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < 3; c++)
      out[3 * i + c] = convert (&k, c, x[i * step], y[i * step], z[i * step]);
}

static void
convert_line (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *restrict out)
{
  if (colour->channels == 1)
    for (guint i = 0; i < n; i++)
      out[i] = convert (colour, 0, in[0][i * step], in[1][i * step], in[2][i * step]);
  else if (step == 1)
    convert_all (colour, in, 1, n, out);
  else
    convert_all (colour, in, 4, n, out);
}

const DermaKernels DERMA_KERNELS = { weigh, add, across, across_pixels, convert_line };
