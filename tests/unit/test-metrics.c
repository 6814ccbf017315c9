/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/metrics.h"

#include <math.h>

#define CLOSE 1e-6

/* Six pictures, three classes, of which the last never occurs but is once given. */
static const gfloat PROBABILITIES[] = {
  0.8f, 0.1f, 0.1f, /* 0 as 0 */
  0.6f, 0.3f, 0.1f, /* 0 as 0 */
  0.3f, 0.5f, 0.2f, /* 0 as 1 */
  0.2f, 0.2f, 0.6f, /* 0 as 2 */
  0.1f, 0.9f, 0.0f, /* 1 as 1 */
  0.5f, 0.5f, 0.0f, /* 1 as 0: the first of equals */
};
static const guint TRUTH[] = { 0, 0, 0, 0, 1, 1 };
static const DermaScores SIX = { 6, 3, PROBABILITIES, TRUTH };

static void
test_auc (void)
{
  static const struct {
    gfloat scores[5];
    gboolean positive[5];
    guint n;
    gdouble auc;
  } CASES[] = {
    { { 0.1f, 0.4f, 0.35f, 0.8f }, { 0, 0, 1, 1 }, 4, 0.75 },
    { { 1, 2, 3, 4 }, { 0, 0, 1, 1 }, 4, 1 },
    { { 4, 3, 2, 1 }, { 0, 0, 1, 1 }, 4, 0 },
    { { 5, 5, 5, 5 }, { 0, 1, 0, 1 }, 4, 0.5 },
    { { 1, 2, 2, 3 }, { 0, 0, 1, 1 }, 4, 0.875 },
    { { 2, 2, 2, 1, 3 }, { 1, 0, 0, 1, 1 }, 5, 0.5 },
    { { -INFINITY, INFINITY }, { 0, 1 }, 2, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    g_assert_cmpfloat_with_epsilon (derma_metrics_auc (CASES[i].scores, CASES[i].positive, CASES[i].n), CASES[i].auc,
                                    CLOSE);
}

static void
test_auc_one_kind (void)
{
  static const gfloat scores[] = { 1, 2, 3 };
  static const gboolean all[] = { TRUE, TRUE, TRUE }, none[] = { FALSE, FALSE, FALSE };

  g_assert_true (isnan (derma_metrics_auc (scores, all, 3)));
  g_assert_true (isnan (derma_metrics_auc (scores, none, 3)));
  g_assert_true (isnan (derma_metrics_auc (scores, all, 0)));
}

/* A score that is no number makes the area unknown, wherever it stands and whatever else is there. */
static void
test_auc_no_number (void)
{
  static const gfloat scores[][4] = { { NAN, 1, 2, 3 }, { 1, 2, 3, NAN }, { 1, NAN, NAN, 2 }, { NAN, NAN, NAN, NAN } };
  static const gboolean positive[] = { TRUE, FALSE, TRUE, FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    g_assert_true (isnan (derma_metrics_auc (scores[i], positive, 4)));
  g_assert_cmpfloat (derma_metrics_auc (scores[0] + 1, positive, 3), ==, 0.5);
}

static void
test_no_number (void)
{
  static const gfloat probabilities[] = { NAN, NAN, 0.9f, 0.1f };
  static const guint truth[] = { 1, 0 };
  const DermaScores scores = { 2, 2, probabilities, truth };
  static const gboolean positive[] = { TRUE, FALSE };
  DermaMeasures measures;
  DermaDetection detection;

  derma_metrics_measure (&scores, &measures);
  g_assert_true (isnan (measures.ece) && isnan (measures.macro_auc));
  g_assert_cmpfloat (measures.accuracy, ==, 0.5);
  derma_metrics_detect (&scores, positive, 0.5, &detection);
  g_assert_true (isnan (detection.auc));
  g_assert_cmpfloat (detection.sensitivity, ==, 1);
}

static void
test_take (void)
{
  static const guint indices[] = { 4, 0, 4 };
  gfloat probabilities[9];
  guint truth[3];

  derma_scores_take (&SIX, indices, 3, probabilities, truth);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpmem (probabilities + 3 * i, 3 * sizeof (gfloat), PROBABILITIES + 3 * indices[i], 3 * sizeof (gfloat));
    g_assert_cmpuint (truth[i], ==, TRUTH[indices[i]]);
  }
  truth[0] = 77;
  derma_scores_take (&SIX, indices, 0, NULL, truth);
  g_assert_cmpuint (truth[0], ==, 77);
}

static void
test_confusion (void)
{
  static const guint expected[] = { 2, 1, 1, 1, 1, 0, 0, 0, 0 };
  guint confusion[9] = { 77, 77, 77, 77, 77, 77, 77, 77, 77 };

  derma_metrics_confusion (&SIX, confusion);
  g_assert_cmpmem (confusion, sizeof confusion, expected, sizeof expected);
}

static void
test_classes (void)
{
  DermaClassMeasures classes[3];

  derma_metrics_classes (&SIX, classes);
  g_assert_cmpuint (classes[0].n, ==, 4);
  g_assert_cmpfloat_with_epsilon (classes[0].recall, 2.0 / 4, CLOSE);
  g_assert_cmpfloat_with_epsilon (classes[0].precision, 2.0 / 3, CLOSE);
  g_assert_cmpfloat_with_epsilon (classes[0].f1, 4.0 / 7, CLOSE);
  /* 0.8 0.6 0.3 0.2 against 0.1 0.5: 4 + 2 of 8 pairs. */
  g_assert_cmpfloat_with_epsilon (classes[0].auc, 0.75, CLOSE);
  g_assert_cmpuint (classes[1].n, ==, 2);
  g_assert_cmpfloat_with_epsilon (classes[1].recall, 0.5, CLOSE);
  g_assert_cmpfloat_with_epsilon (classes[1].precision, 0.5, CLOSE);
  /* 0.9 0.5 against 0.1 0.3 0.5 0.2: 4 + 3.5 of 8 pairs. */
  g_assert_cmpfloat_with_epsilon (classes[1].auc, 7.5 / 8, CLOSE);
}

static void
test_class_absent (void)
{
  DermaClassMeasures classes[3];

  derma_metrics_classes (&SIX, classes);
  g_assert_cmpuint (classes[2].n, ==, 0);
  g_assert_true (isnan (classes[2].recall));
  g_assert_cmpfloat (classes[2].precision, ==, 0);
  g_assert_cmpfloat (classes[2].f1, ==, 0);
  g_assert_true (isnan (classes[2].auc));
}

static void
test_measure (void)
{
  DermaMeasures measures;

  derma_metrics_measure (&SIX, &measures);
  g_assert_cmpfloat_with_epsilon (measures.accuracy, 0.5, CLOSE);
  g_assert_cmpfloat_with_epsilon (measures.balanced_accuracy, 0.5, CLOSE);
  g_assert_cmpfloat_with_epsilon (measures.macro_f1, (4.0 / 7 + 0.5) / 2, CLOSE);
  g_assert_cmpfloat_with_epsilon (measures.macro_auc, (0.75 + 7.5 / 8) / 2, CLOSE);
}

/* Two pictures at 0.79 of which one is right, one at 0.9 that is right: |1.58 - 1| + |0.9 - 1| over three. */
static void
test_calibration_error (void)
{
  static const gfloat probabilities[] = { 0.79f, 0.21f, 0.79f, 0.21f, 0.1f, 0.9f };
  static const guint truth[] = { 0, 1, 1 };
  DermaScores scores = { 3, 2, probabilities, truth };
  DermaMeasures measures;

  derma_metrics_measure (&scores, &measures);
  g_assert_cmpfloat_with_epsilon (measures.ece, (0.58 + 0.1) / 3, CLOSE);
}

static void
test_certain (void)
{
  static const gfloat probabilities[] = { 1, 0, 0, 1 };
  static const guint right[] = { 0, 1 }, wrong[] = { 1, 0 };
  DermaScores scores = { 2, 2, probabilities, right };
  DermaMeasures measures;

  derma_metrics_measure (&scores, &measures);
  g_assert_cmpfloat (measures.ece, ==, 0);
  g_assert_cmpfloat (measures.macro_auc, ==, 1);
  scores.truth = wrong;
  derma_metrics_measure (&scores, &measures);
  g_assert_cmpfloat (measures.ece, ==, 1);
  g_assert_cmpfloat (measures.accuracy, ==, 0);
  g_assert_cmpfloat (measures.macro_auc, ==, 0);
}

static void
test_empty (void)
{
  DermaScores scores = { 0, 3, NULL, NULL };
  static const gboolean positive[] = { TRUE, FALSE, FALSE };
  DermaMeasures measures;
  DermaDetection detection;

  derma_metrics_measure (&scores, &measures);
  g_assert_true (isnan (measures.accuracy) && isnan (measures.balanced_accuracy) && isnan (measures.macro_f1));
  g_assert_true (isnan (measures.macro_auc) && isnan (measures.ece));
  derma_metrics_detect (&scores, positive, 0.5, &detection);
  g_assert_true (isnan (detection.auc) && isnan (detection.sensitivity) && isnan (detection.specificity));
}

static void
test_one_class (void)
{
  static const gfloat probabilities[] = { 1, 1 };
  static const guint truth[] = { 0, 0 };
  DermaScores scores = { 2, 1, probabilities, truth };
  DermaMeasures measures;

  derma_metrics_measure (&scores, &measures);
  g_assert_cmpfloat (measures.accuracy, ==, 1);
  g_assert_cmpfloat (measures.balanced_accuracy, ==, 1);
  g_assert_true (isnan (measures.macro_auc));
}

static void
test_detect (void)
{
  static const gboolean positive[] = { FALSE, TRUE, FALSE };
  DermaDetection detection;

  /* Exactly at the threshold counts as found: 0.9 and 0.5 are, and so is the 0.5 of another class. */
  derma_metrics_detect (&SIX, positive, 0.5, &detection);
  g_assert_cmpfloat (detection.sensitivity, ==, 1);
  g_assert_cmpfloat (detection.specificity, ==, 0.75);
  derma_metrics_detect (&SIX, positive, 0.500001, &detection);
  g_assert_cmpfloat (detection.sensitivity, ==, 0.5);
  g_assert_cmpfloat (detection.specificity, ==, 1);
  g_assert_cmpfloat_with_epsilon (detection.auc, 7.5 / 8, CLOSE);
}

/* A threshold that is the malignant score of a reading: the sum is rounded once, as there. */
static void
test_detect_rounding (void)
{
  static const gboolean positive[] = { TRUE, TRUE, TRUE, TRUE };
  static const guint truth[] = { 0 };

  for (guint i = 1; i < 200; i++) {
    gfloat probabilities[] = { 1.0f / (3 * i), 1.0f / (5 * i), 1.0f / (7 * i), 1.0f / (9 * i) };
    DermaScores scores = { 1, 4, probabilities, truth };
    gdouble sum = 0;
    DermaDetection detection;

    for (guint c = 0; c < 4; c++)
      sum += probabilities[c];
    derma_metrics_detect (&scores, positive, (gfloat)sum, &detection);
    g_assert_cmpfloat (detection.sensitivity, ==, 1);
  }
}

static void
test_detect_one_kind (void)
{
  static const gboolean none[] = { FALSE, FALSE, FALSE }, all[] = { TRUE, TRUE, TRUE };
  DermaDetection detection;

  derma_metrics_detect (&SIX, none, 0.5, &detection);
  g_assert_true (isnan (detection.sensitivity) && isnan (detection.auc));
  g_assert_cmpfloat (detection.specificity, ==, 1);
  derma_metrics_detect (&SIX, all, 0.5, &detection);
  g_assert_true (isnan (detection.specificity) && isnan (detection.auc));
  g_assert_cmpfloat (detection.sensitivity, ==, 1);
}

static void
test_interval (void)
{
  gdouble values[1001], interval[2];

  for (guint i = 0; i < 1001; i++)
    values[i] = (i * 8) % 1001;
  derma_metrics_interval (values, 1001, interval);
  g_assert_cmpfloat (interval[0], ==, 25);
  g_assert_cmpfloat (interval[1], ==, 975);
}

static void
test_interval_gaps (void)
{
  gdouble values[] = { NAN, 3, NAN, 1, 2 }, none[] = { NAN, NAN }, one[] = { NAN, 4 }, interval[2];

  derma_metrics_interval (values, 5, interval);
  g_assert_cmpfloat (interval[0], ==, 1);
  g_assert_cmpfloat (interval[1], ==, 3);
  derma_metrics_interval (one, 2, interval);
  g_assert_cmpfloat (interval[0], ==, 4);
  g_assert_cmpfloat (interval[1], ==, 4);
  derma_metrics_interval (none, 2, interval);
  g_assert_true (isnan (interval[0]) && isnan (interval[1]));
  derma_metrics_interval (none, 0, interval);
  g_assert_true (isnan (interval[0]) && isnan (interval[1]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/auc", test_auc);
  g_test_add_func ("/metrics/auc/one-kind", test_auc_one_kind);
  g_test_add_func ("/metrics/auc/no-number", test_auc_no_number);
  g_test_add_func ("/metrics/no-number", test_no_number);
  g_test_add_func ("/metrics/take", test_take);
  g_test_add_func ("/metrics/confusion", test_confusion);
  g_test_add_func ("/metrics/classes", test_classes);
  g_test_add_func ("/metrics/classes/absent", test_class_absent);
  g_test_add_func ("/metrics/measure", test_measure);
  g_test_add_func ("/metrics/measure/calibration-error", test_calibration_error);
  g_test_add_func ("/metrics/measure/certain", test_certain);
  g_test_add_func ("/metrics/measure/empty", test_empty);
  g_test_add_func ("/metrics/measure/one-class", test_one_class);
  g_test_add_func ("/metrics/detect", test_detect);
  g_test_add_func ("/metrics/detect/rounding", test_detect_rounding);
  g_test_add_func ("/metrics/detect/one-kind", test_detect_one_kind);
  g_test_add_func ("/metrics/interval", test_interval);
  g_test_add_func ("/metrics/interval/gaps", test_interval_gaps);
  return g_test_run ();
}
