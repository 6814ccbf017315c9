/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "part.h"

#include "filenames.h"

#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>

/* The longest that frames wait for the end of a cue; so much is lost if the process is killed. */
#define HOLD (2 * GST_SECOND)
/* And so many: as come in that time at 120 a second, and no more where time stands still. */
#define MAX_HELD 256

void
derma_record_settings_clear (DermaRecordSettings *settings)
{
  g_clear_pointer (&settings->location, g_free);
  g_clear_pointer (&settings->sidecar_location, g_free);
  g_clear_pointer (&settings->tags, g_free);
}

void
derma_record_settings_copy (DermaRecordSettings *copy, const DermaRecordSettings *settings)
{
  derma_record_settings_clear (copy);
  *copy = *settings;
  copy->location = g_strdup (settings->location);
  copy->sidecar_location = g_strdup (settings->sidecar_location);
  copy->tags = g_strdup (settings->tags);
}

void
derma_film_frame_free (DermaFilmFrame *frame)
{
  if (!frame)
    return;
  gst_clear_buffer (&frame->buffer);
  gst_clear_caps (&frame->caps);
  g_free (frame);
}

void
derma_scene_clear (DermaScene *scene)
{
  g_clear_pointer (&scene->words, g_free);
  g_clear_pointer (&scene->classes, derma_classes_unref);
  scene->lesion = 0;
}

/* Which lesion a reading shows, or 0. */
static guint
get_lesion (const DermaNote *reading)
{
  return reading->reading.state == DERMA_STATE_NO_LESION ? 0 : reading->reading.lesion;
}

void
derma_scene_follow (DermaScene *scene, const DermaNote *note)
{
  if (note->kind == DERMA_NOTE_WORDS) {
    g_free (scene->words);
    scene->words = g_strdup (note->text);
  } else if (note->kind == DERMA_NOTE_LESION) {
    scene->lesion = note->lesion;
  } else if (note->kind == DERMA_NOTE_READING) {
    scene->lesion = get_lesion (note);
  } else if (note->kind == DERMA_NOTE_MODEL) {
    g_clear_pointer (&scene->classes, derma_classes_unref);
    scene->classes = derma_classes_ref (note->reading.classes);
  }
}

static GstClockTime
part_time (const DermaPart *part, GstClockTime time)
{
  return time > part->start ? time - part->start : 0;
}

static gboolean
fail (GError **error, GError *cause)
{
  const gboolean full = g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOSPC);

  g_set_error_literal (error, GST_RESOURCE_ERROR, full ? GST_RESOURCE_ERROR_NO_SPACE_LEFT : GST_RESOURCE_ERROR_WRITE,
                       cause->message);
  g_error_free (cause);
  return FALSE;
}

/* A sidecar that cannot be written is given up. */
static gboolean
give_up_sidecar (DermaPart *part, GError *cause, GError **error)
{
  g_clear_pointer (&part->sidecar, derma_line_file_free);
  return fail (error, cause);
}

static gboolean
write_line (DermaPart *part, gchar *text, GError **error)
{
  g_autofree gchar *line = text;
  GError *cause = NULL;

  return !part->sidecar || derma_line_file_write (part->sidecar, line, &cause) || give_up_sidecar (part, cause, error);
}

gboolean
derma_part_sync (DermaPart *part, GError **error)
{
  GError *cause = NULL;

  return !part->sidecar || derma_line_file_sync (part->sidecar, &cause) || give_up_sidecar (part, cause, error);
}

static gboolean
write_event (DermaPart *part, gchar *text, GError **error)
{
  part->events++;
  return write_line (part, text, error);
}

/* The film's name, which has an extension, with another one. */
static gchar *
sidecar_name (const DermaRecordSettings *settings, guint attempt, guint number)
{
  g_autofree gchar *film = NULL;

  if (settings->sidecar_location && settings->sidecar_location[0])
    return derma_file_name (settings->sidecar_location, attempt, number, ".jsonl");
  film = derma_file_name (settings->location, attempt, number, ".mkv");
  *strrchr (film, '.') = '\0';
  return g_strconcat (film, ".jsonl", NULL);
}

static gboolean
has_name (const DermaRecordSettings *settings, GError **error)
{
  if (settings->location)
    return TRUE;
  g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                       "There is no file name to record to: location is not set");
  return FALSE;
}

/* Names that are free and alike, also that of the sidecar. */
static gboolean
reserve (DermaPart *part, const DermaRecordSettings *settings, guint *attempt, GError **error)
{
  const gboolean split = settings->max_duration > 0 || settings->max_size > 0;
  const guint number = split ? part->number : DERMA_WHOLE;
  g_autofree gchar *beside = sidecar_name (settings, 0, DERMA_WHOLE);
  g_autoptr (GError) cause = NULL;

  part->path = derma_file_reserve (settings->location, attempt, number, settings->sidecar ? beside : NULL, &cause);
  if (!part->path) {
    g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, cause->message);
    return FALSE;
  }
  part->sidecar_path = settings->sidecar ? sidecar_name (settings, *attempt, number) : NULL;
  return TRUE;
}

