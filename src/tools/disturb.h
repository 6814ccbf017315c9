/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>

/* What cameras, lamps and hands do to a picture, each by an amount of its own; see derma_disturbance_get_name(). */
typedef enum {
  DERMA_DISTURB_BLUR,         /* Gaussian, sigma 1/224 of the picture's side */
  DERMA_DISTURB_NOISE,        /* Gaussian, sigma 8 of 255 */
  DERMA_DISTURB_JPEG,         /* quality 40 */
  DERMA_DISTURB_BRIGHTER,     /* values 20 % higher */
  DERMA_DISTURB_DARKER,       /* values 20 % lower */
  DERMA_DISTURB_WARM,         /* red 10 % higher, blue 10 % lower */
  DERMA_DISTURB_COOL,         /* the other way round */
  DERMA_DISTURB_ROTATE_LEFT,  /* 15 degrees against the clock */
  DERMA_DISTURB_ROTATE_RIGHT, /* 15 degrees with the clock */
  DERMA_DISTURB_SMALLER,      /* 0.8 times the size, about the middle */
  DERMA_DISTURB_LARGER,       /* 1.25 times the size, about the middle */
  DERMA_DISTURB_SHIFT,        /* 10 % of the side to the right and as much down */
  DERMA_DISTURB_YUY2,         /* as YUY2 with GStreamer's colorimetry for standard definition: BT.601, limited range */
  DERMA_N_DISTURBANCES,
} DermaDisturbance;

/*
 * Disturbs the part of a picture that a network sees. That part is brought to one size first, so that a disturbance is
 * the same whatever the picture's own size; what it moves in from outside is the picture reflected at its edges.
 */
typedef struct _DermaDisturber DermaDisturber;

/*
 * For a network that takes @width by @height pixels, 1..4096; the pictures have 8/7 of that, 256 for 224, if that is no
 * more than 4096. NULL with @error set if there is no memory for it.
 */
DermaDisturber *derma_disturber_new (guint width, guint height, GError **error);
void derma_disturber_free (DermaDisturber *disturber);
/* Takes @rect of @frame as the picture to disturb. */
gboolean derma_disturber_load (DermaDisturber *disturber, const DermaFrame *frame, const DermaRect *rect,
                               GError **error);
/*
 * Disturbs the picture that was loaded; @seed chooses the noise. @frame becomes RGB or YUY2 pixels that are valid until
 * the next call. FALSE with @error set if there is no memory.
 */
gboolean derma_disturber_apply (DermaDisturber *disturber, DermaDisturbance disturbance, guint32 seed,
                                DermaFrame *frame, GError **error);

/* "blur", "noise", "jpeg-40", ... */
const gchar *derma_disturbance_get_name (DermaDisturbance disturbance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaDisturber, derma_disturber_free)
