/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include <derma/picture.h>
#include <derma/reading.h>

#define DEFAULT_THREADS 1
#define DEFAULT_MODE DERMA_MODE_SYNC
#define DEFAULT_INTERVAL 1
#define DEFAULT_MAX_RATE 0.0
#define DEFAULT_REGION DERMA_REGION_CENTER_SQUARE
#define DEFAULT_TOP_K 3
#define DEFAULT_THRESHOLD 0.5
#define DEFAULT_EVIDENCE_WINDOW 0.0
#define DEFAULT_OVERLAY FALSE
#define DEFAULT_POST_MESSAGES TRUE
#define DEFAULT_ADAPTIVE FALSE

#define MAX_THREADS 64
#define MAX_WINDOW 60.0 /* s */

#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static GType
mode_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { DERMA_MODE_SYNC, "A classified frame waits for its own reading", "sync" },
    { DERMA_MODE_ASYNC, "Frames never wait; a thread of its own reads the newest", "async" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstDermaClassifyMode", values));
  return type;
}

static GType
region_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { DERMA_REGION_CENTER_SQUARE, "The largest centred square", "center-square" },
    { DERMA_REGION_FULL_FRAME, "The whole frame, stretched", "full-frame" },
    { DERMA_REGION_ROI_META, "The first region of interest on the buffer, else the centred square", "roi-meta" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstDermaClassifyRegion", values));
  return type;
}

static GType
picture_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { DERMA_PICTURE_JPEG, "JPEG", "jpeg" },
    { DERMA_PICTURE_PNG, "PNG", "png" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstDermaClassifySnapshotFormat", values));
  return type;
}

void
derma_settings_init (DermaSettings *settings)
{
  *settings = (DermaSettings){ .threads = DEFAULT_THREADS,
                               .mode = DEFAULT_MODE,
                               .interval = DEFAULT_INTERVAL,
                               .max_rate = DEFAULT_MAX_RATE,
                               .region = DEFAULT_REGION,
                               .top_k = DEFAULT_TOP_K,
                               .threshold = DEFAULT_THRESHOLD,
                               .window = DEFAULT_EVIDENCE_WINDOW,
                               .overlay = DEFAULT_OVERLAY,
                               .post_messages = DEFAULT_POST_MESSAGES,
                               .adaptive = DEFAULT_ADAPTIVE };
}