static gboolean
open_sidecar (DermaPart *part, const gchar *tags, GError **error)
{
  g_autofree gchar *name = g_path_get_basename (part->path);
  g_autoptr (GError) cause = NULL;

  if (!part->sidecar_path)
    return TRUE;
  part->sidecar = derma_line_file_new (part->sidecar_path, &cause);
  if (!part->sidecar) {
    const gboolean full = g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOSPC);

    g_set_error_literal (error, GST_RESOURCE_ERROR,
                         full ? GST_RESOURCE_ERROR_NO_SPACE_LEFT : GST_RESOURCE_ERROR_OPEN_WRITE, cause->message);
    return FALSE;
  }
  if (write_line (part, derma_sidecar_format_session (name, part->number, g_get_real_time (), tags), error))
    return TRUE;
  g_unlink (part->sidecar_path);
  return FALSE;
}

static void
part_free (DermaPart *part)
{
  g_queue_clear_full (&part->held, (GDestroyNotify)derma_film_frame_free);
  derma_cue_reset (&part->cue, FALSE);
  gst_clear_caps (&part->caps);
  g_clear_pointer (&part->sidecar, derma_line_file_free);
  g_free (part->path);
  g_free (part->sidecar_path);
  g_free (part);
}

DermaPart *
derma_part_new (GstBin *parent, const DermaRecordSettings *settings, guint number, guint *attempt,
                const DermaFilmFrame *frame, GError **error)
{
  DermaPart *part = g_new0 (DermaPart, 1);

  part->number = number;
  part->caps = gst_caps_ref (frame->caps);
  part->start = frame->time;
  part->cue = (DermaCue)DERMA_CUE_INIT;
  derma_cue_reset (&part->cue, number == 0);
  g_queue_init (&part->held);
  if (has_name (settings, error) && reserve (part, settings, attempt, error)) {
    if (open_sidecar (part, settings->tags, error)
        && (part->writer = derma_writer_new (parent, part->path, frame->caps, error)))
      return part;
    g_unlink (part->path);
    if (part->sidecar)
      g_unlink (part->sidecar_path);
  }
  part_free (part);
  return NULL;
}

/* Frames before @time are no longer held. */
static gboolean
release (DermaPart *part, GstClockTime time)
{
  DermaFilmFrame *frame;
  gboolean ok = TRUE;

  while (ok && (frame = g_queue_peek_head (&part->held)) && GST_BUFFER_PTS (frame->buffer) < time) {
    g_queue_pop_head (&part->held);
    derma_writer_push_gap (part->writer, GST_BUFFER_PTS (frame->buffer));
    ok = derma_writer_push_frame (part->writer, g_steal_pointer (&frame->buffer));
    derma_film_frame_free (frame);
  }
  return ok;
}

static gboolean
emit (DermaPart *part, DermaPastCue *past)
{
  g_autoptr (DermaPastCue) owned = past;

  if (!owned)
    return TRUE;
  if (!release (part, owned->start))
    return FALSE;
  derma_writer_push_cue (part->writer, owned->words, owned->start, owned->end);
  return release (part, owned->end);
}

static void
say (DermaPart *part, GstClockTime time, const gchar *words)
{
  if (GST_CLOCK_TIME_IS_VALID (part->cue.start))
    time = MAX (time, part->cue.start);
  emit (part, derma_cue_say (&part->cue, time, words));
}

static gboolean
tell_lesion (DermaPart *part, GstClockTime time, guint lesion, GError **error)
{
  if (lesion == 0 || lesion == part->lesion)
    return TRUE;
  part->lesion = lesion;
  return write_event (part, derma_sidecar_format_lesion (time, lesion), error);
}

/* One that was out of view when the part began is told with the reading that shows it again. */
static gboolean
take_reading (DermaPart *part, const DermaNote *note, GError **error)
{
  if (!tell_lesion (part, part_time (part, note->time), get_lesion (note), error))
    return FALSE;
  part->readings++;
  return write_line (part, derma_sidecar_format_reading (&note->reading, part_time (part, note->of)), error);
}

gboolean
derma_part_begin (DermaPart *part, const DermaScene *scene, GstClockTime pre_roll, GError **error)
{
  emit (part, derma_cue_advance (&part->cue, 0));
  if (scene->words)
    say (part, 0, scene->words);
  if (pre_roll > 0 && !write_event (part, derma_sidecar_format_pre_roll (0, (gdouble)pre_roll / GST_SECOND), error))
    return FALSE;
  if (scene->classes && !write_event (part, derma_sidecar_format_model (0, scene->classes), error))
    return FALSE;
  return tell_lesion (part, 0, scene->lesion, error);
}

