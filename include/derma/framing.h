/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

G_BEGIN_DECLS

/**
 * Of the 1444 HAM10000 validation masks, in the largest centred square: 1 to 2 % have a smaller box, 2 % are further
 * off the centre, 5 % fill more.
 */
#define DERMA_FRAMING_SMALL 0.03f  /* area of the box, in squares of the shorter side */
#define DERMA_FRAMING_LARGE 0.95f  /* likewise */
#define DERMA_FRAMING_OFFSET 0.20f /* of its middle from the frame's along either axis, in shorter sides */

/**
 * DermaFraming:
 * @DERMA_FRAMING_GOOD: the lesion is in view as in the pictures that networks are trained on, or there is none
 * @DERMA_FRAMING_CLOSER: it is small
 * @DERMA_FRAMING_FARTHER: it fills the view, and is probably cut off
 * @DERMA_FRAMING_CENTRE: it is off the centre
 */
typedef enum {
  DERMA_FRAMING_GOOD,
  DERMA_FRAMING_CLOSER,
  DERMA_FRAMING_FARTHER,
  DERMA_FRAMING_CENTRE,
  DERMA_N_FRAMINGS,
} DermaFraming;

/**
 * derma_framing_judge:
 * @region: of the lesion, in fractions of the frame
 * @width: of the frame, pixels, at least 1
 * @height: of the frame, pixels, at least 1
 *
 * How a lesion lies in view; what is furthest off is told.
 */
DERMA_API DermaFraming derma_framing_judge (const DermaBox *region, guint width, guint height);

/** derma_framing_get_text: Returns: (transfer none): "move closer", "move away", "centre the lesion"; "" for good; NULL
 * if out of range */
DERMA_API const gchar *derma_framing_get_text (DermaFraming framing);

G_END_DECLS
