/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camhost.h"
#include "camsettings.h"

G_BEGIN_DECLS

/*
 * Keeps a camera's pictures coming: puts a feed into a bin, takes it out when the camera is lost, and puts in another
 * when it is back; locks it, listens to its button, and posts what happened as messages of the bin. All that in a
 * thread of its own, so that pictures never wait. One keeper is one run of the element.
 */
typedef struct _DermaCamKeeper DermaCamKeeper;

/* @exit: the element in @bin that feeds are linked to */
DermaCamKeeper *derma_cam_keeper_new (GstBin *bin, GstElement *exit, const DermaCamSettings *settings,
                                      DermaCamHost *host);
DermaCamKeeper *derma_cam_keeper_ref (DermaCamKeeper *keeper);
void derma_cam_keeper_unref (DermaCamKeeper *keeper);

/* Finds the camera and puts the first feed into the bin; posts an error if it cannot. */
gboolean derma_cam_keeper_open (DermaCamKeeper *keeper);
/* The feed has gone to the state of the bin. */
void derma_cam_keeper_start (DermaCamKeeper *keeper);
/* The feed could not: posts why. */
void derma_cam_keeper_fail (DermaCamKeeper *keeper);
/* Nothing is done any more from here on. Before the feed is stopped. */
void derma_cam_keeper_stop (DermaCamKeeper *keeper);
/* After the feed was stopped: takes it out, and puts the camera's controls back if @restore. */
void derma_cam_keeper_close (DermaCamKeeper *keeper, gboolean restore);

/* These from any thread: */

/* Returns: whether the message is an error of the feed, which nobody else should see */
gboolean derma_cam_keeper_take (DermaCamKeeper *keeper, GstMessage *message);
void derma_cam_keeper_set_lock (DermaCamKeeper *keeper, gboolean lock);
void derma_cam_keeper_press (DermaCamKeeper *keeper, gboolean pressed);
/* Before the feed goes from PAUSED, where it notices nothing, to PLAYING. */
void derma_cam_keeper_resume (DermaCamKeeper *keeper);
/* Returns: whether a change of state that failed did so because the feed has failed: without it, it may be tried again
 */
gboolean derma_cam_keeper_set_aside (DermaCamKeeper *keeper);
/* Lets the end of the stream pass. Returns: whether there is a feed, which must be told to end */
gboolean derma_cam_keeper_end (DermaCamKeeper *keeper);
/* (transfer full) (nullable) */
gchar *derma_cam_keeper_get_device (DermaCamKeeper *keeper);
gchar *derma_cam_keeper_get_mode (DermaCamKeeper *keeper);
/* (transfer full) */
GstStructure *derma_cam_keeper_get_stats (DermaCamKeeper *keeper);

G_END_DECLS
