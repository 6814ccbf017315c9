/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * output_check:
 * @path: where a file is to be written
 * @input: (nullable): what is to be read, which must be another file
 * @error: "PATH: CAUSE"
 *
 * Tries to create the file, so that a wrong name is known before the work begins.
 */
gboolean output_check (const gchar *path, const gchar *input, GError **error);

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
