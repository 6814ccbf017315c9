/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chapters.h"

#include "plaintext.h"

#include <derma/error.h>
#include <derma/sidecar.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* More than a person would jump between. */
#define MAX_CHAPTERS 10000

/* Players leave out a chapter that does not begin after the one before it. */
#define APART G_GUINT64_CONSTANT (1000000)

typedef struct {
  guint64 pts;
  gchar *title;
} Chapter;

static void
clear_chapter (gpointer data)
{
  g_free (((Chapter *)data)->title);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Chapter *one = a, *other = b;

  return (one->pts > other->pts) - (one->pts < other->pts);
}

static void
write_chapter (GString *text, const Chapter *chapter)
{
  const guint64 seconds = chapter->pts / G_GUINT64_CONSTANT (1000000000);
  g_autofree gchar *escaped = g_markup_escape_text (chapter->title, -1);

  g_string_append_printf (text,
                          "<ChapterAtom><ChapterTimeStart>%02" G_GUINT64_FORMAT ":%02u:%02u.%09u</ChapterTimeStart>"
                          "<ChapterDisplay><ChapterString>%s</ChapterString><ChapterLanguage>eng</ChapterLanguage>"
                          "</ChapterDisplay></ChapterAtom>\n",
                          seconds / 3600, (guint)(seconds / 60 % 60), (guint)(seconds % 60),
                          (guint)(chapter->pts % G_GUINT64_CONSTANT (1000000000)), escaped);
}

static void
take_event (GArray *chapters, const DermaSidecarEvent *event)
{
  Chapter chapter = { event->pts, NULL };

  if (event->pts > G_MAXINT64 || chapters->len >= MAX_CHAPTERS)
    return;
  if (strcmp (event->kind, "lesion") == 0)
    chapter.title = g_strdup_printf ("Lesion %u", event->lesion);
  else if (strcmp (event->kind, "snapshot") == 0 && event->lesion > 0)
    chapter.title = g_strdup_printf ("Snapshot of lesion %u", event->lesion);
  else if (strcmp (event->kind, "snapshot") == 0)
    chapter.title = g_strdup ("Snapshot");
  else
    return;
  g_array_append_vals (chapters, &chapter, 1);
}

/* In the order of time: a snapshot is of a frame that came before the wish for it. */
static gchar *
write_chapters (GArray *chapters)
{
  GString *text = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Chapters><EditionEntry>\n");

  g_array_sort (chapters, compare);
  if (chapters->len > 0 && g_array_index (chapters, Chapter, 0).pts >= G_GUINT64_CONSTANT (1000000000)) {
    Chapter beginning = { 0, g_strdup ("Beginning") };

    g_array_prepend_vals (chapters, &beginning, 1);
  }
  for (guint i = 0; i < chapters->len; i++) {
    Chapter *chapter = &g_array_index (chapters, Chapter, i);

    if (i > 0)
      chapter->pts = MAX (chapter->pts, g_array_index (chapters, Chapter, i - 1).pts + APART);
    write_chapter (text, chapter);
  }
  g_string_append (text, "</EditionEntry></Chapters>\n");
  return g_string_free (text, FALSE);
}

static gchar *
read_sidecar (const gchar *path, guint *n, gchar **title, GError **error)
{
  g_autoptr (DermaSidecar) sidecar = derma_sidecar_open (path, error);
  g_autoptr (GArray) chapters = g_array_new (FALSE, FALSE, sizeof (Chapter));
  g_autofree gchar *text = NULL;
  const gchar *tags;
  DermaSidecarItem item;

  g_array_set_clear_func (chapters, clear_chapter);
  if (!sidecar)
    return NULL;
  do {
    if (!derma_sidecar_next (sidecar, &item, error))
      return NULL;
    if (item == DERMA_SIDECAR_EVENT)
      take_event (chapters, derma_sidecar_get_event (sidecar));
  } while (item != DERMA_SIDECAR_END);
  text = write_chapters (chapters);
  *n = chapters->len;
  tags = derma_sidecar_get_session (sidecar)->tags;
  *title = derma_plaintext_new (tags ? tags : "");
  return g_steal_pointer (&text);
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

/* Ctrl-C is for us: one that reached the program would break the film that it writes in. */
static void
leave_terminal (gpointer data)
{
  setsid ();
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

  if (!g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, leave_terminal, NULL, &output, NULL, &status,
                     &cause)) {
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
  ok = g_file_set_contents (document, text, -1, error) && edit (recording, document, title, error);
  g_unlink (document);
  return ok;
}
