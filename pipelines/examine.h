/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "result.h"

#include <derma/classifier.h>

G_BEGIN_DECLS

/**
 * Examiner:
 *
 * Reads pictures and recordings one by one: pictures through libderma, recordings through dermaclassify.
 */
typedef struct _Examiner Examiner;

/** examiner_new: @path: the network; @key: its SHA-256, and seconds over which readings of a recording are put together
 */
Examiner *examiner_new (const gchar *path, const ResultKey *key, GError **error);
void examiner_free (Examiner *examiner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Examiner, examiner_free)

/**
 * examiner_read:
 *
 * Returns: (transfer full): {"reading": ...} of a picture, {"duration", "readings", "lesions": [...]} of a recording,
 *   or NULL with @error set to "PATH: CAUSE"
 */
JsonObject *examiner_read (Examiner *examiner, const gchar *path, UnitKind kind, GError **error);

/** examiner_is_sound: Returns: whether the file of the network is still what it was */
gboolean examiner_is_sound (const Examiner *examiner);

G_END_DECLS
