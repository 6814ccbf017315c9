/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camsettings.h"

#define DEFAULT_FORMAT DERMA_CAM_FORMAT_AUTO
#define DEFAULT_LOCK TRUE
#define DEFAULT_RESTORE TRUE
#define DEFAULT_RECONNECT TRUE
#define DEFAULT_INTERVAL 500

#define MAX_SIDE 32767
#define MAX_SETTLE_MS 60000
#define MIN_INTERVAL 10
#define MAX_INTERVAL 60000

#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define REPORT (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static GType
format_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { DERMA_CAM_FORMAT_AUTO, "What gives the best picture", "auto" },
    { DERMA_CAM_FORMAT_MJPEG, "Motion JPEG only", "mjpeg" },
    { DERMA_CAM_FORMAT_RAW, "Uncompressed only", "raw" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstDermaCamSrcFormat", values));
  return type;
}

void
derma_cam_settings_init (DermaCamSettings *settings)
{
  *settings = (DermaCamSettings){ .wish = { .rate_d = 1, .format = DEFAULT_FORMAT },
                                  .lock = DEFAULT_LOCK,
                                  .restore = DEFAULT_RESTORE,
                                  .settle_ms = DERMA_LOCK_SETTLE_MS,
                                  .reconnect = DEFAULT_RECONNECT,
                                  .interval_ms = DEFAULT_INTERVAL };
}

void
derma_cam_settings_copy (DermaCamSettings *copy, const DermaCamSettings *settings)
{
  *copy = *settings;
  copy->device = g_strdup (settings->device);
  copy->profile = g_strdup (settings->profile);
  copy->still_button = g_strdup (settings->still_button);
}

void
derma_cam_settings_clear (DermaCamSettings *settings)
{
  g_clear_pointer (&settings->device, g_free);
  g_clear_pointer (&settings->profile, g_free);
  g_clear_pointer (&settings->still_button, g_free);
}

