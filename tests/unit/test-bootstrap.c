/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/bootstrap.h"

#include <math.h>
#include <string.h>

#define N 40

/* Pictures of which three in four are right; as many lesions as asked for. */
typedef struct {
  gfloat probabilities[N * 2];
  guint truth[N];
  guint samples[N];
  DermaSweep sweep;
  DermaLabels labels;
  DermaClasses *classes;
} Fixture;

static void
add_sample (Fixture *fixture, guint i, guint n_lesions)
{
  DermaSample *sample = g_new0 (DermaSample, 1);

  sample->lesion = g_strdup_printf ("L%u", i % n_lesions);
  g_ptr_array_add (fixture->labels.samples, sample);
  fixture->truth[i] = i / 2 % 2;
  fixture->samples[i] = i;
  fixture->probabilities[2 * i + fixture->truth[i]] = i % 4 == 3 ? 0.2f : 0.9f;
  fixture->probabilities[2 * i + 1 - fixture->truth[i]] = i % 4 == 3 ? 0.8f : 0.1f;
}

static void
set_up (Fixture *fixture, gconstpointer n_lesions)
{
  static const gchar *const labels[] = { "mel", "nv", NULL };

  fixture->classes = derma_classes_new (labels, NULL);
  fixture->classes->malignant[0] = TRUE;
  fixture->labels.samples = g_ptr_array_new ();
  for (guint i = 0; i < N; i++)
    add_sample (fixture, i, GPOINTER_TO_UINT (n_lesions));
  fixture->sweep = (DermaSweep){ .n = N,
                                 .n_classes = 2,
                                 .probabilities = fixture->probabilities,
                                 .truth = fixture->truth,
                                 .samples = fixture->samples };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  for (guint i = 0; i < N; i++) {
    DermaSample *sample = g_ptr_array_index (fixture->labels.samples, i);

    g_free (sample->lesion);
    g_free (sample);
  }
  g_ptr_array_unref (fixture->labels.samples);
  derma_classes_unref (fixture->classes);
}

static DermaIntervals
run (Fixture *fixture, guint resamples, guint32 seed)
{
  DermaBootstrap bootstrap = { resamples, seed };
  DermaIntervals intervals;

  memset (&intervals, 0, sizeof intervals);
  derma_bootstrap_run (&fixture->sweep, &fixture->labels, fixture->classes, &bootstrap, &intervals);
  return intervals;
}

static void
test_seed (Fixture *fixture, gconstpointer data)
{
  DermaIntervals a = run (fixture, 200, 1), b = run (fixture, 200, 1), c = run (fixture, 200, 2);

  (void)data;
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
  g_assert_true (memcmp (&a, &c, sizeof a) != 0);
}

static void
test_contains (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals = run (fixture, 500, 3);

  (void)data;
  g_assert_cmpfloat (intervals.accuracy[0], <, 0.75);
  g_assert_cmpfloat (intervals.accuracy[1], >, 0.75);
  g_assert_cmpfloat (intervals.accuracy[0], >, 0.5);
  g_assert_cmpfloat (intervals.accuracy[1], <, 0.95);
  g_assert_cmpfloat (intervals.malignant_sensitivity[0], ==, 1);
  g_assert_cmpfloat (intervals.malignant_specificity[0], <, 0.5);
  g_assert_cmpfloat (intervals.malignant_specificity[1], >, 0.5);
}

/* Four lesions, one of them wrong throughout: accuracy moves in steps of a quarter, and far more. */
static void
test_lesions (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals = run (fixture, 500, 3);

  (void)data;
  for (guint i = 0; i < 2; i++)
    g_assert_cmpfloat_with_epsilon (intervals.accuracy[i] * 4, round (intervals.accuracy[i] * 4), 1e-9);
  g_assert_cmpfloat (intervals.accuracy[0], <=, 0.25);
  g_assert_cmpfloat (intervals.accuracy[1], ==, 1);
}

static void
test_one_lesion (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals = run (fixture, 20, 3);

  (void)data;
  g_assert_cmpfloat (intervals.accuracy[0], ==, 0.75);
  g_assert_cmpfloat (intervals.accuracy[1], ==, 0.75);
}

/* Everything counts as malignant, so that only melanoma alone has something to be told from. */
static void
test_melanoma (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals;

  (void)data;
  fixture->classes->malignant[1] = TRUE;
  intervals = run (fixture, 100, 3);
  g_assert_true (isnan (intervals.malignant_auc[0]) && isnan (intervals.malignant_specificity[0]));
  g_assert_cmpfloat (intervals.melanoma_sensitivity[0], ==, 1);
  g_assert_cmpfloat (intervals.melanoma_specificity[0], <, 0.5);
  g_assert_cmpfloat (intervals.melanoma_specificity[1], >, 0.5);
  g_assert_cmpfloat (intervals.melanoma_auc[0], ==, 1);
}

static void
test_no_melanoma (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals;

  (void)data;
  g_free (fixture->classes->labels[0]);
  fixture->classes->labels[0] = g_strdup ("bcc");
  intervals = run (fixture, 50, 3);
  g_assert_true (isnan (intervals.melanoma_auc[0]) && isnan (intervals.melanoma_sensitivity[1]));
  g_assert_true (isnan (intervals.melanoma_specificity[0]));
  g_assert_false (isnan (intervals.malignant_auc[0]));
}

static void
test_no_resamples (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals = run (fixture, 0, 3);

  (void)data;
  g_assert_true (isnan (intervals.accuracy[0]) && isnan (intervals.malignant_auc[1]));
}

static void
test_one_kind (Fixture *fixture, gconstpointer data)
{
  DermaIntervals intervals;

  (void)data;
  for (guint i = 0; i < N; i++)
    fixture->truth[i] = 1;
  intervals = run (fixture, 50, 3);
  g_assert_true (isnan (intervals.malignant_auc[0]) && isnan (intervals.malignant_sensitivity[1]));
  g_assert_false (isnan (intervals.malignant_specificity[0]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bootstrap/seed", Fixture, GUINT_TO_POINTER (N), set_up, test_seed, tear_down);
  g_test_add ("/bootstrap/contains", Fixture, GUINT_TO_POINTER (N), set_up, test_contains, tear_down);
  g_test_add ("/bootstrap/lesions", Fixture, GUINT_TO_POINTER (4), set_up, test_lesions, tear_down);
  g_test_add ("/bootstrap/one-lesion", Fixture, GUINT_TO_POINTER (1), set_up, test_one_lesion, tear_down);
  g_test_add ("/bootstrap/melanoma", Fixture, GUINT_TO_POINTER (N), set_up, test_melanoma, tear_down);
  g_test_add ("/bootstrap/no-melanoma", Fixture, GUINT_TO_POINTER (N), set_up, test_no_melanoma, tear_down);
  g_test_add ("/bootstrap/no-resamples", Fixture, GUINT_TO_POINTER (N), set_up, test_no_resamples, tear_down);
  g_test_add ("/bootstrap/one-kind", Fixture, GUINT_TO_POINTER (N), set_up, test_one_kind, tear_down);
  return g_test_run ();
}
