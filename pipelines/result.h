/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "units.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ResultKey:
 * @sha256: of the network
 * @window: seconds over which readings of a recording are put together
 *
 * What besides the file itself a result depends on.
 */
typedef struct {
  const gchar *sha256;
  gdouble window;
} ResultKey;

/**
 * result_format:
 * @found: (nullable): an object with what was read
 * @error: (nullable): why nothing was read
 *
 * Returns: (transfer full): the result of a unit, one JSON object on one line, with path, kind, size, modified,
 *   model_sha256, window and error, and the members of @found
 */
gchar *result_format (const Unit *unit, const ResultKey *key, JsonObject *found, const gchar *error);

/**
 * result_load:
 *
 * Returns: (transfer full) (nullable): the result of the unit as it is now, with this key; NULL if there is none
 */
JsonObject *result_load (const Unit *unit, const ResultKey *key);

/** result_save: writes it whole or not at all; makes folders */
gboolean result_save (const Unit *unit, const gchar *line, GError **error);

/** result_get_error: Returns: (transfer none) (nullable): why nothing was read */
const gchar *result_get_error (JsonObject *result);

/** result_append_csv: appends a row for each lesion, or one for a picture or an error; @result NULL: the header */
void result_append_csv (GString *csv, JsonObject *result);

/** result_to_line: Returns: (transfer full): the object on one line */
gchar *result_to_line (JsonObject *result);

G_END_DECLS
