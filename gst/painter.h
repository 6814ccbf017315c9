/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/reading.h>

#include <gst/video/video.h>

G_BEGIN_DECLS

/*
 * Paints readings. Knows of no element; used by one thread at a time.
 */
typedef struct _DermaPainter DermaPainter;

DermaPainter *derma_painter_new (void);
/* @painter: (nullable) (transfer full) */
void derma_painter_free (DermaPainter *painter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaPainter, derma_painter_free)

/*
 * @reading: a reading with classes
 * @top_k: how many classes to show at most, at least 1
 * @width, @height: of the frame it is for, in pixels
 *
 * Paints only if what there is to see differs from the last time.
 *
 * Returns: (transfer none) (nullable): the overlay, valid until the next call; NULL on a frame too small for it
 */
GstVideoOverlayComposition *derma_painter_paint (DermaPainter *painter, const DermaReading *reading, guint top_k,
                                                 guint width, guint height);

/* Frames a second that are shown from the next painting on; negative: not shown, as at first. */
void derma_painter_set_rate (DermaPainter *painter, gdouble rate);

/* How many times it has painted anew. */
guint derma_painter_get_n_painted (const DermaPainter *painter);

G_END_DECLS
