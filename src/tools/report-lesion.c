/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report-html.h"

#include "tools/html.h"
#include "tools/plot.h"

/* Of pictures in the report, pixels. */
#define SIDE 900
#define THUMB_SIDE 320
#define MAX_THUMBS 12

static const gchar *const state_titles[DERMA_N_STATES] = {
  [DERMA_STATE_NO_LESION] = "no lesion", [DERMA_STATE_POOR_IMAGE] = "poor image", [DERMA_STATE_ACQUIRING] = "acquiring",
  [DERMA_STATE_STABLE] = "stable",       [DERMA_STATE_UNCERTAIN] = "uncertain",
};

gchar *
derma_report_get_anchor (const DermaSession *session, const DermaCourse *course)
{
  return g_strdup_printf ("session-%u-lesion-%u", session->number, course->lesion);
}

void
derma_report_add_flag (GString *html, const DermaReading *reading)
{
  g_string_append (html, reading->flagged ? "<span class=\"badge flagged\">flagged</span>"
                                          : "<span class=\"badge\">not flagged</span>");
}

static void
add_image (GString *html, const DermaExhibit *exhibit, const gchar *alt)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (exhibit->jpeg, &size);
  g_autofree gchar *base64 = g_base64_encode (data, size);

  derma_html_add (html, "<img width=\"%u\" height=\"%u\" alt=\"%s\" src=\"data:image/jpeg;base64,", exhibit->width,
                  exhibit->height, alt);
  g_string_append (html, base64);
  g_string_append (html, "\">");
}

static void
add_outline (GString *html, const DermaExhibit *exhibit)
{
  static const gchar *const layers[] = { "under", "over" };

  if (!exhibit->outline)
    return;
  derma_html_add (html, "<svg viewBox=\"0 0 %u %u\" preserveAspectRatio=\"none\" aria-hidden=\"true\">", exhibit->width,
                  exhibit->height);
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    derma_html_add (html, "<path class=\"%s%s\" d=\"%s\"/>", layers[i],
                    exhibit->kind == DERMA_OUTLINE_BOX ? " box" : "", exhibit->outline);
  g_string_append (html, "</svg>");
}

static const gchar *
describe_outline (DermaOutline kind)
{
  switch (kind) {
  case DERMA_OUTLINE_MAP:
    return " Outline: the lesion as the network sees it in this picture.";
  case DERMA_OUTLINE_BOX:
    return " Dashed: the region of the lesion as it was recorded.";
  default:
    return "";
  }
}

static void
add_picture (GString *html, const DermaCourse *course, const DermaExhibit *exhibit)
{
  g_autofree gchar *time = derma_html_format_time (course->best.time);
  g_autofree gchar *alt = g_strdup_printf ("Lesion %u, the sharpest picture of it, at %s%s", course->lesion, time,
                                           exhibit->outline ? ", with an outline drawn around it" : "");

  if (!exhibit->jpeg) {
    g_string_append (html, "<p class=\"missing\">No picture of this lesion was recorded.</p>\n");
    return;
  }
  g_string_append (html, "<figure><div class=\"frame\">");
  add_image (html, exhibit, alt);
  add_outline (html, exhibit);
  derma_html_add (html, "</div><figcaption>The sharpest picture, at %s.%s</figcaption></figure>\n", time,
                  describe_outline (exhibit->kind));
}

static void
add_bar (GString *html, gfloat value)
{
  derma_html_add (html,
                  "<td><svg aria-hidden=\"true\" width=\"100%%\" height=\"10\"><rect class=\"back\" width=\"100%%\" "
                  "height=\"10\" rx=\"2\"/><rect class=\"fill\" width=\"%.2f%%\" height=\"10\" rx=\"2\"/></svg></td>",
                  100 * value);
}

static const gchar *
get_kind (const DermaNetwork *network, guint index)
{
  if (!network->model)
    return "unknown";
  return derma_network_is_malignant (network, index) ? "malignant" : "benign";
}

