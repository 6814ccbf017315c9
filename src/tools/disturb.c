/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/disturb.h"

#include <derma/error.h>
#include <derma/picture.h>
#include <derma/sampler.h>

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#define MAX_SIDE 4096
#define MAX_RADIUS 64

struct _DermaDisturber {
  guint width;
  guint height;
  DermaSampler *sampler;
  gfloat *values; /* what the sampler gives; scratch memory after that */
  guint8 *input;  /* R, G, B without padding */
  guint8 *output;
};

typedef gboolean (*Apply) (DermaDisturber *disturber, const gdouble *parameters, guint32 seed, GError **error);

static guint8
clip (gdouble value)
{
  return (guint8)CLAMP (value + 0.5, 0.0, 255.0);
}

/* A picture of @n pixels goes on as its mirror image, and that one likewise. */
static guint
reflect (gint i, guint n)
{
  gint period = 2 * (gint)n, rest = i % period;

  if (rest < 0)
    rest += period;
  return (guint)MIN (rest, period - 1 - rest);
}

/* Weights of the pixels -radius..radius, sum 1. */
static gint
make_kernel (gdouble sigma, gfloat kernel[2 * MAX_RADIUS + 1])
{
  gint radius = MIN ((gint)ceil (3 * sigma), MAX_RADIUS);
  gdouble sum = 0;

  for (gint i = -radius; i <= radius; i++)
    sum += exp (-i * i / (2 * sigma * sigma));
  for (gint i = -radius; i <= radius; i++)
    kernel[i + radius] = (gfloat)(exp (-i * i / (2 * sigma * sigma)) / sum);
  return radius;
}

static gboolean
blur (DermaDisturber *d, const gdouble *parameters, guint32 seed, GError **error)
{
  gfloat kernel[2 * MAX_RADIUS + 1];
  gint radius = make_kernel (parameters[0] * d->width / 224, kernel);
  gsize row = (gsize)d->width * 3;

  for (guint y = 0; y < d->height; y++)
    for (guint x = 0; x < d->width; x++)
      for (guint c = 0; c < 3; c++) {
        gfloat sum = 0;

        for (gint i = -radius; i <= radius; i++)
          sum += kernel[i + radius] * d->input[y * row + reflect ((gint)x + i, d->width) * 3 + c];
        d->values[y * row + x * 3 + c] = sum;
      }
  radius = make_kernel (parameters[0] * d->height / 224, kernel);
  for (guint y = 0; y < d->height; y++)
    for (gsize x = 0; x < row; x++) {
      gfloat sum = 0;

      for (gint i = -radius; i <= radius; i++)
        sum += kernel[i + radius] * d->values[reflect ((gint)y + i, d->height) * row + x];
      d->output[y * row + x] = clip (sum);
    }
  return TRUE;
}

/* Two normal deviates at a time (Box and Muller, 1958). */
static gboolean
add_noise (DermaDisturber *d, const gdouble *parameters, guint32 seed, GError **error)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gsize n = (gsize)d->width * d->height * 3;

  for (gsize i = 0; i < n; i += 2) {
    gdouble length = parameters[0] * sqrt (-2 * log (1 - g_rand_double (random)));
    gdouble angle = 2 * G_PI * g_rand_double (random);

    d->output[i] = clip (d->input[i] + length * cos (angle));
    if (i + 1 < n)
      d->output[i + 1] = clip (d->input[i + 1] + length * sin (angle));
  }
  return TRUE;
}

static gboolean
multiply (DermaDisturber *d, const gdouble *parameters, guint32 seed, GError **error)
{
  gsize n = (gsize)d->width * d->height * 3;

  for (gsize i = 0; i < n; i++)
    d->output[i] = clip (d->input[i] * parameters[i % 3]);
  return TRUE;
}

/* Cubic convolution (Keys, 1981): weights of the pixels at -1, 0, 1 and 2 for a place @t from pixel 0. */
static void
weigh (gdouble t, gfloat weights[4])
{
  weights[0] = (gfloat)(t * (-0.5 + t * (1 - 0.5 * t)));
  weights[1] = (gfloat)(1 + t * t * (-2.5 + 1.5 * t));
  weights[2] = (gfloat)(t * (0.5 + t * (2 - 1.5 * t)));
  weights[3] = (gfloat)(t * t * (-0.5 + 0.5 * t));
}

