/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recordoptions.h"

#define MAX_PRE_ROLL 60.0
#define MAX_DURATION (366.0 * 24.0 * 3600.0)

GType
derma_record_encoder_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { DERMA_ENCODER_AUTO, "The best that is installed", "auto" },
    { DERMA_ENCODER_X264, "H.264 by x264", "x264" },
    { DERMA_ENCODER_HARDWARE, "H.264 by hardware", "hardware" },
    { DERMA_ENCODER_VP8, "VP8", "vp8" },
    { DERMA_ENCODER_VP9, "VP9", "vp9" },
    { DERMA_ENCODER_MJPEG, "Motion JPEG", "mjpeg" },
    { DERMA_ENCODER_FFV1, "FFV1, without loss", "ffv1" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstDermaRecordEncoder", values));
  return type;
}

gboolean
derma_record_options_will_record (const DermaRecordOptions *options)
{
  if (options->recording >= 0)
    return options->recording;
  return options->initial >= 0 ? options->initial : options->files.pre_roll == 0;
}

void
derma_record_options_start (DermaRecordOptions *options, gboolean started)
{
  options->initial = -1;
  if (started)
    options->initial = derma_record_options_will_record (options);
}

gboolean
derma_record_options_set (DermaRecordOptions *options, guint id, const GValue *value)
{
  DermaRecordSettings *settings = &options->files;

  switch (id) {
  case DERMA_RECORD_PROP_LOCATION:
    g_free (settings->location);
    settings->location = g_value_dup_string (value);
    break;
  case DERMA_RECORD_PROP_ENCODER:
    options->encoder = g_value_get_enum (value);
    break;
  case DERMA_RECORD_PROP_BITRATE:
    options->bitrate = g_value_get_uint (value);
    break;
  case DERMA_RECORD_PROP_SIDECAR:
    settings->sidecar = g_value_get_boolean (value);
    break;
  case DERMA_RECORD_PROP_SIDECAR_LOCATION:
    g_free (settings->sidecar_location);
    settings->sidecar_location = g_value_dup_string (value);
    break;
  case DERMA_RECORD_PROP_MAX_DURATION:
    settings->max_duration = (GstClockTime)(g_value_get_double (value) * GST_SECOND + 0.5);
    break;
  case DERMA_RECORD_PROP_MAX_SIZE:
    settings->max_size = g_value_get_uint64 (value);
    break;
  case DERMA_RECORD_PROP_PRE_ROLL:
    settings->pre_roll = (GstClockTime)(g_value_get_double (value) * GST_SECOND + 0.5);
    break;
  case DERMA_RECORD_PROP_TAGS:
    g_free (settings->tags);
    settings->tags = g_value_dup_string (value);
    break;
  default:
    return FALSE;
  }
  return TRUE;
}

gboolean
derma_record_options_get (const DermaRecordOptions *options, guint id, GValue *value)
{
  const DermaRecordSettings *settings = &options->files;

  switch (id) {
  case DERMA_RECORD_PROP_LOCATION:
    g_value_set_string (value, settings->location);
    break;
  case DERMA_RECORD_PROP_ENCODER:
    g_value_set_enum (value, options->encoder);
    break;
  case DERMA_RECORD_PROP_BITRATE:
    g_value_set_uint (value, options->bitrate);
    break;
  case DERMA_RECORD_PROP_SIDECAR:
    g_value_set_boolean (value, settings->sidecar);
    break;
  case DERMA_RECORD_PROP_SIDECAR_LOCATION:
    g_value_set_string (value, settings->sidecar_location);
    break;
  case DERMA_RECORD_PROP_MAX_DURATION:
    g_value_set_double (value, (gdouble)settings->max_duration / GST_SECOND);
    break;
  case DERMA_RECORD_PROP_MAX_SIZE:
    g_value_set_uint64 (value, settings->max_size);
    break;
  case DERMA_RECORD_PROP_PRE_ROLL:
    g_value_set_double (value, (gdouble)settings->pre_roll / GST_SECOND);
    break;
  case DERMA_RECORD_PROP_RECORDING:
    g_value_set_boolean (value, derma_record_options_will_record (options));
    break;
  case DERMA_RECORD_PROP_TAGS:
    g_value_set_string (value, settings->tags);
    break;
  default:
    return FALSE;
  }
  return TRUE;
}

