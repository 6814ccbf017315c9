/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-dermaclassify
 * @title: dermaclassify
 * @short_description: reads skin lesions in video
 * @see_also: dermaoverlay
 *
 * Classifies what is on the frames of raw video with a network of the MobileNet family and puts a calibrated reading
 * on each frame: a meta "DermaReading" that any program reads by gst_buffer_get_custom_meta(), and an element message
 * "dermaclassify" with the same fields for each new reading. Frames pass bit-identical, without a copy, unless
 * #dermaclassify:overlay has to be blended into them. It is a research tool and no medical device.
 *
 * All 17 formats are read directly, with their stride, colour matrix and range; no videoconvert is needed in front.
 * Interlaced frames are read as they are, both fields at once, and frames of several views as one picture.
 *
 * Frames that are not classified, because of #dermaclassify:inference-interval, #dermaclassify:max-rate,
 * #dermaclassify:adaptive or lateness, carry the last reading with its age. A flush or a new segment forgets it.
 * Readings are of single frames unless #dermaclassify:evidence-window is set.
 *
 * With #dermaclassify:mode async no frame waits: another thread reads the newest frame whenever it has finished with
 * the one before, and its reading travels on the next frame that passes. At the end of the stream the last one is
 * waited for and posted as a message.
 *
 * With #dermaclassify:snapshot-location set, the action signal #dermaclassify::snapshot writes the sharpest frame of
 * the last second as a picture with its reading in XMP and Exif.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! dermaclassify ! fakesink
 * ]| Prints the readings of a test picture.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! dermaclassify overlay=true inference-interval=5 ! fakesink
 * ]| Draws them, with a new reading on every fifth frame.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=1 ! jpegenc ! jpegdec ! dermaclassify region=full-frame top-k=5 ! fakesink
 * ]| Reads the whole of a still.
 *
 * Since: 0.1
 */

#include "dermaclassify.h"

#include "album.h"
#include "freezer.h"
#include "modelslot.h"
#include "reader.h"
#include "readingmeta.h"
#include "settings.h"
#include "stats.h"
#include "timing.h"
#include "videoframe.h"
#include "worker.h"

#include <derma/error.h>

GST_DEBUG_CATEGORY_STATIC (classify_debug);
GST_DEBUG_CATEGORY_STATIC (performance_debug);
#define GST_CAT_DEFAULT classify_debug
#define CAT_PERFORMANCE performance_debug

struct _GstDermaClassify {
  GstDermaFilter parent;

  /* Under the object lock. */
  DermaSettings settings;
  DermaModelSlot slot;
  DermaStats stats;
  DermaTiming timing;
  gboolean frozen;

  DermaAlbum *album;

  /* Of the streaming thread; its network is replaced under the object lock. */
  DermaReader reader;
  DermaWorker *worker; /* in mode async */
  DermaFreezer freezer;
  gboolean complained;
};

G_DEFINE_FINAL_TYPE (GstDermaClassify, gst_derma_classify, GST_TYPE_DERMA_FILTER)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (dermaclassify, "dermaclassify", GST_RANK_NONE, GST_TYPE_DERMA_CLASSIFY,
                                       derma_reading_meta_register ())

static DermaSettings
get_settings (GstDermaClassify *self)
{
  DermaSettings settings;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  return settings;
}

