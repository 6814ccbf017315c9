/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camhost.h"

G_BEGIN_DECLS

/* By what a camera is known again. */
typedef struct {
  gchar *device; /* where it was last */
  gchar *card;
  gchar *driver;
  gchar *bus;
  gchar **others; /* buses of cameras just like it that were there beside it */
} DermaCamIdentity;

void derma_cam_identity_clear (DermaCamIdentity *identity);
/* Takes over what @camera is; the others stay. */
void derma_cam_identity_set (DermaCamIdentity *identity, const DermaCamera *camera);

/* (transfer full): the first camera that there is; NULL with @error set */
gchar *derma_cam_seek_first (DermaCamHost *host, GError **error);
/* Whether it is still where it was, and can be opened. */
gboolean derma_cam_seek_is_there (const DermaCamIdentity *identity, DermaCamHost *host);
/*
 * Looks who else is there, so that none of them is taken for it: while it is there itself or has just gone, not later,
 * since it may have been plugged in elsewhere by then.
 */
void derma_cam_seek_note_others (DermaCamIdentity *identity, DermaCamHost *host);
/* (transfer full) (nullable): where it is now: at the same place, or else one just like it that was plugged in since */
gchar *derma_cam_seek_again (const DermaCamIdentity *identity, DermaCamHost *host);

G_END_DECLS
