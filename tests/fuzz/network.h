/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/model.h>

G_BEGIN_DECLS

/*
 * Takes the bytes of a network through everything: loading, and if it is small enough to be fast, building, running and
 * reading a picture with it.
 */
void fuzz_network_try (GBytes *bytes);
/* Whether it is small enough. */
gboolean fuzz_network_is_small (const DermaModel *model);

G_END_DECLS
