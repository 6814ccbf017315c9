/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storyboard.h"

#include <glib/gstdio.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

DermaStoryboard *
derma_storyboard_new (void)
{
  DermaStoryboard *board = g_new0 (DermaStoryboard, 1);

  board->folder = g_dir_make_tmp ("storyboard-XXXXXX", NULL);
  g_assert_nonnull (board->folder);
  board->lines = g_string_new (NULL);
  derma_storyboard_begin (board, 0);
  return board;
}

void
derma_storyboard_free (DermaStoryboard *board)
{
  g_autoptr (GDir) dir = g_dir_open (board->folder, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (board->folder, name, NULL);

    if (g_unlink (path) != 0)
      g_rmdir (path);
  }
  g_rmdir (board->folder);
  g_free (board->folder);
  g_string_free (board->lines, TRUE);
  g_free (board);
}

gchar *
derma_storyboard_get_path (const DermaStoryboard *board, const gchar *name)
{
  return g_build_filename (board->folder, name, NULL);
}

void
derma_storyboard_begin (DermaStoryboard *board, guint part)
{
  g_string_truncate (board->lines, 0);
  derma_storyboard_add_line (board,
                             "{\"type\":\"session\",\"schema\":\"derma-session\",\"version\":1,"
                             "\"created\":\"2026-11-24T14:00:00Z\",\"program\":\"test 1\",\"recording\":\"a.mkv\","
                             "\"part\":%u,\"tags\":\"left arm\",\"notice\":\"Research use only.\"}",
                             part);
}

void
derma_storyboard_add_line (DermaStoryboard *board, const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (board->lines, format, arguments);
  va_end (arguments);
  g_string_append_c (board->lines, '\n');
}

static DermaClasses *
make_classes (void)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };
  DermaClasses *classes = derma_classes_new (labels, NULL);

  classes->malignant[0] = TRUE;
  classes->operating_point = 0.25f;
  return classes;
}

void
derma_storyboard_add_reading (DermaStoryboard *board, DermaClasses *classes, guint64 pts, guint lesion,
                              gfloat malignant)
{
  g_autoptr (DermaClasses) own = classes ? derma_classes_ref (classes) : make_classes ();
  g_auto (DermaReading) reading = DERMA_READING_INIT;
  g_autofree gchar *json = NULL;

  derma_reading_set_classes (&reading, own);
  for (guint i = 0; i < own->n; i++)
    reading.probabilities[i] = i == 0 ? malignant : (1 - malignant) / (own->n - 1);
  derma_reading_decide (&reading, 0.5f);
  reading.pts = pts;
  reading.lesion = lesion;
  reading.quality = (DermaQuality){ 0.9f, 0.8f, 1, 1 };
  reading.region = (DermaBox){ 0.25f, 0.25f, 0.5f, 0.5f };
  json = derma_reading_to_json (&reading);
  derma_storyboard_add_line (board, "{\"type\":\"reading\",%s", json + 1);
}

void
derma_storyboard_save (const DermaStoryboard *board, const gchar *name)
{
  g_autofree gchar *path = derma_storyboard_get_path (board, name);

  g_assert_true (g_file_set_contents (path, board->lines->str, (gssize)board->lines->len, NULL));
}

/* What a film is written with. */
typedef struct {
  AVFormatContext *format;
  AVCodecContext *encoder;
  AVFrame *frame;
  AVPacket *packet;
} Camera;

static void
open_camera (Camera *camera, const gchar *path, guint width, guint height)
{
  const AVCodec *codec = avcodec_find_encoder (AV_CODEC_ID_FFV1);
  AVStream *stream;

  g_assert_nonnull (codec);
  g_assert_cmpint (avformat_alloc_output_context2 (&camera->format, NULL, "matroska", path), >=, 0);
  stream = avformat_new_stream (camera->format, NULL);
  camera->encoder = avcodec_alloc_context3 (codec);
  camera->encoder->width = (gint)width;
  camera->encoder->height = (gint)height;
  camera->encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  camera->encoder->color_range = AVCOL_RANGE_JPEG;
  camera->encoder->time_base = (AVRational){ 1, 10 };
  camera->encoder->gop_size = 5;
  camera->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  g_assert_cmpint (avcodec_open2 (camera->encoder, codec, NULL), ==, 0);
  avcodec_parameters_from_context (stream->codecpar, camera->encoder);
  stream->time_base = camera->encoder->time_base;
  g_assert_cmpint (avio_open (&camera->format->pb, path, AVIO_FLAG_WRITE), >=, 0);
  g_assert_cmpint (avformat_write_header (camera->format, NULL), >=, 0);
  camera->frame = av_frame_alloc ();
  camera->frame->width = (gint)width;
  camera->frame->height = (gint)height;
  camera->frame->format = AV_PIX_FMT_YUV420P;
  g_assert_cmpint (av_frame_get_buffer (camera->frame, 0), ==, 0);
  camera->packet = av_packet_alloc ();
}

/* @frame: NULL at the end */
static void
encode (Camera *camera, const AVFrame *frame)
{
  g_assert_cmpint (avcodec_send_frame (camera->encoder, frame), ==, 0);
  while (avcodec_receive_packet (camera->encoder, camera->packet) == 0) {
    camera->packet->stream_index = 0;
    av_packet_rescale_ts (camera->packet, camera->encoder->time_base, camera->format->streams[0]->time_base);
    g_assert_cmpint (av_write_frame (camera->format, camera->packet), >=, 0);
    av_packet_unref (camera->packet);
  }
}

static void
take (Camera *camera, guint number)
{
  AVFrame *frame = camera->frame;

  g_assert_cmpint (av_frame_make_writable (frame), ==, 0);
  for (guint plane = 0; plane < 3; plane++)
    for (gint y = 0; y < (plane ? (frame->height + 1) / 2 : frame->height); y++)
      memset (frame->data[plane] + y * frame->linesize[plane], plane ? 128 : (gint)(20 * (number + 1)),
              (gsize)(plane ? (frame->width + 1) / 2 : frame->width));
  frame->pts = number;
  encode (camera, frame);
}

gchar *
derma_storyboard_film (const DermaStoryboard *board, const gchar *name, guint n, guint width, guint height)
{
  gchar *path = derma_storyboard_get_path (board, name);
  Camera camera = { 0 };

  open_camera (&camera, path, width, height);
  for (guint i = 0; i < n; i++)
    take (&camera, i);
  encode (&camera, NULL);
  g_assert_cmpint (av_write_trailer (camera.format), ==, 0);
  avio_closep (&camera.format->pb);
  avcodec_free_context (&camera.encoder);
  av_frame_free (&camera.frame);
  av_packet_free (&camera.packet);
  avformat_free_context (camera.format);
  return path;
}
