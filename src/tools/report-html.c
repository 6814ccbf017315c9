/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report-html.h"

#include "tools/html.h"
#include "tools/report.h"
#include "tools/style.h"

#include <derma/version.h>

static void
add_head (GString *html, const GPtrArray *sessions)
{
  const DermaSession *first = g_ptr_array_index (sessions, 0);
  g_autofree gchar *date = derma_html_format_date (first->created);
  g_autoptr (GBytes) style = g_resource_lookup_data (derma_style_get_resource (), "/derma/report.css", 0, NULL);

  derma_html_add (html,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; img-src data:; "
                  "style-src &#39;unsafe-inline&#39;\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<meta name=\"generator\" content=\"dermaclassify %s\">\n<title>Skin lesions: %s</title>\n<style>\n",
                  DERMA_VERSION, *date ? date : first->name);
  g_string_append_len (html, g_bytes_get_data (style, NULL), (gssize)g_bytes_get_size (style));
  g_string_append (html, "</style>\n</head>\n<body>\n");
}

static guint
count_lesions (const GPtrArray *sessions, gboolean flagged)
{
  guint n = 0;

  for (guint i = 0; i < sessions->len; i++) {
    const DermaSession *session = g_ptr_array_index (sessions, i);

    for (guint k = 0; k < session->courses->len; k++)
      if (!flagged || ((DermaCourse *)g_ptr_array_index (session->courses, k))->final.reading.flagged)
        n++;
  }
  return n;
}

static void
add_header (GString *html, const GPtrArray *sessions)
{
  const DermaSession *first = g_ptr_array_index (sessions, 0);
  g_autofree gchar *date = derma_html_format_date (first->created);
  guint n = count_lesions (sessions, FALSE), flagged = count_lesions (sessions, TRUE);

  derma_html_add (html,
                  "<header>\n<p class=\"kicker\">dermaclassify, report of %s</p>\n<h1><bdi>%s</bdi></h1>\n"
                  "<p class=\"notice\" role=\"note\"><strong>%s</strong></p>\n",
                  sessions->len == 1 ? "a recorded session" : "recorded sessions", *date ? date : first->name,
                  DERMA_REPORT_NOTICE);
  derma_html_add (html, "<p>%u lesion%s, %u of them flagged.</p>\n</header>\n<main>\n", n, n == 1 ? "" : "s", flagged);
}

static void
add_remarks (GString *html, const DermaSession *session, const DermaGallery *gallery)
{
  for (guint i = 0; i < session->parts->len; i++) {
    const DermaPart *part = g_ptr_array_index (session->parts, i);
    g_autofree gchar *name = g_filename_display_basename (part->path);

    if (part->complete)
      continue;
    derma_html_add (
        html, "<p class=\"remark\"><bdi>%s</bdi> was not ended in order: what was written until then is here", name);
    if (part->torn > 0)
      derma_html_add (html, ", but for line %" G_GUINT64_FORMAT " of its sidecar, which is torn", part->torn);
    if (derma_gallery_has_lost (gallery, i))
      g_string_append (html, ". Its film has no picture to show");
    g_string_append (html, ".</p>\n");
  }
  for (guint i = 0; i < session->networks->len; i++) {
    const DermaNetwork *network = g_ptr_array_index (session->networks, i);

    if (!network->model)
      derma_html_add (html,
                      "<p class=\"remark\">The network <bdi>%s</bdi> is not at hand: classes go by their labels, "
                      "which of them are malignant is not known, and regions stand for outlines.</p>\n",
                      network->classes->model_name);
  }
}

static void
add_fact (GString *html, const gchar *name, const gchar *value)
{
  if (value && *value)
    derma_html_add (html, "<div><dt>%s</dt><dd><bdi>%s</bdi></dd></div>\n", name, value);
}

static void
add_overview (GString *html, const DermaSession *session)
{
  g_autofree gchar *date = derma_html_format_date (session->created);
  g_autofree gchar *duration = derma_html_format_time (session->duration);
  g_autofree gchar *parts = session->parts->len > 1 ? g_strdup_printf ("%u files", session->parts->len) : NULL;
  g_autofree gchar *lesions = g_strdup_printf ("%u", session->courses->len);
  g_autofree gchar *readings = g_strdup_printf ("%" G_GUINT64_FORMAT, session->n_readings);

  g_string_append (html, "<dl class=\"facts\">\n");
  add_fact (html, "Recorded", date);
  add_fact (html, "Duration", duration);
  add_fact (html, "Lesions", lesions);
  add_fact (html, "Readings", readings);
  add_fact (html, "Recording", session->name);
  add_fact (html, "In", parts);
  add_fact (html, "Recorded with", session->program);
  add_fact (html, "Tags", session->tags);
  g_string_append (html, "</dl>\n");
}

