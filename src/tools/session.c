/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/session.h"

#include <derma/sidecar.h>

#include <string.h>

#define MAX_READINGS 4000000
#define MAX_LESIONS 2000
#define MAX_MARKS 10000
#define MAX_NETWORKS 64
/* A year in ns: times add up without a thought. */
#define MAX_TIME (G_GUINT64_CONSTANT (366) * 24 * 3600 * 1000000000)

static void
part_free (gpointer data)
{
  DermaPart *part = data;

  g_free (part->path);
  g_free (part->sidecar);
  g_free (part);
}

static void
mark_free (gpointer data)
{
  DermaMark *mark = data;

  g_free (mark->text);
  g_free (mark);
}

static void
network_free (gpointer data)
{
  DermaNetwork *network = data;

  derma_classes_unref (network->classes);
  derma_model_unref (network->model);
  g_free (network);
}

void
derma_session_free (DermaSession *session)
{
  if (!session)
    return;
  g_free (session->name);
  g_free (session->program);
  g_free (session->created);
  g_free (session->tags);
  g_ptr_array_unref (session->parts);
  g_ptr_array_unref (session->courses);
  g_ptr_array_unref (session->snapshots);
  g_ptr_array_unref (session->marks);
  g_ptr_array_unref (session->networks);
  g_free (session);
}

GPtrArray *
derma_sessions_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)derma_session_free);
}

static DermaSession *
session_new (const gchar *recording, const DermaSidecarSession *from)
{
  DermaSession *session = g_new0 (DermaSession, 1);

  session->name = g_filename_display_basename (recording);
  session->program = g_strdup (from->program);
  session->created = g_strdup (from->created);
  session->tags = g_strdup (from->tags);
  session->parts = g_ptr_array_new_with_free_func (part_free);
  session->courses = g_ptr_array_new_with_free_func ((GDestroyNotify)derma_course_free);
  session->snapshots = g_ptr_array_new_with_free_func (mark_free);
  session->marks = g_ptr_array_new_with_free_func (mark_free);
  session->networks = g_ptr_array_new_with_free_func (network_free);
  return session;
}

/* "visit" of "visit-00003.mkv"; NULL of another name. */
static gchar *
get_stem (const gchar *path)
{
  const gchar *dot = strrchr (path, '.');
  gsize length = dot ? (gsize)(dot - path) : strlen (path);

  for (guint i = 1; i <= 5; i++)
    if (length < 7 || !g_ascii_isdigit (path[length - i]))
      return NULL;
  return path[length - 6] == '-' ? g_strndup (path, length - 6) : NULL;
}

static gboolean
continues (const DermaSession *session, const gchar *recording, const DermaSidecarSession *from)
{
  const DermaPart *last = g_ptr_array_index (session->parts, session->parts->len - 1);
  g_autofree gchar *stem = get_stem (recording);
  g_autofree gchar *other = get_stem (last->path);

  return stem && other && strcmp (stem, other) == 0 && from->part == session->last_part + 1;
}

/* What a sidecar is read into. */
typedef struct {
  DermaSidecar *sidecar;
  const gchar *path;
  DermaSession *session;
  DermaPart *part;
  GHashTable *courses; /* number of the lesion -> DermaCourse, also those that are still empty */
  guint64 last;        /* time on the part's own time line */
} Loading;

static gboolean
fail (const Loading *loading, GError **error, DermaError code, const gchar *cause)
{
  g_autofree gchar *name = g_filename_display_name (loading->path);

  g_set_error (error, DERMA_ERROR, code, "%s: line %" G_GUINT64_FORMAT ": %s", name,
               derma_sidecar_get_line (loading->sidecar), cause);
  return FALSE;
}

/* A time that is missing is the latest one so far. Events may come after readings of later pictures. */
static gboolean
take_time (Loading *loading, guint64 pts, guint64 *time, GError **error)
{
  if (pts != G_MAXUINT64 && pts > MAX_TIME)
    return fail (loading, error, DERMA_ERROR_LIMIT, "member 'pts' is more than a year");
  if (pts == G_MAXUINT64)
    pts = loading->last;
  loading->last = MAX (loading->last, pts);
  *time = loading->part->offset + pts;
  return TRUE;
}

