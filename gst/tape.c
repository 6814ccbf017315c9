/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tape.h"

#include "ring.h"

#include <string.h>

/* Key frames to jump to, and to begin a part with. */
#define KEY_INTERVAL (2 * GST_SECOND)
#define END_OF_TIME (GST_CLOCK_TIME_NONE - 1)

struct _DermaTape {
  GstElement *element;
  DermaNotes *notes;

  GMutex lock;
  DermaRecordSettings settings; /* of the recording that is under way */
  gboolean open;
  gboolean recording;
  DermaScene scene;
  DermaPart *part;
  guint line;       /* time line of its last frame */
  guint number;     /* of the next part */
  guint attempt;    /* of its name */
  GstClockTime key; /* time of the last key frame */
  gboolean asked;   /* for the next one */
  guint64 group;    /* bytes since it */
  DermaRing ring;
  guint64 counts[4];
  GQueue messages; /* to be posted once the lock is free: who hears them may ask for something */

  GMutex error_lock;
  guint64 told[4];            /* under error_lock: the counts */
  DermaRecordSettings wanted; /* under error_lock: for the next recording */
  DermaWriter *writer;        /* under error_lock: of the part */
  gchar *path;                /* under error_lock: of the part */
  GQueue errors;              /* under error_lock: messages about the writer, to be posted */
  guint telling;              /* under error_lock: how many threads post what was to be said */
  GstMessage *end;            /* under error_lock: (nullable): to be posted after that */
  gint failed;                /* atomic */
};

DermaTape *
derma_tape_new (GstElement *element, DermaNotes *notes)
{
  DermaTape *tape = g_new0 (DermaTape, 1);

  tape->element = element;
  tape->notes = notes;
  g_mutex_init (&tape->lock);
  g_mutex_init (&tape->error_lock);
  tape->ring = (DermaRing)DERMA_RING_INIT;
  g_queue_init (&tape->messages);
  g_queue_init (&tape->errors);
  return tape;
}

static void
tell_counts (DermaTape *tape)
{
  g_mutex_lock (&tape->error_lock);
  memcpy (tape->told, tape->counts, sizeof tape->counts);
  if (tape->part) {
    tape->told[2] += tape->part->readings;
    tape->told[3] += tape->part->events;
  }
  g_mutex_unlock (&tape->error_lock);
}

static void
begin_telling (DermaTape *tape)
{
  g_mutex_lock (&tape->error_lock);
  tape->telling++;
  g_mutex_unlock (&tape->error_lock);
}

static void
end_telling (DermaTape *tape)
{
  GstMessage *end = NULL;
  g_autoptr (GstElement) source = NULL;

  g_mutex_lock (&tape->error_lock);
  if (--tape->telling == 0)
    end = g_steal_pointer (&tape->end);
  g_mutex_unlock (&tape->error_lock);
  if (!end)
    return;
  source = gst_object_ref (GST_ELEMENT (GST_MESSAGE_SRC (end)));
  gst_element_post_message (source, end);
}

/* Posts what is said of the writer; not from a thread of the writer, which whoever hears it may wait for. */
static void
tell_errors (GstElement *element, gpointer data)
{
  DermaTape *tape = data;
  GstMessage *message;

  begin_telling (tape);
  do {
    g_mutex_lock (&tape->error_lock);
    message = g_queue_pop_head (&tape->errors);
    g_mutex_unlock (&tape->error_lock);
    if (message)
      gst_element_post_message (element, message);
  } while (message);
  end_telling (tape);
}

/* It cannot be waited for: whoever hears of the error may wait for this thread. */
gboolean
derma_tape_hold_end (DermaTape *tape, GstMessage *end)
{
  gboolean held;

  g_mutex_lock (&tape->error_lock);
  held = tape->telling > 0 || !g_queue_is_empty (&tape->errors);
  if (held) {
    gst_clear_message (&tape->end);
    tape->end = end;
  }
  g_mutex_unlock (&tape->error_lock);
  return held;
}

/* Lets go of the lock. */
static void
leave (DermaTape *tape)
{
  GQueue messages = tape->messages;
  GstMessage *message;

  g_queue_init (&tape->messages);
  tell_counts (tape);
  begin_telling (tape);
  g_mutex_unlock (&tape->lock);
  tell_errors (tape->element, tape);
  while ((message = g_queue_pop_head (&messages)))
    gst_element_post_message (tape->element, message);
  end_telling (tape);
}

