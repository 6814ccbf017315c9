/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What ThreadSanitizer sees with tsan-glib.c: no race where GLib or GStreamer orders things, and each true one, also
 * beside a lock. Races run in a process of their own, which the sanitizer ends.
 */
#include <gst/gst.h>
#include <string.h>

#define N 2000

typedef struct {
  GMutex lock, other;
  GRecMutex recursive;
  GRWLock shared;
  GCond cond;
  GAsyncQueue *queue;
  GMainLoop *loop;
  GstBus *bus;
  GstBuffer *buffer;
  GThreadFunc function;
  guint count;
  guint unguarded;
  gboolean ready;
} Box;

static gpointer
with_mutex (gpointer data)
{
  Box *box = data;

  for (guint i = 0; i < N; i++) {
    g_mutex_lock (&box->lock);
    box->count++;
    g_mutex_unlock (&box->lock);
  }
  return NULL;
}

static gpointer
with_recursive (gpointer data)
{
  Box *box = data;

  for (guint i = 0; i < N; i++) {
    g_rec_mutex_lock (&box->recursive);
    g_rec_mutex_lock (&box->recursive);
    box->count++;
    g_rec_mutex_unlock (&box->recursive);
    g_rec_mutex_unlock (&box->recursive);
  }
  return NULL;
}

static gpointer
with_shared (gpointer data)
{
  Box *box = data;

  for (guint i = 0; i < N; i++) {
    g_rw_lock_writer_lock (&box->shared);
    box->count++;
    g_rw_lock_writer_unlock (&box->shared);
    g_rw_lock_reader_lock (&box->shared);
    g_assert_cmpuint (box->count, >, i);
    g_rw_lock_reader_unlock (&box->shared);
  }
  return NULL;
}

static gpointer
with_cond (gpointer data)
{
  Box *box = data;

  g_mutex_lock (&box->lock);
  while (!box->ready)
    g_cond_wait (&box->cond, &box->lock);
  g_mutex_unlock (&box->lock);
  g_assert_cmpuint (box->count, ==, 7);
  return NULL;
}

static gpointer
with_queue (gpointer data)
{
  Box *box = data;
  g_autofree guint *item = g_async_queue_pop (box->queue);

  g_assert_cmpuint (*item, ==, 7);
  return NULL;
}

static gpointer
with_bus (gpointer data)
{
  Box *box = data;

  gst_message_unref (gst_bus_timed_pop_filtered (box->bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ANY));
  g_assert_cmpuint (box->count, ==, 7);
  return NULL;
}

/* Beside the lock: each for itself is in order, both together are not. */
static gpointer
race_beside (gpointer data)
{
  Box *box = data;

  for (guint i = 0; i < N; i++) {
    box->unguarded++;
    g_mutex_lock (&box->lock);
    g_mutex_unlock (&box->lock);
  }
  return NULL;
}

/* Under the wrong lock. */
static gpointer
race_locks (gpointer data)
{
  Box *box = data;

  for (guint i = 0; i < N; i++) {
    g_mutex_lock (&box->other);
    box->count++;
    g_mutex_unlock (&box->other);
  }
  return NULL;
}

/* Readers of a lock that write. */
static gpointer
race_readers (gpointer data)
{
  Box *box = data;

  for (guint i = 0; i < N; i++) {
    box->count++;
    g_rw_lock_reader_lock (&box->shared);
    g_thread_yield ();
    g_rw_lock_reader_unlock (&box->shared);
  }
  return NULL;
}

/* After it was handed over. */
static gpointer
race_queue (gpointer data)
{
  Box *box = data;
  guint *item = g_async_queue_pop (box->queue);

  for (guint i = 0; i < N; i++)
    *item += 1;
  return NULL;
}

/* The pixels of a buffer that two have mapped. */
static gpointer
race_pixels (gpointer data)
{
  Box *box = data;
  GstMapInfo map;

  g_assert_true (gst_buffer_map (box->buffer, &map, GST_MAP_READ));
  for (guint i = 0; i < N; i++)
    map.data[i % map.size]++;
  gst_buffer_unmap (box->buffer, &map);
  return NULL;
}

static void
box_init (Box *box)
{
  *box = (Box){ 0 };
  g_mutex_init (&box->lock);
  g_mutex_init (&box->other);
  g_rec_mutex_init (&box->recursive);
  g_rw_lock_init (&box->shared);
  g_cond_init (&box->cond);
  box->queue = g_async_queue_new ();
  box->loop = g_main_loop_new (NULL, FALSE);
  box->bus = gst_bus_new ();
  box->buffer = gst_buffer_new_allocate (NULL, 64, NULL);
}

