/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that become files, and pictures that are copies of frames. */
#define _GNU_SOURCE /* memmem */
#include "pixels.h"

#include <derma/derma.h>

#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>
#include <jpeglib.h>

static gchar *path;

static GBytes *
encode (const DermaFrame *frame, DermaPictureType type)
{
  const DermaPictureCoding coding = { .type = type, .quality = 95 };
  g_autoptr (GError) error = NULL;
  GBytes *bytes = derma_picture_encode (frame, &coding, &error);

  g_assert_no_error (error);
  return bytes;
}

static DermaPicture *
decode (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  DermaPicture *picture;

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), &error));
  picture = derma_picture_load (path, &error);
  g_assert_no_error (error);
  return picture;
}

static void
fill (const Pixels *pixels, guint c, guint8 value)
{
  for (guint y = 0; y < pixels->frame.height; y++)
    for (guint x = 0; x < pixels->frame.width; x++)
      *pixels_at (pixels, c, x, y) = value;
}

/* Codes of pure red, worked out by hand from the standards. */
static const struct {
  DermaMatrix matrix;
  DermaRange range;
  guint8 codes[3];
} reds[] = {
  { DERMA_MATRIX_BT601, DERMA_RANGE_LIMITED, { 81, 90, 240 } },
  { DERMA_MATRIX_BT601, DERMA_RANGE_FULL, { 76, 85, 255 } },
  { DERMA_MATRIX_BT709, DERMA_RANGE_LIMITED, { 63, 102, 240 } },
  { DERMA_MATRIX_BT709, DERMA_RANGE_FULL, { 54, 99, 255 } },
  { DERMA_MATRIX_BT2020, DERMA_RANGE_LIMITED, { 74, 97, 240 } },
};

static void
assert_red (const DermaPicture *picture)
{
  const DermaFrame *frame = derma_picture_get_frame (picture);

  g_assert_cmpint (frame->format, ==, DERMA_FORMAT_RGB);
  g_assert_cmpint (frame->range, ==, DERMA_RANGE_FULL);
  for (guint y = 0; y < frame->height; y++)
    for (guint x = 0; x < frame->width; x++) {
      const guint8 *rgb = frame->planes[0] + (gsize)y * frame->strides[0] + 3 * x;

      g_assert_cmpuint (rgb[0], >=, 253);
      g_assert_cmpuint (rgb[1], <=, 2);
      g_assert_cmpuint (rgb[2], <=, 2);
    }
}

/* Every way to write Y'CbCr, with rows that are followed by what must not be read. */
static void
test_colorimetry (void)
{
  for (guint format = DERMA_FORMAT_I420; format <= DERMA_FORMAT_UYVY; format++)
    for (guint i = 0; i < G_N_ELEMENTS (reds); i++) {
      g_autoptr (DermaPicture) direct = NULL, decoded = NULL;
      g_autoptr (GBytes) bytes = NULL;
      Pixels pixels;

      pixels_init (&pixels, format, 23, 17, 9);
      pixels.frame.matrix = reds[i].matrix;
      pixels.frame.range = reds[i].range;
      for (guint c = 0; c < 3; c++)
        fill (&pixels, c, reds[i].codes[c]);
      direct = derma_picture_new_rgb (&pixels.frame, NULL);
      assert_red (direct);
      bytes = encode (&pixels.frame, DERMA_PICTURE_PNG);
      decoded = decode (bytes);
      assert_red (decoded);
      pixels_clear (&pixels);
    }
}

static void
fill_differently (const Pixels *pixels, guint n)
{
  for (guint c = 0; c < n; c++)
    for (guint y = 0; y < pixels->frame.height; y++)
      for (guint x = 0; x < pixels->frame.width; x++)
        *pixels_at (pixels, c, x, y) = (guint8)(x * 7 + y * 11 + c * 50);
}

/* A PNG of RGB is the frame, to the bit. */
static void
test_png_exact (void)
{
  for (guint format = DERMA_FORMAT_RGB; format <= DERMA_FORMAT_ABGR; format++) {
    g_autoptr (DermaPicture) decoded = NULL;
    g_autoptr (GBytes) bytes = NULL;
    const DermaFrame *frame;
    Pixels pixels;

    pixels_init (&pixels, format, 31, 13, 5);
    fill_differently (&pixels, 3);
    bytes = encode (&pixels.frame, DERMA_PICTURE_PNG);
    decoded = decode (bytes);
    frame = derma_picture_get_frame (decoded);
    g_assert_cmpuint (frame->width, ==, 31);
    g_assert_cmpuint (frame->height, ==, 13);
    for (guint y = 0; y < 13; y++)
      for (guint x = 0; x < 31; x++)
        for (guint c = 0; c < 3; c++)
          g_assert_cmpuint (frame->planes[0][(gsize)y * frame->strides[0] + 3 * x + c], ==,
                            *pixels_at (&pixels, c, x, y));
    pixels_clear (&pixels);
  }
}

