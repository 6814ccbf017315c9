/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-dermacaption
 * @title: dermacaption
 * @short_description: puts the readings on frames into words, as a caption track
 * @see_also: dermaclassify, dermarecord
 *
 * Takes video with readings of dermaclassify on it and gives timed text: one cue for each change of what there is to
 * say, such as "Lesion 2: nevus 93 %, stable", "Hold still" or "No lesion". The first cue says for three seconds that
 * this is for research use. Where nothing is said there are GAP events, one a frame, so that a muxer does not wait.
 *
 * How long a cue lasts is known when it is over. #dermacaption:max-delay says how long to wait for that. Without
 * waiting, the default, a cue goes out as it begins and has no duration: it lasts until the next one, which is a
 * single blank where there is nothing more to say. That is for muxers and for overlays, in live pipelines too. With
 * waiting, cues have durations, and one that lasts longer than #dermacaption:max-delay goes out in pieces; a muxer has
 * to be given queues that hold as much video. For files of subtitles there is no reason not to wait for ever.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=100 ! dermaclassify ! tee name=t \
 *   t. ! queue ! videoconvert ! x264enc tune=zerolatency ! h264parse ! queue ! matroskamux name=mux ! \
 *   filesink location=captioned.mkv  t. ! queue ! dermacaption ! mux.
 * ]| A film with captions that the viewer can switch off.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=100 ! dermaclassify ! dermacaption max-delay=-1 ! webvttenc ! \
 *   filesink location=captions.vtt
 * ]| The captions alone, as WebVTT; srtenc gives SubRip.
 *
 * Since: 0.3
 */

#include "dermacaption.h"

#include "captioner.h"
#include "cue.h"
#include "readingmeta.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY_STATIC (caption_debug);
#define GST_CAT_DEFAULT caption_debug

/* That a cue falls into from one frame to the next. */
#define MAX_PIECES 100

/* Of a last frame that does not say how long it lasts. */
#define FRAME_TIME (40 * GST_MSECOND)

/* That something lasts, whatever it says. */
#define MAX_DURATION (3600 * GST_SECOND)

enum {
  PROP_0,
  PROP_MAX_DELAY,
};

struct _GstDermaCaption {
  GstElement parent;
  GstPad *sinkpad;
  GstPad *srcpad;

  GstClockTime max_delay; /* under the object lock */

  /* Of the streaming thread. */
  DermaReading reading;
  DermaCaptioner captioner;
  DermaCue cue;
  GstClockTime frame_time; /* from the caps */
  GstClockTime now;        /* of the last frame */
  GstClockTime end;        /* of the last frame */
  GstClockTime told;       /* up to here all has been said downstream */
  gboolean markup;
  gboolean negotiated;
  gboolean timed; /* the segment is one of times */
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("text/x-raw, format = (string) { utf8, pango-markup }"));

G_DEFINE_FINAL_TYPE (GstDermaCaption, gst_derma_caption, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (dermacaption, "dermacaption", GST_RANK_NONE, GST_TYPE_DERMA_CAPTION,
                                       derma_reading_meta_register ())

static GstClockTime
get_max_delay (GstDermaCaption *self)
{
  GstClockTime delay;

  GST_OBJECT_LOCK (self);
  delay = self->max_delay;
  GST_OBJECT_UNLOCK (self);
  return delay;
}

/* @notice: whether the stream begins, so that the notice is due. */
static void
reset (GstDermaCaption *self, gboolean notice)
{
  derma_captioner_clear (&self->captioner);
  derma_cue_reset (&self->cue, notice);
  self->now = self->end = self->told = GST_CLOCK_TIME_NONE;
}

static GstFlowReturn
push_text (GstDermaCaption *self, const gchar *words, GstClockTime start, GstClockTime duration)
{
  gchar *text = self->markup ? g_markup_escape_text (words, -1) : g_strdup (words);
  const gsize size = strlen (text);
  /* The zero at the end is there, but not counted, as consumers of text/x-raw like it. */
  GstBuffer *buffer = gst_buffer_new_wrapped_full (0, text, size + 1, 0, size, text, g_free);

  GST_BUFFER_PTS (buffer) = start;
  GST_BUFFER_DURATION (buffer) = duration;
  self->told = GST_CLOCK_TIME_IS_VALID (duration) ? start + duration : start;
  return gst_pad_push (self->srcpad, buffer);
}

static GstFlowReturn
push_past (GstDermaCaption *self, DermaPastCue *past)
{
  g_autoptr (DermaPastCue) owned = past;

  return owned ? push_text (self, owned->words, owned->start, owned->end - owned->start) : GST_FLOW_OK;
}

/* Nothing new until @time. */
static void
push_gap (GstDermaCaption *self, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (self->told))
    self->told = time;
  gst_pad_push_event (self->srcpad, gst_event_new_gap (self->told, time - self->told));
  self->told = time;
}

