/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * What shows the picture. It can be closed by whoever looks at it, which ends no recording in disorder.
 */

/** WindowGone: from the main context */
typedef void (*WindowGone) (gpointer data);

/**
 * window_new:
 * @line: elements with one entry; the last one shows
 *
 * Returns: (transfer floating): a bin that tells of its failures by messages alone and does not hold up what else
 *   there is; NULL with @error set
 */
GstElement *window_new (const gchar *line, GError **error);

/** window_is_closed: Returns: whether @error is the message of a window that was closed */
gboolean window_is_closed (GstMessage *error);

/**
 * window_take_out:
 * @pipeline: plays
 * @sink: shows in the window; @pipeline is an ancestor
 * @gone: called once the window is no part of @pipeline any more
 *
 * Returns: whether there is anything else that the picture goes to; otherwise nothing was done
 */
gboolean window_take_out (GstElement *pipeline, GstObject *sink, WindowGone gone, gpointer data);

G_END_DECLS
