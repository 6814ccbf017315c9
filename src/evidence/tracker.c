/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/tracker.h>

#include <math.h>
#include <string.h>

#define STEP 0.1               /* seconds between frames that have no time */
#define LONGEST_STEP 2.0       /* seconds; after more than that nothing is known to be the same */
#define PRESENCE_TIME 0.25     /* seconds, of the running shares below */
#define APPEARS 0.6            /* share of frames with a lesion from which there is one */
#define DISAPPEARS 0.3         /* and below which there is none any more */
#define LIFT_OFF 0.4           /* seconds without a lesion after which the next is another one */
#define POOR 0.25              /* mean weight of frames below which they are too poor to read */
#define ACQUIRE_SHARE 0.3      /* of the window, to be spent on a lesion before its reading may stand */
#define ACQUIRE_MOST 1.0       /* seconds */
#define LEAST_PROBABILITY 1e-4 /* one frame alone cannot rule a class out */
#define LEAST_WEIGHT 0.02
#define AHEAD 0.1    /* by which another class must lead to be named instead */
#define SETTLED 0.05 /* by which confidence must fall below the threshold for a stable reading to be uncertain */

struct _DermaTracker {
  DermaClasses *classes; /* of the evidence at hand */
  gdouble *sums;         /* fading sums of weighted log probabilities */
  guint size;
  gdouble weight; /* fading sum of the weights */
  gdouble spent;  /* seconds on this lesion, each counted by the frame's weight */
  guint64 pts;    /* of the last frame */
  gboolean begun; /* the first frame of all stands for those before it */
  gdouble presence;
  gdouble quality; /* running mean of the weights */
  gboolean present;
  gdouble absent; /* seconds without a lesion */
  guint lesion;
  gint named; /* -1 none yet */
  gboolean settled;
};

DermaTracker *
derma_tracker_new (void)
{
  DermaTracker *tracker = g_new0 (DermaTracker, 1);

  derma_tracker_reset (tracker);
  return tracker;
}

void
derma_tracker_free (DermaTracker *tracker)
{
  if (!tracker)
    return;
  derma_classes_unref (tracker->classes);
  g_free (tracker->sums);
  g_free (tracker);
}

static void
forget_evidence (DermaTracker *tracker)
{
  if (tracker->size > 0)
    memset (tracker->sums, 0, tracker->size * sizeof *tracker->sums);
  tracker->weight = tracker->spent = 0;
  tracker->named = -1;
  tracker->settled = FALSE;
}

void
derma_tracker_reset (DermaTracker *tracker)
{
  g_clear_pointer (&tracker->classes, derma_classes_unref);
  forget_evidence (tracker);
  tracker->pts = G_MAXUINT64;
  tracker->begun = FALSE;
  tracker->presence = 0;
  tracker->quality = 1;
  tracker->present = FALSE;
  tracker->absent = LIFT_OFF;
  tracker->lesion = 0;
}

static void
adopt (DermaTracker *tracker, DermaClasses *classes)
{
  if (tracker->classes == classes)
    return;
  g_clear_pointer (&tracker->classes, derma_classes_unref);
  tracker->classes = derma_classes_ref (classes);
  if (classes->n > tracker->size) {
    g_free (tracker->sums);
    tracker->sums = g_new0 (gdouble, classes->n);
    tracker->size = classes->n;
  }
  forget_evidence (tracker);
}

/* Seconds since the last frame; time that stands still or runs backwards counts as an ordinary step. */
static gdouble
advance (DermaTracker *tracker, guint64 pts)
{
  gdouble step = STEP;

  if (pts != G_MAXUINT64 && tracker->pts != G_MAXUINT64 && pts > tracker->pts)
    step = (pts - tracker->pts) * 1e-9;
  tracker->pts = pts;
  return step;
}

static gdouble
measured (gfloat value)
{
  return value >= 0 ? MIN (value, 1.0f) : 1.0; /* what was not measured, NaN included, takes nothing away */
}

/* How much a frame counts: as much as the worst of what was measured of it. */
static gdouble
weigh (const DermaReading *reading)
{
  const DermaQuality *q = &reading->quality;
  gdouble worst =
      MIN (MIN (measured (q->focus), measured (q->exposure)), MIN (measured (q->glare), measured (q->motion)));

  return MIN (worst, measured (reading->typicality));
}

