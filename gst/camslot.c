/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camslot.h"

#include "camfeed.h"
#include "camreport.h"

#define A_LITTLE 1000                       /* us: in which a thread gets done with a picture that it freed */
#define ON_ITS_WAY (5 * G_TIME_SPAN_SECOND) /* a message that was posted already, at the most */

struct _DermaCamSlot {
  GstBin *bin;
  GstElement *exit;
  DermaCamHost *host;
  DermaCamChanged changed;
  GPtrArray *pools; /* of DermaCamPool, of feeds that were taken out; of the thread that does that */
  gint corrupt;     /* atomic */
  GMutex mutex;
  GCond changes; /* of feed and cause */

  /* Under the mutex. */
  GstElement *feed;
  GError *cause;
  gchar *refusal; /* of the cause: debugging text, if it is that nobody takes the pictures */
  gchar *mode;
  DermaCamIdentity identity; /* changes only under it; read also by the thread that changes it */
};

DermaCamSlot *
derma_cam_slot_new (GstBin *bin, GstElement *exit, DermaCamHost *host, DermaCamChanged changed)
{
  DermaCamSlot *slot = g_new0 (DermaCamSlot, 1);

  slot->bin = bin;
  slot->exit = exit;
  slot->host = host;
  slot->changed = changed;
  slot->pools = g_ptr_array_new_with_free_func ((GDestroyNotify)derma_cam_pool_unref);
  g_mutex_init (&slot->mutex);
  g_cond_init (&slot->changes);
  return slot;
}

void
derma_cam_slot_free (DermaCamSlot *slot)
{
  derma_cam_slot_settle (slot);
  if (slot->pools->len > 0) {
    g_usleep (A_LITTLE);
    derma_cam_slot_settle (slot);
  }
  g_ptr_array_unref (slot->pools);
  derma_cam_identity_clear (&slot->identity);
  g_clear_error (&slot->cause);
  g_free (slot->refusal);
  g_free (slot->mode);
  g_mutex_clear (&slot->mutex);
  g_cond_clear (&slot->changes);
  g_free (slot);
}

/* Takes note of what the camera is and how it will give pictures. */
static gboolean
choose (DermaCamSlot *slot, const gchar *device, const DermaCamWish *wish, DermaCamMode *mode, GError **error)
{
  g_autoptr (DermaCamera) camera = slot->host->open (slot->host, device, error);
  g_autoptr (GPtrArray) modes = camera ? derma_camera_list_modes (camera, NULL, error) : NULL;

  if (!modes)
    return FALSE;
  if (!derma_cam_mode_choose (modes, wish, mode)) {
    derma_cam_report_formats (error, device, modes, wish->format);
    return FALSE;
  }
  g_mutex_lock (&slot->mutex);
  derma_cam_identity_set (&slot->identity, camera);
  g_mutex_unlock (&slot->mutex);
  return TRUE;
}

gboolean
derma_cam_slot_put_in (DermaCamSlot *slot, const gchar *device, const DermaCamWish *wish, GError **error)
{
  DermaCamMode mode;
  GstElement *feed;

  if (!choose (slot, device, wish, &mode, error))
    return FALSE;
  feed = derma_cam_feed_new (slot->host, device, &mode, &slot->corrupt, error);
  if (!feed)
    return FALSE;
  g_mutex_lock (&slot->mutex);
  g_clear_error (&slot->cause);
  g_clear_pointer (&slot->refusal, g_free);
  slot->feed = gst_object_ref (feed);
  g_free (slot->mode);
  slot->mode = derma_cam_mode_to_string (&mode);
  g_mutex_unlock (&slot->mutex);
  gst_bin_add (slot->bin, feed);
  gst_element_link (feed, slot->exit);
  slot->changed (slot->bin);
  return TRUE;
}

/* The state that the bin is in or on its way to. */
static GstState
get_goal (DermaCamSlot *slot)
{
  GstState goal;

  GST_OBJECT_LOCK (slot->bin);
  goal =
      GST_STATE_PENDING (slot->bin) == GST_STATE_VOID_PENDING ? GST_STATE (slot->bin) : GST_STATE_PENDING (slot->bin);
  GST_OBJECT_UNLOCK (slot->bin);
  return goal;
}

/* Meanwhile the bin may take the feed to another state, which is not to be undone with the one that it had. */
gboolean
derma_cam_slot_start (DermaCamSlot *slot)
{
  GstState goal;

  do {
    goal = get_goal (slot);
    if (gst_element_set_state (slot->feed, goal) == GST_STATE_CHANGE_FAILURE)
      return FALSE;
  } while (get_goal (slot) != goal);
  return TRUE;
}

/* (transfer full) (nullable): the feed, which the bin takes to no other state from now on */
static GstElement *
steal_feed (DermaCamSlot *slot)
{
  GstElement *feed;

  g_mutex_lock (&slot->mutex);
  feed = g_steal_pointer (&slot->feed);
  if (feed)
    gst_element_set_locked_state (feed, TRUE);
  g_clear_pointer (&slot->mode, g_free);
  g_cond_broadcast (&slot->changes);
  g_mutex_unlock (&slot->mutex);
  return feed;
}

/* Waits until no picture is on its way through what is behind the feeds. */
static void
await_pictures (DermaCamSlot *slot)
{
  GstPad *pad = gst_element_get_static_pad (slot->exit, "sink");

  GST_PAD_STREAM_LOCK (pad);
  GST_PAD_STREAM_UNLOCK (pad);
  gst_object_unref (pad);
}

