/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stills.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

gdouble
still_colour (gdouble x, gdouble y, guint c)
{
  return floor (130.0 + 80.0 * sin (x * 0.06 + c) * cos (y * 0.05 - c));
}

static void
set_sampling (struct jpeg_compress_struct *info, StillKind kind)
{
  static const gint factors[][2] = { [STILL_420] = { 2, 2 },
                                     [STILL_422] = { 2, 1 },
                                     [STILL_444] = { 1, 1 },
                                     [STILL_411] = { 4, 1 },
                                     [STILL_440] = { 1, 2 } };

  if (kind == STILL_GREY)
    jpeg_set_colorspace (info, JCS_GRAYSCALE);
  else if (kind == STILL_RGB)
    jpeg_set_colorspace (info, JCS_RGB);
  else if (kind != STILL_CMYK) {
    info->comp_info[0].h_samp_factor = factors[kind][0];
    info->comp_info[0].v_samp_factor = factors[kind][1];
  }
}

static GBytes *
encode_jpeg (const Still *still)
{
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  guint n = still->kind == STILL_CMYK ? 4 : 3;
  g_autofree guint8 *row = g_malloc (still->width * n);
  unsigned char *data = NULL;
  unsigned long size = 0;

  info.err = jpeg_std_error (&errors);
  jpeg_create_compress (&info);
  jpeg_mem_dest (&info, &data, &size);
  info.image_width = still->width;
  info.image_height = still->height;
  info.input_components = (int)n;
  info.in_color_space = n == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults (&info);
  jpeg_set_quality (&info, 95, TRUE);
  set_sampling (&info, still->kind);
  if (still->progressive)
    jpeg_simple_progression (&info);
  jpeg_start_compress (&info, TRUE);
  for (guint y = 0; y < still->height; y++) {
    for (guint i = 0; i < still->width * n; i++)
      row[i] = (guint8)still_colour (i / n, y, i % n);
    jpeg_write_scanlines (&info, (JSAMPARRAY)&row, 1);
  }
  jpeg_finish_compress (&info);
  jpeg_destroy_compress (&info);
  return g_bytes_new_with_free_func (data, size, free, data);
}

static void
append (png_structp png, png_bytep data, png_size_t size)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint)size);
}

static GBytes *
encode_png (const Still *still)
{
  GByteArray *bytes = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  guint wide = still->kind == STILL_PNG_RGB16 ? 2 : 1, n = still->kind == STILL_PNG_CLEAR ? 4 : 3;
  g_autofree guint8 *row = g_malloc0 (still->width * n * wide);

  png_set_write_fn (png, bytes, append, NULL);
  png_set_IHDR (png, info, still->width, still->height, (int)wide * 8,
                n == 4 ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, info);
  for (guint y = 0; y < still->height; y++) {
    for (guint i = 0; i < still->width * n * wide; i++)
      row[i] = n == 4 && i % 4 == 3 ? 0 : (guint8)still_colour (i / wide / n, y, i / wide % n);
    png_write_row (png, row);
  }
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
still_encode (const Still *still)
{
  return still->kind < STILL_PNG_RGB ? encode_jpeg (still) : encode_png (still);
}

static guint32
checksum (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
  }
  return ~crc;
}

/* Signature 8, length 4, then "IHDR" and 13 bytes under the checksum. */
void
still_png_set_size (guint8 *png, guint32 width, guint32 height)
{
  png_save_uint_32 (png + 16, width);
  png_save_uint_32 (png + 20, height);
  png_save_uint_32 (png + 29, checksum (png + 12, 17));
}
