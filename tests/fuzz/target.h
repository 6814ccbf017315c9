/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "seeds.h"

G_BEGIN_DECLS

/*
 * A target of fuzzing: it takes any bytes, and comes back. It aborts where a promise is broken. One program holds one
 * target, its seeds, and either libFuzzer or the player of replay.c.
 */

/* Once, before anything is run. */
void fuzz_target_start (void);
void fuzz_target_run (const guint8 *data, gsize size);
/* Inputs to begin with; needs no start. */
void fuzz_target_seed (FuzzSeeds *seeds);

G_END_DECLS
