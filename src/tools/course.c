/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/course.h"

/* A reading stands for what comes until the next one, but not for a pause. */
#define LONGEST_HOLD (G_GUINT64_CONSTANT (1000000000))
/* What a picture that is too poor to be read is worth. */
#define POOR_WORTH 0.1

DermaCourse *
derma_course_new (guint lesion)
{
  DermaCourse *course = g_new0 (DermaCourse, 1);

  course->lesion = lesion;
  course->points = g_array_new (FALSE, FALSE, sizeof (DermaPoint));
  course->final.reading = (DermaReading)DERMA_READING_INIT;
  course->best.reading = (DermaReading)DERMA_READING_INIT;
  course->merit = -1;
  return course;
}

void
derma_course_free (DermaCourse *course)
{
  if (!course)
    return;
  g_array_unref (course->points);
  derma_reading_clear (&course->final.reading);
  derma_reading_clear (&course->best.reading);
  g_free (course);
}

gfloat
derma_course_get_quality (const DermaQuality *quality)
{
  const gfloat measures[] = { quality->focus, quality->exposure, quality->glare, quality->motion };
  gfloat least = 2;

  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    if (measures[i] >= 0)
      least = MIN (least, measures[i]);
  return least > 1 ? DERMA_UNMEASURED : least;
}

gdouble
derma_course_rate (const DermaReading *reading)
{
  const DermaQuality *q = &reading->quality;
  const gfloat measures[] = { q->focus, q->exposure, q->glare, q->motion };
  gdouble merit = reading->state == DERMA_STATE_POOR_IMAGE ? POOR_WORTH : 1;

  if (reading->state == DERMA_STATE_NO_LESION)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    merit *= measures[i] >= 0 ? measures[i] : 0.5;
  return merit;
}

/* What stands says more than what does not. */
static guint
rank (const DermaReading *reading)
{
  switch (reading->classes ? reading->state : DERMA_STATE_NO_LESION) {
  case DERMA_STATE_STABLE:
    return 4;
  case DERMA_STATE_UNCERTAIN:
    return 3;
  case DERMA_STATE_ACQUIRING:
    return 2;
  case DERMA_STATE_POOR_IMAGE:
    return 1;
  default:
    return 0;
  }
}

static void
keep (DermaMoment *moment, const DermaReading *reading, guint64 time, guint part)
{
  derma_reading_copy (&moment->reading, reading);
  moment->time = time;
  moment->part = part;
}

void
derma_course_add (DermaCourse *course, const DermaReading *reading, guint64 time, guint part)
{
  const DermaPoint point = { time, reading->classes ? reading->malignant : DERMA_UNMEASURED,
                             derma_course_get_quality (&reading->quality), reading->state };
  gboolean seen = reading->state != DERMA_STATE_NO_LESION;
  gdouble merit = reading->pts == G_MAXUINT64 ? -1 : derma_course_rate (reading);

  if (!seen && course->points->len == 0)
    return;
  g_array_append_val (course->points, point);
  if (!seen)
    return;
  course->n_seen = course->points->len;
  if (rank (reading) >= rank (&course->final.reading))
    keep (&course->final, reading, time, part);
  if (merit > course->merit) {
    keep (&course->best, reading, time, part);
    course->merit = merit;
  }
}

static const DermaPoint *
get_point (const DermaCourse *course, guint i)
{
  return &g_array_index (course->points, DermaPoint, i);
}

guint64
derma_course_get_start (const DermaCourse *course)
{
  return get_point (course, 0)->time;
}

guint64
derma_course_get_end (const DermaCourse *course)
{
  return get_point (course, course->n_seen - 1)->time;
}

void
derma_course_get_shares (const DermaCourse *course, gdouble shares[DERMA_N_STATES])
{
  gdouble sum = 0;

  for (guint s = 0; s < DERMA_N_STATES; s++)
    shares[s] = 0;
  for (guint i = 0; i + 1 < course->n_seen; i++) {
    guint64 span = get_point (course, i + 1)->time - get_point (course, i)->time;
    gdouble hold = (gdouble)MIN (span, LONGEST_HOLD);

    shares[get_point (course, i)->state] += hold;
    sum += hold;
  }
  if (sum <= 0) {
    shares[get_point (course, course->n_seen - 1)->state] = 1;
    return;
  }
  for (guint s = 0; s < DERMA_N_STATES; s++)
    shares[s] /= sum;
}

gdouble
derma_course_get_settling (const DermaCourse *course)
{
  for (guint i = 0; i < course->n_seen; i++)
    if (get_point (course, i)->state == DERMA_STATE_STABLE)
      return (gdouble)(get_point (course, i)->time - derma_course_get_start (course)) / 1e9;
  return -1;
}

gfloat
derma_course_get_peak (const DermaCourse *course)
{
  gfloat peak = DERMA_UNMEASURED;

  for (guint i = 0; i < course->n_seen; i++)
    peak = MAX (peak, get_point (course, i)->malignant);
  return peak;
}
