/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How the samples along one direction of a plane make the outputs: output i is the sum of weights[i * pitch + t] times
 * sample first + start[i] + t for t < count[i]. Weights beyond count[i] are 0; no count is above taps, and pitch is
 * taps rounded up to whole vectors. Of three or more weights all but the first and the last are equal.
 */
typedef struct {
  guint n;     /* outputs */
  guint first; /* the first sample used */
  guint length;
  guint taps;
  guint pitch;
  guint *start;
  guint *count;
  gfloat *weights;
  gdouble origin; /* what the tables were made for */
  gdouble extent;
  gsize allocated;
} DermaAxis;

/*
 * Makes @n outputs of the stretch of @extent samples from @origin; does nothing if it is made for that already.
 * Origin and extent may be fractions: that is how the stretch of a picture falls on its halved chroma planes.
 */
void derma_axis_set (DermaAxis *axis, guint n, gdouble origin, gdouble extent);
void derma_axis_clear (DermaAxis *axis);

G_END_DECLS
