/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The kernel of the emulated machine that the test runs in. */

#define DEVICE_NODE "/dev/video0"

/* Loads a module, with options behind its name. */
void device_load (const gchar *line);
/* Loads vivid as a webcam, at DEVICE_NODE; it may move when it is bound again while pictures of it are kept. */
void device_load_vivid (void);
/* Plugs vivid's device out of its driver, and in again, perhaps at another node. */
void device_unbind_vivid (void);
void device_bind_vivid (void);
/* Sets a control of vivid, as "disconnect", which may be a button. */
void device_set (const gchar *key, gint value);
/* Its value */
gint64 device_get (const gchar *key);
/* (transfer full): what a command line writes to standard output; it must end with @status */
gchar *device_run (const gchar *line, gint status);

G_END_DECLS
