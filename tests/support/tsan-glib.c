/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loaded before all else by `meson test --setup tsan`. Debian's GLib and GStreamer are not built with ThreadSanitizer,
 * which does not see what they order: their mutexes are futexes of their own, their counts of references are atomics
 * that nobody watches. Each function here calls theirs, and tells the sanitizer what is after what, and nothing more:
 * test-tsan shows that a race beside a lock is still seen. Without the sanitizer in the process it only passes calls
 * on.
 */
#include <dlfcn.h>
#include <gst/gst.h>

void __tsan_acquire (void *address) __attribute__ ((weak));
void __tsan_release (void *address) __attribute__ ((weak));

/* All that was before a release() of the same address is before what comes after this. */
static void
acquire (gconstpointer address)
{
  if (__tsan_acquire)
    __tsan_acquire ((void *)address);
}

static void
release (gconstpointer address)
{
  if (__tsan_release)
    __tsan_release ((void *)address);
}

#define NEXT(name)                                                     \
  static __typeof__ (&name) next;                                      \
  __typeof__ (&name) call = __atomic_load_n (&next, __ATOMIC_RELAXED); \
                                                                       \
  if (!call) {                                                         \
    call = (__typeof__ (&name))dlsym (RTLD_NEXT, #name);               \
    __atomic_store_n (&next, call, __ATOMIC_RELAXED);                  \
  }

#define LOCK(name, Type) \
  void name (Type *lock) \
  {                      \
    NEXT (name)          \
    call (lock);         \
    acquire (lock);      \
  }

#define TRYLOCK(name, Type)              \
  gboolean name (Type *lock)             \
  {                                      \
    NEXT (name)                          \
    const gboolean locked = call (lock); \
                                         \
    if (locked)                          \
      acquire (lock);                    \
    return locked;                       \
  }

#define UNLOCK(name, Type) \
  void name (Type *lock)   \
  {                        \
    NEXT (name)            \
    release (lock);        \
    call (lock);           \
  }

LOCK (g_mutex_lock, GMutex)
TRYLOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRYLOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  NEXT (g_cond_wait)
  release (mutex);
  call (cond, mutex);
  acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  gboolean signalled;

  NEXT (g_cond_wait_until)
  release (mutex);
  signalled = call (cond, mutex, end);
  acquire (mutex);
  return signalled;
}

gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean first;

  NEXT (g_once_init_enter)
  first = call (location);
  acquire ((gconstpointer)location);
  return first;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  NEXT (g_once_init_leave)
  release ((gconstpointer)location);
  call (location, result);
}

gpointer
g_once_impl (GOnce *once, GThreadFunc function, gpointer data)
{
  gpointer result;

  NEXT (g_once_impl)
  result = call (once, function, data);
  release (once);
  acquire (once);
  return result;
}

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  NEXT (g_async_queue_push)
  release (queue);
  call (queue, data);
}

#define POP(name)                    \
  gpointer name (GAsyncQueue *queue) \
  {                                  \
    gpointer data;                   \
                                     \
    NEXT (name)                      \
    data = call (queue);             \
    acquire (queue);                 \
    return data;                     \
  }

POP (g_async_queue_pop)
POP (g_async_queue_try_pop)

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  gpointer data;

  NEXT (g_async_queue_timeout_pop)
  data = call (queue, timeout);
  acquire (queue);
  return data;
}

/* Who frees comes after all who let go; that the others come after each other too, is more than is promised. */
#define UNREF(name, Type) \
  void name (Type object) \
  {                       \
    NEXT (name)           \
    release (object);     \
    acquire (object);     \
    call (object);        \
  }

UNREF (g_object_unref, gpointer)
UNREF (gst_object_unref, gpointer)
UNREF (gst_mini_object_unref, GstMiniObject *)

/* Who finds that nobody else has it comes after those who had. */
gboolean
gst_mini_object_is_writable (const GstMiniObject *object)
{
  gboolean writable;

  NEXT (gst_mini_object_is_writable)
  writable = call (object);
  acquire (object);
  return writable;
}

GstMiniObject *
gst_mini_object_make_writable (GstMiniObject *object)
{
  NEXT (gst_mini_object_make_writable)
  acquire (object);
  return call (object);
}

gboolean
gst_bus_post (GstBus *bus, GstMessage *message)
{
  NEXT (gst_bus_post)
  release (bus);
  return call (bus, message);
}

GstMessage *
gst_bus_timed_pop_filtered (GstBus *bus, GstClockTime timeout, GstMessageType types)
{
  GstMessage *message;

  NEXT (gst_bus_timed_pop_filtered)
  message = call (bus, timeout, types);
  acquire (bus);
  return message;
}

GstMessage *
gst_bus_pop_filtered (GstBus *bus, GstMessageType types)
{
  GstMessage *message;

  NEXT (gst_bus_pop_filtered)
  message = call (bus, types);
  acquire (bus);
  return message;
}

GstMessage *
gst_bus_pop (GstBus *bus)
{
  GstMessage *message;

  NEXT (gst_bus_pop)
  message = call (bus);
  acquire (bus);
  return message;
}

/* The lock of a GMainContext is inside GLib: what is said when a source is attached is heard when it is dispatched. */
typedef struct {
  GSourceFunc function;
  gpointer data;
  GDestroyNotify destroy;
} Callback;

static gboolean
run_callback (gpointer data)
{
  Callback *callback = data;

  acquire (g_main_current_source ());
  return callback->function (callback->data);
}

static void
free_callback (gpointer data)
{
  Callback *callback = data;

  if (callback->destroy)
    callback->destroy (callback->data);
  g_free (callback);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  NEXT (g_source_attach)
  release (source);
  return call (source, context);
}

/* Callbacks of other sources take other arguments. */
void
g_source_set_callback (GSource *source, GSourceFunc function, gpointer data, GDestroyNotify destroy)
{
  Callback *callback;

  NEXT (g_source_set_callback)
  if (source->source_funcs != &g_idle_funcs && source->source_funcs != &g_timeout_funcs) {
    call (source, function, data, destroy);
    return;
  }
  callback = g_new (Callback, 1);
  *callback = (Callback){ function, data, destroy };
  call (source, run_callback, callback, free_callback);
}
