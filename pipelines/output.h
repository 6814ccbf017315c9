/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * output_reserve:
 * @path: where a Matroska file is to be written
 * @input: (nullable): what is to be read, which must be another file
 * @error: "PATH: CAUSE"
 *
 * Creates an empty file, so that a wrong name is known before the work begins. What is there stays: NAME-1.mkv is
 * created where NAME.mkv exists, and so on.
 *
 * Returns: (transfer full): the name of the file, or NULL with @error set
 */
gchar *output_reserve (const gchar *path, const gchar *input, GError **error);

/** output_discard_empty: Removes the file @path that was reserved, if nothing has been written to it */
void output_discard_empty (const gchar *path);

/**
 * output_file_new:
 *
 * Encodes with the best encoder that is installed and writes every frame to the disk as soon as it is encoded, so that
 * the file plays up to its last moment if the process is killed.
 *
 * Returns: (transfer floating): a bin with a sink pad for raw video, or NULL with @error set
 */
GstElement *output_file_new (const gchar *path, GError **error);

/** output_window_new: Returns: (transfer floating): a bin with a sink pad for raw video, or NULL with @error set */
GstElement *output_window_new (GError **error);

/** output_nothing_new: Returns: (transfer floating): a sink that drops everything as fast as it comes */
GstElement *output_nothing_new (GError **error);

G_END_DECLS
