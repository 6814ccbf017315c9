/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stills.h"

#include <derma/derma.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static gchar *folder;

static gchar *
write_file (const gchar *name, gconstpointer data, gsize size)
{
  gchar *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  return path;
}

static void
assert_fails (const gchar *path, DermaError code, const gchar *cause)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *start = g_strconcat (path, ": ", NULL);

  g_assert_null (derma_picture_load (path, &error));
  g_assert_error (error, DERMA_ERROR, (gint)code);
  g_assert_true (g_str_has_prefix (error->message, start));
  g_assert_nonnull (strstr (error->message + strlen (start), cause));
  g_assert_null (strchr (error->message, '\n'));
}

static void
assert_data_fails (gconstpointer data, gsize size, DermaError code, const gchar *cause)
{
  g_autofree gchar *path = write_file ("bad", data, size);

  assert_fails (path, code, cause);
}

static DermaPicture *
load (const Still *still)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = still_encode (still);
  g_autofree gchar *path = write_file ("good", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  DermaPicture *picture = derma_picture_load (path, &error);

  g_assert_no_error (error);
  g_assert_true (derma_frame_check (derma_picture_get_frame (picture), NULL));
  return picture;
}

static void
test_jpeg (void)
{
  static const struct {
    StillKind kind;
    DermaFormat format;
  } kinds[] = { { STILL_420, DERMA_FORMAT_I420 },  { STILL_422, DERMA_FORMAT_I420 }, { STILL_444, DERMA_FORMAT_I420 },
                { STILL_411, DERMA_FORMAT_I420 },  { STILL_440, DERMA_FORMAT_I420 }, { STILL_RGB, DERMA_FORMAT_RGB },
                { STILL_GREY, DERMA_FORMAT_GRAY8 } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint side = 1; side < 70; side += 11) {
      const Still still = { kinds[i].kind, side, 80 - side, side & 1 };
      g_autoptr (DermaPicture) picture = load (&still);
      const DermaFrame *frame = derma_picture_get_frame (picture);

      g_assert_cmpint (frame->format, ==, kinds[i].format);
      g_assert_cmpuint (frame->width, ==, side);
      g_assert_cmpuint (frame->height, ==, 80 - side);
      g_assert_cmpint (frame->range, ==, DERMA_RANGE_FULL);
      g_assert_cmpint (frame->matrix, ==, DERMA_MATRIX_BT601);
    }
}

/* The picture is the one that was encoded: the sampler sees its colours, whatever the subsampling. */
static void
test_jpeg_colours (void)
{
  static const StillKind kinds[] = { STILL_420, STILL_422, STILL_444, STILL_411, STILL_440, STILL_RGB };
  static const gfloat zero[3] = { 0 }, one[3] = { 1, 1, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const Still still = { kinds[i], 97, 65, FALSE };
    g_autoptr (DermaPicture) picture = load (&still);
    g_autoptr (DermaSampler) sampler = derma_sampler_new (8, 8, 3, zero, one);
    const DermaRect rect = { 0, 0, 96, 64 };
    gfloat output[192];

    g_assert_true (derma_sampler_run (sampler, derma_picture_get_frame (picture), &rect, output, NULL));
    for (guint y = 0; y < 8; y++)
      for (guint x = 0; x < 8; x++)
        for (guint c = 0; c < 3; c++)
          g_assert_cmpfloat_with_epsilon (output[(y * 8 + x) * 3 + c] * 255.0,
                                          still_colour (x * 12 + 5.5, y * 8 + 3.5, c), 6.0);
  }
}

static void
test_png (void)
{
  static const StillKind kinds[] = { STILL_PNG_RGB, STILL_PNG_RGB16 };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const Still still = { kinds[i], 33, 21, FALSE };
    g_autoptr (DermaPicture) picture = load (&still);
    const DermaFrame *frame = derma_picture_get_frame (picture);

    g_assert_cmpint (frame->format, ==, DERMA_FORMAT_RGB);
    g_assert_cmpint (frame->range, ==, DERMA_RANGE_FULL);
    for (guint y = 0; y < 21; y++)
      for (guint x = 0; x < 33; x++)
        for (guint c = 0; c < 3; c++)
          g_assert_cmpint (ABS (frame->planes[0][y * frame->strides[0] + 3 * x + c] - (gint)still_colour (x, y, c)), <=,
                           1);
  }
}

static void
test_png_alpha (void)
{
  const Still still = { STILL_PNG_CLEAR, 9, 9, FALSE };
  g_autoptr (DermaPicture) picture = load (&still);
  const DermaFrame *frame = derma_picture_get_frame (picture);

  for (guint i = 0; i < 9 * 27; i++)
    g_assert_cmpint (frame->planes[0][i], ==, 0);
}

