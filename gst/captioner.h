/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

G_BEGIN_DECLS

/*
 * Readings put into words for people: "Lesion 2: nevus 93 %, stable". The words change with the label, the state, the
 * flag and the lesion, and with the confidence once it is off by DERMA_CAPTION_STEP or more from the one that is said,
 * so that noise changes nothing.
 */
#define DERMA_CAPTION_STEP 5 /* percent */

/* What is said first, and for how long (ns) at least. */
#define DERMA_CAPTION_NOTICE "Research use only. Not a diagnosis."
#define DERMA_CAPTION_NOTICE_TIME G_GUINT64_CONSTANT (3000000000)

typedef struct {
  gchar *words; /* what was said last; NULL for nothing */
  gchar *label;
  DermaState state;
  guint advice;
  gboolean flagged;
  guint lesion;
  gint percent;
} DermaCaptioner;

void derma_captioner_clear (DermaCaptioner *captioner);

/*
 * Takes the @reading of the next frame, or NULL where it has none. Returns: whether other words than before are due;
 * @captioner.words has them: one line of valid UTF-8 without markup, or NULL.
 */
gboolean derma_captioner_take (DermaCaptioner *captioner, const DermaReading *reading);

G_END_DECLS
