/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct {
  guint8 *memory;
  gsize size;
  gsize used;
  gboolean failed;
} reserve;

static gboolean
is_in_reserve (const void *memory)
{
  const guint8 *at = memory;

  return reserve.memory && at >= reserve.memory && at < reserve.memory + reserve.size;
}

/* A piece of the reserve, zeroed; NULL if it has not so much left. */
static void *
draw (gsize alignment, gsize size)
{
  gsize misfit, start;

  reserve.failed = TRUE;
  if (!reserve.memory)
    return NULL;
  misfit = GPOINTER_TO_SIZE (reserve.memory + reserve.used) & (alignment - 1);
  start = reserve.used + (misfit ? alignment - misfit : 0);
  if (start > reserve.size || size > reserve.size - start)
    return NULL;
  reserve.used = start + size;
  return reserve.memory + start;
}

static void *
allocate_aligned (void *context, size_t alignment, size_t size)
{
  void *memory = NULL;

  return posix_memalign (&memory, alignment, size) == 0 ? memory : draw (alignment, size);
}

static void *
allocate (void *context, size_t size)
{
  void *memory = malloc (size);

  return memory || size == 0 ? memory : draw (sizeof (max_align_t), size);
}

static void *
reallocate (void *context, void *old, size_t size)
{
  void *memory = is_in_reserve (old) ? NULL : realloc (old, size);

  if (memory || size == 0)
    return memory;
  memory = draw (sizeof (max_align_t), size);
  if (memory && is_in_reserve (old))
    memmove (memory, old, MIN (size, (gsize)(reserve.memory + reserve.size - (guint8 *)old)));
  return is_in_reserve (old) || !old ? memory : NULL;
}

static void
deallocate (void *context, void *memory)
{
  if (!is_in_reserve (memory))
    free (memory);
}

const struct xnn_allocator derma_memory = { .allocate = allocate,
                                            .reallocate = reallocate,
                                            .deallocate = deallocate,
                                            .aligned_allocate = allocate_aligned,
                                            .aligned_deallocate = deallocate };

gboolean
derma_memory_reserve (gsize size)
{
  reserve.memory = calloc (1, size);
  reserve.size = size;
  reserve.used = 0;
  reserve.failed = FALSE;
  return reserve.memory != NULL;
}

void
derma_memory_release (void)
{
  g_clear_pointer (&reserve.memory, free);
}

gboolean
derma_memory_has_failed (void)
{
  return reserve.failed;
}
