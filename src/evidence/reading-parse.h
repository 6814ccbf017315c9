/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <json-glib/json-glib.h>

/*
 * What derma_reading_to_json() wrote, from anybody. @reading: an earlier reading, whose classes are kept if they are
 * the same ones. FALSE with @cause set in a few words; @reading is then some valid reading.
 */
gboolean derma_reading_parse (DermaReading *reading, JsonObject *object, gchar **cause);

/*
 * Takes the classes of the network from an event "model", with their titles, which readings do not tell; readings of
 * that network that follow keep them. Without the members that are needed it changes nothing.
 */
gboolean derma_reading_parse_model (DermaReading *reading, JsonObject *object, gchar **cause);