/* What has been decided goes out: with @past if cues are to have durations, at once if not. */
static GstFlowReturn
tell (GstDermaCaption *self, DermaPastCue *past, gboolean changed)
{
  g_autoptr (DermaPastCue) owned = past;

  if (get_max_delay (self) > 0)
    return push_past (self, g_steal_pointer (&owned));
  if (!changed)
    return GST_FLOW_OK;
  return push_text (self, self->cue.words ? self->cue.words : " ", self->cue.start, GST_CLOCK_TIME_NONE);
}

static GstFlowReturn
advance (GstDermaCaption *self, GstClockTime time)
{
  const GstClockTime before = self->cue.start;
  const gboolean spoke = self->cue.words != NULL;
  DermaPastCue *past = derma_cue_advance (&self->cue, time);

  return tell (self, past, self->cue.start != before && (spoke || self->cue.words));
}

static GstFlowReturn
say (GstDermaCaption *self, GstClockTime time)
{
  const gboolean waits = self->cue.has_next;

  return tell (self, derma_cue_say (&self->cue, time, self->captioner.words), !waits);
}

/* Ends pieces of what has waited too long, longer ones where a frame is far from the one before. */
static GstFlowReturn
cut (GstDermaCaption *self, GstClockTime time)
{
  GstClockTime delay = get_max_delay (self);
  GstFlowReturn flow = GST_FLOW_OK;

  if (delay == 0 || !GST_CLOCK_TIME_IS_VALID (delay))
    return flow;
  if (self->cue.words)
    delay = MAX (delay, (time - self->cue.start) / MAX_PIECES);
  while (flow == GST_FLOW_OK && self->cue.words && time - self->cue.start >= delay)
    flow = push_past (self, derma_cue_cut (&self->cue, self->cue.start + delay));
  return flow;
}

static GstFlowReturn
go_to (GstDermaCaption *self, GstClockTime time)
{
  GstFlowReturn flow = advance (self, time);

  return flow == GST_FLOW_OK ? cut (self, time) : flow;
}

static void
fill_gap (GstDermaCaption *self, GstClockTime time)
{
  if (!self->cue.words || get_max_delay (self) == 0)
    push_gap (self, time);
  else if (GST_CLOCK_TIME_IS_VALID (self->told) && self->told < self->cue.start)
    push_gap (self, self->cue.start);
}

static void
read_meta (GstDermaCaption *self, GstBuffer *buffer, gboolean *changed)
{
  const GstStructure *structure = derma_reading_meta_get (buffer);
  g_autoptr (GError) error = NULL;
  gboolean read = structure && derma_reading_from_structure (&self->reading, structure, &error);

  if (error)
    GST_DEBUG_OBJECT (self, "ignoring the reading on %" GST_PTR_FORMAT ": %s", buffer, error->message);
  *changed = derma_captioner_take (&self->captioner, read ? &self->reading : NULL);
}

static gboolean
negotiate (GstDermaCaption *self)
{
  g_autoptr (GstCaps) template = gst_pad_get_pad_template_caps (self->srcpad);
  GstCaps *caps = gst_pad_peer_query_caps (self->srcpad, template);
  gboolean ok = !gst_caps_is_empty (caps);

  if (ok) {
    caps = gst_caps_fixate (caps);
    self->markup = g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (caps, 0), "format"), "utf8") != 0;
    ok = gst_pad_set_caps (self->srcpad, caps);
  }
  gst_caps_unref (caps);
  self->negotiated = ok;
  return ok;
}

/* Beyond, ends could not be reckoned. */
static gboolean
is_time (GstClockTime time)
{
  return GST_CLOCK_TIME_IS_VALID (time) && time <= G_MAXINT64;
}