static void
install_file_properties (GObjectClass *klass, GParamFlags flags)
{
  /**
   * dermarecord:location:
   *
   * The Matroska file. It is never overwritten: what is written is NAME.mkv, or NAME-1.mkv, NAME-2.mkv ... where that
   * exists; with a limit on duration or size NAME-00000.mkv, NAME-00001.mkv and so on.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_LOCATION,
                                   g_param_spec_string ("location", "Location", "The Matroska file to write", NULL,
                                                        flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermarecord:sidecar:
   *
   * Whether readings and events are written to a file of JSON lines, which has the name of the recording and the suffix
   * .jsonl.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_SIDECAR,
                                   g_param_spec_boolean ("sidecar", "Sidecar",
                                                         "Whether readings and events are written beside the file",
                                                         TRUE, flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermarecord:sidecar-location:
   *
   * Another name for the sidecar; numbers are worked into it as into that of the recording. An empty one is none.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_SIDECAR_LOCATION,
                                   g_param_spec_string ("sidecar-location", "Sidecar location",
                                                        "The sidecar, if it is to be elsewhere", NULL,
                                                        flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermarecord:tags:
   *
   * What the user says about the session, written into the sidecar. Nothing is written about the patient but what is
   * said here.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_RECORD_PROP_TAGS,
      g_param_spec_string ("tags", "Tags", "Free text about the session", NULL, flags | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_limit_properties (GObjectClass *klass, GParamFlags flags)
{
  /**
   * dermarecord:max-duration:
   *
   * Seconds after which another file is begun, with a sidecar of its own, from the next key frame on; 0: no limit.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_MAX_DURATION,
                                   g_param_spec_double ("max-duration", "Maximum duration",
                                                        "Seconds after which another file is begun (0: no limit)", 0.0,
                                                        MAX_DURATION, 0.0, flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermarecord:max-size:
   *
   * Bytes of video, about, after which another file is begun; 0: no limit.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_MAX_SIZE,
                                   g_param_spec_uint64 ("max-size", "Maximum size",
                                                        "Bytes after which another file is begun (0: no limit)", 0,
                                                        G_MAXINT64, 0, flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermarecord:pre-roll:
   *
   * Seconds of encoded video that are kept for the time that a recording is started. With more than 0 when it goes to
   * PAUSED the recording waits for #dermarecord:recording or #dermarecord::start.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_PRE_ROLL,
                                   g_param_spec_double ("pre-roll", "Pre-roll",
                                                        "Seconds that are kept from before a recording", 0.0,
                                                        MAX_PRE_ROLL, 0.0, flags | GST_PARAM_MUTABLE_PLAYING));
}

void
derma_record_install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  install_file_properties (klass, flags);
  install_limit_properties (klass, flags);
  /**
   * dermarecord:encoder:
   *
   * What encodes the video. auto takes hardware that works, else x264, VP8, VP9, JPEG, whichever is there.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_ENCODER,
                                   g_param_spec_enum ("encoder", "Encoder", "What encodes the video",
                                                      derma_record_encoder_get_type (), DERMA_ENCODER_AUTO,
                                                      flags | GST_PARAM_MUTABLE_READY));
  /**
   * dermarecord:bitrate:
   *
   * kbit/s; 0: a constant, good quality, whatever that takes, and with hardware what its driver does by itself. JPEG
   * and FFV1 take no bit rate.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_BITRATE,
                                   g_param_spec_uint ("bitrate", "Bit rate", "kbit/s (0: a constant quality)", 0,
                                                      1000000, 0, flags | GST_PARAM_MUTABLE_READY));
  /**
   * dermarecord:recording:
   *
   * Whether it records. At first it does, unless there is a #dermarecord:pre-roll when it goes to PAUSED. Setting it to
   * FALSE finishes the file.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_RECORD_PROP_RECORDING,
      g_param_spec_boolean ("recording", "Recording", "Whether it records", TRUE, flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermarecord:stats:
   *
   * How many files, frames, readings and events were written, and how many frames were dropped.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_RECORD_PROP_STATS,
                                   g_param_spec_boxed ("stats", "Statistics", "What was written and what was not",
                                                       GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}
