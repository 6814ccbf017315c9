/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pixels.h"

#include <derma/quality.h>

/* A lesion with fine and coarse structure on plain skin, worked out rather than drawn, so that its blur is exact. */
typedef struct {
  DermaFormat format;
  DermaRange range;
  guint width;
  guint height;
  guint padding;
  gfloat blur;     /* sigma, pixels */
  gfloat contrast; /* of the lesion and its structure */
  gfloat light;    /* what everything is multiplied with before it is clipped */
  gfloat shift;    /* to the right, of the shorter side */
  gfloat field;    /* dark outside of a circle with this share of the shorter side as diameter; 0: nowhere */
  gfloat noise;    /* standard deviation, levels */
  guint spots;     /* of glare */
  gboolean spot_green;
} Scene;

extern const Scene SCENE_GOOD;

/* @pixels: (out): to be cleared */
void scene_draw (const Scene *scene, Pixels *pixels);

/* Draws and measures it, which must succeed. */
DermaQuality scene_measure (const Scene *scene, DermaQualityMeter *meter, const DermaRect *rect);
