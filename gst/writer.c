/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "writer.h"

#include "linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* With a disk that takes nothing. */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)

struct _DermaWriter {
  GstBin *parent;
  GstElement *bin;
  GstPad *video;
  GstPad *text;
  gint fd; /* to bring the file to the disk */
  gint64 synced;
  GstClockTime told; /* text has been sent up to here */
  gboolean broken;

  GMutex lock;
  GCond cond;
  gboolean ended;
  gboolean failed;
};

static const gchar line[] =
    "queue name=video max-size-buffers=0 max-size-time=0 max-size-bytes=134217728 ! mux.video_0  "
    "queue name=text max-size-buffers=0 max-size-time=0 max-size-bytes=0 ! mux.subtitle_0  "
    "matroskamux name=mux writing-app=dermaclassify ! "
    "filesink name=file buffer-mode=unbuffered sync=false async=false";

static void
wake (DermaWriter *writer, gboolean failed)
{
  g_mutex_lock (&writer->lock);
  writer->ended = TRUE;
  writer->failed = writer->failed || failed;
  g_cond_signal (&writer->cond);
  g_mutex_unlock (&writer->lock);
}

void
derma_writer_fail (DermaWriter *writer)
{
  wake (writer, TRUE);
}

/* Who waits for the end does so as long as something comes here. */
static GstPadProbeReturn
see_progress (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  DermaWriter *writer = data;

  if (!(info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)) {
    g_mutex_lock (&writer->lock);
    g_cond_signal (&writer->cond);
    g_mutex_unlock (&writer->lock);
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS) {
    wake (writer, FALSE);
  }
  return GST_PAD_PROBE_OK;
}

/* A source pad of nobody, that leads to the queue @name. */
static GstPad *
lead_to (DermaWriter *writer, const gchar *name)
{
  g_autoptr (GstElement) queue = gst_bin_get_by_name (GST_BIN (writer->bin), name);
  g_autoptr (GstPad) target = gst_element_get_static_pad (queue, "sink");
  GstPad *ghost = gst_ghost_pad_new (name, target);
  GstPad *pad = gst_pad_new (name, GST_PAD_SRC);

  gst_pad_set_active (ghost, TRUE);
  gst_element_add_pad (writer->bin, ghost);
  gst_object_ref_sink (pad);
  gst_pad_set_active (pad, TRUE);
  gst_pad_link_full (pad, ghost, GST_PAD_LINK_CHECK_NOTHING);
  return pad;
}

static void
begin (GstPad *pad, GstCaps *caps, GstStreamFlags flags)
{
  g_autofree gchar *id = g_strdup_printf ("derma-%08x-%s", g_random_int (), GST_OBJECT_NAME (pad));
  GstEvent *start = gst_event_new_stream_start (id);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_event_set_stream_flags (start, flags);
  gst_pad_push_event (pad, start);
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

/* matroskamux looks for another name of the field than avenc_ffv1 sets. */
static GstCaps *
name_version (GstCaps *caps)
{
  GstCaps *named = gst_caps_copy (caps);
  GstStructure *structure = gst_caps_get_structure (named, 0);

  if (gst_structure_has_name (structure, "video/x-ffv") && !gst_structure_has_field (structure, "ffversion"))
    gst_structure_set (structure, "ffversion", G_TYPE_INT, 1, NULL);
  return named;
}

static void
begin_both (DermaWriter *writer, GstCaps *caps)
{
  g_autoptr (GstCaps) video = name_version (caps);
  g_autoptr (GstCaps) text = gst_caps_new_simple ("text/x-raw", "format", G_TYPE_STRING, "utf8", NULL);

  begin (writer->text, text, GST_STREAM_FLAG_SPARSE | GST_STREAM_FLAG_SELECT);
  gst_pad_push_event (writer->text, gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "Readings",
                                                                         GST_TAG_LANGUAGE_CODE, "en", NULL)));
  begin (writer->video, video, GST_STREAM_FLAG_SELECT);
}

static void
set_file (DermaWriter *writer, const gchar *path)
{
  g_autoptr (GstElement) file = gst_bin_get_by_name (GST_BIN (writer->bin), "file");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (file, "sink");

  g_object_set (file, "location", path, NULL);
  gst_pad_add_probe (pad,
                     GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                     see_progress, writer, NULL);
  writer->fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  writer->synced = g_get_monotonic_time ();
}

static void
writer_free (DermaWriter *writer)
{
  gst_element_set_state (writer->bin, GST_STATE_NULL);
  gst_bin_remove (writer->parent, writer->bin);
  gst_clear_object (&writer->video);
  gst_clear_object (&writer->text);
  if (writer->fd >= 0)
    g_close (writer->fd, NULL);
  g_mutex_clear (&writer->lock);
  g_cond_clear (&writer->cond);
  g_free (writer);
}

