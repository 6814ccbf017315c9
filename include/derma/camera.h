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
 *   NULL-terminated. Nodes that capture none (metadata, output, codecs) are left out without a word.
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
 * Asks for formats, sizes and frame rates: at most 64 formats, 512 modes, 64 rates a mode, 4096 questions in all.
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

G_END_DECLS
