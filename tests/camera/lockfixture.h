/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fakecamera.h"

/* A played camera, and a folder for a state file and a profile. */
typedef struct {
  FakeCamera fake;
  DermaCamera *camera;
  gchar *folder;
  gchar *state;
  gchar *path; /* of a profile */
} LockFixture;

void lock_fixture_set_up (LockFixture *fixture, gconstpointer data);
void lock_fixture_tear_down (LockFixture *fixture, gconstpointer data);
FakeControl *lock_fixture_get (LockFixture *fixture, guint32 id);
/* Locks it, with or without the state file; must succeed. */
DermaLock *lock_fixture_lock (LockFixture *fixture, gboolean with_state);
/* Restores from the state file, which must be gone then. */
void lock_fixture_restore (LockFixture *fixture);
gboolean lock_fixture_has_state (LockFixture *fixture);
/* Whether exposure, white balance and focus all are automatic, or all manual. */
void lock_fixture_assert_automatic (LockFixture *fixture, gboolean automatic);
