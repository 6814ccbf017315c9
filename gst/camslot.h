/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camseek.h"
#include "camsettings.h"

G_BEGIN_DECLS

/*
 * Where in a bin the feed of a camera is, if there is one. Put in and taken out by one thread; the rest is for any.
 */
typedef struct _DermaCamSlot DermaCamSlot;

/* Called when a feed has come or gone. */
typedef void (*DermaCamChanged) (GstBin *bin);

/* @exit: the element in @bin that feeds are linked to */
DermaCamSlot *derma_cam_slot_new (GstBin *bin, GstElement *exit, DermaCamHost *host, DermaCamChanged changed);
void derma_cam_slot_free (DermaCamSlot *slot);

/* Puts in a feed of the camera at @device, not yet started. FALSE with @error set. */
gboolean derma_cam_slot_put_in (DermaCamSlot *slot, const gchar *device, const DermaCamWish *wish, GError **error);
/* Brings the feed to the state of the bin. */
gboolean derma_cam_slot_start (DermaCamSlot *slot);
/* Stops the feed and takes it out, if there is one. */
void derma_cam_slot_take_out (DermaCamSlot *slot);
/* Lets go of what feeds that were taken out still hold; to be called now and then by the same thread. */
void derma_cam_slot_settle (DermaCamSlot *slot);
/* (transfer none): what the last camera was; for the thread that puts in and takes out */
DermaCamIdentity *derma_cam_slot_get_identity (DermaCamSlot *slot);

/* Keeps a feed that has complained, or is just about to, out of changes of state. Returns: whether there is none now
 * that takes part in them */
gboolean derma_cam_slot_set_aside (DermaCamSlot *slot);
gboolean derma_cam_slot_is_full (DermaCamSlot *slot);
/*
 * Takes a message that is an error of a feed. Returns: whether it is one, which nobody else should see; @present is set
 * to whether it is of the present feed
 */
gboolean derma_cam_slot_take (DermaCamSlot *slot, GstMessage *message, gboolean *present);
/*
 * (transfer full): what the present feed, or the last, complained of first; @refusal: set to its debugging text if that
 * was that nobody takes its pictures, else to NULL
 */
GError *derma_cam_slot_steal_cause (DermaCamSlot *slot, gchar **refusal);
/* (transfer full) (nullable): NULL without a feed */
gchar *derma_cam_slot_get_device (DermaCamSlot *slot);
gchar *derma_cam_slot_get_mode (DermaCamSlot *slot);
guint derma_cam_slot_get_corrupt (DermaCamSlot *slot);

G_END_DECLS
