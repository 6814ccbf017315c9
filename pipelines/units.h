/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  UNIT_PICTURE,
  UNIT_RECORDING,
} UnitKind;

/**
 * Unit:
 * @name: path below the folder that is gone through, as bytes
 * @path: absolute path
 * @kind: by the ending of its name
 * @size: bytes
 * @modified: time of its last change, microseconds since 1970
 * @result: absolute path of the file that its result goes to
 *
 * A file to be read, and where what was read goes: the same name gives the same place on every machine.
 */
typedef struct {
  gchar *name;
  gchar *path;
  UnitKind kind;
  guint64 size;
  gint64 modified;
  gchar *result;
} Unit;

/**
 * units_list:
 * @input: a folder, with all that is in it, or a single file
 * @output: folder of the results, which is left out where it lies in @input
 * @error: "INPUT: CAUSE"
 *
 * Pictures (.jpg, .jpeg, .png) and recordings (.mkv, .webm, .mp4, .m4v, .mov, .avi) in the order of their names. Links
 * to folders are not followed.
 *
 * Returns: (transfer full) (element-type Unit): at least one, or NULL with @error set
 */
GPtrArray *units_list (const gchar *input, const gchar *output, GError **error);

/** units_is_of_shard: whether share @index of @count, from 0, has this unit; each unit is in one share */
gboolean units_is_of_shard (const Unit *unit, guint index, guint count);

G_END_DECLS