/* A picture beside the recording is named without the folder. Its name comes as text, which the folder's may not be. */
static gchar *
relative_name (const DermaPart *part, const gchar *file)
{
  g_autofree gchar *folder = g_path_get_dirname (part->path);
  g_autofree gchar *here = g_filename_display_name (folder);
  g_autofree gchar *there = file ? g_path_get_dirname (file) : NULL;

  return file && strcmp (here, there) == 0 ? g_path_get_basename (file) : g_strdup (file);
}

gboolean
derma_part_take_note (DermaPart *part, const DermaNote *note, GError **error)
{
  const GstClockTime time = part_time (part, note->time);
  const GstClockTime of = part_time (part, note->of);
  g_autofree gchar *name = NULL;

  switch (note->kind) {
  case DERMA_NOTE_WORDS:
    say (part, time, note->text);
    return TRUE;
  case DERMA_NOTE_READING:
    return take_reading (part, note, error);
  case DERMA_NOTE_LESION:
    return tell_lesion (part, time, note->lesion, error);
  case DERMA_NOTE_MODEL:
    return write_event (part, derma_sidecar_format_model (time, note->reading.classes), error);
  case DERMA_NOTE_SNAPSHOT:
    name = relative_name (part, note->text);
    return write_event (part, derma_sidecar_format_snapshot (of, name, note->lesion), error);
  case DERMA_NOTE_TAG:
    return write_event (part, derma_sidecar_format_tag (time, note->text), error);
  default:
    return write_event (part, derma_sidecar_format_still_button (time), error);
  }
}

/* Puts the frame on the part's time line, which does not go back. */
static void
place (DermaPart *part, DermaFilmFrame *frame)
{
  const GstClockTime time = MAX (part_time (part, frame->time), part->last);
  GstBuffer *buffer = frame->buffer = gst_buffer_make_writable (frame->buffer);

  part->last = time;
  part->end = MAX (part->end, time + (frame->end - frame->time));
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = frame->end - frame->time;
  part->bytes += gst_buffer_get_size (buffer);
  part->frames++;
}

gboolean
derma_part_take_frame (DermaPart *part, DermaFilmFrame *frame)
{
  GstClockTime time;
  gboolean full;

  place (part, frame);
  time = GST_BUFFER_PTS (frame->buffer);
  g_queue_push_tail (&part->held, frame);
  if (!emit (part, derma_cue_advance (&part->cue, time)))
    return FALSE;
  full = part->held.length > MAX_HELD;
  if (part->cue.words && (full || time - part->cue.start >= HOLD) && !emit (part, derma_cue_cut (&part->cue, time)))
    return FALSE;
  return (part->cue.words && part->held.length <= MAX_HELD) || release (part, GST_CLOCK_TIME_NONE);
}

/* (transfer full) (nullable): a name as a structure takes it, which is of UTF-8 */
static gchar *
to_text (const gchar *path)
{
  return path ? g_filename_display_name (path) : NULL;
}

/* @written: whether the file was finished. */
static GstStructure *
describe (const DermaPart *part, gboolean written)
{
  g_autofree gchar *path = to_text (part->path);
  g_autofree gchar *sidecar = to_text (part->sidecar_path);

  return gst_structure_new ("dermarecord-part", "location", G_TYPE_STRING, path, "sidecar", G_TYPE_STRING, sidecar,
                            "part", G_TYPE_UINT, part->number, "duration", G_TYPE_UINT64, part->end, "frames",
                            G_TYPE_UINT64, part->frames, "readings", G_TYPE_UINT64, part->readings, "events",
                            G_TYPE_UINT64, part->events, "finished", G_TYPE_BOOLEAN, written, NULL);
}

static gboolean
finish_sidecar (DermaPart *part, GError **error)
{
  GError *cause = NULL;

  if (!write_line (part, derma_sidecar_format_end (part->end, part->readings, part->events), error))
    return FALSE;
  return !part->sidecar || derma_line_file_finish (g_steal_pointer (&part->sidecar), &cause) || fail (error, cause);
}

GstStructure *
derma_part_finish (DermaPart *part, GstClockTime time, GError **error)
{
  GstStructure *structure;
  gboolean written;

  if (GST_CLOCK_TIME_IS_VALID (time))
    part->end = MAX (part_time (part, time), part->last);
  emit (part, derma_cue_advance (&part->cue, part->end));
  emit (part, derma_cue_cut (&part->cue, part->end));
  release (part, GST_CLOCK_TIME_NONE);
  written = derma_writer_finish (g_steal_pointer (&part->writer));
  if (written)
    finish_sidecar (part, error);
  structure = describe (part, written);
  part_free (part);
  return structure;
}
