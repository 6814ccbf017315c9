/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>

#include "image/decode.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

/* A progressive file can make the decoder go over the whole picture as often as it likes. */
#define MAX_SCANS 200

#define MAX_ROWS (MAX_SAMP_FACTOR * DCTSIZE)

/* Everything that lives across a jump out of libjpeg is in here. */
typedef struct {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  DermaError code;
  gchar message[JMSG_LENGTH_MAX];
  DermaPicture *picture;
  GError *error;
  guint8 *strips[3]; /* a row of MCUs of each component */
  JSAMPROW rows[3][MAX_ROWS];
} Jpeg;

static G_NORETURN void
escape (Jpeg *jpeg, DermaError code, const gchar *cause)
{
  jpeg->code = code;
  g_strlcpy (jpeg->message, cause, sizeof jpeg->message);
  longjmp (jpeg->escape, 1);
}

static DermaError
get_code (j_common_ptr info)
{
  switch (info->err->msg_code) {
  case JERR_IMAGE_TOO_BIG:
    return DERMA_ERROR_LIMIT;
  case JERR_OUT_OF_MEMORY:
    return DERMA_ERROR_RUNTIME;
  default:
    return DERMA_ERROR_FORMAT;
  }
}

static G_NORETURN void
on_error (j_common_ptr info)
{
  gchar message[JMSG_LENGTH_MAX];

  info->err->format_message (info, message);
  escape (info->client_data, get_code (info), message);
}

/* libjpeg warns of damaged data and fills in grey; a reading must not be made of that. */
static void
on_message (j_common_ptr info, int level)
{
  if (level < 0 && info->err->msg_code != JWRN_ADOBE_XFORM && info->err->msg_code != JWRN_JFIF_MAJOR)
    on_error (info);
}

static void
on_progress (j_common_ptr info)
{
  if (((j_decompress_ptr)info)->input_scan_number > MAX_SCANS)
    escape (info->client_data, DERMA_ERROR_LIMIT, "more than 200 scans");
}

static DermaFormat
choose_format (Jpeg *jpeg)
{
  const struct jpeg_decompress_struct *info = &jpeg->info;

  switch (info->jpeg_color_space) {
  case JCS_GRAYSCALE:
    return DERMA_FORMAT_GRAY8;
  case JCS_YCbCr:
    if (info->comp_info[0].h_samp_factor == info->max_h_samp_factor
        && info->comp_info[0].v_samp_factor == info->max_v_samp_factor)
      return DERMA_FORMAT_I420;
    escape (jpeg, DERMA_ERROR_UNSUPPORTED, "luma at less than full resolution");
  case JCS_RGB:
    if (info->max_h_samp_factor == 1 && info->max_v_samp_factor == 1)
      return DERMA_FORMAT_RGB;
    escape (jpeg, DERMA_ERROR_UNSUPPORTED, "subsampled RGB");
  case JCS_CMYK:
  case JCS_YCCK:
    escape (jpeg, DERMA_ERROR_UNSUPPORTED, "CMYK");
  default:
    escape (jpeg, DERMA_ERROR_UNSUPPORTED, "unknown colour space");
  }
}

static void
start (Jpeg *jpeg)
{
  struct jpeg_decompress_struct *info = &jpeg->info;

  /* jpegdec's settings: samples as they are coded, by the fast inverse DCT. */
  info->raw_data_out = TRUE;
  info->out_color_space = info->jpeg_color_space;
  info->dct_method = JDCT_FASTEST;
  info->do_fancy_upsampling = FALSE;
  info->do_block_smoothing = FALSE;
  jpeg_start_decompress (info);
  for (gint c = 0; c < info->num_components; c++) {
    const jpeg_component_info *component = &info->comp_info[c];
    guint height = (guint)component->v_samp_factor * DCTSIZE;
    gsize mcus = (info->image_width + info->max_h_samp_factor * DCTSIZE - 1) / (info->max_h_samp_factor * DCTSIZE);
    gsize width = mcus * (gsize)component->h_samp_factor * DCTSIZE;

    jpeg->strips[c] = g_try_malloc0 (width * height);
    if (!jpeg->strips[c])
      escape (jpeg, DERMA_ERROR_RUNTIME, "no memory");
    for (guint i = 0; i < height; i++)
      jpeg->rows[c][i] = jpeg->strips[c] + i * width;
  }
}

