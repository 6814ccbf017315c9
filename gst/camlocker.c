/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camlocker.h"

struct _DermaCamLocker {
  DermaCamHost *host;
  DermaCamOutcome outcome;
  gpointer user;

  GThread *thread; /* while something is being done */
  GCancellable *cancellable;
  gchar *device;
  DermaCamTerms terms;

  /* Of the thread while there is one. */
  DermaLock *lock;
  gchar *state; /* file of what was before, of the first lock... */
  gboolean own; /* ...which is not from somebody who locked before us */
};

DermaCamLocker *
derma_cam_locker_new (DermaCamHost *host, DermaCamOutcome outcome, gpointer user)
{
  DermaCamLocker *locker = g_new0 (DermaCamLocker, 1);

  locker->host = host;
  locker->outcome = outcome;
  locker->user = user;
  locker->cancellable = g_cancellable_new ();
  return locker;
}

void
derma_cam_locker_free (DermaCamLocker *locker)
{
  derma_cam_locker_cancel (locker);
  derma_cam_locker_forget (locker);
  g_object_unref (locker->cancellable);
  g_free (locker->device);
  g_free (locker->terms.profile);
  g_free (locker);
}

void
derma_cam_locker_forget (DermaCamLocker *locker)
{
  g_clear_pointer (&locker->lock, derma_lock_free);
  g_clear_pointer (&locker->state, g_free);
}

static gboolean
lock_first (DermaCamLocker *locker, DermaCamera *camera, const DermaProfile *profile, GError **error)
{
  DermaLockOptions options = { profile, locker->terms.settle_ms, FALSE, NULL, locker->cancellable };

  if (!locker->state) {
    locker->state = derma_camera_get_state_path (camera);
    locker->own = !g_file_test (locker->state, G_FILE_TEST_EXISTS);
  }
  options.state = locker->state;
  locker->lock = derma_camera_lock (camera, &options, error);
  return locker->lock != NULL;
}

static gboolean
lock_on_terms (DermaCamLocker *locker, DermaCamera *camera, GError **error)
{
  g_autoptr (DermaProfile) profile = NULL;

  if (locker->lock)
    return derma_lock_apply (locker->lock, camera, error);
  if (locker->terms.profile) {
    profile = derma_profile_load (locker->terms.profile, error);
    if (!profile)
      return FALSE;
  }
  return locker->terms.lock ? lock_first (locker, camera, profile, error)
                            : derma_profile_apply (profile, camera, error);
}

static gpointer
run (gpointer data)
{
  DermaCamLocker *locker = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaCamera) camera = locker->host->open (locker->host, locker->device, &error);
  const gboolean locking = locker->terms.lock || locker->lock;
  const gboolean done = camera && lock_on_terms (locker, camera, &error);

  g_clear_pointer (&camera, derma_camera_free);
  if (g_cancellable_is_cancelled (locker->cancellable))
    return NULL;
  if (done)
    locker->outcome (locker->user, locking ? "locked" : "profile-applied", locker->device,
                     locking && derma_lock_is_settled (locker->lock), NULL);
  else
    locker->outcome (locker->user, locking ? "lock-failed" : "profile-failed", locker->device, FALSE, error);
  return NULL;
}

void
derma_cam_locker_start (DermaCamLocker *locker, const gchar *device, const DermaCamTerms *terms)
{
  derma_cam_locker_cancel (locker);
  if (!terms->lock && !terms->profile)
    return;
  g_free (locker->device);
  locker->device = g_strdup (device);
  g_free (locker->terms.profile);
  locker->terms = (DermaCamTerms){ terms->lock, g_strdup (terms->profile), terms->settle_ms };
  locker->thread = g_thread_new ("derma-cam-lock", run, locker);
}

void
derma_cam_locker_cancel (DermaCamLocker *locker)
{
  if (!locker->thread)
    return;
  g_cancellable_cancel (locker->cancellable);
  g_thread_join (g_steal_pointer (&locker->thread));
  g_cancellable_reset (locker->cancellable);
}

static gboolean
put_back (DermaCamLocker *locker, const gchar *device, GError **error)
{
  g_autoptr (DermaCamera) camera = locker->host->open (locker->host, device, error);

  if (!camera)
    return FALSE;
  if (locker->own && g_file_test (locker->state, G_FILE_TEST_EXISTS))
    return derma_camera_restore (camera, locker->state, error);
  return derma_lock_undo (locker->lock, camera, error);
}

void
derma_cam_locker_undo (DermaCamLocker *locker, const gchar *device)
{
  g_autoptr (GError) error = NULL;

  derma_cam_locker_cancel (locker);
  if (!locker->lock)
    return;
  if (put_back (locker, device, &error))
    locker->outcome (locker->user, "unlocked", device, FALSE, NULL);
  else
    locker->outcome (locker->user, "unlock-failed", device, FALSE, error);
  derma_cam_locker_forget (locker);
}
