/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-dermacamsrc
 * @title: dermacamsrc
 * @short_description: a camera for dermaclassify, which may come and go
 * @see_also: dermaclassify, v4l2src
 *
 * Pictures of a V4L2 camera by v4l2src, in system memory: it picks the best way that the camera has to give pictures,
 * decodes JPEG, leaves out corrupt pictures, and fixes exposure, gain, white balance and focus once they have settled,
 * which it undoes when stopped. If the camera is unplugged the pipeline plays on without pictures until the camera is
 * plugged in again, at the same place or elsewhere; times go on as if nothing had happened, and the first picture is
 * marked #GST_BUFFER_FLAG_DISCONT. The node that is gone stays open as long as a sink shows its last picture; a camera
 * may come back under another number then.
 *
 * The still button of a camera becomes a serialised event #GST_EVENT_CUSTOM_DOWNSTREAM with the structure
 * "derma-still-button" and its field pressed (boolean) before the next picture.
 *
 * What happens is posted as element message "dermacamsrc" with the fields event and device (strings) and, where
 * something failed, error (string). Events: "locked" (with settled, boolean: whether the controls had come to rest),
 * "lock-failed", "unlocked", "unlock-failed", "profile-applied", "profile-failed", "unplugged" and "replugged",
 * "interrupted" (the camera is there and gives no pictures) and "resumed", "still-button" (with pressed, boolean) and
 * "still-button-failed". After "unplugged" comes "replugged", after "interrupted" "resumed", whatever is between. That
 * nothing takes the pictures, as where the element is not linked, is an error, and not of the camera.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -m dermacamsrc ! dermaclassify mode=async ! fakesink
 * ]| Reads what the first camera sees.
 *
 * Since: 0.3
 */

#include "dermacamsrc.h"

#include "camkeeper.h"
#include "camreport.h"

GST_DEBUG_CATEGORY_STATIC (camsrc_debug);
#define GST_CAT_DEFAULT camsrc_debug

struct _GstDermaCamSrc {
  GstBin parent;

  GstElement *exit; /* what feeds come and go at */
  GstPad *pad;

  /* Under the object lock. */
  DermaCamSettings settings;
  DermaCamKeeper *keeper; /* since the last start */
  GstClockTime latency;   /* that a feed declared last */
};

G_DEFINE_FINAL_TYPE (GstDermaCamSrc, gst_derma_cam_src, GST_TYPE_BIN)
GST_ELEMENT_REGISTER_DEFINE (dermacamsrc, "dermacamsrc", GST_RANK_NONE, GST_TYPE_DERMA_CAM_SRC)

static DermaCamKeeper *
get_keeper (GstDermaCamSrc *self)
{
  DermaCamKeeper *keeper;

  GST_OBJECT_LOCK (self);
  keeper = self->keeper ? derma_cam_keeper_ref (self->keeper) : NULL;
  GST_OBJECT_UNLOCK (self);
  return keeper;
}

static void
set_keeper (GstDermaCamSrc *self, DermaCamKeeper *keeper)
{
  DermaCamKeeper *old;

  GST_OBJECT_LOCK (self);
  old = self->keeper;
  self->keeper = keeper;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&old, derma_cam_keeper_unref);
}

static gboolean
get_lock (GstDermaCamSrc *self)
{
  gboolean lock;

  GST_OBJECT_LOCK (self);
  lock = self->settings.lock;
  GST_OBJECT_UNLOCK (self);
  return lock;
}

/* Others may set it meanwhile: what is set last counts. */
static void
follow_lock (GstDermaCamSrc *self, DermaCamKeeper *keeper)
{
  gboolean lock;

  do {
    lock = get_lock (self);
    derma_cam_keeper_set_lock (keeper, lock);
  } while (get_lock (self) != lock);
}

