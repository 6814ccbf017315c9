/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/calibrate.h"

#include <derma/error.h>

#include <float.h>
#include <math.h>
#include <string.h>

static DermaClasses *
make_classes (void)
{
  static const gchar *const labels[] = { "mel", "nv", "bcc", NULL };

  return derma_classes_new (labels, NULL);
}

static void
test_good (void)
{
  static const struct {
    DermaScoreKind kind;
    gfloat temperature, scores[3], expected[3];
  } CASES[] = {
    { DERMA_SCORES_LOGITS, 1, { 0, 0, 0 }, { 1.0f / 3, 1.0f / 3, 1.0f / 3 } },
    { DERMA_SCORES_LOGITS, 1, { 1, 2, 3 }, { 0.09003057f, 0.24472847f, 0.66524096f } },
    { DERMA_SCORES_LOGITS, 2, { 2, 4, 6 }, { 0.09003057f, 0.24472847f, 0.66524096f } },
    { DERMA_SCORES_LOGITS, 0.5f, { 0.5f, 1, 1.5f }, { 0.09003057f, 0.24472847f, 0.66524096f } },
    { DERMA_SCORES_LOGITS, 1, { FLT_MAX, -FLT_MAX, 0 }, { 1, 0, 0 } },
    { DERMA_SCORES_LOGITS, 1, { -FLT_MAX, -FLT_MAX, -FLT_MAX }, { 1.0f / 3, 1.0f / 3, 1.0f / 3 } },
    { DERMA_SCORES_LOGITS, 1, { 1e-40f, 0, 0 }, { 1.0f / 3, 1.0f / 3, 1.0f / 3 } },
    { DERMA_SCORES_PROBABILITIES, 1, { 1, 2, 1 }, { 0.25f, 0.5f, 0.25f } },
    { DERMA_SCORES_PROBABILITIES, 1, { 0, 0.25f, 0.75f }, { 0, 0.25f, 0.75f } },
    { DERMA_SCORES_PROBABILITIES, 0.5f, { 0.25f, 0.25f, 0.5f }, { 1.0f / 6, 1.0f / 6, 4.0f / 6 } },
    { DERMA_SCORES_PROBABILITIES, 1, { 1e-40f, 0, 0 }, { 1, 0, 0 } },
  };
  g_autoptr (DermaClasses) classes = make_classes ();

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    DermaMetadata metadata = { .classes = classes, .temperature = CASES[i].temperature, .score_kind = CASES[i].kind };
    g_autoptr (GError) error = NULL;
    gfloat values[3];

    memcpy (values, CASES[i].scores, sizeof values);
    g_assert_true (derma_calibrate (&metadata, values, values, &error));
    g_assert_no_error (error);
    for (guint c = 0; c < 3; c++)
      g_assert_cmpfloat_with_epsilon (values[c], CASES[i].expected[c], 1e-6f);
  }
}

static void
test_refused (void)
{
  static const struct {
    DermaScoreKind kind;
    gfloat scores[3];
    const gchar *named;
  } CASES[] = {
    { DERMA_SCORES_LOGITS, { 0, NAN, 0 }, "'nv'" },
    { DERMA_SCORES_LOGITS, { INFINITY, 0, 0 }, "'mel'" },
    { DERMA_SCORES_LOGITS, { 0, 0, -INFINITY }, "'bcc'" },
    { DERMA_SCORES_PROBABILITIES, { 0.5f, 0.5f, NAN }, "'bcc'" },
    { DERMA_SCORES_PROBABILITIES, { 0.5f, INFINITY, 0 }, "'nv'" },
    { DERMA_SCORES_PROBABILITIES, { -0.1f, 0.6f, 0.5f }, "'mel'" },
    { DERMA_SCORES_PROBABILITIES, { 0, 0, 0 }, "every class" },
  };
  g_autoptr (DermaClasses) classes = make_classes ();

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    DermaMetadata metadata = { .classes = classes, .temperature = 1, .score_kind = CASES[i].kind };
    g_autoptr (GError) error = NULL;
    gfloat values[3] = { 7, 7, 7 };

    g_assert_false (derma_calibrate (&metadata, CASES[i].scores, values, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME);
    g_assert_nonnull (strstr (error->message, CASES[i].named));
    for (guint c = 0; c < 3; c++)
      g_assert_cmpfloat (values[c], ==, 7);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/calibrate/good", test_good);
  g_test_add_func ("/calibrate/refused", test_refused);
  return g_test_run ();
}
