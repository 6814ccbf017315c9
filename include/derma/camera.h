/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DermaCamera:
 *
 * An open V4L2 capture device. Used by one thread at a time. Several may be open on one device, also while another
 * program streams from it. Formats are those of the device itself: nothing is converted.
 *
 * Errors of all functions: %DERMA_ERROR_FILE (no such device, permission denied), %DERMA_ERROR_UNSUPPORTED (not a
 * camera), %DERMA_ERROR_BUSY, %DERMA_ERROR_GONE (unplugged), %DERMA_ERROR_RUNTIME (what else the driver refuses). The
 * message is "DEVICE: CAUSE" or "DEVICE: CONTROL: CAUSE". Texts of the device are made valid UTF-8 of one line.
 */
typedef struct _DermaCamera DermaCamera;

/**
 * derma_camera_open:
 * @device: path of a node, as "/dev/video0"
 *
 * Returns: (transfer full): the camera, or NULL with @error set to why it cannot be used
 */
DERMA_API DermaCamera *derma_camera_open (const gchar *device, GError **error);
/** derma_camera_free: @camera: (nullable) (transfer full) */
DERMA_API void derma_camera_free (DermaCamera *camera);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaCamera, derma_camera_free)

/** derma_camera_get_device: Returns: (transfer none): the path that it was opened by */
DERMA_API const gchar *derma_camera_get_device (const DermaCamera *camera);
/** derma_camera_get_card: Returns: (transfer none): what the device calls itself */
DERMA_API const gchar *derma_camera_get_card (const DermaCamera *camera);
/** derma_camera_get_driver: Returns: (transfer none): name of the kernel's driver */
DERMA_API const gchar *derma_camera_get_driver (const DermaCamera *camera);
/** derma_camera_get_bus: Returns: (transfer none): where it is plugged in, as "usb-0000:00:14.0-2" */
DERMA_API const gchar *derma_camera_get_bus (const DermaCamera *camera);

/**
 * derma_camera_find:
 * @problems: (out) (optional) (transfer full): a line for each node that could not be looked at; NULL-terminated
 *
 * Returns: (transfer full): paths of the nodes /dev/video* that capture video, in order of their numbers, at most 64;
 *   NULL-terminated. Nodes that capture none (metadata, output, codecs) are left out without a word, and so are
 *   those that capture none by themselves: that a media controller has to connect (V4L2_CAP_IO_MC), or that have
 *   no input (VIDIOC_ENUMINPUT), as those of an image processor. derma_camera_open() takes these by name.
 */
DERMA_API gchar **derma_camera_find (gchar ***problems);

/** DermaCameraRate: frames a second, as a fraction */
typedef struct {
  guint32 numerator;
  guint32 denominator;
} DermaCameraRate;

/**
 * DermaCameraMode:
 * @format: the four-character code as text, "MJPG" or "Y16 -BE"; what cannot be printed is '?'
 * @fourcc: the same as V4L2 has it
 * @description: (not nullable): what the driver calls the format; may be empty
 * @compressed: whether pictures must be decoded
 * @min_width: least width in pixels; sizes are discrete where it equals @max_width; 0 if the driver does not say
 * @rates: (array length=n_rates): frames a second at the largest size, as the driver orders them
 * @n_rates: number of @rates, 0 if the driver does not say
 * @rates_range: whether @rates are the lowest and the highest of a range
 */
typedef struct {
  gchar format[8];
  guint32 fourcc;
  gchar *description;
  gboolean compressed;
  guint32 min_width, max_width, step_width;
  guint32 min_height, max_height, step_height;
  DermaCameraRate *rates;
  guint n_rates;
  gboolean rates_range;
} DermaCameraMode;

/**
 * derma_camera_list_modes:
 * @truncated: (out) (optional): whether the driver offered more than the limits below
 *
 * Asks for formats, sizes and frame rates: at most 128 formats, 1024 modes, 64 rates a mode, 16384 questions in all.
 *
 * Returns: (transfer full) (element-type DermaCameraMode): the modes, or NULL with @error set
 */
DERMA_API GPtrArray *derma_camera_list_modes (DermaCamera *camera, gboolean *truncated, GError **error);

