/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chapters.h"

#include <derma/error.h>
#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>

/* More than a person would jump between. */
#define MAX_CHAPTERS 10000

typedef struct {
  GString *text;
  guint n;
} Document;

static void
add (Document *document, guint64 pts, const gchar *title)
{
  const guint64 seconds = pts / G_GUINT64_CONSTANT (1000000000);
  g_autofree gchar *plain = g_strdup (title);
  g_autofree gchar *escaped = NULL;

  for (gchar *at = plain; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  escaped = g_markup_escape_text (plain, -1);
  g_string_append_printf (document->text,
                          "<ChapterAtom><ChapterTimeStart>%02" G_GUINT64_FORMAT ":%02u:%02u.%09u</ChapterTimeStart>"
                          "<ChapterDisplay><ChapterString>%s</ChapterString><ChapterLanguage>eng</ChapterLanguage>"
                          "</ChapterDisplay></ChapterAtom>\n",
                          seconds / 3600, (guint)(seconds / 60 % 60), (guint)(seconds % 60),
                          (guint)(pts % G_GUINT64_CONSTANT (1000000000)), escaped);
  document->n++;
}

static void
take_event (Document *document, const DermaSidecarEvent *event)
{
  g_autofree gchar *title = NULL;

  if (event->pts > G_MAXINT64 || document->n >= MAX_CHAPTERS)
    return;
  if (strcmp (event->kind, "lesion") == 0)
    title = g_strdup_printf ("Lesion %u", event->lesion);
  else if (strcmp (event->kind, "snapshot") == 0 && event->lesion > 0)
    title = g_strdup_printf ("Snapshot of lesion %u", event->lesion);
  else if (strcmp (event->kind, "snapshot") == 0)
    title = g_strdup ("Snapshot");
  else
    return;
  if (document->n == 0 && event->pts >= G_GUINT64_CONSTANT (1000000000))
    add (document, 0, "Beginning");
  add (document, event->pts, title);
}

static gchar *
read_sidecar (const gchar *path, guint *n, gchar **title, GError **error)
{
  g_autoptr (DermaSidecar) sidecar = derma_sidecar_open (path, error);
  g_autoptr (GString) text = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Chapters><EditionEntry>\n");
  Document document = { text, 0 };
  DermaSidecarItem item;

  if (!sidecar)
    return NULL;
  do {
    if (!derma_sidecar_next (sidecar, &item, error))
      return NULL;
    if (item == DERMA_SIDECAR_EVENT)
      take_event (&document, derma_sidecar_get_event (sidecar));
  } while (item != DERMA_SIDECAR_END);
  g_string_append (text, "</EditionEntry></Chapters>\n");
  *n = document.n;
  *title = g_strdup (derma_sidecar_get_session (sidecar)->tags);
  return g_strdup (text->str);
}

gchar *
chapters_from_sidecar (const gchar *sidecar, guint *n, GError **error)
{
  g_autofree gchar *title = NULL;

  return read_sidecar (sidecar, n, &title, error);
}

/* What the program said, in one line. */
static gboolean
fail (const gchar *recording, const gchar *output, GError **error)
{
  g_autofree gchar *line = g_strstrip (g_strdup (output ? output : ""));
  gchar *end = strrchr (line, '\n');

  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: mkvpropedit cannot add chapters: %s", recording,
               end ? end + 1 : line);
  return FALSE;
}

static gboolean
edit (const gchar *recording, const gchar *document, const gchar *title, GError **error)
{
  g_autofree gchar *full = g_canonicalize_filename (recording, NULL);
  g_autofree gchar *setting = g_strconcat ("title=", title, NULL);
  const gchar *argv[] = { "mkvpropedit", "--quiet", full,    "--chapters", document,
                          "--edit",      "info",    "--set", setting,      NULL };
  g_autofree gchar *output = NULL;
  g_autoptr (GError) cause = NULL;
  gint status;

  if (!g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status, &cause)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: no chapters without mkvpropedit of mkvtoolnix: %s",
                 recording, cause->message);
    return FALSE;
  }
  return g_spawn_check_wait_status (status, NULL) || fail (recording, output, error);
}

gboolean
chapters_add (const gchar *recording, const gchar *sidecar, guint *n, GError **error)
{
  g_autofree gchar *title = NULL;
  g_autofree gchar *text = read_sidecar (sidecar, n, &title, error);
  g_autofree gchar *document = NULL;
  gboolean ok;
  gint fd;

  if (!text)
    return FALSE;
  if (*n == 0)
    return TRUE;
  fd = g_file_open_tmp ("derma-chapters-XXXXXX.xml", &document, error);
  if (fd < 0)
    return FALSE;
  g_close (fd, NULL);
  ok = g_file_set_contents (document, text, -1, error) && edit (recording, document, title ? title : "", error);
  g_unlink (document);
  return ok;
}
