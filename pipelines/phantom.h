/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PHANTOM_MAX_SIDE: the widest and highest picture, in pixels */
#define PHANTOM_MAX_SIDE 16384

/**
 * Phantom:
 *
 * Paints a dermoscopic picture that nobody's skin was in front of: skin, a pigmented lesion, hairs, glare and dark
 * corners, drifting slowly under slowly changing light. The same size, seed and time give the same picture.
 * Used by one thread at a time.
 */
typedef struct _Phantom Phantom;

/**
 * phantom_new:
 * @width: pixels, 1..PHANTOM_MAX_SIDE
 * @height: pixels, 1..PHANTOM_MAX_SIDE
 * @seed: which lesion
 *
 * Paints what does not change, which takes about a second at 1280x720.
 *
 * Returns: (transfer full): a phantom, or NULL if the size is out of range or there is no memory for it
 */
Phantom *phantom_new (guint width, guint height, guint32 seed);

/** phantom_free: @phantom: (nullable) (transfer full) */
void phantom_free (Phantom *phantom);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Phantom, phantom_free)

/**
 * phantom_paint:
 * @time: seconds from the start
 * @pixels: (out caller-allocates): where the picture goes, B, G, R and a byte of 255 a pixel
 * @stride: bytes from one row to the next, at least 4 * width and a multiple of 4
 *
 * Returns: whether the picture was painted; FALSE if the stride is not valid
 */
gboolean phantom_paint (Phantom *phantom, gdouble time, guint8 *pixels, gint stride);

G_END_DECLS