typedef struct {
  gint components;
  gint h;
  gint v;
} Sampling;

static Sampling
sampling_of (GBytes *bytes)
{
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  Sampling sampling;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  info.err = jpeg_std_error (&errors);
  jpeg_create_decompress (&info);
  jpeg_mem_src (&info, data, size);
  jpeg_read_header (&info, TRUE);
  sampling = (Sampling){ info.num_components, info.comp_info[0].h_samp_factor, info.comp_info[0].v_samp_factor };
  jpeg_destroy_decompress (&info);
  return sampling;
}

static void
test_jpeg_sampling (void)
{
  static const struct {
    DermaFormat format;
    Sampling sampling;
  } cases[] = { { DERMA_FORMAT_I420, { 3, 2, 2 } },  { DERMA_FORMAT_NV21, { 3, 2, 2 } },
                { DERMA_FORMAT_YUY2, { 3, 2, 1 } },  { DERMA_FORMAT_RGB, { 3, 1, 1 } },
                { DERMA_FORMAT_GRAY8, { 1, 1, 1 } }, { DERMA_FORMAT_BGRA, { 3, 1, 1 } } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = NULL;
    Sampling sampling;
    Pixels pixels;

    pixels_init (&pixels, cases[i].format, 33, 35, 3);
    for (guint c = 0; c < (cases[i].format == DERMA_FORMAT_GRAY8 ? 1u : 3u); c++)
      fill (&pixels, c, 120);
    bytes = encode (&pixels.frame, DERMA_PICTURE_JPEG);
    sampling = sampling_of (bytes);
    g_assert_cmpint (sampling.components, ==, cases[i].sampling.components);
    g_assert_cmpint (sampling.h, ==, cases[i].sampling.h);
    g_assert_cmpint (sampling.v, ==, cases[i].sampling.v);
    pixels_clear (&pixels);
  }
}

/* Fewer bytes than with defaults, of colour by coarser chroma, of grey by codes alone: its pixels are the same. */
static void
test_small_jpeg (void)
{
  static const DermaFormat formats[] = { DERMA_FORMAT_GRAY8, DERMA_FORMAT_RGB, DERMA_FORMAT_YUY2 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    const DermaPictureCoding coding = { .type = DERMA_PICTURE_JPEG, .quality = 95, .small = TRUE };
    g_autoptr (DermaPicture) picture = NULL, small_picture = NULL;
    g_autoptr (GBytes) bytes = NULL, small = NULL;
    gboolean grey = formats[i] == DERMA_FORMAT_GRAY8;
    Pixels pixels;

    pixels_init (&pixels, formats[i], 63, 35, 3);
    for (guint c = 0; c < (grey ? 1u : 3u); c++)
      for (guint n = 0; n < 63 * 35; n++)
        *pixels_at (&pixels, c, n % 63, n / 63) = (guint8)(100 + n % 17);
    bytes = encode (&pixels.frame, DERMA_PICTURE_JPEG);
    small = derma_picture_encode (&pixels.frame, &coding, NULL);
    g_assert_cmpuint (g_bytes_get_size (small), <, g_bytes_get_size (bytes));
    g_assert_cmpint (sampling_of (small).v, ==, grey ? 1 : 2);
    g_assert_cmpint (sampling_of (small).h, ==, grey ? 1 : 2);
    picture = decode (bytes);
    small_picture = decode (small);
    if (grey)
      g_assert_cmpmem (derma_picture_get_pixels (picture), 63, derma_picture_get_pixels (small_picture), 63);
    pixels_clear (&pixels);
  }
}

/* What jpegdec would give of a camera's JPEG comes back as it was, but for rounding. */
static void
test_jpeg_again (void)
{
  g_autoptr (DermaPicture) decoded = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const DermaFrame *frame;
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_I420, 48, 32, 0);
  pixels.frame.matrix = DERMA_MATRIX_BT601;
  for (guint y = 0; y < 32; y++)
    for (guint x = 0; x < 48; x++)
      *pixels_at (&pixels, 0, x, y) = (guint8)(60 + 2 * x + y);
  fill (&pixels, 1, 118);
  fill (&pixels, 2, 150);
  bytes = encode (&pixels.frame, DERMA_PICTURE_JPEG);
  decoded = decode (bytes);
  frame = derma_picture_get_frame (decoded);
  g_assert_cmpint (frame->format, ==, DERMA_FORMAT_I420);
  for (guint y = 0; y < 32; y++)
    for (guint x = 0; x < 48; x++)
      g_assert_cmpint (ABS (frame->planes[0][(gsize)y * frame->strides[0] + x] - *pixels_at (&pixels, 0, x, y)), <=, 4);
  for (guint i = 0; i < 24; i++) {
    g_assert_cmpint (ABS (frame->planes[1][i] - 118), <=, 3);
    g_assert_cmpint (ABS (frame->planes[2][i] - 150), <=, 3);
  }
  pixels_clear (&pixels);
}

