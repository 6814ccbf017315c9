/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/framing.h>

#include <math.h>

static void
test_square (void)
{
  static const struct {
    DermaBox box;
    DermaFraming wanted;
  } cases[] = {
    { { 0.25f, 0.25f, 0.5f, 0.5f }, DERMA_FRAMING_GOOD },
    { { 0.45f, 0.45f, 0.1f, 0.1f }, DERMA_FRAMING_CLOSER },
    { { 0, 0, 1, 1 }, DERMA_FRAMING_FARTHER },
    { { 0.6f, 0.3f, 0.35f, 0.35f }, DERMA_FRAMING_CENTRE },
    { { 0.3f, 0, 0.35f, 0.35f }, DERMA_FRAMING_CENTRE },
    { { 0, 0, 0.05f, 0.05f }, DERMA_FRAMING_CENTRE },
    { { 0.35f, 0.35f, 0.35f, 0.35f }, DERMA_FRAMING_GOOD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (derma_framing_judge (&cases[i].box, 300, 300), ==, cases[i].wanted);
}

/* In a wide frame it is the shorter side that counts, as the network sees the square in the middle. */
static void
test_wide (void)
{
  const DermaBox middle = { 0.5f - 0.14f, 0.25f, 0.28f, 0.5f };
  const DermaBox aside = { 0.65f, 0.25f, 0.28f, 0.5f };

  g_assert_cmpint (derma_framing_judge (&middle, 1920, 1080), ==, DERMA_FRAMING_GOOD);
  g_assert_cmpint (derma_framing_judge (&aside, 1920, 1080), ==, DERMA_FRAMING_CENTRE);
  g_assert_cmpint (derma_framing_judge (&(DermaBox){ 0.219f, 0, 0.5625f, 1 }, 1920, 1080), ==, DERMA_FRAMING_FARTHER);
  g_assert_cmpint (derma_framing_judge (&(DermaBox){ 0, 0.219f, 1, 0.5625f }, 1080, 1920), ==, DERMA_FRAMING_FARTHER);
}

/* No lesion, and what no network gives. */
static void
test_none (void)
{
  static const DermaBox boxes[] = {
    { 0, 0, 0, 0 }, { 0.5f, 0.5f, 0, 1 }, { 0, 0, NAN, 1 }, { 0, 0, 1, INFINITY }, { 0, 0, -1, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    g_assert_cmpint (derma_framing_judge (&boxes[i], 640, 480), ==, DERMA_FRAMING_GOOD);
  g_assert_cmpint (derma_framing_judge (&(DermaBox){ NAN, NAN, 0.5f, 0.5f }, 1, 1), <, DERMA_N_FRAMINGS);
}

static void
test_text (void)
{
  g_assert_cmpstr (derma_framing_get_text (DERMA_FRAMING_GOOD), ==, "");
  g_assert_cmpstr (derma_framing_get_text (DERMA_FRAMING_CENTRE), ==, "centre the lesion");
  g_assert_null (derma_framing_get_text (DERMA_N_FRAMINGS));
  g_assert_null (derma_framing_get_text ((DermaFraming)-1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/framing/square", test_square);
  g_test_add_func ("/framing/wide", test_wide);
  g_test_add_func ("/framing/none", test_none);
  g_test_add_func ("/framing/text", test_text);
  return g_test_run ();
}
