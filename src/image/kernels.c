/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/kernels.h"

#include <string.h>

/* Compiled more than once: the build names the table and the instructions that may be used. */
#ifndef DERMA_KERNELS
#define DERMA_KERNELS derma_kernels_base
#endif

/* Bytes of a vector, which is four bytes of a row for each of its lanes. */
#ifdef __AVX2__
#define BYTES 32
#else
#define BYTES 16
#endif
#define CACHE_LINE 64
/* Bytes of which the sum fits into 16 bits. */
#define MAX_SUM 257

typedef gfloat Four __attribute__ ((vector_size (16)));
typedef gint32 FourMask __attribute__ ((vector_size (16)));
typedef gfloat Floats __attribute__ ((vector_size (BYTES)));
typedef gint32 Ints __attribute__ ((vector_size (BYTES)));
typedef guint32 Longs __attribute__ ((vector_size (BYTES)));
typedef guint16 Words __attribute__ ((vector_size (BYTES)));
/* The same anywhere in memory. */
typedef Four LooseFour __attribute__ ((aligned (1), may_alias));
typedef Floats LooseFloats __attribute__ ((aligned (1), may_alias));

#define SHUFFLE __builtin_shufflevector

/* Lanes of two vectors, or pairs of them, in turns: of the lower and of the upper halves of each 16 bytes. */
#if BYTES == 32
#define LOWER(a, b) SHUFFLE (a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define UPPER(a, b) SHUFFLE (a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOWER_PAIRS(a, b) SHUFFLE (a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define UPPER_PAIRS(a, b) SHUFFLE (a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#else
#define LOWER(a, b) SHUFFLE (a, b, 0, 4, 1, 5)
#define UPPER(a, b) SHUFFLE (a, b, 2, 6, 3, 7)
#define LOWER_PAIRS(a, b) SHUFFLE (a, b, 0, 1, 4, 5)
#define UPPER_PAIRS(a, b) SHUFFLE (a, b, 2, 3, 6, 7)
#endif

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define PLACE(i) (i)
#else
#define PLACE(i) (3 - (i))
#endif

/* What an output row needs next lies in the rows below: short pieces far apart, which no processor foresees. */
static inline void
ask_for_next (const DermaRows *rows, gsize at)
{
  const guint8 *next = rows->top + (rows->count - 1) * rows->stride + at;

  for (guint k = 1; at % CACHE_LINE < BYTES && k < rows->count; k++)
    __builtin_prefetch (next + k * rows->stride);
}

/* Byte @i of each lane, as floats. */
#define PART(longs, i) __builtin_convertvector((Ints)((longs) >> (8 * PLACE (i)) & 255), Floats)

static inline void
weigh_row (const guint8 *row, gfloat weight, Floats parts[4])
{
  Longs longs;

  memcpy (&longs, row, sizeof longs);
  for (guint i = 0; i < 4; i++)
    parts[i] += weight * PART (longs, i);
}

/* Sums of the high bytes of words and of the words themselves; the latter overflow, and yet tell those of the low ones.
 */
static inline void
sum_rows (const guint8 *row, gsize stride, guint count, gfloat weight, Floats parts[4])
{
  Words all = { 0 }, high = { 0 };
  Longs sums[2];

  for (; count > 0; count--, row += stride) {
    Words words;

    memcpy (&words, row, sizeof words);
    all += words;
    high += words >> 8;
  }
  sums[PLACE (0) % 2] = (Longs)(all - (high << 8));
  sums[PLACE (1) % 2] = (Longs)high;
  for (guint i = 0; i < 4; i++)
    parts[i] += weight * __builtin_convertvector((Ints)(sums[i % 2] >> (PLACE (i) / 2 * 16) & 65535), Floats);
}

/* The weighted sums of the bytes from @at, those at places 0, 4, 8 ... in the first of @parts and so on. */
static inline void
weigh_block (const DermaRows *rows, gsize at, Floats parts[4])
{
  const guint8 *row = rows->top + at;

  for (guint i = 0; i < 4; i++)
    parts[i] = (Floats){ 0 };
  ask_for_next (rows, at);
  weigh_row (row, rows->first, parts);
  weigh_row (row + (rows->count - 1) * rows->stride, rows->last, parts);
  row += rows->stride;
  for (guint left = rows->count > 2 ? rows->count - 2 : 0, some; left > 0; left -= some, row += some * rows->stride) {
    some = MIN (left, MAX_SUM);
    sum_rows (row, rows->stride, some, rows->inner, parts);
  }
}

static gfloat
weigh_byte (const DermaRows *rows, gsize at)
{
  const guint8 *byte = rows->top + at;
  gfloat sum = rows->first * byte[0] + rows->last * byte[(rows->count - 1) * rows->stride];
  guint inner = 0;

  for (guint k = 1; k + 1 < rows->count; k++)
    inner += byte[k * rows->stride];
  return sum + rows->inner * (gfloat)inner;
}

/* Each 16 bytes of a vector, @apart floats from each other. */
#if BYTES == 32
#define store_halves(to, apart, vector)                       \
  (*(LooseFour *)(to) = SHUFFLE (vector, vector, 0, 1, 2, 3), \
   *(LooseFour *)((to) + (apart)) = SHUFFLE (vector, vector, 4, 5, 6, 7))
#else
#define store_halves(to, apart, vector) (*(LooseFour *)(to) = (vector))
#endif

