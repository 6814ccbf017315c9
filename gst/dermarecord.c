/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-dermarecord
 * @title: dermarecord
 * @short_description: records video and the readings on it, each on its own
 * @see_also: dermaclassify, dermacaption, dermareplay
 *
 * Records raw video that carries readings into a Matroska file with the clean picture and a caption track that can be
 * switched off, and the readings and events into a sidecar of JSON lines beside it, described in pipelines/SESSION.md.
 * Both are written as they come, so that a process that is killed leaves a film that plays and a sidecar that can be
 * read. Files never overwrite others: where NAME.mkv exists NAME-1.mkv is written. After a flush, with other caps, and
 * where time goes back by more than a second, another file begins.
 *
 * A live pipeline is never held up: where the encoder or the disk does not keep up frames are left out, with a warning
 * that says how many; so are frames without a time, and such as have not the memory that they say.
 * #dermarecord:pre-roll keeps the last seconds before a recording is started with #dermarecord:recording or
 * #dermarecord::start; where the pipeline is live those count in which nothing comes. For each file that ends there is
 * an element message "dermarecord-part" with its location, sidecar, part, duration, frames, readings, events, and
 * whether it was finished (boolean) or broke off.
 *
 * Events "derma-snapshot" and "derma-still-button", lesions and #dermarecord::tag go into the sidecar; pipelines/record
 * makes chapters of them once a file is finished.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -e v4l2src ! videoconvert ! dermaclassify ! dermarecord location=session.mkv
 * ]|
 *
 * Since: 0.3
 */

#include "dermarecord.h"

#include "encoder.h"
#include "intake.h"
#include "readingmeta.h"
#include "recordoptions.h"
#include "tape.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

GST_DEBUG_CATEGORY_STATIC (record_debug);
#define GST_CAT_DEFAULT record_debug

/* Of a frame that does not say how long it lasts. */
#define FRAME_TIME (40 * GST_MSECOND)

enum {
  SIGNAL_START,
  SIGNAL_STOP,
  SIGNAL_TAG,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

struct _GstDermaRecord {
  GstBin parent;
  GstPad *sinkpad;
  GstElement *queue;
  GstElement *convert;
  GstElement *sink;
  GstElement *coder; /* from READY on; before that convert is linked to sink, so that nobody finds a pad that is free */
  DermaNotes *notes;
  DermaIntake *intake;
  DermaTape *tape;
  guint line; /* of the thread that takes encoded frames: their time line */

  /* Under the object lock. */
  DermaRecordOptions options;
  gboolean started; /* from PAUSED on */
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                             GST_STATIC_CAPS ("video/x-raw, width=(int)[1, 16384], height=(int)[1, 16384]"));

G_DEFINE_FINAL_TYPE (GstDermaRecord, gst_derma_record, GST_TYPE_BIN)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (dermarecord, "dermarecord", GST_RANK_NONE, GST_TYPE_DERMA_RECORD,
                                       derma_reading_meta_register ())

static gboolean
will_record (GstDermaRecord *self)
{
  gboolean recording;

  GST_OBJECT_LOCK (self);
  recording = derma_record_options_will_record (&self->options);
  GST_OBJECT_UNLOCK (self);
  return recording;
}

/* Tells the parts what has been set. */
static void
configure (GstDermaRecord *self)
{
  const DermaRecordOptions *options = &self->options;

  GST_OBJECT_LOCK (self);
  derma_tape_configure (self->tape, &options->files);
  derma_intake_set_wanted (self->intake, derma_record_options_will_record (options) || options->files.pre_roll > 0);
  GST_OBJECT_UNLOCK (self);
  derma_tape_spare (self->tape);
}

/* Running time by the clock: of what is live, which says by it how long nothing has come. */
static GstClockTime
get_clock_time (GstDermaRecord *self)
{
  gboolean playing;

  GST_OBJECT_LOCK (self);
  playing = GST_STATE (self) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK (self);
  return playing && derma_intake_is_live (self->intake) ? gst_element_get_current_running_time (GST_ELEMENT (self))
                                                        : GST_CLOCK_TIME_NONE;
}

/* Others may start or stop it meanwhile, in another thread or on hearing of a film's end: what is set last counts. */
static void
follow (GstDermaRecord *self)
{
  gboolean recording;

  do {
    recording = will_record (self);
    derma_tape_set_recording (self->tape, recording, get_clock_time (self));
  } while (will_record (self) != recording);
}

static void
set_recording (GstDermaRecord *self, gboolean recording)
{
  gboolean started, nameless;

  GST_OBJECT_LOCK (self);
  started = self->started;
  nameless = started && recording && !self->options.files.location;
  if (!nameless)
    self->options.recording = recording;
  GST_OBJECT_UNLOCK (self);
  if (nameless) {
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("There is no file name to record to: location is not set"), (NULL));
    return;
  }
  configure (self);
  if (started)
    follow (self);
}

