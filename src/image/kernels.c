/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernels.h"

#include <string.h>

/* Compiled more than once: the build names the table and the instructions that may be used. */
#ifndef DERMA_KERNELS
#define DERMA_KERNELS derma_kernels_base
#endif

/* Bytes of a row that are worked on at a time: a cache line. */
#define BLOCK 64
/* Bytes of which the sum fits into 16 bits with sign. */
#define MAX_SUM 128

typedef gfloat Four __attribute__ ((vector_size (16)));
typedef gint32 FourMask __attribute__ ((vector_size (16)));

#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector (a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle (a, b, (FourMask){ __VA_ARGS__ })
#endif

/* What an output row needs next lies in the rows below: short pieces far apart, which no processor foresees. */
static inline void
ask_for_next (const DermaRows *rows, gsize at)
{
  const guint8 *next = rows->top + (rows->count - 1) * rows->stride + at;

  for (guint k = 1; k < rows->count; k++)
    __builtin_prefetch (next + k * rows->stride);
}

static inline void
sum_rows (const guint8 *top, gsize stride, guint count, guint16 *restrict sums, gsize n)
{
  memset (sums, 0, n * sizeof *sums);
  for (; count >= 4; count -= 4, top += 4 * stride)
    for (gsize i = 0; i < n; i++)
      sums[i] = (guint16)(sums[i] + top[i] + top[stride + i] + top[2 * stride + i] + top[3 * stride + i]);
  for (; count > 0; count--, top += stride)
    for (gsize i = 0; i < n; i++)
      sums[i] = (guint16)(sums[i] + top[i]);
}

/* @inner is a constant where this is called: the rows between the first and the last, all with one weight. */
static inline void
add_few (const DermaRows *rows, gsize at, guint inner, gfloat *restrict line, gsize n)
{
  const gsize stride = rows->stride;
  const guint8 *a = rows->top + at, *b = a + (rows->count - 1) * stride;
  const gfloat first = rows->first, middle = rows->inner, last = rows->last;

  for (gsize i = 0; i < n; i++) {
    guint16 sum = 0;

    for (guint k = 1; k <= inner; k++)
      sum = (guint16)(sum + a[k * stride + i]);
    line[i] = first * a[i] + last * b[i] + middle * (gfloat)(gint16)sum;
  }
}

static inline void
add_many (const DermaRows *rows, gsize at, gfloat *restrict line, gsize n)
{
  guint16 sums[BLOCK];
  guint left = rows->count - 2;
  const guint8 *row = rows->top + at + rows->stride;

  add_few (rows, at, 0, line, n);
  while (left > 0) {
    guint some = MIN (left, MAX_SUM);

    sum_rows (row, rows->stride, some, sums, n);
    for (gsize i = 0; i < n; i++)
      line[i] += rows->inner * (gfloat)(gint16)sums[i];
    row += some * rows->stride;
    left -= some;
  }
}

static inline void
add_block (const DermaRows *rows, gsize at, gfloat *restrict line, gsize n)
{
  ask_for_next (rows, at);
  switch (rows->count) {
  case 1:
  case 2:
    add_few (rows, at, 0, line, n);
    break;
  case 3:
    add_few (rows, at, 1, line, n);
    break;
  case 4:
    add_few (rows, at, 2, line, n);
    break;
  case 5:
    add_few (rows, at, 3, line, n);
    break;
  case 6:
    add_few (rows, at, 4, line, n);
    break;
  default:
    add_many (rows, at, line, n);
    break;
  }
}

static void
add_rows (const DermaRows *rows, gfloat *restrict line, gsize n)
{
  gsize at = 0;

  for (; at + BLOCK <= n; at += BLOCK)
    add_block (rows, at, line + at, BLOCK);
  add_block (rows, at, line + at, n - at);
}

static void
split_rows (const DermaRows *rows, gfloat *restrict even, gfloat *restrict odd, gsize n)
{
  gfloat line[BLOCK];

  for (gsize at = 0; at < n; at += BLOCK / 2) {
    gsize some = MIN (n - at, BLOCK / 2);

    if (some == BLOCK / 2)
      add_block (rows, 2 * at, line, BLOCK);
    else
      add_block (rows, 2 * at, line, 2 * some);
    for (gsize i = 0; i < some; i++) {
      even[at + i] = line[2 * i];
      odd[at + i] = line[2 * i + 1];
    }
  }
}

static inline Four
load (const gfloat *from)
{
  Four value;

  memcpy (&value, from, sizeof value);
  return value;
}

static inline void
store (gfloat *to, Four value)
{
  memcpy (to, &value, sizeof value);
}

static inline Four
weigh (const gfloat *in, const gfloat *weights, guint pitch)
{
  Four sum = load (weights) * load (in);

  for (guint t = 4; t < pitch; t += 4)
    sum += load (weights + t) * load (in + t);
  return sum;
}

/* The sums of the lanes of four vectors. */
static inline Four
fold (const Four sums[4])
{
  Four a = SHUFFLE (sums[0], sums[1], 0, 4, 1, 5) + SHUFFLE (sums[0], sums[1], 2, 6, 3, 7);
  Four b = SHUFFLE (sums[2], sums[3], 0, 4, 1, 5) + SHUFFLE (sums[2], sums[3], 2, 6, 3, 7);

  return SHUFFLE (a, b, 0, 1, 4, 5) + SHUFFLE (a, b, 2, 3, 6, 7);
}

