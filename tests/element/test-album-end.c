/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* RTLD_NEXT */
/* A snapshot that is asked for when dermaclassify is being stopped. */
#include "elementtest.h"

#include <dlfcn.h>
#include <glib/gstdio.h>

/* A thread that asks, and has its picture when the element is stopped, which goes on once that thread is done. */
typedef struct {
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean has_picture;
  gboolean stopping;
} Asker;

static Asker *asker;
static __thread gboolean asking;

static void
raise_flag (gboolean *flag)
{
  g_mutex_lock (&asker->mutex);
  *flag = TRUE;
  g_cond_broadcast (&asker->cond);
  g_mutex_unlock (&asker->mutex);
}

static void
await_flag (const gboolean *flag)
{
  g_mutex_lock (&asker->mutex);
  while (!*flag)
    g_cond_wait (&asker->cond, &asker->mutex);
  g_mutex_unlock (&asker->mutex);
}

/* The plugin finds this one, too: it asks for the time between the picture and the wish to have it written. */
gint64
g_get_real_time (void)
{
  static gint64 (*real) (void);

  if (!real)
    *(void **)&real = dlsym (RTLD_NEXT, "g_get_real_time");
  if (asking) {
    asking = FALSE;
    raise_flag (&asker->has_picture);
    await_flag (&asker->stopping);
  }
  return real ();
}

/* Of the thread that writes, when the element is stopped. */
gpointer
g_thread_join (GThread *thread)
{
  static gpointer (*real) (GThread *);

  if (!real)
    *(void **)&real = dlsym (RTLD_NEXT, "g_thread_join");
  if (asker && !asker->stopping) {
    raise_flag (&asker->stopping);
    g_assert_false (GPOINTER_TO_INT (real (asker->thread)));
  }
  return real (thread);
}

static gboolean
take (GstHarness *harness)
{
  gboolean taken = FALSE;

  g_signal_emit_by_name (harness->element, "snapshot", &taken);
  return taken;
}

static gpointer
ask (gpointer data)
{
  asking = TRUE;
  return GINT_TO_POINTER (take (data));
}

/* One that is written for sure. */
static void
begin (GstHarness *harness)
{
  gst_element_set_state (harness->element, GST_STATE_PLAYING);
  element_test_set_caps (harness, "RGB", 64, 48);
  gst_buffer_unref (element_test_pass (harness, element_test_frame ("RGB", 64, 48, 1), 0));
  g_assert_true (take (harness));
}

/* How many files there are, which are plain ones: this picture is too small to be painted on; the folder is removed. */
static guint
sweep (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  guint n = 0;

  for (; (name = g_dir_read_name (dir)); n++) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return n;
}

/* It is refused, as nobody is there any more to write it, and holds nothing up; the next start is as the first. */
static void
test_stopped_meanwhile (void)
{
  GstHarness *harness = element_test_harness ("dermaclassify");
  g_autofree gchar *folder = g_dir_make_tmp ("derma-album-XXXXXX", NULL);
  Asker other = { .thread = NULL };

  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_object_set (harness->element, "snapshot-location", folder, NULL);
  begin (harness);
  asker = &other;
  other.thread = g_thread_new ("asker", ask, harness);
  await_flag (&other.has_picture);
  gst_element_set_state (harness->element, GST_STATE_NULL);
  g_assert_true (other.stopping);
  asker = NULL;
  element_test_expect (harness, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "being stopped");
  begin (harness);
  element_test_free (harness);
  g_assert_cmpuint (sweep (folder), ==, 2);
}

int
main (int argc, char **argv)
{
  element_test_init (&argc, &argv);
  g_test_add_func ("/album-end/stopped-meanwhile", test_stopped_meanwhile);
  return element_test_run ();
}
