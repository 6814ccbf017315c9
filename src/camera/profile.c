/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/profile.h"
#include "camera/auto.h"
#include "camera/keyfile.h"
#include "camera/setting.h"

#include <string.h>

#define CAMERA_GROUP "camera"
#define CONTROLS_GROUP "controls"

struct _DermaProfile {
  gchar *path;
  gchar *group;
  GKeyFile *file;
};

void
derma_profile_free (DermaProfile *profile)
{
  if (!profile)
    return;
  g_free (profile->path);
  g_free (profile->group);
  g_key_file_unref (profile->file);
  g_free (profile);
}

static gboolean
fail_entry (GError **error, const DermaProfile *profile, const gchar *key, DermaError code, const gchar *cause)
{
  g_set_error (error, DERMA_ERROR, (gint)code, "%s: [%s] %s: %s", profile->path, profile->group, key, cause);
  return FALSE;
}

/* Keyfiles have no function for it. */
static void
add_group (GKeyFile *file, const gchar *group)
{
  g_key_file_set_boolean (file, group, "none", TRUE);
  g_key_file_remove_key (file, group, "none", NULL);
}

/* Earlier versions wrote no group for a camera that has nothing to keep. */
static gboolean
is_of_nothing (GKeyFile *file)
{
  return g_key_file_has_key (file, CAMERA_GROUP, "card", NULL)
         && g_key_file_has_key (file, CAMERA_GROUP, "driver", NULL)
         && g_key_file_has_key (file, CAMERA_GROUP, "bus", NULL);
}

static gboolean
check_groups (const DermaProfile *profile, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (profile->file, NULL);

  for (guint i = 0; groups[i]; i++) {
    if (strcmp (groups[i], CAMERA_GROUP) == 0 || strcmp (groups[i], profile->group) == 0)
      continue;
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: [%s]: not a group of such a file", profile->path,
                 groups[i]);
    return FALSE;
  }
  if (!g_key_file_has_group (profile->file, profile->group) && is_of_nothing (profile->file))
    add_group (profile->file, profile->group);
  if (g_key_file_has_group (profile->file, profile->group))
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FORMAT, "%s: [%s]: the group is missing", profile->path, profile->group);
  return FALSE;
}

static gboolean
get_value (const DermaProfile *profile, const gchar *key, gint64 *value, GError **error)
{
  g_autofree gchar *text = g_key_file_get_value (profile->file, profile->group, key, NULL);

  g_strstrip (text);
  if (strcmp (text, "true") == 0 || strcmp (text, "false") == 0) {
    *value = *text == 't';
    return TRUE;
  }
  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL))
    return TRUE;
  return fail_entry (error, profile, key, DERMA_ERROR_FORMAT, "is not a whole number, true or false");
}

static gboolean
check_values (const DermaProfile *profile, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (profile->file, profile->group, NULL, NULL);
  gint64 value;

  for (guint i = 0; keys[i]; i++)
    if (!get_value (profile, keys[i], &value, error))
      return FALSE;
  return TRUE;
}

DermaProfile *
derma_profile_load_group (const gchar *path, const gchar *group, GError **error)
{
  GKeyFile *file = derma_keyfile_load (path, error);
  g_autoptr (DermaProfile) profile = NULL;

  if (!file)
    return NULL;
  profile = g_new0 (DermaProfile, 1);
  profile->path = g_strdup (path);
  profile->group = g_strdup (group);
  profile->file = file;
  if (!check_groups (profile, error) || !check_values (profile, error))
    return NULL;
  return g_steal_pointer (&profile);
}

DermaProfile *
derma_profile_load (const gchar *path, GError **error)
{
  return derma_profile_load_group (path, CONTROLS_GROUP, error);
}

gchar *
derma_profile_get_camera (const DermaProfile *profile, const gchar *key)
{
  return g_key_file_get_string (profile->file, CAMERA_GROUP, key, NULL);
}

static gboolean
add_entry (const DermaProfile *profile, const gchar *key, const GPtrArray *controls, GPtrArray *settings,
           GError **error)
{
  const DermaControl *control = derma_control_find (controls, key);
  g_autofree gchar *refusal = NULL;
  gint64 value;

  if (!get_value (profile, key, &value, error))
    return FALSE;
  if (!control)
    return fail_entry (error, profile, key, DERMA_ERROR_ARGUMENT, "the camera has no such control");
  if (derma_settings_find (settings, control->id))
    return fail_entry (error, profile, key, DERMA_ERROR_ARGUMENT, "the control has an entry already");
  refusal = derma_control_refuse (control, value);
  if (refusal)
    return fail_entry (error, profile, key, DERMA_ERROR_ARGUMENT, refusal);
  derma_settings_add (settings, control, value);
  return TRUE;
}

static gboolean
check_governed (const DermaProfile *profile, const GPtrArray *controls, const GPtrArray *settings, GError **error)
{
  for (guint i = 0; i < settings->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (settings, i);
    const DermaControl *governor = derma_auto_governing (controls, settings, setting->id);

    if (governor) {
      g_autofree gchar *cause = g_strdup_printf ("%s governs it and is on", governor->key);

      return fail_entry (error, profile, setting->key, DERMA_ERROR_ARGUMENT, cause);
    }
  }
  return TRUE;
}

GPtrArray *
derma_profile_resolve (const DermaProfile *profile, const GPtrArray *controls, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (profile->file, profile->group, NULL, NULL);
  g_autoptr (GPtrArray) settings = derma_settings_new ();

  for (guint i = 0; keys[i]; i++)
    if (!add_entry (profile, keys[i], controls, settings, error))
      return NULL;
  return g_steal_pointer (&settings);
}

GPtrArray *
derma_profile_plan (const DermaProfile *profile, const GPtrArray *controls, GError **error)
{
  g_autoptr (GPtrArray) settings = derma_profile_resolve (profile, controls, error);

  return settings && check_governed (profile, controls, settings, error) ? g_steal_pointer (&settings) : NULL;
}

gboolean
derma_profile_apply (const DermaProfile *profile, DermaCamera *camera, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);
  g_autoptr (GPtrArray) settings = controls ? derma_profile_plan (profile, controls, error) : NULL;

  return settings && derma_settings_apply (settings, camera, error);
}

gboolean
derma_profile_write (DermaCamera *camera, const GPtrArray *settings, const gchar *group, const gchar *path,
                     GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, CAMERA_GROUP, "card", camera->card);
  g_key_file_set_string (file, CAMERA_GROUP, "driver", camera->driver);
  g_key_file_set_string (file, CAMERA_GROUP, "bus", camera->bus);
  add_group (file, group);
  for (guint i = 0; i < settings->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (settings, i);

    g_key_file_set_int64 (file, group, setting->key, setting->value);
  }
  return derma_keyfile_save (file, path, error);
}

gboolean
derma_profile_save (DermaCamera *camera, const gchar *path, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);
  g_autoptr (GPtrArray) settings = derma_settings_new ();

  if (!controls)
    return FALSE;
  for (guint i = 0; i < controls->len; i++)
    derma_settings_add_present (settings, controls, g_ptr_array_index (controls, i));
  return derma_profile_write (camera, settings, CONTROLS_GROUP, path, error);
}
