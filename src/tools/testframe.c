/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/testframe.h"

#define ALIGNMENT 64

static gsize
padded (gsize bytes)
{
  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void
derma_test_frame_init (DermaTestFrame *test, DermaFormat format, guint width, guint height)
{
  gsize offsets[3] = { 0 }, size = 0, row;
  guint n = 0, rows;

  test->frame = (DermaFrame){ format, width, height, DERMA_MATRIX_BT709, DERMA_RANGE_LIMITED, { NULL }, { 0 } };
  for (; n < 3 && derma_format_get_plane_size (format, n, width, height, &row, &rows); n++) {
    test->frame.strides[n] = (gint)padded (row);
    offsets[n] = size;
    size += padded (row) * rows;
  }
  test->memory = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    test->memory[i] = (guint8)(i * 2654435761u >> 16);
  for (guint i = 0; i < n; i++)
    test->frame.planes[i] = test->memory + offsets[i];
}

void
derma_test_frame_clear (DermaTestFrame *test)
{
  g_clear_pointer (&test->memory, g_free);
}