/* Takes note of how long an inference took; a pipeline that waits less than that is told to ask again. */
static void
note_latency (GstDermaClassify *self, GstClockTime measured)
{
  gboolean grown;

  GST_OBJECT_LOCK (self);
  grown = derma_timing_note (&self->timing, measured);
  GST_OBJECT_UNLOCK (self);
  if (grown)
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

/* Between two frames, so that each is read by one network only; a worker that is still reading goes first. */
static void
adopt_pending (GstDermaClassify *self)
{
  DermaNetwork *old;

  if (self->worker && !derma_worker_is_idle (self->worker))
    return;
  old = derma_modelslot_adopt (&self->slot, GST_ELEMENT (self), &self->reader.network);
  if (!old)
    return;
  derma_network_free (old);
  derma_pacer_reset (&self->reader.pacer);
  self->freezer.read = FALSE;
  GST_INFO_OBJECT (self, "reading with %s", self->reader.network->path);
}

static gboolean
start (GstBaseTransform *base)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);
  const DermaSettings settings = get_settings (self);
  DermaNetwork *network;

  if (settings.mode == DERMA_MODE_ASYNC && !(self->worker = derma_worker_start (GST_ELEMENT (self))))
    return FALSE;
  network = derma_modelslot_start (&self->slot, GST_ELEMENT (self), settings.threads);
  if (!network) {
    g_clear_pointer (&self->worker, derma_worker_free);
    return FALSE;
  }

  GST_OBJECT_LOCK (self);
  self->reader.network = network;
  self->stats = (DermaStats){ 0 };
  /* With a worker no frame waits. */
  derma_timing_init (&self->timing, self->worker ? 0 : network->latency);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
stop (GstBaseTransform *base)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);
  DermaReader reader;
  DermaNetwork *pending;

  g_clear_pointer (&self->worker, derma_worker_free);
  derma_freezer_reset (&self->freezer);
  derma_album_stop (self->album);
  GST_OBJECT_LOCK (self);
  reader = self->reader;
  pending = g_steal_pointer (&self->slot.pending);
  derma_reader_init (&self->reader);
  self->slot.started = FALSE;
  self->complained = FALSE;
  GST_OBJECT_UNLOCK (self);
  derma_reader_clear (&reader);
  derma_network_free (pending);
  return GST_BASE_TRANSFORM_CLASS (gst_derma_classify_parent_class)->stop (base);
}

/* Also where it is only what goes out that changes, because the overlay is switched: then pictures stay as they are. */
static gboolean
set_caps (GstBaseTransform *base, GstCaps *incaps, GstCaps *outcaps)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);
  const GstVideoInfo *info = gst_derma_filter_get_info (GST_DERMA_FILTER (self));
  const GstVideoInfo before = *info;

  if (!GST_BASE_TRANSFORM_CLASS (gst_derma_classify_parent_class)->set_caps (base, incaps, outcaps))
    return FALSE;
  if (gst_video_info_is_equal (&before, info))
    return TRUE;
  self->complained = FALSE;
  derma_freezer_reset (&self->freezer);
  derma_album_reset (self->album);
  return derma_frame_init_from_info (&self->reader.frame, info);
}

static DermaSettings
begin_frame (GstDermaClassify *self)
{
  DermaSettings settings;

  adopt_pending (self);
  GST_OBJECT_LOCK (self);
  self->stats.frames++;
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  if (!settings.region_set)
    settings.region = self->reader.network->region;
  self->reader.pacer.interval = settings.interval;
  self->reader.pacer.max_rate = settings.max_rate;
  self->reader.threshold = settings.threshold;
  self->reader.window = settings.window;
  self->reader.adaptive = settings.adaptive;
  return settings;
}

static gboolean
is_late (GstDermaClassify *self, GstClockTime pts)
{
  GstBaseTransform *base = GST_BASE_TRANSFORM (self);
  GstClockTime running;
  gboolean late;

  if (!gst_base_transform_is_qos_enabled (base) || base->segment.format != GST_FORMAT_TIME)
    return FALSE;
  running = gst_segment_to_running_time (&base->segment, GST_FORMAT_TIME, pts);
  GST_OBJECT_LOCK (self);
  late = derma_timing_is_late (&self->timing, running);
  if (late)
    self->stats.skipped_qos++;
  GST_OBJECT_UNLOCK (self);
  if (late)
    GST_CAT_DEBUG_OBJECT (CAT_PERFORMANCE, self, "frame at %" GST_TIME_FORMAT " is late and is not classified",
                          GST_TIME_ARGS (pts));
  return late;
}

static void
count_inference (GstDermaClassify *self)
{
  const guint64 latency = self->reader.reading.latency;

  GST_OBJECT_LOCK (self);
  derma_stats_count (&self->stats, latency);
  GST_OBJECT_UNLOCK (self);
  if (!self->worker)
    note_latency (self, latency);
}

