/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/sidecar.h>

#include "evidence/member.h"
#include "evidence/reading-parse.h"
#include "evidence/sidecar-lines.h"

#include <string.h>

struct _DermaSidecar {
  DermaSidecarLines *lines;
  DermaSidecarSession session;
  DermaReading reading;
  DermaSidecarEvent event;
  gboolean complete;
  guint64 duration;
};

static void
session_clear (DermaSidecarSession *session)
{
  g_free (session->program);
  g_free (session->created);
  g_free (session->recording);
  g_free (session->tags);
  g_free (session->notice);
}

static void
event_clear (DermaSidecarEvent *event)
{
  g_free (event->kind);
  g_free (event->file);
  g_free (event->text);
  g_free (event->model_name);
  g_free (event->model_version);
  g_free (event->model_sha256);
  *event = (DermaSidecarEvent){ .pts = G_MAXUINT64 };
}

void
derma_sidecar_free (DermaSidecar *sidecar)
{
  if (!sidecar)
    return;
  derma_sidecar_lines_free (sidecar->lines);
  session_clear (&sidecar->session);
  derma_reading_clear (&sidecar->reading);
  event_clear (&sidecar->event);
  g_free (sidecar);
}

/* FALSE, with the cause as an error of the line. */
static gboolean
fail (const DermaSidecar *sidecar, GError **error, gchar *cause)
{
  derma_sidecar_lines_fail (sidecar->lines, error, DERMA_ERROR_FORMAT, "%s", cause);
  g_free (cause);
  return FALSE;
}

static gboolean
check_schema (const DermaSidecar *sidecar, JsonObject *object, GError **error)
{
  g_autofree gchar *schema = NULL;
  g_autofree gchar *type = NULL;
  guint64 version = 0;
  gchar *cause = NULL;

  if (!derma_member_get_text (object, "schema", &schema, &cause)
      || !derma_member_get_text (object, "type", &type, &cause)
      || !derma_member_get_count (object, "version", &version, &cause))
    return fail (sidecar, error, cause);
  if (!schema || strcmp (schema, DERMA_SIDECAR_SCHEMA) != 0 || !type || strcmp (type, "session") != 0) {
    derma_sidecar_lines_fail (sidecar->lines, error, DERMA_ERROR_UNSUPPORTED,
                              "does not begin a '" DERMA_SIDECAR_SCHEMA "'");
    return FALSE;
  }
  if (version >= 1 && version <= DERMA_SIDECAR_VERSION)
    return TRUE;
  derma_sidecar_lines_fail (sidecar->lines, error, DERMA_ERROR_UNSUPPORTED,
                            "is of version %" G_GUINT64_FORMAT "; this program reads up to %d", version,
                            DERMA_SIDECAR_VERSION);
  return FALSE;
}

static gboolean
take_session (DermaSidecar *sidecar, JsonObject *object, GError **error)
{
  DermaSidecarSession *session = &sidecar->session;
  gchar *cause = NULL;

  if (!check_schema (sidecar, object, error))
    return FALSE;
  session->program = g_strdup ("");
  session->created = g_strdup ("");
  session->recording = g_strdup ("");
  session->notice = g_strdup ("");
  if (derma_member_get_text (object, "program", &session->program, &cause)
      && derma_member_get_text (object, "created", &session->created, &cause)
      && derma_member_get_text (object, "recording", &session->recording, &cause)
      && derma_member_get_number (object, "part", &session->part, &cause)
      && derma_member_get_text (object, "tags", &session->tags, &cause)
      && derma_member_get_text (object, "notice", &session->notice, &cause))
    return TRUE;
  return fail (sidecar, error, cause);
}

static gboolean
read_session (DermaSidecar *sidecar, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  if (!derma_sidecar_lines_next (sidecar->lines, &object, error))
    return FALSE;
  if (object)
    return take_session (sidecar, object, error);
  derma_sidecar_lines_fail (sidecar->lines, error, DERMA_ERROR_FORMAT, "the file ends before its first line does");
  return FALSE;
}

DermaSidecar *
derma_sidecar_open (const gchar *path, GError **error)
{
  DermaSidecarLines *lines = derma_sidecar_lines_open (path, error);
  DermaSidecar *sidecar;

  if (!lines)
    return NULL;
  sidecar = g_new0 (DermaSidecar, 1);
  sidecar->lines = lines;
  sidecar->reading = (DermaReading)DERMA_READING_INIT;
  sidecar->event.pts = sidecar->duration = G_MAXUINT64;
  if (read_session (sidecar, error))
    return sidecar;
  derma_sidecar_free (sidecar);
  return NULL;
}