/* Time never goes back: a frame that is dated before the one that came first counts as being at the same time. */
static GstFlowReturn
take_frame (GstDermaCaption *self, GstBuffer *buffer)
{
  const GstClockTime duration = GST_BUFFER_DURATION (buffer);
  GstClockTime time = GST_BUFFER_PTS (buffer);
  GstFlowReturn flow;
  gboolean changed;

  if (!is_time (time))
    return GST_FLOW_OK;
  if (GST_CLOCK_TIME_IS_VALID (self->now) && time < self->now)
    time = self->now;
  self->now = time;
  self->end = time + (GST_CLOCK_TIME_IS_VALID (duration) ? MIN (duration, MAX_DURATION) : self->frame_time);
  flow = go_to (self, time);
  read_meta (self, buffer, &changed);
  if (flow == GST_FLOW_OK && changed)
    flow = say (self, time);
  if (flow == GST_FLOW_OK)
    fill_gap (self, time);
  return flow;
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstDermaCaption *self = GST_DERMA_CAPTION (parent);
  GstFlowReturn flow = GST_FLOW_NOT_NEGOTIATED;

  if (self->negotiated)
    flow = self->timed ? take_frame (self, buffer) : GST_FLOW_ERROR;
  gst_buffer_unref (buffer);
  return flow;
}

/* Ends the cue where the last frame ends. */
static void
finish (GstDermaCaption *self)
{
  if (!GST_CLOCK_TIME_IS_VALID (self->end))
    return;
  go_to (self, self->end);
  derma_captioner_take (&self->captioner, NULL);
  if (self->cue.words)
    tell (self, derma_cue_cut (&self->cue, self->end), FALSE);
  g_clear_pointer (&self->cue.words, g_free);
  self->now = self->end; /* for a stream that goes on without a segment of its own */
  self->end = GST_CLOCK_TIME_NONE;
  if (get_max_delay (self) == 0)
    push_text (self, " ", self->now, GST_CLOCK_TIME_NONE);
}

static gboolean
take_caps (GstDermaCaption *self, GstCaps *caps)
{
  GstVideoInfo info;

  self->frame_time = FRAME_TIME;
  if (gst_video_info_from_caps (&info, caps) && GST_VIDEO_INFO_FPS_N (&info) > 0)
    self->frame_time =
        gst_util_uint64_scale_int (GST_SECOND, GST_VIDEO_INFO_FPS_D (&info), GST_VIDEO_INFO_FPS_N (&info));
  return self->negotiated || negotiate (self);
}

static gboolean
start_stream (GstDermaCaption *self, GstEvent *event)
{
  g_autofree gchar *id = NULL;
  const gchar *upstream;
  GstEvent *made;
  guint group;

  finish (self);
  /* gst_pad_create_stream_id() would ask the sink pad, which has the event before this one, or none. */
  gst_event_parse_stream_start (event, &upstream);
  id = g_strconcat (upstream, "/caption", NULL);
  made = gst_event_new_stream_start (id);
  if (gst_event_parse_group_id (event, &group))
    gst_event_set_group_id (made, group);
  gst_event_set_stream_flags (made, GST_STREAM_FLAG_SPARSE | GST_STREAM_FLAG_SELECT);
  gst_event_unref (event);
  return gst_pad_push_event (self->srcpad, made);
}

static gboolean
start_segment (GstDermaCaption *self, GstEvent *event)
{
  const GstSegment *segment;
  gboolean ok;

  gst_event_parse_segment (event, &segment);
  self->timed = segment->format == GST_FORMAT_TIME;
  if (!self->timed) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("The video does not come in time"), (NULL));
    gst_event_unref (event);
    return FALSE;
  }
  finish (self);
  reset (self, !GST_CLOCK_TIME_IS_VALID (self->cue.notice_end));
  ok = gst_pad_push_event (self->srcpad, event);
  gst_pad_push_event (self->srcpad, gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "Readings",
                                                                         GST_TAG_LANGUAGE_CODE, "en", NULL)));
  return ok;
}