static GstFlowReturn
count_still (GstDermaClassify *self)
{
  GST_OBJECT_LOCK (self);
  self->stats.skipped_still++;
  GST_OBJECT_UNLOCK (self);
  return GST_FLOW_OK;
}

/* One warning for frames that cannot be read, which pass on without a new reading; a network that fails is fatal. */
static GstFlowReturn
handle_failure (GstDermaClassify *self, const GError *error)
{
  if (!g_error_matches (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT)) {
    GST_ELEMENT_ERROR (self, LIBRARY, FAILED, ("%s", error->message), (NULL));
    return GST_FLOW_ERROR;
  }
  if (!self->complained)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", error->message), (NULL));
  self->complained = TRUE;
  return GST_FLOW_OK;
}

static GstFlowReturn
conclude (GstDermaClassify *self, const DermaSettings *settings)
{
  count_inference (self);
  if (settings->post_messages)
    derma_reader_post (&self->reader, GST_ELEMENT (self));
  return GST_FLOW_OK;
}

/* Takes over what the worker has read. */
static GstFlowReturn
collect (GstDermaClassify *self)
{
  const DermaSettings settings = get_settings (self);
  g_autoptr (GError) error = NULL;

  switch (derma_worker_collect (self->worker, &self->reader.reading, &error)) {
  case DERMA_WORKER_READING:
    derma_reader_take (&self->reader);
    return conclude (self, &settings);
  case DERMA_WORKER_FAILED:
    return handle_failure (self, error);
  default:
    return GST_FLOW_OK;
  }
}

/* Hands a frame to the worker, or reads it. */
static GstFlowReturn
read_frame (GstDermaClassify *self, GstBuffer *buffer, const DermaSettings *settings)
{
  const GstVideoInfo *info = gst_derma_filter_get_info (GST_DERMA_FILTER (self));
  DermaReader *reader = &self->reader;
  g_autoptr (GError) error = NULL;

  if (self->worker ? !derma_reader_prepare (reader, info, buffer, settings->region, &error)
                   : !derma_reader_read (reader, info, buffer, settings->region, &error))
    return handle_failure (self, error);
  if (reader->still)
    return count_still (self);
  if (!self->worker)
    return conclude (self, settings);
  derma_worker_submit (self->worker, reader->network->classifier, settings->threshold, GST_BUFFER_PTS (buffer));
  return GST_FLOW_OK;
}

/* Whether a frame is to be read; a still is, once. */
static gboolean
is_due (GstDermaClassify *self, GstClockTime pts)
{
  if (self->worker && !derma_worker_is_idle (self->worker)) {
    derma_pacer_count (&self->reader.pacer, pts);
    return FALSE;
  }
  if (self->freezer.still)
    return !self->freezer.read;
  return derma_pacer_count (&self->reader.pacer, pts) && !is_late (self, pts);
}

static gboolean
is_frozen (GstDermaClassify *self)
{
  gboolean frozen;

  GST_OBJECT_LOCK (self);
  frozen = self->frozen;
  GST_OBJECT_UNLOCK (self);
  return frozen;
}

static GstFlowReturn
prepare_output_buffer (GstBaseTransform *base, GstBuffer *input, GstBuffer **output)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);

  derma_freezer_set_wanted (&self->freezer, is_frozen (self));
  *output = derma_freezer_replace (&self->freezer, input);
  if (*output)
    return GST_FLOW_OK;
  return GST_BASE_TRANSFORM_CLASS (gst_derma_classify_parent_class)->prepare_output_buffer (base, input, output);
}

/* What may become a snapshot, before anything is drawn on it. */
static void
offer_picture (GstDermaClassify *self, GstBuffer *buffer)
{
  GstBuffer *still = self->freezer.still;
  const DermaAlbumPage page = { .format = &self->reader.frame,
                                .info = gst_derma_filter_get_info (GST_DERMA_FILTER (self)),
                                .reading = self->reader.fields ? &self->reader.reading : NULL,
                                .held = still != NULL };

  derma_album_offer (self->album, still ? still : buffer, &page);
  derma_album_tell (self->album, GST_BASE_TRANSFORM_SRC_PAD (self));
}