/** DermaControlType: kinds of controls; the value of the last two cannot be read or written here */
typedef enum {
  DERMA_CONTROL_INTEGER,
  DERMA_CONTROL_BOOLEAN,
  DERMA_CONTROL_MENU,
  DERMA_CONTROL_INTEGER_MENU,
  DERMA_CONTROL_INTEGER64,
  DERMA_CONTROL_BITMASK,
  DERMA_CONTROL_BUTTON,
  DERMA_CONTROL_OTHER,
  DERMA_N_CONTROL_TYPES,
} DermaControlType;

/**
 * DermaControlFlags:
 * @DERMA_CONTROL_HAS_VALUE: the value could be read
 * @DERMA_CONTROL_DISABLED: exists and never works
 * @DERMA_CONTROL_READ_ONLY: can be read only
 * @DERMA_CONTROL_WRITE_ONLY: can be written only
 * @DERMA_CONTROL_INACTIVE: without effect at present, as when an automatic control governs it
 * @DERMA_CONTROL_GRABBED: cannot be changed at present, as while streaming
 * @DERMA_CONTROL_VOLATILE: changes by itself
 */
typedef enum {
  DERMA_CONTROL_HAS_VALUE = 1 << 0,
  DERMA_CONTROL_DISABLED = 1 << 1,
  DERMA_CONTROL_READ_ONLY = 1 << 2,
  DERMA_CONTROL_WRITE_ONLY = 1 << 3,
  DERMA_CONTROL_INACTIVE = 1 << 4,
  DERMA_CONTROL_GRABBED = 1 << 5,
  DERMA_CONTROL_VOLATILE = 1 << 6,
} DermaControlFlags;

/** DermaControlItem: an item of a menu: the value that selects it and what it is called */
typedef struct {
  gint64 value;
  gchar *name;
} DermaControlItem;

/**
 * DermaControl:
 * @id: V4L2_CID_...
 * @name: what the driver calls it
 * @key: the same in lower-case letters, digits and '_', as profiles and v4l2-ctl have it; unique in its list
 * @items: (element-type DermaControlItem) (nullable): of a menu; its values may have gaps
 *
 * A control as it was when it was asked for.
 */
typedef struct {
  guint32 id;
  gchar *name;
  gchar *key;
  DermaControlType type;
  DermaControlFlags flags;
  gint64 minimum, maximum, default_value, value;
  guint64 step;
  GPtrArray *items;
} DermaControl;

/**
 * derma_camera_list_controls:
 * @truncated: (out) (optional): whether the driver offered more than 256 controls, 64 items of a menu or an endless
 * list
 *
 * Returns: (transfer full) (element-type DermaControl): the controls, or NULL with @error set
 */
DERMA_API GPtrArray *derma_camera_list_controls (DermaCamera *camera, gboolean *truncated, GError **error);
/** derma_control_find: Returns: (transfer none) (nullable): the control of that key, or of the id that "0x..." gives */
DERMA_API const DermaControl *derma_control_find (const GPtrArray *controls, const gchar *key);
/** derma_control_type_to_string: Returns: (transfer none): "integer", "menu", ...; NULL if out of range */
DERMA_API const gchar *derma_control_type_to_string (DermaControlType type);

/**
 * DermaProfile:
 *
 * Values for controls out of a key file: group [controls], a line KEY=NUMBER each, KEY being that of DermaControl or
 * its id as "0x009a0902", NUMBER a whole number, `true` or `false`. A group [camera] with card, driver and bus is for
 * the reader.
 */
typedef struct _DermaProfile DermaProfile;

/**
 * derma_profile_load:
 * @path: a plain file, at most 64 KiB
 * @error: %DERMA_ERROR_FILE, %DERMA_ERROR_FORMAT, %DERMA_ERROR_LIMIT; the message is "FILE: [GROUP] KEY: CAUSE"
 *
 * Returns: (transfer full): the profile, or NULL with @error set
 */
DERMA_API DermaProfile *derma_profile_load (const gchar *path, GError **error);
/** derma_profile_free: @profile: (nullable) (transfer full) */
DERMA_API void derma_profile_free (DermaProfile *profile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaProfile, derma_profile_free)

/**
 * derma_profile_apply:
 *
 * Checks all entries against the camera's controls, then writes them, automatic controls first, and reads each back.
 * Nothing is written if an entry is unknown or out of range: %DERMA_ERROR_ARGUMENT, "FILE: [GROUP] KEY: CAUSE".
 */