static void
add_row (GString *html, const DermaSession *session, const DermaCourse *course)
{
  const DermaReading *reading = &course->final.reading;
  const DermaNetwork *network = derma_session_find_network (session, reading->classes);
  g_autofree gchar *anchor = derma_report_get_anchor (session, course);
  g_autofree gchar *from = derma_html_format_time (derma_course_get_start (course));
  g_autofree gchar *to = derma_html_format_time (derma_course_get_end (course));
  gdouble settling = derma_course_get_settling (course);

  derma_html_add (html,
                  "<tr><th scope=\"row\"><a href=\"#%s\"><span>Lesion </span>%u</a></th><td class=\"wide\">%s to "
                  "%s</td><td class=\"reading\">%s</td>",
                  anchor, course->lesion, from, to, network ? derma_network_get_title (network, reading->top) : "none");
  if (network)
    derma_html_add (html, "<td class=\"wide number\">%.2f</td><td class=\"number\">%.2f</td>", reading->confidence,
                    reading->malignant);
  else
    g_string_append (html, "<td class=\"wide\"></td><td></td>");
  g_string_append (html, "<td>");
  derma_report_add_flag (html, reading);
  if (settling >= 0)
    derma_html_add (html, "</td><td class=\"wide number\">%.1f s</td></tr>\n", settling);
  else
    g_string_append (html, "</td><td class=\"wide number\">never</td></tr>\n");
}

static void
add_table (GString *html, const DermaSession *session)
{
  if (session->courses->len == 0) {
    g_string_append (html, "<p>No lesion was seen.</p>\n");
    return;
  }
  g_string_append (html, "<div class=\"scroll\"><table class=\"lesions\">\n<caption>The lesions, in the order in which "
                         "they were seen; the "
                         "reading is the one that stood last</caption>\n<thead><tr><th scope=\"col\">Lesion</th>"
                         "<th scope=\"col\" class=\"wide\">In view</th><th scope=\"col\">Reading</th>"
                         "<th scope=\"col\" class=\"wide number\">Probability</th>"
                         "<th scope=\"col\" class=\"number\">Malignant</th><th scope=\"col\">Flag</th>"
                         "<th scope=\"col\" class=\"wide number\">Stable after</th></tr></thead>\n<tbody>\n");
  for (guint i = 0; i < session->courses->len; i++)
    add_row (html, session, g_ptr_array_index (session->courses, i));
  g_string_append (html, "</tbody></table></div>\n");
}

static void
add_marks (GString *html, const DermaSession *session)
{
  if (session->marks->len == 0)
    return;
  g_string_append (html, "<h3>Tags set during the recording</h3>\n<dl class=\"facts\">");
  for (guint i = 0; i < session->marks->len; i++) {
    const DermaMark *mark = g_ptr_array_index (session->marks, i);
    g_autofree gchar *time = derma_html_format_time (mark->time);

    add_fact (html, time, mark->text);
  }
  g_string_append (html, "</dl>\n");
}

static gboolean
add_session (GString *html, const DermaSession *session, gboolean several, GError **error)
{
  g_autoptr (DermaGallery) gallery = derma_gallery_new (session);
  g_autoptr (GString) lesions = g_string_new (NULL);

  /* They tell which films cannot be read, which is remarked before. */
  for (guint i = 0; i < session->courses->len; i++)
    if (!derma_report_add_lesion (lesions, session, g_ptr_array_index (session->courses, i), gallery, error))
      return FALSE;
  derma_html_add (html, "<section class=\"session\">\n<h2>%s<bdi>%s</bdi></h2>\n", several ? "Recording " : "",
                  several ? session->name : "Overview");
  add_remarks (html, session, gallery);
  add_overview (html, session);
  add_table (html, session);
  add_marks (html, session);
  g_string_append (html, "</section>\n");
  g_string_append_len (html, lesions->str, (gssize)lesions->len);
  return TRUE;
}

/* Each network once. */
static void
add_networks (GString *html, const GPtrArray *sessions)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < sessions->len; i++) {
    const DermaSession *session = g_ptr_array_index (sessions, i);

    for (guint k = 0; k < session->networks->len; k++) {
      const DermaNetwork *network = g_ptr_array_index (session->networks, k);

      if (g_hash_table_add (seen, network->classes->model_sha256))
        derma_report_add_network (html, network);
    }
  }
}

GString *
derma_report_to_html (const GPtrArray *sessions, GError **error)
{
  GString *html = g_string_new (NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *iso = g_date_time_format_iso8601 (now);
  g_autofree gchar *date = derma_html_format_date (iso);

  add_head (html, sessions);
  add_header (html, sessions);
  for (guint i = 0; i < sessions->len; i++)
    if (!add_session (html, g_ptr_array_index (sessions, i), sessions->len > 1, error)) {
      g_string_free (html, TRUE);
      return NULL;
    }
  g_string_append (html, "<section class=\"notes\">\n");
  add_networks (html, sessions);
  derma_report_add_notes (html);
  derma_html_add (html,
                  "</section>\n</main>\n<footer>\n<p>%s Made on %s by dermaclassify %s. Pictures of skin are personal: "
                  "keep this file as you keep the recording.</p>\n</footer>\n</body>\n</html>\n",
                  DERMA_REPORT_NOTICE, date, DERMA_VERSION);
  return html;
}