void
derma_tape_free (DermaTape *tape)
{
  derma_tape_close (tape);
  derma_record_settings_clear (&tape->settings);
  derma_record_settings_clear (&tape->wanted);
  g_mutex_clear (&tape->lock);
  g_mutex_clear (&tape->error_lock);
  gst_clear_message (&tape->end);
  g_free (tape->path);
  g_free (tape);
}

void
derma_tape_configure (DermaTape *tape, const DermaRecordSettings *settings)
{
  g_mutex_lock (&tape->error_lock);
  derma_record_settings_copy (&tape->wanted, settings);
  g_mutex_unlock (&tape->error_lock);
}

static GstClockTime
get_pre_roll (DermaTape *tape)
{
  GstClockTime pre_roll;

  g_mutex_lock (&tape->error_lock);
  pre_roll = tape->wanted.pre_roll;
  g_mutex_unlock (&tape->error_lock);
  return pre_roll;
}

/* (transfer full) (nullable): the message that says so, unless one has; in one line, whatever is in a file's name */
static GstMessage *
make_message (DermaTape *tape, GError *error)
{
  g_autoptr (GError) owned = error;
  g_autoptr (GError) plain = NULL;

  if (!g_atomic_int_compare_and_exchange (&tape->failed, 0, 1))
    return NULL;
  plain = g_error_new_literal (owned->domain, owned->code, "");
  g_free (plain->message);
  plain->message = g_strdelimit (g_filename_display_name (owned->message), "\r\n", ' ');
  return gst_message_new_error (GST_OBJECT (tape->element), plain, NULL);
}

/* Under the lock. */
static void
post_error (DermaTape *tape, GError *error)
{
  GstMessage *message = make_message (tape, error);

  if (message)
    g_queue_push_tail (&tape->messages, message);
}

static void
set_writer (DermaTape *tape, DermaWriter *writer, const gchar *path)
{
  g_mutex_lock (&tape->error_lock);
  tape->writer = writer;
  g_free (tape->path);
  tape->path = g_strdup (path);
  g_mutex_unlock (&tape->error_lock);
}

/* (transfer full): elements tell the system's cause only in the last line of @debug (nullable), behind words of their
 * own */
static gchar *
find_cause (const GError *error, const gchar *debug)
{
  const gchar *line = error->domain == GST_RESOURCE_ERROR && debug ? strrchr (debug, '\n') : NULL;
  const gchar *cause = line ? g_strrstr (line, ": ") : NULL;

  if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    return g_strdup ("cannot be written: No space left on device");
  return cause ? g_strconcat ("cannot be written", cause, NULL) : g_strdup (error->message);
}

/* Says which file it was, and why. */
static GError *
name_error (const gchar *path, const GError *error, const gchar *debug)
{
  g_autofree gchar *cause = find_cause (error, debug);

  return path ? g_error_new (error->domain, error->code, "%s: %s", path, cause) : g_error_copy (error);
}

void
derma_tape_take_error (DermaTape *tape, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  GstMessage *told;

  gst_message_parse_error (message, &error, &debug);
  g_mutex_lock (&tape->error_lock);
  told = make_message (tape, name_error (tape->path, error, debug));
  if (told)
    g_queue_push_tail (&tape->errors, told);
  if (tape->writer)
    derma_writer_fail (tape->writer);
  g_mutex_unlock (&tape->error_lock);
  if (told)
    gst_element_call_async (tape->element, tell_errors, tape, NULL);
}

static void
end_part (DermaTape *tape, GstClockTime time)
{
  GError *error = NULL;
  GstStructure *structure;

  if (!tape->part)
    return;
  tape->counts[2] += tape->part->readings;
  tape->counts[3] += tape->part->events;
  structure = derma_part_finish (g_steal_pointer (&tape->part), time, &error);
  if (error)
    post_error (tape, error);
  set_writer (tape, NULL, NULL);
  g_queue_push_tail (&tape->messages, gst_message_new_element (GST_OBJECT (tape->element), structure));
}

static void
begin_part (DermaTape *tape, const DermaFilmFrame *frame, GstClockTime pre_roll)
{
  GError *error = NULL;

  if (tape->number == 0) {
    g_mutex_lock (&tape->error_lock);
    derma_record_settings_copy (&tape->settings, &tape->wanted);
    g_mutex_unlock (&tape->error_lock);
  }
  tape->part = derma_part_new (GST_BIN (tape->element), &tape->settings, tape->number, &tape->attempt, frame, &error);
  if (tape->part) {
    set_writer (tape, tape->part->writer, tape->part->path);
    tape->number++;
    tape->counts[0]++;
    derma_part_begin (tape->part, &tape->scene, pre_roll, &error);
  }
  if (error)
    post_error (tape, error);
}