/* The picture at a place, in pixels from the middle of the first one. */
static void
look_up (const DermaDisturber *d, gdouble x, gdouble y, guint8 *pixel)
{
  gint left = (gint)floor (x), top = (gint)floor (y);
  gfloat across[4], down[4], sums[3] = { 0, 0, 0 };

  weigh (x - left, across);
  weigh (y - top, down);
  for (gint j = 0; j < 4; j++) {
    const guint8 *row = d->input + (gsize)reflect (top + j - 1, d->height) * d->width * 3;

    for (gint i = 0; i < 4; i++) {
      const guint8 *from = row + (gsize)reflect (left + i - 1, d->width) * 3;
      gfloat weight = down[j] * across[i];

      for (guint c = 0; c < 3; c++)
        sums[c] += weight * from[c];
    }
  }
  for (guint c = 0; c < 3; c++)
    pixel[c] = clip (sums[c]);
}

/* Turns by so many degrees with the clock, scales and then shifts by parts of the side, all about the middle. */
static gboolean
move (DermaDisturber *d, const gdouble *parameters, guint32 seed, GError **error)
{
  gdouble angle = parameters[0] * G_PI / 180, scale = parameters[1];
  gdouble cosine = cos (angle) / scale, sine = sin (angle) / scale;
  gdouble middle_x = (d->width - 1) / 2.0, middle_y = (d->height - 1) / 2.0;

  for (guint y = 0; y < d->height; y++)
    for (guint x = 0; x < d->width; x++) {
      gdouble dx = x - middle_x - parameters[2] * d->width, dy = y - middle_y - parameters[2] * d->height;

      look_up (d, middle_x + cosine * dx + sine * dy, middle_y - sine * dx + cosine * dy,
               d->output + ((gsize)y * d->width + x) * 3);
    }
  return TRUE;
}

static void
write_pair (const guint8 *left, const guint8 *right, guint8 *pair)
{
  gdouble luma[2], red = (left[0] + right[0]) / 2.0, blue = (left[2] + right[2]) / 2.0, mean;

  luma[0] = 0.299 * left[0] + 0.587 * left[1] + 0.114 * left[2];
  luma[1] = 0.299 * right[0] + 0.587 * right[1] + 0.114 * right[2];
  mean = (luma[0] + luma[1]) / 2;
  pair[0] = clip (16 + luma[0] * 219 / 255);
  pair[1] = clip (128 + (blue - mean) / 1.772 * 224 / 255);
  pair[2] = clip (16 + luma[1] * 219 / 255);
  pair[3] = clip (128 + (red - mean) / 1.402 * 224 / 255);
}

static gsize
get_yuy2_stride (const DermaDisturber *d)
{
  return ((gsize)d->width + 1) / 2 * 4;
}

static gboolean
to_yuy2 (DermaDisturber *d, const gdouble *parameters, guint32 seed, GError **error)
{
  for (guint y = 0; y < d->height; y++)
    for (guint x = 0; x < d->width; x += 2) {
      const guint8 *left = d->input + ((gsize)y * d->width + x) * 3;

      write_pair (left, x + 1 < d->width ? left + 3 : left, d->output + y * get_yuy2_stride (d) + (gsize)x * 2);
    }
  return TRUE;
}

/* Everything that lives across a jump out of libjpeg is in here. */
typedef struct {
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct reader;
  jmp_buf escape;
  gchar message[JMSG_LENGTH_MAX];
} Jpeg;

static G_NORETURN void
on_error (j_common_ptr info)
{
  Jpeg *jpeg = info->client_data;

  info->err->format_message (info, jpeg->message);
  longjmp (jpeg->escape, 1);
}

static void
decode (Jpeg *jpeg, GBytes *bytes, DermaDisturber *d)
{
  struct jpeg_decompress_struct *reader = &jpeg->reader;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  jpeg_create_decompress (reader);
  jpeg_mem_src (reader, data, size);
  jpeg_read_header (reader, TRUE);
  reader->out_color_space = JCS_RGB;
  jpeg_start_decompress (reader);
  while (reader->output_scanline < d->height) {
    JSAMPROW row = d->output + (gsize)reader->output_scanline * d->width * 3;

    jpeg_read_scanlines (reader, &row, 1);
  }
  jpeg_finish_decompress (reader);
}

/* As cameras do it, with chroma at half the resolution. */
static gboolean
compress (DermaDisturber *d, const gdouble *parameters, guint32 seed, GError **error)
{
  const DermaFrame frame = { .format = DERMA_FORMAT_RGB,
                             .width = d->width,
                             .height = d->height,
                             .range = DERMA_RANGE_FULL,
                             .planes = { d->input },
                             .strides = { (gint)d->width * 3 } };
  const DermaPictureCoding coding = { .type = DERMA_PICTURE_JPEG, .quality = (guint)parameters[0], .small = TRUE };
  g_autoptr (GBytes) bytes = derma_picture_encode (&frame, &coding, error);
  g_autofree Jpeg *jpeg = g_new0 (Jpeg, 1);
  gboolean failed = TRUE;

  if (!bytes)
    return FALSE;
  jpeg->reader.err = jpeg_std_error (&jpeg->errors);
  jpeg->reader.client_data = jpeg;
  jpeg->errors.error_exit = on_error;
  if (setjmp (jpeg->escape) == 0) {
    decode (jpeg, bytes, d);
    failed = FALSE;
  } else {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "JPEG: %s", jpeg->message);
  }
  jpeg_destroy_decompress (&jpeg->reader);
  return !failed;
}

