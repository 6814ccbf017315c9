/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/quality.h>
#include <derma/shutter.h>

#include "evidence/snapshot.h"

#define N_SLOTS 4
#define QUARTER (G_USEC_PER_SEC * 1000 / N_SLOTS) /* ns */
#define NO_TIME G_MAXUINT64

/* The sharpest frame of a quarter of a second. */
typedef struct {
  DermaSnapshot *snapshot; /* NULL before the first frame, and while a frame is being copied */
  gboolean filled;         /* whether it is of @quarter; memory that waits for another frame if not */
  gfloat score;
  guint64 quarter;
} Slot;

struct _DermaShutter {
  DermaQualityMeter *meter; /* of the thread that offers */

  GMutex lock;
  Slot slots[N_SLOTS];
  guint64 newest;
  gboolean holding; /* what is held is in the first slot */
};

typedef struct {
  const DermaFrame *frame;
  guint64 pts;
  const DermaReading *reading;
} Offer;

DermaShutter *
derma_shutter_new (void)
{
  DermaShutter *shutter = g_new0 (DermaShutter, 1);

  g_mutex_init (&shutter->lock);
  shutter->meter = derma_quality_meter_new ();
  shutter->newest = NO_TIME;
  return shutter;
}

void
derma_shutter_free (DermaShutter *shutter)
{
  if (!shutter)
    return;
  for (guint i = 0; i < N_SLOTS; i++)
    derma_snapshot_unref (shutter->slots[i].snapshot);
  derma_quality_meter_free (shutter->meter);
  g_mutex_clear (&shutter->lock);
  g_free (shutter);
}

/* With the lock held. */
static void
forget (DermaShutter *shutter)
{
  for (guint i = 0; i < N_SLOTS; i++)
    shutter->slots[i].filled = FALSE;
  shutter->newest = NO_TIME;
  shutter->holding = FALSE;
}

void
derma_shutter_reset (DermaShutter *shutter)
{
  derma_quality_meter_reset (shutter->meter);
  g_mutex_lock (&shutter->lock);
  forget (shutter);
  g_mutex_unlock (&shutter->lock);
}

/* Frames too small to be measured are all alike; the first one, whose motion is not known, is not preferred. */
static gfloat
score_of (const DermaQuality *quality)
{
  const gfloat focus = quality->focus < 0.0f ? 1.0f : quality->focus;
  const gfloat still = quality->motion < 0.0f ? DERMA_QUALITY_MOTION_POOR : quality->motion;

  return focus * still;
}

/* The slot in which a frame of that score belongs, emptied of its memory; NULL if a better one is there. */
static Slot *
open_slot (DermaShutter *shutter, guint64 pts, gfloat score, DermaSnapshot **memory)
{
  guint64 quarter;
  Slot *slot;

  g_mutex_lock (&shutter->lock);
  if (shutter->holding || (pts != NO_TIME && shutter->newest != NO_TIME && pts < shutter->newest)
      || (pts == NO_TIME) != (shutter->newest == NO_TIME))
    forget (shutter);
  shutter->newest = pts;
  quarter = pts == NO_TIME ? 0 : pts / QUARTER;
  slot = &shutter->slots[quarter % N_SLOTS];
  if (slot->filled && pts != NO_TIME && slot->quarter == quarter && slot->score >= score) {
    slot = NULL;
  } else {
    *memory = g_steal_pointer (&slot->snapshot);
    *slot = (Slot){ .score = score, .quarter = quarter };
  }
  g_mutex_unlock (&shutter->lock);
  return slot;
}

static void
set_reading (DermaSnapshot *snapshot, const DermaReading *reading)
{
  DermaReading *kept = &snapshot->reading;

  if (!reading || !reading->classes) {
    derma_reading_clear (kept);
    return;
  }
  derma_reading_copy (kept, reading);
  kept->age =
      snapshot->pts != NO_TIME && kept->pts != NO_TIME && snapshot->pts > kept->pts ? snapshot->pts - kept->pts : 0;
}

