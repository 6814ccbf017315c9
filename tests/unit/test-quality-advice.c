/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scene.h"

#include <derma/derma.h>

#include <math.h>

static const DermaQuality good = { 1.0f, 1.0f, 1.0f, 1.0f };
static const DermaQualityDetail dark = { .brightness = 0.2f }, bright = { .brightness = 1.0f, .clipped = 0.9f };

static DermaAdvice
advise (gfloat focus, gfloat exposure, gfloat glare, gfloat motion)
{
  const DermaQuality quality = { focus, exposure, glare, motion };

  return derma_quality_advise (&quality, &dark);
}

static void
test_none (void)
{
  const DermaQuality just = { DERMA_QUALITY_FOCUS_POOR, DERMA_QUALITY_EXPOSURE_POOR, DERMA_QUALITY_GLARE_POOR,
                              DERMA_QUALITY_MOTION_POOR };

  g_assert_cmpint (derma_quality_advise (&good, &dark), ==, DERMA_ADVICE_NONE);
  g_assert_cmpint (derma_quality_advise (&good, NULL), ==, DERMA_ADVICE_NONE);
  g_assert_cmpint (derma_quality_advise (&just, &dark), ==, DERMA_ADVICE_NONE);
}

static void
test_each (void)
{
  DermaQuality quality = good;

  g_assert_cmpint (advise (0.4f, 1.0f, 1.0f, 1.0f), ==, DERMA_ADVICE_FOCUS);
  g_assert_cmpint (advise (1.0f, 0.4f, 1.0f, 1.0f), ==, DERMA_ADVICE_MORE_LIGHT);
  g_assert_cmpint (advise (1.0f, 1.0f, 0.4f, 1.0f), ==, DERMA_ADVICE_WIPE_LENS);
  g_assert_cmpint (advise (1.0f, 1.0f, 1.0f, 0.4f), ==, DERMA_ADVICE_HOLD_STILL);
  quality.exposure = 0.4f;
  g_assert_cmpint (derma_quality_advise (&quality, &bright), ==, DERMA_ADVICE_LESS_LIGHT);
}

static void
test_worst_first (void)
{
  g_assert_cmpint (advise (1.0f, 0.3f, 0.2f, 0.4f), ==, DERMA_ADVICE_WIPE_LENS);
  g_assert_cmpint (advise (1.0f, 0.3f, 0.4f, 0.2f), ==, DERMA_ADVICE_HOLD_STILL);
  g_assert_cmpint (advise (1.0f, 0.1f, 0.4f, 0.2f), ==, DERMA_ADVICE_MORE_LIGHT);
  g_assert_cmpint (advise (0.1f, 1.0f, 0.4f, 1.0f), ==, DERMA_ADVICE_FOCUS);
  g_assert_cmpint (advise (0.4f, 1.0f, 0.1f, 1.0f), ==, DERMA_ADVICE_WIPE_LENS);
  g_assert_cmpint (advise (0.0f, 0.0f, 0.0f, 0.0f), ==, DERMA_ADVICE_MORE_LIGHT);
}

/* A picture that moves, or shows little, may well be in focus. */
static void
test_focus_has_a_cause (void)
{
  g_assert_cmpint (advise (0.0f, 1.0f, 1.0f, 0.4f), ==, DERMA_ADVICE_HOLD_STILL);
  g_assert_cmpint (advise (0.0f, 0.4f, 1.0f, 1.0f), ==, DERMA_ADVICE_MORE_LIGHT);
}

static void
test_unmeasured (void)
{
  const DermaQuality none = { DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED, DERMA_UNMEASURED };
  DermaQuality quality = none;

  g_assert_cmpint (derma_quality_advise (&none, &dark), ==, DERMA_ADVICE_NONE);
  g_assert_cmpint (derma_quality_advise (&none, NULL), ==, DERMA_ADVICE_NONE);
  quality.focus = 0.0f;
  g_assert_cmpint (derma_quality_advise (&quality, &dark), ==, DERMA_ADVICE_FOCUS);
  quality.exposure = 0.0f;
  g_assert_cmpint (derma_quality_advise (&quality, NULL), ==, DERMA_ADVICE_FOCUS);
}

static void
test_not_a_number (void)
{
  const DermaQuality quality = { NAN, NAN, NAN, NAN };

  g_assert_cmpint (derma_quality_advise (&quality, &dark), ==, DERMA_ADVICE_NONE);
  g_assert_cmpint (advise (-INFINITY, -INFINITY, INFINITY, INFINITY), ==, DERMA_ADVICE_NONE);
}

static void
test_texts (void)
{
  static const gchar *texts[DERMA_N_ADVICES] = { "",           "hold still", "focus, or move closer",
                                                 "more light", "less light", "wipe the lens" };

  for (guint i = 0; i < DERMA_N_ADVICES; i++)
    g_assert_cmpstr (derma_advice_get_text (i), ==, texts[i]);
  g_assert_null (derma_advice_get_text (DERMA_N_ADVICES));
  g_assert_null (derma_advice_get_text ((DermaAdvice)-1));
}

/* The advice that each spoiled scene gets. */
static void
test_scenes (void)
{
  static const struct {
    gfloat blur, light, shift;
    guint spots;
    DermaAdvice advice;
  } cases[] = {
    { 0.0f, 1.0f, 0.0f, 0, DERMA_ADVICE_NONE },        { 6.0f, 1.0f, 0.0f, 0, DERMA_ADVICE_FOCUS },
    { 0.0f, 0.4f, 0.0f, 0, DERMA_ADVICE_MORE_LIGHT },  { 0.0f, 1.8f, 0.0f, 0, DERMA_ADVICE_LESS_LIGHT },
    { 0.0f, 1.0f, 0.08f, 0, DERMA_ADVICE_HOLD_STILL }, { 0.0f, 1.0f, 0.0f, 9, DERMA_ADVICE_WIPE_LENS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
    Scene scene = SCENE_GOOD;
    DermaQualityDetail detail;
    DermaQuality quality;

    scene.blur = cases[i].blur;
    scene.light = cases[i].light;
    scene.spots = cases[i].spots;
    scene_measure (&scene, meter, NULL);
    scene.shift = cases[i].shift;
    quality = scene_measure (&scene, meter, NULL);
    derma_quality_meter_get_detail (meter, &detail);
    g_assert_cmpint (derma_quality_advise (&quality, &detail), ==, cases[i].advice);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality-advice/none", test_none);
  g_test_add_func ("/quality-advice/each", test_each);
  g_test_add_func ("/quality-advice/worst-first", test_worst_first);
  g_test_add_func ("/quality-advice/focus-has-a-cause", test_focus_has_a_cause);
  g_test_add_func ("/quality-advice/unmeasured", test_unmeasured);
  g_test_add_func ("/quality-advice/not-a-number", test_not_a_number);
  g_test_add_func ("/quality-advice/texts", test_texts);
  g_test_add_func ("/quality-advice/scenes", test_scenes);
  return g_test_run ();
}
