/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/control.h"

/* Lists of DermaSetting. */
GPtrArray *derma_settings_new (void);
void derma_settings_add (GPtrArray *settings, const DermaControl *control, gint64 value);
const DermaSetting *derma_settings_find (const GPtrArray *settings, guint32 id);
/*
 * Adds the control with its present value if that can be put back later: readable, writable, moved by nothing. A value
 * that the control does not have becomes the nearest.
 */
void derma_settings_add_present (GPtrArray *settings, const GPtrArray *controls, const DermaControl *control);

/* The automatic controls or the others, one by one, each read back; ends at the first that fails. */
gboolean derma_settings_apply_part (const GPtrArray *settings, DermaCamera *camera, gboolean automatic, GError **error);
/* The automatic controls first, then the others. */
gboolean derma_settings_apply (const GPtrArray *settings, DermaCamera *camera, GError **error);
/*
 * The same for what was before: goes on after a failure, of which the first is reported, and leaves out what an
 * automatic control governs once they are put back.
 */
gboolean derma_settings_put_back (const GPtrArray *settings, DermaCamera *camera, GError **error);
