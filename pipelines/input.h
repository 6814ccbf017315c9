/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * Input:
 * @source: (transfer full): its source pad gives raw video
 * @described: what it is, in a few words
 * @total: pictures in a folder; 0 if it is none
 * @is_live: whether frames come when they come: a camera or the phantom
 * @is_file: whether it has a position and a duration that say how far it is
 */
typedef struct {
  GstElement *source;
  gchar *described;
  guint total;
  gboolean is_live;
  gboolean is_file;
} Input;

/**
 * input_open:
 * @input: (out): untouched on failure
 * @name: (nullable): camera, video, picture, folder or "phantom"; NULL for the first camera or else the phantom
 * @seconds: how long the whole lasts, or 0: a single picture is shown as long
 * @error: "NAME: CAUSE"
 *
 * Returns: whether there is something to read
 */
gboolean input_open (Input *input, const gchar *name, gdouble seconds, GError **error);

void input_clear (Input *input);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Input, input_clear)

G_END_DECLS
