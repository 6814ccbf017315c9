/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIZE (64 * 1024)
#define MAX_CAUSE 160

static gboolean
fail_file (GError **error, const gchar *path, gint code)
{
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
read_descriptor (gint fd, const gchar *path, GString *text, GError **error)
{
  struct stat status;
  gssize got = 1;

  if (fstat (fd, &status) < 0)
    return fail_file (error, path, errno);
  if (!S_ISREG (status.st_mode)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: is not a file", path);
    return FALSE;
  }
  while (got > 0 && text->len <= MAX_SIZE) {
    gchar bytes[4096];

    got = read (fd, bytes, sizeof bytes);
    if (got < 0 && errno != EINTR)
      return fail_file (error, path, errno);
    if (got > 0)
      g_string_append_len (text, bytes, got);
    else if (got < 0)
      got = 1;
  }
  if (text->len > MAX_SIZE) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "%s: is larger than %d bytes", path, MAX_SIZE);
    return FALSE;
  }
  return TRUE;
}

static GString *
read_file (const gchar *path, GError **error)
{
  gint fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean read;

  if (fd < 0) {
    fail_file (error, path, errno);
    return NULL;
  }
  read = read_descriptor (fd, path, text, error);
  close (fd);
  return read ? g_steal_pointer (&text) : NULL;
}

GKeyFile *
derma_keyfile_load (const gchar *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GString) text = read_file (path, error);
  g_autoptr (GError) cause = NULL;

  if (!text)
    return NULL;
  if (!g_utf8_validate_len (text->str, text->len, NULL)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: is not a text in UTF-8", path);
    return NULL;
  }
  if (!g_key_file_load_from_data (file, text->str, text->len, G_KEY_FILE_NONE, &cause)) {
    g_autofree gchar *start = NULL;

    /* It quotes the file. */
    if (g_utf8_strlen (cause->message, -1) > MAX_CAUSE)
      start = g_utf8_substring (cause->message, 0, MAX_CAUSE);
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: %s", path, start ? start : cause->message);
    return NULL;
  }
  return g_steal_pointer (&file);
}

gboolean
derma_keyfile_save (GKeyFile *file, const gchar *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  const gchar *reason;

  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: exists and is not a file", path);
    return FALSE;
  }
  if (g_key_file_save_to_file (file, path, &cause))
    return TRUE;
  /* GLib names the temporary file first; the reason comes last. */
  reason = strrchr (cause->message, ':');
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: cannot be written%s", path, reason ? reason : "");
  return FALSE;
}
