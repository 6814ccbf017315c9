/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <xnnpack.h>

G_BEGIN_DECLS

/*
 * What XNNPACK allocates with. XNNPACK does not look at all that fails: it would use the NULL, or go on with a part
 * that is missing. So there is a reserve for its small needs while something is made, and what failed is noted. Another
 * user of XNNPACK in the process may have chosen another allocator; then neither is of use.
 */
extern const struct xnn_allocator derma_memory;

/* Puts @size bytes by for this thread; FALSE if there are none. To be released after all that was made of it. */
gboolean derma_memory_reserve (gsize size);
void derma_memory_release (void);
/* Whether something has failed since the reserve was made, so that what was made is of no use. */
gboolean derma_memory_has_failed (void);

G_END_DECLS
