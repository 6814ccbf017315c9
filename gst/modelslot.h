/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/*
 * Which network an element reads with: the name that was set, and one that waits to take the place of the one in use.
 * Its fields are under the lock of the element.
 */
typedef struct {
  gchar *model; /* as set; NULL for the shipped one */
  gboolean started;
  DermaNetwork *pending; /* takes the place of the one in use before the next frame */
} DermaModelSlot;

/* Loads @path, NULL for the shipped one. Returns: (nullable): NULL after having posted the cause as @report */
DermaNetwork *derma_modelslot_load (GstElement *element, GstMessageType report, const gchar *path, guint threads);

/* Another name, from any thread. While started, the file is loaded and checked first, and if it cannot be used a
 * warning is posted and all stays as it is. */
void derma_modelslot_set (DermaModelSlot *slot, GstElement *element, const gchar *path, guint threads);

/* Puts the network that waits, if any, in the place of @current. Returns: (transfer full) (nullable): the one that was
 * there */
DermaNetwork *derma_modelslot_adopt (DermaModelSlot *slot, GstElement *element, DermaNetwork **current);

/* To be called once nothing uses it any more. */
void derma_modelslot_clear (DermaModelSlot *slot);

G_END_DECLS