/* How a frame is read. */
static void
install_reading (GObjectClass *klass)
{
  /**
   * dermaclassify:threads:
   *
   * Threads of computation; 1 is the streaming thread itself. Holds from the next start or change of the model.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, DERMA_SETTING_THREADS,
      g_param_spec_uint ("threads", "Threads", "Threads of computation", 1, MAX_THREADS, DEFAULT_THREADS, READY));
  /**
   * dermaclassify:mode:
   *
   * sync: a frame that is classified waits for its own reading. async: a frame never waits; a thread of its own reads
   * the newest frame whenever it is free, and frames carry the last reading with its age. Holds from the next start.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_MODE,
                                   g_param_spec_enum ("mode", "Mode", "Whether frames wait for their reading",
                                                      mode_get_type (), DEFAULT_MODE, READY));
  /**
   * dermaclassify:region:
   *
   * Which part of the frame the network sees. Until it is set, the part that the model asks for in its metadata;
   * reading the property then gives that. roi-meta is the first #GstVideoRegionOfInterestMeta of the buffer, clipped to
   * the frame, and the centred square on a buffer without one.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, DERMA_SETTING_REGION,
      g_param_spec_enum ("region", "Region", "Which part of the frame is read (until set: what the model asks)",
                         region_get_type (), DEFAULT_REGION, PLAYING));
  /**
   * dermaclassify:threshold:
   *
   * Confidence of the most probable class under which the state of a reading is "uncertain".
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_THRESHOLD,
                                   g_param_spec_double ("threshold", "Threshold",
                                                        "Confidence under which a reading is uncertain", 0.0, 1.0,
                                                        DEFAULT_THRESHOLD, PLAYING));
}

/* How readings are put together over time. */
static void
install_evidence (GObjectClass *klass)
{
  /**
   * dermaclassify:evidence-window:
   *
   * Seconds over which the readings of a lesion are put together: what a frame says counts by its quality and fades to
   * 1/e in this time. The state then tells whether there is a lesion, whether the pictures are too poor, and whether
   * the reading is still being acquired or stands; a lesion after one that was lifted off is a new one. 0: each reading
   * is of a single frame.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_EVIDENCE_WINDOW,
                                   g_param_spec_double ("evidence-window", "Evidence window",
                                                        "Seconds of evidence in a reading (0: a single frame)", 0.0,
                                                        MAX_WINDOW, DEFAULT_EVIDENCE_WINDOW, PLAYING));
}

/* Which frames are read. */
static void
install_pace (GObjectClass *klass)
{
  /**
   * dermaclassify:inference-interval:
   *
   * Classifies every Nth frame; those between carry the last reading with its age.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_INTERVAL,
                                   g_param_spec_uint ("inference-interval", "Inference interval",
                                                      "Classify every Nth frame", 1, G_MAXUINT, DEFAULT_INTERVAL,
                                                      PLAYING));
  /**
   * dermaclassify:max-rate:
   *
   * The most readings in a second of the stream, by the time stamps of its frames; 0 is no limit. Holds together with
   * #dermaclassify:inference-interval.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_MAX_RATE,
                                   g_param_spec_double ("max-rate", "Maximum rate",
                                                        "Most readings a second of stream (0: unlimited)", 0.0,
                                                        G_MAXDOUBLE, DEFAULT_MAX_RATE, PLAYING));
}

/* How readings are shown. */
static void
install_display (GObjectClass *klass)
{
  /**
   * dermaclassify:top-k:
   *
   * How many classes the overlay shows at most, the most probable first; fewer where the frame has no room for them.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_TOP_K,
                                   g_param_spec_uint ("top-k", "Top k", "How many classes the overlay shows at most", 1,
                                                      DERMA_MAX_CLASSES, DEFAULT_TOP_K, PLAYING));
  /**
   * dermaclassify:overlay:
   *
   * Draws readings: attached as #GstVideoOverlayComposition where downstream takes that, blended where not.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, DERMA_SETTING_OVERLAY,
      g_param_spec_boolean ("overlay", "Overlay", "Draw readings on the frames", DEFAULT_OVERLAY, PLAYING));
  /**
   * dermaclassify:adaptive:
   *
   * Does not read a frame again that shows what the last reading is of: no part of it brighter or darker by more than a
   * camera's noise. The reading stays and its age grows, five seconds at most; then the scene is read again. While
   * evidence is being gathered every frame is read.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_SETTING_ADAPTIVE,
                                   g_param_spec_boolean ("adaptive", "Adaptive",
                                                         "Do not read a scene again that stands still",
                                                         DEFAULT_ADAPTIVE, PLAYING));
  /**
   * dermaclassify:post-messages:
   *
   * Posts an element message "dermaclassify" for each new reading, with the fields of the meta.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_POST_MESSAGES,
                                   g_param_spec_boolean ("post-messages", "Post messages",
                                                         "Post an element message for each new reading",
                                                         DEFAULT_POST_MESSAGES, PLAYING));
}

/* The network and the flow of frames; the element keeps these itself. */
static void
install_network (GObjectClass *klass)
{
  /**
   * dermaclassify:model:
   *
   * Path of the ONNX file to read with; NULL is the shipped network. While started, reading the property gives the path
   * in use. It can be changed while playing: the file is loaded and checked first and takes effect at the next frame;
   * if it cannot be used, a warning is posted and the network in use stays.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, DERMA_SETTING_MODEL,
      g_param_spec_string ("model", "Model", "Path of the ONNX file to read with (NULL: the shipped network)", NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermaclassify:model-sha256:
   *
   * The SHA-256 digest that a file must have to be loaded, 64 hex digits; NULL: any. It is compared before anything in
   * the file is looked at. With another file the element does not start, and while playing #dermaclassify:model is not
   * changed. A malformed digest is warned about and fits no file. Holds from the next start or change of the model: to
   * change both while playing, set this one first.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_SETTING_MODEL_SHA256,
                                   g_param_spec_string ("model-sha256", "SHA-256 of the model",
                                                        "Digest that a model file must have, 64 hex digits (NULL: any)",
                                                        NULL, PLAYING));
  /**
   * dermaclassify:qos:
   *
   * Whether frames that come too late are not classified; they are passed on all the same.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, DERMA_SETTING_QOS,
      g_param_spec_boolean ("qos", "QoS", "Do not classify frames that are late", DERMA_DEFAULT_QOS,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * dermaclassify:frozen:
   *
   * Holds the picture still: the next frame takes the place of all that follow, with their times, and is read once. The
   * action signals #dermaclassify::freeze and #dermaclassify::unfreeze set it too. A flush, a new segment or other caps
   * let go of the picture; while frozen, the next one is held.
   *
   * Since: 0.2
   */
  g_object_class_install_property (
      klass, DERMA_SETTING_FROZEN,
      g_param_spec_boolean ("frozen", "Frozen", "Hold the picture still", FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

/* Pictures that are kept. */
static void
install_snapshots (GObjectClass *klass)
{
  /**
   * dermaclassify:snapshot-location:
   *
   * The folder for snapshots, which must be there; NULL: none can be taken. They are taken by
   * #dermaclassify::snapshot and by a downstream event "derma-still-button" whose field pressed is TRUE.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_SETTING_SNAPSHOT_LOCATION,
                                   g_param_spec_string ("snapshot-location", "Snapshot location",
                                                        "Folder for snapshots (NULL: none are taken)", NULL, PLAYING));
  /**
   * dermaclassify:snapshot-format:
   *
   * Kind of file that snapshots become.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_SETTING_SNAPSHOT_FORMAT,
                                   g_param_spec_enum ("snapshot-format", "Snapshot format", "Kind of snapshot files",
                                                      picture_get_type (), DERMA_PICTURE_JPEG, PLAYING));
  /**
   * dermaclassify:snapshot-quality:
   *
   * Quality of snapshots in JPEG.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_SETTING_SNAPSHOT_QUALITY,
                                   g_param_spec_uint ("snapshot-quality", "Snapshot quality",
                                                      "Quality of snapshots in JPEG", 1, 100,
                                                      DERMA_DEFAULT_SNAPSHOT_QUALITY, PLAYING));
}

/* What is told of it and of the work done. */
static void
install_reports (GObjectClass *klass)
{
  /**
   * dermaclassify:stats:
   *
   * Since the last start, all guint64: frames, inferences, readings, skipped-qos (frames that were due and late),
   * skipped-still (that were due and showed what the last reading was of),
   * latency-mean and latency-last (ns from a frame's arrival to its scores).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_STATS,
                                   g_param_spec_boxed ("stats", "Statistics", "What has been done since the start",
                                                       GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * dermaclassify:model-info:
   *
   * About the network in use, NULL while stopped: path, name, version, sha256, licence (strings), labels, titles
   * (GstValueArrays of strings), n-parameters, n-macs (guint64), input-width, input-height, input-channels (guint),
   * operating-point (double).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, DERMA_SETTING_MODEL_INFO,
                                   g_param_spec_boxed ("model-info", "Model information", "About the network in use",
                                                       GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
freeze (GObject *self)
{
  g_object_set (self, "frozen", TRUE, NULL);
}

static void
unfreeze (GObject *self)
{
  g_object_set (self, "frozen", FALSE, NULL);
}

static void
install_signals (GObjectClass *klass, GCallback snapshot)
{
  /**
   * dermaclassify::freeze:
   *
   * Holds the picture still, as #dermaclassify:frozen does.
   *
   * Since: 0.2
   */
  g_signal_new_class_handler ("freeze", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                              G_CALLBACK (freeze), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * dermaclassify::unfreeze:
   *
   * Lets the picture move again.
   *
   * Since: 0.2
   */
  g_signal_new_class_handler ("unfreeze", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                              G_CALLBACK (unfreeze), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * dermaclassify::snapshot:
   *
   * Writes the sharpest frame of the last second, or the one that is frozen, into #dermaclassify:snapshot-location: as
   * it is and, beside it, with the reading painted on it; both have the reading in XMP and Exif. No frame waits for it.
   * Once they are written, a message "dermaclassify-snapshot" is posted, and an event "derma-snapshot" pushed before
   * the next frame, with the fields pts (of the picture), file (the plain one) and lesion; a warning if they cannot be.
   *
   * Returns: whether there is a picture that will be written; a warning is posted if not
   *
   * Since: 0.3
   */
  g_signal_new_class_handler ("snapshot", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, snapshot,
                              NULL, NULL, NULL, G_TYPE_BOOLEAN, 0);
}

void
derma_settings_install (GObjectClass *klass, GCallback snapshot)
{
  install_reading (klass);
  install_evidence (klass);
  install_pace (klass);
  install_display (klass);
  gst_type_mark_as_plugin_api (mode_get_type (), 0);
  gst_type_mark_as_plugin_api (region_get_type (), 0);
  gst_type_mark_as_plugin_api (picture_get_type (), 0);
  install_network (klass);
  install_snapshots (klass);
  install_reports (klass);
  install_signals (klass, snapshot);
}

gboolean
derma_settings_set (DermaSettings *settings, guint id, const GValue *value)
{
  switch (id) {
  case DERMA_SETTING_THREADS:
    settings->threads = g_value_get_uint (value);
    return TRUE;
  case DERMA_SETTING_MODE:
    settings->mode = g_value_get_enum (value);
    return TRUE;
  case DERMA_SETTING_INTERVAL:
    settings->interval = g_value_get_uint (value);
    return TRUE;
  case DERMA_SETTING_MAX_RATE:
    settings->max_rate = g_value_get_double (value);
    return TRUE;
  case DERMA_SETTING_REGION:
    settings->region = g_value_get_enum (value);
    settings->region_set = TRUE;
    return TRUE;
  case DERMA_SETTING_TOP_K:
    settings->top_k = g_value_get_uint (value);
    return TRUE;
  case DERMA_SETTING_THRESHOLD:
    settings->threshold = g_value_get_double (value);
    return TRUE;
  case DERMA_SETTING_EVIDENCE_WINDOW:
    settings->window = g_value_get_double (value);
    return TRUE;
  case DERMA_SETTING_OVERLAY:
    settings->overlay = g_value_get_boolean (value);
    return TRUE;
  case DERMA_SETTING_POST_MESSAGES:
    settings->post_messages = g_value_get_boolean (value);
    return TRUE;
  case DERMA_SETTING_ADAPTIVE:
    settings->adaptive = g_value_get_boolean (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
derma_settings_get (const DermaSettings *settings, guint id, GValue *value)
{
  switch (id) {
  case DERMA_SETTING_THREADS:
    g_value_set_uint (value, settings->threads);
    return TRUE;
  case DERMA_SETTING_MODE:
    g_value_set_enum (value, settings->mode);
    return TRUE;
  case DERMA_SETTING_INTERVAL:
    g_value_set_uint (value, settings->interval);
    return TRUE;
  case DERMA_SETTING_MAX_RATE:
    g_value_set_double (value, settings->max_rate);
    return TRUE;
  case DERMA_SETTING_REGION:
    g_value_set_enum (value, settings->region);
    return TRUE;
  case DERMA_SETTING_TOP_K:
    g_value_set_uint (value, settings->top_k);
    return TRUE;
  case DERMA_SETTING_THRESHOLD:
    g_value_set_double (value, settings->threshold);
    return TRUE;
  case DERMA_SETTING_EVIDENCE_WINDOW:
    g_value_set_double (value, settings->window);
    return TRUE;
  case DERMA_SETTING_OVERLAY:
    g_value_set_boolean (value, settings->overlay);
    return TRUE;
  case DERMA_SETTING_POST_MESSAGES:
    g_value_set_boolean (value, settings->post_messages);
    return TRUE;
  case DERMA_SETTING_ADAPTIVE:
    g_value_set_boolean (value, settings->adaptive);
    return TRUE;
  default:
    return FALSE;
  }
}
