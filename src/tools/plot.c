/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/plot.h"

#include "tools/html.h"

/* Pixels from the top. */
#define TOP 10
#define HEIGHT 140
#define BAND 162
#define BAND_HEIGHT 14
#define WHOLE 200

/* Of the width, left and right: what lies at an end is not cut off. */
#define MARGIN 0.007

/* Of a line; more would not be seen. */
#define MAX_DOTS 800
/* A longer pause interrupts a line. */
#define PAUSE (G_GUINT64_CONSTANT (2000000000))

typedef struct {
  GString *html;
  const DermaPoint *points;
  guint n;
  guint64 start;
  guint64 span; /* at least 1 */
} Plot;

static gdouble
get_x (const Plot *plot, guint64 time)
{
  guint64 since = time > plot->start ? time - plot->start : 0;

  return MARGIN + (1 - 2 * MARGIN) * MIN (since / (gdouble)plot->span, 1);
}

static gdouble
get_y (gdouble value)
{
  return TOP + (1 - value) * HEIGHT;
}

static void
add_grid (const Plot *plot)
{
  static const gchar *const names[] = { "0", "0.5", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    gdouble y = get_y (i / 2.0);

    derma_html_add (plot->html, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", y, y);
    derma_html_add (plot->html, "<text class=\"tick\" x=\"1\" y=\"%.1f\">%s</text>", y - 3, names[i]);
  }
}

static gfloat
get_value (const DermaPoint *point, gboolean quality)
{
  return quality ? point->quality : point->malignant;
}

/* Of each bucket of points its lowest and highest one, in the order of their times. */
static guint
choose (const Plot *plot, gboolean quality, guint from, guint to, guint chosen[2])
{
  guint low = from, high = from;

  for (guint i = from; i < to; i++) {
    if (get_value (&plot->points[i], quality) < get_value (&plot->points[low], quality))
      low = i;
    if (get_value (&plot->points[i], quality) > get_value (&plot->points[high], quality))
      high = i;
  }
  chosen[0] = MIN (low, high);
  chosen[1] = MAX (low, high);
  return low == high ? 1 : 2;
}

static void
add_line (const Plot *plot, gboolean quality)
{
  guint step = plot->n > MAX_DOTS ? 2 * plot->n / MAX_DOTS + 1 : 1;
  const DermaPoint *before = NULL;

  g_string_append_printf (plot->html, "<path class=\"%s\" d=\"", quality ? "quality" : "score");
  for (guint i = 0; i < plot->n; i += step) {
    guint chosen[2];
    guint n = choose (plot, quality, i, MIN (i + step, plot->n), chosen);

    for (guint k = 0; k < n; k++) {
      const DermaPoint *point = &plot->points[chosen[k]];
      gfloat value = get_value (point, quality);
      gboolean joined = before && get_value (before, quality) >= 0 && point->time - before->time <= PAUSE;

      before = point;
      if (value >= 0)
        g_string_append_printf (plot->html, "%s%.1f %.2f", joined ? "L" : "M", 1000 * get_x (plot, point->time),
                                100 * (1 - value));
    }
  }
  g_string_append (plot->html, "\"/>");
}

static void
add_lines (const Plot *plot)
{
  derma_html_add (plot->html,
                  "<svg x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 1000 100\" "
                  "preserveAspectRatio=\"none\" overflow=\"visible\">",
                  TOP, HEIGHT);
  add_line (plot, TRUE);
  add_line (plot, FALSE);
  g_string_append (plot->html, "</svg>");
}

static void
add_operating_point (const Plot *plot, const DermaCourse *course)
{
  const DermaClasses *classes = course->final.reading.classes;
  gdouble y;

  if (!classes)
    return;
  y = get_y (classes->operating_point);
  derma_html_add (plot->html, "<line class=\"operating\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", y, y);
  derma_html_add (plot->html,
                  "<text class=\"operating\" x=\"100%%\" y=\"%.1f\" text-anchor=\"end\">operating point %.2f</text>",
                  y - 4, classes->operating_point);
}

static void
add_moments (const Plot *plot, const DermaSession *session, const DermaCourse *course)
{
  for (guint i = 0; i < session->snapshots->len; i++) {
    const DermaMark *mark = g_ptr_array_index (session->snapshots, i);
    gdouble x = 100 * get_x (plot, mark->time);

    if (mark->lesion == course->lesion && mark->time >= plot->start)
      derma_html_add (plot->html, "<line class=\"snapshot\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", x, x,
                      TOP, TOP + HEIGHT);
  }
  if (course->final.reading.classes)
    derma_html_add (plot->html, "<circle class=\"final\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"4.5\"/>",
                    100 * get_x (plot, course->final.time), get_y (course->final.reading.malignant));
}

static void
add_band (const Plot *plot)
{
  for (guint i = 0; i < plot->n;) {
    DermaState state = plot->points[i].state;
    gdouble from = get_x (plot, plot->points[i].time), to;

    while (i < plot->n && plot->points[i].state == state)
      i++;
    to = i < plot->n ? get_x (plot, plot->points[i].time) : 1 - MARGIN;
    derma_html_add (plot->html, "<rect class=\"%s\" x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\"/>",
                    derma_state_to_string (state), 100 * from, BAND, 100 * (to - from), BAND_HEIGHT);
  }
}

static void
add_times (const Plot *plot)
{
  static const gchar *const anchors[] = { "start", "middle", "end" };

  for (guint i = 0; i < G_N_ELEMENTS (anchors); i++) {
    g_autofree gchar *time = derma_html_format_time (plot->start + plot->span * i / 2);

    derma_html_add (plot->html, "<text class=\"tick\" x=\"%u%%\" y=\"%d\" text-anchor=\"%s\">%s</text>", 50 * i,
                    WHOLE - 6, anchors[i], time);
  }
}

/* What the picture shows, for those who do not see it. */
static void
add_description (const Plot *plot, const DermaCourse *course)
{
  gdouble settling = derma_course_get_settling (course);
  gfloat peak = derma_course_get_peak (course);
  g_autofree gchar *from = derma_html_format_time (plot->start);
  g_autofree gchar *to = derma_html_format_time (plot->start + plot->span);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "Course of lesion %u from %s to %s: %u readings", course->lesion, from, to, plot->n);
  if (peak >= 0)
    g_string_append_printf (text, ", malignant score up to %.2f, at the reading %.2f", peak,
                            course->final.reading.malignant);
  if (settling >= 0)
    g_string_append_printf (text, ", stable after %.1f seconds", settling);
  else
    g_string_append (text, ", never stable");
  derma_html_add (plot->html, " aria-label=\"%s.\"", text->str);
}