static gboolean
take_network (Loading *loading, DermaClasses *classes, GError **error)
{
  GPtrArray *networks = loading->session->networks;
  DermaNetwork *network;

  if (!classes || derma_session_find_network (loading->session, classes))
    return TRUE;
  if (networks->len >= MAX_NETWORKS)
    return fail (loading, error, DERMA_ERROR_LIMIT,
                 "is of network number " G_STRINGIFY (MAX_NETWORKS) " and more; that is too many");
  network = g_new0 (DermaNetwork, 1);
  network->classes = derma_classes_ref (classes);
  g_ptr_array_add (networks, network);
  return TRUE;
}

static DermaCourse *
get_course (Loading *loading, guint lesion)
{
  DermaCourse *course = g_hash_table_lookup (loading->courses, GUINT_TO_POINTER (lesion));

  if (course || g_hash_table_size (loading->courses) >= MAX_LESIONS)
    return course;
  course = derma_course_new (lesion);
  g_hash_table_insert (loading->courses, GUINT_TO_POINTER (lesion), course);
  g_ptr_array_add (loading->session->courses, course);
  return course;
}

static gboolean
take_reading (Loading *loading, GError **error)
{
  const DermaReading *reading = derma_sidecar_get_reading (loading->sidecar);
  DermaCourse *course = get_course (loading, reading->lesion);
  guint64 time;

  if (!take_time (loading, reading->pts, &time, error) || !take_network (loading, reading->classes, error))
    return FALSE;
  if (!course)
    return fail (loading, error, DERMA_ERROR_LIMIT, "is of more than " G_STRINGIFY (MAX_LESIONS) " lesions");
  /* A course goes on, whatever its times. */
  time = loading->part->offset + loading->last;
  if (++loading->session->n_readings > MAX_READINGS)
    return fail (loading, error, DERMA_ERROR_LIMIT, "is of more than " G_STRINGIFY (MAX_READINGS) " readings");
  derma_course_add (course, reading, time, loading->session->parts->len - 1);
  return TRUE;
}

static gboolean
take_mark (Loading *loading, GPtrArray *marks, const gchar *text, GError **error)
{
  const DermaSidecarEvent *event = derma_sidecar_get_event (loading->sidecar);
  DermaMark *mark;
  guint64 time;

  if (!take_time (loading, event->pts, &time, error))
    return FALSE;
  if (marks->len >= MAX_MARKS)
    return fail (loading, error, DERMA_ERROR_LIMIT,
                 "is of more than " G_STRINGIFY (MAX_MARKS) " snapshots or as many tags");
  mark = g_new0 (DermaMark, 1);
  mark->time = time;
  mark->part = loading->session->parts->len - 1;
  mark->lesion = event->lesion;
  mark->text = g_strdup (text);
  g_ptr_array_add (marks, mark);
  return TRUE;
}

static gboolean
take_event (Loading *loading, GError **error)
{
  const DermaSidecarEvent *event = derma_sidecar_get_event (loading->sidecar);
  guint64 time;

  if (strcmp (event->kind, "snapshot") == 0)
    return take_mark (loading, loading->session->snapshots, event->file, error);
  if (strcmp (event->kind, "tag") == 0 && event->text)
    return take_mark (loading, loading->session->marks, event->text, error);
  return take_time (loading, event->pts, &time, error);
}

static gboolean
take_items (Loading *loading, GError **error)
{
  DermaSidecarItem item = DERMA_SIDECAR_END;

  do {
    if (!derma_sidecar_next (loading->sidecar, &item, error))
      return FALSE;
    if (item == DERMA_SIDECAR_READING && !take_reading (loading, error))
      return FALSE;
    if (item == DERMA_SIDECAR_EVENT && !take_event (loading, error))
      return FALSE;
  } while (item != DERMA_SIDECAR_END);
  return TRUE;
}

static gboolean
finish (Loading *loading, GError **error)
{
  guint64 duration = derma_sidecar_get_duration (loading->sidecar);
  DermaPart *part = loading->part;
  guint64 time;

  if (!take_time (loading, duration, &time, error))
    return FALSE;
  part->duration = loading->last;
  part->complete = derma_sidecar_is_complete (loading->sidecar);
  part->torn = derma_sidecar_get_torn_line (loading->sidecar);
  loading->session->duration = part->offset + part->duration;
  return TRUE;
}

