/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/control.h"

#define DERMA_MAX_GOVERNED 5

/* An automatic control, the values that make it manual in order of preference, and what it governs while it is not. */
typedef struct {
  guint32 id;
  gint64 manual[2];
  guint32 governed[DERMA_MAX_GOVERNED]; /* up to a 0 */
} DermaAuto;

/* The automatic controls there are; NULL from the end on. */
const DermaAuto *derma_auto_get (guint i);
const DermaAuto *derma_auto_find (guint32 id);
/* Whether it is manual at that value. */
gboolean derma_auto_is_manual (const DermaAuto *automatic, gint64 value);
/* The value that makes the control manual: the present one if it is. FALSE if there is none. */
gboolean derma_auto_choose_manual (const DermaAuto *automatic, const DermaControl *control, gint64 *value);
/*
 * The automatic control that is on and governs the control of that id, by the settings and, for what they do not say,
 * by the controls as they were read. NULL if nothing does.
 */
const DermaControl *derma_auto_governing (const GPtrArray *controls, const GPtrArray *settings, guint32 id);
