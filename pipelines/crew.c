/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crew.h"

#include "examine.h"

#include <derma/error.h>

#include <gio/gio.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

/* Exit code of a worker that has lost the network of its results. */
#define NO_NETWORK 3

struct _Crew {
  CrewPlan plan;
  const GPtrArray *units;
  GMutex lock;
  guint next;
  guint done;
  guint failed;
  guint running; /* threads */
  gboolean stopping;
  GPtrArray *processes; /* of GSubprocess, those that run */
  GPtrArray *threads;
  GError *error; /* the first that keeps results from being written */
};

/* A worker, and how to talk to it: a kind and a path, each ended by NUL, there; an answer ended by NUL back. */
typedef struct {
  GSubprocess *process;
  GOutputStream *to;
  GDataInputStream *from;
} Link;

static void
link_clear (Crew *crew, Link *link)
{
  if (!link->process)
    return;
  g_mutex_lock (&crew->lock);
  g_ptr_array_remove_fast (crew->processes, link->process);
  g_mutex_unlock (&crew->lock);
  g_output_stream_close (link->to, NULL, NULL);
  g_subprocess_wait (link->process, NULL, NULL);
  g_clear_object (&link->from);
  g_clear_object (&link->process);
}

static gboolean
link_open (Crew *crew, Link *link, GError **error)
{
  const gchar *sha256 = crew->plan.key.sha256;
  gchar window[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_dtostr (window, sizeof window, crew->plan.key.window);
  link->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, error,
                                    crew->plan.program, "--worker", window, sha256, crew->plan.model, NULL);
  if (!link->process)
    return FALSE;
  link->to = g_subprocess_get_stdin_pipe (link->process);
  link->from = g_data_input_stream_new (g_subprocess_get_stdout_pipe (link->process));
  g_mutex_lock (&crew->lock);
  g_ptr_array_add (crew->processes, g_object_ref (link->process));
  if (crew->stopping)
    g_subprocess_force_exit (link->process);
  g_mutex_unlock (&crew->lock);
  return TRUE;
}

/* (transfer full): what the worker says of a unit; NULL if it is gone */
static gchar *
ask (const Link *link, const Unit *unit)
{
  const gchar kind = unit->kind == UNIT_PICTURE ? 'p' : 'r';

  if (!g_output_stream_write_all (link->to, &kind, 1, NULL, NULL, NULL)
      || !g_output_stream_write_all (link->to, unit->path, strlen (unit->path) + 1, NULL, NULL, NULL))
    return NULL;
  return g_data_input_stream_read_upto (link->from, "", 1, NULL, NULL, NULL);
}

/* Whether it ended for what the file is not to blame for: it was told to stop, as all of a group or a session are, or
 * has no network any more. */
static gboolean
is_blameless (const Crew *crew, GSubprocess *process, GError **error)
{
  gint number;

  g_subprocess_wait (process, NULL, NULL);
  number = g_subprocess_get_if_signaled (process) ? g_subprocess_get_term_sig (process) : 0;
  if (number == SIGINT || number == SIGTERM || number == SIGHUP)
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME,
                 "a reader was told to stop (signal %d); run it again to go on", number);
  else if (number == 0 && g_subprocess_get_exit_status (process) == NO_NETWORK)
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_DIGEST, "%s: is not the network any more that it was; run it again",
                 crew->plan.model);
  else
    return FALSE;
  return TRUE;
}

static gchar *
describe_end (GSubprocess *process)
{
  if (g_subprocess_get_if_signaled (process))
    return g_strdup_printf ("broke its reader (signal %d)", g_subprocess_get_term_sig (process));
  return g_strdup_printf ("ended its reader (exit code %d)", g_subprocess_get_exit_status (process));
}

/* An answer is an object with what was found, or a text with what is wrong. */
static gchar *
make_line (const Crew *crew, const Unit *unit, const gchar *answer, gboolean *failed)
{
  g_autoptr (JsonNode) node = json_from_string (answer, NULL);

  *failed = !node || !JSON_NODE_HOLDS_OBJECT (node);
  if (!*failed)
    return result_format (unit, &crew->plan.key, json_node_get_object (node), NULL);
  return result_format (unit, &crew->plan.key, NULL,
                        node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node)
                            ? json_node_get_string (node)
                            : "its reader talks nonsense");
}

static void
count (Crew *crew, gboolean failed, GError *error)
{
  g_mutex_lock (&crew->lock);
  crew->done++;
  crew->failed += failed;
  if (error && !crew->error) {
    crew->error = error;
    crew->next = crew->units->len;
  } else {
    g_clear_error (&error);
  }
  g_mutex_unlock (&crew->lock);
}

static gboolean
is_stopping (Crew *crew)
{
  gboolean stopping;

  g_mutex_lock (&crew->lock);
  stopping = crew->stopping;
  g_mutex_unlock (&crew->lock);
  return stopping;
}

