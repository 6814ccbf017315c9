/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include "stills.h"

static void
seed_still (FuzzSeeds *seeds, const Still *still)
{
  g_autoptr (GBytes) bytes = still_encode (still);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  fuzz_seeds_add (seeds, "still", data, size);
  /* One that ends too early. */
  fuzz_seeds_add (seeds, "torn", data, size * 3 / 4);
}

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  for (StillKind kind = STILL_420; kind <= STILL_PNG_CLEAR; kind++) {
    const Still small = { kind, 9, 7, FALSE }, wide = { kind, 33, 2, TRUE };

    seed_still (seeds, &small);
    if (kind < STILL_PNG_RGB)
      seed_still (seeds, &wide);
  }
}
