/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/shot.h"

#include <derma/picture.h>

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

/* swscale writes in blocks, beyond the end of a row too. */
#define ALIGN 64

void
derma_shot_clear (DermaShot *shot)
{
  g_free (shot->pixels);
  *shot = (DermaShot){ 0 };
}

/* A picture somewhere, as swscale wants it. */
typedef struct {
  gint width;
  gint height;
  enum AVPixelFormat format;
  gint matrix; /* SWS_CS_... */
  gboolean full;
  const guint8 *planes[4];
  gint strides[4];
} Source;

static gboolean
refuse (GError **error, DermaError code, const gchar *cause)
{
  g_set_error_literal (error, DERMA_ERROR, code, cause);
  return FALSE;
}

static gboolean
allocate (DermaShot *shot, guint width, guint height, GError **error)
{
  gsize stride = ((gsize)width * 3 + ALIGN - 1) / ALIGN * ALIGN;

  *shot = (DermaShot){ width, height, (gint)stride, g_try_malloc0 (stride * height + ALIGN) };
  return shot->pixels || refuse (error, DERMA_ERROR_RUNTIME, "there is no memory for the picture");
}

/* Replaces @shot by the source in another size. */
static gboolean
convert (DermaShot *shot, const Source *source, guint width, guint height, GError **error)
{
  gint flags = (guint)source->width == width ? SWS_BICUBIC : SWS_AREA;
  struct SwsContext *context = NULL;
  g_auto (DermaShot) made = { 0 };
  gint rows;

  if (source->width < 1 || source->height < 1 || source->width > DERMA_MAX_SIDE || source->height > DERMA_MAX_SIDE)
    return refuse (error, DERMA_ERROR_LIMIT, "the picture is too large");
  /* swscale aborts on some formats that it does not know. */
  if (!sws_isSupportedInput (source->format))
    return refuse (error, DERMA_ERROR_UNSUPPORTED, "the pixels are of a format that cannot be converted");
  if (!allocate (&made, width, height, error))
    return FALSE;
  context = sws_getContext (source->width, source->height, source->format, (gint)width, (gint)height, AV_PIX_FMT_RGB24,
                            flags | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
  if (!context)
    return refuse (error, DERMA_ERROR_RUNTIME, "the pixels cannot be converted");
  sws_setColorspaceDetails (context, sws_getCoefficients (source->matrix), source->full,
                            sws_getCoefficients (SWS_CS_DEFAULT), TRUE, 0, 1 << 16, 1 << 16);
  rows = sws_scale (context, source->planes, source->strides, 0, source->height, (guint8 *[]){ made.pixels },
                    &made.stride);
  sws_freeContext (context);
  if (rows != (gint)height)
    return refuse (error, DERMA_ERROR_RUNTIME, "the pixels cannot be converted");
  derma_shot_clear (shot);
  *shot = made;
  made = (DermaShot){ 0 };
  return TRUE;
}

static gint
get_matrix (const AVFrame *frame)
{
  switch (frame->colorspace) {
  case AVCOL_SPC_BT709:
    return SWS_CS_ITU709;
  case AVCOL_SPC_FCC:
    return SWS_CS_FCC;
  case AVCOL_SPC_SMPTE240M:
    return SWS_CS_SMPTE240M;
  case AVCOL_SPC_BT2020_NCL:
  case AVCOL_SPC_BT2020_CL:
    return SWS_CS_BT2020;
  case AVCOL_SPC_BT470BG:
  case AVCOL_SPC_SMPTE170M:
    return SWS_CS_ITU601;
  default: /* as GStreamer guesses */
    return frame->height > 576 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  }
}

/* The formats with a J are of full range, but swscale wants them called by their other names. */
static enum AVPixelFormat
get_format (enum AVPixelFormat format, gboolean *full)
{
  static const struct {
    enum AVPixelFormat old;
    enum AVPixelFormat now;
  } names[] = { { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P },
                { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
                { AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P },
                { AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].old == format) {
      *full = TRUE;
      return names[i].now;
    }
  return format;
}

gboolean
derma_shot_take (DermaShot *shot, const AVFrame *frame, GError **error)
{
  Source source = { .width = frame->width, .height = frame->height, .matrix = get_matrix (frame) };

  source.full = frame->color_range == AVCOL_RANGE_JPEG;
  source.format = get_format (frame->format, &source.full);
  for (guint i = 0; i < 4; i++) {
    source.planes[i] = frame->data[i];
    source.strides[i] = frame->linesize[i];
  }
  return convert (shot, &source, (guint)MAX (frame->width, 1), (guint)MAX (frame->height, 1), error);
}

gboolean
derma_shot_take_still (DermaShot *shot, const DermaFrame *frame, GError **error)
{
  Source source = { .width = (gint)frame->width, .height = (gint)frame->height, .matrix = SWS_CS_ITU601, .full = TRUE };

  switch (frame->format) {
  case DERMA_FORMAT_I420:
    source.format = AV_PIX_FMT_YUV420P;
    break;
  case DERMA_FORMAT_GRAY8:
    source.format = AV_PIX_FMT_GRAY8;
    break;
  case DERMA_FORMAT_RGB:
    source.format = AV_PIX_FMT_RGB24;
    break;
  default:
    return refuse (error, DERMA_ERROR_UNSUPPORTED, "the pixels are of a format that cannot be converted");
  }
  for (guint i = 0; i < 3; i++) {
    source.planes[i] = frame->planes[i];
    source.strides[i] = frame->strides[i];
  }
  return convert (shot, &source, frame->width, frame->height, error);
}

gboolean
derma_shot_shrink (const DermaShot *shot, guint side, DermaShot *copy, GError **error)
{
  guint longest = MAX (shot->width, shot->height);
  gdouble scale = longest > side ? (gdouble)side / longest : 1;
  Source source = { (gint)shot->width, (gint)shot->height, AV_PIX_FMT_RGB24, SWS_CS_DEFAULT, TRUE,
                    { shot->pixels },  { shot->stride } };

  return convert (copy, &source, (guint)MAX (shot->width * scale + 0.5, 1), (guint)MAX (shot->height * scale + 0.5, 1),
                  error);
}

DermaFrame
derma_shot_get_frame (const DermaShot *shot)
{
  return (DermaFrame){ .format = DERMA_FORMAT_RGB,
                       .width = shot->width,
                       .height = shot->height,
                       .range = DERMA_RANGE_FULL,
                       .planes = { shot->pixels },
                       .strides = { shot->stride } };
}

GBytes *
derma_shot_to_jpeg (const DermaShot *shot, gint quality, GError **error)
{
  DermaFrame frame = derma_shot_get_frame (shot);
  DermaPictureCoding coding = { .type = DERMA_PICTURE_JPEG, .quality = (guint)quality, .small = TRUE };
  GBytes *bytes = derma_picture_encode (&frame, &coding, error);

  if (!bytes)
    g_prefix_error (error, "the picture cannot be written as JPEG: ");
  return bytes;
}
