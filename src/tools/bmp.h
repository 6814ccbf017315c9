/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>
#include <derma/frame.h>

/* Writes an RGB picture as a Windows bitmap of 24 bits. FALSE with @error set to "PATH: CAUSE". */
gboolean derma_bmp_write (const gchar *path, const DermaFrame *frame, GError **error);