/* Which camera, and which of its ways to give pictures. */
static void
install_camera (GObjectClass *klass)
{
  /**
   * dermacamsrc:device:
   *
   * Path of the camera's node, as "/dev/video0". NULL is the first camera that `derma camera list` shows.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_DEVICE,
      g_param_spec_string ("device", "Device", "Path of the camera's node (NULL: the first camera)", NULL, READY));
  /**
   * dermacamsrc:width:
   *
   * Width that is wished for; of the sizes that the camera has, the nearest is taken. 0 for width and height: the
   * largest size up to 1920x1080 that comes fast enough.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_WIDTH,
      g_param_spec_int ("width", "Width", "Width of the picture that is wished for (0: any)", 0, MAX_SIDE, 0, READY));
  /**
   * dermacamsrc:height:
   *
   * Height that is wished for, as #dermacamsrc:width.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_CAM_SETTING_HEIGHT,
                                   g_param_spec_int ("height", "Height",
                                                     "Height of the picture that is wished for (0: any)", 0, MAX_SIDE,
                                                     0, READY));
  /**
   * dermacamsrc:framerate:
   *
   * Pictures a second that are wished for; the nearest that the camera has is taken. 0/1: about 30.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_CAM_SETTING_FRAMERATE,
                                   gst_param_spec_fraction ("framerate", "Frame rate",
                                                            "Pictures a second that are wished for (0/1: about 30)", 0,
                                                            1, 1000, 1, 0, 1, READY));
  /**
   * dermacamsrc:format:
   *
   * auto takes uncompressed pictures where they come as large and as fast as JPEG does, and JPEG otherwise. A camera
   * that has none of the wished format is an error.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_CAM_SETTING_FORMAT,
                                   g_param_spec_enum ("format", "Format", "Which formats of the camera are used",
                                                      format_get_type (), DEFAULT_FORMAT, READY));
  gst_type_mark_as_plugin_api (format_get_type (), 0);
}

/* What is done to its controls. */
static void
install_controls (GObjectClass *klass)
{
  /**
   * dermacamsrc:lock:
   *
   * Fixes exposure, gain, white balance and focus once they have settled after the start, and again whenever the camera
   * comes back. While playing, TRUE locks now and FALSE puts back what was: to lock anew on the skin set one, then the
   * other.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_LOCK,
      g_param_spec_boolean ("lock", "Lock", "Fix exposure, white balance and focus", DEFAULT_LOCK, PLAYING));
  /**
   * dermacamsrc:restore:
   *
   * Whether stopping puts back what was before the lock. If not, `derma camera restore` can.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_RESTORE,
      g_param_spec_boolean ("restore", "Restore", "Undo the lock when stopped", DEFAULT_RESTORE, PLAYING));
  /**
   * dermacamsrc:profile:
   *
   * Path of a key file with values for controls, as `derma camera show --save` writes it; applied before the lock.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_PROFILE,
      g_param_spec_string ("profile", "Profile", "Path of a file with values for controls", NULL, READY));
  /**
   * dermacamsrc:settle-time:
   *
   * How long automatic controls may take to settle before they are locked, ms.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_CAM_SETTING_SETTLE_TIME,
                                   g_param_spec_uint ("settle-time", "Settle time",
                                                      "How long automatic controls may take to settle, ms", 0,
                                                      MAX_SETTLE_MS, DERMA_LOCK_SETTLE_MS, READY));
}

/* What is done when it goes away, and its button. */
static void
install_connection (GObjectClass *klass)
{
  /**
   * dermacamsrc:reconnect:
   *
   * Whether a camera that is unplugged is waited for; otherwise that is an error.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_RECONNECT,
      g_param_spec_boolean ("reconnect", "Reconnect", "Wait for a camera that went away", DEFAULT_RECONNECT, READY));
  /**
   * dermacamsrc:reconnect-interval:
   *
   * How often is looked for a camera that went away, ms.
   *
   * Since: 0.3
   */
  g_object_class_install_property (klass, DERMA_CAM_SETTING_RECONNECT_INTERVAL,
                                   g_param_spec_uint ("reconnect-interval", "Reconnect interval",
                                                      "How often is looked for a lost camera, ms", MIN_INTERVAL,
                                                      MAX_INTERVAL, DEFAULT_INTERVAL, READY));
  /**
   * dermacamsrc:still-button:
   *
   * Path of the input device, as "/dev/input/event5", whose key KEY_CAMERA is the still button. NULL is that of the
   * camera itself, if it has one; the empty string is none.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_STILL_BUTTON,
      g_param_spec_string ("still-button", "Still button",
                           "Path of the input device of the still button (NULL: the camera's own, \"\": none)", NULL,
                           READY));
}

static void
install_reports (GObjectClass *klass)
{
  /**
   * dermacamsrc:current-device:
   *
   * Where the camera is, NULL while stopped or while it is away.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_CURRENT_DEVICE,
      g_param_spec_string ("current-device", "Current device", "Path of the camera that is used", NULL, REPORT));
  /**
   * dermacamsrc:current-mode:
   *
   * What the camera gives, as "MJPG 1280x720 30/1", NULL while stopped or while it is away.
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_CURRENT_MODE,
      g_param_spec_string ("current-mode", "Current mode", "Format, size and rate that are used", NULL, REPORT));
  /**
   * dermacamsrc:stats:
   *
   * Since the last start, all guint64: frames (that were passed on), corrupt (pictures that were left out because they
   * were), losses (how often the camera went away or stopped), returns (how often it came back).
   *
   * Since: 0.3
   */
  g_object_class_install_property (
      klass, DERMA_CAM_SETTING_STATS,
      g_param_spec_boxed ("stats", "Statistics", "What has been done since the start", GST_TYPE_STRUCTURE, REPORT));
}

void
derma_cam_settings_install (GObjectClass *klass)
{
  install_camera (klass);
  install_controls (klass);
  install_connection (klass);
  install_reports (klass);
}

static void
set_string (gchar **string, const GValue *value)
{
  g_free (*string);
  *string = g_value_dup_string (value);
}

static gboolean
set_wish (DermaCamWish *wish, guint id, const GValue *value)
{
  switch (id) {
  case DERMA_CAM_SETTING_WIDTH:
    wish->width = g_value_get_int (value);
    return TRUE;
  case DERMA_CAM_SETTING_HEIGHT:
    wish->height = g_value_get_int (value);
    return TRUE;
  case DERMA_CAM_SETTING_FRAMERATE:
    wish->rate_n = gst_value_get_fraction_numerator (value);
    wish->rate_d = gst_value_get_fraction_denominator (value);
    return TRUE;
  case DERMA_CAM_SETTING_FORMAT:
    wish->format = g_value_get_enum (value);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
derma_cam_settings_set (DermaCamSettings *settings, guint id, const GValue *value)
{
  switch (id) {
  case DERMA_CAM_SETTING_DEVICE:
    set_string (&settings->device, value);
    return TRUE;
  case DERMA_CAM_SETTING_LOCK:
    settings->lock = g_value_get_boolean (value);
    return TRUE;
  case DERMA_CAM_SETTING_RESTORE:
    settings->restore = g_value_get_boolean (value);
    return TRUE;
  case DERMA_CAM_SETTING_PROFILE:
    set_string (&settings->profile, value);
    return TRUE;
  case DERMA_CAM_SETTING_SETTLE_TIME:
    settings->settle_ms = g_value_get_uint (value);
    return TRUE;
  case DERMA_CAM_SETTING_RECONNECT:
    settings->reconnect = g_value_get_boolean (value);
    return TRUE;
  case DERMA_CAM_SETTING_RECONNECT_INTERVAL:
    settings->interval_ms = g_value_get_uint (value);
    return TRUE;
  case DERMA_CAM_SETTING_STILL_BUTTON:
    set_string (&settings->still_button, value);
    return TRUE;
  default:
    return set_wish (&settings->wish, id, value);
  }
}

static gboolean
get_wish (const DermaCamWish *wish, guint id, GValue *value)
{
  switch (id) {
  case DERMA_CAM_SETTING_WIDTH:
    g_value_set_int (value, wish->width);
    return TRUE;
  case DERMA_CAM_SETTING_HEIGHT:
    g_value_set_int (value, wish->height);
    return TRUE;
  case DERMA_CAM_SETTING_FRAMERATE:
    gst_value_set_fraction (value, wish->rate_n, wish->rate_d);
    return TRUE;
  case DERMA_CAM_SETTING_FORMAT:
    g_value_set_enum (value, wish->format);
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
derma_cam_settings_get (const DermaCamSettings *settings, guint id, GValue *value)
{
  switch (id) {
  case DERMA_CAM_SETTING_DEVICE:
    g_value_set_string (value, settings->device);
    return TRUE;
  case DERMA_CAM_SETTING_LOCK:
    g_value_set_boolean (value, settings->lock);
    return TRUE;
  case DERMA_CAM_SETTING_RESTORE:
    g_value_set_boolean (value, settings->restore);
    return TRUE;
  case DERMA_CAM_SETTING_PROFILE:
    g_value_set_string (value, settings->profile);
    return TRUE;
  case DERMA_CAM_SETTING_SETTLE_TIME:
    g_value_set_uint (value, settings->settle_ms);
    return TRUE;
  case DERMA_CAM_SETTING_RECONNECT:
    g_value_set_boolean (value, settings->reconnect);
    return TRUE;
  case DERMA_CAM_SETTING_RECONNECT_INTERVAL:
    g_value_set_uint (value, settings->interval_ms);
    return TRUE;
  case DERMA_CAM_SETTING_STILL_BUTTON:
    g_value_set_string (value, settings->still_button);
    return TRUE;
  default:
    return get_wish (&settings->wish, id, value);
  }
}