/*
 * Rows @y.. of a chroma plane at half resolution both ways out of a strip. Where the file has more samples jpegdec
 * keeps every other one: of columns the first, of rows the second.
 */
static void
store_chroma (Jpeg *jpeg, guint c, guint top)
{
  const jpeg_component_info *component = &jpeg->info.comp_info[c];
  guint h = (guint)component->h_samp_factor, hmax = (guint)jpeg->info.max_h_samp_factor;
  guint v = (guint)component->v_samp_factor, vmax = (guint)jpeg->info.max_v_samp_factor;
  const DermaFrame *frame = &jpeg->picture->frame;
  guint width = (frame->width + 1) / 2, height = (frame->height + 1) / 2;
  guint last = component->height_in_blocks * DCTSIZE - 1 - top / vmax * v;

  for (guint y = top / 2; y < height && y < (top + vmax * DCTSIZE) / 2; y++) {
    const guint8 *in = jpeg->rows[c][MIN ((2 * y + 1 - top) * v / vmax, last)];
    guint8 *out = jpeg->picture->data + (frame->planes[c] - jpeg->picture->data) + (gsize)y * frame->strides[c];

    for (guint x = 0; x < width; x++)
      out[x] = in[2 * x * h / hmax];
  }
}

/* The full-resolution components: one, or three to interleave. */
static void
store_full (Jpeg *jpeg, guint components, guint top)
{
  const DermaFrame *frame = &jpeg->picture->frame;
  guint bottom = MIN (top + (guint)jpeg->info.max_v_samp_factor * DCTSIZE, frame->height);

  for (guint y = top; y < bottom; y++) {
    guint8 *out = jpeg->picture->data + (gsize)y * frame->strides[0];

    for (guint c = 0; c < components; c++)
      for (guint x = 0; x < frame->width; x++)
        out[x * components + c] = jpeg->rows[c][y - top][x];
  }
}

static void
decode (Jpeg *jpeg, const guint8 *data, gsize size)
{
  struct jpeg_decompress_struct *info = &jpeg->info;
  JSAMPARRAY planes[3] = { jpeg->rows[0], jpeg->rows[1], jpeg->rows[2] };
  DermaFormat format;

  jpeg_create_decompress (info);
  info->progress = &jpeg->progress;
  jpeg_mem_src (info, data, size);
  jpeg_read_header (info, TRUE);
  format = choose_format (jpeg);
  if (!derma_picture_allocate (jpeg->picture, format, info->image_width, info->image_height, &jpeg->error))
    longjmp (jpeg->escape, 1);
  start (jpeg);
  while (info->output_scanline < info->output_height) {
    guint top = info->output_scanline;

    jpeg_read_raw_data (info, planes, (guint)info->max_v_samp_factor * DCTSIZE);
    store_full (jpeg, format == DERMA_FORMAT_RGB ? 3 : 1, top);
    for (guint c = 1; c < 3 && format == DERMA_FORMAT_I420; c++)
      store_chroma (jpeg, c, top);
  }
  jpeg_finish_decompress (info);
}

gboolean
derma_picture_decode_jpeg (DermaPicture *picture, const guint8 *data, gsize size, GError **error)
{
  g_autofree Jpeg *jpeg = g_new0 (Jpeg, 1);
  volatile gboolean ok = FALSE;

  jpeg->picture = picture;
  jpeg->info.err = jpeg_std_error (&jpeg->errors);
  jpeg->info.client_data = jpeg;
  jpeg->errors.error_exit = on_error;
  jpeg->errors.emit_message = on_message;
  jpeg->progress.progress_monitor = on_progress;
  if (setjmp (jpeg->escape) == 0) {
    decode (jpeg, data, size);
    ok = TRUE;
  } else if (jpeg->error != NULL) {
    g_propagate_error (error, jpeg->error);
  } else {
    g_set_error (error, DERMA_ERROR, jpeg->code, "JPEG: %s", jpeg->message);
  }
  jpeg_destroy_decompress (&jpeg->info);
  for (guint c = 0; c < 3; c++)
    g_free (jpeg->strips[c]);
  return ok;
}