DermaWriter *
derma_writer_new (GstBin *parent, const gchar *path, GstCaps *caps, GError **error)
{
  GstElement *bin = gst_parse_bin_from_description_full (line, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  DermaWriter *writer;

  if (!bin)
    return NULL;
  writer = g_new0 (DermaWriter, 1);
  writer->parent = parent;
  writer->bin = bin;
  g_mutex_init (&writer->lock);
  g_cond_init (&writer->cond);
  set_file (writer, path);
  gst_element_set_locked_state (bin, TRUE);
  gst_bin_add (parent, bin); /* which would cut links that there are */
  writer->video = lead_to (writer, "video");
  writer->text = lead_to (writer, "text");
  if (gst_element_set_state (bin, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "%s: cannot be written", path);
    writer_free (writer);
    return NULL;
  }
  begin_both (writer, caps);
  return writer;
}

static void
tell_failure (DermaWriter *writer, GstResourceError code, const gchar *words, const gchar *cause)
{
  writer->broken = TRUE;
  gst_element_message_full (writer->bin, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code,
                            g_strdup_printf ("%s: %s", words, cause), NULL, __FILE__, G_STRFUNC, __LINE__);
}

/* What the system took may still be lost on the way to the disk, which the system tells a single time. */
static void
bring_to_disk (DermaWriter *writer, gint (*sync) (gint))
{
  gint cause;

  if (writer->fd < 0 || derma_bring_to_disk (writer->fd, sync))
    return;
  cause = errno;
  tell_failure (writer, cause == ENOSPC ? GST_RESOURCE_ERROR_NO_SPACE_LEFT : GST_RESOURCE_ERROR_WRITE,
                "cannot be written", g_strerror (cause));
}

static void
sync_now_and_then (DermaWriter *writer)
{
  const gint64 now = g_get_monotonic_time ();

  if (writer->broken || now - writer->synced < G_USEC_PER_SEC)
    return;
  writer->synced = now;
  bring_to_disk (writer, fdatasync);
}

gboolean
derma_writer_push_frame (DermaWriter *writer, GstBuffer *frame)
{
  if (gst_pad_push (writer->video, frame) != GST_FLOW_OK)
    writer->broken = TRUE;
  sync_now_and_then (writer);
  return !writer->broken;
}

void
derma_writer_push_cue (DermaWriter *writer, const gchar *words, GstClockTime start, GstClockTime end)
{
  const gsize size = strlen (words);
  gchar *text = g_strdup (words);
  GstBuffer *buffer = gst_buffer_new_wrapped_full (0, text, size + 1, 0, size, text, g_free);

  GST_BUFFER_PTS (buffer) = start;
  GST_BUFFER_DURATION (buffer) = end - start;
  gst_pad_push (writer->text, buffer);
  derma_writer_push_gap (writer, end);
}

/* The muxer writes frames that are before what it knows of the text: where time stands still that goes a little ahead,
 * two steps so that something is after it. */
void
derma_writer_push_gap (DermaWriter *writer, GstClockTime time)
{
  if (time + 1 < writer->told)
    return;
  time = MAX (time, writer->told + 1);
  gst_pad_push_event (writer->text, gst_event_new_gap (writer->told, time - writer->told));
  writer->told = time;
}

/* What waits for the disk may be more than it takes in that time. */
static void
wait_for_end (DermaWriter *writer)
{
  gboolean ended;

  g_mutex_lock (&writer->lock);
  while (!writer->ended && g_cond_wait_until (&writer->cond, &writer->lock, g_get_monotonic_time () + PATIENCE))
    ;
  ended = writer->ended;
  writer->broken = writer->failed;
  g_mutex_unlock (&writer->lock);
  if (!ended)
    tell_failure (writer, GST_RESOURCE_ERROR_WRITE, "cannot be finished", "the disk takes nothing");
}

/* Whether it is still in a folder. */
static gboolean
has_name (const DermaWriter *writer)
{
  struct stat status;

  return writer->fd < 0 || fstat (writer->fd, &status) != 0 || status.st_nlink > 0;
}

gboolean
derma_writer_finish (DermaWriter *writer)
{
  gboolean finished;

  gst_pad_push_event (writer->text, gst_event_new_eos ());
  gst_pad_push_event (writer->video, gst_event_new_eos ());
  if (!writer->broken)
    wait_for_end (writer);
  if (!writer->broken && !has_name (writer))
    tell_failure (writer, GST_RESOURCE_ERROR_WRITE, "cannot be finished", "it was removed");
  gst_element_set_state (writer->bin, GST_STATE_NULL);
  bring_to_disk (writer, fsync);
  finished = !writer->broken;
  writer_free (writer);
  return finished;
}
