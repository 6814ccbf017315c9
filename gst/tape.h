/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "part.h"

G_BEGIN_DECLS

/*
 * Takes encoded frames and either records them, part by part, or keeps the last few seconds of them for the time that a
 * recording is started. From any thread; what takes long, as finishing a file, keeps only those who call it waiting.
 */
typedef struct _DermaTape DermaTape;

/* @element: not owned: where files are written and messages come out. @keys: not owned: gets requests for key frames */
DermaTape *derma_tape_new (GstElement *element, DermaNotes *notes);
void derma_tape_free (DermaTape *tape);

/* For the next recording, but for the pre-roll, which is for now. */
void derma_tape_configure (DermaTape *tape, const DermaRecordSettings *settings);
/* Frees what is kept where no pre-roll is wanted any more, unless the tape is busy; it is not recorded in any case. */
void derma_tape_spare (DermaTape *tape);
/* Frames are taken from now on, and not yet recorded. */
void derma_tape_open (DermaTape *tape);
/* Finishes what is being recorded; no frame is taken after it. */
void derma_tape_close (DermaTape *tape);

/* @clock: as in derma_ring_age() */
void derma_tape_set_recording (DermaTape *tape, gboolean recording, GstClockTime clock);
gboolean derma_tape_is_recording (DermaTape *tape);

/*
 * @frame: (transfer full)
 * Returns: whether the encoder should make the next frame a key frame
 */
gboolean derma_tape_take (DermaTape *tape, DermaFilmFrame *frame);

/* A file cannot be written any more; @message: (transfer none): the error of an element that writes. From any thread,
 * also while another one waits for that file. */
void derma_tape_take_error (DermaTape *tape, GstMessage *message);

/* @end: (transfer full) if it is held: the message of the end, which is posted anew once errors that there are have
 * been told; never after derma_tape_open(). Returns: whether there are any */
gboolean derma_tape_hold_end (DermaTape *tape, GstMessage *end);

/* Files, frames, readings and events written so far; waits for nobody. */
void derma_tape_get_counts (DermaTape *tape, guint64 counts[4]);

G_END_DECLS