static void
start (GstDermaRecord *self)
{
  set_recording (self, TRUE);
}

static void
stop (GstDermaRecord *self)
{
  set_recording (self, FALSE);
}

static void
tag (GstDermaRecord *self, const gchar *text)
{
  derma_intake_tag (self->intake, text);
}

static GstClockTime
frame_time (GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint n, d;

  if (gst_structure_get_fraction (structure, "framerate", &n, &d) && n > 0 && d > 0)
    return gst_util_uint64_scale_int (GST_SECOND, d, n);
  return FRAME_TIME;
}

static DermaFilmFrame *
make_frame (GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstCaps *caps = gst_sample_get_caps (sample);
  const GstSegment *segment = gst_sample_get_segment (sample);
  GstClockTime time;
  DermaFilmFrame *frame;

  if (!buffer || !caps || segment->format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID (buffer))
    return NULL;
  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return NULL;
  frame = g_new0 (DermaFilmFrame, 1);
  frame->buffer = gst_buffer_ref (buffer);
  frame->caps = gst_caps_ref (caps);
  frame->time = time;
  frame->end = time
               + (GST_BUFFER_DURATION_IS_VALID (buffer) ? MIN (GST_BUFFER_DURATION (buffer), 3600 * GST_SECOND)
                                                        : frame_time (caps));
  frame->key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return frame;
}

static GstFlowReturn
take_sample (GstAppSink *sink, gpointer data)
{
  GstDermaRecord *self = data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  DermaFilmFrame *frame;

  if (!sample)
    return GST_FLOW_EOS;
  frame = make_frame (sample);
  gst_sample_unref (sample);
  if (frame) {
    frame->line = self->line;
    frame->came = get_clock_time (self);
  }
  if (frame && derma_tape_take (self->tape, frame))
    /* Not gst_element_send_event(), which waits for a change of state, that waits for this thread. */
    gst_pad_push_event (GST_BASE_SINK_PAD (sink),
                        gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  return GST_FLOW_OK;
}

static void
take_end (GstAppSink *sink, gpointer data)
{
  derma_tape_close (GST_DERMA_RECORD (data)->tape);
}

/* A flush begins another stream, whose times have nothing to do with those before. */
static void
follow_event (GstDermaRecord *self, GstEvent *event)
{
  derma_intake_parse_line (event, &self->line);
  if (GST_EVENT_TYPE (event) != GST_EVENT_FLUSH_STOP)
    return;
  derma_tape_close (self->tape);
  derma_tape_open (self->tape);
  follow (self);
}

/* All that wait: it keeps more than it tells, as the caps. Samples never wait. */
static gboolean
take_event (GstAppSink *sink, gpointer data)
{
  GstMiniObject *object;

  while ((object = gst_app_sink_try_pull_object (sink, 0))) {
    if (GST_IS_EVENT (object))
      follow_event (data, GST_EVENT (object));
    gst_mini_object_unref (object);
  }
  return FALSE;
}

static gboolean
add_coder (GstDermaRecord *self)
{
  g_autoptr (GError) error = NULL;
  DermaEncoder encoder;
  guint bitrate;

  GST_OBJECT_LOCK (self);
  encoder = self->options.encoder;
  bitrate = self->options.bitrate;
  GST_OBJECT_UNLOCK (self);
  self->coder = derma_encoder_new (encoder, bitrate, &error);
  if (!self->coder) {
    gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR, error->domain, error->code,
                              g_strdup (error->message), NULL, __FILE__, G_STRFUNC, __LINE__);
    return FALSE;
  }
  gst_bin_add (GST_BIN (self), self->coder);
  gst_element_unlink (self->convert, self->sink);
  if (gst_element_link_many (self->convert, self->coder, self->sink, NULL))
    return TRUE;
  GST_ELEMENT_ERROR (self, CORE, PAD, ("The encoder %s cannot be linked", derma_encoder_get_nick (encoder)), (NULL));
  return FALSE;
}

