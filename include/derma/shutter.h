/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/snapshot.h>

G_BEGIN_DECLS

/**
 * DermaShutter:
 *
 * Keeps copies of the sharpest frames of the last second, so that a snapshot is of a moment at which the picture stood
 * still. Frames are offered by one thread; snapshots may be taken by any. Copies are made only of frames that are
 * sharper than those before in their quarter of a second, into memory that was taken for the first ones.
 */
typedef struct _DermaShutter DermaShutter;

DERMA_API DermaShutter *derma_shutter_new (void);
/** derma_shutter_free: @shutter: (nullable) (transfer full) */
DERMA_API void derma_shutter_free (DermaShutter *shutter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaShutter, derma_shutter_free)

/** derma_shutter_reset: Forgets all frames, as at another format or after a seek. */
DERMA_API void derma_shutter_reset (DermaShutter *shutter);

/**
 * derma_shutter_offer:
 * @frame: a frame, which is not looked at afterwards
 * @pts: its time, ns; G_MAXUINT64 for none: then only the newest frame is kept
 * @reading: (nullable): what is known when it comes
 * @error: return location; as of derma_picture_assign()
 *
 * Sharp is what has focus and does not move, in the centred square. A frame that is older than the one before begins
 * anew.
 *
 * Returns: TRUE, or FALSE with @error set and the frame passed over
 */
DERMA_API gboolean derma_shutter_offer (DermaShutter *shutter, const DermaFrame *frame, guint64 pts,
                                        const DermaReading *reading, GError **error);

/**
 * derma_shutter_hold:
 *
 * The same for a picture that is held: it takes the place of all frames, until another is offered. To be called again
 * when there is a new reading of it.
 */
DERMA_API gboolean derma_shutter_hold (DermaShutter *shutter, const DermaFrame *frame, guint64 pts,
                                       const DermaReading *reading, GError **error);

/**
 * derma_shutter_release:
 * @age: (out) (optional): how much older it is than the newest frame, ns
 *
 * Returns: (transfer full) (nullable): the sharpest frame; NULL if there was none
 */
DERMA_API DermaSnapshot *derma_shutter_release (DermaShutter *shutter, guint64 *age);

G_END_DECLS
