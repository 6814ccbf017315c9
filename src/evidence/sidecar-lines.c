/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/sidecar-lines.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

struct _DermaSidecarLines {
  gchar *name; /* for messages */
  gint fd;
  guint8 block[BLOCK];
  gsize used; /* bytes of the block that have been taken */
  gsize size; /* bytes in it */
  guint64 total;
  GString *line;
  guint64 number;
  guint64 torn;
};

void
derma_sidecar_lines_fail (const DermaSidecarLines *lines, GError **error, DermaError code, const gchar *format, ...)
{
  g_autofree gchar *cause = NULL;
  va_list args;

  va_start (args, format);
  cause = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DERMA_ERROR, code, "%s: line %" G_GUINT64_FORMAT ": %s", lines->name, MAX (lines->number, 1),
               cause);
}

/* NONBLOCK: a pipe that nobody writes to must not hold us up; only plain files are read. */
static gint
open_plain (const gchar *path, const gchar *name, GError **error)
{
  gint fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  gint reason = errno;
  struct stat status;

  if (fd < 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be opened: %s", name, g_strerror (reason));
    return -1;
  }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    return fd;
  close (fd);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: is not a file", name);
  return -1;
}

DermaSidecarLines *
derma_sidecar_lines_open (const gchar *path, GError **error)
{
  g_autofree gchar *name = g_filename_display_name (path);
  gint fd = open_plain (path, name, error);
  DermaSidecarLines *lines;

  if (fd < 0)
    return NULL;
  lines = g_new0 (DermaSidecarLines, 1);
  lines->name = g_steal_pointer (&name);
  lines->fd = fd;
  lines->line = g_string_new (NULL);
  return lines;
}

void
derma_sidecar_lines_free (DermaSidecarLines *lines)
{
  if (!lines)
    return;
  close (lines->fd);
  g_string_free (lines->line, TRUE);
  g_free (lines->name);
  g_free (lines);
}

guint64
derma_sidecar_lines_get_number (const DermaSidecarLines *lines)
{
  return lines->number;
}

guint64
derma_sidecar_lines_get_torn (const DermaSidecarLines *lines)
{
  return lines->torn;
}

/* Leaves @size 0 at the end of the file. */
static gboolean
fill (DermaSidecarLines *lines, GError **error)
{
  gssize n;

  do
    n = read (lines->fd, lines->block, BLOCK);
  while (n < 0 && errno == EINTR);
  lines->used = 0;
  lines->size = n > 0 ? (gsize)n : 0;
  lines->total += lines->size;
  if (n < 0) {
    derma_sidecar_lines_fail (lines, error, DERMA_ERROR_FILE, "cannot be read: %s", g_strerror (errno));
    return FALSE;
  }
  if (lines->total > DERMA_SIDECAR_MAX_FILE) {
    derma_sidecar_lines_fail (lines, error, DERMA_ERROR_LIMIT, "the file is larger than 4 GiB");
    return FALSE;
  }
  return TRUE;
}

/* @ended: whether the line has its end; at the end of the file it is empty and has none. */
static gboolean
read_line (DermaSidecarLines *lines, gboolean *ended, GError **error)
{
  *ended = FALSE;
  g_string_truncate (lines->line, 0);
  lines->number++;
  for (;;) {
    const guint8 *end;
    gsize n;

    if (lines->used == lines->size && !fill (lines, error))
      return FALSE;
    if (lines->size == 0)
      return TRUE;
    end = memchr (lines->block + lines->used, '\n', lines->size - lines->used);
    n = end ? (gsize)(end - lines->block) - lines->used : lines->size - lines->used;
    if (lines->line->len + n > DERMA_SIDECAR_MAX_LINE) {
      derma_sidecar_lines_fail (lines, error, DERMA_ERROR_LIMIT, "is longer than 1 MiB");
      return FALSE;
    }
    g_string_append_len (lines->line, (const gchar *)lines->block + lines->used, (gssize)n);
    lines->used += n;
    if (end) {
      lines->used++;
      *ended = TRUE;
      return TRUE;
    }
  }
}

/* Outside of texts JSON has brackets, commas, colons, and letters, digits and signs of words and numbers. */
static gboolean
is_json (gchar c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("{}[],:+-. \t\r", c));
}

/*
 * The parser calls itself for each bracket, takes comments and other quotes for JSON, and passes over what comes after
 * an object. What it must not see is found here. NULL if there is nothing of that.
 */
static const gchar *
find_fault (const GString *line)
{
  gboolean quoted = FALSE, over = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < line->len; i++) {
    gchar c = line->str[i];

    if (quoted && c == '\\')
      i++;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && !is_json (c))
      return "is not JSON";
    else if (!quoted && (c == '{' || c == '[') && ++depth > DERMA_SIDECAR_MAX_DEPTH)
      return "has more than " G_STRINGIFY (DERMA_SIDECAR_MAX_DEPTH) " brackets in brackets";
    else if (!quoted && (c == '}' || c == ']') && depth > 0)
      over = --depth == 0;
    if (over && i + 1 < line->len && !g_ascii_isspace (line->str[i + 1]))
      return "is not one JSON object";
  }
  return NULL;
}

/* The parser quotes what it does not understand, half characters too. */
static gchar *
describe (const GError *error)
{
  g_autofree gchar *valid = g_utf8_make_valid (error->message, -1);

  return g_strdup_printf ("is not JSON: %s", g_strdelimit (valid, "\r\n", ' '));
}

static JsonObject *
parse (const GString *line, gchar **cause)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *fault;

  if (!g_utf8_validate_len (line->str, line->len, NULL))
    *cause = g_strdup ("is not valid UTF-8");
  else if ((fault = find_fault (line)))
    *cause = g_strdup (fault);
  else if (!(node = json_from_string (line->str, &error)))
    *cause = error ? describe (error) : g_strdup ("is empty");
  else if (!JSON_NODE_HOLDS_OBJECT (node))
    *cause = g_strdup ("is not a JSON object");
  else
    return json_node_dup_object (node);
  return NULL;
}

gboolean
derma_sidecar_lines_next (DermaSidecarLines *lines, JsonObject **object, GError **error)
{
  g_autofree gchar *cause = NULL;
  gboolean ended;

  *object = NULL;
  if (!read_line (lines, &ended, error))
    return FALSE;
  if (!ended && lines->line->len == 0) {
    lines->number--;
    return TRUE;
  }
  *object = parse (lines->line, &cause);
  if (*object)
    return TRUE;
  if (!ended) {
    lines->torn = lines->number;
    return TRUE;
  }
  derma_sidecar_lines_fail (lines, error, DERMA_ERROR_FORMAT, "%s", cause);
  return FALSE;
}
