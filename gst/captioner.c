/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "captioner.h"

#include "plaintext.h"

#include <derma/quality.h>

#include <math.h>
#include <string.h>

/* A title that is longer does not fit on a line. */
#define MAX_TITLE 80

static void
forget (DermaCaptioner *captioner)
{
  g_clear_pointer (&captioner->words, g_free);
  g_clear_pointer (&captioner->label, g_free);
}

void
derma_captioner_clear (DermaCaptioner *captioner)
{
  forget (captioner);
  *captioner = (DermaCaptioner){ .words = NULL };
}

/* Cut where it is too long. */
static gchar *
tidy (const gchar *title)
{
  g_autofree gchar *plain = derma_plaintext_new (title);
  const glong n = g_utf8_strlen (plain, -1);
  g_autofree gchar *cut = g_utf8_substring (plain, 0, MIN (n, MAX_TITLE));

  return g_strstrip (n <= MAX_TITLE ? g_steal_pointer (&cut) : g_strconcat (cut, "\xe2\x80\xa6", NULL));
}

static gchar *
capital (gchar *text)
{
  text[0] = g_ascii_toupper (text[0]);
  return text;
}

static gchar *
say_advice (guint advice)
{
  return advice == DERMA_ADVICE_NONE ? g_strdup ("Poor picture") : capital (g_strdup (derma_advice_get_text (advice)));
}

static gchar *
say_class (const DermaReading *reading, gint percent)
{
  g_autofree gchar *title = tidy (reading->classes->titles[reading->top]);

  return g_strdup_printf ("%s %d %%, %s%s", title, percent,
                          reading->state == DERMA_STATE_UNCERTAIN ? "uncertain" : "stable",
                          reading->flagged ? ", flagged" : "");
}

static gchar *
say (const DermaCaptioner *captioner, const DermaReading *reading)
{
  g_autofree gchar *text = NULL;

  switch (captioner->state) {
  case DERMA_STATE_NO_LESION:
    return g_strdup ("No lesion");
  case DERMA_STATE_POOR_IMAGE:
    return say_advice (captioner->advice);
  case DERMA_STATE_ACQUIRING:
    text = g_strdup ("looking");
    break;
  default:
    text = say_class (reading, captioner->percent);
    break;
  }
  return reading->lesion > 0 ? g_strdup_printf ("Lesion %u: %s", reading->lesion, text)
                             : capital (g_steal_pointer (&text));
}

static gboolean
differs (const DermaCaptioner *captioner, const DermaReading *reading, guint advice, gint percent)
{
  if (!captioner->words || captioner->state != reading->state)
    return TRUE;
  switch (reading->state) {
  case DERMA_STATE_NO_LESION:
    return FALSE;
  case DERMA_STATE_POOR_IMAGE:
    return captioner->advice != advice;
  case DERMA_STATE_ACQUIRING:
    return captioner->lesion != reading->lesion;
  default:
    return captioner->lesion != reading->lesion || captioner->flagged != reading->flagged
           || strcmp (captioner->label, reading->classes->labels[reading->top]) != 0
           || ABS (captioner->percent - percent) >= DERMA_CAPTION_STEP;
  }
}

gboolean
derma_captioner_take (DermaCaptioner *captioner, const DermaReading *reading)
{
  guint advice;
  gint percent;

  if (!reading || !reading->classes) {
    const gboolean spoke = captioner->words != NULL;

    forget (captioner);
    return spoke;
  }
  advice = derma_quality_advise (&reading->quality, NULL);
  percent = (gint)lrintf (CLAMP (reading->confidence, 0.0f, 1.0f) * 100.0f);
  if (!differs (captioner, reading, advice, percent))
    return FALSE;
  forget (captioner);
  captioner->label = g_strdup (reading->classes->labels[reading->top]);
  captioner->state = reading->state;
  captioner->advice = advice;
  captioner->flagged = reading->flagged;
  captioner->lesion = reading->lesion;
  captioner->percent = percent;
  captioner->words = say (captioner, reading);
  return TRUE;
}
