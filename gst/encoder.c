/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoder.h"

/* A pause between key frames that no frame rate makes too long: they are asked for by time. */
#define KEY_FRAMES "250"
#define AVC "capsfilter caps=\"video/x-h264,stream-format=avc,alignment=au\""

/* What every player decodes: 4:2:0, which takes even sizes. */
#define PLAIN                                                              \
  "videoscale ! capsfilter caps=\"video/x-raw,format=(string){I420,NV12}," \
  "width=(int)[16,16384,2],height=(int)[16,16384,2],pixel-aspect-ratio=(fraction)1/1\" ! "

/*
 * v4l2h264enc takes the lowest level that a driver lists, for which most frames are too large (a Raspberry Pi refuses
 * them): one for frames of 1920x1080, where there is one (ITU-T H.264, table A-1).
 */
#define ENOUGH " ! capsfilter caps=\"video/x-h264,level=(string){4,4.1,4.2,5,5.1,5.2};video/x-h264\" ! h264parse ! " AVC

/*
 * The best first. None looks ahead: what has been seen is in the file. @rate says how a bit rate is set, in units of
 * @per bit/s, and @quality what is set without one.
 */
static const struct {
  DermaEncoder encoder;
  const gchar *element;
  const gchar *line;
  const gchar *quality;
  const gchar *rate;
  guint64 per;
  const gchar *tail;
} choices[] = {
  { DERMA_ENCODER_HARDWARE, "vah264enc", PLAIN "vah264enc b-frames=0", "", "bitrate=", 1000, " ! h264parse ! " AVC },
  { DERMA_ENCODER_HARDWARE, "vah264lpenc", PLAIN "vah264lpenc b-frames=0", "", "bitrate=", 1000,
    " ! h264parse ! " AVC },
  { DERMA_ENCODER_HARDWARE, "vaapih264enc", PLAIN "vaapih264enc max-bframes=0", "", "bitrate=", 1000,
    " ! h264parse ! " AVC },
  { DERMA_ENCODER_HARDWARE, "nvh264enc", PLAIN "nvh264enc bframes=0", "", "bitrate=", 1000, " ! h264parse ! " AVC },
  { DERMA_ENCODER_HARDWARE, "v4l2h264enc", PLAIN "v4l2h264enc", "", "extra-controls=controls,video_bitrate=", 1,
    ENOUGH },
  { DERMA_ENCODER_X264, "x264enc", PLAIN "x264enc tune=zerolatency speed-preset=veryfast key-int-max=" KEY_FRAMES,
    "pass=qual quantizer=20", "bitrate=", 1000, " ! " AVC },
  { DERMA_ENCODER_VP8, "vp8enc", PLAIN "vp8enc deadline=1 cpu-used=6 keyframe-max-dist=" KEY_FRAMES,
    "end-usage=cq cq-level=12 target-bitrate=8000000", "end-usage=vbr target-bitrate=", 1, "" },
  { DERMA_ENCODER_VP9, "vp9enc", PLAIN "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=" KEY_FRAMES,
    "end-usage=cq cq-level=24 target-bitrate=8000000", "end-usage=vbr target-bitrate=", 1, "" },
  { DERMA_ENCODER_MJPEG, "jpegenc", PLAIN "jpegenc", "quality=90", NULL, 0, "" },
  { DERMA_ENCODER_FFV1, "avenc_ffv1", "avenc_ffv1", "gop-size=1", NULL, 0, "" },
};

const gchar *
derma_encoder_get_nick (DermaEncoder encoder)
{
  static const gchar *const nicks[] = { "auto", "x264", "hardware", "vp8", "vp9", "mjpeg", "ffv1" };

  return (guint)encoder < G_N_ELEMENTS (nicks) ? nicks[encoder] : "unknown";
}

/* Drivers are registered also where there is no device: only opening it tells. */
static gboolean
works (const gchar *name)
{
  GstElement *element = gst_element_factory_make (name, NULL);
  gboolean opened;

  if (!element)
    return FALSE;
  gst_object_ref_sink (element);
  opened = gst_element_set_state (element, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE;
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
  return opened;
}

static GstElement *
make (guint i, guint bitrate, GError **error)
{
  g_autofree gchar *rate = NULL;
  g_autofree gchar *line = NULL;

  if (bitrate > 0 && choices[i].rate)
    rate = g_strdup_printf ("%s%" G_GUINT64_FORMAT, choices[i].rate,
                            MIN ((guint64)bitrate * 1000 / choices[i].per, G_MAXINT));
  line = g_strconcat (choices[i].line, " ", rate ? rate : choices[i].quality, choices[i].tail, NULL);
  return gst_parse_bin_from_description_full (line, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
}

GstElement *
derma_encoder_new (DermaEncoder encoder, guint bitrate, GError **error)
{
  g_autoptr (GString) lacking = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    g_autoptr (GError) cause = NULL;
    GstElement *bin;

    if (encoder != DERMA_ENCODER_AUTO && encoder != choices[i].encoder)
      continue;
    if (works (choices[i].element) && (bin = make (i, bitrate, &cause)))
      return bin;
    g_string_append_printf (lacking, "%s%s", lacking->len > 0 ? ", " : "", choices[i].element);
  }
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
               "GStreamer has no working encoder for %s; any of these would do: %s", derma_encoder_get_nick (encoder),
               lacking->str);
  return NULL;
}
