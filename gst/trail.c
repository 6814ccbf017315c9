/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trail.h"

#include <derma/sidecar.h>

struct _DermaTrail {
  gchar *path;
  DermaSidecar *sidecar; /* NULL after it could not be opened again */
  GPtrArray *kept;       /* of DermaReading: some that follow each other, the last being the last that was read */
  guint n_passed;        /* of those; it is at the last of them */
  guint64 n_before;      /* readings before those */
  gboolean ended;        /* there are none after them */
  guint64 torn;
};

static void
reading_free (gpointer reading)
{
  derma_reading_clear (reading);
  g_free (reading);
}

static gboolean
begin (DermaTrail *trail, GError **error)
{
  g_ptr_array_set_size (trail->kept, 0);
  trail->n_passed = 0;
  g_clear_pointer (&trail->sidecar, derma_sidecar_free);
  trail->sidecar = derma_sidecar_open (trail->path, error);
  if (!trail->sidecar)
    return FALSE;
  trail->n_before = 0;
  trail->ended = FALSE;
  trail->torn = 0;
  return TRUE;
}

DermaTrail *
derma_trail_open (const gchar *path, GError **error)
{
  g_autoptr (DermaTrail) trail = g_new0 (DermaTrail, 1);

  trail->path = g_strdup (path);
  trail->kept = g_ptr_array_new_with_free_func (reading_free);
  return begin (trail, error) ? g_steal_pointer (&trail) : NULL;
}

void
derma_trail_free (DermaTrail *trail)
{
  if (!trail)
    return;
  g_clear_pointer (&trail->sidecar, derma_sidecar_free);
  g_ptr_array_unref (trail->kept);
  g_free (trail->path);
  g_free (trail);
}

static DermaReading *
get (const DermaTrail *trail, guint index)
{
  return g_ptr_array_index (trail->kept, index);
}

static void
keep (DermaTrail *trail, const DermaReading *reading)
{
  DermaReading *copy;

  if (trail->kept->len > DERMA_TRAIL_KEPT) {
    copy = g_ptr_array_steal_index (trail->kept, 0);
    trail->n_before++;
    trail->n_passed--;
  } else {
    copy = g_new (DermaReading, 1);
    *copy = (DermaReading)DERMA_READING_INIT;
  }
  derma_reading_copy (copy, reading);
  g_ptr_array_add (trail->kept, copy);
}

/* All that are kept have been passed. */
static gboolean
read_on (DermaTrail *trail, GError **error)
{
  DermaSidecarItem item;

  do {
    if (!derma_sidecar_next (trail->sidecar, &item, error))
      return FALSE;
    if (item == DERMA_SIDECAR_READING && derma_sidecar_get_reading (trail->sidecar)->pts != G_MAXUINT64) {
      keep (trail, derma_sidecar_get_reading (trail->sidecar));
      return TRUE;
    }
  } while (item != DERMA_SIDECAR_END);
  trail->ended = TRUE;
  trail->torn = derma_sidecar_get_torn_line (trail->sidecar);
  return TRUE;
}

static gboolean
go_back (DermaTrail *trail, guint64 time, GError **error)
{
  while (trail->n_passed > 0 && get (trail, trail->n_passed - 1)->pts > time)
    trail->n_passed--;
  if (trail->sidecar && (trail->n_passed > 0 || trail->n_before == 0))
    return TRUE;
  return begin (trail, error);
}

gboolean
derma_trail_go_to (DermaTrail *trail, guint64 time, gboolean (*is_stopped) (gpointer data), gpointer data,
                   GError **error)
{
  if (!go_back (trail, time, error))
    return FALSE;
  for (;;) {
    if (trail->n_passed == trail->kept->len && !trail->ended && !read_on (trail, error))
      return FALSE;
    if (trail->n_passed == trail->kept->len || get (trail, trail->n_passed)->pts > time)
      return TRUE;
    if (is_stopped && is_stopped (data))
      return FALSE;
    trail->n_passed++;
  }
}

const DermaReading *
derma_trail_get_reading (const DermaTrail *trail)
{
  return trail->n_passed > 0 ? get (trail, trail->n_passed - 1) : NULL;
}

guint64
derma_trail_get_number (const DermaTrail *trail)
{
  return trail->n_before + trail->n_passed;
}

guint64
derma_trail_take_torn_line (DermaTrail *trail)
{
  const guint64 torn = trail->torn;

  trail->torn = 0;
  return torn;
}