static gboolean
take_model (DermaSidecarEvent *event, JsonObject *object, gchar **cause)
{
  JsonObject *model = NULL;

  if (!derma_member_get_object (object, "model", &model, cause))
    return FALSE;
  return !model
         || (derma_member_get_text (model, "name", &event->model_name, cause)
             && derma_member_get_text (model, "version", &event->model_version, cause)
             && derma_member_get_text (model, "sha256", &event->model_sha256, cause));
}

static gboolean
take_event (DermaSidecarEvent *event, JsonObject *object, gchar **cause)
{
  gfloat seconds = 0;

  event_clear (event);
  if (!derma_member_get_text (object, "event", &event->kind, cause))
    return FALSE;
  if (!event->kind) {
    *cause = g_strdup ("has no member 'event'");
    return FALSE;
  }
  if (!derma_member_get_count (object, "pts", &event->pts, cause)
      || !derma_member_get_number (object, "lesion", &event->lesion, cause)
      || !derma_member_get_text (object, "file", &event->file, cause)
      || !derma_member_get_text (object, "text", &event->text, cause)
      || !derma_member_get_measure (object, "seconds", 86400, &seconds, cause))
    return FALSE;
  event->seconds = seconds;
  return take_model (event, object, cause);
}

static gboolean
take_end (DermaSidecar *sidecar, JsonObject *object, gchar **cause)
{
  sidecar->complete = TRUE;
  return derma_member_get_count (object, "pts", &sidecar->duration, cause);
}

/* @item: DERMA_SIDECAR_END for what is neither a reading nor an event. */
static gboolean
take_line (DermaSidecar *sidecar, JsonObject *object, DermaSidecarItem *item, gchar **cause)
{
  g_autofree gchar *type = NULL;

  *item = DERMA_SIDECAR_END;
  if (!derma_member_get_text (object, "type", &type, cause))
    return FALSE;
  if (!type) {
    *cause = g_strdup ("has no member 'type'");
    return FALSE;
  }
  if (sidecar->complete) {
    *cause = g_strdup ("comes after the line 'end'");
    return FALSE;
  }
  if (strcmp (type, "reading") == 0) {
    *item = DERMA_SIDECAR_READING;
    return derma_reading_parse (&sidecar->reading, object, cause);
  }
  if (strcmp (type, "event") == 0) {
    *item = DERMA_SIDECAR_EVENT;
    return take_event (&sidecar->event, object, cause)
           && (strcmp (sidecar->event.kind, "model") != 0
               || derma_reading_parse_model (&sidecar->reading, object, cause));
  }
  return strcmp (type, "end") != 0 || take_end (sidecar, object, cause);
}

gboolean
derma_sidecar_next (DermaSidecar *sidecar, DermaSidecarItem *item, GError **error)
{
  for (;;) {
    g_autoptr (JsonObject) object = NULL;
    DermaSidecarItem taken;
    gchar *cause = NULL;

    if (!derma_sidecar_lines_next (sidecar->lines, &object, error))
      return FALSE;
    if (!object) {
      *item = DERMA_SIDECAR_END;
      return TRUE;
    }
    if (!take_line (sidecar, object, &taken, &cause))
      return fail (sidecar, error, cause);
    if (taken != DERMA_SIDECAR_END) {
      *item = taken;
      return TRUE;
    }
  }
}

const DermaSidecarSession *
derma_sidecar_get_session (const DermaSidecar *sidecar)
{
  return &sidecar->session;
}

const DermaReading *
derma_sidecar_get_reading (const DermaSidecar *sidecar)
{
  return &sidecar->reading;
}

const DermaSidecarEvent *
derma_sidecar_get_event (const DermaSidecar *sidecar)
{
  return &sidecar->event;
}

guint64
derma_sidecar_get_line (const DermaSidecar *sidecar)
{
  return derma_sidecar_lines_get_number (sidecar->lines);
}

guint64
derma_sidecar_get_torn_line (const DermaSidecar *sidecar)
{
  return derma_sidecar_lines_get_torn (sidecar->lines);
}

gboolean
derma_sidecar_is_complete (const DermaSidecar *sidecar)
{
  return sidecar->complete;
}

guint64
derma_sidecar_get_duration (const DermaSidecar *sidecar)
{
  return sidecar->duration;
}
