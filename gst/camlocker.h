/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camhost.h"

G_BEGIN_DECLS

/* What is done to a camera's controls. */
typedef struct {
  gboolean lock;
  gchar *profile; /* path, nullable */
  guint settle_ms;
} DermaCamTerms;

/*
 * Called by a thread of the locker's own when it is done, with @what "locked", "lock-failed", "profile-applied",
 * "profile-failed", "unlocked" or "unlock-failed". @settled: of "locked".
 */
typedef void (*DermaCamOutcome) (gpointer user, const gchar *what, const gchar *device, gboolean settled,
                                 const GError *error);

/*
 * Locks a camera while another part of the program streams from it, in a thread of its own, and remembers what was
 * fixed. Used by one thread at a time.
 */
typedef struct _DermaCamLocker DermaCamLocker;

DermaCamLocker *derma_cam_locker_new (DermaCamHost *host, DermaCamOutcome outcome, gpointer user);
void derma_cam_locker_free (DermaCamLocker *locker);
/* The camera streams: begins to settle and lock, or fixes again what was fixed before; applies the profile. */
void derma_cam_locker_start (DermaCamLocker *locker, const gchar *device, const DermaCamTerms *terms);
/* Ends what it is at, and waits for that, which is not long. */
void derma_cam_locker_cancel (DermaCamLocker *locker);
/* Puts back what was before, and tells so; does nothing if nothing was fixed. */
void derma_cam_locker_undo (DermaCamLocker *locker, const gchar *device);
/* Forgets what was fixed, which stays so; `derma camera restore` can put back what was before. */
void derma_cam_locker_forget (DermaCamLocker *locker);

G_END_DECLS
