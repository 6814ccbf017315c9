/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BINS 15

typedef struct {
  gfloat score;
  gboolean positive;
} Ranked;

static gint
compare_ranked (gconstpointer a, gconstpointer b)
{
  gfloat x = ((const Ranked *)a)->score, y = ((const Ranked *)b)->score;

  return (x > y) - (x < y);
}

gdouble
derma_metrics_auc (const gfloat *scores, const gboolean *positive, guint n)
{
  g_autofree Ranked *ranked = g_new (Ranked, MAX (n, 1));
  gdouble wins = 0, below = 0, n_positive = 0;

  for (guint i = 0; i < n; i++) {
    if (isnan (scores[i]))
      return NAN;
    ranked[i] = (Ranked){ scores[i], positive[i] };
  }
  qsort (ranked, n, sizeof *ranked, compare_ranked);
  for (guint i = 0, end; i < n; i = end) {
    gdouble same[2] = { 0, 0 };

    for (end = i; end < n && ranked[end].score == ranked[i].score; end++)
      same[ranked[end].positive ? 1 : 0]++;
    wins += same[1] * (below + same[0] / 2);
    below += same[0];
    n_positive += same[1];
  }
  return n_positive > 0 && below > 0 ? wins / (n_positive * below) : NAN;
}

void
derma_scores_take (const DermaScores *scores, const guint *indices, guint n, gfloat *probabilities, guint *truth)
{
  guint k = scores->n_classes;

  for (guint i = 0; i < n; i++) {
    memcpy (probabilities + (gsize)i * k, scores->probabilities + (gsize)indices[i] * k, k * sizeof (gfloat));
    truth[i] = scores->truth[indices[i]];
  }
}

guint
derma_scores_get_top (const DermaScores *scores, guint i)
{
  const gfloat *row = scores->probabilities + (gsize)i * scores->n_classes;
  guint top = 0;

  for (guint c = 1; c < scores->n_classes; c++)
    if (row[c] > row[top])
      top = c;
  return top;
}

void
derma_metrics_confusion (const DermaScores *scores, guint *confusion)
{
  memset (confusion, 0, (gsize)scores->n_classes * scores->n_classes * sizeof *confusion);
  for (guint i = 0; i < scores->n; i++)
    confusion[(gsize)scores->truth[i] * scores->n_classes + derma_scores_get_top (scores, i)]++;
}

static gdouble
divide (gdouble a, gdouble b)
{
  return b > 0 ? a / b : NAN;
}

static gdouble
measure_auc (const DermaScores *scores, const gboolean *wanted)
{
  g_autofree gfloat *sums = g_new0 (gfloat, MAX (scores->n, 1));
  g_autofree gboolean *positive = g_new0 (gboolean, MAX (scores->n, 1));

  for (guint i = 0; i < scores->n; i++) {
    positive[i] = wanted[scores->truth[i]];
    for (guint c = 0; c < scores->n_classes; c++)
      sums[i] += wanted[c] ? scores->probabilities[(gsize)i * scores->n_classes + c] : 0.0f;
  }
  return derma_metrics_auc (sums, positive, scores->n);
}

void
derma_metrics_classes (const DermaScores *scores, DermaClassMeasures *classes)
{
  guint k = scores->n_classes;
  g_autofree guint *confusion = g_new (guint, (gsize)k * k);
  g_autofree gboolean *wanted = g_new0 (gboolean, k);

  derma_metrics_confusion (scores, confusion);
  for (guint c = 0; c < k; c++) {
    guint hits = confusion[(gsize)c * k + c], given = 0, found = 0;

    for (guint o = 0; o < k; o++) {
      given += confusion[(gsize)c * k + o];
      found += confusion[(gsize)o * k + c];
    }
    wanted[c] = TRUE;
    classes[c] = (DermaClassMeasures){ .n = given,
                                       .recall = divide (hits, given),
                                       .precision = divide (hits, found),
                                       .f1 = divide (2.0 * hits, (gdouble)given + found),
                                       .auc = measure_auc (scores, wanted) };
    wanted[c] = FALSE;
  }
}

static gdouble
measure_ece (const DermaScores *scores)
{
  gdouble confidence[BINS] = { 0 }, hits[BINS] = { 0 }, error = 0;

  for (guint i = 0; i < scores->n; i++) {
    guint top = derma_scores_get_top (scores, i);
    gdouble p = scores->probabilities[(gsize)i * scores->n_classes + top];
    guint bin = p > 0 ? (guint)CLAMP (ceil (p * BINS) - 1, 0, BINS - 1) : 0; /* NAN has no bin of its own */

    confidence[bin] += p;
    hits[bin] += scores->truth[i] == top;
  }
  for (guint b = 0; b < BINS; b++)
    error += fabs (confidence[b] - hits[b]);
  return divide (error, scores->n);
}

void
derma_metrics_measure (const DermaScores *scores, DermaMeasures *measures)
{
  g_autofree DermaClassMeasures *classes = g_new (DermaClassMeasures, scores->n_classes);
  gdouble hits = 0, recall = 0, f1 = 0, auc = 0;
  guint present = 0, ranked = 0;

  derma_metrics_classes (scores, classes);
  for (guint c = 0; c < scores->n_classes; c++) {
    if (classes[c].n == 0)
      continue;
    present++;
    hits += classes[c].recall * classes[c].n;
    recall += classes[c].recall;
    f1 += classes[c].f1;
    if (!isnan (classes[c].auc)) {
      auc += classes[c].auc;
      ranked++;
    }
  }
  *measures = (DermaMeasures){ .accuracy = divide (hits, scores->n),
                               .balanced_accuracy = divide (recall, present),
                               .macro_f1 = divide (f1, present),
                               .macro_auc = divide (auc, ranked),
                               .ece = measure_ece (scores) };
}

void
derma_metrics_detect (const DermaScores *scores, const gboolean *positive, gdouble threshold, DermaDetection *detection)
{
  gdouble count[2] = { 0, 0 }, right[2] = { 0, 0 };

  for (guint i = 0; i < scores->n; i++) {
    gboolean is = positive[scores->truth[i]];
    gdouble sum = 0;

    for (guint c = 0; c < scores->n_classes; c++)
      sum += positive[c] ? scores->probabilities[(gsize)i * scores->n_classes + c] : 0.0f;
    count[is ? 1 : 0]++;
    right[is ? 1 : 0] += ((gfloat)MIN (sum, 1) >= (gfloat)threshold) == is;
  }
  *detection = (DermaDetection){ .auc = measure_auc (scores, positive),
                                 .sensitivity = divide (right[1], count[1]),
                                 .specificity = divide (right[0], count[0]) };
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return (x > y) - (x < y);
}

void
derma_metrics_interval (gdouble *values, guint n, gdouble interval[2])
{
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      values[kept++] = values[i];
  qsort (values, kept, sizeof *values, compare_doubles);
  for (guint i = 0; i < 2; i++)
    interval[i] = kept == 0 ? NAN : values[(guint)floor ((i == 0 ? 0.025 : 0.975) * (kept - 1) + 0.5)];
}