static inline void
across_pitch (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict out, guint pitch)
{
  guint i = 0;

  for (; i + 4 <= axis->n; i += 4) {
    Four sums[4];

    for (guint k = 0; k < 4; k++)
      sums[k] = weigh (line + axis->start[i + k], axis->weights + (gsize)(i + k) * pitch, pitch);
    store (out + i, fold (sums));
  }
  for (; i < axis->n; i++) {
    Four sum = weigh (line + axis->start[i], axis->weights + (gsize)i * pitch, pitch);

    out[i] = (sum[0] + sum[2]) + (sum[1] + sum[3]);
  }
}

static void
across (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict out)
{
  if (axis->pitch == 4)
    across_pitch (line, axis, out, 4);
  else if (axis->pitch == 8)
    across_pitch (line, axis, out, 8);
  else if (axis->pitch == 12)
    across_pitch (line, axis, out, 12);
  else
    across_pitch (line, axis, out, axis->pitch);
}

static inline Four
weigh_pairs (const gfloat *in, const gfloat *weights, guint pitch)
{
  Four sum = { 0.0f, 0.0f, 0.0f, 0.0f };

  for (guint t = 0; t < pitch; t += 4) {
    Four w = load (weights + t);

    sum += SHUFFLE (w, w, 0, 0, 1, 1) * load (in + (gsize)2 * t);
    sum += SHUFFLE (w, w, 2, 2, 3, 3) * load (in + (gsize)2 * t + 4);
  }
  return sum;
}

static inline void
across_pairs_pitch (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict a, gfloat *restrict b,
                    guint pitch)
{
  for (guint i = 0; i < axis->n; i++) {
    Four sum = weigh_pairs (line + (gsize)2 * axis->start[i], axis->weights + (gsize)i * pitch, pitch);

    sum += SHUFFLE (sum, sum, 2, 3, 0, 1);
    a[i] = sum[0];
    b[i] = sum[1];
  }
}

static void
across_pairs (const gfloat *restrict line, const DermaAxis *axis, gfloat *const out[2])
{
  if (axis->pitch == 4)
    across_pairs_pitch (line, axis, out[0], out[1], 4);
  else if (axis->pitch == 8)
    across_pairs_pitch (line, axis, out[0], out[1], 8);
  else
    across_pairs_pitch (line, axis, out[0], out[1], axis->pitch);
}

static inline void
across_pixels_taps (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out, guint taps)
{
  const gfloat *weights = axis->weights;

  for (guint i = 0; i < axis->n; i++, weights += axis->pitch) {
    const gfloat *in = line + (gsize)axis->start[i] * step;
    Four sum = { 0.0f, 0.0f, 0.0f, 0.0f };

    for (guint t = 0; t < taps; t++)
      sum += weights[t] * load (in + (gsize)t * step);
    store (out + (gsize)4 * i, sum);
  }
}

/* The usual reductions of camera pictures get loops of known length. */
static void
across_pixels (const gfloat *restrict line, guint step, const DermaAxis *axis, gfloat *restrict out)
{
  switch (axis->taps) {
  case 3:
    across_pixels_taps (line, step, axis, out, 3);
    break;
  case 4:
    across_pixels_taps (line, step, axis, out, 4);
    break;
  case 5:
    across_pixels_taps (line, step, axis, out, 5);
    break;
  case 6:
    across_pixels_taps (line, step, axis, out, 6);
    break;
  default:
    across_pixels_taps (line, step, axis, out, axis->taps);
    break;
  }
}

/* @value where @mask is set, else @other. */
static inline Four
choose (FourMask mask, Four value, Four other)
{
  return (Four)(((FourMask)value & mask) | ((FourMask)other & ~mask));
}

/* A pixel's channels at once: its output is three floats, of which wider vectors would have to be shuffled together.
 * Gain and bias are worked into matrix and limits. */
static inline void
convert_all (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *restrict out)
{
  const gfloat (*m)[4] = colour->matrix;
  const Four gain = { colour->gain[0], colour->gain[1], colour->gain[2] };
  const Four bias = { colour->bias[0], colour->bias[1], colour->bias[2] };
  const Four mx = gain * (Four){ m[0][0], m[1][0], m[2][0] }, my = gain * (Four){ m[0][1], m[1][1], m[2][1] };
  const Four mz = gain * (Four){ m[0][2], m[1][2], m[2][2] }, m1 = gain * (Four){ m[0][3], m[1][3], m[2][3] } + bias;
  const Four white = 255.0f * gain + bias;
  const gfloat *x = in[0], *y = in[1], *z = in[2];

  for (guint i = 0; i < n; i++) {
    Four value = mx * x[i * step] + my * y[i * step] + mz * z[i * step] + m1;

    value = choose (value > bias, value, bias);
    value = choose (value < white, value, white);
    if (i + 1 < n)
      store (out + (gsize)3 * i, value);
    else
      memcpy (out + (gsize)3 * i, &value, 3 * sizeof (gfloat));
  }
}

static inline gfloat
convert (const DermaColour *colour, gfloat x, gfloat y, gfloat z)
{
  const gfloat *m = colour->matrix[0];
  gfloat value = m[0] * x + m[1] * y + m[2] * z + m[3];

  value = value < 0.0f ? 0.0f : value;
  value = value > 255.0f ? 255.0f : value;
  return value * colour->gain[0] + colour->bias[0];
}

static void
convert_line (const DermaColour *colour, const gfloat *const in[3], guint step, guint n, gfloat *restrict out)
{
  if (colour->channels == 1)
    for (guint i = 0; i < n; i++)
      out[i] = convert (colour, in[0][i * step], in[1][i * step], in[2][i * step]);
  else if (step == 1)
    convert_all (colour, in, 1, n, out);
  else
    convert_all (colour, in, 4, n, out);
}

const DermaKernels DERMA_KERNELS = { add_rows, split_rows, across, across_pairs, across_pixels, convert_line };
