/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cambutton.h"

#include <derma/error.h>

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <linux/input.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_INPUTS 1024
#define MAX_LEVELS 16
#define WORD_BITS (GLIB_SIZEOF_LONG * 8)

typedef struct {
  gint fd;
  DermaCamPress press;
  gpointer user;
} Watch;

static gchar *
resolve (const gchar *path)
{
  gchar *real = realpath (path, NULL);
  gchar *copy = g_strdup (real);

  free (real);
  return copy;
}

/* The folder of the USB device that a node belongs to; a device has interfaces below it, which have no idVendor. */
static gchar *
find_usb_device (const gchar *sysfs, const gchar *device)
{
  g_autofree gchar *node = resolve (device);
  g_autofree gchar *name = g_path_get_basename (node ? node : device);
  g_autofree gchar *link = g_build_filename (sysfs, "class", "video4linux", name, "device", NULL);
  g_autofree gchar *folder = resolve (link);

  for (guint i = 0; folder && i < MAX_LEVELS; i++) {
    g_autofree gchar *mark = g_build_filename (folder, "idVendor", NULL);
    g_autofree gchar *child = NULL;

    if (g_file_test (mark, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&folder);
    child = g_steal_pointer (&folder);
    folder = g_path_get_dirname (child);
  }
  return NULL;
}

/* A bit of a mask that sysfs writes as words in hexadecimal, the highest first. */
static gboolean
has_bit (const gchar *text, guint bit)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  const guint n = g_strv_length (words), word = bit / WORD_BITS;

  return word < n && (g_ascii_strtoull (words[n - 1 - word], NULL, 16) >> bit % WORD_BITS & 1) != 0;
}

static gboolean
is_button (const gchar *sysfs, const gchar *name, const gchar *usb)
{
  g_autofree gchar *link = g_build_filename (sysfs, "class", "input", name, "device", NULL);
  g_autofree gchar *folder = resolve (link);
  g_autofree gchar *mask = folder ? g_build_filename (folder, "capabilities", "key", NULL) : NULL;
  g_autofree gchar *text = NULL;

  if (!folder || !g_str_has_prefix (folder, usb) || folder[strlen (usb)] != G_DIR_SEPARATOR)
    return FALSE;
  return g_file_get_contents (mask, &text, NULL, NULL) && has_bit (g_strstrip (text), KEY_CAMERA);
}

gchar *
derma_cam_button_find (const gchar *sysfs, const gchar *device)
{
  g_autofree gchar *usb = find_usb_device (sysfs, device);
  g_autofree gchar *inputs = g_build_filename (sysfs, "class", "input", NULL);
  g_autoptr (GDir) folder = usb ? g_dir_open (inputs, 0, NULL) : NULL;
  const gchar *name;

  for (guint i = 0; folder && i < MAX_INPUTS && (name = g_dir_read_name (folder)); i++)
    if (g_str_has_prefix (name, "event") && is_button (sysfs, name, usb))
      return g_build_filename ("/dev/input", name, NULL);
  return NULL;
}

static gboolean
read_events (gint fd, GIOCondition condition, gpointer data)
{
  const Watch *watch = data;
  struct input_event event;
  ssize_t n;

  while ((n = read (fd, &event, sizeof event)) == (ssize_t)sizeof event)
    if (event.type == EV_KEY && event.code == KEY_CAMERA && (event.value == 0 || event.value == 1))
      watch->press (watch->user, event.value == 1);
  return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void
free_watch (gpointer data)
{
  Watch *watch = data;

  close (watch->fd);
  g_free (watch);
}

GSource *
derma_cam_button_watch (const gchar *input, DermaCamPress press, gpointer user, GError **error)
{
  gint fd = g_open (input, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  Watch *watch;
  GSource *source;

  if (fd < 0) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: %s", input, g_strerror (errno));
    return NULL;
  }
  watch = g_new0 (Watch, 1);
  *watch = (Watch){ fd, press, user };
  source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (read_events), watch, free_watch);
  return source;
}
