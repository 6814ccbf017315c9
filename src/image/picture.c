/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <derma/error.h>
#include <derma/picture.h>

#include "image/decode.h"
#include "image/layout.h"
#include "image/rgb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define MAX_BYTES (64 * 1024 * 1024)
#define MAX_PIXELS (1u << 27)

gboolean
derma_picture_check_size (guint width, guint height, GError **error)
{
  if (width >= 1 && height >= 1 && width <= DERMA_MAX_SIDE && height <= DERMA_MAX_SIDE && width * height <= MAX_PIXELS)
    return TRUE;
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT, "size: %ux%u exceeds %d a side or %u pixels", width, height,
               DERMA_MAX_SIDE, MAX_PIXELS);
  return FALSE;
}

gboolean
derma_picture_allocate (DermaPicture *picture, DermaFormat format, guint width, guint height, GError **error)
{
  const DermaLayout *layout = derma_layout_get (format);
  gsize offsets[3] = { 0 }, size = 0;

  if (!derma_picture_check_size (width, height, error))
    return FALSE;
  picture->frame = (DermaFrame){
    .format = format, .width = width, .height = height, .matrix = DERMA_MATRIX_BT601, .range = DERMA_RANGE_FULL
  };
  for (guint i = 0; i < layout->n_planes; i++) {
    guint shift = layout->planes[i].yshift;
    gsize row = derma_layout_row_bytes (layout, i, width);

    picture->frame.strides[i] = (gint)row;
    offsets[i] = size;
    size += row * ((height + (1u << shift) - 1) >> shift);
  }
  picture->data = g_try_malloc0 (size);
  if (picture->data == NULL) {
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "no memory for %ux%u pixels", width, height);
    return FALSE;
  }
  for (guint i = 0; i < layout->n_planes; i++)
    picture->frame.planes[i] = picture->data + offsets[i];
  return TRUE;
}

static gboolean
fail (GError **error, DermaError code, const gchar *cause)
{
  g_set_error_literal (error, DERMA_ERROR, code, cause);
  return FALSE;
}

static gboolean
check_file (gint fd, gsize *size, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) < 0)
    return fail (error, DERMA_ERROR_FILE, g_strerror (errno));
  if (S_ISDIR (status.st_mode))
    return fail (error, DERMA_ERROR_FILE, g_strerror (EISDIR));
  if (!S_ISREG (status.st_mode))
    return fail (error, DERMA_ERROR_FILE, "Not a regular file");
  if (status.st_size == 0)
    return fail (error, DERMA_ERROR_FORMAT, "The file is empty");
  if (status.st_size > MAX_BYTES)
    return fail (error, DERMA_ERROR_LIMIT, "The file is larger than 64 MiB");
  *size = (gsize)status.st_size;
  return TRUE;
}

static guint8 *
read_all (gint fd, gsize *size, GError **error)
{
  g_autofree guint8 *data = NULL;
  gsize done = 0;

  if (!check_file (fd, size, error))
    return NULL;
  data = g_try_malloc (*size);
  if (data == NULL) {
    fail (error, DERMA_ERROR_RUNTIME, "no memory for the file");
    return NULL;
  }
  while (done < *size) {
    gssize n = read (fd, data + done, *size - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      fail (error, DERMA_ERROR_FILE, g_strerror (errno));
    if (n < 0)
      return NULL;
    if (n == 0)
      break;
    done += (gsize)n;
  }
  *size = done;
  return g_steal_pointer (&data);
}

/* A pipe without a writer must not block the open. */
static guint8 *
read_file (const gchar *path, gsize *size, GError **error)
{
  gint fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  guint8 *data;

  if (fd < 0) {
    fail (error, DERMA_ERROR_FILE, g_strerror (errno));
    return NULL;
  }
  data = read_all (fd, size, error);
  close (fd);
  return data;
}

static gboolean
decode (DermaPicture *picture, const gchar *path, GError **error)
{
  gsize size = 0;
  g_autofree guint8 *data = read_file (path, &size, error);

  if (data == NULL)
    return FALSE;
  if (size >= 3 && memcmp (data, "\xff\xd8\xff", 3) == 0)
    return derma_picture_decode_jpeg (picture, data, size, error);
  if (size >= 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0)
    return derma_picture_decode_png (picture, data, size, error);
  return fail (error, DERMA_ERROR_FORMAT, "Neither a JPEG nor a PNG file");
}

DermaPicture *
derma_picture_load (const gchar *path, GError **error)
{
  g_autoptr (DermaPicture) picture = g_new0 (DermaPicture, 1);

  if (!decode (picture, path, error)) {
    g_autofree gchar *name = g_filename_display_name (path);

    g_prefix_error (error, "%s: ", name);
    return NULL;
  }
  return g_steal_pointer (&picture);
}

void
derma_picture_free (DermaPicture *picture)
{
  if (picture == NULL)
    return;
  g_free (picture->data);
  g_free (picture);
}

DermaPicture *
derma_picture_new (void)
{
  return g_new0 (DermaPicture, 1);
}

/* Whether the memory it has is laid out as @frame needs it. */
static gboolean
has_room (const DermaPicture *picture, const DermaFrame *frame)
{
  return picture->data && picture->frame.format == frame->format && picture->frame.width == frame->width
         && picture->frame.height == frame->height;
}

gboolean
derma_picture_assign (DermaPicture *picture, const DermaFrame *frame, GError **error)
{
  const DermaLayout *layout;

  if (!derma_frame_check (frame, error))
    return FALSE;
  if (!has_room (picture, frame)) {
    g_free (picture->data);
    *picture = (DermaPicture){ .data = NULL };
    if (!derma_picture_allocate (picture, frame->format, frame->width, frame->height, error))
      return FALSE;
  }
  picture->frame.matrix = frame->matrix;
  picture->frame.range = frame->range;
  layout = derma_layout_get (frame->format);
  for (guint i = 0; i < layout->n_planes; i++) {
    const guint shift = layout->planes[i].yshift;
    const gsize row = derma_layout_row_bytes (layout, i, frame->width);
    guint8 *out = picture->data + (picture->frame.planes[i] - picture->data);

    for (guint y = 0; y < (frame->height + (1u << shift) - 1) >> shift; y++)
      memcpy (out + y * row, frame->planes[i] + (gsize)y * frame->strides[i], row);
  }
  return TRUE;
}

DermaPicture *
derma_picture_new_rgb (const DermaFrame *frame, GError **error)
{
  g_autoptr (DermaPicture) picture = derma_picture_new ();
  DermaColour colour = { .channels = 3 };

  if (!derma_frame_check (frame, error)
      || !derma_picture_allocate (picture, DERMA_FORMAT_RGB, frame->width, frame->height, error))
    return NULL;
  derma_colour_set (&colour, frame);
  for (guint y = 0; y < frame->height; y++)
    derma_rgb_row (frame, &colour, y, picture->data + (gsize)y * picture->frame.strides[0]);
  return g_steal_pointer (&picture);
}

guint8 *
derma_picture_get_pixels (DermaPicture *picture)
{
  return picture->data;
}

const DermaFrame *
derma_picture_get_frame (const DermaPicture *picture)
{
  return &picture->frame;
}