static void
box_clear (Box *box)
{
  g_mutex_clear (&box->lock);
  g_mutex_clear (&box->other);
  g_rec_mutex_clear (&box->recursive);
  g_rw_lock_clear (&box->shared);
  g_cond_clear (&box->cond);
  g_async_queue_unref (box->queue);
  g_main_loop_unref (box->loop);
  gst_object_unref (box->bus);
  gst_buffer_unref (box->buffer);
}

/* @first and @second at the same time */
static void
run_both (GThreadFunc first, GThreadFunc second)
{
  GThread *thread;
  Box box;

  box_init (&box);
  thread = g_thread_new ("second", second, &box);
  first (&box);
  g_thread_join (thread);
  box_clear (&box);
}

static gpointer
tell_cond (gpointer data)
{
  Box *box = data;

  box->count = 7;
  g_mutex_lock (&box->lock);
  box->ready = TRUE;
  g_cond_signal (&box->cond);
  g_mutex_unlock (&box->lock);
  return NULL;
}

static gpointer
tell_queue (gpointer data)
{
  guint *item = g_new (guint, 1);

  *item = 7;
  g_async_queue_push (((Box *)data)->queue, item);
  return NULL;
}

static gpointer
tell_bus (gpointer data)
{
  Box *box = data;

  box->count = 7;
  gst_bus_post (box->bus, gst_message_new_application (NULL, gst_structure_new_empty ("x")));
  return NULL;
}

static gpointer
write_after_push (gpointer data)
{
  Box *box = data;
  guint *item = g_new0 (guint, 1);

  g_async_queue_push (box->queue, item);
  for (guint i = 0; i < N; i++)
    *item += 1;
  return NULL;
}

/* The last to let go of it frees what the other has written. */
static gpointer
write_and_let_go (gpointer data)
{
  Box *box = data;
  GObject *object = (GObject *)box->bus;
  guint *owned = g_object_get_data (object, "owned");

  if (box->function)
    owned[0]++;
  else
    owned[1]++;
  g_object_unref (object);
  return NULL;
}

static void
test_references (void)
{
  for (guint i = 0; i < 50; i++) {
    Box first = { .function = with_mutex }, second = { 0 };
    GThread *thread;

    first.bus = second.bus = gst_bus_new ();
    g_object_set_data_full (G_OBJECT (first.bus), "owned", g_new0 (guint, 2), g_free);
    g_object_ref (first.bus);
    thread = g_thread_new ("second", write_and_let_go, &second);
    write_and_let_go (&first);
    g_thread_join (thread);
  }
}

static gboolean
look (gpointer data)
{
  Box *box = data;

  g_assert_cmpuint (box->count, ==, 7);
  g_main_loop_quit (box->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
tell_loop (gpointer data)
{
  Box *box = data;
  GSource *source = g_idle_source_new ();

  box->count = 7;
  g_source_set_callback (source, look, box, NULL);
  g_source_attach (source, g_main_loop_get_context (box->loop));
  g_source_unref (source);
  return NULL;
}

static gpointer
with_loop (gpointer data)
{
  g_main_loop_run (((Box *)data)->loop);
  return NULL;
}

/* What is written after it was attached. */
static gpointer
write_after_attach (gpointer data)
{
  Box *box = data;

  tell_loop (data);
  for (guint i = 0; i < N; i++)
    box->count = 7;
  return NULL;
}

typedef struct {
  const gchar *path;
  GThreadFunc first, second;
  gboolean race;
} Case;

static const Case cases[] = {
  { "/tsan/mutex", with_mutex, with_mutex, FALSE },
  { "/tsan/recursive", with_recursive, with_recursive, FALSE },
  { "/tsan/shared", with_shared, with_shared, FALSE },
  { "/tsan/cond", tell_cond, with_cond, FALSE },
  { "/tsan/queue", tell_queue, with_queue, FALSE },
  { "/tsan/bus", tell_bus, with_bus, FALSE },
  { "/tsan/loop", tell_loop, with_loop, FALSE },
  { "/tsan/race/beside", race_beside, race_beside, TRUE },
  { "/tsan/race/locks", with_mutex, race_locks, TRUE },
  { "/tsan/race/no-lock", with_recursive, race_locks, TRUE },
  { "/tsan/race/readers", race_readers, race_readers, TRUE },
  { "/tsan/race/queue", write_after_push, race_queue, TRUE },
  { "/tsan/race/loop", write_after_attach, with_loop, TRUE },
  { "/tsan/race/pixels", race_pixels, race_pixels, TRUE },
};

static void
test_case (gconstpointer data)
{
  const Case *it = data;

  if (!it->race || g_test_subprocess ()) {
    run_both (it->first, it->second);
    return;
  }
  g_test_trap_subprocess (it->path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*ThreadSanitizer: data race*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  g_test_add_func ("/tsan/references", test_references);
  return g_test_run ();
}
