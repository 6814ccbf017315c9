/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/auto.h"
#include "camera/profile.h"
#include "camera/setting.h"
#include "camera/settle.h"
#include "camera/state.h"

#include <glib/gstdio.h>

struct _DermaLock {
  GPtrArray *settings;
  GPtrArray *before;
  GPtrArray *automatic; /* keys of what cannot be made manual; NULL-terminated */
  gboolean settled;
};

static const DermaLockOptions DEFAULTS = { .settle_ms = DERMA_LOCK_SETTLE_MS };

void
derma_lock_free (DermaLock *lock)
{
  if (!lock)
    return;
  g_ptr_array_unref (lock->settings);
  g_ptr_array_unref (lock->before);
  g_ptr_array_unref (lock->automatic);
  g_free (lock);
}

gboolean
derma_lock_is_settled (const DermaLock *lock)
{
  return lock->settled;
}

const GPtrArray *
derma_lock_get_settings (const DermaLock *lock)
{
  return lock->settings;
}

const gchar *const *
derma_lock_get_automatic (const DermaLock *lock)
{
  return (const gchar *const *)lock->automatic->pdata;
}

gboolean
derma_lock_apply (const DermaLock *lock, DermaCamera *camera, GError **error)
{
  return derma_settings_apply (lock->settings, camera, error);
}

gboolean
derma_lock_undo (const DermaLock *lock, DermaCamera *camera, GError **error)
{
  return derma_settings_put_back (lock->before, camera, error);
}

static DermaLock *
new_lock (void)
{
  DermaLock *lock = g_new0 (DermaLock, 1);

  lock->settings = derma_settings_new ();
  lock->before = derma_settings_new ();
  lock->automatic = g_ptr_array_new_null_terminated (1, g_free, TRUE);
  return lock;
}

static void
keep (DermaLock *lock, const GPtrArray *controls, guint32 id)
{
  const DermaControl *control = derma_control_find_id (controls, id);

  if (control && !derma_settings_find (lock->before, id))
    derma_settings_add_present (lock->before, controls, control);
}

/* What a lock may touch, as it is now. */
static void
keep_all (DermaLock *lock, const GPtrArray *controls, const GPtrArray *profile)
{
  const DermaAuto *automatic;

  for (guint i = 0; (automatic = derma_auto_get (i)); i++) {
    if (!derma_control_find_id (controls, automatic->id))
      continue;
    keep (lock, controls, automatic->id);
    for (guint j = 0; j < DERMA_MAX_GOVERNED && automatic->governed[j]; j++)
      keep (lock, controls, automatic->governed[j]);
  }
  for (guint i = 0; i < profile->len; i++)
    keep (lock, controls, ((const DermaSetting *)g_ptr_array_index (profile, i))->id);
}

static void
fix_governed (DermaLock *lock, const GPtrArray *controls, guint32 id)
{
  const DermaControl *control = derma_control_find_id (controls, id);

  if (control && derma_control_is_writable (control) && control->flags & DERMA_CONTROL_HAS_VALUE
      && !derma_settings_find (lock->settings, id))
    derma_settings_add (lock->settings, control, derma_control_clamp (control, control->value));
}

/* Manual, and the values that were found. */
static void
fix_one (DermaLock *lock, const GPtrArray *controls, const DermaAuto *automatic)
{
  const DermaControl *control = derma_control_find_id (controls, automatic->id);
  gint64 manual;

  if (!control || control->flags & DERMA_CONTROL_DISABLED)
    return;
  if (!derma_control_is_writable (control) || !derma_auto_choose_manual (automatic, control, &manual)) {
    g_ptr_array_add (lock->automatic, g_strdup (control->key));
    return;
  }
  derma_settings_add (lock->settings, control, manual);
  for (guint i = 0; i < DERMA_MAX_GOVERNED && automatic->governed[i]; i++)
    fix_governed (lock, controls, automatic->governed[i]);
}

