/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * A cue of a caption track as it comes about: words from @start on. Words that are due while the notice is on show
 * wait until that has been read.
 */
typedef struct {
  gchar *words; /* NULL: silence since @start */
  GstClockTime start;
  GstClockTime notice_end; /* until then the notice stays; GST_CLOCK_TIME_NONE if it has not been shown */
  gchar *next;             /* words that wait for the notice to end */
  gboolean has_next;
} DermaCue;

/* A cue that is over, for derma_cue_free(). */
typedef struct {
  gchar *words;
  GstClockTime start;
  GstClockTime end;
} DermaPastCue;

void derma_past_cue_free (DermaPastCue *past);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaPastCue, derma_past_cue_free)

#define DERMA_CUE_INIT                                                             \
  {                                                                                \
    .start = GST_CLOCK_TIME_NONE, .notice_end = GST_CLOCK_TIME_NONE, .words = NULL \
  }

/* Forgets all; @notice: whether the notice is to be shown at the next beginning. */
void derma_cue_reset (DermaCue *cue, gboolean notice);

/* Time has come to @time, which is never less than before. Returns: (nullable): a cue that is over by that */
DermaPastCue *derma_cue_advance (DermaCue *cue, GstClockTime time);
/* Other words from @time on, NULL for silence. Returns: (nullable): the cue that this ends */
DermaPastCue *derma_cue_say (DermaCue *cue, GstClockTime time, const gchar *words);
/* Ends a piece of the cue at @time; the same words go on from there. Returns: (nullable): the piece */
DermaPastCue *derma_cue_cut (DermaCue *cue, GstClockTime time);

G_END_DECLS