/* Where a gap ends is told when it begins: what is downstream would wait for the text that long. */
static gboolean
take_gap (GstDermaCaption *self, GstEvent *event)
{
  GstClockTime time, duration, end;

  gst_event_parse_gap (event, &time, &duration);
  gst_event_unref (event);
  if (!self->negotiated || !is_time (time) || (GST_CLOCK_TIME_IS_VALID (self->now) && time < self->now))
    return TRUE;
  end = time + (GST_CLOCK_TIME_IS_VALID (duration) ? MIN (duration, MAX_DURATION) : 0);
  self->now = self->end = end;
  if (!GST_CLOCK_TIME_IS_VALID (self->told))
    self->told = time;
  if (go_to (self, time) == GST_FLOW_OK && go_to (self, end) == GST_FLOW_OK)
    fill_gap (self, end);
  return TRUE;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstDermaCaption *self = GST_DERMA_CAPTION (parent);
  GstCaps *caps;
  gboolean ok;

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_STREAM_START:
    return start_stream (self, event);
  case GST_EVENT_CAPS:
    gst_event_parse_caps (event, &caps);
    ok = take_caps (self, caps);
    gst_event_unref (event);
    return ok;
  case GST_EVENT_SEGMENT:
    return start_segment (self, event);
  case GST_EVENT_GAP:
    return take_gap (self, event);
  case GST_EVENT_TAG:
    gst_event_unref (event); /* of the video */
    return TRUE;
  case GST_EVENT_FLUSH_STOP:
    reset (self, !GST_CLOCK_TIME_IS_VALID (self->cue.notice_end));
    break;
  case GST_EVENT_EOS:
    finish (self);
    break;
  default:
    break;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* Cues that are waited for come that much later. */
static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstDermaCaption *self = GST_DERMA_CAPTION (parent);
  const GstClockTime delay = get_max_delay (self);
  GstClockTime least, most;
  gboolean live;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY || !GST_CLOCK_TIME_IS_VALID (delay))
    return gst_pad_query_default (pad, parent, query);
  if (!gst_pad_peer_query (self->sinkpad, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &least, &most);
  gst_query_set_latency (query, live, least + delay, GST_CLOCK_TIME_IS_VALID (most) ? most + delay : most);
  return TRUE;
}

/* The video's caps say nothing about the text's. */
static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstCaps *filter, *caps;

  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_CAPS:
    gst_query_parse_caps (query, &filter);
    caps = gst_pad_get_pad_template_caps (pad);
    if (filter) {
      GstCaps *both = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);

      gst_caps_unref (caps);
      caps = both;
    }
    gst_query_set_caps_result (query, caps);
    gst_caps_unref (caps);
    return TRUE;
  case GST_QUERY_ALLOCATION:
    return FALSE;
  default:
    return gst_pad_query_default (pad, parent, query);
  }
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstDermaCaption *self = GST_DERMA_CAPTION (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    reset (self, TRUE);
  result = GST_ELEMENT_CLASS (gst_derma_caption_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    reset (self, TRUE);
    derma_reading_clear (&self->reading);
    self->negotiated = FALSE;
  }
  return result;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstDermaCaption *self = GST_DERMA_CAPTION (object);

  if (id != PROP_MAX_DELAY) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  self->max_delay = g_value_get_uint64 (value);
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MAX_DELAY)
    g_value_set_uint64 (value, get_max_delay (GST_DERMA_CAPTION (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
finalize (GObject *object)
{
  GstDermaCaption *self = GST_DERMA_CAPTION (object);

  reset (self, FALSE);
  derma_reading_clear (&self->reading);
  G_OBJECT_CLASS (gst_derma_caption_parent_class)->finalize (object);
}

static void
gst_derma_caption_class_init (GstDermaCaptionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (caption_debug, "dermacaption", 0, "readings in words");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;

  /**
   * dermacaption:max-delay:
   *
   * How long a cue is held back until its end is known, in ns; one that lasts longer goes out in pieces of that length.
   * 0: cues go out as they begin, without a duration. 18446744073709551615 (-1): cues are held until they are over.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      object_class, PROP_MAX_DELAY,
      g_param_spec_uint64 ("max-delay", "Maximum delay",
                           "How long a cue may wait for its end (ns, 0: goes out at once, without a duration)", 0,
                           G_MAXUINT64, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));

  gst_element_class_set_static_metadata (element_class, "Skin lesion captions", "Subtitle/Converter/Video",
                                         "Puts the readings on video into words, as timed text",
                                         "The dermaclassify authors");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

static void
gst_derma_caption_init (GstDermaCaption *self)
{
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_pad_set_query_function (self->sinkpad, sink_query);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (self->srcpad, src_query);
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
  self->reading = (DermaReading)DERMA_READING_INIT;
  self->cue = (DermaCue)DERMA_CUE_INIT;
  self->frame_time = FRAME_TIME;
  reset (self, TRUE);
}