/* Puts parts of which the lanes take turns back into order. */
static inline void
store_turns (gfloat *to, const Floats parts[4])
{
  Floats a = LOWER (parts[0], parts[1]), b = LOWER (parts[2], parts[3]);
  Floats c = UPPER (parts[0], parts[1]), d = UPPER (parts[2], parts[3]);
  Floats turns[4] = { LOWER_PAIRS (a, b), UPPER_PAIRS (a, b), LOWER_PAIRS (c, d), UPPER_PAIRS (c, d) };

  for (guint i = 0; i < 4; i++)
    store_halves (to + 4 * i, 16, turns[i]);
}

static inline void
store_two_turns (gfloat *to, const Floats parts[2])
{
  Floats turns[2] = { LOWER (parts[0], parts[1]), UPPER (parts[0], parts[1]) };

  for (guint i = 0; i < 2; i++)
    store_halves (to + 4 * i, 8, turns[i]);
}

/* Blocks are whole: the last one begins where it ends with the row. */
#define FOR_BLOCKS(at, n) \
  for (gsize at = 0; at < (n); at = at + 2 * BYTES <= (n) || at + BYTES == (n) ? at + BYTES : (n)-BYTES)

static void
add_rows (const DermaRows *rows, gfloat *restrict line, gsize n)
{
  Floats parts[4];

  if (n < BYTES)
    for (gsize i = 0; i < n; i++)
      line[i] = weigh_byte (rows, i);
  else
    FOR_BLOCKS (at, n)
    {
      weigh_block (rows, at, parts);
      store_turns (line + at, parts);
    }
}

static void
split_rows (const DermaRows *rows, gfloat *restrict even, gfloat *restrict odd, gsize n)
{
  Floats parts[4];

  if (2 * n < BYTES)
    for (gsize i = 0; i < n; i++) {
      even[i] = weigh_byte (rows, 2 * i);
      odd[i] = weigh_byte (rows, 2 * i + 1);
    }
  else
    FOR_BLOCKS (at, 2 * n)
    {
      weigh_block (rows, at, parts);
      store_two_turns (even + at / 2, (const Floats[]){ parts[0], parts[2] });
      store_two_turns (odd + at / 2, (const Floats[]){ parts[1], parts[3] });
    }
}

static inline void
part_from (const DermaRows *rows, guint first, gfloat *const lines[3], gsize n)
{
  Floats parts[4];

  if (4 * n < BYTES)
    for (gsize i = 0; i < 3 * n; i++)
      lines[i % 3][i / 3] = weigh_byte (rows, i / 3 * 4 + first + i % 3);
  else
    FOR_BLOCKS (at, 4 * n)
    {
      weigh_block (rows, at, parts);
      for (guint i = 0; i < 3; i++)
        *(LooseFloats *)(lines[i] + at / 4) = parts[first + i];
    }
}

static void
part_rows (const DermaRows *rows, guint first, gfloat *const lines[3], gsize n)
{
  if (first == 0)
    part_from (rows, 0, lines, n);
  else
    part_from (rows, 1, lines, n);
}

static inline Four
load (const gfloat *from)
{
  return *(const LooseFour *)from;
}

static inline void
store (gfloat *to, Four value)
{
  *(LooseFour *)to = value;
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

#if BYTES == 32
/* Pitch 8, which camera pictures have: a vector an output. Returns how many outputs are done. */
static inline guint
across_eight (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict out)
{
  guint i = 0;

  for (; i + 8 <= axis->n; i += 8) {
    Floats products[8], a, b, c, d;

    for (guint k = 0; k < 8; k++)
      products[k] = *(const LooseFloats *)(line + axis->start[i + k])
                    * *(const LooseFloats *)(axis->weights + (gsize)(i + k) * 8);
    a = LOWER (products[0], products[1]) + UPPER (products[0], products[1]);
    b = LOWER (products[2], products[3]) + UPPER (products[2], products[3]);
    c = LOWER (products[4], products[5]) + UPPER (products[4], products[5]);
    d = LOWER (products[6], products[7]) + UPPER (products[6], products[7]);
    a = LOWER_PAIRS (a, b) + UPPER_PAIRS (a, b);
    c = LOWER_PAIRS (c, d) + UPPER_PAIRS (c, d);
    *(LooseFloats *)(out + i) = SHUFFLE (a, c, 0, 1, 2, 3, 8, 9, 10, 11) + SHUFFLE (a, c, 4, 5, 6, 7, 12, 13, 14, 15);
  }
  return i;
}
#else
#define across_eight(line, axis, out) 0
#endif

static inline void
across_pitch (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict out, guint pitch)
{
  guint i = pitch == 8 ? across_eight (line, axis, out) : 0;

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
across_pixels_taps (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict out, guint taps)
{
  const gfloat *weights = axis->weights;

  for (guint i = 0; i < axis->n; i++, weights += axis->pitch) {
    const gfloat *in = line + (gsize)axis->start[i] * 3;
    Four sum = { 0.0f, 0.0f, 0.0f, 0.0f };

    for (guint t = 0; t < taps; t++)
      sum += weights[t] * load (in + (gsize)t * 3);
    store (out + (gsize)4 * i, sum);
  }
}

/* The usual reductions of camera pictures get loops of known length. */
static void
across_pixels (const gfloat *restrict line, const DermaAxis *axis, gfloat *restrict out)
{
  switch (axis->taps) {
  case 3:
    across_pixels_taps (line, axis, out, 3);
    break;
  case 4:
    across_pixels_taps (line, axis, out, 4);
    break;
  case 5:
    across_pixels_taps (line, axis, out, 5);
    break;
  case 6:
    across_pixels_taps (line, axis, out, 6);
    break;
  default:
    across_pixels_taps (line, axis, out, axis->taps);
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

const DermaKernels DERMA_KERNELS = {
  add_rows, split_rows, part_rows, across, across_pairs, across_pixels, convert_line
};
