/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scene.h"

#include <derma/derma.h>

static void
assert_still (DermaQualityMeter *meter, const Scene *scene, gboolean still)
{
  scene_measure (scene, meter, NULL);
  g_assert_true (derma_quality_meter_is_still (meter) == still);
}

static void
test_still (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Scene scene = SCENE_GOOD;

  derma_quality_meter_keep (meter);
  assert_still (meter, &scene, FALSE);
  derma_quality_meter_keep (meter);
  assert_still (meter, &scene, TRUE);
  scene.noise = 3.0f;
  assert_still (meter, &scene, TRUE);
  scene.format = DERMA_FORMAT_NV12;
  assert_still (meter, &scene, TRUE);
  derma_quality_meter_reset (meter);
  assert_still (meter, &scene, FALSE);
}

static void
test_not_still (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  Scene scenes[5];

  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    scenes[i] = SCENE_GOOD;
  scenes[0].shift = 0.02f;
  scenes[1].light *= 1.03f;
  scenes[2].contrast *= 0.6f;
  scenes[3].spots = 20;
  scenes[4].width += 2;
  scene_measure (&SCENE_GOOD, meter, NULL);
  derma_quality_meter_keep (meter);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    assert_still (meter, &scenes[i], FALSE);
  assert_still (meter, &SCENE_GOOD, TRUE);
}

/* Nothing is still before something was kept, and nothing after what cannot be measured. */
static void
test_nothing_kept (void)
{
  g_autoptr (DermaQualityMeter) meter = derma_quality_meter_new ();
  const DermaFrame none = { .width = 0 };
  DermaQuality quality;

  g_assert_false (derma_quality_meter_is_still (meter));
  derma_quality_meter_keep (meter);
  g_assert_false (derma_quality_meter_is_still (meter));
  g_assert_false (derma_quality_meter_measure (meter, &none, NULL, &quality, NULL));
  derma_quality_meter_keep (meter);
  g_assert_false (derma_quality_meter_is_still (meter));
  assert_still (meter, &SCENE_GOOD, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality-still/still", test_still);
  g_test_add_func ("/quality-still/not-still", test_not_still);
  g_test_add_func ("/quality-still/nothing-kept", test_nothing_kept);
  return g_test_run ();
}
