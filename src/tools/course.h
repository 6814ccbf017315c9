/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

/* One reading of a course, in short. */
typedef struct {
  guint64 time;     /* ns on the time line of the session */
  gfloat malignant; /* 0..1 or DERMA_UNMEASURED */
  gfloat quality;   /* the least of the measures, 0..1, or DERMA_UNMEASURED */
  DermaState state;
} DermaPoint;

/* A reading, and where it is from. */
typedef struct {
  DermaReading reading; /* its pts is on the time line of the part */
  guint64 time;         /* ns on the time line of the session */
  guint part;           /* of a recording in several files, from 0 */
} DermaMoment;

/*
 * What was read of one lesion over time, from the first sight of it to the last: readings without a lesion before and
 * after do not count.
 */
typedef struct {
  guint lesion;
  GArray *points;    /* of DermaPoint; not empty */
  guint n_seen;      /* points up to the last sight */
  DermaMoment final; /* the reading that stood last; of an earlier one that stood if the last did not */
  DermaMoment best;  /* of the best picture */
  gdouble merit;     /* of that picture, 0..1; negative without one */
} DermaCourse;

DermaCourse *derma_course_new (guint lesion);
void derma_course_free (DermaCourse *course);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaCourse, derma_course_free)

/* Readings come in the order of their times. One without a lesion is left out as long as none was seen. */
void derma_course_add (DermaCourse *course, const DermaReading *reading, guint64 time, guint part);

/* ns on the time line of the session; the course is not empty. */
guint64 derma_course_get_start (const DermaCourse *course);
guint64 derma_course_get_end (const DermaCourse *course);
/* @shares: (out): of the time, sum 1 */
void derma_course_get_shares (const DermaCourse *course, gdouble shares[DERMA_N_STATES]);
/* Seconds from the first sight to the first stable reading; negative without one. */
gdouble derma_course_get_settling (const DermaCourse *course);
/* The highest malignant score; DERMA_UNMEASURED without one. */
gfloat derma_course_get_peak (const DermaCourse *course);
/* How good a picture is, 0..1: the product of its measures, and little if nothing could be read in it. */
gdouble derma_course_rate (const DermaReading *reading);
/* The least of the measures that were taken; DERMA_UNMEASURED without one. */
gfloat derma_course_get_quality (const DermaQuality *quality);
