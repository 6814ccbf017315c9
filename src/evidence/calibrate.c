/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/calibrate.h"

#include <derma/error.h>

#include <math.h>

/* -INFINITY for an impossible class. */
static gdouble
to_logit (const DermaMetadata *metadata, gfloat score)
{
  return metadata->score_kind == DERMA_SCORES_PROBABILITIES ? log (score) : score;
}

static gboolean
check_score (const DermaMetadata *metadata, gfloat score, guint index, GError **error)
{
  const DermaClasses *classes = metadata->classes;

  if (!isfinite (score)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: class '%s': the score is not finite",
                 classes->model_name, classes->labels[index]);
    return FALSE;
  }
  if (metadata->score_kind == DERMA_SCORES_PROBABILITIES && score < 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: class '%s': the network gave the probability %g",
                 classes->model_name, classes->labels[index], score);
    return FALSE;
  }
  return TRUE;
}

static gboolean
find_largest_logit (const DermaMetadata *metadata, const gfloat *scores, gdouble *ret_largest, GError **error)
{
  gdouble largest = -INFINITY;

  for (guint i = 0; i < metadata->classes->n; i++) {
    if (!check_score (metadata, scores[i], i, error))
      return FALSE;
    largest = MAX (largest, to_logit (metadata, scores[i]));
  }
  if (isinf (largest)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: scores: the network gave every class the probability 0",
                 metadata->classes->model_name);
    return FALSE;
  }
  *ret_largest = largest;
  return TRUE;
}

gboolean
derma_calibrate (const DermaMetadata *metadata, const gfloat *scores, gfloat *probabilities, GError **error)
{
  guint n = metadata->classes->n;
  gdouble largest, sum = 0;

  if (!find_largest_logit (metadata, scores, &largest, error))
    return FALSE;
  /* With the largest subtracted every exponent is at most 0, and one is 0: neither overflow nor division by zero. */
  for (guint i = 0; i < n; i++)
    sum += exp ((to_logit (metadata, scores[i]) - largest) / metadata->temperature);
  for (guint i = 0; i < n; i++)
    probabilities[i] = exp ((to_logit (metadata, scores[i]) - largest) / metadata->temperature) / sum;
  return TRUE;
}