void
derma_cam_slot_take_out (DermaCamSlot *slot)
{
  GstElement *feed = steal_feed (slot);

  if (!feed)
    return;
  /* Its last picture may be held until the pipeline plays on: who changes the state until then leaves it alone. */
  gst_bin_remove (slot->bin, feed);
  await_pictures (slot);
  gst_element_set_state (feed, GST_STATE_NULL);
  g_ptr_array_add (slot->pools, derma_cam_pool_ref (derma_cam_feed_get_pool (feed)));
  gst_object_unref (feed);
  derma_cam_slot_settle (slot);
  slot->changed (slot->bin);
}

void
derma_cam_slot_settle (DermaCamSlot *slot)
{
  for (guint i = slot->pools->len; i > 0; i--)
    if (derma_cam_pool_settle (g_ptr_array_index (slot->pools, i - 1)))
      g_ptr_array_remove_index (slot->pools, i - 1);
}

DermaCamIdentity *
derma_cam_slot_get_identity (DermaCamSlot *slot)
{
  return &slot->identity;
}

static gboolean
has_failed (GstElement *feed)
{
  gboolean failed;

  GST_OBJECT_LOCK (feed);
  failed = GST_STATE_RETURN (feed) == GST_STATE_CHANGE_FAILURE;
  GST_OBJECT_UNLOCK (feed);
  return failed;
}

/* A feed fails when an error is posted in it, which comes here only after that. */
gboolean
derma_cam_slot_set_aside (DermaCamSlot *slot)
{
  const gint64 deadline = g_get_monotonic_time () + ON_ITS_WAY;
  gboolean aside;

  g_mutex_lock (&slot->mutex);
  while (slot->feed && !slot->cause && has_failed (slot->feed))
    if (!g_cond_wait_until (&slot->changes, &slot->mutex, deadline))
      break;
  aside = !slot->feed || slot->cause;
  if (slot->feed && aside)
    gst_element_set_locked_state (slot->feed, TRUE);
  g_mutex_unlock (&slot->mutex);
  return aside;
}

gboolean
derma_cam_slot_is_full (DermaCamSlot *slot)
{
  gboolean full;

  g_mutex_lock (&slot->mutex);
  full = slot->feed != NULL;
  g_mutex_unlock (&slot->mutex);
  return full;
}

/* (transfer full) (nullable): the feed that an object is of; it may be out of the bin already */
static GstObject *
find_feed (DermaCamSlot *slot, GstObject *object)
{
  GstObject *feed = object ? gst_object_ref (object) : NULL;
  GstObject *parent;

  while (feed && (parent = gst_object_get_parent (feed))) {
    const gboolean top = parent == GST_OBJECT (slot->bin);

    gst_object_unref (top ? parent : feed);
    if (top)
      break;
    feed = parent;
  }
  if (feed == GST_OBJECT (slot->exit))
    gst_clear_object (&feed);
  return feed;
}

/* Whether a source says that those behind it do not take its pictures. */
static gboolean
is_refusal (GstMessage *message)
{
  const GstStructure *details = NULL;
  gint flow;

  gst_message_parse_error_details (message, &details);
  return details && gst_structure_get_int (details, "flow-return", &flow)
         && (flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_NOT_NEGOTIATED);
}

/* Under the mutex. */
static void
note_cause (DermaCamSlot *slot, GstMessage *message)
{
  g_autofree gchar *debug = NULL;

  gst_message_parse_error (message, &slot->cause, &debug);
  if (is_refusal (message))
    slot->refusal = debug ? g_steal_pointer (&debug) : g_strdup ("");
  g_cond_broadcast (&slot->changes);
}

gboolean
derma_cam_slot_take (DermaCamSlot *slot, GstMessage *message, gboolean *present)
{
  GstObject *feed;

  *present = FALSE;
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return FALSE;
  feed = find_feed (slot, GST_MESSAGE_SRC (message));
  if (!feed)
    return FALSE;
  g_mutex_lock (&slot->mutex);
  *present = feed == GST_OBJECT (slot->feed);
  if (*present && !slot->cause)
    note_cause (slot, message);
  g_mutex_unlock (&slot->mutex);
  gst_object_unref (feed);
  return TRUE;
}

GError *
derma_cam_slot_steal_cause (DermaCamSlot *slot, gchar **refusal)
{
  GError *cause;

  g_mutex_lock (&slot->mutex);
  cause = g_steal_pointer (&slot->cause);
  *refusal = g_steal_pointer (&slot->refusal);
  g_mutex_unlock (&slot->mutex);
  return cause ? cause : g_error_new (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, "gives no more pictures");
}

gchar *
derma_cam_slot_get_device (DermaCamSlot *slot)
{
  gchar *device;

  g_mutex_lock (&slot->mutex);
  device = slot->feed ? g_strdup (slot->identity.device) : NULL;
  g_mutex_unlock (&slot->mutex);
  return device;
}

gchar *
derma_cam_slot_get_mode (DermaCamSlot *slot)
{
  gchar *mode;

  g_mutex_lock (&slot->mutex);
  mode = g_strdup (slot->mode);
  g_mutex_unlock (&slot->mutex);
  return mode;
}

guint
derma_cam_slot_get_corrupt (DermaCamSlot *slot)
{
  return (guint)g_atomic_int_get (&slot->corrupt);
}
