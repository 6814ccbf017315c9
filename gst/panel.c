/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel.h"

#include <derma/framing.h>
#include <derma/quality.h>

#include <math.h>

#define MIN_TEXT 9.0
#define MIN_EM 9.5
#define MAX_SHARE 0.34
#define MIN_WIDTH 19.0 /* em: the narrowest in which the note fits */
#define FULL_WIDTH 23.0
#define MAX_TITLE 64 /* characters; more would not fit in any panel */

/* Heights, in em. */
#define PAD 0.5
#define HEADLINE 1.75
#define STATE 1.25
#define BAR 1.3
#define MALIGNANT 1.45
#define GAUGE 0.85
#define STATUS 1.15
#define MODEL 1.15
#define NOTE 1.2

#define SIDE 0.6 /* em between the edge and the text */

#define NOTE_TEXT "research use, not a diagnosis"

typedef struct {
  gdouble r, g, b;
} Colour;

static const Colour white = { 1.0, 1.0, 1.0 };
static const Colour grey = { 0.78, 0.78, 0.80 };
static const Colour trough = { 0.30, 0.31, 0.34 };
static const Colour sky_blue = { 0.337, 0.706, 0.914 };
static const Colour orange = { 0.902, 0.624, 0.0 };
static const Colour black = { 0.0, 0.0, 0.0 };

typedef struct {
  cairo_t *cr;
  PangoLayout *layout;
  const DermaPanel *panel;
  gdouble y;
} Pen;

typedef struct {
  gdouble x;
  gdouble width;
  gdouble size; /* em */
  gboolean bold;
  PangoAlignment align;
  const Colour *colour;
} Style;

static gdouble
height_of (const DermaPanel *panel)
{
  gdouble em = 2 * PAD + HEADLINE + NOTE + panel->n_bars * BAR;

  if (panel->verdict)
    em += MALIGNANT;
  if (panel->state)
    em += STATE;
  if (panel->gauge)
    em += GAUGE;
  if (panel->status)
    em += STATUS;
  if (panel->model)
    em += MODEL;
  if (panel->advice)
    em += STATE;
  return em * panel->em;
}

/* Leaves out the row that is missed least. */
static gboolean
drop_row (DermaPanel *panel)
{
  if (panel->model)
    panel->model = FALSE;
  else if (panel->n_bars > 1)
    panel->n_bars--;
  else if (panel->status)
    panel->status = FALSE;
  else if (panel->state)
    panel->state = FALSE;
  else if (panel->n_bars > 0)
    panel->n_bars = 0;
  else if (panel->gauge)
    panel->gauge = FALSE;
  else if (panel->advice)
    panel->advice = NULL;
  else
    return FALSE;
  return TRUE;
}

static gboolean
is_verdict (DermaState state)
{
  return state == DERMA_STATE_STABLE || state == DERMA_STATE_UNCERTAIN;
}

const gchar *
derma_panel_advise (const DermaReading *reading, guint width, guint height)
{
  DermaAdvice advice = derma_quality_advise (&reading->quality, NULL);

  if (advice != DERMA_ADVICE_NONE)
    return derma_advice_get_text (advice);
  if (reading->state != DERMA_STATE_NO_LESION) {
    const gchar *text = derma_framing_get_text (derma_framing_judge (&reading->region, width, height));

    return *text ? text : NULL;
  }
  return NULL;
}

static gint
even (gdouble value)
{
  return 2 * (gint)(value / 2);
}

gboolean
derma_panel_fit (DermaPanel *panel, const DermaReading *reading, guint top_k, guint width, guint height)
{
  DermaPanel made = { 0 };
  const gdouble margin = 0.3;
  gdouble most;

  made.em = MAX (MIN (height / 38.0, width / 34.0), MIN_EM);
  made.width = even (MIN (FULL_WIDTH * made.em, width - 2 * margin * made.em));
  if (made.width < MIN_WIDTH * made.em)
    return FALSE;
  most = MIN (MAX_SHARE * width * height / made.width, height - 2 * margin * made.em);

  made.verdict = made.state = made.gauge = is_verdict (reading->state);
  made.n_bars = made.verdict ? MIN (top_k, reading->classes->n) : 0;
  made.n_bars = MIN (made.n_bars, most / (BAR * made.em));
  made.rate = -1.0;
  made.status = TRUE;
  made.model = reading->classes->model_name[0] != '\0';
  made.advice = derma_panel_advise (reading, width, height);
  while (height_of (&made) > most)
    if (!drop_row (&made))
      return FALSE;

  /* On even pixels, so that subsampled chroma has no fringe. */
  made.x = made.y = even (margin * made.em);
  made.height = even (height_of (&made));
  *panel = made;
  return TRUE;
}

