/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

/* The first byte chooses what is downstream; then steps. */
#define CAPS 0, 0, 15, 15, 1 | 32
#define DELAY(which) 1, which
#define FRAME(time) 9, 0, 50, 3, time
#define READING FRAME (40), 0, 0, 0, 0
#define ALTERED(field, kind) FRAME (40), 0, 0, 1, field, kind
#define SILENCE FRAME (40), 255
#define EVENT(which) 2, which
#define STATE(which) 4, which

#define SEED(name, ...)                                \
  G_STMT_START                                         \
  {                                                    \
    static const guint8 bytes[] = { __VA_ARGS__ };     \
    fuzz_seeds_add (seeds, name, bytes, sizeof bytes); \
  }                                                    \
  G_STMT_END

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  SEED ("plain", 0, CAPS, READING, READING, SILENCE, READING, EVENT (3));
  SEED ("waiting", 1, DELAY (3), CAPS, READING, FRAME (199), 0, 0, 0, FRAME (199), 0, 0, 0, SILENCE, EVENT (3));
  SEED ("patient", 2, DELAY (5), CAPS, READING, ALTERED (2, 5), 1, 0, READING, EVENT (3));
  SEED ("markup", 2, CAPS, ALTERED (1, 0), '<', '&', 0, 0, READING);
  SEED ("title", 1, CAPS, ALTERED (0, 0), 'n', 'v', 0, 0, READING);
  SEED ("states", 0, CAPS, ALTERED (0, 5), 0, 0, ALTERED (0, 5), 1, 0, ALTERED (0, 5), 2, 0, ALTERED (0, 5), 4, 0);
  SEED ("lesions", 0, CAPS, ALTERED (0, 4), 1, 0, ALTERED (0, 4), 2, 0, ALTERED (0, 4), 3, 0);
  SEED ("flush", 0, CAPS, READING, EVENT (1), READING, EVENT (2), 1, EVENT (0), 0, 0, 0, 0, 0, READING);
  SEED ("gap", 0, CAPS, READING, EVENT (4), 100, 0, 0, 0, 0, READING);
  SEED ("again", 0, CAPS, READING, STATE (0), READING, STATE (3), EVENT (6), CAPS, READING);
  SEED ("restart", 0, CAPS, READING, EVENT (3), EVENT (6), READING);
  SEED ("foreign", 0, CAPS, FRAME (40), 0, 129, 0, 0, FRAME (40), 0, 132, 0, 0, FRAME (40), 0, 133, 0, 0, READING);
  SEED ("no-caps", 0, READING, 3, 1, 0, READING);
  SEED ("refused", 3, CAPS, READING);
  SEED ("queries", 0, DELAY (2), CAPS, 3, 0, 0, 3, 1, 1, 1, 3, 1, 3, READING);
}
