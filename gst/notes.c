/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notes.h"

#include "readingmeta.h"

#include <string.h>

/* More than come in a minute; where nobody takes them some go. More than there are kinds. */
#define MAX_NOTES 8192
#define JUMP GST_SECOND

struct _DermaNotes {
  GMutex lock;
  GQueue queue;
  GstClockTime newest; /* of the time line */
  guint line;
  DermaCaptioner captioner;
  DermaReading reading;
  guint64 pts; /* of the reading that was noted last */
  gboolean has_reading;
  guint lesion;
  gchar *sha256;
  gchar *name;
};

gboolean
derma_time_is_back (GstClockTime time, GstClockTime last)
{
  return time < last && last - time > JUMP;
}

DermaNote *
derma_note_new (DermaNoteKind kind, GstClockTime time, const gchar *text)
{
  DermaNote *note = g_new0 (DermaNote, 1);

  note->kind = kind;
  note->time = note->of = time;
  note->text = g_strdup (text);
  note->reading = (DermaReading)DERMA_READING_INIT;
  return note;
}

void
derma_note_free (DermaNote *note)
{
  if (!note)
    return;
  derma_reading_clear (&note->reading);
  g_free (note->text);
  g_free (note);
}

DermaNotes *
derma_notes_new (void)
{
  DermaNotes *notes = g_new0 (DermaNotes, 1);

  g_mutex_init (&notes->lock);
  g_queue_init (&notes->queue);
  notes->reading = (DermaReading)DERMA_READING_INIT;
  notes->line = 1;
  return notes;
}

static void
drop (gpointer note)
{
  derma_note_free (note);
}

/* Whether it is what somebody did, not what was seen. */
static gboolean
is_deed (const DermaNote *note)
{
  return note->kind == DERMA_NOTE_SNAPSHOT || note->kind == DERMA_NOTE_TAG || note->kind == DERMA_NOTE_BUTTON;
}

/* With the lock held. */
static void
forget_state (DermaNotes *notes)
{
  derma_captioner_clear (&notes->captioner);
  derma_reading_clear (&notes->reading);
  notes->has_reading = FALSE;
  notes->lesion = 0;
  notes->newest = 0;
  notes->line++;
  g_clear_pointer (&notes->sha256, g_free);
  g_clear_pointer (&notes->name, g_free);
}

void
derma_notes_reset (DermaNotes *notes)
{
  g_mutex_lock (&notes->lock);
  g_queue_clear_full (&notes->queue, drop);
  forget_state (notes);
  g_mutex_unlock (&notes->lock);
}

void
derma_notes_flush (DermaNotes *notes)
{
  GList *next;

  g_mutex_lock (&notes->lock);
  for (GList *at = notes->queue.head; at; at = next) {
    next = at->next;
    if (is_deed (at->data))
      continue;
    drop (at->data);
    g_queue_delete_link (&notes->queue, at);
  }
  forget_state (notes);
  g_mutex_unlock (&notes->lock);
}

void
derma_notes_free (DermaNotes *notes)
{
  derma_notes_reset (notes);
  g_mutex_clear (&notes->lock);
  g_free (notes);
}

/* The oldest reading; without one the oldest note that another of its kind follows: the last of each kind makes the
 * scene that a part begins with. */
static GList *
find_spare (DermaNotes *notes)
{
  GList *spare = NULL;
  guint seen = 0;

  for (GList *at = notes->queue.head; at; at = at->next)
    if (((DermaNote *)at->data)->kind == DERMA_NOTE_READING)
      return at;
  for (GList *at = notes->queue.tail; at; at = at->prev) {
    const guint kind = 1u << ((DermaNote *)at->data)->kind;

    if (seen & kind)
      spare = at;
    seen |= kind;
  }
  return spare;
}

/* With the lock held. */
static void
follow_time (DermaNotes *notes, GstClockTime time)
{
  const gboolean back = derma_time_is_back (time, notes->newest);

  notes->line += back;
  notes->newest = back ? time : MAX (notes->newest, time);
}

