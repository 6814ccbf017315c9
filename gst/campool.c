/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "campool.h"

#include <string.h>

struct _DermaCamPool {
  gint alive;    /* atomic: pictures of the pool that have come out and are not freed; a pool frees all when it ends */
  GThread *last; /* atomic: that freed the last of them */
  GMutex lock;

  /* Under the lock. */
  GstBufferPool *pool; /* NULL before the first picture and once it is settled */
  gboolean seen;       /* that all pictures are freed */
};

static void
clear (gpointer data)
{
  DermaCamPool *watched = data;

  gst_clear_object (&watched->pool);
  g_mutex_clear (&watched->lock);
}

DermaCamPool *
derma_cam_pool_ref (DermaCamPool *pool)
{
  return g_atomic_rc_box_acquire (pool);
}

void
derma_cam_pool_unref (DermaCamPool *pool)
{
  g_atomic_rc_box_release_full (pool, clear);
}

static void
forget_picture (gpointer data)
{
  DermaCamPool *watched = data;

  if (g_atomic_int_dec_and_test (&watched->alive))
    g_atomic_pointer_set (&watched->last, g_thread_self ());
  derma_cam_pool_unref (watched);
}

static GQuark
get_mark (void)
{
  return g_quark_from_static_string ("derma-cam-pool");
}

static GstPadProbeReturn
note_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  DermaCamPool *watched = data;
  GstMiniObject *picture = GST_MINI_OBJECT (GST_PAD_PROBE_INFO_BUFFER (info));
  GstBufferPool *pool = GST_PAD_PROBE_INFO_BUFFER (info)->pool;

  /* Copies that the source makes are of another. */
  if (!pool || strcmp (G_OBJECT_TYPE_NAME (pool), "GstV4l2BufferPool") != 0)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&watched->lock);
  gst_object_replace ((GstObject **)&watched->pool, GST_OBJECT (pool));
  g_mutex_unlock (&watched->lock);
  if (gst_mini_object_get_qdata (picture, get_mark ()))
    return GST_PAD_PROBE_OK;
  g_atomic_pointer_set (&watched->last, NULL);
  g_atomic_int_inc (&watched->alive);
  gst_mini_object_set_qdata (picture, get_mark (), g_atomic_rc_box_acquire (watched), forget_picture);
  return GST_PAD_PROBE_OK;
}

DermaCamPool *
derma_cam_pool_watch (GstPad *pad)
{
  DermaCamPool *watched = g_atomic_rc_box_new0 (DermaCamPool);

  g_mutex_init (&watched->lock);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_picture, g_atomic_rc_box_acquire (watched),
                     (GDestroyNotify)derma_cam_pool_unref);
  return watched;
}

/*
 * (transfer full) (nullable): what is left to look at, once. A thread that has freed the last picture keeps a reference
 * on the pool for a moment more: what another thread did is looked at when it is asked for the second time.
 */
static GstBufferPool *
steal_ended (DermaCamPool *watched, gboolean *early)
{
  GstBufferPool *ended = NULL;

  g_mutex_lock (&watched->lock);
  *early = watched->pool && !watched->seen && g_atomic_pointer_get (&watched->last) != g_thread_self ();
  if (!*early)
    ended = g_steal_pointer (&watched->pool);
  watched->seen = TRUE;
  g_mutex_unlock (&watched->lock);
  return ended;
}

gboolean
derma_cam_pool_settle (DermaCamPool *pool)
{
  g_autoptr (GstBufferPool) ended = NULL;
  gboolean early;

  if (g_atomic_int_get (&pool->alive) > 0)
    return FALSE;
  ended = steal_ended (pool, &early);
  /* No picture is left that would have a reference, the source has given up its own, and this is one of the two. */
  if (ended && GST_OBJECT_REFCOUNT_VALUE (ended) == 2)
    gst_object_unref (ended);
  return !early;
}