DERMA_API gboolean derma_profile_apply (const DermaProfile *profile, DermaCamera *camera, GError **error);
/**
 * derma_profile_save:
 *
 * Writes a profile with the present value of each control that can be written and that no automatic control governs,
 * whole or not at all.
 */
DERMA_API gboolean derma_profile_save (DermaCamera *camera, const gchar *path, GError **error);

/** DermaSetting: a control and its value */
typedef struct {
  guint32 id;
  gchar *key;
  gint64 value;
} DermaSetting;

/**
 * DermaLockOptions:
 * @profile: (nullable): applied first
 * @settle_ms: how long automatic controls may take to settle, ms; 0 does not wait
 * @stream: whether to run the camera meanwhile, unless another program does; nothing else may start it in this time
 * @state: (nullable): file that keeps what was before, for derma_camera_restore(); NULL keeps it in the lock only
 * @cancellable: (nullable): ends the waiting early; the lock then fails with %G_IO_ERROR_CANCELLED
 *   and what was before is put back
 */
typedef struct {
  const DermaProfile *profile;
  guint settle_ms;
  gboolean stream;
  const gchar *state;
  GCancellable *cancellable;
} DermaLockOptions;

/** DERMA_LOCK_SETTLE_MS: a good time to settle */
#define DERMA_LOCK_SETTLE_MS 5000

/** DermaLock: exposure, gain, white balance, focus, brightness and hue as they were fixed. */
typedef struct _DermaLock DermaLock;

/**
 * derma_camera_lock:
 * @options: (nullable): NULL for the defaults: DERMA_LOCK_SETTLE_MS and nothing else
 *
 * Waits until the values that automatic controls govern have not moved for a second, or until the time is up; then
 * switches to manual, writes those values and reads each back. Cameras run their automatics only while they stream.
 * Automatic controls that the profile turns on settle like the others, and are then fixed.
 * If a control does not stick, what was before is put back and the error names it. What @state already keeps is never
 * overwritten: a second lock adds only what the first did not touch.
 *
 * Returns: (transfer full): what was fixed, or NULL with @error set
 */
DERMA_API DermaLock *derma_camera_lock (DermaCamera *camera, const DermaLockOptions *options, GError **error);
/** derma_lock_free: @lock: (nullable) (transfer full). The camera stays as it is. */
DERMA_API void derma_lock_free (DermaLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaLock, derma_lock_free)

/** derma_lock_is_settled: Returns: whether the values had come to rest when they were fixed */
DERMA_API gboolean derma_lock_is_settled (const DermaLock *lock);
/** derma_lock_get_settings: Returns: (transfer none) (element-type DermaSetting): what is fixed, in order of writing */
DERMA_API const GPtrArray *derma_lock_get_settings (const DermaLock *lock);
/**
 * derma_lock_get_automatic:
 *
 * Returns: (transfer none): keys of automatic controls that stay automatic, for they have no manual setting;
 *   NULL-terminated, mostly empty
 */
DERMA_API const gchar *const *derma_lock_get_automatic (const DermaLock *lock);
/**
 * derma_lock_apply:
 *
 * Writes the fixed values again and reads each back, as is needed after streaming has started (drivers may lose what
 * was set before), and after the camera was unplugged and came back.
 */
DERMA_API gboolean derma_lock_apply (const DermaLock *lock, DermaCamera *camera, GError **error);
/** derma_lock_undo: Puts back what was before the lock, on the same terms as derma_camera_restore(). */
DERMA_API gboolean derma_lock_undo (const DermaLock *lock, DermaCamera *camera, GError **error);

/**
 * derma_camera_get_state_path:
 *
 * Returns: (transfer full): the usual file for DermaLockOptions.state, in the user's state folder, by bus and card
 */
DERMA_API gchar *derma_camera_get_state_path (const DermaCamera *camera);
/**
 * derma_camera_restore:
 * @state: a file that a lock wrote
 *
 * Puts back what was before the lock, reads it back, and removes @state. If a control does not stick the others are
 * put back all the same, and @state stays.
 */
DERMA_API gboolean derma_camera_restore (DermaCamera *camera, const gchar *state, GError **error);

G_END_DECLS