/* Copies a frame, outside of the lock, into memory that nobody else has. */
static gboolean
fill (DermaShutter *shutter, Slot *slot, DermaSnapshot *memory, const Offer *offer, GError **error)
{
  gboolean done;

  if (!memory || derma_snapshot_is_shared (memory)) {
    derma_snapshot_unref (memory);
    memory = derma_snapshot_new ();
  }
  memory->pts = offer->pts;
  set_reading (memory, offer->reading);
  done = derma_picture_assign (memory->picture, offer->frame, error);
  g_mutex_lock (&shutter->lock);
  slot->snapshot = memory;
  slot->filled = done;
  g_mutex_unlock (&shutter->lock);
  return done;
}

gboolean
derma_shutter_offer (DermaShutter *shutter, const DermaFrame *frame, guint64 pts, const DermaReading *reading,
                     GError **error)
{
  const Offer offer = { frame, pts, reading };
  DermaSnapshot *memory = NULL;
  DermaQuality quality;
  Slot *slot;

  if (!derma_quality_meter_measure (shutter->meter, frame, NULL, &quality, error))
    return FALSE;
  slot = open_slot (shutter, pts, score_of (&quality), &memory);
  return !slot || fill (shutter, slot, memory, &offer, error);
}

/* Whether the picture that is held is this one; then only a new reading of it is taken over. */
static gboolean
hold_on (DermaShutter *shutter, const Offer *offer)
{
  Slot *slot = &shutter->slots[0];
  gboolean known, done;

  g_mutex_lock (&shutter->lock);
  done = shutter->holding && slot->filled && slot->snapshot->pts == offer->pts;
  known =
      done && (offer->reading ? offer->reading->pts == slot->snapshot->reading.pts : !slot->snapshot->reading.classes);
  if (done && !known && derma_snapshot_is_shared (slot->snapshot))
    done = FALSE;
  else if (done && !known)
    set_reading (slot->snapshot, offer->reading);
  g_mutex_unlock (&shutter->lock);
  return done;
}

gboolean
derma_shutter_hold (DermaShutter *shutter, const DermaFrame *frame, guint64 pts, const DermaReading *reading,
                    GError **error)
{
  const Offer offer = { frame, pts, reading };
  DermaSnapshot *memory;

  if (hold_on (shutter, &offer))
    return TRUE;
  derma_quality_meter_reset (shutter->meter);
  g_mutex_lock (&shutter->lock);
  forget (shutter);
  shutter->holding = TRUE;
  shutter->newest = pts;
  memory = g_steal_pointer (&shutter->slots[0].snapshot);
  shutter->slots[0].quarter = pts == NO_TIME ? 0 : pts / QUARTER;
  g_mutex_unlock (&shutter->lock);
  return fill (shutter, &shutter->slots[0], memory, &offer, error);
}

static gboolean
is_recent (const DermaShutter *shutter, const Slot *slot)
{
  return slot->filled && (shutter->newest == NO_TIME || slot->quarter + N_SLOTS > shutter->newest / QUARTER);
}

static gboolean
is_better (const Slot *slot, const Slot *than)
{
  return !than || slot->score > than->score || (slot->score == than->score && slot->quarter > than->quarter);
}

DermaSnapshot *
derma_shutter_release (DermaShutter *shutter, guint64 *age)
{
  DermaSnapshot *snapshot = NULL;
  const Slot *best = NULL;

  g_mutex_lock (&shutter->lock);
  for (guint i = 0; i < N_SLOTS; i++)
    if (is_recent (shutter, &shutter->slots[i]) && is_better (&shutter->slots[i], best))
      best = &shutter->slots[i];
  if (best)
    snapshot = derma_snapshot_ref (best->snapshot);
  if (age)
    *age = snapshot && snapshot->pts != NO_TIME ? shutter->newest - snapshot->pts : 0;
  g_mutex_unlock (&shutter->lock);
  return snapshot;
}