static gboolean
open_camera (GstDermaCamSrc *self)
{
  DermaCamHost *host = g_object_get_data (G_OBJECT (self), DERMA_CAM_HOST_KEY);
  DermaCamSettings settings;

  GST_OBJECT_LOCK (self);
  derma_cam_settings_copy (&settings, &self->settings);
  GST_OBJECT_UNLOCK (self);
  set_keeper (self, NULL);
  set_keeper (self, derma_cam_keeper_new (GST_BIN (self), self->exit, &settings, host ? host : &derma_cam_host_system));
  /* Set before there was somebody to be told. */
  if (get_lock (self) != settings.lock)
    follow_lock (self, self->keeper);
  derma_cam_settings_clear (&settings);
  if (derma_cam_keeper_open (self->keeper))
    return TRUE;
  derma_cam_keeper_close (self->keeper, FALSE);
  return FALSE;
}

static GstStateChangeReturn
start (GstDermaCamSrc *self, GstStateChange change)
{
  GstStateChangeReturn result;

  if (!open_camera (self))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (gst_derma_cam_src_parent_class)->change_state (GST_ELEMENT (self), change);
  if (result != GST_STATE_CHANGE_FAILURE) {
    derma_cam_keeper_start (self->keeper);
    return GST_STATE_CHANGE_NO_PREROLL;
  }
  derma_cam_keeper_fail (self->keeper);
  derma_cam_keeper_close (self->keeper, FALSE);
  return result;
}

static GstStateChangeReturn
stop (GstDermaCamSrc *self, GstStateChange change)
{
  GstStateChangeReturn result;
  gboolean restore;

  derma_cam_keeper_stop (self->keeper);
  result = GST_ELEMENT_CLASS (gst_derma_cam_src_parent_class)->change_state (GST_ELEMENT (self), change);
  GST_OBJECT_LOCK (self);
  restore = self->settings.restore;
  GST_OBJECT_UNLOCK (self);
  derma_cam_keeper_close (self->keeper, restore);
  return result;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange change)
{
  GstDermaCamSrc *self = GST_DERMA_CAM_SRC (element);
  GstStateChangeReturn result;

  if (change == GST_STATE_CHANGE_READY_TO_PAUSED)
    return start (self, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY)
    return stop (self, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    derma_cam_keeper_resume (self->keeper);
  result = GST_ELEMENT_CLASS (gst_derma_cam_src_parent_class)->change_state (element, change);
  /* A pipeline that starts may go through its elements once more, just when the camera is lost. */
  if (result == GST_STATE_CHANGE_FAILURE && self->keeper && derma_cam_keeper_set_aside (self->keeper))
    result = GST_ELEMENT_CLASS (gst_derma_cam_src_parent_class)->change_state (element, change);
  /* Live also while there is no camera. */
  if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED && result != GST_STATE_CHANGE_FAILURE)
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

static void
handle_message (GstBin *bin, GstMessage *message)
{
  DermaCamKeeper *keeper = get_keeper (GST_DERMA_CAM_SRC (bin));
  const gboolean taken = keeper && derma_cam_keeper_take (keeper, message);

  g_clear_pointer (&keeper, derma_cam_keeper_unref);
  if (taken)
    gst_message_unref (message);
  else
    GST_BIN_CLASS (gst_derma_cam_src_parent_class)->handle_message (bin, message);
}

/* A camera shows what is now; that some source of pictures would go elsewhere is of no use. */
static gboolean
refuse (GstEvent *event)
{
  gst_event_unref (event);
  return FALSE;
}

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_SEEK ? refuse (event) : gst_pad_event_default (pad, parent, event);
}

/* An end that is asked for passes, also where there is no feed to pass it. */
static gboolean
send_event (GstElement *element, GstEvent *event)
{
  GstDermaCamSrc *self = GST_DERMA_CAM_SRC (element);
  DermaCamKeeper *keeper = GST_EVENT_TYPE (event) == GST_EVENT_EOS ? get_keeper (self) : NULL;
  gboolean has_feed = TRUE;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK)
    return refuse (event);
  if (keeper)
    has_feed = derma_cam_keeper_end (keeper);
  g_clear_pointer (&keeper, derma_cam_keeper_unref);
  if (!has_feed) {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (self->exit, "sink");

    return gst_pad_send_event (pad, event);
  }
  return GST_ELEMENT_CLASS (gst_derma_cam_src_parent_class)->send_event (element, event);
}

