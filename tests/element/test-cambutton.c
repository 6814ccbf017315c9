/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The still button: which input device it is, in a sysfs of paper, and what is read from it, out of a pipe. */
#include "cambutton.h"

#include <glib/gstdio.h>
#include <linux/input.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* KEY_CAMERA is 212: bit 20 of the fourth word of 64. */
#define KEYS_CAMERA "100000 0 0 0"
#define KEYS_OTHER "ffffffffffefffff ffffffffffffffff ffffffffffffffff fffffffffffffffe"

typedef struct {
  gchar *root;
} Paper;

static void
make_file (const Paper *paper, const gchar *path, const gchar *text)
{
  g_autofree gchar *file = g_build_filename (paper->root, path, NULL);
  g_autofree gchar *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
make_link (const Paper *paper, const gchar *path, const gchar *target)
{
  g_autofree gchar *link = g_build_filename (paper->root, path, NULL);
  g_autofree gchar *folder = g_path_get_dirname (link);
  g_autofree gchar *whole = g_build_filename (paper->root, target, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (whole, 0700), ==, 0);
  g_assert_cmpint (symlink (whole, link), ==, 0);
}

static void
add_camera (const Paper *paper, guint number, const gchar *usb)
{
  g_autofree gchar *link = g_strdup_printf ("class/video4linux/video%u/device", number);
  g_autofree gchar *interface = g_strdup_printf ("devices/usb1/%s/%s:1.0", usb, usb);
  g_autofree gchar *mark = g_strdup_printf ("devices/usb1/%s/idVendor", usb);

  make_link (paper, link, interface);
  make_file (paper, mark, "046d\n");
}

static void
add_input (const Paper *paper, guint number, const gchar *parent, const gchar *keys)
{
  g_autofree gchar *link = g_strdup_printf ("class/input/event%u/device", number);
  g_autofree gchar *folder = g_strdup_printf ("devices/%s/input/input%u", parent, number);
  g_autofree gchar *mask = g_strdup_printf ("%s/capabilities/key", folder);

  make_link (paper, link, folder);
  if (keys)
    make_file (paper, mask, keys);
}

static void
set_up (Paper *paper, gconstpointer data)
{
  g_autofree gchar *folder = g_dir_make_tmp ("derma-button-XXXXXX", NULL);

  /* Without links in it, as what is found is compared with it. */
  paper->root = g_canonicalize_filename (folder, NULL);
  add_camera (paper, 0, "1-2");
}

static void
tear_down (Paper *paper, gconstpointer data)
{
  g_autofree gchar *command = g_strdup_printf ("rm -rf '%s'", paper->root);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (paper->root);
}

static void
assert_found (const Paper *paper, const gchar *device, const gchar *expected)
{
  g_autofree gchar *found = derma_cam_button_find (paper->root, device);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_found (Paper *paper, gconstpointer data)
{
  add_input (paper, 3, "usb1/1-2/1-2:1.0", KEYS_CAMERA);
  add_input (paper, 4, "usb1/1-2/1-2:1.2", KEYS_OTHER);
  assert_found (paper, "/dev/video0", "/dev/input/event3");
}

/* What belongs to another device, or to none. */
static void
test_foreign (Paper *paper, gconstpointer data)
{
  add_camera (paper, 1, "1-20");
  add_input (paper, 0, "platform/i8042", KEYS_CAMERA);
  add_input (paper, 1, "usb1/1-20/1-20:1.0", KEYS_CAMERA);
  add_input (paper, 2, "usb1/1-2/1-2:1.0", KEYS_OTHER);
  assert_found (paper, "/dev/video0", NULL);
  assert_found (paper, "/dev/video1", "/dev/input/event1");
  assert_found (paper, "/dev/video9", NULL);
  assert_found (paper, "", NULL);
}

static void
test_not_usb (Paper *paper, gconstpointer data)
{
  make_link (paper, "class/video4linux/video5/device", "devices/platform/vivid.0");
  add_input (paper, 0, "platform/vivid.0", KEYS_CAMERA);
  assert_found (paper, "/dev/video5", NULL);
}

static void
test_nonsense (Paper *paper, gconstpointer data)
{
  add_input (paper, 0, "usb1/1-2/1-2:1.0", NULL);
  add_input (paper, 1, "usb1/1-2/1-2:1.0", "");
  add_input (paper, 2, "usb1/1-2/1-2:1.0", "zz yy xx ww");
  add_input (paper, 3, "usb1/1-2/1-2:1.0", "100000");
  add_input (paper, 4, "usb1/1-2/1-2:1.0", "        ");
  make_link (paper, "class/input/mouse0/device", "devices/usb1/1-2/1-2:1.0/input/input0");
  assert_found (paper, "/dev/video0", NULL);
}

typedef struct {
  gchar presses[32]; /* 'p' and 'r' */
  gint pipe[2];
  GMainContext *context;
  GSource *source;
} Listener;

static void
note (gpointer user, gboolean pressed)
{
  Listener *listener = user;
  const gsize n = strlen (listener->presses);

  g_assert_cmpuint (n + 1, <, sizeof listener->presses);
  listener->presses[n] = pressed ? 'p' : 'r';
}

static void
listen (Listener *listener)
{
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;

  memset (listener, 0, sizeof *listener);
  g_assert_cmpint (pipe (listener->pipe), ==, 0);
  path = g_strdup_printf ("/proc/self/fd/%d", listener->pipe[0]);
  listener->source = derma_cam_button_watch (path, note, listener, &error);
  g_assert_no_error (error);
  listener->context = g_main_context_new ();
  g_source_attach (listener->source, listener->context);
}

static void
write_event (Listener *listener, guint16 type, guint16 code, gint32 value)
{
  const struct input_event event = { .type = type, .code = code, .value = value };

  g_assert_cmpint (write (listener->pipe[1], &event, sizeof event), ==, sizeof event);
}

static void
assert_heard (Listener *listener, const gchar *expected)
{
  while (g_main_context_iteration (listener->context, FALSE))
    ;
  g_assert_cmpstr (listener->presses, ==, expected);
}

static void
stop (Listener *listener)
{
  g_source_destroy (listener->source);
  g_source_unref (listener->source);
  g_main_context_unref (listener->context);
  close (listener->pipe[0]);
  if (listener->pipe[1] >= 0)
    close (listener->pipe[1]);
}

static void
test_press (void)
{
  Listener listener;

  listen (&listener);
  write_event (&listener, EV_KEY, KEY_CAMERA, 1);
  write_event (&listener, EV_SYN, SYN_REPORT, 0);
  assert_heard (&listener, "p");
  write_event (&listener, EV_KEY, KEY_CAMERA, 0);
  write_event (&listener, EV_KEY, KEY_CAMERA, 1);
  assert_heard (&listener, "prp");
  stop (&listener);
}

/* Held down it repeats, which is not a press; other keys are not either. */
static void
test_other_keys (void)
{
  Listener listener;

  listen (&listener);
  write_event (&listener, EV_KEY, KEY_CAMERA, 2);
  write_event (&listener, EV_KEY, KEY_CAMERA, -1);
  write_event (&listener, EV_KEY, KEY_POWER, 1);
  write_event (&listener, EV_ABS, KEY_CAMERA, 1);
  write_event (&listener, 0xffff, 0xffff, G_MAXINT);
  assert_heard (&listener, "");
  stop (&listener);
}

static void
test_hang_up (void)
{
  Listener listener;

  listen (&listener);
  g_assert_cmpint (write (listener.pipe[1], "half", 4), ==, 4);
  close (listener.pipe[1]);
  listener.pipe[1] = -1;
  assert_heard (&listener, "");
  g_assert_true (g_source_is_destroyed (listener.source));
  stop (&listener);
}

static void
test_cannot_open (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_cam_button_watch ("/dev/input/event99999", note, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/dev/input/event99999: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cambutton/found", Paper, NULL, set_up, test_found, tear_down);
  g_test_add ("/cambutton/foreign", Paper, NULL, set_up, test_foreign, tear_down);
  g_test_add ("/cambutton/not-usb", Paper, NULL, set_up, test_not_usb, tear_down);
  g_test_add ("/cambutton/nonsense", Paper, NULL, set_up, test_nonsense, tear_down);
  g_test_add_func ("/cambutton/press", test_press);
  g_test_add_func ("/cambutton/other-keys", test_other_keys);
  g_test_add_func ("/cambutton/hang-up", test_hang_up);
  g_test_add_func ("/cambutton/cannot-open", test_cannot_open);
  return g_test_run ();
}
