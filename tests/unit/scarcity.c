/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "scarcity.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *memory, size_t size);
void *__libc_memalign (size_t alignment, size_t size);

#define N_CALLERS 4096

/* Callers that have been looked up; a search for each allocation would take ages. */
static struct {
  gconstpointer address;
  gboolean fatal;
} callers[N_CALLERS];

static gboolean active;
static guint failing;
static gboolean failing_onwards;
static ScarcityCount count;

/* Functions of GLib that answer with an error, by themselves or by what they call, which may end in a jump here. */
static gboolean
is_trying (const gchar *symbol)
{
  return symbol && (strncmp (symbol, "g_try_", 6) == 0 || strcmp (symbol, "g_file_get_contents") == 0);
}

static gboolean
look_up (gconstpointer address)
{
  Dl_info info;

  if (!dladdr (address, &info) || !info.dli_fname)
    return FALSE;
  /* Where GLib prints into memory that the C library makes. */
  if (strstr (info.dli_fname, "/libc.so."))
    return TRUE;
  return strstr (info.dli_fname, "/libglib-2.0.so") && !is_trying (info.dli_sname);
}

static gboolean
is_fatal (gconstpointer address)
{
  guint i = (guint)(GPOINTER_TO_SIZE (address) * 2654435761u >> 7) % N_CALLERS;

  if (callers[i].address != address) {
    callers[i].fatal = look_up (address);
    callers[i].address = address;
  }
  return callers[i].fatal;
}

/* Whether this allocation goes through. */
static gboolean
allow (gconstpointer caller, gsize size)
{
  if (!active)
    return TRUE;
  if (is_fatal (caller)) {
    count.n_fatal++;
    count.largest_fatal = MAX (count.largest_fatal, size);
    return TRUE;
  }
  count.n_allocations++;
  return failing == 0 || count.n_allocations < failing || (count.n_allocations > failing && !failing_onwards);
}

void *
malloc (size_t size)
{
  if (allow (__builtin_return_address (0), size))
    return __libc_malloc (size);
  errno = ENOMEM;
  return NULL;
}

void *
calloc (size_t n, size_t size)
{
  if (allow (__builtin_return_address (0), n * size))
    return __libc_calloc (n, size);
  errno = ENOMEM;
  return NULL;
}

void *
realloc (void *memory, size_t size)
{
  if (allow (__builtin_return_address (0), size))
    return __libc_realloc (memory, size);
  errno = ENOMEM;
  return NULL;
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  if (allow (__builtin_return_address (0), size))
    return __libc_memalign (alignment, size);
  errno = ENOMEM;
  return NULL;
}

int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  void *made = allow (__builtin_return_address (0), size) ? __libc_memalign (alignment, size) : NULL;

  if (!made)
    return ENOMEM;
  *memory = made;
  return 0;
}

void
scarcity_begin (guint nth, gboolean onwards)
{
  failing = nth;
  failing_onwards = onwards;
  memset (&count, 0, sizeof count);
  active = TRUE;
}

ScarcityCount
scarcity_end (void)
{
  active = FALSE;
  return count;
}
