/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-dermareplay
 * @title: dermareplay
 * @short_description: puts recorded readings back on the frames of a recording
 * @see_also: dermarecord, dermaoverlay
 *
 * Reads the sidecar that dermarecord wrote and puts each reading on the frame that it was of, and, with its age, on
 * those that follow: the meta "DermaReading" and the element message "dermaclassify" as dermaclassify gives them, with
 * no network. Frames before the first reading pass without one. It may be sought in and played backwards.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=session.mkv ! decodebin ! videoconvert ! dermareplay sidecar=session.jsonl ! \
 *   dermaoverlay ! videoconvert ! autovideosink
 * ]|
 *
 * Since: 0.3
 */

#include "dermareplay.h"

#include "readingmeta.h"
#include "timing.h"
#include "trail.h"

#include <derma/error.h>

GST_DEBUG_CATEGORY_STATIC (replay_debug);
#define GST_CAT_DEFAULT replay_debug

/* Times in Matroska are rounded to milliseconds. */
#define TOLERANCE GST_MSECOND

enum {
  PROP_0,
  PROP_SIDECAR,
  PROP_POST_MESSAGES,
};

struct _GstDermaReplay {
  GstBaseTransform parent;

  /* Under the object lock. */
  gchar *path;
  gboolean post_messages;

  /* Of the streaming thread. */
  DermaTrail *trail;
  GstStructure *current; /* what frames carry */
  guint64 pts;           /* of it */
  guint64 number;        /* of it, on the trail */
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)"));

G_DEFINE_FINAL_TYPE (GstDermaReplay, gst_derma_replay, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (dermareplay, "dermareplay", GST_RANK_NONE, GST_TYPE_DERMA_REPLAY,
                                       derma_reading_meta_register ())

static void
forget (GstDermaReplay *self)
{
  g_clear_pointer (&self->trail, derma_trail_free);
  gst_clear_structure (&self->current);
  self->number = 0;
}

static gboolean
begin (GstDermaReplay *self, GError **error)
{
  g_autofree gchar *path = NULL;

  forget (self);
  GST_OBJECT_LOCK (self);
  path = g_strdup (self->path);
  GST_OBJECT_UNLOCK (self);
  if (!path) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "There is no sidecar to replay: sidecar is not set");
    return FALSE;
  }
  self->trail = derma_trail_open (path, error);
  /* Also looks whether the first reading can be read. */
  return self->trail && derma_trail_go_to (self->trail, 0, NULL, NULL, error);
}

static void
complain (GstDermaReplay *self, const GError *error)
{
  if (g_error_matches (error, DERMA_ERROR, DERMA_ERROR_FILE))
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ, ("%s", error->message), (NULL));
  else
    GST_ELEMENT_ERROR (self, STREAM, DECODE, ("%s", error->message), (NULL));
}

static gboolean
start (GstBaseTransform *base)
{
  g_autoptr (GError) error = NULL;

  if (begin (GST_DERMA_REPLAY (base), &error))
    return TRUE;
  complain (GST_DERMA_REPLAY (base), error);
  return FALSE;
}

static gboolean
stop (GstBaseTransform *base)
{
  forget (GST_DERMA_REPLAY (base));
  return TRUE;
}

static void
adopt (GstDermaReplay *self, const DermaReading *reading)
{
  GstStructure *told;
  gboolean post;

  gst_clear_structure (&self->current);
  if (!reading || !reading->classes)
    return;
  self->current = derma_reading_to_structure (reading, DERMA_READING_META_NAME);
  /* What is in the sidecar is the age on the frame that brought it. */
  gst_structure_set (self->current, "age", G_TYPE_UINT64, G_GUINT64_CONSTANT (0), NULL);
  self->pts = reading->pts;
  GST_OBJECT_LOCK (self);
  post = self->post_messages;
  GST_OBJECT_UNLOCK (self);
  if (!post)
    return;
  told = gst_structure_copy (self->current);
  gst_structure_set_name (told, "dermaclassify");
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), told));
}

static gboolean
is_flushing (gpointer data)
{
  GstPad *pad = GST_BASE_TRANSFORM_SINK_PAD (data);
  gboolean flushing;

  GST_OBJECT_LOCK (pad);
  flushing = GST_PAD_IS_FLUSHING (pad);
  GST_OBJECT_UNLOCK (pad);
  return flushing;
}