/* @note: (transfer full). Of what was before what is recorded it counts for the scene only. */
static void
take_note (DermaTape *tape, DermaNote *note)
{
  g_autoptr (DermaNote) owned = note;
  GError *error = NULL;

  if (tape->part && !derma_part_take_note (tape->part, owned, &error))
    post_error (tape, error);
  derma_scene_follow (&tape->scene, owned);
}

/* Until @time of time line @line. Until a key frame begins another part, those of another time line are put where their
 * frames are: at the end of this one. */
static void
take_notes (DermaTape *tape, guint line, GstClockTime time)
{
  DermaNote *note;

  while ((note = derma_notes_pop (tape->notes, line, time))) {
    const GstClockTime last = tape->part ? tape->part->start + tape->part->last : 0;

    if (derma_time_is_back (note->time, last))
      note->time = note->of = last;
    take_note (tape, note);
  }
}

static void
take_notes_before (DermaTape *tape, const DermaFilmFrame *frame)
{
  if (frame->time > 0)
    take_notes (tape, frame->line, frame->time - 1);
  else if (frame->line > 0)
    take_notes (tape, frame->line - 1, END_OF_TIME);
}

/* At the last frame of the part, where that at which it was is not in it. */
static void
take_note_at_last (DermaTape *tape, DermaNote *note)
{
  const GstClockTime last = tape->part->start + tape->part->last;
  const gboolean back = derma_time_is_back (note->time, last);

  note->time = back ? last : MIN (note->time, last);
  note->of = back ? last : MIN (note->of, last);
  take_note (tape, note);
}

/* What was done until now belongs to this part; readings of later frames do not, as those may be in the next one. */
static void
take_last_notes (DermaTape *tape)
{
  DermaNote *note;

  take_notes (tape, tape->line, tape->part->start + tape->part->last);
  while ((note = derma_notes_pop_deed (tape->notes)))
    take_note_at_last (tape, note);
}

/* So does what was so or done on the time lines before @line, but for readings of frames that are not in it. */
static void
end_lines_before (DermaTape *tape, guint line)
{
  const GstClockTime last = tape->part->start + tape->part->last;
  DermaNote *note;

  while ((note = derma_notes_pop (tape->notes, line - 1, END_OF_TIME)))
    if (note->kind != DERMA_NOTE_READING || (note->line == tape->line && note->time <= last)) {
      take_note_at_last (tape, note);
    } else {
      derma_scene_follow (&tape->scene, note);
      derma_note_free (note);
    }
}

static gboolean
is_part_over (const DermaTape *tape, const DermaFilmFrame *frame)
{
  const DermaRecordSettings *settings = &tape->settings;
  const DermaPart *part = tape->part;

  if (!gst_caps_is_equal (part->caps, frame->caps) || derma_time_is_back (frame->time, part->start + part->last))
    return TRUE;
  if (settings->max_duration > 0 && frame->time > part->start && frame->time - part->start >= settings->max_duration)
    return TRUE;
  return settings->max_size > 0 && part->bytes + tape->group > settings->max_size;
}

static void
record (DermaTape *tape, DermaFilmFrame *frame, GstClockTime pre_roll)
{
  g_autoptr (DermaFilmFrame) owned = frame;
  const GstClockTime time = frame->time;
  GError *error = NULL;

  if (tape->part && frame->line > tape->line)
    end_lines_before (tape, frame->line);
  if (frame->key && tape->part && is_part_over (tape, frame)) {
    if (frame->line == tape->line)
      take_notes_before (tape, frame);
    end_part (tape, time);
  }
  if (frame->key && !tape->part && !g_atomic_int_get (&tape->failed)) {
    take_notes_before (tape, frame);
    begin_part (tape, frame, pre_roll);
  }
  if (!tape->part)
    return;
  tape->line = frame->line;
  tape->group = (frame->key ? 0 : tape->group) + gst_buffer_get_size (frame->buffer);
  take_notes (tape, frame->line, time);
  if (!derma_part_sync (tape->part, &error))
    post_error (tape, error);
  tape->counts[1]++;
  /* A failure of the disk has been told by the element that met it. */
  if (!derma_part_take_frame (tape->part, g_steal_pointer (&owned)))
    post_error (tape, g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_MUX, "%s: the video cannot be written",
                                   tape->part->path));
}

