/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/recording.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* From one key frame to the next there is far less; a file that has more would take for ever. */
#define MAX_PACKETS 20000
#define MAX_PIXELS "134217728"
/* What recordings are made with. */
#define CODECS "h264,hevc,vp8,vp9,av1,libdav1d,libaom-av1,mjpeg,ffv1,mpeg4,mpeg2video,rawvideo,theora"
/* Seconds. A picture that is farther off may show something else. */
#define MAX_DISTANCE 0.5

struct _DermaRecording {
  gchar *name; /* for messages */
  AVFormatContext *format;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *frame;
  AVFrame *before; /* the one before it */
  gint stream;
};

static gboolean
fail (const DermaRecording *recording, GError **error, DermaError code, const gchar *what, gint cause)
{
  gchar text[AV_ERROR_MAX_STRING_SIZE] = "";

  if (cause != 0)
    av_strerror (cause, text, sizeof text);
  g_set_error (error, DERMA_ERROR, code, "%s: %s%s%s", recording->name, what, *text ? ": " : "", text);
  return FALSE;
}

static gboolean
open_format (DermaRecording *recording, const gchar *path, GError **error)
{
  /* Without it a name with a colon would be an address. */
  g_autofree gchar *address = g_strconcat ("file:", path, NULL);
  AVDictionary *options = NULL;
  gint code;

  av_dict_set (&options, "protocol_whitelist", "file", 0);
  av_dict_set (&options, "format_whitelist", "matroska,webm", 0);
  av_dict_set (&options, "codec_whitelist", CODECS, 0);
  code = avformat_open_input (&recording->format, address, NULL, &options);
  av_dict_free (&options);
  if (code < 0)
    return fail (recording, error, DERMA_ERROR_FILE, "cannot be opened as a Matroska file", code);
  return TRUE;
}

static gboolean
open_decoder (DermaRecording *recording, GError **error)
{
  const AVCodec *codec = NULL;
  AVDictionary *options = NULL;
  gint code;

  code = av_find_best_stream (recording->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
  if (code < 0 || !codec)
    return fail (recording, error, DERMA_ERROR_FORMAT, "there is no video in it that can be decoded", 0);
  recording->stream = code;
  for (guint i = 0; i < recording->format->nb_streams; i++)
    if (i != (guint)code)
      recording->format->streams[i]->discard = AVDISCARD_ALL;
  recording->decoder = avcodec_alloc_context3 (codec);
  if (!recording->decoder)
    return fail (recording, error, DERMA_ERROR_RUNTIME, "there is no memory to decode it", 0);
  code = avcodec_parameters_to_context (recording->decoder, recording->format->streams[recording->stream]->codecpar);
  recording->decoder->pkt_timebase = recording->format->streams[recording->stream]->time_base;
  recording->decoder->thread_count = 1;
  av_dict_set (&options, "max_pixels", MAX_PIXELS, 0);
  av_dict_set (&options, "codec_whitelist", CODECS, 0);
  if (code >= 0)
    code = avcodec_open2 (recording->decoder, codec, &options);
  av_dict_free (&options);
  return code >= 0 || fail (recording, error, DERMA_ERROR_FORMAT, "the video cannot be decoded", code);
}

DermaRecording *
derma_recording_open (const gchar *path, GError **error)
{
  g_autoptr (DermaRecording) recording = g_new0 (DermaRecording, 1);

  av_log_set_level (AV_LOG_QUIET);
  recording->name = g_filename_display_name (path);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    fail (recording, error, DERMA_ERROR_FILE,
          g_file_test (path, G_FILE_TEST_EXISTS) ? "is not a file" : "does not exist", 0);
    return NULL;
  }
  recording->packet = av_packet_alloc ();
  recording->frame = av_frame_alloc ();
  recording->before = av_frame_alloc ();
  if (!open_format (recording, path, error) || !open_decoder (recording, error))
    return NULL;
  return g_steal_pointer (&recording);
}

