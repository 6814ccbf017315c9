/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/state.h"
#include "camera/auto.h"
#include "camera/profile.h"
#include "camera/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define GROUP "original"

static gboolean
fail (GError **error, const gchar *path, const gchar *what)
{
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: %s: %s", path, what, g_strerror (errno));
  return FALSE;
}

/* However often a signal comes in between. */
static gboolean
wait_for (gint folder)
{
  gint result;

  do
    result = flock (folder, LOCK_EX);
  while (result < 0 && errno == EINTR);
  return result == 0;
}

gint
derma_state_enter (const gchar *path, GError **error)
{
  g_autofree gchar *name = g_path_get_dirname (path);
  gint folder;

  if (g_mkdir_with_parents (name, 0700) < 0) {
    fail (error, name, "cannot be made");
    return -1;
  }
  folder = g_open (name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0 || !wait_for (folder)) {
    fail (error, name, "cannot be used");
    derma_state_leave (folder);
    return -1;
  }
  return folder;
}

void
derma_state_leave (gint folder)
{
  if (folder >= 0)
    close (folder);
}

static gboolean
check_card (const DermaProfile *state, const DermaCamera *camera, const gchar *path, GError **error)
{
  g_autofree gchar *card = derma_profile_get_camera (state, "card");

  if (card && strcmp (card, camera->card) == 0)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT, "%s: [camera] card: is '%s', and %s is '%s'", path,
               card ? card : "", camera->device, camera->card);
  return FALSE;
}

static GPtrArray *
load (const DermaCamera *camera, const GPtrArray *controls, const gchar *path, GError **error)
{
  g_autoptr (DermaProfile) state = derma_profile_load_group (path, GROUP, error);

  return state && check_card (state, camera, path, error) ? derma_profile_resolve (state, controls, error) : NULL;
}

/* Adds what @settings neither have nor leave to an automatic control; TRUE if that was anything. */
static gboolean
add_missing (GPtrArray *settings, const GPtrArray *before, const GPtrArray *controls)
{
  guint n = settings->len;

  for (guint i = 0; i < before->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (before, i);
    const DermaControl *control = derma_control_find_id (controls, setting->id);

    if (control && !derma_settings_find (settings, setting->id)
        && !derma_auto_governing (controls, settings, setting->id))
      derma_settings_add (settings, control, setting->value);
  }
  return settings->len > n;
}

gboolean
derma_state_keep (DermaCamera *camera, const GPtrArray *before, const gchar *path, gboolean *created, GError **error)
{
  g_autoptr (GPtrArray) controls = NULL;
  g_autoptr (GPtrArray) kept = NULL;

  *created = !g_file_test (path, G_FILE_TEST_EXISTS);
  if (*created)
    return derma_profile_write (camera, before, GROUP, path, error);
  controls = derma_camera_list_controls (camera, NULL, error);
  kept = controls ? load (camera, controls, path, error) : NULL;
  if (!kept)
    return FALSE;
  return !add_missing (kept, before, controls) || derma_profile_write (camera, kept, GROUP, path, error);
}

static gboolean
restore (DermaCamera *camera, const gchar *path, GError **error)
{
  g_autoptr (GPtrArray) controls = NULL;
  g_autoptr (GPtrArray) settings = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_FILE, "%s: is not locked: there is no %s", camera->device, path);
    return FALSE;
  }
  controls = derma_camera_list_controls (camera, NULL, error);
  settings = controls ? load (camera, controls, path, error) : NULL;
  if (!settings || !derma_settings_put_back (settings, camera, error))
    return FALSE;
  return g_unlink (path) == 0 || fail (error, path, "cannot be removed");
}

gboolean
derma_camera_restore (DermaCamera *camera, const gchar *state, GError **error)
{
  gint folder = derma_state_enter (state, error);
  gboolean restored;

  if (folder < 0)
    return FALSE;
  restored = restore (camera, state, error);
  derma_state_leave (folder);
  return restored;
}

gchar *
derma_camera_get_state_path (const DermaCamera *camera)
{
  g_autofree gchar *name = g_strdup_printf ("%s-%s.conf", camera->bus, camera->card);

  for (gchar *p = name; *p; p++)
    if (!g_ascii_isalnum (*p) && *p != '.' && *p != '-')
      *p = '_';
  if (*name == '.')
    *name = '_';
  return g_build_filename (g_get_user_state_dir (), "dermaclassify", "cameras", name, NULL);
}
