/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/quality.h>

#include "image/quality-focus.h"
#include "image/quality-grid.h"
#include "image/quality-reader.h"

#include <math.h>

/* Where each measure becomes 0 and 1; set on the pictures of tests/footage/README.md. */
#define FOCUS_NONE 0.005f
#define FOCUS_FULL 0.10f
#define DARK_NONE 0.35f
#define DARK_FULL 0.55f
#define CLIPPED_NONE 0.80f
#define CLIPPED_FULL 0.20f
#define GLARE_MUCH 0.008f
#define MOTION_MUCH 0.8f /* cells of the grid, 1/48 of the width each */

/* What a grid was made of. */
typedef struct {
  DermaRect rect;
  guint width;
  guint height;
} Part;

struct _DermaQualityMeter {
  DermaQualityGrid grids[2];
  guint current;
  gboolean has_before;
  Part part; /* of grids[current] */
  DermaQualityGrid kept;
  gboolean has_kept;
  Part kept_part;
  DermaQualityDetail detail;
};

DermaQualityMeter *
derma_quality_meter_new (void)
{
  return g_new0 (DermaQualityMeter, 1);
}

void
derma_quality_meter_free (DermaQualityMeter *meter)
{
  g_free (meter);
}

void
derma_quality_meter_reset (DermaQualityMeter *meter)
{
  meter->has_before = FALSE;
  meter->has_kept = FALSE;
  meter->detail = (DermaQualityDetail){ 0 };
}

void
derma_quality_meter_get_detail (const DermaQualityMeter *meter, DermaQualityDetail *detail)
{
  *detail = meter->detail;
}

/* 0 at @none, 1 at @full, whichever is larger. */
static gfloat
grade (gfloat value, gfloat none, gfloat full)
{
  return CLAMP ((value - none) / (full - none), 0.0f, 1.0f);
}

static gfloat
grade_focus (gfloat detail)
{
  if (detail < 0.0f)
    return DERMA_UNMEASURED;
  return grade (logf (MAX (detail, FOCUS_NONE)), logf (FOCUS_NONE), logf (FOCUS_FULL));
}

static gfloat
grade_exposure (const DermaQualityDetail *detail)
{
  return MIN (grade (detail->brightness, DARK_NONE, DARK_FULL), grade (detail->clipped, CLIPPED_NONE, CLIPPED_FULL));
}

/* Whether both are the same part of a picture of the same size. */
static gboolean
is_comparable (const Part *a, const Part *b)
{
  return a->width == b->width && a->height == b->height && a->rect.x == b->rect.x && a->rect.y == b->rect.y
         && a->rect.width == b->rect.width && a->rect.height == b->rect.height;
}

gboolean
derma_quality_meter_measure (DermaQualityMeter *meter, const DermaFrame *frame, const DermaRect *rect,
                             DermaQuality *quality, GError **error)
{
  DermaQualityGrid *grid = &meter->grids[1 - meter->current];
  const DermaQualityGrid *before = &meter->grids[meter->current];
  DermaQualityDetail *detail = &meter->detail;
  DermaQualityReader reader;
  Part part;

  if (!derma_frame_check (frame, error))
    return FALSE;
  part = (Part){ derma_frame_get_region (frame, DERMA_REGION_ROI_META, rect), frame->width, frame->height };
  derma_quality_reader_init (&reader, frame);
  derma_quality_grid_fill (grid, &reader, &part.rect);
  detail->ring = derma_quality_grid_find_ring (grid);
  derma_quality_grid_expose (grid, &detail->clipped, &detail->crushed, &detail->brightness);
  quality->focus = grade_focus (derma_quality_focus_measure (&reader, &part.rect, grid));
  quality->exposure = grade_exposure (detail);
  quality->glare = grade (derma_quality_grid_find_glare (grid), GLARE_MUCH, 0.0f);
  quality->motion = DERMA_UNMEASURED;
  if (meter->has_before && is_comparable (&meter->part, &part))
    quality->motion = grade (derma_quality_grid_move (grid, before), MOTION_MUCH, 0.0f);
  meter->current = 1 - meter->current;
  meter->has_before = TRUE;
  meter->part = part;
  return TRUE;
}

void
derma_quality_meter_keep (DermaQualityMeter *meter)
{
  if (!meter->has_before)
    return;
  meter->kept = meter->grids[meter->current];
  meter->kept_part = meter->part;
  meter->has_kept = TRUE;
}

gboolean
derma_quality_meter_is_still (const DermaQualityMeter *meter)
{
  return meter->has_kept && meter->has_before && is_comparable (&meter->part, &meter->kept_part)
         && derma_quality_grid_is_alike (&meter->grids[meter->current], &meter->kept);
}

/* How far below its threshold a measure is, in shares of the threshold; 0 if it is not, or was not taken. */
static gfloat
get_shortfall (gfloat measure, gfloat poor)
{
  return measure >= 0.0f && measure < poor ? 1.0f - measure / poor : 0.0f;
}

DermaAdvice
derma_quality_advise (const DermaQuality *quality, const DermaQualityDetail *detail)
{
  gfloat light = detail != NULL ? get_shortfall (quality->exposure, DERMA_QUALITY_EXPOSURE_POOR) : 0.0f;
  gfloat motion = get_shortfall (quality->motion, DERMA_QUALITY_MOTION_POOR);
  gfloat glare = get_shortfall (quality->glare, DERMA_QUALITY_GLARE_POOR);
  gfloat focus = get_shortfall (quality->focus, DERMA_QUALITY_FOCUS_POOR);
  gfloat worst;

  if (light > 0.0f || motion > 0.0f)
    focus = 0.0f;
  worst = MAX (MAX (light, motion), MAX (focus, glare));
  if (worst <= 0.0f)
    return DERMA_ADVICE_NONE;
  if (light >= worst)
    return detail->clipped >= CLIPPED_FULL ? DERMA_ADVICE_LESS_LIGHT : DERMA_ADVICE_MORE_LIGHT;
  if (motion >= worst)
    return DERMA_ADVICE_HOLD_STILL;
  return focus >= worst ? DERMA_ADVICE_FOCUS : DERMA_ADVICE_WIPE_LENS;
}

const gchar *
derma_advice_get_text (DermaAdvice advice)
{
  static const gchar *texts[DERMA_N_ADVICES] = {
    [DERMA_ADVICE_NONE] = "",
    [DERMA_ADVICE_HOLD_STILL] = "hold still",
    [DERMA_ADVICE_FOCUS] = "focus, or move closer",
    [DERMA_ADVICE_MORE_LIGHT] = "more light",
    [DERMA_ADVICE_LESS_LIGHT] = "less light",
    [DERMA_ADVICE_WIPE_LENS] = "wipe the lens",
  };

  return (guint)advice < DERMA_N_ADVICES ? texts[advice] : NULL;
}
