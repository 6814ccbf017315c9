/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timing.h"

/* Half as much again as was measured, in whole milliseconds. */
static GstClockTime
declare (GstClockTime measured)
{
  return (measured * 3 / 2 / GST_MSECOND + 1) * GST_MSECOND;
}

void
derma_timing_init (DermaTiming *timing, GstClockTime latency)
{
  timing->earliest = GST_CLOCK_TIME_NONE;
  timing->mean = 0;
  timing->declared = latency ? declare (latency) : 0;
}

gboolean
derma_timing_note (DermaTiming *timing, GstClockTime measured)
{
  timing->mean = timing->mean ? (timing->mean * 7 + measured) / 8 : measured;
  if (timing->mean <= timing->declared)
    return FALSE;
  timing->declared = declare (timing->mean);
  return TRUE;
}

void
derma_timing_note_qos (DermaTiming *timing, GstEvent *event)
{
  GstClockTimeDiff diff;
  GstClockTime timestamp;

  gst_event_parse_qos (event, NULL, NULL, &diff, &timestamp);
  if (!GST_CLOCK_TIME_IS_VALID (timestamp) || (diff < 0 && (GstClockTime)-diff > timestamp))
    timing->earliest = GST_CLOCK_TIME_NONE;
  else
    timing->earliest = timestamp + diff;
}

gboolean
derma_timing_is_dated (GstEvent *event)
{
  GstClockTime timestamp;

  gst_event_parse_qos (event, NULL, NULL, NULL, &timestamp);
  return GST_CLOCK_TIME_IS_VALID (timestamp);
}

void
derma_timing_forget_qos (DermaTiming *timing)
{
  timing->earliest = GST_CLOCK_TIME_NONE;
}

gboolean
derma_timing_is_late (const DermaTiming *timing, GstClockTime running)
{
  return GST_CLOCK_TIME_IS_VALID (timing->earliest) && running <= timing->earliest;
}

void
derma_timing_answer (const DermaTiming *timing, GstQuery *query)
{
  GstClockTime min, max;
  gboolean live;

  gst_query_parse_latency (query, &live, &min, &max);
  if (!live)
    return;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += timing->declared;
  gst_query_set_latency (query, live, min + timing->declared, max);
}
