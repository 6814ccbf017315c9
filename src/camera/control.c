/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/control.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <string.h>

#define N_READINGS 5
#define READING_GAP (40 * G_TIME_SPAN_MILLISECOND)

const DermaControl *
derma_control_find_id (const GPtrArray *controls, guint32 id)
{
  for (guint i = 0; i < controls->len; i++) {
    const DermaControl *control = g_ptr_array_index (controls, i);

    if (control->id == id)
      return control;
  }
  return NULL;
}

const DermaControl *
derma_control_find (const GPtrArray *controls, const gchar *key)
{
  guint64 id;

  if (g_str_has_prefix (key, "0x"))
    return g_ascii_string_to_unsigned (key + 2, 16, 0, G_MAXUINT32, &id, NULL)
               ? derma_control_find_id (controls, (guint32)id)
               : NULL;
  for (guint i = 0; i < controls->len; i++) {
    const DermaControl *control = g_ptr_array_index (controls, i);

    if (strcmp (control->key, key) == 0)
      return control;
  }
  return NULL;
}

const gchar *
derma_control_type_to_string (DermaControlType type)
{
  static const gchar *const NAMES[DERMA_N_CONTROL_TYPES] = { "integer",   "boolean", "menu",   "integer-menu",
                                                             "integer64", "bitmask", "button", "other" };

  return (guint)type < DERMA_N_CONTROL_TYPES ? NAMES[type] : NULL;
}

static gboolean
has_value (const DermaControl *control)
{
  return control->type != DERMA_CONTROL_BUTTON && control->type != DERMA_CONTROL_OTHER;
}

gboolean
derma_control_is_writable (const DermaControl *control)
{
  return has_value (control) && !(control->flags & (DERMA_CONTROL_DISABLED | DERMA_CONTROL_READ_ONLY));
}

static gboolean
is_item (const DermaControl *control, gint64 value)
{
  for (guint i = 0; control->items && i < control->items->len; i++)
    if (((const DermaControlItem *)g_ptr_array_index (control->items, i))->value == value)
      return TRUE;
  return FALSE;
}

gchar *
derma_control_refuse (const DermaControl *control, gint64 value)
{
  guint64 offset = (guint64)value - (guint64)control->minimum;

  if (!has_value (control))
    return g_strdup ("has no value that can be set");
  if (control->flags & (DERMA_CONTROL_DISABLED | DERMA_CONTROL_READ_ONLY))
    return g_strdup ("cannot be set on this camera");
  if (control->type == DERMA_CONTROL_BITMASK)
    return value >= 0 && ((guint64)value & ~(guint64)control->maximum) == 0
               ? NULL
               : g_strdup_printf ("%" G_GINT64_FORMAT " has bits outside of 0x%" G_GINT64_MODIFIER "x", value,
                                  control->maximum);
  if (value < control->minimum || value > control->maximum)
    return g_strdup_printf ("%" G_GINT64_FORMAT " is not in %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT, value,
                            control->minimum, control->maximum);
  if (control->type == DERMA_CONTROL_MENU || control->type == DERMA_CONTROL_INTEGER_MENU)
    return is_item (control, value) ? NULL : g_strdup_printf ("%" G_GINT64_FORMAT " is no item of the menu", value);
  if (offset % control->step != 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " is not a step of %" G_GUINT64_FORMAT " from %" G_GINT64_FORMAT, value,
                            control->step, control->minimum);
  return NULL;
}

gint64
derma_control_clamp (const DermaControl *control, gint64 value)
{
  guint64 offset;

  if (value <= control->minimum || control->maximum < control->minimum)
    return control->minimum;
  value = MIN (value, control->maximum);
  offset = (guint64)value - (guint64)control->minimum;
  return (gint64)((guint64)control->minimum + offset / control->step * control->step);
}

static gint
transfer (DermaCamera *camera, gulong request, struct v4l2_ext_control *value)
{
  struct v4l2_ext_controls list = { .which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = value };

  return derma_camera_call (camera, request, &list);
}

gint
derma_control_read (DermaCamera *camera, const DermaControl *control, gint64 *value)
{
  struct v4l2_ext_control raw = { .id = control->id };
  gint code;

  if (!has_value (control) || control->flags & (DERMA_CONTROL_DISABLED | DERMA_CONTROL_WRITE_ONLY))
    return EACCES;
  code = transfer (camera, VIDIOC_G_EXT_CTRLS, &raw);
  if (code != 0)
    return code;
  if (control->type == DERMA_CONTROL_INTEGER64)
    *value = raw.value64;
  else if (control->type == DERMA_CONTROL_BITMASK)
    *value = (guint32)raw.value;
  else
    *value = raw.value;
  return 0;
}

gint
derma_control_write (DermaCamera *camera, const DermaControl *control, gint64 value)
{
  struct v4l2_ext_control raw = { .id = control->id };

  if (control->type == DERMA_CONTROL_INTEGER64)
    raw.value64 = value;
  else
    raw.value = (gint32)(guint32)value;
  return transfer (camera, VIDIOC_S_EXT_CTRLS, &raw);
}

/* To less than a step: what a driver rounds has stuck. */
static gboolean
is_near (const DermaControl *control, gint64 a, gint64 b)
{
  guint64 distance = a > b ? (guint64)a - (guint64)b : (guint64)b - (guint64)a;

  return control->type == DERMA_CONTROL_INTEGER || control->type == DERMA_CONTROL_INTEGER64 ? distance < control->step
                                                                                            : distance == 0;
}

static gboolean
verify (DermaCamera *camera, const DermaControl *control, gint64 value, GError **error)
{
  gint64 found = 0;
  gint code = 0;

  for (guint i = 0; i < N_READINGS; i++) {
    if (i > 0)
      camera->io->sleep (camera->io, READING_GAP);
    code = derma_control_read (camera, control, &found);
    if (code == 0 && is_near (control, value, found))
      return TRUE;
    if (derma_camera_is_lost (code))
      break;
  }
  if (code != 0)
    derma_camera_io_fail (error, camera->device, control->key, code);
  else
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME,
                 "%s: %s: does not stick: %" G_GINT64_FORMAT " was written, %" G_GINT64_FORMAT " is read",
                 camera->device, control->key, value, found);
  return FALSE;
}

/* Drivers forbid some controls to be written while they stream, also with the value that is there. */
static gboolean
is_there (DermaCamera *camera, const DermaControl *control, gint64 value)
{
  gint64 found;

  return derma_control_read (camera, control, &found) == 0 && found == value;
}

gboolean
derma_control_set (DermaCamera *camera, const DermaControl *control, gint64 value, GError **error)
{
  gint code = derma_control_write (camera, control, value);

  if (code == EBUSY && is_there (camera, control, value))
    return TRUE;
  if (code != 0) {
    derma_camera_io_fail (error, camera->device, control->key, code);
    return FALSE;
  }
  return control->flags & DERMA_CONTROL_WRITE_ONLY || verify (camera, control, value, error);
}
