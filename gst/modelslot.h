/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/*
 * Which network an element reads with: the name that was set, and one that waits to take the place of the one in use.
 * Its fields are under the lock of the element.
 */
typedef struct {
  gchar *model;  /* as set; NULL for the shipped one */
  gchar *sha256; /* that a file must have to be loaded; NULL: any */
  gboolean started;
  DermaNetwork *pending; /* takes the place of the one in use before the next frame */
} DermaModelSlot;

/* Loads the one that is set, also if that is done meanwhile, and is started with it. Returns: (nullable): NULL after
 * having posted the cause as an error */
DermaNetwork *derma_modelslot_start (DermaModelSlot *slot, GstElement *element, guint threads);

/* Another name, from any thread. While started, the file is loaded and checked first, and if it cannot be used a
 * warning is posted and all stays as it is. */
void derma_modelslot_set (DermaModelSlot *slot, GstElement *element, const gchar *path, guint threads);

/* Another digest for what is loaded from now on. One that is malformed is warned about, and kept: no file has it, so
 * that a mistake does not open the door. */
void derma_modelslot_pin (DermaModelSlot *slot, GstElement *element, const gchar *sha256);

/* Puts the network that waits, if any, in the place of @current. Returns: (transfer full) (nullable): the one that was
 * there */
DermaNetwork *derma_modelslot_adopt (DermaModelSlot *slot, GstElement *element, DermaNetwork **current);

/* To be called once nothing uses it any more. */
void derma_modelslot_clear (DermaModelSlot *slot);

G_END_DECLS
