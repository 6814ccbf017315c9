/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/control.h"
#include "camera/text.h"

#include <errno.h>
#include <linux/videodev2.h>

#define MAX_CONTROLS 256
#define MAX_ITEMS 64

static void
free_item (gpointer data)
{
  DermaControlItem *item = data;

  g_free (item->name);
  g_free (item);
}

static void
free_control (gpointer data)
{
  DermaControl *control = data;

  g_free (control->name);
  g_free (control->key);
  g_clear_pointer (&control->items, g_ptr_array_unref);
  g_free (control);
}

static DermaControlType
type_of (const struct v4l2_query_ext_ctrl *query)
{
  if (query->nr_of_dims > 0 || query->elems > 1)
    return DERMA_CONTROL_OTHER;
  switch (query->type) {
  case V4L2_CTRL_TYPE_INTEGER:
    return DERMA_CONTROL_INTEGER;
  case V4L2_CTRL_TYPE_BOOLEAN:
    return DERMA_CONTROL_BOOLEAN;
  case V4L2_CTRL_TYPE_MENU:
    return DERMA_CONTROL_MENU;
  case V4L2_CTRL_TYPE_INTEGER_MENU:
    return DERMA_CONTROL_INTEGER_MENU;
  case V4L2_CTRL_TYPE_INTEGER64:
    return DERMA_CONTROL_INTEGER64;
  case V4L2_CTRL_TYPE_BITMASK:
    return DERMA_CONTROL_BITMASK;
  case V4L2_CTRL_TYPE_BUTTON:
    return DERMA_CONTROL_BUTTON;
  default:
    return DERMA_CONTROL_OTHER;
  }
}

static DermaControlFlags
flags_of (guint32 flags)
{
  static const struct {
    guint32 theirs;
    DermaControlFlags ours;
  } FLAGS[] = {
    { V4L2_CTRL_FLAG_DISABLED, DERMA_CONTROL_DISABLED },     { V4L2_CTRL_FLAG_READ_ONLY, DERMA_CONTROL_READ_ONLY },
    { V4L2_CTRL_FLAG_WRITE_ONLY, DERMA_CONTROL_WRITE_ONLY }, { V4L2_CTRL_FLAG_INACTIVE, DERMA_CONTROL_INACTIVE },
    { V4L2_CTRL_FLAG_GRABBED, DERMA_CONTROL_GRABBED },       { V4L2_CTRL_FLAG_VOLATILE, DERMA_CONTROL_VOLATILE },
  };
  guint found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (FLAGS); i++)
    if (flags & FLAGS[i].theirs)
      found |= FLAGS[i].ours;
  return found;
}

/* Unique by the id, where names are the same; what looks like an id is none. */
static gchar *
make_key (const GPtrArray *controls, const gchar *name, guint32 id)
{
  g_autofree gchar *key = derma_text_to_key (name);

  if (!*key || g_str_has_prefix (key, "0x"))
    return g_strdup_printf ("control_%08x", id);
  if (!derma_control_find (controls, key))
    return g_steal_pointer (&key);
  return g_strdup_printf ("%s_%08x", key, id);
}

static DermaControl *
make_control (const GPtrArray *controls, const struct v4l2_query_ext_ctrl *query)
{
  DermaControl *control = g_new0 (DermaControl, 1);

  control->id = query->id;
  control->name = derma_text_clean (query->name, sizeof query->name);
  control->key = make_key (controls, control->name, query->id);
  control->type = type_of (query);
  control->flags = flags_of (query->flags);
  control->minimum = query->minimum;
  control->maximum = query->maximum;
  control->default_value = query->default_value;
  control->step = MAX (query->step, 1);
  if (control->type == DERMA_CONTROL_BITMASK) {
    control->maximum = (guint32)control->maximum;
    control->default_value = (guint32)control->default_value;
  }
  return control;
}

static gchar *
item_name (const DermaControl *control, const struct v4l2_querymenu *query)
{
  if (control->type == DERMA_CONTROL_INTEGER_MENU)
    return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64)query->value);
  return derma_text_clean (query->name, sizeof query->name);
}

static gint
list_items (DermaCamera *camera, DermaControl *control, gboolean *truncated)
{
  gint64 first = MAX (control->minimum, 0), last = MIN (control->maximum, G_MAXINT32);

  control->items = g_ptr_array_new_with_free_func (free_item);
  for (gint64 i = first; i <= last; i++) {
    struct v4l2_querymenu query = { .id = control->id, .index = (guint32)i };
    DermaControlItem *item;
    gint code;

    if (i - first >= MAX_ITEMS) {
      *truncated = TRUE;
      break;
    }
    code = derma_camera_call (camera, VIDIOC_QUERYMENU, &query);
    if (derma_camera_is_lost (code))
      return code;
    if (code != 0)
      continue; /* menus may have gaps */
    item = g_new (DermaControlItem, 1);
    item->value = i;
    item->name = item_name (control, &query);
    g_ptr_array_add (control->items, item);
  }
  return 0;
}

/* Items and value; an errno if the device is gone. */
static gint
complete (DermaCamera *camera, DermaControl *control, gboolean *truncated)
{
  gint code = 0;

  if (control->type == DERMA_CONTROL_MENU || control->type == DERMA_CONTROL_INTEGER_MENU)
    code = list_items (camera, control, truncated);
  if (code != 0)
    return code;
  code = derma_control_read (camera, control, &control->value);
  if (code == 0)
    control->flags |= DERMA_CONTROL_HAS_VALUE;
  return derma_camera_is_lost (code) ? code : 0;
}

/* The next control after @id: 0 if there is one, EINVAL at the end, another errno if the device is gone. */
static gint
query_next (DermaCamera *camera, guint32 id, struct v4l2_query_ext_ctrl *query)
{
  gint code;

  *query = (struct v4l2_query_ext_ctrl){ .id = id | V4L2_CTRL_FLAG_NEXT_CTRL };
  code = derma_camera_call (camera, VIDIOC_QUERY_EXT_CTRL, query);
  return code == 0 || derma_camera_is_lost (code) ? code : EINVAL;
}

GPtrArray *
derma_camera_list_controls (DermaCamera *camera, gboolean *truncated, GError **error)
{
  g_autoptr (GPtrArray) controls = g_ptr_array_new_with_free_func (free_control);
  struct v4l2_query_ext_ctrl query;
  gboolean more = FALSE;
  guint32 id = 0;
  gint code;

  for (guint n = 0; (code = query_next (camera, id, &query)) == 0; n++) {
    /* An id that does not grow would come again and again. */
    if (query.id <= id || query.id > V4L2_CTRL_ID_MASK || n >= MAX_CONTROLS) {
      more = TRUE;
      break;
    }
    id = query.id;
    if (query.type == V4L2_CTRL_TYPE_CTRL_CLASS)
      continue;
    g_ptr_array_add (controls, make_control (controls, &query));
    code = complete (camera, g_ptr_array_index (controls, controls->len - 1), &more);
    if (code != 0)
      break;
  }
  if (derma_camera_is_lost (code)) {
    derma_camera_io_fail (error, camera->device, NULL, code);
    return NULL;
  }
  if (truncated)
    *truncated = more;
  return g_steal_pointer (&controls);
}