static void
test_grey (void)
{
  for (guint type = 0; type < DERMA_N_PICTURE_TYPES; type++) {
    g_autoptr (DermaPicture) decoded = NULL;
    g_autoptr (GBytes) bytes = NULL;
    Pixels pixels;

    pixels_init (&pixels, DERMA_FORMAT_GRAY8, 1, 1, 0);
    *pixels_at (&pixels, 0, 0, 0) = 99;
    bytes = encode (&pixels.frame, type);
    decoded = decode (bytes);
    g_assert_cmpint (ABS (derma_picture_get_pixels (decoded)[0] - 99), <=, 2);
    pixels_clear (&pixels);
  }
}

/* Finds what a file carries, of which the ends are known. */
static gboolean
holds (GBytes *bytes, const gchar *text)
{
  gsize size;
  const gchar *data = g_bytes_get_data (bytes, &size);

  return memmem (data, size, text, strlen (text)) != NULL;
}

static void
test_metadata (void)
{
  g_autoptr (GBytes) exif = g_bytes_new_static ("II*\0\10\0\0\0\0\0exif-ends", 19);
  g_autoptr (GBytes) xmp = g_bytes_new_static ("<x:xmpmeta>xmp-ends", 19);
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_GRAY8, 3, 3, 0);
  for (guint type = 0; type < DERMA_N_PICTURE_TYPES; type++) {
    const DermaPictureCoding coding = { .type = type, .quality = 50, .exif = exif, .xmp = xmp };
    g_autoptr (GBytes) bytes = derma_picture_encode (&pixels.frame, &coding, NULL);

    g_assert_true (holds (bytes, "exif-ends"));
    g_assert_true (holds (bytes, "xmp-ends"));
    g_assert_true (holds (bytes, type == DERMA_PICTURE_PNG ? "XML:com.adobe.xmp" : "http://ns.adobe.com/xap/1.0/"));
    g_assert_true (holds (bytes, type == DERMA_PICTURE_PNG ? "eXIf" : "Exif"));
    derma_picture_free (decode (bytes));
  }
  pixels_clear (&pixels);
}

static void
assert_refused (const DermaFrame *frame, const DermaPictureCoding *coding, DermaError code, const gchar *cause)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (derma_picture_encode (frame, coding, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, cause));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_refused (void)
{
  const DermaPictureCoding good = { .type = DERMA_PICTURE_JPEG, .quality = 90 };
  g_autofree gchar *much = g_malloc0 (DERMA_MAX_METADATA + 1);
  g_autoptr (GBytes) large = g_bytes_new_static (much, DERMA_MAX_METADATA + 1);
  DermaPictureCoding coding = good;
  DermaFrame frame;
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_RGB, 4, 4, 0);
  coding.quality = 0;
  assert_refused (&pixels.frame, &coding, DERMA_ERROR_ARGUMENT, "quality: 0 ");
  coding.quality = 101;
  assert_refused (&pixels.frame, &coding, DERMA_ERROR_ARGUMENT, "quality: 101 ");
  coding = good;
  coding.type = (DermaPictureType)7;
  assert_refused (&pixels.frame, &coding, DERMA_ERROR_ARGUMENT, "type: unknown value 7");
  coding = good;
  coding.exif = large;
  assert_refused (&pixels.frame, &coding, DERMA_ERROR_LIMIT, "Exif: 65501 bytes");
  coding = good;
  coding.xmp = large;
  assert_refused (&pixels.frame, &coding, DERMA_ERROR_LIMIT, "XMP: 65501 bytes");
  frame = pixels.frame;
  frame.strides[0] = 3;
  assert_refused (&frame, &good, DERMA_ERROR_ARGUMENT, "frame: ");
  frame = pixels.frame;
  frame.width = frame.height = DERMA_MAX_SIDE;
  frame.strides[0] = 3 * DERMA_MAX_SIDE;
  assert_refused (&frame, &good, DERMA_ERROR_LIMIT, "16384x16384");
  pixels_clear (&pixels);
}

