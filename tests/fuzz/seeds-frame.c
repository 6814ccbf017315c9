/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include <derma/frame.h>

static void
seed_frame (FuzzSeeds *seeds, guint8 what, guint8 format, guint8 width, guint8 height, guint8 padding)
{
  GByteArray *array = g_byte_array_new ();
  const guint8 head[] = { what,
                          (guint8)(what * 5 + format),
                          /* rectangle */ 1,
                          0,
                          2,
                          0,
                          (guint8)(width / 2),
                          0,
                          (guint8)(height / 2),
                          0,
                          1,
                          format,
                          width,
                          height,
                          (guint8)(what % 5),
                          (guint8)(what % 2),
                          padding,
                          0,
                          padding };

  g_byte_array_append (array, head, sizeof head);
  for (guint i = 0; i < 97; i++)
    g_byte_array_append (array, (const guint8[]){ (guint8)(i * i * 7 + format) }, 1);
  fuzz_seeds_take_bytes (seeds, "frame", g_byte_array_free_to_bytes (array));
}

void
fuzz_target_seed (FuzzSeeds *seeds)
{
  for (guint8 format = 0; format < DERMA_N_FORMATS; format++) {
    seed_frame (seeds, (guint8)(96 + format), format, 31, 32, 5);
    seed_frame (seeds, (guint8)(8 + format * 3), format, 127, 127, 0);
  }
  seed_frame (seeds, 255, DERMA_N_FORMATS, 3, 3, 0);
  seed_frame (seeds, 255, DERMA_FORMAT_I420, 0, 0, 255);
}
