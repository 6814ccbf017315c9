/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * derma_plaintext_new:
 * @text: what somebody else wrote, as in a sidecar, a model or a file's name
 *
 * A terminal obeys control characters, and a line break would begin a line that looks like one of ours.
 *
 * Returns: (transfer full): @text in valid UTF-8, with a space for each control character and line break
 */
gchar *derma_plaintext_new (const gchar *text);

G_END_DECLS
