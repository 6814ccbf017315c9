/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tools/labels.h"

/*
 * All pictures in a folder and the folders in it, by their endings (.jpg, .jpeg, .png in any letter case) and in the
 * order of their names, as a list whose classes mean nothing. Links to folders are not followed. NULL with @error set
 * to "FOLDER: CAUSE".
 */
DermaLabels *derma_folder_list (const gchar *path, GError **error);
