/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/framing.h>

#include <math.h>

static const gchar *const texts[DERMA_N_FRAMINGS] = {
  [DERMA_FRAMING_GOOD] = "",
  [DERMA_FRAMING_CLOSER] = "move closer",
  [DERMA_FRAMING_FARTHER] = "move away",
  [DERMA_FRAMING_CENTRE] = "centre the lesion",
};

DermaFraming
derma_framing_judge (const DermaBox *region, guint width, guint height)
{
  gdouble side = MIN (width, height);
  gdouble w = region->width * width / side, h = region->height * height / side;
  gdouble dx = (region->x + region->width / 2 - 0.5) * width / side;
  gdouble dy = (region->y + region->height / 2 - 0.5) * height / side;

  /* Also for what is not a number. */
  if (!(w > 0 && h > 0 && isfinite (w) && isfinite (h)))
    return DERMA_FRAMING_GOOD;
  if (fabs (dx) > DERMA_FRAMING_OFFSET || fabs (dy) > DERMA_FRAMING_OFFSET)
    return DERMA_FRAMING_CENTRE;
  if (w * h < DERMA_FRAMING_SMALL)
    return DERMA_FRAMING_CLOSER;
  return w * h > DERMA_FRAMING_LARGE ? DERMA_FRAMING_FARTHER : DERMA_FRAMING_GOOD;
}

const gchar *
derma_framing_get_text (DermaFraming framing)
{
  return (guint)framing < DERMA_N_FRAMINGS ? texts[framing] : NULL;
}