static void
note_presence (DermaTracker *tracker, gboolean lesion, gdouble weight, gdouble step)
{
  gdouble share = 1 - exp (-step / PRESENCE_TIME);

  tracker->presence += (tracker->begun ? share : 1) * ((lesion ? 1 : 0) - tracker->presence);
  tracker->begun = TRUE;
  tracker->quality += share * (weight - tracker->quality);
  if (tracker->present && tracker->presence < DISAPPEARS) {
    tracker->present = FALSE;
    tracker->absent = 0;
  } else if (!tracker->present) {
    tracker->absent += step;
  }
}

/* A lesion appears: another one if there was none for long enough. */
static void
appear (DermaTracker *tracker)
{
  if (tracker->absent >= LIFT_OFF) {
    tracker->lesion++;
    forget_evidence (tracker);
  }
  tracker->present = TRUE;
}

static void
gather (DermaTracker *tracker, const DermaReading *reading, gdouble weight, gdouble fade)
{
  guint n = tracker->classes->n;

  for (guint i = 0; i < n; i++) {
    gdouble p = reading->probabilities[i];

    tracker->sums[i] = tracker->sums[i] * fade + weight * log (p > LEAST_PROBABILITY ? p : LEAST_PROBABILITY);
  }
  tracker->weight = tracker->weight * fade + weight;
}

/* Pools what was gathered into the probabilities of @reading. */
static void
pool (const DermaTracker *tracker, DermaReading *reading)
{
  guint n = tracker->classes->n;
  gdouble largest = -INFINITY, sum = 0;

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, tracker->sums[i] / tracker->weight);
  for (guint i = 0; i < n; i++)
    sum += exp (tracker->sums[i] / tracker->weight - largest);
  for (guint i = 0; i < n; i++)
    reading->probabilities[i] = (gfloat)(exp (tracker->sums[i] / tracker->weight - largest) / sum);
}

/* The class that was named stays so until another is clearly ahead. */
static void
name_class (DermaTracker *tracker, DermaReading *reading)
{
  const gfloat *p = reading->probabilities;

  if (tracker->named < 0 || p[reading->top] > p[tracker->named] + AHEAD)
    tracker->named = (gint)reading->top;
  reading->top = (guint)tracker->named;
  reading->confidence = p[reading->top];
}

static DermaState
judge (DermaTracker *tracker, gfloat window, gfloat threshold, gfloat confidence)
{
  if (!tracker->present)
    return DERMA_STATE_NO_LESION;
  if (tracker->quality < POOR)
    return DERMA_STATE_POOR_IMAGE;
  if (tracker->spent < MIN (ACQUIRE_SHARE * window, ACQUIRE_MOST))
    return DERMA_STATE_ACQUIRING;
  tracker->settled = confidence >= threshold - (tracker->settled ? SETTLED : 0);
  return tracker->settled ? DERMA_STATE_STABLE : DERMA_STATE_UNCERTAIN;
}

void
derma_tracker_update (DermaTracker *tracker, gfloat window, gfloat threshold, DermaReading *reading)
{
  gboolean lesion = reading->state != DERMA_STATE_NO_LESION;
  gdouble step = advance (tracker, reading->pts), weight = weigh (reading);

  adopt (tracker, reading->classes);
  if (step > LONGEST_STEP) {
    tracker->present = FALSE;
    tracker->presence = 0;
    tracker->absent = step;
  }
  note_presence (tracker, lesion, weight, step);
  if (!tracker->present && tracker->presence >= APPEARS)
    appear (tracker);
  if (lesion) {
    gather (tracker, reading, MAX (weight, LEAST_WEIGHT), exp (-step / window));
    if (tracker->present)
      tracker->spent += MIN (step, STEP * 2) * weight;
  }
  if (tracker->weight > 0)
    pool (tracker, reading);
  derma_reading_decide (reading, threshold);
  if (tracker->weight > 0 && tracker->present)
    name_class (tracker, reading);
  reading->lesion = MAX (tracker->lesion, 1);
  reading->state = judge (tracker, window, threshold, reading->confidence);
}