static void
set_colour (cairo_t *cr, const Colour *colour)
{
  cairo_set_source_rgb (cr, colour->r, colour->g, colour->b);
}

static void
set_font (const Pen *pen, const Style *style)
{
  PangoFontDescription *font = pango_font_description_new ();

  pango_font_description_set_family_static (font, "Sans");
  pango_font_description_set_weight (font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size (font, MAX (style->size * pen->panel->em, MIN_TEXT) * PANGO_SCALE);
  pango_layout_set_font_description (pen->layout, font);
  pango_font_description_free (font);
}

/* Text, always as it is and never as markup, in the middle of a row of @row em. */
static void
draw_text (const Pen *pen, const gchar *text, gdouble row, const Style *style)
{
  const gdouble em = pen->panel->em;
  gint height;

  set_font (pen, style);
  pango_layout_set_width (pen->layout, style->width * PANGO_SCALE);
  pango_layout_set_alignment (pen->layout, style->align);
  pango_layout_set_text (pen->layout, text, -1);
  pango_layout_get_pixel_size (pen->layout, NULL, &height);
  set_colour (pen->cr, style->colour);
  cairo_move_to (pen->cr, style->x, pen->y + (row * em - height) / 2);
  pango_cairo_show_layout (pen->cr, pen->layout);
}

/* A decimal point in every locale. */
static gchar *
decimals (gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.2f", value));
}

static gchar *
percent (gdouble value)
{
  return g_strdup_printf ("%d %%", (gint)lround (CLAMP (value, 0.0, 1.0) * 100));
}

static gchar *
title_of (const DermaReading *reading, guint index)
{
  return g_utf8_strlen (reading->classes->titles[index], -1) > MAX_TITLE
             ? g_utf8_substring (reading->classes->titles[index], 0, MAX_TITLE)
             : g_strdup (reading->classes->titles[index]);
}

static void
draw_background (const Pen *pen)
{
  const gdouble w = pen->panel->width, h = pen->panel->height, r = 0.4 * pen->panel->em;

  cairo_new_sub_path (pen->cr);
  cairo_arc (pen->cr, w - r, r, r, -G_PI_2, 0);
  cairo_arc (pen->cr, w - r, h - r, r, 0, G_PI_2);
  cairo_arc (pen->cr, r, h - r, r, G_PI_2, G_PI);
  cairo_arc (pen->cr, r, r, r, G_PI, 1.5 * G_PI);
  cairo_close_path (pen->cr);
  cairo_set_source_rgba (pen->cr, 0.05, 0.05, 0.07, 0.78);
  cairo_fill (pen->cr);
}

static void
draw_headline (const Pen *pen, const DermaReading *reading)
{
  static const gchar *const words[DERMA_N_STATES] = { "no lesion", "poor image", "acquiring", NULL, NULL };
  const DermaPanel *panel = pen->panel;
  const gdouble x = SIDE * panel->em, width = panel->width - 2 * x, figure = 4.2 * panel->em;
  const Style left = { x, width - figure, 1.3, TRUE, PANGO_ALIGN_LEFT, &white };
  const Style right = { x + width - figure, figure, 1.3, FALSE, PANGO_ALIGN_RIGHT, &white };
  g_autofree gchar *title = NULL, *confidence = NULL;

  if (!panel->verdict) {
    draw_text (pen, words[reading->state], HEADLINE, &left);
    return;
  }
  title = title_of (reading, reading->top);
  confidence = percent (reading->confidence);
  draw_text (pen, title, HEADLINE, &left);
  draw_text (pen, confidence, HEADLINE, &right);
}

/* A full disc for a reading that stands, a ring with a gap for one that does not. */
static void
draw_state_mark (const Pen *pen, gdouble x, gboolean stable)
{
  const gdouble em = pen->panel->em, r = 0.34 * em, y = pen->y + STATE * em / 2;

  cairo_new_sub_path (pen->cr);
  set_colour (pen->cr, stable ? &sky_blue : &orange);
  if (stable) {
    cairo_arc (pen->cr, x + r, y, r, 0, 2 * G_PI);
    cairo_fill (pen->cr);
  } else {
    cairo_set_line_width (pen->cr, MAX (0.14 * em, 1.5));
    cairo_arc (pen->cr, x + r, y, 0.85 * r, 0, 1.4 * G_PI);
    cairo_stroke (pen->cr);
  }
}

static void
draw_state (const Pen *pen, const DermaReading *reading)
{
  const gdouble em = pen->panel->em, x = SIDE * em;
  const gboolean stable = reading->state == DERMA_STATE_STABLE;
  const Style style = { x + em, pen->panel->width - 2 * x - em, 0.95, FALSE, PANGO_ALIGN_LEFT, &white };

  draw_state_mark (pen, x, stable);
  draw_text (pen, stable ? "stable" : "uncertain, no class stands out", STATE, &style);
}

/* A triangle that points to what is said. */
static void
draw_advice (const Pen *pen)
{
  const gdouble em = pen->panel->em, x = SIDE * em, middle = pen->y + STATE * em / 2;
  const Style style = { x + em, pen->panel->width - 2 * x - em, 0.95, TRUE, PANGO_ALIGN_LEFT, &white };

  cairo_new_path (pen->cr);
  set_colour (pen->cr, &orange);
  cairo_move_to (pen->cr, x + 0.1 * em, middle - 0.32 * em);
  cairo_line_to (pen->cr, x + 0.1 * em, middle + 0.32 * em);
  cairo_line_to (pen->cr, x + 0.66 * em, middle);
  cairo_close_path (pen->cr);
  cairo_fill (pen->cr);
  draw_text (pen, pen->panel->advice, STATE, &style);
}

static void
fill_bar (const Pen *pen, const cairo_rectangle_t *bar, gdouble value, const Colour *colour)
{
  set_colour (pen->cr, &trough);
  cairo_rectangle (pen->cr, bar->x, bar->y, bar->width, bar->height);
  cairo_fill (pen->cr);
  set_colour (pen->cr, colour);
  cairo_rectangle (pen->cr, bar->x, bar->y, bar->width * CLAMP (value, 0.0, 1.0), bar->height);
  cairo_fill (pen->cr);
}

static void
draw_class (const Pen *pen, const DermaReading *reading, guint index)
{
  const gdouble em = pen->panel->em, x = SIDE * em, width = pen->panel->width - 2 * x;
  const gdouble name = 0.49 * width, figure = 2.8 * em;
  const Style left = { x, name, 0.95, FALSE, PANGO_ALIGN_LEFT, &white };
  const Style right = { x + width - figure, figure, 0.95, FALSE, PANGO_ALIGN_RIGHT, &white };
  const cairo_rectangle_t bar = { x + name + 0.4 * em, pen->y + 0.3 * em, width - name - figure - 0.4 * em, 0.7 * em };
  g_autofree gchar *title = title_of (reading, index);
  g_autofree gchar *probability = percent (reading->probabilities[index]);

  draw_text (pen, title, BAR, &left);
  fill_bar (pen, &bar, reading->probabilities[index], index == reading->top ? &sky_blue : &grey);
  draw_text (pen, probability, BAR, &right);
}

static void
draw_classes (Pen *pen, const DermaReading *reading)
{
  g_autofree guint *order = g_new (guint, pen->panel->n_bars);

  derma_reading_rank (reading, order, pen->panel->n_bars);
  for (guint i = 0; i < pen->panel->n_bars; i++) {
    draw_class (pen, reading, order[i]);
    pen->y += BAR * pen->panel->em;
  }
}

/* "above" on an orange ground with a triangle that points up, or "below" without a ground and pointing down. */
static void
draw_badge (const Pen *pen, gdouble x, gdouble width, gboolean above)
{
  const gdouble em = pen->panel->em, y = pen->y + 0.14 * em, h = (MALIGNANT - 0.28) * em, middle = y + h / 2;
  const gdouble tip = above ? -0.28 * em : 0.28 * em;
  const Style style = { x + 1.2 * em, width - 1.2 * em, 0.95, above, PANGO_ALIGN_LEFT, above ? &black : &white };

  cairo_new_path (pen->cr);
  if (above) {
    set_colour (pen->cr, &orange);
    cairo_rectangle (pen->cr, x, y, width, h);
    cairo_fill (pen->cr);
  }
  set_colour (pen->cr, style.colour);
  cairo_move_to (pen->cr, x + 0.3 * em, middle - tip);
  cairo_line_to (pen->cr, x + 0.96 * em, middle - tip);
  cairo_line_to (pen->cr, x + 0.63 * em, middle + tip);
  cairo_close_path (pen->cr);
  cairo_fill (pen->cr);
  draw_text (pen, above ? "above" : "below", MALIGNANT, &style);
}

static void
draw_malignant (const Pen *pen, const DermaReading *reading)
{
  const gdouble em = pen->panel->em, x = SIDE * em, width = pen->panel->width - 2 * x, badge = 5.0 * em;
  const Style style = { x, width - badge - 0.2 * em, 0.95, FALSE, PANGO_ALIGN_LEFT, &white };
  g_autofree gchar *score = decimals (reading->malignant);
  g_autofree gchar *point = decimals (reading->classes->operating_point);
  g_autofree gchar *text = g_strdup_printf ("malignant %s / flag at %s", score, point);

  draw_text (pen, text, MALIGNANT, &style);
  draw_badge (pen, x + width - badge, badge, reading->flagged);
}

/* The malignant score as a bar, with a tick at the operating point. */
static void
draw_gauge (const Pen *pen, const DermaReading *reading)
{
  const gdouble em = pen->panel->em, x = SIDE * em, width = pen->panel->width - 2 * x;
  const cairo_rectangle_t bar = { x, pen->y + 0.18 * em, width, 0.45 * em };
  const gdouble thick = MAX (0.16 * em, 2.0);
  const gdouble tick = x + width * CLAMP (reading->classes->operating_point, 0.0f, 1.0f);

  fill_bar (pen, &bar, reading->malignant, reading->flagged ? &orange : &sky_blue);
  set_colour (pen->cr, &white);
  cairo_rectangle (pen->cr, CLAMP (tick - thick / 2, x, x + width - thick), pen->y, thick, 0.8 * em);
  cairo_fill (pen->cr);
}

guint
derma_panel_age (const DermaReading *reading)
{
  return (guint)MIN (reading->age / (G_USEC_PER_SEC * G_GUINT64_CONSTANT (500)), G_MAXINT);
}

/* "lesion 2, read 1.5 s ago", or "2 lesions so far"; the counter is 1 before the first lesion, too */
static gchar *
describe_status (const DermaReading *reading)
{
  const guint age = derma_panel_age (reading);
  GString *text = g_string_new (NULL);

  if (reading->state != DERMA_STATE_NO_LESION)
    g_string_append_printf (text, "lesion %u", reading->lesion);
  else if (reading->lesion > 1)
    g_string_append_printf (text, "%u lesions so far", reading->lesion);
  if (age > 0)
    g_string_append_printf (text, "%sread %u.%u s ago", text->len > 0 ? ", " : "", age / 2, age % 2 * 5);
  return g_string_free (text, FALSE);
}

static void
draw_status (const Pen *pen, const DermaReading *reading)
{
  const gdouble em = pen->panel->em, x = SIDE * em, width = pen->panel->width - 2 * x, figure = 7.0 * em;
  const gboolean rated = pen->panel->rate >= 0.0;
  const Style left = { x, rated ? width - figure : width, 0.9, FALSE, PANGO_ALIGN_LEFT, &white };
  const Style right = { x + width - figure, figure, 0.9, FALSE, PANGO_ALIGN_RIGHT, &white };
  g_autofree gchar *status = describe_status (reading);
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree gchar *rate = NULL;

  draw_text (pen, status, STATUS, &left);
  if (!rated)
    return;
  rate = g_strdup_printf ("%s frames/s", g_ascii_formatd (number, sizeof number, "%.1f", pen->panel->rate));
  draw_text (pen, rate, STATUS, &right);
}

static void
draw_model (const Pen *pen, const DermaReading *reading)
{
  const DermaClasses *classes = reading->classes;
  const gdouble x = SIDE * pen->panel->em;
  const Style style = { x, pen->panel->width - 2 * x, 0.8, FALSE, PANGO_ALIGN_LEFT, &grey };
  g_autofree gchar *text =
      g_strdup_printf ("%.*s %.*s", MAX_TITLE, classes->model_name, MAX_TITLE, classes->model_version);
  g_autofree gchar *valid = g_utf8_make_valid (g_strchomp (text), -1);

  draw_text (pen, valid, MODEL, &style);
}

static void
draw_note (const Pen *pen)
{
  const gdouble x = SIDE * pen->panel->em;
  const Style style = { x, pen->panel->width - 2 * x, 0.9, TRUE, PANGO_ALIGN_LEFT, &white };

  draw_text (pen, NOTE_TEXT, NOTE, &style);
}

void
derma_panel_draw (const DermaPanel *panel, const DermaReading *reading, cairo_t *cr, PangoLayout *layout)
{
  Pen pen = { cr, layout, panel, PAD * panel->em };

  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  draw_background (&pen);
  draw_headline (&pen, reading);
  pen.y += HEADLINE * panel->em;
  if (panel->state) {
    draw_state (&pen, reading);
    pen.y += STATE * panel->em;
  }
  if (panel->advice) {
    draw_advice (&pen);
    pen.y += STATE * panel->em;
  }
  draw_classes (&pen, reading);
  if (panel->verdict) {
    draw_malignant (&pen, reading);
    pen.y += MALIGNANT * panel->em;
  }
  if (panel->gauge) {
    draw_gauge (&pen, reading);
    pen.y += GAUGE * panel->em;
  }
  if (panel->status) {
    draw_status (&pen, reading);
    pen.y += STATUS * panel->em;
  }
  if (panel->model) {
    draw_model (&pen, reading);
    pen.y += MODEL * panel->em;
  }
  draw_note (&pen);
}
