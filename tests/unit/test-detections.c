/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/detections.h"

#include <math.h>

/* mel, nv, bcc: two melanomas, one of which is taken for bcc, a nevus taken for melanoma, one that is not, and a bcc.
 */
static const gfloat PROBABILITIES[] = {
  0.8f, 0.1f, 0.1f, /* mel */
  0.1f, 0.2f, 0.7f, /* mel */
  0.6f, 0.4f, 0.0f, /* nv */
  0.1f, 0.9f, 0.0f, /* nv */
  0.2f, 0.1f, 0.7f, /* bcc */
};
static const guint TRUTH[] = { 0, 0, 1, 1, 2 };
static const DermaScores FIVE = { 5, 3, PROBABILITIES, TRUTH };

static DermaClasses *
make_classes (const gchar *first)
{
  const gchar *const labels[] = { first, "nv", "bcc", NULL };
  DermaClasses *classes = derma_classes_new (labels, NULL);

  classes->malignant[0] = classes->malignant[2] = TRUE;
  return classes;
}

static void
test_measure (void)
{
  g_autoptr (DermaClasses) classes = make_classes ("mel");
  DermaDetections found;

  derma_detections_measure (&FIVE, classes, &found);
  g_assert_cmpint (derma_detections_find_melanoma (classes), ==, 0);
  g_assert_cmpfloat (found.malignant.sensitivity, ==, 1);
  g_assert_cmpfloat (found.malignant.specificity, ==, 0.5);
  g_assert_cmpfloat (found.malignant.auc, ==, 1);
  g_assert_cmpfloat (found.melanoma.sensitivity, ==, 0.5);
  g_assert_cmpfloat_with_epsilon (found.melanoma.specificity, 2.0 / 3, 1e-9);
  /* 0.8 and 0.1 against 0.6, 0.1 and 0.2: three wins and half a one of six. */
  g_assert_cmpfloat_with_epsilon (found.melanoma.auc, 3.5 / 6, 1e-9);
}

static void
test_operating_point (void)
{
  g_autoptr (DermaClasses) classes = make_classes ("mel");
  DermaDetections found;

  classes->operating_point = 0.75f;
  derma_detections_measure (&FIVE, classes, &found);
  g_assert_cmpfloat (found.malignant.specificity, ==, 1);
  g_assert_cmpfloat (found.melanoma.specificity, ==, 1);
  g_assert_cmpfloat (found.melanoma.sensitivity, ==, 0.5);
}

/* Melanoma alone can have a point of its own, be it 0. */
static void
test_melanoma_point (void)
{
  static const struct {
    gfloat point;
    gdouble used;
    gdouble sensitivity;
    gdouble specificity;
  } CASES[] = {
    { -1, 0.5, 0.5, 2.0 / 3 }, { 0.15f, 0.15f, 0.5, 1.0 / 3 }, { 0.05f, 0.05f, 1, 0 }, { 0, 0, 1, 0 }, { 1, 1, 0, 1 }
  };
  g_autoptr (DermaClasses) classes = make_classes ("mel");

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    DermaDetections found;

    classes->melanoma_operating_point = CASES[i].point;
    derma_detections_measure (&FIVE, classes, &found);
    g_assert_cmpfloat (derma_detections_get_melanoma_point (classes), ==, CASES[i].used);
    g_assert_cmpfloat (found.melanoma.sensitivity, ==, CASES[i].sensitivity);
    g_assert_cmpfloat_with_epsilon (found.melanoma.specificity, CASES[i].specificity, 1e-9);
    g_assert_cmpfloat (found.malignant.specificity, ==, 0.5);
  }
}

static void
test_no_melanoma (void)
{
  static const gchar *const names[] = { "MEL", "melanoma", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (DermaClasses) classes = make_classes (names[i]);
    DermaDetections found;

    derma_detections_measure (&FIVE, classes, &found);
    g_assert_cmpint (derma_detections_find_melanoma (classes), ==, -1);
    g_assert_true (isnan (found.melanoma.auc) && isnan (found.melanoma.sensitivity)
                   && isnan (found.melanoma.specificity));
    g_assert_cmpfloat (found.malignant.auc, ==, 1);
  }
}

static void
test_nothing_malignant (void)
{
  g_autoptr (DermaClasses) classes = make_classes ("mel");
  DermaDetections found;

  classes->malignant[0] = classes->malignant[2] = FALSE;
  derma_detections_measure (&FIVE, classes, &found);
  g_assert_true (isnan (found.malignant.auc) && isnan (found.malignant.sensitivity));
  g_assert_cmpfloat (found.malignant.specificity, ==, 1);
  g_assert_cmpfloat (found.melanoma.sensitivity, ==, 0.5);
}

static void
test_no_pictures (void)
{
  g_autoptr (DermaClasses) classes = make_classes ("mel");
  const DermaScores none = { 0, 3, NULL, NULL };
  DermaDetections found;

  derma_detections_measure (&none, classes, &found);
  g_assert_true (isnan (found.malignant.auc) && isnan (found.malignant.specificity) && isnan (found.melanoma.auc));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/detections/measure", test_measure);
  g_test_add_func ("/detections/operating-point", test_operating_point);
  g_test_add_func ("/detections/melanoma-point", test_melanoma_point);
  g_test_add_func ("/detections/no-melanoma", test_no_melanoma);
  g_test_add_func ("/detections/nothing-malignant", test_nothing_malignant);
  g_test_add_func ("/detections/no-pictures", test_no_pictures);
  return g_test_run ();
}