static gboolean
choose (DermaLock *lock, DermaCamera *camera, const GPtrArray *profile, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);
  const DermaAuto *automatic;

  if (!controls)
    return FALSE;
  for (guint i = 0; (automatic = derma_auto_get (i)); i++)
    fix_one (lock, controls, automatic);
  for (guint i = 0; i < profile->len; i++) {
    const DermaSetting *setting = g_ptr_array_index (profile, i);
    const DermaControl *control = derma_control_find_id (controls, setting->id);

    if (control && !derma_settings_find (lock->settings, setting->id))
      derma_settings_add (lock->settings, control, setting->value);
  }
  return TRUE;
}

/* With all manual, what is still without effect does not belong to this camera's ways of exposing. */
static gboolean
drop_inactive (DermaLock *lock, DermaCamera *camera, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);

  if (!controls)
    return FALSE;
  for (guint i = lock->settings->len; i > 0; i--) {
    const DermaSetting *setting = g_ptr_array_index (lock->settings, i - 1);
    const DermaControl *control = derma_control_find_id (controls, setting->id);

    if (!control || control->flags & DERMA_CONTROL_INACTIVE || derma_auto_governing (controls, NULL, setting->id))
      g_ptr_array_remove_index (lock->settings, i - 1);
  }
  return TRUE;
}

static gboolean
fix_streaming (DermaLock *lock, DermaStream *stream, const GPtrArray *profile, const DermaLockOptions *options,
               GError **error)
{
  DermaCamera *camera = stream->camera;

  return derma_settle (stream, options, &lock->settled, error) && choose (lock, camera, profile, error)
         && derma_settings_apply_part (lock->settings, camera, TRUE, error) && drop_inactive (lock, camera, error)
         && derma_settings_apply_part (lock->settings, camera, FALSE, error);
}

static gboolean
fix (DermaLock *lock, DermaCamera *camera, const GPtrArray *profile, const DermaLockOptions *options, GError **error)
{
  DermaStream stream = { .camera = camera };
  gboolean fixed;

  /* Some of it may be forbidden while the camera runs. */
  if (!derma_settings_apply (profile, camera, error))
    return FALSE;
  if (options->stream)
    derma_stream_start (&stream, camera);
  fixed = fix_streaming (lock, &stream, profile, options, error);
  derma_stream_stop (&stream);
  return fixed;
}

/* Reads what is before, and keeps it in the file if there is one, before anything is written. */
static GPtrArray *
begin (DermaLock *lock, DermaCamera *camera, const DermaLockOptions *options, gboolean *created, GError **error)
{
  g_autoptr (GPtrArray) controls = derma_camera_list_controls (camera, NULL, error);
  g_autoptr (GPtrArray) profile = NULL;

  if (!controls)
    return NULL;
  profile = options->profile ? derma_profile_plan (options->profile, controls, error) : derma_settings_new ();
  if (!profile)
    return NULL;
  keep_all (lock, controls, profile);
  if (options->state && !derma_state_keep (camera, lock->before, options->state, created, error))
    return NULL;
  return g_steal_pointer (&profile);
}

DermaLock *
derma_camera_lock (DermaCamera *camera, const DermaLockOptions *options, GError **error)
{
  g_autoptr (DermaLock) lock = new_lock ();
  g_autoptr (GPtrArray) profile = NULL;
  gboolean created = FALSE;
  gint folder = -1;

  options = options ? options : &DEFAULTS;
  if (options->state && (folder = derma_state_enter (options->state, error)) < 0)
    return NULL;
  profile = begin (lock, camera, options, &created, error);
  derma_state_leave (folder);
  if (!profile)
    return NULL;
  if (fix (lock, camera, profile, options, error))
    return g_steal_pointer (&lock);
  /* Where that fails too, the file serves for another try. */
  if (derma_lock_undo (lock, camera, NULL) && created)
    g_unlink (options->state);
  return NULL;
}
