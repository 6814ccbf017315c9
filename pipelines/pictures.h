/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** pictures_is_picture: Returns: whether the file begins as a JPEG or PNG does; FALSE if it cannot be read */
gboolean pictures_is_picture (const gchar *path);

/**
 * pictures_list:
 * @folder: where to look, in the folders inside it too; links to folders are not followed
 * @error: "FOLDER: CAUSE"
 *
 * Returns: (transfer full) (element-type filename): the files named .jpg, .jpeg or .png, sorted by path, at least
 *   one; NULL with @error set if there are none or the folder cannot be read
 */
GPtrArray *pictures_list (const gchar *folder, GError **error);

G_END_DECLS