static void
add_probabilities (GString *html, const DermaReading *reading, const DermaNetwork *network)
{
  g_autofree guint *order = g_new (guint, reading->classes->n);

  derma_reading_rank (reading, order, reading->classes->n);
  g_string_append (html, "<table class=\"bars\"><caption>Calibrated probabilities</caption>\n<tbody>\n");
  for (guint i = 0; i < reading->classes->n; i++) {
    derma_html_add (html, "<tr class=\"%s%s\"><th scope=\"row\">%s</th><td class=\"number\">%.2f</td>",
                    get_kind (network, order[i]), i == 0 ? " top" : "", derma_network_get_title (network, order[i]),
                    reading->probabilities[order[i]]);
    add_bar (html, reading->probabilities[order[i]]);
    g_string_append (html, "</tr>\n");
  }
  g_string_append (html, "</tbody></table>\n");
}

static void
add_verdict (GString *html, const DermaSession *session, const DermaCourse *course)
{
  const DermaReading *reading = &course->final.reading;
  const DermaNetwork *network = derma_session_find_network (session, reading->classes);
  g_autofree gchar *time = derma_html_format_time (course->final.time);

  g_string_append (html, "<div>\n");
  if (!network) {
    g_string_append (html, "<p class=\"answer\">No reading</p></div>\n");
    return;
  }
  derma_html_add (html, "<p class=\"answer\">%s <span>%.2f</span></p>\n",
                  derma_network_get_title (network, reading->top), reading->confidence);
  g_string_append (html, "<p>");
  derma_report_add_flag (html, reading);
  derma_html_add (html, " <span class=\"badge plain\">%s</span></p>\n", state_titles[reading->state]);
  derma_html_add (html,
                  "<p>Malignant score <strong>%.2f</strong>, flagged from %.2f on. The reading that stood at %s.</p>\n",
                  reading->malignant, reading->classes->operating_point, time);
  add_probabilities (html, reading, network);
  g_string_append (html, "</div>\n");
}

static void
add_key (GString *html)
{
  g_string_append (
      html,
      "<figcaption><ul class=\"key\">"
      "<li><svg width=\"22\" height=\"8\" aria-hidden=\"true\"><path class=\"score\" d=\"M0 4H22\"/></svg>malignant "
      "score</li><li><svg width=\"22\" height=\"8\" aria-hidden=\"true\"><path class=\"quality\" d=\"M0 4H22\"/></svg>"
      "quality of the picture</li><li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle class=\"final\" "
      "cx=\"6\" cy=\"6\" r=\"4.5\"/></svg>the reading</li><li><svg width=\"8\" height=\"12\" aria-hidden=\"true\">"
      "<path class=\"snapshot\" d=\"M4 0V12\"/></svg>snapshot</li><li>band: state</li></ul></figcaption>");
}

static void
add_shares (GString *html, const DermaCourse *course)
{
  gdouble shares[DERMA_N_STATES];

  derma_course_get_shares (course, shares);
  g_string_append (html, "<h3>Time in each state</h3>\n");
  derma_plot_shares (html, shares);
  g_string_append (html, "<ul class=\"key\">");
  for (guint s = DERMA_N_STATES; s-- > 0;)
    if (shares[s] > 0)
      derma_html_add (html,
                      "<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"%s\" width=\"10\" "
                      "height=\"10\" rx=\"2\"/></svg>%s %.0f %%</li>",
                      derma_state_to_string (s), state_titles[s], 100 * shares[s]);
  g_string_append (html, "</ul>\n");
}

static void
add_fact (GString *html, const gchar *name, const gchar *format, gdouble value)
{
  g_autofree gchar *text = value >= 0 ? g_strdup_printf (format, value) : g_strdup ("not measured");

  derma_html_add (html, "<div><dt>%s</dt><dd>%s</dd></div>", name, text);
}

