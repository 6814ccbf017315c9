/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/frame.h>
#include <derma/reading.h>

G_BEGIN_DECLS

/**
 * Thresholds of DermaQuality: below them a picture is poor. How many good and poor pictures each misjudges is in
 * tests/footage/README.md.
 */
#define DERMA_QUALITY_FOCUS_POOR 0.50f
#define DERMA_QUALITY_EXPOSURE_POOR 0.50f
#define DERMA_QUALITY_GLARE_POOR 0.50f
#define DERMA_QUALITY_MOTION_POOR 0.50f

/**
 * DermaAdvice:
 * @DERMA_ADVICE_NONE: nothing to be done
 * @DERMA_ADVICE_HOLD_STILL: the picture moves
 * @DERMA_ADVICE_FOCUS: the picture is blurred
 * @DERMA_ADVICE_MORE_LIGHT: it is too dark
 * @DERMA_ADVICE_LESS_LIGHT: it is too bright
 * @DERMA_ADVICE_WIPE_LENS: spots of glare: bubbles, gel or dirt on the lens
 *
 * What the one who holds the camera should do first.
 */
typedef enum {
  DERMA_ADVICE_NONE,
  DERMA_ADVICE_HOLD_STILL,
  DERMA_ADVICE_FOCUS,
  DERMA_ADVICE_MORE_LIGHT,
  DERMA_ADVICE_LESS_LIGHT,
  DERMA_ADVICE_WIPE_LENS,
  DERMA_N_ADVICES,
} DermaAdvice;

/**
 * DermaQualityDetail:
 * @ring: share of the rectangle that is the dark surround of a dermatoscope's round field, 0..1
 * @brightness: luma that three quarters of the rest stay below, 0..1
 * @clipped: share of the rest where a colour is at its upper end, 0..1
 * @crushed: share of the rest that is black, 0..1
 *
 * What a DermaQuality was made of.
 */
typedef struct {
  gfloat ring;
  gfloat brightness;
  gfloat clipped;
  gfloat crushed;
} DermaQualityDetail;

/**
 * DermaQualityMeter:
 *
 * Measures frames of one stream, one thread at a time. It keeps a coarse grid of the frame before and allocates nothing
 * after it was made.
 */
typedef struct _DermaQualityMeter DermaQualityMeter;

/** derma_quality_meter_new: Returns: (transfer full): a meter that has seen no frame */
DERMA_API DermaQualityMeter *derma_quality_meter_new (void);
/** derma_quality_meter_free: @meter: (nullable) (transfer full) */
DERMA_API void derma_quality_meter_free (DermaQualityMeter *meter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaQualityMeter, derma_quality_meter_free)

/** derma_quality_meter_reset: Forgets the frame before, as at a new stream or after a seek. */
DERMA_API void derma_quality_meter_reset (DermaQualityMeter *meter);

/**
 * derma_quality_meter_measure:
 * @frame: a frame
 * @rect: (nullable): the part that the network looks at, clipped to the frame; the centred square if NULL or nothing is
 *   left of it
 * @quality: (out caller-allocates): each 0..1 or %DERMA_UNMEASURED
 * @error: return location; %DERMA_ERROR_ARGUMENT
 *
 * Measures, outside of a round field's dark surround:
 * - focus: from 0 without any fine detail to 1; not measured where the shorter side of the part is under 128 pixels.
 *   The scale is that of the part, not of the sensor: detail of about 1/256 of the shorter side, what the network sees.
 * - exposure: 1 where neither the brightness of the skin nor the share of clipped pixels is off;
 * - glare: from 1 without small colourless saturated spots to 0;
 * - motion: from 1 where the picture stands still to 0 where it moves by some 4 % of its width or more since the frame
 * that was measured before, or is another one. Not measured on the first frame, and where size or part changed. Changes
 * of brightness do not count.
 *
 * Returns: TRUE, or FALSE with @error set and everything else as it was
 */
DERMA_API gboolean derma_quality_meter_measure (DermaQualityMeter *meter, const DermaFrame *frame,
                                                const DermaRect *rect, DermaQuality *quality, GError **error);

/**
 * derma_quality_meter_keep:
 *
 * Remembers the frame that was measured last, for derma_quality_meter_is_still().
 */
DERMA_API void derma_quality_meter_keep (DermaQualityMeter *meter);

/**
 * derma_quality_meter_is_still:
 *
 * Whether the frame measured last shows what the kept one shows: the same part of a frame of the same size, the light
 * alike, and no place, of 2304, where it is brighter or darker by more than a camera's noise. Colour alone is not
 * looked at. However slowly a picture changes, it is compared with the kept one and not with the one before.
 *
 * Returns: FALSE also if no frame was kept since the last reset
 */
DERMA_API gboolean derma_quality_meter_is_still (const DermaQualityMeter *meter);

/** derma_quality_meter_get_detail: @detail: (out caller-allocates): of the last frame measured; all 0 before one */
DERMA_API void derma_quality_meter_get_detail (const DermaQualityMeter *meter, DermaQualityDetail *detail);

/**
 * derma_quality_advise:
 * @quality: what was measured
 * @detail: (nullable): of the same frame; tells dark from bright. Nothing is said about light without it.
 *
 * Of the measures that are below their threshold the one that is furthest below, in shares of the threshold, decides;
 * but a picture that moves or is too dark or bright is not called out of focus, as it may not be.
 *
 * Returns: what to do first
 */
DERMA_API DermaAdvice derma_quality_advise (const DermaQuality *quality, const DermaQualityDetail *detail);

/** derma_advice_get_text: Returns: (transfer none): "hold still", "focus, or move closer", "more light", "less light",
 * "wipe the lens"; "" for none; NULL if out of range */
DERMA_API const gchar *derma_advice_get_text (DermaAdvice advice);

G_END_DECLS
