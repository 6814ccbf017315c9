/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

/* The first byte is for the peer downstream; then steps, each of them a byte for what it is and some of its own. */
#define CAPS(format, width, height) 0, format, width, height, 1 | 32
#define FRAME 9, 0, 50, 3, 40
#define FRAME_WITH(what) 9, what, 50, 3
#define NUMBER(which, value) 1, value, which
#define CHOICE(which, value) 2, value, which
#define EVENT(which) 3, which
#define STATE(which) 6, which
#define ASK(which) 5, 0, which, 0
#define LOOK 7
#define EMIT(which) 8, which

enum { LARGE = 200 }; /* a side of 320 */

static void
seed (FuzzSeeds *seeds, const gchar *name, const guint8 *bytes, gsize size)
{
  fuzz_seeds_add (seeds, name, bytes, size);
}

#define SEED(name, ...)                            \
  G_STMT_START                                     \
  {                                                \
    static const guint8 bytes[] = { __VA_ARGS__ }; \
    seed (seeds, name, bytes, sizeof bytes);       \
  }                                                \
  G_STMT_END

static void
seed_formats (FuzzSeeds *seeds)
{
  for (guint8 format = 0; format < 20; format++) {
    const guint8 bytes[] = { format & 1, CAPS (format, LARGE, 230), CHOICE (0, 1), FRAME, FRAME,
                             LOOK,       CAPS (format, 30, 33),     FRAME };

    seed (seeds, "format", bytes, sizeof bytes);
  }
}

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  seed_formats (seeds);
  SEED ("async", 0, STATE (0), CHOICE (4, 1), STATE (3), CAPS (2, 32, 32), FRAME, FRAME, FRAME, EVENT (3));
  SEED ("evidence", 0, NUMBER (5, 20), CAPS (1, 63, 63), FRAME, FRAME, FRAME, FRAME, LOOK);
  SEED ("freeze", 1, CAPS (3, 40, 30), FRAME, EMIT (0), FRAME, FRAME, EMIT (2), EMIT (1), FRAME);
  SEED ("flush", 0, CAPS (4, 20, 20), FRAME, EVENT (1), FRAME, EVENT (2), 1, EVENT (0), 0, 0, 0, 0, 0, FRAME);
  SEED ("model", 0, CAPS (6, 16, 16), FRAME, CHOICE (6, 1), FRAME, CHOICE (6, 2), FRAME, CHOICE (6, 3), FRAME);
  SEED ("states", 0, CAPS (7, 16, 16), FRAME, STATE (1), STATE (3), FRAME, STATE (0), FRAME, STATE (2), EVENT (6));
  SEED ("queries", 0, ASK (0), CAPS (8, 16, 16), ASK (1), ASK (2), ASK (3), ASK (4), ASK (5));
  SEED ("strides", 0, CAPS (0, 33, 31), FRAME_WITH (16), 7, 40, FRAME_WITH (16), 16, 40, CHOICE (0, 1), FRAME);
  SEED ("regions", 0, CHOICE (5, 2), CAPS (9, 40, 40), FRAME_WITH (32), 1, 5, 0, 5, 20, 20, 0, 0, 0, 40);
  SEED ("short", 0, CAPS (10, 40, 40), FRAME_WITH (32), 4, 90, 40, FRAME);
  SEED ("late", 0, CAPS (11, 20, 20), FRAME, 4, 0, 100, 0, 0, 0, 8, 16, FRAME, FRAME);
  SEED ("snapshot", 0, CHOICE (9, 1), CAPS (12, 20, 20), FRAME, EMIT (2), EVENT (7), 0, 3, FRAME, EVENT (3));
  SEED ("pace", 0, NUMBER (1, 2), NUMBER (2, 40), CAPS (13, 20, 20), FRAME, FRAME, FRAME);
  SEED ("threads", 1, STATE (0), NUMBER (0, 1), STATE (3), CAPS (14, 20, 20), FRAME);
  SEED ("times", 0, CAPS (15, 20, 20), FRAME_WITH (0), 210, FRAME_WITH (64), 230, 1, 2, 3, 4, 255, 255, 255, 255, 255);
  SEED ("adaptive", 0, CHOICE (7, 1), CAPS (12, 20, 20), FRAME, FRAME, FRAME, LOOK, FRAME_WITH (1), 3, 40);
  SEED ("digest", 0, CAPS (6, 16, 16), FRAME, CHOICE (8, 1), CHOICE (6, 1), FRAME, STATE (0), STATE (3), FRAME, LOOK);
  SEED ("meta", 0, CAPS (0, 20, 20), FRAME_WITH (16), 16, 250, 30, 0, 255, 1, 0, 0, 40, FRAME_WITH (16), 16, 255, 40);
  SEED ("interlaced", 0, 0, 16, 20, 20, 4 | 1, 2, FRAME, FRAME_WITH (32), 2, 255, 40);
}
