/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/picture.h>
#include <derma/reading.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): @frame as RGB with @reading painted on it, as it is on live video; NULL if there
 * is no reading, no room for it or no memory */
DermaPicture *derma_annotate (const DermaFrame *frame, const DermaReading *reading, guint top_k);

G_END_DECLS
