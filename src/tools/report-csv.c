/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report.h"

#include "tools/csvtext.h"

/* Columns of times and scores; a column "share_STATE" a state follows. */
#define HEADER                                                                                                         \
  "recording,lesion,start,end,readings,label,title,confidence,malignant,operating_point,flagged,state,"                \
  "time_to_stable,highest_malignant,picture_time,picture_focus,picture_exposure,picture_glare,picture_motion,picture_" \
  "typicality,"                                                                                                        \
  "snapshots,model,model_version,model_sha256"

static guint
count_snapshots (const DermaSession *session, guint lesion)
{
  guint n = 0;

  for (guint i = 0; i < session->snapshots->len; i++)
    n += ((DermaMark *)g_ptr_array_index (session->snapshots, i))->lesion == lesion;
  return n;
}

static void
add_reading (GString *csv, const DermaSession *session, const DermaReading *reading)
{
  const DermaNetwork *network = derma_session_find_network (session, reading->classes);

  derma_csv_add_text (csv, network ? reading->classes->labels[reading->top] : "");
  derma_csv_add_text (csv, network ? derma_network_get_title (network, reading->top) : "");
  derma_csv_add_number (csv, "%.4f", network ? reading->confidence : -1);
  derma_csv_add_number (csv, "%.4f", network ? reading->malignant : -1);
  derma_csv_add_number (csv, "%.4f", network ? reading->classes->operating_point : -1);
  derma_csv_add_text (csv, reading->flagged ? "true" : "false");
  derma_csv_add_text (csv, derma_state_to_string (reading->state));
}

static void
add_picture (GString *csv, const DermaCourse *course)
{
  const DermaQuality *quality = &course->best.reading.quality;
  gboolean there = course->merit >= 0;

  derma_csv_add_number (csv, "%.3f", there ? (gdouble)course->best.time / 1e9 : -1);
  derma_csv_add_number (csv, "%.4f", there ? quality->focus : -1);
  derma_csv_add_number (csv, "%.4f", there ? quality->exposure : -1);
  derma_csv_add_number (csv, "%.4f", there ? quality->glare : -1);
  derma_csv_add_number (csv, "%.4f", there ? quality->motion : -1);
  derma_csv_add_number (csv, "%.4f", there ? course->best.reading.typicality : -1);
}

static void
add_row (GString *csv, const DermaSession *session, const DermaCourse *course)
{
  const DermaClasses *classes = course->final.reading.classes;
  gdouble shares[DERMA_N_STATES];

  derma_csv_add_text (csv, session->name);
  derma_csv_add_number (csv, "%.0f", course->lesion);
  derma_csv_add_number (csv, "%.3f", (gdouble)derma_course_get_start (course) / 1e9);
  derma_csv_add_number (csv, "%.3f", (gdouble)derma_course_get_end (course) / 1e9);
  derma_csv_add_number (csv, "%.0f", course->n_seen);
  add_reading (csv, session, &course->final.reading);
  derma_csv_add_number (csv, "%.3f", derma_course_get_settling (course));
  derma_csv_add_number (csv, "%.4f", derma_course_get_peak (course));
  add_picture (csv, course);
  derma_csv_add_number (csv, "%.0f", count_snapshots (session, course->lesion));
  derma_csv_add_text (csv, classes ? classes->model_name : "");
  derma_csv_add_text (csv, classes ? classes->model_version : "");
  derma_csv_add_text (csv, classes ? classes->model_sha256 : "");
  derma_course_get_shares (course, shares);
  for (guint s = 0; s < DERMA_N_STATES; s++)
    derma_csv_add_number (csv, "%.4f", shares[s]);
  derma_csv_end_row (csv);
}

gchar *
derma_report_to_csv (const GPtrArray *sessions)
{
  g_autoptr (GString) csv = g_string_new (HEADER);

  for (guint s = 0; s < DERMA_N_STATES; s++)
    g_string_append_printf (csv, ",share_%s", derma_state_to_string (s));
  derma_csv_end_row (csv);
  for (guint i = 0; i < sessions->len; i++) {
    const DermaSession *session = g_ptr_array_index (sessions, i);

    for (guint k = 0; k < session->courses->len; k++)
      add_row (csv, session, g_ptr_array_index (session->courses, k));
  }
  return g_strdup (csv->str);
}
