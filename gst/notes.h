/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "captioner.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * What is to be written down about a video beside its pictures, in the order of time: taken from the readings on raw
 * frames in one thread, and written down when the encoded frames of that time come, in another. Where nobody takes
 * them, the oldest readings go first; the last note of each other kind stays.
 *
 * Where time goes back another time line begins, also with a frame that nobody writes down. They are counted, from 1 on
 * and through streams and flushes, and each note and each encoded frame is of one of them.
 */
typedef enum {
  DERMA_NOTE_READING,  /* @reading, of the picture at @of */
  DERMA_NOTE_WORDS,    /* @text, nullable, is to be said from now on */
  DERMA_NOTE_LESION,   /* @lesion comes into view */
  DERMA_NOTE_MODEL,    /* @reading is the first of another network */
  DERMA_NOTE_SNAPSHOT, /* of the picture at @of, in the file @text */
  DERMA_NOTE_TAG,      /* @text */
  DERMA_NOTE_BUTTON,
} DermaNoteKind;

typedef struct {
  DermaNoteKind kind;
  GstClockTime time; /* running time */
  GstClockTime of;   /* running time */
  guint line;        /* time line, set when it is added */
  DermaReading reading;
  gchar *text;
  guint lesion;
} DermaNote;

/* Whether @time is so far before @last that it is of another time line, and not of a clock that was put right. */
gboolean derma_time_is_back (GstClockTime time, GstClockTime last);

DermaNote *derma_note_new (DermaNoteKind kind, GstClockTime time, const gchar *text);
void derma_note_free (DermaNote *note);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaNote, derma_note_free)

typedef struct _DermaNotes DermaNotes;

DermaNotes *derma_notes_new (void);
void derma_notes_free (DermaNotes *notes);
/* Forgets all. */
void derma_notes_reset (DermaNotes *notes);
/* Another stream begins: forgets all but snapshots, tags and buttons that nobody has taken yet. */
void derma_notes_flush (DermaNotes *notes);

/* Takes note of what is new on @buffer, of running time @time. Returns: its time line */
guint derma_notes_take_frame (DermaNotes *notes, GstBuffer *buffer, GstClockTime time);
/* Adds @note: (transfer full), which is of no earlier time than what was noted before, or of another time line. */
void derma_notes_add (DermaNotes *notes, DermaNote *note);
/* Returns: (transfer full) (nullable): the first, if it is of an earlier time line than @line or, on that one, of @time
 * or before */
DermaNote *derma_notes_pop (DermaNotes *notes, guint line, GstClockTime time);
/* Returns: (transfer full) (nullable): the first snapshot, tag or button, whatever its time */
DermaNote *derma_notes_pop_deed (DermaNotes *notes);

G_END_DECLS
