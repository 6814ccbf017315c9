/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reference on a pool that v4l2src forgets: dropped when it is there, and only then. */
#include "campool.h"

#include <gst/gst.h>

/* Named as that of v4l2src. */
typedef GstBufferPool GstV4l2BufferPool;
typedef GstBufferPoolClass GstV4l2BufferPoolClass;
GType gst_v4l2_buffer_pool_get_type (void);
G_DEFINE_TYPE (GstV4l2BufferPool, gst_v4l2_buffer_pool, GST_TYPE_BUFFER_POOL)

/* How far a thread is that stops a pool; it waits to be let on. */
static GMutex mutex;
static GCond cond;
static enum { FREE, WANTED, HELD } hold;

static void
hold_thread (void)
{
  g_mutex_lock (&mutex);
  if (hold == WANTED) {
    hold = HELD;
    g_cond_broadcast (&cond);
    while (hold == HELD)
      g_cond_wait (&cond, &mutex);
  }
  g_mutex_unlock (&mutex);
}

/* Frees all pictures; the caller has a reference on the pool until it is back. */
static gboolean
stop_pool (GstBufferPool *pool)
{
  const gboolean stopped = GST_BUFFER_POOL_CLASS (gst_v4l2_buffer_pool_parent_class)->stop (pool);

  hold_thread ();
  return stopped;
}

static void
gst_v4l2_buffer_pool_class_init (GstV4l2BufferPoolClass *klass)
{
  klass->stop = stop_pool;
}

static void
gst_v4l2_buffer_pool_init (GstV4l2BufferPool *pool)
{
}

typedef struct {
  GstPad *source, *sink;
  DermaCamPool *watched;
  GstBufferPool *pool; /* NULL once it is no more */
  GstBuffer *kept;     /* the last picture */
} Stage;

static GstFlowReturn
keep (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Stage *stage = gst_pad_get_element_private (pad);

  gst_clear_buffer (&stage->kept);
  stage->kept = buffer;
  return GST_FLOW_OK;
}

static void
set_up (Stage *stage, GType type)
{
  GstStructure *config;
  GstSegment segment;

  stage->source = gst_pad_new ("src", GST_PAD_SRC);
  stage->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (stage->sink, stage);
  gst_pad_set_chain_function (stage->sink, keep);
  gst_pad_set_active (stage->source, TRUE);
  gst_pad_set_active (stage->sink, TRUE);
  gst_pad_link (stage->source, stage->sink);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (stage->source, gst_event_new_stream_start ("test"));
  gst_pad_push_event (stage->source, gst_event_new_segment (&segment));
  stage->watched = derma_cam_pool_watch (stage->source);
  stage->pool = gst_object_ref_sink (g_object_new (type, NULL));
  g_object_add_weak_pointer (G_OBJECT (stage->pool), (gpointer *)&stage->pool);
  config = gst_buffer_pool_get_config (stage->pool);
  gst_buffer_pool_config_set_params (config, NULL, 64, 2, 0);
  g_assert_true (gst_buffer_pool_set_config (stage->pool, config));
  g_assert_true (gst_buffer_pool_set_active (stage->pool, TRUE));
}

static void
push (Stage *stage, guint n)
{
  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer;

    g_assert_cmpint (gst_buffer_pool_acquire_buffer (stage->pool, &buffer, NULL), ==, GST_FLOW_OK);
    g_assert_cmpint (gst_pad_push (stage->source, buffer), ==, GST_FLOW_OK);
  }
}

/* As a source does that stops. */
static void
stop (Stage *stage, gboolean forgets)
{
  GstBufferPool *pool = stage->pool;

  gst_buffer_pool_set_active (pool, FALSE);
  if (!forgets)
    gst_object_unref (pool);
}

static void
tear_down (Stage *stage)
{
  gst_clear_buffer (&stage->kept);
  derma_cam_pool_unref (stage->watched);
  gst_pad_set_active (stage->source, FALSE);
  gst_pad_set_active (stage->sink, FALSE);
  gst_object_unref (stage->source);
  gst_object_unref (stage->sink);
}

static void
test_forgotten (void)
{
  Stage stage = { 0 };

  set_up (&stage, gst_v4l2_buffer_pool_get_type ());
  push (&stage, 9);
  gst_clear_buffer (&stage.kept);
  stop (&stage, TRUE);
  g_assert_nonnull (stage.pool);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  g_assert_null (stage.pool);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  tear_down (&stage);
}

