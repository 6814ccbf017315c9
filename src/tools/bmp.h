/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/error.h>
#include <derma/frame.h>

/* (transfer full): an RGB picture as a Windows bitmap of 24 bits. NULL with @error set to a cause without a name. */
GBytes *derma_bmp_encode (const DermaFrame *frame, GError **error);