static void
add_part (Loading *loading, const gchar *recording)
{
  DermaPart *part = g_new0 (DermaPart, 1);

  part->path = g_strdup (recording);
  part->sidecar = g_strdup (loading->path);
  part->offset = loading->session->duration;
  loading->session->last_part = derma_sidecar_get_session (loading->sidecar)->part;
  g_ptr_array_add (loading->session->parts, part);
  loading->part = part;
}

static void
drop_empty_courses (DermaSession *session)
{
  for (guint i = session->courses->len; i-- > 0;)
    if (((DermaCourse *)g_ptr_array_index (session->courses, i))->n_seen == 0)
      g_ptr_array_remove_index (session->courses, i);
}

static gboolean
load (Loading *loading, GPtrArray *sessions, const gchar *recording, GError **error)
{
  const DermaSidecarSession *from = derma_sidecar_get_session (loading->sidecar);
  DermaSession *last = sessions->len > 0 ? g_ptr_array_index (sessions, sessions->len - 1) : NULL;

  if (last && continues (last, recording, from)) {
    loading->session = last;
    for (guint i = 0; i < last->courses->len; i++) {
      DermaCourse *course = g_ptr_array_index (last->courses, i);

      g_hash_table_insert (loading->courses, GUINT_TO_POINTER (course->lesion), course);
    }
  } else {
    loading->session = session_new (recording, from);
    g_ptr_array_add (sessions, loading->session);
    loading->session->number = sessions->len;
  }
  add_part (loading, recording);
  if (!take_items (loading, error) || !finish (loading, error))
    return FALSE;
  drop_empty_courses (loading->session);
  return TRUE;
}

static gchar *
find_sidecar (const gchar *recording, GError **error)
{
  const gchar *dot = strrchr (recording, '.');
  const gchar *slash = strrchr (recording, '/');
  gsize length = dot && (!slash || dot > slash + 1) ? (gsize)(dot - recording) : strlen (recording);
  g_autofree gchar *stem = g_strndup (recording, length);
  g_autofree gchar *path = g_strconcat (stem, ".jsonl", NULL);
  g_autofree gchar *shown = NULL, *name = NULL;

  if (strcmp (path, recording) != 0 && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  shown = g_filename_display_name (recording);
  name = g_filename_display_basename (path);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: has no sidecar %s beside it (--sidecar names another)", shown,
               name);
  return NULL;
}

gboolean
derma_sessions_add (GPtrArray *sessions, const gchar *recording, const gchar *sidecar, GError **error)
{
  g_autofree gchar *path = sidecar ? g_strdup (sidecar) : find_sidecar (recording, error);
  g_autoptr (DermaSidecar) reader = path ? derma_sidecar_open (path, error) : NULL;
  g_autoptr (GHashTable) courses = g_hash_table_new (NULL, NULL);
  Loading loading = { .sidecar = reader, .path = path, .courses = courses };

  return reader && load (&loading, sessions, recording, error);
}

static gboolean
same (const DermaClasses *a, const DermaClasses *b)
{
  return a == b
         || (a->operating_point == b->operating_point && strcmp (a->model_sha256, b->model_sha256) == 0
             && strcmp (a->model_name, b->model_name) == 0 && strcmp (a->model_version, b->model_version) == 0
             && g_strv_equal ((const gchar *const *)a->labels, (const gchar *const *)b->labels));
}

DermaNetwork *
derma_session_find_network (const DermaSession *session, const DermaClasses *classes)
{
  for (guint i = 0; classes && i < session->networks->len; i++) {
    DermaNetwork *network = g_ptr_array_index (session->networks, i);

    if (same (network->classes, classes))
      return network;
  }
  return NULL;
}

const gchar *
derma_network_get_title (const DermaNetwork *network, guint index)
{
  const DermaClasses *classes = network->model ? derma_model_get_metadata (network->model)->classes : network->classes;

  return classes->titles[index];
}

gboolean
derma_network_is_malignant (const DermaNetwork *network, guint index)
{
  return network->model && derma_model_get_metadata (network->model)->classes->malignant[index];
}