static void
keep (DermaTape *tape, DermaFilmFrame *frame, GstClockTime pre_roll)
{
  const GstClockTime now = frame->time;
  const guint line = frame->line;
  const DermaFilmFrame *first;

  derma_ring_keep (&tape->ring, frame, pre_roll);
  first = derma_ring_get_first (&tape->ring);
  if (first)
    take_notes_before (tape, first);
  else
    take_notes (tape, line, now);
}

static void
begin_recording (DermaTape *tape, GstClockTime clock)
{
  DermaFilmFrame *frame;
  GstClockTime pre_roll;

  derma_ring_age (&tape->ring, clock, get_pre_roll (tape));
  pre_roll = derma_ring_get_duration (&tape->ring);
  tape->number = 0;
  tape->attempt = 0;
  tape->asked = FALSE;
  g_atomic_int_set (&tape->failed, 0);
  while ((frame = derma_ring_pop (&tape->ring))) {
    record (tape, frame, pre_roll);
    pre_roll = 0;
  }
}

void
derma_tape_spare (DermaTape *tape)
{
  if (get_pre_roll (tape) > 0 || !g_mutex_trylock (&tape->lock))
    return;
  derma_ring_clear (&tape->ring);
  g_mutex_unlock (&tape->lock);
}

static void
set_recording (DermaTape *tape, gboolean recording, GstClockTime clock)
{
  if (recording == tape->recording)
    return;
  tape->recording = recording;
  if (recording && tape->open)
    begin_recording (tape, clock);
  if (!recording && tape->part) {
    take_last_notes (tape);
    end_part (tape, GST_CLOCK_TIME_NONE);
  }
}

void
derma_tape_set_recording (DermaTape *tape, gboolean recording, GstClockTime clock)
{
  g_mutex_lock (&tape->lock);
  set_recording (tape, recording, clock);
  leave (tape);
}

gboolean
derma_tape_is_recording (DermaTape *tape)
{
  gboolean recording;

  g_mutex_lock (&tape->lock);
  recording = tape->recording;
  g_mutex_unlock (&tape->lock);
  return recording;
}

void
derma_tape_open (DermaTape *tape)
{
  g_mutex_lock (&tape->error_lock);
  gst_clear_message (&tape->end);
  g_mutex_unlock (&tape->error_lock);
  g_mutex_lock (&tape->lock);
  tape->open = TRUE;
  tape->recording = FALSE;
  tape->key = GST_CLOCK_TIME_NONE;
  leave (tape);
}

/* Nothing is said of another stream that was done in this one. */
static void
drop_deeds (DermaTape *tape)
{
  DermaNote *note;

  while ((note = derma_notes_pop_deed (tape->notes)))
    derma_note_free (note);
}

void
derma_tape_close (DermaTape *tape)
{
  g_mutex_lock (&tape->lock);
  if (tape->part) {
    take_last_notes (tape);
    take_notes (tape, tape->line, END_OF_TIME);
  }
  drop_deeds (tape);
  end_part (tape, GST_CLOCK_TIME_NONE);
  tape->open = FALSE;
  derma_ring_clear (&tape->ring);
  derma_scene_clear (&tape->scene);
  leave (tape);
}

static gboolean
wants_key (DermaTape *tape, const DermaFilmFrame *frame)
{
  const GstClockTime limit = tape->part ? tape->settings.max_duration : 0;

  if (frame->key) {
    tape->key = frame->time;
    tape->asked = FALSE;
  }
  if (tape->asked)
    return FALSE;
  tape->asked = !GST_CLOCK_TIME_IS_VALID (tape->key) || (tape->recording && !tape->part)
                || frame->end - tape->key >= KEY_INTERVAL || (limit > 0 && frame->end - tape->part->start >= limit);
  return tape->asked;
}

gboolean
derma_tape_take (DermaTape *tape, DermaFilmFrame *frame)
{
  gboolean wants;

  g_mutex_lock (&tape->lock);
  wants = tape->open && wants_key (tape, frame);
  if (!tape->open || (tape->recording && g_atomic_int_get (&tape->failed)))
    derma_film_frame_free (frame);
  else if (tape->recording)
    record (tape, frame, 0);
  else
    keep (tape, frame, get_pre_roll (tape));
  if (g_atomic_int_get (&tape->failed))
    end_part (tape, GST_CLOCK_TIME_NONE);
  leave (tape);
  return wants;
}

void
derma_tape_get_counts (DermaTape *tape, guint64 counts[4])
{
  g_mutex_lock (&tape->error_lock);
  memcpy (counts, tape->told, sizeof tape->told);
  g_mutex_unlock (&tape->error_lock);
}