void
derma_plot_course (GString *html, const DermaSession *session, const DermaCourse *course)
{
  guint64 start = derma_course_get_start (course), end = derma_course_get_end (course);
  const Plot plot = { html, (const DermaPoint *)course->points->data, course->n_seen, start, MAX (end - start, 1) };

  derma_html_add (html, "<svg class=\"course\" role=\"img\" width=\"100%%\" height=\"%d\"", WHOLE);
  add_description (&plot, course);
  g_string_append_c (html, '>');
  add_grid (&plot);
  add_operating_point (&plot, course);
  add_lines (&plot);
  add_moments (&plot, session, course);
  add_band (&plot);
  add_times (&plot);
  g_string_append (html, "</svg>\n");
}

void
derma_plot_shares (GString *html, const gdouble shares[DERMA_N_STATES])
{
  gdouble x = 0;

  g_string_append (html, "<svg class=\"shares\" aria-hidden=\"true\" width=\"100%\" height=\"12\">");
  for (guint s = 0; s < DERMA_N_STATES; s++) {
    if (shares[s] > 0)
      derma_html_add (html, "<rect class=\"%s\" x=\"%.3f%%\" y=\"0\" width=\"%.3f%%\" height=\"12\"/>",
                      derma_state_to_string (s), 100 * x, 100 * shares[s]);
    x += shares[s];
  }
  g_string_append (html, "</svg>\n");
}
