/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/snapshot.h>

G_BEGIN_DECLS

/* Whether somebody else has it too. */
gboolean derma_snapshot_is_shared (DermaSnapshot *snapshot);

/* Exif data and an XMP packet about it, for derma_picture_encode(). @annotated: whether they are for that file */
gboolean derma_snapshot_describe (const DermaSnapshot *snapshot, const DermaSnapshotPlan *plan, gboolean annotated,
                                  DermaPictureCoding *coding, GError **error);

G_END_DECLS