/* Reads one unit. A worker that is gone was stopped, or broke over this file. */
static void
serve (Crew *crew, Link *link, const Unit *unit)
{
  g_autofree gchar *answer = NULL;
  g_autofree gchar *line = NULL;
  gboolean failed = TRUE;
  GError *error = NULL;

  if (!link->process && !link_open (crew, link, &error)) {
    count (crew, TRUE, error);
    return;
  }
  answer = ask (link, unit);
  if (is_stopping (crew))
    return;
  if (answer) {
    /* The NUL itself is left by the reading. */
    g_data_input_stream_read_byte (link->from, NULL, NULL);
    line = make_line (crew, unit, answer, &failed);
  } else if (is_blameless (crew, link->process, &error)) {
    link_clear (crew, link);
    count (crew, TRUE, error);
    return;
  } else {
    g_autofree gchar *end = describe_end (link->process);
    g_autofree gchar *cause = g_strdup_printf ("%s: %s", unit->path, end);

    line = result_format (unit, &crew->plan.key, NULL, cause);
    link_clear (crew, link);
  }
  result_save (unit, line, &error);
  count (crew, failed, error);
}

static const Unit *
take_next (Crew *crew)
{
  const Unit *unit = NULL;

  g_mutex_lock (&crew->lock);
  if (!crew->stopping && crew->next < crew->units->len)
    unit = g_ptr_array_index (crew->units, crew->next++);
  g_mutex_unlock (&crew->lock);
  return unit;
}

static gpointer
run (gpointer data)
{
  Crew *crew = data;
  Link link = { NULL, NULL, NULL };
  const Unit *unit;

  while ((unit = take_next (crew)))
    serve (crew, &link, unit);
  link_clear (crew, &link);
  g_mutex_lock (&crew->lock);
  crew->running--;
  g_mutex_unlock (&crew->lock);
  return NULL;
}

Crew *
crew_start (const CrewPlan *plan, const GPtrArray *units)
{
  Crew *crew = g_new0 (Crew, 1);

  crew->plan = *plan;
  crew->units = units;
  g_mutex_init (&crew->lock);
  crew->processes = g_ptr_array_new_with_free_func (g_object_unref);
  crew->threads = g_ptr_array_new ();
  crew->running = plan->jobs;
  for (guint i = 0; i < plan->jobs; i++)
    g_ptr_array_add (crew->threads, g_thread_new ("crew", run, crew));
  return crew;
}

guint
crew_get_done (Crew *crew, guint *failed)
{
  guint done;

  g_mutex_lock (&crew->lock);
  done = crew->done;
  *failed = crew->failed;
  g_mutex_unlock (&crew->lock);
  return done;
}

gboolean
crew_is_busy (Crew *crew)
{
  gboolean busy;

  g_mutex_lock (&crew->lock);
  busy = crew->running > 0;
  g_mutex_unlock (&crew->lock);
  return busy;
}

void
crew_stop (Crew *crew)
{
  g_mutex_lock (&crew->lock);
  crew->stopping = TRUE;
  for (guint i = 0; i < crew->processes->len; i++)
    g_subprocess_force_exit (g_ptr_array_index (crew->processes, i));
  g_mutex_unlock (&crew->lock);
}

gboolean
crew_finish (Crew *crew, GError **error)
{
  gboolean written;

  for (guint i = 0; i < crew->threads->len; i++)
    g_thread_join (g_ptr_array_index (crew->threads, i));
  written = !crew->error;
  if (crew->error)
    g_propagate_error (error, crew->error);
  g_ptr_array_unref (crew->processes);
  g_ptr_array_unref (crew->threads);
  g_mutex_clear (&crew->lock);
  g_free (crew);
  return written;
}

/* (transfer full) (nullable): the answer to one request; NULL if the network is to blame */
static gchar *
answer_request (Examiner *examiner, const gchar *request)
{
  UnitKind kind = *request == 'p' ? UNIT_PICTURE : UNIT_RECORDING;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) found = examiner_read (examiner, request + 1, kind, &error);
  g_autoptr (JsonNode) node = NULL;

  if (!found && !examiner_is_sound (examiner))
    return NULL;
  node = json_node_alloc ();
  if (found) {
    json_node_init_object (node, found);
  } else {
    g_autofree gchar *valid = g_utf8_make_valid (error->message, -1);

    json_node_init_string (node, g_strdelimit (valid, "\r\n", ' '));
  }
  return json_to_string (node, FALSE);
}

void
crew_prepare (void)
{
  signal (SIGINT, SIG_IGN);
  signal (SIGTERM, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  /* A crew that was killed stops nobody. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

gint
crew_work (const gchar *model, const ResultKey *key)
{
  g_autoptr (Examiner) examiner = examiner_new (model, key, NULL);
  g_autofree gchar *request = NULL;
  size_t size = 0;

  if (!examiner)
    return NO_NETWORK;
  while (getdelim (&request, &size, '\0', stdin) > 1) {
    g_autofree gchar *answer = answer_request (examiner, request);

    if (!answer)
      return NO_NETWORK;
    if (fwrite (answer, strlen (answer) + 1, 1, stdout) != 1 || fflush (stdout) != 0)
      return 1;
  }
  return 0;
}