static void
push (DermaNotes *notes, DermaNote *note)
{
  GList *spare;

  note->line = notes->line;
  g_queue_push_tail (&notes->queue, note);
  if (g_queue_get_length (&notes->queue) <= MAX_NOTES)
    return;
  spare = find_spare (notes);
  drop (spare->data);
  g_queue_delete_link (&notes->queue, spare);
}

static DermaNote *
note_reading (DermaNotes *notes, DermaNoteKind kind, GstClockTime time)
{
  DermaNote *note = derma_note_new (kind, time, NULL);

  derma_reading_copy (&note->reading, &notes->reading);
  note->of = time > notes->reading.age ? time - notes->reading.age : 0;
  push (notes, note);
  return note;
}

static void
note_model (DermaNotes *notes, GstClockTime time)
{
  const DermaClasses *classes = notes->reading.classes;

  if (notes->name && strcmp (notes->name, classes->model_name) == 0
      && strcmp (notes->sha256, classes->model_sha256) == 0)
    return;
  g_free (notes->name);
  g_free (notes->sha256);
  notes->name = g_strdup (classes->model_name);
  notes->sha256 = g_strdup (classes->model_sha256);
  note_reading (notes, DERMA_NOTE_MODEL, time);
}

static void
note_lesion (DermaNotes *notes, GstClockTime time)
{
  DermaNote *note;

  if (notes->reading.lesion == notes->lesion || notes->reading.state == DERMA_STATE_NO_LESION)
    return;
  notes->lesion = notes->reading.lesion;
  note = derma_note_new (DERMA_NOTE_LESION, time, NULL);
  note->lesion = notes->lesion;
  push (notes, note);
}

/* A frame between two readings carries the earlier one again. */
static gboolean
is_new (const DermaNotes *notes)
{
  return !notes->has_reading || notes->reading.pts != notes->pts
         || (notes->reading.pts == G_MAXUINT64 && notes->reading.age == 0);
}

guint
derma_notes_take_frame (DermaNotes *notes, GstBuffer *buffer, GstClockTime time)
{
  const GstStructure *structure = derma_reading_meta_get (buffer);
  gboolean read;
  guint line;

  g_mutex_lock (&notes->lock);
  follow_time (notes, time);
  line = notes->line;
  read = structure && derma_reading_from_structure (&notes->reading, structure, NULL);
  if (read && is_new (notes)) {
    notes->pts = notes->reading.pts;
    notes->has_reading = TRUE;
    note_model (notes, time);
    note_lesion (notes, time);
    note_reading (notes, DERMA_NOTE_READING, time);
  }
  if (derma_captioner_take (&notes->captioner, read ? &notes->reading : NULL))
    push (notes, derma_note_new (DERMA_NOTE_WORDS, time, notes->captioner.words));
  g_mutex_unlock (&notes->lock);
  return line;
}

void
derma_notes_add (DermaNotes *notes, DermaNote *note)
{
  g_mutex_lock (&notes->lock);
  follow_time (notes, note->time);
  push (notes, note);
  g_mutex_unlock (&notes->lock);
}

DermaNote *
derma_notes_pop (DermaNotes *notes, guint line, GstClockTime time)
{
  DermaNote *first;

  g_mutex_lock (&notes->lock);
  first = g_queue_peek_head (&notes->queue);
  if (first && (first->line < line || (first->line == line && first->time <= time)))
    g_queue_pop_head (&notes->queue);
  else
    first = NULL;
  g_mutex_unlock (&notes->lock);
  return first;
}

DermaNote *
derma_notes_pop_deed (DermaNotes *notes)
{
  DermaNote *deed = NULL;

  g_mutex_lock (&notes->lock);
  for (GList *at = notes->queue.head; at; at = at->next)
    if (is_deed (at->data)) {
      deed = at->data;
      g_queue_delete_link (&notes->queue, at);
      break;
    }
  g_mutex_unlock (&notes->lock);
  return deed;
}