void
derma_recording_free (DermaRecording *recording)
{
  if (!recording)
    return;
  avcodec_free_context (&recording->decoder);
  avformat_close_input (&recording->format);
  av_packet_free (&recording->packet);
  av_frame_free (&recording->frame);
  av_frame_free (&recording->before);
  g_free (recording->name);
  g_free (recording);
}

/* What is decoded next until its time is @wanted, in units of the stream, or later. */
typedef struct {
  gint64 wanted;
  guint packets;
  gboolean reached;
} Search;

static gint64
get_time (const AVFrame *frame)
{
  return frame->best_effort_timestamp;
}

/* Takes what the decoder has ready; the frame found is then in recording->frame, or the last one in recording->before.
 */
static void
take_frames (DermaRecording *recording, Search *search)
{
  while (!search->reached && avcodec_receive_frame (recording->decoder, recording->frame) == 0) {
    search->reached = get_time (recording->frame) != AV_NOPTS_VALUE && get_time (recording->frame) >= search->wanted;
    if (search->reached)
      return;
    av_frame_unref (recording->before);
    av_frame_move_ref (recording->before, recording->frame);
  }
}

/* Damaged packets are passed over: what can be seen is shown. */
static void
decode (DermaRecording *recording, Search *search)
{
  gboolean over = FALSE;

  while (!search->reached && !over && search->packets++ < MAX_PACKETS) {
    over = av_read_frame (recording->format, recording->packet) < 0;
    if (!over && recording->packet->stream_index == recording->stream)
      avcodec_send_packet (recording->decoder, recording->packet);
    if (over)
      avcodec_send_packet (recording->decoder, NULL);
    av_packet_unref (recording->packet);
    take_frames (recording, search);
  }
}

static void
go_to (DermaRecording *recording, gint64 time)
{
  av_frame_unref (recording->frame);
  av_frame_unref (recording->before);
  avcodec_flush_buffers (recording->decoder);
  if (av_seek_frame (recording->format, recording->stream, time, AVSEEK_FLAG_BACKWARD) < 0)
    av_seek_frame (recording->format, recording->stream, 0, AVSEEK_FLAG_BYTE);
}

static const AVFrame *
choose (const DermaRecording *recording, const Search *search)
{
  const AVFrame *before = recording->before->data[0] ? recording->before : NULL;

  if (!search->reached)
    return before;
  /* Times from a file can be any number; one that is missing is the least of them. */
  if (before && (gdouble)search->wanted - (gdouble)get_time (before) < get_time (recording->frame) - search->wanted)
    return before;
  return recording->frame;
}

/* A film that was cut off may end long before the sidecar does. */
static gboolean
is_near (const DermaRecording *recording, const AVFrame *frame, gint64 wanted)
{
  const gdouble unit = av_q2d (recording->format->streams[recording->stream]->time_base);

  return ABS ((gdouble)get_time (frame) - (gdouble)wanted) * unit <= MAX_DISTANCE;
}

gboolean
derma_recording_get_shot (DermaRecording *recording, guint64 time, DermaShot *shot, GError **error)
{
  const AVRational nanoseconds = { 1, 1000000000 };
  Search search = { 0 };
  const AVFrame *found;
  GError *cause = NULL;

  *shot = (DermaShot){ 0 };
  search.wanted = av_rescale_q ((gint64)MIN (time, G_MAXINT64 / 2), nanoseconds,
                                recording->format->streams[recording->stream]->time_base);
  go_to (recording, search.wanted);
  decode (recording, &search);
  found = choose (recording, &search);
  if (!found)
    return fail (recording, error, DERMA_ERROR_FORMAT, "no picture of it can be decoded", 0);
  if (!is_near (recording, found, search.wanted) || derma_shot_take (shot, found, &cause))
    return TRUE;
  g_propagate_prefixed_error (error, cause, "%s: ", recording->name);
  return FALSE;
}