static gboolean
take_snapshot (GstDermaClassify *self)
{
  return derma_album_take (self->album, get_settings (self).top_k);
}

static GstFlowReturn
process (GstDermaFilter *filter, GstBuffer *buffer, const DermaReading **drawn)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (filter);
  GstFlowReturn flow = self->worker ? collect (self) : GST_FLOW_OK;
  const DermaSettings settings = begin_frame (self);

  derma_freezer_offer (&self->freezer, buffer, is_frozen (self));
  if (flow == GST_FLOW_OK && is_due (self, GST_BUFFER_PTS (buffer))) {
    flow = read_frame (self, buffer, &settings);
    self->freezer.read = self->freezer.still != NULL;
  }
  derma_reader_mark (&self->reader, buffer);
  offer_picture (self, buffer);
  *drawn = self->reader.fields ? &self->reader.reading : NULL;
  return flow;
}

/* The reading of the last frame that was handed over, and the last snapshots, are told before the stream ends. */
static void
drain (GstDermaClassify *self)
{
  if (self->worker) {
    derma_worker_drain (self->worker);
    collect (self);
  }
  derma_album_drain (self->album);
  derma_album_tell (self->album, GST_BASE_TRANSFORM_SRC_PAD (self));
}

static void
forget (GstDermaClassify *self)
{
  if (self->worker)
    derma_worker_discard (self->worker);
  derma_reader_reset (&self->reader);
  derma_freezer_reset (&self->freezer);
  derma_album_reset (self->album);
  GST_OBJECT_LOCK (self);
  derma_timing_forget_qos (&self->timing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
sink_event (GstBaseTransform *base, GstEvent *event)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_STREAM_START:
  case GST_EVENT_SEGMENT:
  case GST_EVENT_FLUSH_STOP:
    forget (self);
    break;
  case GST_EVENT_EOS:
    drain (self);
    break;
  case GST_EVENT_CUSTOM_DOWNSTREAM:
    derma_album_take_button (self->album, event, get_settings (self).top_k);
    break;
  default:
    break;
  }
  return GST_BASE_TRANSFORM_CLASS (gst_derma_classify_parent_class)->sink_event (base, event);
}

/* Lateness is kept from the base class, which would drop frames for it. */
static gboolean
src_event (GstBaseTransform *base, GstEvent *event)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);

  if (GST_EVENT_TYPE (event) != GST_EVENT_QOS)
    return GST_BASE_TRANSFORM_CLASS (gst_derma_classify_parent_class)->src_event (base, event);
  GST_OBJECT_LOCK (self);
  derma_timing_note_qos (&self->timing, event);
  GST_OBJECT_UNLOCK (self);
  return gst_pad_push_event (GST_BASE_TRANSFORM_SINK_PAD (base), event);
}

static gboolean
query (GstBaseTransform *base, GstPadDirection direction, GstQuery *asked)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (base);
  const gboolean answered = GST_BASE_TRANSFORM_CLASS (gst_derma_classify_parent_class)->query (base, direction, asked);

  if (!answered || direction != GST_PAD_SRC || GST_QUERY_TYPE (asked) != GST_QUERY_LATENCY)
    return answered;
  GST_OBJECT_LOCK (self);
  derma_timing_answer (&self->timing, asked);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
change_setting (GstDermaClassify *self, guint id, const GValue *value)
{
  const DermaSettings *settings = &self->settings;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  derma_settings_set (&self->settings, id, value);
  changed = gst_derma_filter_set_drawing (GST_DERMA_FILTER (self), settings->overlay, settings->top_k, FALSE);
  GST_OBJECT_UNLOCK (self);
  if (changed)
    gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (self));
}

