/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "notes.h"

G_BEGIN_DECLS

/*
 * What stands at the sink pad of a recorder: takes notes of all frames and events that come, and lets frames through
 * to the encoder as long as it keeps up. A live pipeline never waits: frames that there is no room for are left out
 * and counted; one that is not live waits.
 */
typedef struct _DermaIntake DermaIntake;

/* @element: posts the warnings. @pad: where the frames come in. @queue: what holds them for the encoder. None is owned;
 * the intake must outlive the streaming of @pad. */
DermaIntake *derma_intake_new (GstElement *element, GstPad *pad, GstElement *queue, DermaNotes *notes);
void derma_intake_free (DermaIntake *intake);

/* Whether frames are of use to anybody behind; from any thread. */
void derma_intake_set_wanted (DermaIntake *intake, gboolean wanted);
/* Frames left out since it was made; from any thread. */
guint64 derma_intake_get_dropped (DermaIntake *intake);
/* Whether what comes is live, as far as a frame has come; from any thread. */
gboolean derma_intake_is_live (DermaIntake *intake);
/* Takes note of @text at the time of the newest frame; from any thread. */
void derma_intake_tag (DermaIntake *intake, const gchar *text);
/* Before the first frame of a time line comes one of its events. Returns: whether @event is one; @line: (out): which */
gboolean derma_intake_parse_line (GstEvent *event, guint *line);
/* Nothing more will come: says of frames that were left out what was not said yet; from any thread. */
void derma_intake_end (DermaIntake *intake);
/* Forgets the stream. */
void derma_intake_reset (DermaIntake *intake);

G_END_DECLS
