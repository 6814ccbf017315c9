/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/shot.h"

/* The first video of a Matroska file from anybody, of which single pictures are taken. */
typedef struct _DermaRecording DermaRecording;

/* NULL with @error set to "PATH: CAUSE". */
DermaRecording *derma_recording_open (const gchar *path, GError **error);
void derma_recording_free (DermaRecording *recording);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaRecording, derma_recording_free)

/*
 * The picture whose time is nearest to @time, ns on the file's own time line; @shot without pixels if that is more than
 * half a second off, as in a file that ends early. FALSE with @error set to "PATH: CAUSE" if there is none at all.
 */
gboolean derma_recording_get_shot (DermaRecording *recording, guint64 time, DermaShot *shot, GError **error);
