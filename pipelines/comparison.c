/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "comparison.h"

#include "plaintext.h"
#include "readout.h"

#include <math.h>
#include <string.h>

#define NOTABLE 0.1

struct _Comparison {
  FILE *out;
  guint n;
  guint same_class;
  guint same_flag;
  guint differing;   /* readings for which a line is due */
  gboolean differed; /* the one before */
  gdouble malignant; /* sum of differences */
  gdouble worst;
  GstClockTime worst_time;
  gdouble probabilities; /* sum of differences */
  guint n_probabilities;
  gboolean other_classes;
};

typedef struct {
  const gchar *label;
  gdouble confidence;
  gdouble malignant;
  gboolean flagged;
} Verdict;

Comparison *
comparison_new (FILE *out)
{
  Comparison *comparison = g_new0 (Comparison, 1);

  comparison->out = out;
  return comparison;
}

void
comparison_free (Comparison *comparison)
{
  g_free (comparison);
}

static gboolean
parse (const GstStructure *fields, Verdict *verdict)
{
  verdict->label = gst_structure_get_string (fields, "label");
  return verdict->label && gst_structure_get_double (fields, "confidence", &verdict->confidence)
         && gst_structure_get_double (fields, "malignant", &verdict->malignant)
         && gst_structure_get_boolean (fields, "flagged", &verdict->flagged);
}

static const GValue *
find_array (const GstStructure *fields, const gchar *name)
{
  const GValue *array = gst_structure_get_value (fields, name);

  return array && GST_VALUE_HOLDS_ARRAY (array) ? array : NULL;
}

static gboolean
equal_labels (const GValue *a, const GValue *b)
{
  const guint n = a ? gst_value_array_get_size (a) : 0;

  if (!a || !b || gst_value_array_get_size (b) != n)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const GValue *left = gst_value_array_get_value (a, i);
    const GValue *right = gst_value_array_get_value (b, i);

    if (!G_VALUE_HOLDS_STRING (left) || !G_VALUE_HOLDS_STRING (right)
        || g_strcmp0 (g_value_get_string (left), g_value_get_string (right)) != 0)
      return FALSE;
  }
  return TRUE;
}

/* Probabilities compare only where the classes are the same. */
static void
add_probabilities (Comparison *comparison, const GstStructure *recorded, const GstStructure *again)
{
  const GValue *a = find_array (recorded, "probabilities");
  const GValue *b = find_array (again, "probabilities");
  const guint n = a ? gst_value_array_get_size (a) : 0;

  if (!a || !b || gst_value_array_get_size (b) != n
      || !equal_labels (find_array (recorded, "labels"), find_array (again, "labels"))) {
    comparison->other_classes = TRUE;
    return;
  }
  for (guint i = 0; i < n; i++) {
    const GValue *left = gst_value_array_get_value (a, i);
    const GValue *right = gst_value_array_get_value (b, i);

    if (!G_VALUE_HOLDS_DOUBLE (left) || !G_VALUE_HOLDS_DOUBLE (right))
      continue;
    comparison->probabilities += fabs (g_value_get_double (left) - g_value_get_double (right));
    comparison->n_probabilities++;
  }
}

static void
print_line (const Comparison *comparison, const Verdict *recorded, const Verdict *again, GstClockTime time)
{
  g_autofree gchar *when = readout_format_time (time);
  g_autofree gchar *before = derma_plaintext_new (recorded->label);
  g_autofree gchar *now = derma_plaintext_new (again->label);

  fprintf (comparison->out, "%s  recorded %s %.2f, malignant %.2f%s   now %s %.2f, malignant %.2f%s\n", when, before,
           recorded->confidence, recorded->malignant, recorded->flagged ? ", flagged" : "", now, again->confidence,
           again->malignant, again->flagged ? ", flagged" : "");
}

gboolean
comparison_take (Comparison *comparison, const GstStructure *recorded, const GstStructure *again, GstClockTime time)
{
  Verdict then, now;
  gdouble off;
  gboolean differs, began;

  if (!recorded || !again || !parse (recorded, &then) || !parse (again, &now))
    return FALSE;
  off = fabs (then.malignant - now.malignant);
  comparison->n++;
  comparison->same_class += strcmp (then.label, now.label) == 0;
  comparison->same_flag += then.flagged == now.flagged;
  comparison->malignant += off;
  if (off > comparison->worst) {
    comparison->worst = off;
    comparison->worst_time = time;
  }
  add_probabilities (comparison, recorded, again);
  differs = strcmp (then.label, now.label) != 0 || then.flagged != now.flagged || off >= NOTABLE;
  began = differs && !comparison->differed;
  comparison->differing += differs;
  comparison->differed = differs;
  if (began)
    print_line (comparison, &then, &now, time);
  return began;
}

guint
comparison_get_count (const Comparison *comparison)
{
  return comparison->n;
}

void
comparison_print (const Comparison *comparison)
{
  const gdouble n = comparison->n;
  g_autofree gchar *when = readout_format_time (comparison->worst_time);

  if (comparison->n == 0) {
    fputs ("no readings could be compared\n", comparison->out);
    return;
  }
  fprintf (comparison->out, "%u readings compared: %.1f %% of the same class, %.1f %% flagged alike, %u differ\n",
           comparison->n, 100.0 * comparison->same_class / n, 100.0 * comparison->same_flag / n, comparison->differing);
  fprintf (comparison->out, "mean difference of the malignant score %.4f, at most %.4f at %s\n",
           comparison->malignant / n, comparison->worst, when);
  if (comparison->n_probabilities > 0)
    fprintf (comparison->out, "mean difference of the probabilities %.4f\n",
             comparison->probabilities / comparison->n_probabilities);
  if (comparison->other_classes)
    fputs ("the classes are not the same ones\n", comparison->out);
}