static void
set_frozen (GstDermaClassify *self, gboolean frozen)
{
  GST_OBJECT_LOCK (self);
  self->frozen = frozen;
  GST_OBJECT_UNLOCK (self);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (object);

  if (id == DERMA_SETTING_MODEL)
    derma_modelslot_set (&self->slot, GST_ELEMENT (self), g_value_get_string (value), get_settings (self).threads);
  else if (id == DERMA_SETTING_MODEL_SHA256)
    derma_modelslot_pin (&self->slot, GST_ELEMENT (self), g_value_get_string (value));
  else if (id == DERMA_SETTING_QOS)
    gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), g_value_get_boolean (value));
  else if (id == DERMA_SETTING_FROZEN)
    set_frozen (self, g_value_get_boolean (value));
  else if (id > DERMA_SETTING_0 && id < DERMA_SETTING_MODEL)
    change_setting (self, id, value);
  else if (!derma_album_set_property (self->album, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* The network that reads the next frame; NULL while stopped. With the object lock held. */
static const DermaNetwork *
current_network (GstDermaClassify *self)
{
  return self->slot.pending ? self->slot.pending : self->reader.network;
}

static DermaSettings
effective_settings (GstDermaClassify *self)
{
  const DermaNetwork *network = current_network (self);
  DermaSettings settings = self->settings;

  if (network && !settings.region_set)
    settings.region = network->region;
  return settings;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (object);
  const DermaNetwork *network;
  DermaSettings settings;

  if (id == DERMA_SETTING_QOS) {
    g_value_set_boolean (value, gst_base_transform_is_qos_enabled (GST_BASE_TRANSFORM (self)));
    return;
  }
  if (derma_album_get_property (self->album, id, value))
    return;
  GST_OBJECT_LOCK (self);
  network = current_network (self);
  settings = effective_settings (self);
  if (id == DERMA_SETTING_MODEL)
    g_value_set_string (value, network ? network->path : self->slot.model);
  else if (id == DERMA_SETTING_MODEL_SHA256)
    g_value_set_string (value, self->slot.sha256);
  else if (id == DERMA_SETTING_FROZEN)
    g_value_set_boolean (value, self->frozen);
  else if (id == DERMA_SETTING_STATS)
    g_value_take_boxed (value, derma_stats_to_structure (&self->stats));
  else if (id == DERMA_SETTING_MODEL_INFO)
    g_value_set_boxed (value, network ? network->info : NULL);
  else if (!derma_settings_get (&settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  GstDermaClassify *self = GST_DERMA_CLASSIFY (object);

  derma_reader_clear (&self->reader);
  derma_freezer_reset (&self->freezer);
  derma_album_free (self->album);
  derma_modelslot_clear (&self->slot);
  G_OBJECT_CLASS (gst_derma_classify_parent_class)->finalize (object);
}

static void
gst_derma_classify_class_init (GstDermaClassifyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstBaseTransformClass *base_class = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (classify_debug, "dermaclassify", 0, "readings of skin lesions");
  GST_DEBUG_CATEGORY_GET (performance_debug, "GST_PERFORMANCE");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  derma_settings_install (object_class, G_CALLBACK (take_snapshot));
  base_class->start = start;
  base_class->stop = stop;
  base_class->set_caps = set_caps;
  base_class->sink_event = sink_event;
  base_class->src_event = src_event;
  base_class->prepare_output_buffer = prepare_output_buffer;
  base_class->query = query;
  GST_DERMA_FILTER_CLASS (klass)->process = process;
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Skin lesion classifier", "Filter/Analyzer/Effect/Video",
      "Reads skin lesions in video, for research: a calibrated class on each frame", "The dermaclassify authors");
}

static void
gst_derma_classify_init (GstDermaClassify *self)
{
  derma_settings_init (&self->settings);
  derma_reader_init (&self->reader);
  derma_timing_init (&self->timing, 0);
  self->album = derma_album_new (GST_ELEMENT (self));
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), DERMA_DEFAULT_QOS);
  gst_derma_filter_set_drawing (GST_DERMA_FILTER (self), self->settings.overlay, self->settings.top_k, FALSE);
}
