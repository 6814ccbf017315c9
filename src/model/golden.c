/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/metadata.h>

void
derma_golden_fill (gfloat *values, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    guint32 hash = (guint32)i * 2654435761u;

    values[i] = (gfloat)(hash >> 8) / 16777216.0f * 2.0f - 1.0f;
  }
}
