/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/encode.h"

#include <derma/error.h>

#include "image/rgb.h"

#include <png.h>
#include <string.h>

/* Everything that lives across a jump out of libpng is in here. */
typedef struct {
  guint8 *data;
  gsize size;
  gsize room;
  gchar *packet;      /* XMP, with a zero at its end */
  const gchar *cause; /* of an error, where libpng calls it something else */
  gchar message[256];
} Writer;

static G_NORETURN void
on_error (png_structp png, png_const_charp message)
{
  Writer *writer = png_get_error_ptr (png);

  g_strlcpy (writer->message, writer->cause ? writer->cause : message, sizeof writer->message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
append (png_structp png, png_bytep data, png_size_t size)
{
  Writer *writer = png_get_io_ptr (png);
  gsize room = MAX (writer->room * 2, writer->size + size);
  guint8 *grown;

  if (size > writer->room - writer->size) {
    grown = g_try_realloc (writer->data, room);
    if (!grown)
      png_error (png, "no memory");
    writer->data = grown;
    writer->room = room;
  }
  memcpy (writer->data + writer->size, data, size);
  writer->size += size;
}

static void
flush (png_structp png)
{
}

/* The keyword is the one of XMP part 3, 1.1.5. */
static void
set_metadata (png_structp png, png_infop info, const DermaPictureCoding *coding)
{
  png_text text = { .compression = PNG_ITXT_COMPRESSION_NONE, .key = (gchar *)"XML:com.adobe.xmp" };
  Writer *writer = png_get_error_ptr (png);
  gsize size;

  writer->cause = "no memory for the metadata";
  if (coding->exif) {
    gconstpointer data = g_bytes_get_data (coding->exif, &size);

    png_set_eXIf_1 (png, info, (png_uint_32)size, (png_bytep)data);
  }
  if (coding->xmp) {
    gconstpointer data = g_bytes_get_data (coding->xmp, &size);

    text.text = writer->packet = g_strndup (data, size);
    png_set_text (png, info, &text, 1);
  }
  writer->cause = NULL;
}

static void
encode (png_structp png, png_infop info, const DermaEncoding *encoding)
{
  const DermaFrame *frame = encoding->frame;

  png_set_IHDR (png, info, frame->width, frame->height, 8,
                encoding->colour.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  set_metadata (png, info, encoding->coding);
  png_write_info (png, info);
  for (guint y = 0; y < frame->height; y++) {
    derma_rgb_row (frame, &encoding->colour, y, encoding->row);
    png_write_row (png, encoding->row);
  }
  png_write_end (png, NULL);
}

GBytes *
derma_encoding_to_png (const DermaEncoding *encoding, GError **error)
{
  Writer writer = { .size = 0 };
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &writer, on_error, on_warning);
  png_infop info = png ? png_create_info_struct (png) : NULL;
  volatile gboolean done = FALSE;

  g_strlcpy (writer.message, "no memory", sizeof writer.message);
  if (info && setjmp (png_jmpbuf (png)) == 0) {
    png_set_write_fn (png, &writer, append, flush);
    encode (png, info, encoding);
    done = TRUE;
  }
  png_destroy_write_struct (&png, &info);
  g_free (writer.packet);
  if (done)
    return g_bytes_new_take (writer.data, writer.size);
  g_free (writer.data);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "PNG: %s", writer.message);
  return NULL;
}
