/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that are said to be a JPEG or PNG file. */
#include "memfile.h"
#include "outcome.h"
#include "target.h"

#include <derma/picture.h>

void
fuzz_target_start (void)
{
}

static guint
add_up (const guint8 *row, gsize n)
{
  guint sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += row[i];
  return sum;
}

/* All of the picture is there. */
static void
look_at (const DermaFrame *frame)
{
  g_autoptr (GError) error = NULL;
  volatile guint sum = 0;
  gsize row_bytes;
  guint rows;

  g_assert_true (derma_frame_check (frame, &error));
  for (guint plane = 0;
       derma_format_get_plane_size (frame->format, plane, frame->width, frame->height, &row_bytes, &rows); plane++)
    for (guint y = 0; y < rows; y += MAX (rows / 64, 1))
      sum = sum + add_up (frame->planes[plane] + (gsize)y * (gsize)frame->strides[plane], row_bytes);
}

void
fuzz_target_run (const guint8 *data, gsize size)
{
  const gchar *path = fuzz_memfile_write (data, size);
  g_autofree gchar *place = g_strdup_printf ("%s: ", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (DermaPicture) picture = derma_picture_load (path, &error);

  fuzz_outcome_check (picture != NULL, error, place);
  if (picture)
    look_at (derma_picture_get_frame (picture));
}
