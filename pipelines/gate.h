/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * Gate:
 *
 * Watches the frames that pass a pad, tells once how large the picture should be shown, and ends the stream when its
 * time is up or when told to: the end travels downstream behind the last frame, so that files are finished, and the
 * source is told that nobody wants more.
 */
typedef struct _Gate Gate;

/**
 * GateSized:
 * @width: pixels, even
 * @height: pixels, even
 *
 * Called from the streaming thread before the first frame.
 */
typedef void (*GateSized) (gint width, gint height, gpointer data);

/**
 * gate_new:
 * @pad: (transfer none): a source pad that raw video leaves by
 * @limit: running time from the first frame to the end; %GST_CLOCK_TIME_NONE for none
 * @sized: called with the size that gate_fit() gives
 * @data: for @sized
 *
 * Returns: (transfer full): a gate; must outlive the streaming of @pad
 */
Gate *gate_new (GstPad *pad, GstClockTime limit, GateSized sized, gpointer data);
/** gate_free: @gate: (nullable) (transfer full) */
void gate_free (Gate *gate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Gate, gate_free)

/** gate_close: the next frame is the end; from any thread */
void gate_close (Gate *gate);

/** gate_get_frames: Returns: how many frames have passed; from any thread */
guint gate_get_frames (Gate *gate);

/** gate_get_time: Returns: running time from the first frame to the end of the last one; once the stream has ended */
GstClockTime gate_get_time (Gate *gate);

/**
 * gate_fit:
 * @width: (inout): pixels, at least 1
 * @height: (inout): pixels, at least 1
 *
 * The size to show a picture at: one of less than 720 lines is enlarged to 768, so that text on it is legible; none is
 * wider or higher than 1920 pixels; the proportions stay, the sides are even.
 */
void gate_fit (gint *width, gint *height);

G_END_DECLS