static void
remove_coder (GstDermaRecord *self)
{
  if (!self->coder)
    return;
  gst_element_set_state (self->coder, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), self->coder);
  self->coder = NULL;
  gst_element_link (self->convert, self->sink);
}

static gboolean
open_tape (GstDermaRecord *self)
{
  gboolean nameless;

  GST_OBJECT_LOCK (self);
  derma_record_options_start (&self->options, TRUE);
  nameless = derma_record_options_will_record (&self->options) && !self->options.files.location;
  self->started = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (nameless) {
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("There is no file name to record to: location is not set"), (NULL));
    return FALSE;
  }
  configure (self);
  derma_intake_reset (self->intake);
  derma_tape_open (self->tape);
  follow (self);
  return TRUE;
}

static void
close_tape (GstDermaRecord *self)
{
  GST_OBJECT_LOCK (self);
  derma_record_options_start (&self->options, FALSE);
  self->started = FALSE;
  GST_OBJECT_UNLOCK (self);
  derma_intake_end (self->intake);
  derma_tape_close (self->tape);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstDermaRecord *self = GST_DERMA_RECORD (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !add_coder (self)) {
    remove_coder (self);
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_tape (self)) {
    close_tape (self);
    return GST_STATE_CHANGE_FAILURE;
  }
  /* While its writer still plays. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    close_tape (self);
  result = GST_ELEMENT_CLASS (gst_derma_record_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE)
    close_tape (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE))
    remove_coder (self);
  return result;
}

/* Of what writes a file, which plays whatever the state of the bin. */
static gboolean
is_of_writer (GstBin *bin, GstMessage *message)
{
  GstObject *child = GST_MESSAGE_SRC (message);

  while (child && GST_OBJECT_PARENT (child) != GST_OBJECT (bin))
    child = GST_OBJECT_PARENT (child);
  return child && GST_IS_ELEMENT (child) && gst_element_is_locked_state (GST_ELEMENT (child));
}

static void
handle_message (GstBin *bin, GstMessage *message)
{
  GstDermaRecord *self = GST_DERMA_RECORD (bin);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR && is_of_writer (bin, message)) {
    derma_tape_take_error (self->tape, message);
    gst_message_unref (message);
    return;
  }
  /* Who hears of the end may not listen for errors any more. */
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS && GST_MESSAGE_SRC (message) == GST_OBJECT (self->sink)
      && derma_tape_hold_end (self->tape, message))
    return;
  GST_BIN_CLASS (gst_derma_record_parent_class)->handle_message (bin, message);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstDermaRecord *self = GST_DERMA_RECORD (object);
  gboolean known;

  if (id == DERMA_RECORD_PROP_RECORDING) {
    set_recording (self, g_value_get_boolean (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  known = derma_record_options_set (&self->options, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  configure (self);
}

static GstStructure *
make_stats (GstDermaRecord *self)
{
  guint64 counts[4];

  derma_tape_get_counts (self->tape, counts);
  return gst_structure_new ("dermarecord-stats", "files", G_TYPE_UINT64, counts[0], "frames", G_TYPE_UINT64, counts[1],
                            "readings", G_TYPE_UINT64, counts[2], "events", G_TYPE_UINT64, counts[3], "dropped",
                            G_TYPE_UINT64, derma_intake_get_dropped (self->intake), NULL);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstDermaRecord *self = GST_DERMA_RECORD (object);
  gboolean known;

  if (id == DERMA_RECORD_PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  known = derma_record_options_get (&self->options, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
finalize (GObject *object)
{
  GstDermaRecord *self = GST_DERMA_RECORD (object);

  derma_tape_free (self->tape);
  derma_intake_free (self->intake);
  derma_notes_free (self->notes);
  derma_record_settings_clear (&self->options.files);
  G_OBJECT_CLASS (gst_derma_record_parent_class)->finalize (object);
}

static void
install_signals (GstDermaRecordClass *klass)
{
  /**
   * dermarecord::start:
   *
   * Starts recording.
   *
   * Since: 0.3
   */
  signals[SIGNAL_START] =
      g_signal_new_class_handler ("start", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                  G_CALLBACK (start), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * dermarecord::stop:
   *
   * Finishes the file that is being recorded.
   *
   * Since: 0.3
   */
  signals[SIGNAL_STOP] =
      g_signal_new_class_handler ("stop", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                  G_CALLBACK (stop), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * dermarecord::tag:
   * @text: what to say
   *
   * Writes @text into the sidecar, as said of the frame that came last.
   *
   * Since: 0.3
   */
  signals[SIGNAL_TAG] =
      g_signal_new_class_handler ("tag", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                  G_CALLBACK (tag), NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gst_derma_record_class_init (GstDermaRecordClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (record_debug, "dermarecord", 0, "recording of readings");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  GST_BIN_CLASS (klass)->handle_message = handle_message;
  derma_record_install_properties (object_class);
  install_signals (klass);
  gst_element_class_set_static_metadata (element_class, "Skin lesion recorder", "Sink/File/Video",
                                         "Records video, captions and readings", "The dermaclassify authors");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_type_mark_as_plugin_api (derma_record_encoder_get_type (), 0);
}

static void
gst_derma_record_init (GstDermaRecord *self)
{
  GstAppSinkCallbacks callbacks = { .eos = take_end, .new_sample = take_sample, .new_event = take_event };
  GstPadTemplate *template = gst_static_pad_template_get (&sink_template);
  g_autoptr (GstPad) target = NULL;

  self->queue = gst_element_factory_make ("queue", "frames");
  self->convert = gst_element_factory_make ("videoconvert", "convert");
  self->sink = gst_element_factory_make ("appsink", "encoded");
  self->options.files.sidecar = TRUE;
  self->options.recording = self->options.initial = -1;
  self->notes = derma_notes_new ();
  self->sinkpad = gst_ghost_pad_new_no_target_from_template ("sink", template);
  gst_object_unref (template);
  self->intake = derma_intake_new (GST_ELEMENT (self), self->sinkpad, self->queue, self->notes);
  self->tape = derma_tape_new (GST_ELEMENT (self), self->notes);
  derma_intake_set_wanted (self->intake, TRUE);
  g_object_set (self->queue, "max-size-buffers", 40, "max-size-bytes", 0, "max-size-time", G_GUINT64_CONSTANT (0),
                NULL);
  g_object_set (self->sink, "sync", FALSE, "async", FALSE, "qos", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (self->sink), &callbacks, self, NULL);
  gst_bin_add_many (GST_BIN (self), self->queue, self->convert, self->sink, NULL);
  gst_element_link_many (self->queue, self->convert, self->sink, NULL);
  target = gst_element_get_static_pad (self->queue, "sink");
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->sinkpad), target);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
}
