/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * A reading on a buffer: a custom GstMeta without tags, so that it survives conversion, scaling, tee and encoders and
 * can be read without these headers, by gst_buffer_get_custom_meta() and the fields of its structure:
 *
 * pts, age, latency (guint64, ns), label, title, state (string), confidence, malignant, operating-point, typicality
 * (double), flagged (boolean), lesion (uint), labels, titles (GstValueArray of string), probabilities (GstValueArray
 * of double, as long as labels), quality (structure: focus, exposure, glare, motion, doubles), region (structure: x, y,
 * width, height, doubles; left out where no lesion is seen), model (structure: name, version, sha256, strings).
 * Measures that were not taken are -1.
 */
#define DERMA_READING_META_NAME "DermaReading"

/* Makes the meta known to GStreamer; may be called again. */
void derma_reading_meta_register (void);

/* The fields above as a structure called @name; @reading must have classes. */
GstStructure *derma_reading_to_structure (const DermaReading *reading, const gchar *name);

/* Makes a structure of the former that of another reading with the same classes. Allocates nothing where no text
 * changes. */
void derma_reading_update_structure (const DermaReading *reading, GstStructure *structure);

/*
 * The other way, for a structure that may come from anybody.
 * @reading: (inout): DERMA_READING_INIT or an earlier reading, whose classes are kept if they are the same ones;
 *   untouched on failure
 * Returns: TRUE, or FALSE with @error (%DERMA_ERROR_FORMAT or %DERMA_ERROR_LIMIT) set
 */
gboolean derma_reading_from_structure (DermaReading *reading, const GstStructure *structure, GError **error);

/* Puts @fields, from derma_reading_to_structure(), on a writable @buffer with another age, in place of a reading that
 * it may carry. */
void derma_reading_meta_set (GstBuffer *buffer, const GstStructure *fields, guint64 age);

/* Returns: (transfer none) (nullable): the structure of the reading that @buffer carries */
const GstStructure *derma_reading_meta_get (GstBuffer *buffer);

G_END_DECLS
