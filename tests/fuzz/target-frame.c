/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A frame of any geometry over any bytes, through everything that looks at frames. The bytes are repeated to fill the
 * planes, which end where the last row does, without its padding.
 */
#include "input.h"
#include "outcome.h"
#include "target.h"

#include <derma/picture.h>
#include <derma/quality.h>
#include <derma/sampler.h>
#include <derma/shutter.h>

#include <string.h>

#define MAX_PIXELS 40000
#define MAX_SIDE 32

typedef struct {
  DermaFrame frame;
  guint8 *planes[3];
} Film;

void
fuzz_target_start (void)
{
}

static guint
draw_side (FuzzInput *input)
{
  guint32 kind = fuzz_input_byte (input);

  if (kind < 128)
    return kind + 1;
  return kind < 224 ? fuzz_input_word (input) % 512u + 1u : fuzz_input_long (input);
}

static void
fill (guint8 *plane, gsize size, const guint8 *bytes, gsize n)
{
  if (n == 0)
    memset (plane, 0x80, size);
  for (gsize i = 0; n > 0 && i < size; i += n)
    memcpy (plane + i, bytes, MIN (n, size - i));
}

static gboolean
is_large (const DermaFrame *frame)
{
  return (guint64)frame->width * frame->height > MAX_PIXELS;
}

/* Planes are made for sizes that are sane; for others there are none, and nothing may look for them. */
static void
make_film (FuzzInput *input, Film *film)
{
  DermaFrame *frame = &film->frame;
  guint8 padding[3];
  gsize row, n;
  guint rows;

  frame->format = fuzz_input_below (input, DERMA_N_FORMATS + 1);
  frame->width = draw_side (input);
  frame->height = draw_side (input);
  frame->matrix = fuzz_input_below (input, DERMA_N_MATRICES + 1);
  frame->range = fuzz_input_below (input, 3);
  for (guint i = 0; i < 3; i++)
    padding[i] = fuzz_input_byte (input);
  if (is_large (frame) && frame->width <= DERMA_MAX_SIDE && frame->height <= DERMA_MAX_SIDE) {
    frame->width = frame->width % 200 + 1;
    frame->height = frame->height % 200 + 1;
  }
  for (guint i = 0; !is_large (frame) && i < 3; i++) {
    if (!derma_format_get_plane_size (frame->format, i, frame->width, frame->height, &row, &rows))
      break;
    if (row == 0 || rows == 0)
      break;
    n = row + padding[i] % 40;
    film->planes[i] = g_malloc ((rows - 1) * n + row);
    fill (film->planes[i], (rows - 1) * n + row, input->data, input->size);
    frame->planes[i] = film->planes[i];
    frame->strides[i] = padding[i] == 255 ? -(gint)n : (gint)n;
  }
}

static DermaRect
draw_rect (FuzzInput *input)
{
  DermaRect rect = { (gint16)fuzz_input_word (input), (gint16)fuzz_input_word (input), (gint16)fuzz_input_word (input),
                     (gint16)fuzz_input_word (input) };

  if (fuzz_input_below (input, 4) == 0) {
    rect.x *= 65535;
    rect.width *= 65535;
  }
  return rect;
}

static void
sample (const DermaFrame *frame, const DermaRect *rect, guint8 size, gboolean grey, gboolean valid)
{
  static const gfloat mean[] = { 0.5f, 0.25f, 0.75f }, std[] = { 0.5f, 0.25f, 1.0f };
  guint width = size % MAX_SIDE + 1, height = size / 7 % MAX_INPUT + 1, channels = grey ? 1 : 3;
  g_autoptr (DermaSampler) sampler = derma_sampler_new (width, height, channels, mean, std);
  g_autofree gfloat *output = g_new0 (gfloat, width * height * channels);
  g_autoptr (GError) error = NULL;
  gboolean ok = derma_sampler_run (sampler, frame, rect, output, &error);

  fuzz_outcome_check (ok, error, "");
  g_assert_true (ok == valid);
  for (guint i = 0; i < width * height * channels; i++)
    fuzz_outcome_check_range (output[i], -1.01, 3.01);
}

static void
check_measure (gfloat value)
{
  if (value != DERMA_UNMEASURED)
    fuzz_outcome_check_range (value, 0, 1);
}

static void
measure (const DermaFrame *frame, const DermaRect *rect, gboolean valid)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    DermaQuality quality;
    DermaQualityDetail detail;
    gboolean ok = derma_quality_meter_measure (meter, frame, rect, &quality, &error);

    fuzz_outcome_check (ok, error, "");
    g_assert_true (ok == valid);
    if (!ok)
      return;
    check_measure (quality.focus);
    check_measure (quality.exposure);
    check_measure (quality.glare);
    check_measure (quality.motion);
    derma_quality_meter_get_detail (meter, &detail);
    g_assert_nonnull (derma_advice_get_text (derma_quality_advise (&quality, &detail)));
  }
}

static void
encode (const DermaFrame *frame, guint8 quality, gboolean valid)
{
  const DermaPictureCoding coding = { .type = quality & 1 ? DERMA_PICTURE_JPEG : DERMA_PICTURE_PNG,
                                      .quality = quality % 102 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = derma_picture_encode (frame, &coding, &error);

  fuzz_outcome_check (bytes != NULL, error, "");
  if (!valid)
    g_assert_null (bytes);
}

static void
copy (const DermaFrame *frame, gboolean valid)
{
  g_autoptr (DermaPicture) picture = derma_picture_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok = derma_picture_assign (picture, frame, &error);

  fuzz_outcome_check (ok, error, "");
  g_assert_true (ok == valid);
  g_clear_error (&error);
  derma_picture_free (derma_picture_new_rgb (frame, &error));
  g_assert_true ((error == NULL) == valid);
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint8 what = fuzz_input_byte (&input), amount = fuzz_input_byte (&input);
  DermaRect roi = draw_rect (&input), rect;
  g_autoptr (GError) error = NULL;
  Film film = { .planes = { NULL } };
  gboolean valid;

  make_film (&input, &film);
  valid = derma_frame_check (&film.frame, &error);
  fuzz_outcome_check (valid, error, "");
  rect = valid ? derma_frame_get_region (&film.frame, what % 3, &roi) : roi;
  if (valid) {
    fuzz_outcome_check_range (rect.x, 0, film.frame.width - 1);
    fuzz_outcome_check_range (rect.y, 0, film.frame.height - 1);
    fuzz_outcome_check_range (rect.width, 1, film.frame.width - rect.x);
    fuzz_outcome_check_range (rect.height, 1, film.frame.height - rect.y);
  }
  sample (&film.frame, &rect, amount, what & 8, valid);
  measure (&film.frame, what & 16 ? &roi : &rect, valid);
  if (what & 32)
    encode (&film.frame, amount, valid);
  if (what & 64)
    copy (&film.frame, valid);
  for (guint i = 0; i < 3; i++)
    g_free (film.planes[i]);
}
