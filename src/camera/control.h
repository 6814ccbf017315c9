/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/camera-private.h"

/* The control of that id; NULL without one. */
const DermaControl *derma_control_find_id (const GPtrArray *controls, guint32 id);
/* Whether it exists in a form whose value can be written now or later. */
gboolean derma_control_is_writable (const DermaControl *control);
/* Why a value is not one of the control's; NULL if it is. */
gchar *derma_control_refuse (const DermaControl *control, gint64 value);
/* The nearest value that the control has. */
gint64 derma_control_clamp (const DermaControl *control, gint64 value);
/* Reads or writes a value; 0 or an errno. */
gint derma_control_read (DermaCamera *camera, const DermaControl *control, gint64 *value);
gint derma_control_write (DermaCamera *camera, const DermaControl *control, gint64 value);
/*
 * Writes a value, and reads until it is there to a step, a few times; what drivers of cameras promise at once they do a
 * little later. "DEVICE: KEY: CAUSE".
 */
gboolean derma_control_set (DermaCamera *camera, const DermaControl *control, gint64 value, GError **error);
