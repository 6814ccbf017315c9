/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/encode.h"

#include <derma/error.h>

#include "image/layout.h"
#include "image/rgb.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#define FIRST_ROOM (64 * 1024) /* bytes */

/* What Exif and XMP begin with in a JPEG, each with the zeros that end it (Exif 2.3 4.7.2; XMP part 3, 1.1.3). */
static const gchar exif_mark[] = "Exif\0";
static const gchar xmp_mark[] = "http://ns.adobe.com/xap/1.0/";

/* Everything that lives across a jump out of libjpeg is in here. */
typedef struct {
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  jmp_buf escape;
  gchar message[JMSG_LENGTH_MAX];
  guint8 *data;
  gsize room;
} Writer;

static G_NORETURN void
on_error (j_common_ptr info)
{
  Writer *writer = info->client_data;

  info->err->format_message (info, writer->message);
  longjmp (writer->escape, 1);
}

static void
on_message (j_common_ptr info, int level)
{
}

/* libjpeg's own destination in memory does not say where its memory is when there is no more of it. */
static void
grow (j_compress_ptr info)
{
  Writer *writer = info->client_data;
  const gsize room = writer->room ? 2 * writer->room : FIRST_ROOM;
  guint8 *grown = g_try_realloc (writer->data, room);

  if (!grown) {
    g_strlcpy (writer->message, "not enough memory", sizeof writer->message);
    longjmp (writer->escape, 1);
  }
  writer->data = grown;
  writer->destination.next_output_byte = grown + writer->room;
  writer->destination.free_in_buffer = room - writer->room;
  writer->room = room;
}

static boolean
on_full (j_compress_ptr info)
{
  grow (info);
  return TRUE;
}

static void
on_end (j_compress_ptr info)
{
}

static void
write_metadata (j_compress_ptr info, const gchar *mark, gsize length, GBytes *bytes)
{
  gsize size;
  const guint8 *data;

  if (!bytes)
    return;
  data = g_bytes_get_data (bytes, &size);
  jpeg_write_m_header (info, JPEG_APP0 + 1, (guint)(length + size));
  for (gsize i = 0; i < length; i++)
    jpeg_write_m_byte (info, mark[i]);
  for (gsize i = 0; i < size; i++)
    jpeg_write_m_byte (info, data[i]);
}

/* Chroma as coarse as that of the frame, or half as fine both ways: what libjpeg's defaults give a colour picture. */
static void
set_sampling (j_compress_ptr info, const DermaEncoding *encoding)
{
  const DermaLayout *layout = derma_layout_get (encoding->frame->format);
  const DermaComponent *chroma = &layout->components[1];

  if (encoding->coding->small)
    return;
  for (gint c = 0; c < info->num_components; c++)
    info->comp_info[c].h_samp_factor = info->comp_info[c].v_samp_factor = 1;
  if (layout->family != DERMA_FAMILY_YCBCR)
    return;
  info->comp_info[0].h_samp_factor = 1 << chroma->xshift;
  info->comp_info[0].v_samp_factor = 1 << layout->planes[chroma->plane].yshift;
}

static void
start (j_compress_ptr info, const DermaEncoding *encoding)
{
  info->image_width = encoding->frame->width;
  info->image_height = encoding->frame->height;
  info->input_components = (gint)encoding->colour.channels;
  info->in_color_space = encoding->colour.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults (info);
  jpeg_set_quality (info, (gint)encoding->coding->quality, TRUE);
  set_sampling (info, encoding);
  info->optimize_coding = encoding->coding->small;
  jpeg_start_compress (info, TRUE);
}

static void
encode (Writer *writer, const DermaEncoding *encoding)
{
  j_compress_ptr info = &writer->info;
  JSAMPROW row = encoding->row;

  jpeg_create_compress (info);
  info->dest = &writer->destination;
  start (info, encoding);
  write_metadata (info, exif_mark, sizeof exif_mark, encoding->coding->exif);
  write_metadata (info, xmp_mark, sizeof xmp_mark, encoding->coding->xmp);
  for (guint y = 0; y < encoding->frame->height; y++) {
    derma_rgb_row (encoding->frame, &encoding->colour, y, row);
    jpeg_write_scanlines (info, &row, 1);
  }
  jpeg_finish_compress (info);
}

GBytes *
derma_encoding_to_jpeg (const DermaEncoding *encoding, GError **error)
{
  g_autofree Writer *writer = g_new0 (Writer, 1);
  volatile gboolean done = FALSE;

  writer->info.err = jpeg_std_error (&writer->errors);
  writer->info.client_data = writer;
  writer->errors.error_exit = on_error;
  writer->errors.emit_message = on_message;
  writer->destination.init_destination = grow;
  writer->destination.empty_output_buffer = on_full;
  writer->destination.term_destination = on_end;
  if (setjmp (writer->escape) == 0) {
    encode (writer, encoding);
    done = TRUE;
  }
  jpeg_destroy_compress (&writer->info);
  if (done)
    return g_bytes_new_take (writer->data, writer->room - writer->destination.free_in_buffer);
  g_free (writer->data);
  g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "JPEG: %s", writer->message);
  return NULL;
}
