/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "readout.h"

#include "plaintext.h"

#include <math.h>
#include <string.h>

#define NOTABLE 0.1
#define MAX_CLASSES 1024

struct _Readout {
  FILE *out;
  gchar *picture; /* what to call the picture that the next reading is of, if it is a new one */
  gchar *label;
  gchar *state;
  gboolean flagged;
  guint lesion;
  gdouble confidence;
  gdouble malignant;
  guint count;
  guint64 latency;
};

/* What is needed of a message; the strings are the message's. */
typedef struct {
  guint64 pts;
  guint64 latency;
  const gchar *label;
  const gchar *title;
  const gchar *state;
  gdouble confidence;
  gdouble malignant;
  gdouble operating_point;
  gboolean flagged;
  guint lesion;
  const gchar *next;
  gdouble next_probability;
} Line;

Readout *
readout_new (FILE *out)
{
  Readout *readout = g_new0 (Readout, 1);

  readout->out = out;
  return readout;
}

void
readout_free (Readout *readout)
{
  if (!readout)
    return;
  g_free (readout->picture);
  g_free (readout->label);
  g_free (readout->state);
  g_free (readout);
}

void
readout_picture (Readout *readout, guint number, guint total, const gchar *path)
{
  g_autofree gchar *base = g_filename_display_basename (path);
  g_autofree gchar *name = derma_plaintext_new (base);

  g_free (readout->picture);
  readout->picture = total > 1 ? g_strdup_printf ("[%u of %u] %s  ", number, total, name) : g_strdup ("");
}

static const gchar *
string_at (const GValue *array, guint index)
{
  const GValue *value = index < gst_value_array_get_size (array) ? gst_value_array_get_value (array, index) : NULL;

  return value && G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;
}

static gdouble
number_at (const GValue *array, guint index)
{
  const GValue *value = gst_value_array_get_value (array, index);

  return value && G_VALUE_HOLDS_DOUBLE (value) ? g_value_get_double (value) : 0.0;
}

/* The most probable class but one. */
static void
find_next (const GstStructure *message, Line *line)
{
  const GValue *labels = gst_structure_get_value (message, "labels");
  const GValue *titles = gst_structure_get_value (message, "titles");
  const GValue *probabilities = gst_structure_get_value (message, "probabilities");
  guint n;

  if (!labels || !GST_VALUE_HOLDS_ARRAY (labels) || !probabilities || !GST_VALUE_HOLDS_ARRAY (probabilities))
    return;
  n = MIN (gst_value_array_get_size (labels), gst_value_array_get_size (probabilities));
  for (guint i = 0; i < MIN (n, MAX_CLASSES); i++) {
    const gchar *label = string_at (labels, i);
    const gchar *title = titles && GST_VALUE_HOLDS_ARRAY (titles) ? string_at (titles, i) : NULL;

    if (!label || !strcmp (label, line->label) || number_at (probabilities, i) <= line->next_probability)
      continue;
    line->next = title ? title : label;
    line->next_probability = number_at (probabilities, i);
  }
}

static gboolean
parse (const GstStructure *message, Line *line)
{
  line->pts = GST_CLOCK_TIME_NONE;
  line->label = gst_structure_get_string (message, "label");
  line->title = gst_structure_get_string (message, "title");
  line->state = gst_structure_get_string (message, "state");
  line->operating_point = -1.0;
  gst_structure_get_uint64 (message, "pts", &line->pts);
  gst_structure_get_uint64 (message, "latency", &line->latency);
  gst_structure_get_double (message, "operating-point", &line->operating_point);
  gst_structure_get_uint (message, "lesion", &line->lesion);
  if (!line->label || !line->state || !gst_structure_get_double (message, "confidence", &line->confidence)
      || !gst_structure_get_double (message, "malignant", &line->malignant)
      || !gst_structure_get_boolean (message, "flagged", &line->flagged))
    return FALSE;
  find_next (message, line);
  return TRUE;
}

static gboolean
differs (const Readout *readout, const Line *line)
{
  return readout->picture || g_strcmp0 (readout->label, line->label) || g_strcmp0 (readout->state, line->state)
         || readout->flagged != line->flagged || readout->lesion != line->lesion
         || fabs (readout->confidence - line->confidence) >= NOTABLE
         || fabs (readout->malignant - line->malignant) >= NOTABLE;
}

static void
keep (Readout *readout, const Line *line)
{
  g_clear_pointer (&readout->picture, g_free);
  g_free (readout->label);
  g_free (readout->state);
  readout->label = g_strdup (line->label);
  readout->state = g_strdup (line->state);
  readout->flagged = line->flagged;
  readout->lesion = line->lesion;
  readout->confidence = line->confidence;
  readout->malignant = line->malignant;
}

gchar *
readout_format_time (GstClockTime time)
{
  guint64 tenths = (time / (GST_SECOND / 20) + 1) / 2;
  guint64 minutes = tenths / 600;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return g_strdup ("--:--.-");
  if (minutes < 60)
    return g_strdup_printf ("%02u:%02u.%u", (guint)minutes, (guint)(tenths / 10 % 60), (guint)(tenths % 10));
  return g_strdup_printf ("%u:%02u:%02u.%u", (guint)(minutes / 60), (guint)(minutes % 60), (guint)(tenths / 10 % 60),
                          (guint)(tenths % 10));
}

static void
print (const Readout *readout, const Line *line)
{
  g_autofree gchar *time = readout_format_time (line->pts);
  g_autofree gchar *title = derma_plaintext_new (line->title ? line->title : line->label);
  g_autofree gchar *state = derma_plaintext_new (line->state);
  g_autofree gchar *next = line->next ? derma_plaintext_new (line->next) : NULL;

  fprintf (readout->out, "%s  %s%s %.2f   malignant %.2f", time, readout->picture ? readout->picture : "", title,
           line->confidence, line->malignant);
  if (line->operating_point >= 0.0)
    fprintf (readout->out, " (flag at %.2f)", line->operating_point);
  if (line->flagged)
    fputs ("  flagged", readout->out);
  if (strcmp (state, "stable"))
    fprintf (readout->out, "  %s", state);
  if (next)
    fprintf (readout->out, "   next: %s %.2f", next, line->next_probability);
  fputc ('\n', readout->out);
}

gboolean
readout_take (Readout *readout, const GstStructure *message)
{
  Line line = { 0 };

  if (!parse (message, &line))
    return FALSE;
  readout->count++;
  readout->latency += line.latency;
  if (!differs (readout, &line))
    return FALSE;
  print (readout, &line);
  keep (readout, &line);
  return TRUE;
}

gchar *
readout_get_status (const Readout *readout)
{
  g_autofree gchar *status = NULL;

  if (!readout->state)
    return g_strdup ("");
  status = g_strdup_printf ("lesion %u  %s  %s", readout->lesion, readout->state, readout->label);
  return derma_plaintext_new (status);
}

guint
readout_get_count (const Readout *readout)
{
  return readout->count;
}

gdouble
readout_get_latency (const Readout *readout)
{
  return readout->count ? (gdouble)readout->latency / readout->count / GST_MSECOND : 0.0;
}