/* Without a feed the exit would answer that nothing is live. */
static gboolean
answer (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstDermaCamSrc *self = GST_DERMA_CAM_SRC (parent);
  const gboolean answered = gst_pad_query_default (pad, parent, query);
  GstClockTime latency = 0;
  gboolean live = FALSE;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return answered;
  if (answered)
    gst_query_parse_latency (query, &live, &latency, NULL);
  GST_OBJECT_LOCK (self);
  if (live)
    self->latency = latency;
  latency = self->latency;
  GST_OBJECT_UNLOCK (self);
  if (!live)
    gst_query_set_latency (query, TRUE, latency, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static void
press_still_button (GstDermaCamSrc *self)
{
  DermaCamKeeper *keeper = get_keeper (self);

  if (!keeper)
    return;
  derma_cam_keeper_press (keeper, TRUE);
  derma_cam_keeper_press (keeper, FALSE);
  derma_cam_keeper_unref (keeper);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstDermaCamSrc *self = GST_DERMA_CAM_SRC (object);
  DermaCamKeeper *keeper = get_keeper (self);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = derma_cam_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  if (keeper && id == DERMA_CAM_SETTING_LOCK)
    follow_lock (self, keeper);
  g_clear_pointer (&keeper, derma_cam_keeper_unref);
}

static void
get_report (DermaCamKeeper *keeper, guint id, GValue *value)
{
  switch (id) {
  case DERMA_CAM_SETTING_CURRENT_DEVICE:
    g_value_take_string (value, keeper ? derma_cam_keeper_get_device (keeper) : NULL);
    break;
  case DERMA_CAM_SETTING_CURRENT_MODE:
    g_value_take_string (value, keeper ? derma_cam_keeper_get_mode (keeper) : NULL);
    break;
  default:
    g_value_take_boxed (value, keeper ? derma_cam_keeper_get_stats (keeper) : derma_cam_report_stats (0, 0, 0, 0));
    break;
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstDermaCamSrc *self = GST_DERMA_CAM_SRC (object);
  DermaCamKeeper *keeper = get_keeper (self);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = derma_cam_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    get_report (keeper, id, value);
  g_clear_pointer (&keeper, derma_cam_keeper_unref);
}

static void
dispose (GObject *object)
{
  set_keeper (GST_DERMA_CAM_SRC (object), NULL);
  G_OBJECT_CLASS (gst_derma_cam_src_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  derma_cam_settings_clear (&GST_DERMA_CAM_SRC (object)->settings);
  G_OBJECT_CLASS (gst_derma_cam_src_parent_class)->finalize (object);
}

static void
gst_derma_cam_src_class_init (GstDermaCamSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("video/x-raw");

  GST_DEBUG_CATEGORY_INIT (camsrc_debug, "dermacamsrc", 0, "cameras that come and go");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;
  derma_cam_settings_install (object_class);

  /**
   * dermacamsrc::press-still-button:
   *
   * Does what pressing the still button and letting go of it does, for cameras without one, and for pedals.
   *
   * Since: 0.3
   */
  g_signal_new_class_handler ("press-still-button", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                              G_CALLBACK (press_still_button), NULL, NULL, NULL, G_TYPE_NONE, 0);

  gst_element_class_add_pad_template (element_class, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_element_class_set_static_metadata (element_class, "Camera for dermaclassify", "Source/Video",
                                         "Pictures of a V4L2 camera that is locked and may come and go",
                                         "The dermaclassify authors");
  element_class->change_state = change_state;
  element_class->send_event = send_event;
  GST_BIN_CLASS (klass)->handle_message = handle_message;
}

static void
gst_derma_cam_src_init (GstDermaCamSrc *self)
{
  GstPadTemplate *template = gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), "src");
  g_autoptr (GstPad) target = NULL;

  derma_cam_settings_init (&self->settings);
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  self->exit = gst_element_factory_make ("identity", "exit");
  g_object_set (self->exit, "silent", TRUE, NULL);
  gst_bin_add (GST_BIN (self), self->exit);
  target = gst_element_get_static_pad (self->exit, "src");
  self->pad = gst_ghost_pad_new_from_template ("src", target, template);
  gst_pad_set_query_function (self->pad, answer);
  gst_pad_set_event_function (self->pad, take_event);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
}
