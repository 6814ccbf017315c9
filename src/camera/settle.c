/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/settle.h"
#include "camera/auto.h"

#define GAP (100 * G_TIME_SPAN_MILLISECOND)
#define QUIET G_TIME_SPAN_SECOND
/* Automatic exposure at rest still trembles by a step, or by a little of its value. */
#define TREMBLE 50

typedef struct {
  const DermaControl *control;
  gint64 rest; /* the value that it has stayed near */
} Watched;

static GArray *
list_watched (const GPtrArray *controls)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Watched));

  for (guint i = 0; i < controls->len; i++) {
    const DermaControl *control = g_ptr_array_index (controls, i);
    const Watched watched = { control, control->value };

    if (control->flags & DERMA_CONTROL_HAS_VALUE && derma_auto_governing (controls, NULL, control->id))
      g_array_append_val (list, watched);
  }
  return list;
}

static guint64
distance (gint64 a, gint64 b)
{
  return a > b ? (guint64)a - (guint64)b : (guint64)b - (guint64)a;
}

/* Looks at all; 0, or an errno if the camera is gone. */
static gint
look (DermaCamera *camera, GArray *list, gboolean *moved)
{
  *moved = FALSE;
  for (guint i = 0; i < list->len; i++) {
    Watched *watched = &g_array_index (list, Watched, i);
    gint64 value = watched->rest;
    gint code = derma_control_read (camera, watched->control, &value);

    if (derma_camera_is_lost (code))
      return code;
    if (distance (value, watched->rest) > MAX (watched->control->step, distance (watched->rest, 0) / TREMBLE)) {
      watched->rest = value;
      *moved = TRUE;
    }
  }
  return 0;
}

/* Waits a little and looks; @since becomes the time of the last move. */
static gboolean
watch (DermaStream *stream, GArray *list, GCancellable *cancellable, gint64 *since, GError **error)
{
  DermaCamera *camera = stream->camera;
  gboolean moved;
  gint code;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  camera->io->sleep (camera->io, GAP);
  derma_stream_turn (stream);
  code = look (camera, list, &moved);
  if (code != 0) {
    derma_camera_io_fail (error, camera->device, NULL, code);
    return FALSE;
  }
  if (moved)
    *since = camera->io->now (camera->io);
  return TRUE;
}

gboolean
derma_settle (DermaStream *stream, const DermaLockOptions *options, gboolean *settled, GError **error)
{
  DermaCameraIo *io = stream->camera->io;
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (stream->camera, NULL, error);
  g_autoptr (GArray) list = controls ? list_watched (controls) : NULL;
  gint64 since = io->now (io), limit = since + options->settle_ms * (gint64)G_TIME_SPAN_MILLISECOND;

  if (!list)
    return FALSE;
  *settled = list->len == 0;
  while (!*settled && io->now (io) < limit) {
    if (!watch (stream, list, options->cancellable, &since, error))
      return FALSE;
    *settled = io->now (io) - since >= QUIET;
  }
  return TRUE;
}
