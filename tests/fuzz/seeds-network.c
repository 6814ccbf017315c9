/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

/* A step each behind a picture of 3,8,8; then some of everything. */
void
fuzz_target_seed (FuzzSeeds *seeds)
{
  for (guint8 step = 0; step < 17; step++) {
    const guint8 bytes[] = { 1, 7, 7, step, 0, 1, 2, 1, 3, 0, 1, 2, 1, 0 };

    fuzz_seeds_add (seeds, "step", bytes, sizeof bytes);
  }
  for (guint32 i = 0; i < 30; i++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (i);
    guint8 bytes[80];

    for (guint k = 0; k < sizeof bytes; k++)
      bytes[k] = (guint8)g_rand_int_range (random, 0, 256);
    fuzz_seeds_add (seeds, "random", bytes, sizeof bytes);
  }
}