static void
test_truncated (void)
{
  static const Still stills[] = { { STILL_420, 64, 48, FALSE },
                                  { STILL_420, 64, 48, TRUE },
                                  { STILL_GREY, 31, 9, FALSE },
                                  { STILL_PNG_RGB, 40, 30, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (stills); i++) {
    g_autoptr (GBytes) bytes = still_encode (&stills[i]);
    gsize size = g_bytes_get_size (bytes);

    for (gsize n = 8; n < size - 16; n += 1 + size / 50)
      assert_data_fails (g_bytes_get_data (bytes, NULL), n, DERMA_ERROR_FORMAT, i < 3 ? "JPEG: " : "PNG: ");
  }
}

/* Whatever is flipped: a picture or one clear line, never a crash. */
static void
test_flipped (void)
{
  static const Still stills[] = { { STILL_420, 40, 33, FALSE },
                                  { STILL_444, 40, 33, TRUE },
                                  { STILL_PNG_RGB, 20, 15, FALSE } };
  guint refused = 0;

  for (guint i = 0; i < 1500; i++) {
    g_autoptr (GBytes) bytes = still_encode (&stills[i % G_N_ELEMENTS (stills)]);
    g_autoptr (GError) error = NULL;
    g_autofree gchar *path = NULL;
    gsize size;
    g_autofree guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&bytes), &size);
    g_autoptr (DermaPicture) picture = NULL;

    for (guint k = 0; k <= i % 3; k++)
      data[g_test_rand_int_range (3, (gint)size)] ^= (guint8)(1 << g_test_rand_int_range (0, 8));
    path = write_file ("flipped", data, size);
    picture = derma_picture_load (path, &error);
    g_assert_true ((picture == NULL) == (error != NULL));
    refused += error != NULL;
    if (error != NULL)
      g_assert_null (strchr (error->message, '\n'));
    else
      g_assert_true (derma_frame_check (derma_picture_get_frame (picture), NULL));
  }
  g_assert_cmpuint (refused, >, 300);
}

/* The header of a small file promises a huge picture: refused before memory is taken. */
static void
test_bombs (void)
{
  const Still jpeg = { STILL_420, 64, 48, FALSE }, png = { STILL_PNG_RGB, 40, 30, FALSE };
  g_autoptr (GBytes) bytes = still_encode (&jpeg);
  gsize size;
  guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&bytes), &size);
  guint8 *sof = data;

  while (sof[0] != 0xff || sof[1] != 0xc0)
    sof++;
  memcpy (sof + 5, "\xff\xff\xff\xff", 4);
  assert_data_fails (data, size, DERMA_ERROR_LIMIT, "JPEG: Maximum");
  memcpy (sof + 5, "\x00\x01\x40\x01", 4);
  assert_data_fails (data, size, DERMA_ERROR_LIMIT, "size: 16385x1 ");
  memcpy (sof + 5, "\x3f\xff\x3f\xff", 4);
  assert_data_fails (data, size, DERMA_ERROR_LIMIT, "16383x16383");
  memcpy (sof + 5, "\x00\x30\x00\x00", 4);
  assert_data_fails (data, size, DERMA_ERROR_FORMAT, "JPEG: ");
  g_free (data);

  bytes = still_encode (&png);
  data = g_bytes_unref_to_data (g_steal_pointer (&bytes), &size);
  still_png_set_size (data, 100000, 100000);
  assert_data_fails (data, size, DERMA_ERROR_LIMIT, "100000x100000");
  still_png_set_size (data, 16384, 16384);
  assert_data_fails (data, size, DERMA_ERROR_LIMIT, "16384x16384");
  still_png_set_size (data, 0, 5);
  assert_data_fails (data, size, DERMA_ERROR_FORMAT, "PNG: ");
  g_free (data);
}

static void
test_unsupported (void)
{
  const Still still = { STILL_CMYK, 32, 32, FALSE };
  g_autoptr (GBytes) bytes = still_encode (&still);

  assert_data_fails (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), DERMA_ERROR_UNSUPPORTED, "CMYK");
}

static void
test_not_pictures (void)
{
  assert_data_fails ("", 0, DERMA_ERROR_FORMAT, "empty");
  assert_data_fails ("GIF89a", 6, DERMA_ERROR_FORMAT, "Neither");
  assert_data_fails ("\xff", 1, DERMA_ERROR_FORMAT, "Neither");
  assert_data_fails ("\x89PNG\r\n\x1a", 7, DERMA_ERROR_FORMAT, "Neither");
  assert_data_fails ("\xff\xd8\xff", 3, DERMA_ERROR_FORMAT, "JPEG: ");
  assert_data_fails ("\xff\xd8\xff\xd9", 4, DERMA_ERROR_FORMAT, "JPEG: ");
  assert_data_fails ("\x89PNG\r\n\x1a\n", 8, DERMA_ERROR_FORMAT, "PNG: ");
}

static void
test_not_files (void)
{
  g_autofree gchar *missing = g_build_filename (folder, "missing", NULL);
  g_autofree gchar *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree gchar *secret = write_file ("secret", "x", 1);
  g_autofree gchar *large = g_build_filename (folder, "large", NULL);
  gint fd = g_open (large, O_CREAT | O_WRONLY, 0600);

  assert_fails (missing, DERMA_ERROR_FILE, "No such file");
  assert_fails (folder, DERMA_ERROR_FILE, "directory");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_fails (fifo, DERMA_ERROR_FILE, "regular");
  g_assert_cmpint (ftruncate (fd, 64 * 1024 * 1024 + 1), ==, 0);
  close (fd);
  assert_fails (large, DERMA_ERROR_LIMIT, "64 MiB");
  g_assert_cmpint (g_chmod (secret, 0), ==, 0);
  if (g_access (secret, R_OK) != 0)
    assert_fails (secret, DERMA_ERROR_FILE, "denied");
  derma_picture_free (NULL);
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int result;

  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("derma-picture-XXXXXX", NULL);
  g_test_add_func ("/picture/jpeg", test_jpeg);
  g_test_add_func ("/picture/jpeg-colours", test_jpeg_colours);
  g_test_add_func ("/picture/png", test_png);
  g_test_add_func ("/picture/png-alpha", test_png_alpha);
  g_test_add_func ("/picture/truncated", test_truncated);
  g_test_add_func ("/picture/flipped", test_flipped);
  g_test_add_func ("/picture/bombs", test_bombs);
  g_test_add_func ("/picture/unsupported", test_unsupported);
  g_test_add_func ("/picture/not-pictures", test_not_pictures);
  g_test_add_func ("/picture/not-files", test_not_files);
  result = g_test_run ();
  remove_folder ();
  return result;
}
