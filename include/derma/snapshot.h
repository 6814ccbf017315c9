/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/picture.h>
#include <derma/reading.h>

G_BEGIN_DECLS

/** DERMA_SNAPSHOT_NAMESPACE: of the XMP properties that a snapshot carries, with the prefix "derma" */
#define DERMA_SNAPSHOT_NAMESPACE "urn:dermaclassify:snapshot:1.0/"

/**
 * DermaSnapshot:
 * @picture: (transfer full): the picture
 * @pts: presentation time of it, ns; G_MAXUINT64 for none
 * @reading: what had been read when it came; without classes if that was nothing
 *
 * A picture worth keeping. Reference-counted; not to be changed while others have it too.
 */
typedef struct {
  DermaPicture *picture;
  guint64 pts;
  DermaReading reading;
} DermaSnapshot;

/** derma_snapshot_new: Returns: (transfer full): a snapshot of nothing */
DERMA_API DermaSnapshot *derma_snapshot_new (void);
DERMA_API DermaSnapshot *derma_snapshot_ref (DermaSnapshot *snapshot);
/** derma_snapshot_unref: @snapshot: (nullable) (transfer full) */
DERMA_API void derma_snapshot_unref (DermaSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DermaSnapshot, derma_snapshot_unref)

/**
 * DermaSnapshotPlan:
 * @folder: where the files go; it must be there
 * @type: kind of files
 * @quality: of JPEG, 1..100
 * @taken: when the picture was taken, microseconds since 1970 UTC
 * @program: what made it: name and version
 */
typedef struct {
  const gchar *folder;
  DermaPictureType type;
  guint quality;
  gint64 taken;
  const gchar *program;
} DermaSnapshotPlan;

/**
 * derma_snapshot_write:
 * @snapshot: with a picture
 * @annotated: (nullable): the same picture with the reading painted on it, written beside it as NAME-annotated
 * @error: return location; %DERMA_ERROR_FILE and what derma_picture_encode() gives; "PATH: CAUSE"
 *
 * Writes derma-DATE-TIME-lesionN.jpg or .png; a number is added where there is such a file, which is never overwritten.
 * A file appears under its name whole or not at all, and none is left behind on failure. Both carry
 * - XMP, namespace %DERMA_SNAPSHOT_NAMESPACE: schema, notice, annotated, pts and, if there is a reading, label, title,
 *   confidence, malignant, operatingPoint, flagged, state, lesion, age, focus, exposure, glare, motion, typicality
 * (left out where not measured), modelName, modelVersion, modelSha256, and reading, the whole of it as
 *   derma_reading_to_json() gives it, unless that is too long. Texts are clipped to 256 characters.
 * - Exif: ImageDescription (the reading in one line of ASCII, and that it is for research use only), UserComment (the
 *   same notice), DateTimeOriginal with offset and fraction in local time, Software.
 *
 * Takes a while; safe to be called by several threads.
 *
 * Returns: (transfer full): the path of the plain file, or NULL with @error set
 */
DERMA_API gchar *derma_snapshot_write (const DermaSnapshot *snapshot, const DermaFrame *annotated,
                                       const DermaSnapshotPlan *plan, GError **error);

G_END_DECLS