static void
tell_torn_line (GstDermaReplay *self)
{
  const guint64 torn = derma_trail_take_torn_line (self->trail);

  if (torn > 0)
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
                         ("The sidecar ends in the middle of line %" G_GUINT64_FORMAT ", which is left out", torn),
                         (NULL));
}

/* Goes to the last reading that is not after @time; those on the way there, which are many after a seek, are of no
 * frame. FALSE without an error if a flush is in the way. */
static gboolean
go_to (GstDermaReplay *self, GstClockTime time, GError **error)
{
  const gboolean there = derma_trail_go_to (self->trail, time + TOLERANCE, is_flushing, self, error);

  tell_torn_line (self);
  if (!there)
    return FALSE;
  if (derma_trail_get_number (self->trail) != self->number)
    adopt (self, derma_trail_get_reading (self->trail));
  self->number = derma_trail_get_number (self->trail);
  return TRUE;
}

static GstFlowReturn
transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  GstDermaReplay *self = GST_DERMA_REPLAY (base);
  g_autoptr (GError) error = NULL;
  GstClockTime time;

  if (base->segment.format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID (buffer))
    return GST_FLOW_OK;
  time = gst_segment_to_stream_time (&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_FLOW_OK;
  if (!go_to (self, time, &error)) {
    if (!error)
      return GST_FLOW_FLUSHING;
    complain (self, error);
    return GST_FLOW_ERROR;
  }
  if (self->current)
    derma_reading_meta_set (buffer, self->current, time > self->pts + TOLERANCE ? time - self->pts : 0);
  return GST_FLOW_OK;
}

static gboolean
src_event (GstBaseTransform *base, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_QOS && !derma_timing_is_dated (event))
    return gst_pad_push_event (GST_BASE_TRANSFORM_SINK_PAD (base), event);
  return GST_BASE_TRANSFORM_CLASS (gst_derma_replay_parent_class)->src_event (base, event);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstDermaReplay *self = GST_DERMA_REPLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_SIDECAR:
    g_free (self->path);
    self->path = g_value_dup_string (value);
    break;
  case PROP_POST_MESSAGES:
    self->post_messages = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstDermaReplay *self = GST_DERMA_REPLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_SIDECAR:
    g_value_set_string (value, self->path);
    break;
  case PROP_POST_MESSAGES:
    g_value_set_boolean (value, self->post_messages);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  GstDermaReplay *self = GST_DERMA_REPLAY (object);

  forget (self);
  g_free (self->path);
  G_OBJECT_CLASS (gst_derma_replay_parent_class)->finalize (object);
}

static void
gst_derma_replay_class_init (GstDermaReplayClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *base_class = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (replay_debug, "dermareplay", 0, "recorded readings");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  base_class->start = start;
  base_class->stop = stop;
  base_class->src_event = src_event;
  base_class->transform_ip = transform_ip;
  base_class->transform_ip_on_passthrough = FALSE;

  /**
   * dermareplay:sidecar:
   *
   * The file of JSON lines that was written beside the recording.
   *
   * Since: 0.3
   */
  g_object_class_install_property (object_class, PROP_SIDECAR,
                                   g_param_spec_string ("sidecar", "Sidecar", "The readings of the recording", NULL,
                                                        flags | GST_PARAM_MUTABLE_READY));
  /**
   * dermareplay:post-messages:
   *
   * Whether an element message "dermaclassify" is posted for each reading that a frame is the first to carry.
   *
   * Since: 0.3
   */
  g_object_class_install_property (object_class, PROP_POST_MESSAGES,
                                   g_param_spec_boolean ("post-messages", "Post messages",
                                                         "Whether a message is posted for each reading", TRUE,
                                                         flags | GST_PARAM_MUTABLE_PLAYING));
  gst_element_class_set_static_metadata (element_class, "Skin lesion replay", "Filter/Analyzer/Video",
                                         "Puts recorded readings of skin lesions back on video",
                                         "The dermaclassify authors");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

static void
gst_derma_replay_init (GstDermaReplay *self)
{
  self->post_messages = TRUE;
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (self), TRUE);
  gst_base_transform_set_gap_aware (GST_BASE_TRANSFORM (self), TRUE);
}
