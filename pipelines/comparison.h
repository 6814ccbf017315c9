/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <stdio.h>

G_BEGIN_DECLS

/**
 * Comparison:
 *
 * Compares the readings that were recorded with those that a network gives of the recording, and prints a line where
 * they begin to differ: another class, another flag, or a malignant score that is off by a tenth or more.
 */
typedef struct _Comparison Comparison;

/** comparison_new: @out: (not nullable): where the lines go. Returns: (transfer full) */
Comparison *comparison_new (FILE *out);
/** comparison_free: @comparison: (nullable) (transfer full) */
void comparison_free (Comparison *comparison);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Comparison, comparison_free)

/**
 * comparison_take:
 * @recorded: fields of a reading
 * @again: fields of a reading of the same frame
 * @time: of the frame, in the recording
 *
 * Returns: whether a line was printed
 */
gboolean comparison_take (Comparison *comparison, const GstStructure *recorded, const GstStructure *again,
                          GstClockTime time);

/** comparison_get_count: Returns: how many readings were compared */
guint comparison_get_count (const Comparison *comparison);

/** comparison_print: Prints how far the readings agree. */
void comparison_print (const Comparison *comparison);

G_END_DECLS
