/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cue.h"

#include "captioner.h"

void
derma_past_cue_free (DermaPastCue *past)
{
  if (!past)
    return;
  g_free (past->words);
  g_free (past);
}

void
derma_cue_reset (DermaCue *cue, gboolean notice)
{
  g_clear_pointer (&cue->words, g_free);
  g_clear_pointer (&cue->next, g_free);
  cue->has_next = FALSE;
  cue->start = GST_CLOCK_TIME_NONE;
  cue->notice_end = notice ? GST_CLOCK_TIME_NONE : 0;
}

DermaPastCue *
derma_cue_cut (DermaCue *cue, GstClockTime time)
{
  DermaPastCue *past = NULL;

  if (cue->words && time > cue->start) {
    past = g_new (DermaPastCue, 1);
    past->words = g_strdup (cue->words);
    past->start = cue->start;
    past->end = time;
  }
  cue->start = time;
  return past;
}

static DermaPastCue *
replace (DermaCue *cue, GstClockTime time, gchar *words)
{
  DermaPastCue *past = derma_cue_cut (cue, time);

  g_free (cue->words);
  cue->words = words;
  return past;
}

DermaPastCue *
derma_cue_advance (DermaCue *cue, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (cue->notice_end)) {
    cue->notice_end = time + DERMA_CAPTION_NOTICE_TIME;
    cue->has_next = TRUE;
    return replace (cue, time, g_strdup (DERMA_CAPTION_NOTICE));
  }
  if (!GST_CLOCK_TIME_IS_VALID (cue->start))
    cue->start = time;
  if (!cue->has_next || time < cue->notice_end)
    return NULL;
  cue->has_next = FALSE;
  return replace (cue, cue->notice_end, g_steal_pointer (&cue->next));
}

DermaPastCue *
derma_cue_say (DermaCue *cue, GstClockTime time, const gchar *words)
{
  if (cue->has_next) {
    g_free (cue->next);
    cue->next = g_strdup (words);
    return NULL;
  }
  return replace (cue, time, g_strdup (words));
}