static const struct {
  const gchar *name;
  Apply apply;
  gdouble parameters[3];
} DISTURBANCES[DERMA_N_DISTURBANCES] = {
  [DERMA_DISTURB_BLUR] = { "blur", blur, { 1 } },
  [DERMA_DISTURB_NOISE] = { "noise", add_noise, { 8 } },
  [DERMA_DISTURB_JPEG] = { "jpeg-40", compress, { 40 } },
  [DERMA_DISTURB_BRIGHTER] = { "brightness+20%", multiply, { 1.2, 1.2, 1.2 } },
  [DERMA_DISTURB_DARKER] = { "brightness-20%", multiply, { 0.8, 0.8, 0.8 } },
  [DERMA_DISTURB_WARM] = { "warm", multiply, { 1.1, 1, 0.9 } },
  [DERMA_DISTURB_COOL] = { "cool", multiply, { 0.9, 1, 1.1 } },
  [DERMA_DISTURB_ROTATE_LEFT] = { "rotation-15", move, { -15, 1, 0 } },
  [DERMA_DISTURB_ROTATE_RIGHT] = { "rotation+15", move, { 15, 1, 0 } },
  [DERMA_DISTURB_SMALLER] = { "scale-0.8", move, { 0, 0.8, 0 } },
  [DERMA_DISTURB_LARGER] = { "scale-1.25", move, { 0, 1.25, 0 } },
  [DERMA_DISTURB_SHIFT] = { "shift-10%", move, { 0, 1, 0.1 } },
  [DERMA_DISTURB_YUY2] = { "yuy2", to_yuy2, { 0 } },
};

const gchar *
derma_disturbance_get_name (DermaDisturbance disturbance)
{
  return DISTURBANCES[disturbance].name;
}

DermaDisturber *
derma_disturber_new (guint width, guint height, GError **error)
{
  static const gfloat zero[3] = { 0, 0, 0 }, one[3] = { 1, 1, 1 };
  g_autoptr (DermaDisturber) d = g_new0 (DermaDisturber, 1);
  gsize n;

  d->width = MIN ((width * 8 + 3) / 7, MAX_SIDE);
  d->height = MIN ((height * 8 + 3) / 7, MAX_SIDE);
  d->sampler = derma_sampler_new (d->width, d->height, 3, zero, one);
  n = (gsize)d->width * d->height * 3;
  d->values = g_try_new (gfloat, n);
  d->input = g_try_malloc0 (n);
  d->output = g_try_malloc (MAX (n, get_yuy2_stride (d) * d->height));
  if (d->sampler && d->values && d->input && d->output)
    return g_steal_pointer (&d);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "no memory to disturb pictures of %ux%u pixels", d->width,
               d->height);
  return NULL;
}

void
derma_disturber_free (DermaDisturber *disturber)
{
  if (!disturber)
    return;
  derma_sampler_free (disturber->sampler);
  g_free (disturber->values);
  g_free (disturber->input);
  g_free (disturber->output);
  g_free (disturber);
}

gboolean
derma_disturber_load (DermaDisturber *disturber, const DermaFrame *frame, const DermaRect *rect, GError **error)
{
  gsize n = (gsize)disturber->width * disturber->height * 3;

  if (!derma_sampler_run (disturber->sampler, frame, rect, disturber->values, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    disturber->input[i] = clip (disturber->values[i] * 255);
  return TRUE;
}

gboolean
derma_disturber_apply (DermaDisturber *disturber, DermaDisturbance disturbance, guint32 seed, DermaFrame *frame,
                       GError **error)
{
  gboolean yuy2 = disturbance == DERMA_DISTURB_YUY2;
  gsize stride = yuy2 ? get_yuy2_stride (disturber) : (gsize)disturber->width * 3;

  *frame = (DermaFrame){ .format = yuy2 ? DERMA_FORMAT_YUY2 : DERMA_FORMAT_RGB,
                         .width = disturber->width,
                         .height = disturber->height,
                         .matrix = DERMA_MATRIX_BT601,
                         .range = yuy2 ? DERMA_RANGE_LIMITED : DERMA_RANGE_FULL,
                         .planes = { disturber->output },
                         .strides = { (gint)stride } };
  return DISTURBANCES[disturbance].apply (disturber, DISTURBANCES[disturbance].parameters, seed, error);
}