/* As much metadata as is allowed fits into both kinds of file. */
static void
test_most_metadata (void)
{
  g_autofree gchar *much = g_strnfill (DERMA_MAX_METADATA, 'm');
  g_autoptr (GBytes) large = g_bytes_new_static (much, DERMA_MAX_METADATA);
  Pixels pixels;

  pixels_init (&pixels, DERMA_FORMAT_RGB, 4, 4, 0);
  for (guint type = 0; type < DERMA_N_PICTURE_TYPES; type++) {
    const DermaPictureCoding coding = { .type = type, .quality = 1, .xmp = large };
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = derma_picture_encode (&pixels.frame, &coding, &error);

    g_assert_no_error (error);
    derma_picture_free (decode (bytes));
  }
  pixels_clear (&pixels);
}

/* A copy without the padding, in memory that stays as long as it can. */
static void
test_assign (void)
{
  g_autoptr (DermaPicture) picture = derma_picture_new ();
  const guint8 *memory = NULL;

  g_assert_null (derma_picture_get_pixels (picture));
  for (guint format = 0; format < DERMA_N_FORMATS; format++)
    for (guint i = 0; i < 2; i++) {
      const guint n = format == DERMA_FORMAT_GRAY8 ? 1 : 3;
      Pixels pixels, copy = { .data = { NULL } };

      pixels_init (&pixels, format, 19, 11, 7);
      pixels.frame.matrix = DERMA_MATRIX_BT2020;
      pixels.frame.range = DERMA_RANGE_LIMITED;
      fill_differently (&pixels, n);
      g_assert_true (derma_picture_assign (picture, &pixels.frame, NULL));
      copy.frame = *derma_picture_get_frame (picture);
      for (guint p = 0; p < 3; p++)
        copy.data[p] = (guint8 *)copy.frame.planes[p];
      for (guint c = 0; c < n; c++)
        for (guint y = 0; y < 11; y++)
          for (guint x = 0; x < 19; x++)
            g_assert_cmpuint (*pixels_at (&copy, c, x, y), ==, *pixels_at (&pixels, c, x, y));
      g_assert_cmpint (copy.frame.matrix, ==, DERMA_MATRIX_BT2020);
      g_assert_cmpint (copy.frame.range, ==, DERMA_RANGE_LIMITED);
      if (i > 0)
        g_assert_true (derma_picture_get_pixels (picture) == memory);
      memory = derma_picture_get_pixels (picture);
      pixels_clear (&pixels);
    }
}

static void
test_assign_refused (void)
{
  g_autoptr (DermaPicture) picture = derma_picture_new ();
  g_autoptr (GError) error = NULL;
  DermaFrame frame;
  Pixels pixels;

  g_assert_false (derma_picture_assign (picture, NULL, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_clear_error (&error);
  pixels_init (&pixels, DERMA_FORMAT_RGB, 4, 4, 0);
  g_assert_true (derma_picture_assign (picture, &pixels.frame, &error));
  frame = pixels.frame;
  frame.width = frame.height = DERMA_MAX_SIDE;
  frame.strides[0] = 3 * DERMA_MAX_SIDE;
  g_assert_false (derma_picture_assign (picture, &frame, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  g_assert_null (derma_picture_get_pixels (picture));
  g_clear_error (&error);
  g_assert_null (derma_picture_new_rgb (&frame, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_LIMIT);
  pixels_clear (&pixels);
}

static void
test_suffix (void)
{
  g_assert_cmpstr (derma_picture_type_get_suffix (DERMA_PICTURE_JPEG), ==, "jpg");
  g_assert_cmpstr (derma_picture_type_get_suffix (DERMA_PICTURE_PNG), ==, "png");
  g_assert_null (derma_picture_type_get_suffix (DERMA_N_PICTURE_TYPES));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_close (g_file_open_tmp ("derma-encode-XXXXXX", &path, NULL), NULL);
  g_test_add_func ("/encode/colorimetry", test_colorimetry);
  g_test_add_func ("/encode/png-exact", test_png_exact);
  g_test_add_func ("/encode/jpeg-sampling", test_jpeg_sampling);
  g_test_add_func ("/encode/small-jpeg", test_small_jpeg);
  g_test_add_func ("/encode/jpeg-again", test_jpeg_again);
  g_test_add_func ("/encode/grey", test_grey);
  g_test_add_func ("/encode/metadata", test_metadata);
  g_test_add_func ("/encode/refused", test_refused);
  g_test_add_func ("/encode/most-metadata", test_most_metadata);
  g_test_add_func ("/encode/assign", test_assign);
  g_test_add_func ("/encode/assign-refused", test_assign_refused);
  g_test_add_func ("/encode/suffix", test_suffix);
  result = g_test_run ();
  g_unlink (path);
  g_free (path);
  return result;
}
