/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/** cameras_find_first: Returns: (transfer full) (nullable): the lowest /dev/video* that captures pictures */
gchar *cameras_find_first (void);
