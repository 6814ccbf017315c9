/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "intake.h"

#include "videoframe.h"

/* Of raw frames that wait for the encoder: about a second. */
#define MAX_FRAMES 30
#define MAX_BYTES (256u << 20)
#define WARN_INTERVAL (5 * G_TIME_SPAN_SECOND)
#define LINE_EVENT "dermarecord-line"

struct _DermaIntake {
  GstElement *element;
  GstPad *pad;
  GstElement *queue;
  DermaNotes *notes;
  gint wanted; /* atomic */
  gint live;   /* atomic: whether upstream is, as far as was asked */

  GMutex lock;
  GstClockTime now; /* running time of the newest frame */
  guint64 dropped;
  guint64 told; /* of them */
  gint64 warned;
  GQuark domain; /* of why the last one was */
  gint code;
  const gchar *cause;

  /* Of the streaming thread. */
  GstSegment segment;
  GstVideoInfo info;
  gboolean has_info;
  gboolean ended;
  gboolean asked; /* whether upstream is live */
  guint line;     /* that was told last */
};

static gboolean
is_live (DermaIntake *intake)
{
  if (!intake->asked) {
    GstQuery *query = gst_query_new_latency ();
    gboolean live = FALSE;

    intake->asked = TRUE;
    if (gst_pad_peer_query (intake->pad, query))
      gst_query_parse_latency (query, &live, NULL, NULL);
    gst_query_unref (query);
    g_atomic_int_set (&intake->live, live);
  }
  return g_atomic_int_get (&intake->live);
}

static gboolean
is_full (DermaIntake *intake)
{
  guint frames, bytes;

  g_object_get (intake->queue, "current-level-buffers", &frames, "current-level-bytes", &bytes, NULL);
  return frames >= MAX_FRAMES || bytes >= MAX_BYTES;
}

/* Says how many were left out, if there are more than was said: now and then, or @now. */
static void
tell_left_out (DermaIntake *intake, gboolean now)
{
  const gint64 time = g_get_monotonic_time ();
  g_autofree gchar *text = NULL;
  GQuark domain;
  gint code;

  g_mutex_lock (&intake->lock);
  domain = intake->domain;
  code = intake->code;
  if (intake->dropped > intake->told && (now || intake->warned == 0 || time - intake->warned >= WARN_INTERVAL)) {
    intake->told = intake->dropped;
    intake->warned = time;
    text = g_strdup_printf ("%s: %" G_GUINT64_FORMAT " frame%s left out so far", intake->cause, intake->told,
                            intake->told == 1 ? "" : "s");
  }
  g_mutex_unlock (&intake->lock);
  if (text)
    gst_element_message_full (intake->element, GST_MESSAGE_WARNING, domain, code, g_steal_pointer (&text), NULL,
                              __FILE__, G_STRFUNC, __LINE__);
}

/* @cause: why, of the frames that are left out now */
static GstPadProbeReturn
leave_out (DermaIntake *intake, GQuark domain, gint code, const gchar *cause)
{
  g_mutex_lock (&intake->lock);
  intake->dropped++;
  intake->domain = domain;
  intake->code = code;
  intake->cause = cause;
  g_mutex_unlock (&intake->lock);
  tell_left_out (intake, FALSE);
  return GST_PAD_PROBE_DROP;
}

static GstClockTime
to_running_time (DermaIntake *intake, GstClockTime pts)
{
  return intake->segment.format == GST_FORMAT_TIME && GST_CLOCK_TIME_IS_VALID (pts)
             ? gst_segment_to_running_time (&intake->segment, GST_FORMAT_TIME, pts)
             : GST_CLOCK_TIME_NONE;
}

static GstClockTime
get_now (DermaIntake *intake)
{
  GstClockTime now;

  g_mutex_lock (&intake->lock);
  now = intake->now;
  g_mutex_unlock (&intake->lock);
  return now;
}

