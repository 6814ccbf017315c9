/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "allocwatch.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *memory, size_t size);
void *__libc_memalign (size_t alignment, size_t size);
void *memalign (size_t alignment, size_t size);

#define DEPTH 64
#define N_PLACES 8192

typedef enum {
  UNKNOWN,
  BYSTANDER, /* GLib, the C library, the test: they allocate for their caller */
  OURS,
  GIVER, /* a function of GStreamer that puts something on a buffer or a message */
  FOREIGN,
} Kind;

/* Addresses that have been looked up; a search for each would take ages. */
static struct {
  gconstpointer address;
  Kind kind;
} places[N_PLACES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gboolean active; /* atomic */
static AllocWatch watch;
static _Thread_local gboolean looking;

static gboolean
is_giver (const gchar *symbol)
{
  static const gchar *const givers[] = {
    "gst_buffer_add_meta",     "gst_buffer_add_custom_meta", "gst_structure_set_value",  "gst_message_new_custom",
    "gst_message_new_element", "gst_structure_copy",         "gst_element_post_message",
  };

  for (guint i = 0; symbol && i < G_N_ELEMENTS (givers); i++)
    if (strcmp (symbol, givers[i]) == 0)
      return TRUE;
  /* Tables of the meta grow in what adds to them. */
  return symbol && g_str_has_prefix (symbol, "gst_analytics_");
}

static gboolean
is_in (const gchar *file, const gchar *const *names)
{
  for (; *names; names++)
    if (strstr (file, *names))
      return TRUE;
  return FALSE;
}

static Kind
look_up (gconstpointer address)
{
  static const gchar *const bystanders[] = { "/libc.so",     "/libglib-2.0.so",      "/libgobject-2.0.so", "/ld-linux",
                                             "/libgcc_s.so", "/tests/element/test-", "/libpthread.so",     NULL };
  static const gchar *const ours[] = { "/libgstderma", "/libderma", NULL };
  Dl_info info;

  if (!dladdr (address, &info) || !info.dli_fname)
    return BYSTANDER;
  if (!strchr (info.dli_fname, '/') || is_in (info.dli_fname, bystanders))
    return BYSTANDER;
  if (is_in (info.dli_fname, ours))
    return OURS;
  return strstr (info.dli_fname, "/libgst") && is_giver (info.dli_sname) ? GIVER : FOREIGN;
}

static Kind
get_kind (gconstpointer address)
{
  const guint i = (guint)((GPOINTER_TO_SIZE (address) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 40) % N_PLACES;

  if (places[i].address != address) {
    places[i].kind = look_up (address);
    places[i].address = address;
  }
  return places[i].kind;
}

static void
describe (void *const *frames, gint n)
{
  gsize used = 0;

  for (gint i = 2; i < n && used + 100 < sizeof watch.first_own; i++) {
    Dl_info info = { 0 };

    dladdr (frames[i], &info);
    used += (gsize)snprintf (watch.first_own + used, 100, " < %s", info.dli_sname ? info.dli_sname : "?");
  }
}

static void
count (void *const *frames, gint n)
{
  gboolean given = FALSE;

  for (gint i = 0; i < n; i++) {
    const Kind kind = get_kind (frames[i]);

    given = given || kind == GIVER;
    if (kind != OURS)
      continue;
    if (given) {
      watch.n_meta++;
    } else if (watch.n_own++ == 0) {
      describe (frames, n);
    }
    return;
  }
  watch.n_rest++;
}

static void
note (void)
{
  void *frames[DEPTH];
  gint n;

  if (!__atomic_load_n (&active, __ATOMIC_ACQUIRE) || looking)
    return;
  looking = TRUE;
  n = backtrace (frames, DEPTH);
  pthread_mutex_lock (&lock);
  count (frames, n);
  pthread_mutex_unlock (&lock);
  looking = FALSE;
}

void *
malloc (size_t size)
{
  note ();
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  note ();
  return __libc_calloc (n, size);
}

void *
realloc (void *memory, size_t size)
{
  note ();
  return __libc_realloc (memory, size);
}

void *
memalign (size_t alignment, size_t size)
{
  note ();
  return __libc_memalign (alignment, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  note ();
  return __libc_memalign (alignment, size);
}

int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  void *made;

  note ();
  made = __libc_memalign (alignment, size);
  if (!made)
    return ENOMEM;
  *memory = made;
  return 0;
}

void
alloc_watch_begin (void)
{
  void *frames[DEPTH];

  /* The first time it loads a library. */
  backtrace (frames, DEPTH);
  pthread_mutex_lock (&lock);
  memset (&watch, 0, sizeof watch);
  pthread_mutex_unlock (&lock);
  __atomic_store_n (&active, TRUE, __ATOMIC_RELEASE);
}

AllocWatch
alloc_watch_end (void)
{
  AllocWatch seen;

  __atomic_store_n (&active, FALSE, __ATOMIC_RELEASE);
  pthread_mutex_lock (&lock);
  seen = watch;
  pthread_mutex_unlock (&lock);
  return seen;
}
