/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/report.h"

#include "tools/json.h"

#include <derma/version.h>

#include <math.h>

static gdouble
seconds (guint64 time)
{
  return (gdouble)time / 1e9;
}

/* null for what was not measured */
static void
add_measure (JsonBuilder *builder, const gchar *name, gdouble value)
{
  derma_json_add_number (builder, name, value >= 0 ? value : NAN);
}

/* As the library writes it. */
static void
add_reading (JsonBuilder *builder, const gchar *name, const DermaReading *reading)
{
  g_autofree gchar *text = derma_reading_to_json (reading);

  json_builder_set_member_name (builder, name);
  json_builder_add_value (builder, json_from_string (text, NULL));
}

static void
add_parts (JsonBuilder *builder, const DermaSession *session)
{
  derma_json_begin_array (builder, "recordings");
  for (guint i = 0; i < session->parts->len; i++) {
    const DermaPart *part = g_ptr_array_index (session->parts, i);
    g_autofree gchar *path = g_filename_display_name (part->path);
    g_autofree gchar *sidecar = g_filename_display_name (part->sidecar);

    json_builder_begin_object (builder);
    derma_json_add_string (builder, "recording", path);
    derma_json_add_string (builder, "sidecar", sidecar);
    derma_json_add_number (builder, "start", seconds (part->offset));
    derma_json_add_number (builder, "duration", seconds (part->duration));
    derma_json_add_boolean (builder, "complete", part->complete);
    derma_json_add_number (builder, "torn_line", part->torn > 0 ? (gdouble)part->torn : NAN);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_network (JsonBuilder *builder, const DermaNetwork *network)
{
  const DermaMetadata *metadata = network->model ? derma_model_get_metadata (network->model) : NULL;
  const DermaClasses *classes = metadata ? metadata->classes : network->classes;

  json_builder_begin_object (builder);
  derma_json_add_string (builder, "name", network->classes->model_name);
  derma_json_add_string (builder, "version", network->classes->model_version);
  derma_json_add_string (builder, "sha256", network->classes->model_sha256);
  derma_json_add_boolean (builder, "at_hand", network->model != NULL);
  derma_json_add_string (builder, "licence", metadata ? metadata->licence : NULL);
  add_measure (builder, "operating_point", network->classes->operating_point);
  add_measure (builder, "sensitivity", classes->sensitivity);
  add_measure (builder, "specificity", classes->specificity);
  json_builder_end_object (builder);
}

static void
add_marks (JsonBuilder *builder, const gchar *name, const gchar *member, const GPtrArray *marks)
{
  derma_json_begin_array (builder, name);
  for (guint i = 0; i < marks->len; i++) {
    const DermaMark *mark = g_ptr_array_index (marks, i);

    json_builder_begin_object (builder);
    derma_json_add_number (builder, "time", seconds (mark->time));
    if (mark->lesion > 0)
      derma_json_add_count (builder, "lesion", mark->lesion);
    derma_json_add_string (builder, member, mark->text);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_shares (JsonBuilder *builder, const DermaCourse *course)
{
  gdouble shares[DERMA_N_STATES];

  derma_course_get_shares (course, shares);
  derma_json_begin_object (builder, "states");
  for (guint s = 0; s < DERMA_N_STATES; s++)
    derma_json_add_number (builder, derma_state_to_string (s), shares[s]);
  json_builder_end_object (builder);
}

static void
add_moment (JsonBuilder *builder, const gchar *name, const DermaMoment *moment)
{
  derma_json_begin_object (builder, name);
  derma_json_add_number (builder, "time", seconds (moment->time));
  derma_json_add_count (builder, "recording", moment->part);
  add_reading (builder, "reading", &moment->reading);
  json_builder_end_object (builder);
}

static void
add_lesion (JsonBuilder *builder, const DermaSession *session, const DermaCourse *course)
{
  const DermaNetwork *network = derma_session_find_network (session, course->final.reading.classes);

  json_builder_begin_object (builder);
  derma_json_add_count (builder, "lesion", course->lesion);
  derma_json_add_number (builder, "start", seconds (derma_course_get_start (course)));
  derma_json_add_number (builder, "end", seconds (derma_course_get_end (course)));
  derma_json_add_count (builder, "readings", course->n_seen);
  derma_json_add_string (builder, "title",
                         network ? derma_network_get_title (network, course->final.reading.top) : NULL);
  add_measure (builder, "time_to_stable", derma_course_get_settling (course));
  add_measure (builder, "highest_malignant", derma_course_get_peak (course));
  add_shares (builder, course);
  add_moment (builder, "final", &course->final);
  if (course->merit >= 0)
    add_moment (builder, "best_picture", &course->best);
  json_builder_end_object (builder);
}

static void
add_session (JsonBuilder *builder, const DermaSession *session)
{
  json_builder_begin_object (builder);
  derma_json_add_string (builder, "created", session->created);
  derma_json_add_string (builder, "program", session->program);
  derma_json_add_string (builder, "tags", session->tags);
  derma_json_add_number (builder, "duration", seconds (session->duration));
  derma_json_add_count (builder, "readings", session->n_readings);
  add_parts (builder, session);
  derma_json_begin_array (builder, "models");
  for (guint i = 0; i < session->networks->len; i++)
    add_network (builder, g_ptr_array_index (session->networks, i));
  json_builder_end_array (builder);
  derma_json_begin_array (builder, "lesions");
  for (guint i = 0; i < session->courses->len; i++)
    add_lesion (builder, session, g_ptr_array_index (session->courses, i));
  json_builder_end_array (builder);
  add_marks (builder, "snapshots", "file", session->snapshots);
  add_marks (builder, "marks", "text", session->marks);
  json_builder_end_object (builder);
}

gchar *
derma_report_to_json (const GPtrArray *sessions)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;

  json_builder_begin_object (builder);
  derma_json_add_string (builder, "schema", "derma-report");
  derma_json_add_count (builder, "version", 1);
  derma_json_add_string (builder, "program", "dermaclassify " DERMA_VERSION);
  derma_json_add_string (builder, "notice", DERMA_REPORT_NOTICE);
  derma_json_begin_array (builder, "sessions");
  for (guint i = 0; i < sessions->len; i++)
    add_session (builder, g_ptr_array_index (sessions, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}
