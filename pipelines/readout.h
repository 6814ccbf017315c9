/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <stdio.h>

G_BEGIN_DECLS

/**
 * Readout:
 *
 * Turns the messages of dermaclassify into lines for a person: one for each change of the reading, that is another
 * label, state, lesion or flag, or a confidence or malignant score that has moved by a tenth since the last line; and
 * one for each picture of a folder.
 */
typedef struct _Readout Readout;

/** readout_new: @out: (not nullable): where the lines go. Returns: (transfer full) */
Readout *readout_new (FILE *out);
/** readout_free: @readout: (nullable) (transfer full) */
void readout_free (Readout *readout);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Readout, readout_free)

/** readout_picture: the readings that follow are of picture @number of @total, the file @path */
void readout_picture (Readout *readout, guint number, guint total, const gchar *path);

/**
 * readout_take:
 * @message: fields of the element message "dermaclassify", from anybody
 *
 * Returns: whether a line was printed; a message without the fields of a reading is passed over
 */
gboolean readout_take (Readout *readout, const GstStructure *message);

/** readout_get_status: Returns: (transfer full): state, lesion and class of the last reading in a few words; "" at
 * first */
gchar *readout_get_status (const Readout *readout);

/** readout_get_count: Returns: how many readings came */
guint readout_get_count (const Readout *readout);

/** readout_get_latency: Returns: the mean latency of the readings in ms; 0 without readings */
gdouble readout_get_latency (const Readout *readout);

/** readout_format_time: Returns: (transfer full): "00:03.2", or "1:00:03.2" from an hour on; "--:--.-" if not valid */
gchar *readout_format_time (GstClockTime time);

G_END_DECLS