/* As long as somebody looks at a picture the pool stays, and not longer. */
static void
test_picture_kept (void)
{
  Stage stage = { 0 };

  set_up (&stage, gst_v4l2_buffer_pool_get_type ());
  push (&stage, 5);
  stop (&stage, TRUE);
  g_assert_false (derma_cam_pool_settle (stage.watched));
  g_assert_nonnull (stage.pool);
  gst_clear_buffer (&stage.kept);
  g_assert_nonnull (stage.pool);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  g_assert_null (stage.pool);
  tear_down (&stage);
}

static gpointer
drop (gpointer data)
{
  gst_buffer_unref (data);
  return NULL;
}

/* Another thread has freed the last picture, and is not done with the pool. */
static void
assert_not_too_early (gboolean forgets)
{
  Stage stage = { 0 };
  GThread *thread;

  set_up (&stage, gst_v4l2_buffer_pool_get_type ());
  push (&stage, 5);
  stop (&stage, forgets);
  hold = WANTED;
  thread = g_thread_new ("drop", drop, g_steal_pointer (&stage.kept));
  g_mutex_lock (&mutex);
  while (hold != HELD)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);
  g_assert_false (derma_cam_pool_settle (stage.watched));
  g_assert_nonnull (stage.pool);
  g_mutex_lock (&mutex);
  hold = FREE;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&mutex);
  g_thread_join (thread);
  g_assert_nonnull (stage.pool);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  g_assert_null (stage.pool);
  tear_down (&stage);
}

static void
test_too_early (void)
{
  assert_not_too_early (TRUE);
  assert_not_too_early (FALSE);
}

/* A source that forgets nothing. */
static void
test_not_forgotten (void)
{
  for (guint kept = 0; kept < 2; kept++) {
    Stage stage = { 0 };

    set_up (&stage, gst_v4l2_buffer_pool_get_type ());
    push (&stage, 3);
    if (!kept)
      gst_clear_buffer (&stage.kept);
    stop (&stage, FALSE);
    g_assert_true (derma_cam_pool_settle (stage.watched) == !kept);
    gst_clear_buffer (&stage.kept);
    g_assert_true (derma_cam_pool_settle (stage.watched));
    g_assert_null (stage.pool);
    tear_down (&stage);
  }
}

/* Somebody else's references stay. */
static void
test_others (void)
{
  Stage stage = { 0 };
  GstBufferPool *pool;

  set_up (&stage, gst_v4l2_buffer_pool_get_type ());
  pool = gst_object_ref (stage.pool);
  push (&stage, 3);
  gst_clear_buffer (&stage.kept);
  stop (&stage, TRUE);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  g_assert_cmpint (GST_OBJECT_REFCOUNT_VALUE (pool), ==, 2);
  gst_object_unref (pool);
  gst_object_unref (pool);
  g_assert_null (stage.pool);
  tear_down (&stage);
}

/* Pools that are not the driver's are let alone, as are pictures without one. */
static void
test_other_pools (void)
{
  Stage stage = { 0 };
  GstBufferPool *pool;

  set_up (&stage, GST_TYPE_BUFFER_POOL);
  push (&stage, 3);
  g_assert_cmpint (gst_pad_push (stage.source, gst_buffer_new ()), ==, GST_FLOW_OK);
  stop (&stage, TRUE);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  g_assert_nonnull (stage.pool);
  pool = stage.pool;
  gst_object_unref (pool);
  g_assert_null (stage.pool);
  tear_down (&stage);
}

static void
test_no_picture (void)
{
  Stage stage = { 0 };

  set_up (&stage, gst_v4l2_buffer_pool_get_type ());
  stop (&stage, FALSE);
  g_assert_true (derma_cam_pool_settle (stage.watched));
  g_assert_null (stage.pool);
  tear_down (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/campool/forgotten", test_forgotten);
  g_test_add_func ("/campool/picture-kept", test_picture_kept);
  g_test_add_func ("/campool/too-early", test_too_early);
  g_test_add_func ("/campool/not-forgotten", test_not_forgotten);
  g_test_add_func ("/campool/others", test_others);
  g_test_add_func ("/campool/other-pools", test_other_pools);
  g_test_add_func ("/campool/no-picture", test_no_picture);
  return g_test_run ();
}