static void
add_facts (GString *html, const DermaCourse *course)
{
  const DermaReading *best = &course->best.reading;
  gdouble settling = derma_course_get_settling (course);

  g_string_append (html, "<h3>In figures</h3>\n<dl class=\"facts\">");
  add_fact (html, "In view", "%.1f s",
            (gdouble)(derma_course_get_end (course) - derma_course_get_start (course)) / 1e9);
  if (settling >= 0)
    add_fact (html, "Time to stable", "%.1f s", settling);
  else
    g_string_append (html, "<div><dt>Time to stable</dt><dd>never stable</dd></div>");
  add_fact (html, "Readings", "%.0f", course->n_seen);
  add_fact (html, "Highest malignant score", "%.2f", derma_course_get_peak (course));
  if (course->merit >= 0) {
    add_fact (html, "Picture: focus", "%.2f", best->quality.focus);
    add_fact (html, "Picture: exposure", "%.2f", best->quality.exposure);
    add_fact (html, "Picture: without glare", "%.2f", best->quality.glare);
    add_fact (html, "Picture: stillness", "%.2f", best->quality.motion);
    add_fact (html, "Picture: typicality", "%.2f", best->typicality);
  }
  g_string_append (html, "</dl>\n");
}

static void
add_snapshot (GString *html, const DermaMark *mark, DermaGallery *gallery, gboolean shown)
{
  g_autofree gchar *time = derma_html_format_time (mark->time);
  g_autofree gchar *alt = g_strdup_printf ("Snapshot of lesion %u at %s", mark->lesion, time);
  g_auto (DermaExhibit) exhibit = { 0 };

  if (shown)
    derma_gallery_get_snapshot (gallery, mark, THUMB_SIDE, &exhibit);
  g_string_append (html, "<figure>");
  if (exhibit.jpeg)
    add_image (html, &exhibit, alt);
  derma_html_add (html, "<figcaption>%s<br><bdi>%s</bdi>%s</figcaption></figure>\n", time, mark->text ? mark->text : "",
                  shown && !exhibit.jpeg ? " (not at hand)" : "");
}

static void
add_snapshots (GString *html, const DermaSession *session, const DermaCourse *course, DermaGallery *gallery)
{
  guint n = 0;

  for (guint i = 0; i < session->snapshots->len; i++) {
    const DermaMark *mark = g_ptr_array_index (session->snapshots, i);

    if (mark->lesion != course->lesion)
      continue;
    if (n++ == 0)
      g_string_append (html, "<h3>Snapshots</h3>\n<div class=\"thumbs\">\n");
    add_snapshot (html, mark, gallery, n <= MAX_THUMBS);
  }
  if (n > 0)
    g_string_append (html, "</div>\n");
}

gboolean
derma_report_add_lesion (GString *html, const DermaSession *session, const DermaCourse *course, DermaGallery *gallery,
                         GError **error)
{
  g_autofree gchar *anchor = derma_report_get_anchor (session, course);
  g_autofree gchar *from = derma_html_format_time (derma_course_get_start (course));
  g_autofree gchar *to = derma_html_format_time (derma_course_get_end (course));
  g_auto (DermaExhibit) exhibit = { 0 };

  if (!derma_gallery_get_best (gallery, course, SIDE, &exhibit, error))
    return FALSE;
  derma_html_add (html,
                  "<section class=\"lesion\" id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">Lesion "
                  "%u <small>%s to %s</small></h2>\n<div class=\"pair\">\n",
                  anchor, anchor, anchor, course->lesion, from, to);
  add_picture (html, course, &exhibit);
  add_verdict (html, session, course);
  g_string_append (html, "</div>\n<h3>Course</h3>\n<figure>");
  derma_plot_course (html, session, course);
  add_key (html);
  g_string_append (html, "</figure>\n");
  add_shares (html, course);
  add_facts (html, course);
  add_snapshots (html, session, course, gallery);
  g_string_append (html, "</section>\n");
  return TRUE;
}
