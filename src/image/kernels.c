/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernels.h"

#include <string.h>

/* Compiled more than once: the build names the table and the instructions that may be used. */
#ifndef DERMA_KERNELS
#define DERMA_KERNELS derma_kernels_base
#endif

typedef gfloat Four __attribute__ ((vector_size (16)));
typedef gint32 FourMask __attribute__ ((vector_size (16)));

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

/* The usual reductions of camera pictures get loops of known length. */
#define WITH_TAPS(function)                       \
  switch (axis->taps) {                           \
  case 2:                                         \
    function (line, step, axis, out, 2);          \
    break;                                        \
  case 3:                                         \
    function (line, step, axis, out, 3);          \
    break;                                        \
  case 4:                                         \
    function (line, step, axis, out, 4);          \
    break;                                        \
  case 5:                                         \
    function (line, step, axis, out, 5);          \
    break;                                        \
  case 6:                                         \
    function (line, step, axis, out, 6);          \
    break;                                        \
  default:                                        \
    function (line, step, axis, out, axis->taps); \
    break;                                        \
  }

static void
across (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out)
{
  WITH_TAPS (across_taps)
}

static inline Four
load (const gfloat *from)
{
  Four value;

  memcpy (&value, from, sizeof value);
  return value;
}

static inline void
across_pixels_taps (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out, guint taps)
{
  const gfloat *weights = axis->weights;

  for (guint i = 0; i < axis->n; i++, weights += taps) {
    const gfloat *in = line + (gsize)axis->start[i] * step;
    Four sum = { 0.0f, 0.0f, 0.0f, 0.0f };

    for (guint t = 0; t < taps; t++)
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

static void
across_pixels (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out)
{
  WITH_TAPS (across_pixels_taps)
}

static inline Four
clip (Four value)
{
  const Four white = { 255.0f, 255.0f, 255.0f, 255.0f };
  FourMask mask = value > 0.0f;

  value = (Four)((FourMask)value & mask);
  mask = value < white;
  return (Four)(((FourMask)value & mask) | ((FourMask)white & ~mask));
}

/* A pixel's channels at once: its output is three floats, of which wider vectors would have to be shuffled together. */
static inline void
convert_all (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *restrict out)
{
  const gfloat (*m)[4] = colour->matrix;
  const Four mx = { m[0][0], m[1][0], m[2][0] }, my = { m[0][1], m[1][1], m[2][1] };
  const Four mz = { m[0][2], m[1][2], m[2][2] }, m1 = { m[0][3], m[1][3], m[2][3] };
  const Four gain = { colour->gain[0], colour->gain[1], colour->gain[2] };
  const Four bias = { colour->bias[0], colour->bias[1], colour->bias[2] };
  const gfloat *x = in[0], *y = in[1], *z = in[2];

  for (guint i = 0; i < n; i++) {
    Four value = clip (mx * x[i * step] + my * y[i * step] + mz * z[i * step] + m1) * gain + bias;

    memcpy (out + (gsize)3 * i, &value, 3 * sizeof (gfloat));
  }
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
