/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/setting.h"
#include "camera/auto.h"

static void
free_setting (gpointer data)
{
  DermaSetting *setting = data;

  g_free (setting->key);
  g_free (setting);
}

GPtrArray *
derma_settings_new (void)
{
  return g_ptr_array_new_with_free_func (free_setting);
}

void
derma_settings_add (GPtrArray *settings, const DermaControl *control, gint64 value)
{
  DermaSetting *setting = g_new (DermaSetting, 1);

  setting->id = control->id;
  setting->key = g_strdup (control->key);
  setting->value = value;
  g_ptr_array_add (settings, setting);
}

const DermaSetting *
derma_settings_find (const GPtrArray *settings, guint32 id)
{
  for (guint i = 0; i < settings->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (settings, i);

    if (setting->id == id)
      return setting;
  }
  return NULL;
}

void
derma_settings_add_present (GPtrArray *settings, const GPtrArray *controls, const DermaControl *control)
{
  const guint moved = DERMA_CONTROL_INACTIVE | DERMA_CONTROL_VOLATILE;
  gint64 value = derma_control_clamp (control, control->value);
  g_autofree gchar *refusal = derma_control_refuse (control, value);

  if (!refusal && control->flags & DERMA_CONTROL_HAS_VALUE && !(control->flags & moved)
      && !derma_auto_governing (controls, NULL, control->id))
    derma_settings_add (settings, control, value);
}

static gboolean
apply_one (const DermaSetting *setting, const GPtrArray *controls, DermaCamera *camera, GError **error)
{
  const DermaControl *control = derma_control_find_id (controls, setting->id);

  if (control)
    return derma_control_set (camera, control, setting->value, error);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_UNSUPPORTED, "%s: %s: the camera does not have that", camera->device,
               setting->key);
  return FALSE;
}

static gboolean
apply_part_to (const GPtrArray *settings, const GPtrArray *controls, DermaCamera *camera, gboolean automatic,
               GError **error)
{
  for (guint i = 0; i < settings->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (settings, i);

    if ((derma_auto_find (setting->id) != NULL) == automatic && !apply_one (setting, controls, camera, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
derma_settings_apply_part (const GPtrArray *settings, DermaCamera *camera, gboolean automatic, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);

  return controls && apply_part_to (settings, controls, camera, automatic, error);
}

gboolean
derma_settings_apply (const GPtrArray *settings, DermaCamera *camera, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);

  return controls && apply_part_to (settings, controls, camera, TRUE, error)
         && apply_part_to (settings, controls, camera, FALSE, error);
}

static void
put_back_part (const GPtrArray *settings, const GPtrArray *controls, DermaCamera *camera, gboolean automatic,
               GError **first)
{
  for (guint i = 0; i < settings->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (settings, i);

    if ((derma_auto_find (setting->id) != NULL) != automatic)
      continue;
    if (!automatic && derma_auto_governing (controls, settings, setting->id))
      continue;
    apply_one (setting, controls, camera, *first ? NULL : first);
  }
}

gboolean
derma_settings_put_back (const GPtrArray *settings, DermaCamera *camera, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);
  GError *first = NULL;

  if (!controls)
    return FALSE;
  put_back_part (settings, controls, camera, TRUE, &first);
  put_back_part (settings, controls, camera, FALSE, &first);
  if (!first)
    return TRUE;
  g_propagate_error (error, first);
  return FALSE;
}