static GstPadProbeReturn
check (DermaIntake *intake, GstBuffer *buffer)
{
  /* What converts a frame that is too short gives on memory that nothing was written to. */
  if (!intake->has_info || !derma_video_frame_is_whole (&intake->info, buffer))
    return leave_out (intake, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "Frames are not what their caps say");
  if (is_live (intake) && is_full (intake))
    return leave_out (intake, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, "The recording does not keep up");
  return GST_PAD_PROBE_OK;
}

/* With the frames through the encoder: what is left out on the way leaves no doubt. */
static void
tell_line (DermaIntake *intake, guint line)
{
  g_autoptr (GstPad) inside = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (intake->pad)));
  GstStructure *structure = gst_structure_new (LINE_EVENT, "line", G_TYPE_UINT, line, NULL);

  if (gst_pad_push_event (inside, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, structure)))
    intake->line = line;
}

gboolean
derma_intake_parse_line (GstEvent *event, guint *line)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM && gst_event_has_name (event, LINE_EVENT)
         && gst_structure_get_uint (gst_event_get_structure (event), "line", line);
}

static GstPadProbeReturn
take_frame (DermaIntake *intake, GstBuffer *buffer)
{
  const gboolean timed = intake->segment.format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID (buffer);
  const GstClockTime time = to_running_time (intake, GST_BUFFER_PTS (buffer));
  const gboolean wanted = g_atomic_int_get (&intake->wanted);
  GstPadProbeReturn result;
  guint line;

  if (!timed && wanted)
    return leave_out (intake, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "Frames without a time cannot be recorded");
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_PAD_PROBE_DROP;
  g_mutex_lock (&intake->lock);
  intake->now = derma_time_is_back (time, intake->now) ? time : MAX (intake->now, time);
  g_mutex_unlock (&intake->lock);
  line = derma_notes_take_frame (intake->notes, buffer, time);
  result = wanted ? check (intake, buffer) : GST_PAD_PROBE_DROP;
  if (result == GST_PAD_PROBE_OK && line != intake->line)
    tell_line (intake, line);
  tell_left_out (intake, !wanted);
  return result;
}

/* After the end, as any sink does; what is behind would make an error of it. */
static GstPadProbeReturn
refuse (GstPadProbeInfo *info)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_EOS;
  return GST_PAD_PROBE_HANDLED;
}

static void
take_snapshot (DermaIntake *intake, const GstStructure *structure)
{
  DermaNote *note =
      derma_note_new (DERMA_NOTE_SNAPSHOT, get_now (intake), gst_structure_get_string (structure, "file"));
  guint64 pts = GST_CLOCK_TIME_NONE;
  GstClockTime of;

  gst_structure_get_uint64 (structure, "pts", &pts);
  gst_structure_get_uint (structure, "lesion", &note->lesion);
  of = to_running_time (intake, pts);
  if (GST_CLOCK_TIME_IS_VALID (of))
    note->of = MIN (of, note->time);
  derma_notes_add (intake->notes, note);
}

static void
take_custom (DermaIntake *intake, GstEvent *event)
{
  const GstStructure *structure = gst_event_get_structure (event);
  gboolean pressed = FALSE;

  if (gst_event_has_name (event, "derma-snapshot"))
    take_snapshot (intake, structure);
  else if (gst_event_has_name (event, "derma-still-button")
           && gst_structure_get_boolean (structure, "pressed", &pressed) && pressed)
    derma_notes_add (intake->notes, derma_note_new (DERMA_NOTE_BUTTON, get_now (intake), NULL));
}

static void
begin_stream (DermaIntake *intake)
{
  gst_segment_init (&intake->segment, GST_FORMAT_UNDEFINED);
  intake->asked = intake->ended = FALSE;
  g_mutex_lock (&intake->lock);
  intake->now = 0;
  g_mutex_unlock (&intake->lock);
}

void
derma_intake_end (DermaIntake *intake)
{
  tell_left_out (intake, TRUE);
}

