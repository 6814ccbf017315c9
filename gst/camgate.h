/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  DERMA_CAM_NEWS_PICTURES, /* the first picture since derma_cam_gate_expect() has passed */
  DERMA_CAM_NEWS_END,      /* pictures have ended unasked */
} DermaCamNews;

/* Called by the streaming thread; must not block. */
typedef void (*DermaCamTell) (gpointer user, DermaCamNews news);

/*
 * Makes one stream out of those of several feeds that come after each other at a pad: one stream start, no end unless
 * it is asked for, a mark on the first picture after a gap. Button presses join the stream between pictures.
 */
typedef struct _DermaCamGate DermaCamGate;

/* @exit: the element at whose pads "sink" and "src" it stands; must outlive it */
DermaCamGate *derma_cam_gate_new (GstElement *exit, DermaCamTell tell, gpointer user);
/* Once no picture can come any more. */
void derma_cam_gate_free (DermaCamGate *gate);
/* Another feed is about to begin. */
void derma_cam_gate_expect (DermaCamGate *gate);
/* Lets the end pass from now on. */
void derma_cam_gate_allow_end (DermaCamGate *gate);
/* With no feed: an end that is allowed passes, if none has: it may have been given to a feed that had ended by itself.
 * Returns: whether it is */
gboolean derma_cam_gate_end (DermaCamGate *gate);
/* Sends the event "derma-still-button" before the next picture. */
void derma_cam_gate_press (DermaCamGate *gate, gboolean pressed);
/* Pictures may have been held up, so that a loss before the next one may be an old one. */
void derma_cam_gate_resume (DermaCamGate *gate);
/* Whether pictures have passed since then, and since the feed was put in. */
gboolean derma_cam_gate_is_flowing (DermaCamGate *gate);
/* How many pictures have passed through it. */
guint64 derma_cam_gate_get_frames (DermaCamGate *gate);

G_END_DECLS
