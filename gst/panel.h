/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <pango/pangocairo.h>

G_BEGIN_DECLS

/*
 * The panel with a reading: where in a frame it goes, which rows have room, and how it is drawn. Text is never smaller
 * than 9 pixels and the panel never takes more than 35 % of the frame: rows are left out instead. "research use, not a
 * diagnosis" is never left out. Colours are from the palette of Okabe and Ito; whatever a colour says is also said by
 * a word or a shape.
 */
typedef struct {
  gint x;
  gint y;
  gint width;
  gint height;
  gdouble em;
  guint n_bars;     /* probability bars, the most probable class first */
  gboolean verdict; /* whether there is a label and a malignant score to show */
  gboolean state;
  gboolean gauge;
  gboolean status; /* which lesion it is, how old the reading, and the rate */
  gboolean model;
  const gchar *advice; /* what to do about the picture; NULL for nothing */
  gdouble rate;        /* frames a second, to be set if it is to be shown; negative if not */
} DermaPanel;

/* What a person with the camera should do for a better reading; NULL for nothing. A static string. */
const gchar *derma_panel_advise (const DermaReading *reading, guint width, guint height);

/* Half seconds since the picture was taken that the reading is of; what the panel says of its age. */
guint derma_panel_age (const DermaReading *reading);

/*
 * Lays out the panel for a frame of @width x @height pixels and at most @top_k classes.
 * Returns: whether it fits at all; frames of less than about 220x150 have no panel
 */
gboolean derma_panel_fit (DermaPanel *panel, const DermaReading *reading, guint top_k, guint width, guint height);

/* Draws it with its upper left corner at the origin of @cr; @layout is for text. */
void derma_panel_draw (const DermaPanel *panel, const DermaReading *reading, cairo_t *cr, PangoLayout *layout);

G_END_DECLS