void
derma_intake_reset (DermaIntake *intake)
{
  derma_notes_reset (intake->notes);
  begin_stream (intake);
}

/* GStreamer's converter asserts that the shape of the whole picture can be told in integers. */
static gboolean
has_shape (const GstVideoInfo *info)
{
  gint numerator, denominator;

  return gst_util_fraction_multiply (GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
                                     GST_VIDEO_INFO_PAR_N (info), GST_VIDEO_INFO_PAR_D (info), &numerator,
                                     &denominator);
}

static gboolean
take_caps (DermaIntake *intake, GstEvent *event)
{
  GstVideoInfo *info = &intake->info;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  intake->has_info = gst_video_info_from_caps (info, caps) && GST_VIDEO_INFO_HEIGHT (info) > 0;
  if (!intake->has_info)
    return TRUE; /* refused by what is behind */
  intake->has_info = has_shape (info);
  return intake->has_info;
}

/* Returns: whether what is behind may have it */
static gboolean
take_event (DermaIntake *intake, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_CAPS:
    return take_caps (intake, event);
  case GST_EVENT_SEGMENT:
    gst_event_copy_segment (event, &intake->segment);
    break;
  case GST_EVENT_CUSTOM_DOWNSTREAM:
    take_custom (intake, event);
    return !gst_event_has_name (event, LINE_EVENT);
  case GST_EVENT_EOS:
    intake->ended = TRUE;
    tell_left_out (intake, TRUE);
    break;
  case GST_EVENT_FLUSH_STOP: /* the film before ends when it gets to the sink, with what was done until now */
    derma_notes_flush (intake->notes);
    begin_stream (intake);
    tell_left_out (intake, TRUE);
    break;
  default:
    break;
  }
  return TRUE;
}

static GstPadProbeReturn
probe (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  DermaIntake *intake = data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return intake->ended ? refuse (info) : take_frame (intake, GST_PAD_PROBE_INFO_BUFFER (info));
  return take_event (intake, GST_PAD_PROBE_INFO_EVENT (info)) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* A list as its frames, of which each passes the probe; as any pad does it that is not a ghost's. */
static GstFlowReturn
take_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; flow == GST_FLOW_OK && i < gst_buffer_list_length (list); i++)
    flow = gst_pad_chain (pad, gst_buffer_ref (gst_buffer_list_get (list, i)));
  gst_buffer_list_unref (list);
  return flow;
}

DermaIntake *
derma_intake_new (GstElement *element, GstPad *pad, GstElement *queue, DermaNotes *notes)
{
  DermaIntake *intake = g_new0 (DermaIntake, 1);

  intake->element = element;
  intake->pad = pad;
  intake->queue = queue;
  intake->notes = notes;
  g_mutex_init (&intake->lock);
  gst_segment_init (&intake->segment, GST_FORMAT_UNDEFINED);
  gst_pad_set_chain_list_function (pad, take_list);
  gst_pad_add_probe (pad,
                     GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH,
                     probe, intake, NULL);
  return intake;
}

void
derma_intake_free (DermaIntake *intake)
{
  g_mutex_clear (&intake->lock);
  g_free (intake);
}

void
derma_intake_set_wanted (DermaIntake *intake, gboolean wanted)
{
  g_atomic_int_set (&intake->wanted, wanted);
}

gboolean
derma_intake_is_live (DermaIntake *intake)
{
  return g_atomic_int_get (&intake->live);
}

guint64
derma_intake_get_dropped (DermaIntake *intake)
{
  guint64 dropped;

  g_mutex_lock (&intake->lock);
  dropped = intake->dropped;
  g_mutex_unlock (&intake->lock);
  return dropped;
}

void
derma_intake_tag (DermaIntake *intake, const gchar *text)
{
  derma_notes_add (intake->notes, derma_note_new (DERMA_NOTE_TAG, get_now (intake), text ? text : ""));
}
