/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ring.h"

/* Between frames: longer than any frame rate makes it. */
#define PAUSE (2 * GST_SECOND)
#define MAX_BYTES (G_GUINT64_CONSTANT (512) << 20)

void
derma_ring_clear (DermaRing *ring)
{
  g_queue_clear_full (&ring->frames, (GDestroyNotify)derma_film_frame_free);
  ring->bytes = 0;
}

const DermaFilmFrame *
derma_ring_get_first (const DermaRing *ring)
{
  return ring->frames.head ? ring->frames.head->data : NULL;
}

DermaFilmFrame *
derma_ring_pop (DermaRing *ring)
{
  DermaFilmFrame *frame = g_queue_pop_head (&ring->frames);

  ring->bytes -= frame ? gst_buffer_get_size (frame->buffer) : 0;
  return frame;
}

GstClockTime
derma_ring_get_duration (const DermaRing *ring)
{
  const DermaFilmFrame *first = derma_ring_get_first (ring);
  const DermaFilmFrame *last = first ? ring->frames.tail->data : NULL;

  return first ? last->end - first->time : 0;
}

/* Whether nothing that ends at @end is of the last @pre_roll before @now. */
static gboolean
is_old (GstClockTime end, GstClockTime now, GstClockTime pre_roll)
{
  return now > end && now - end >= pre_roll;
}

/* The second key frame in the ring, if what is before it may go: all of it is old, or what is before a pause in it, so
 * that a film would begin with the pause. */
static DermaFilmFrame *
find_next_key (DermaRing *ring, GstClockTime now, GstClockTime pre_roll)
{
  gboolean old = ring->bytes > MAX_BYTES;

  for (GList *at = ring->frames.head ? ring->frames.head->next : NULL; at; at = at->next) {
    const GstClockTime end = ((DermaFilmFrame *)at->prev->data)->end;
    DermaFilmFrame *frame = at->data;
    const gboolean pause = frame->time > end && frame->time - end > PAUSE;

    if (frame->key || pause)
      old = old || is_old (pause ? end : frame->time, now, pre_roll);
    if (frame->key)
      return old ? frame : NULL;
  }
  return NULL;
}

static void
drop_old (DermaRing *ring, GstClockTime now, GstClockTime pre_roll)
{
  DermaFilmFrame *next;

  while ((next = find_next_key (ring, now, pre_roll)))
    while (derma_ring_get_first (ring) != next)
      derma_film_frame_free (derma_ring_pop (ring));
}

void
derma_ring_keep (DermaRing *ring, DermaFilmFrame *frame, GstClockTime pre_roll)
{
  const GstClockTime now = frame->time;
  const DermaFilmFrame *last = g_queue_peek_tail (&ring->frames);

  if (pre_roll == 0 || (last && (derma_time_is_back (now, last->time) || is_old (last->end, now, pre_roll))))
    derma_ring_clear (ring);
  if (pre_roll == 0 || (!frame->key && g_queue_is_empty (&ring->frames))) {
    derma_film_frame_free (frame);
    return;
  }
  ring->bytes += gst_buffer_get_size (frame->buffer);
  g_queue_push_tail (&ring->frames, frame);
  drop_old (ring, now, pre_roll);
}

void
derma_ring_age (DermaRing *ring, GstClockTime clock, GstClockTime pre_roll)
{
  const DermaFilmFrame *last = g_queue_peek_tail (&ring->frames);
  GstClockTime now;

  if (!last)
    return;
  now = last->time;
  /* Not the clock itself: frames may be late, or go by times of their own. */
  if (GST_CLOCK_TIME_IS_VALID (clock) && GST_CLOCK_TIME_IS_VALID (last->came) && clock > last->came)
    now += clock - last->came;
  if (pre_roll == 0 || is_old (last->end, now, pre_roll))
    derma_ring_clear (ring);
  else
    drop_old (ring, now, pre_roll);
}
