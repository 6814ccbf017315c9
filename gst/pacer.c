/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pacer.h"

#define LONGEST 2e18 /* ns */

void
derma_pacer_reset (DermaPacer *pacer)
{
  pacer->begun = FALSE;
  pacer->frames = 0;
  pacer->last = pacer->next = GST_CLOCK_TIME_NONE;
}

static GstClockTime
period (const DermaPacer *pacer)
{
  const gdouble ns = pacer->max_rate > 0 ? GST_SECOND / pacer->max_rate : 0;

  /* A rate of nearly never must not wrap around. */
  return MIN (ns, LONGEST);
}

gboolean
derma_pacer_count (DermaPacer *pacer, GstClockTime pts)
{
  if (pacer->frames < G_MAXUINT)
    pacer->frames++;
  if (!pacer->begun)
    return TRUE;
  if (pacer->frames < pacer->interval)
    return FALSE;
  if (pacer->max_rate <= 0 || !GST_CLOCK_TIME_IS_VALID (pts) || !GST_CLOCK_TIME_IS_VALID (pacer->next))
    return TRUE;
  /* Time that runs backwards without a new segment says nothing about the rate; a rate that was raised holds at once.
   */
  return pts >= pacer->next || pts < pacer->last || pts - pacer->last >= period (pacer);
}

void
derma_pacer_take (DermaPacer *pacer, GstClockTime pts)
{
  const GstClockTime step = period (pacer);

  pacer->begun = TRUE;
  pacer->frames = 0;
  if (!GST_CLOCK_TIME_IS_VALID (pts)) {
    pacer->last = pacer->next = GST_CLOCK_TIME_NONE;
    return;
  }
  /* Counting on from when this one was due keeps the mean rate where the frame rate is no multiple of it. */
  if (GST_CLOCK_TIME_IS_VALID (pacer->next) && pacer->next <= pts && pts - pacer->next < step)
    pacer->next += step;
  else
    pacer->next = MIN (pts, (GstClockTime)G_MAXINT64) + step;
  pacer->last = pts;
}
