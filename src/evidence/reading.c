/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/reading.h>

#include <math.h>
#include <string.h>

static const gchar *const state_names[DERMA_N_STATES] = {
  [DERMA_STATE_NO_LESION] = "no-lesion", [DERMA_STATE_POOR_IMAGE] = "poor-image", [DERMA_STATE_ACQUIRING] = "acquiring",
  [DERMA_STATE_STABLE] = "stable",       [DERMA_STATE_UNCERTAIN] = "uncertain",
};

void
derma_reading_set_classes (DermaReading *reading, DermaClasses *classes)
{
  DermaClasses *old = reading->classes;

  if (old == classes)
    return;
  if (!old || old->n != classes->n) {
    g_free (reading->probabilities);
    reading->probabilities = g_new0 (gfloat, classes->n);
    reading->top = 0;
  }
  reading->classes = derma_classes_ref (classes);
  derma_classes_unref (old);
}

void
derma_reading_decide (DermaReading *reading, gfloat threshold)
{
  const DermaClasses *classes = reading->classes;
  gdouble malignant = 0;

  derma_reading_rank (reading, &reading->top, 1);
  reading->confidence = reading->probabilities[reading->top];
  for (guint i = 0; i < classes->n; i++)
    if (classes->malignant[i])
      malignant += reading->probabilities[i];
  reading->malignant = MIN (malignant, 1);
  reading->flagged = reading->malignant >= classes->operating_point;
  reading->state = reading->confidence >= threshold ? DERMA_STATE_STABLE : DERMA_STATE_UNCERTAIN;
}

void
derma_reading_copy (DermaReading *copy, const DermaReading *reading)
{
  DermaReading old = *copy;

  if (copy == reading)
    return;
  if (!reading->classes) {
    derma_reading_clear (&old);
    *copy = *reading;
    return;
  }
  derma_reading_set_classes (&old, reading->classes);
  *copy = *reading;
  copy->classes = old.classes;
  copy->probabilities = old.probabilities;
  memcpy (copy->probabilities, reading->probabilities, reading->classes->n * sizeof (gfloat));
}

void
derma_reading_clear (DermaReading *reading)
{
  derma_classes_unref (reading->classes);
  g_free (reading->probabilities);
  *reading = (DermaReading)DERMA_READING_INIT;
}

/* A strict order even if a value is NaN, which comes last. */
static gboolean
ranks_before (const gfloat *values, guint a, guint b)
{
  gfloat x = isnan (values[a]) ? -INFINITY : values[a];
  gfloat y = isnan (values[b]) ? -INFINITY : values[b];

  return x > y || (x == y && a < b);
}

void
derma_reading_rank (const DermaReading *reading, guint *order, guint n)
{
  const gfloat *values = reading->probabilities;
  guint n_classes = reading->classes ? reading->classes->n : 0;

  for (guint i = 0; i < MIN (n, n_classes); i++) {
    guint best = G_MAXUINT;

    for (guint j = 0; j < n_classes; j++) {
      if (i > 0 && !ranks_before (values, order[i - 1], j))
        continue;
      if (best == G_MAXUINT || ranks_before (values, j, best))
        best = j;
    }
    order[i] = best;
  }
}

const gchar *
derma_state_to_string (DermaState state)
{
  return (guint)state < DERMA_N_STATES ? state_names[state] : NULL;
}

gboolean
derma_state_from_string (const gchar *text, DermaState *state)
{
  for (guint i = 0; text && i < DERMA_N_STATES; i++) {
    if (g_str_equal (text, state_names[i])) {
      *state = i;
      return TRUE;
    }
  }
  return FALSE;
}
