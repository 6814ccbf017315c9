/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which pictures of a camera are whole. */
#include "camjpeg.h"

#include <string.h>

#define SOI "\xff\xd8"
#define TABLE "\xff\xdb\x00\x04\x01\x02"
#define FRAME "\xff\xc0\x00\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\x00" /* 640x480, one component */
#define SCAN "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
#define BITS "\x12\x34\xff\x00\x56\xff\xd0\x78"
#define EOI "\xff\xd9"

/* @text: of which the closing zero does not count */
#define CHECK(text) is_whole ((const guint8 *)(text), sizeof (text) - 1, 640, 480)

static gboolean
is_whole (const guint8 *data, gsize size, guint max_width, guint max_height)
{
  return derma_cam_jpeg_find_fault (data, size, max_width, max_height) == NULL;
}

static void
test_whole (void)
{
  g_assert_true (CHECK (SOI TABLE FRAME SCAN BITS EOI));
  g_assert_true (CHECK (SOI FRAME SCAN EOI));
  /* Fill bytes before markers, and what cameras append. */
  g_assert_true (CHECK (SOI "\xff\xff" FRAME "\xff" SCAN BITS EOI "\x00\x00\x00\x00"));
  g_assert_true (CHECK (SOI FRAME SCAN BITS EOI "\x00\xff\xff"));
  /* A progressive one has several scans. */
  g_assert_true (CHECK (SOI "\xff\xc2\x00\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\x00" SCAN BITS SCAN BITS EOI));
}

static void
test_cut (void)
{
  static const gchar whole[] = SOI TABLE FRAME SCAN BITS EOI;

  for (gsize size = 0; size < sizeof whole - 1; size++) {
    g_autofree guint8 *copy = g_memdup2 (whole, size ? size : 1);

    g_assert_false (is_whole (copy, size, 640, 480));
  }
}

static void
test_missing_parts (void)
{
  g_assert_false (CHECK (FRAME SCAN BITS EOI));
  g_assert_false (CHECK (SOI SCAN BITS EOI));
  g_assert_false (CHECK (SOI FRAME EOI));
  g_assert_false (CHECK (SOI FRAME SCAN BITS));
  g_assert_false (CHECK (SOI "\x00" FRAME SCAN BITS EOI));
  g_assert_false (CHECK (SOI "\xff\xdb\x00\x00" FRAME SCAN EOI));
  g_assert_false (CHECK (SOI "\xff\xdb\x00\x01" FRAME SCAN EOI));
  g_assert_false (CHECK (SOI "\xff\xdb\xff\xff" FRAME SCAN EOI));
}

/* A picture that claims to be huge must not get as far as an allocation. */
static void
test_size (void)
{
  static const guint8 whole[] = SOI FRAME SCAN BITS EOI;

  g_assert_true (is_whole (whole, sizeof whole - 1, 640, 480));
  g_assert_false (is_whole (whole, sizeof whole - 1, 639, 480));
  g_assert_false (is_whole (whole, sizeof whole - 1, 640, 479));
  g_assert_false (CHECK (SOI "\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00" SCAN BITS EOI));
  g_assert_false (CHECK (SOI "\xff\xc0\x00\x0b\x08\x00\x00\x02\x80\x01\x01\x11\x00" SCAN BITS EOI));
  /* Also where a second header follows one that is in order. */
  g_assert_false (CHECK (SOI FRAME "\xff\xc1\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00" SCAN BITS EOI));
}

#define FAULT(text) derma_cam_jpeg_find_fault ((const guint8 *)(text), sizeof (text) - 1, 640, 480)

static void
test_complain (void)
{
  g_assert_null (FAULT (SOI FRAME SCAN BITS EOI));
  g_assert_cmpstr (FAULT (""), ==, "is no JPEG");
  g_assert_cmpstr (FAULT (FRAME SCAN BITS EOI), ==, "is no JPEG");
  g_assert_cmpstr (FAULT (SOI FRAME SCAN BITS), ==, "has no end");
  g_assert_cmpstr (FAULT (SOI "\xff\xc0\x00\x0b\x08\x01\xe1\x02\x80\x01\x01\x11\x00" SCAN EOI), ==,
                   "has not the size that the camera named");
  g_assert_cmpstr (FAULT (SOI SCAN BITS EOI), ==, "is broken");
  g_assert_cmpstr (FAULT (SOI FRAME), ==, "is broken");
}

static void
test_noise (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint8 bytes[512];

  for (guint i = 0; i < 20000; i++) {
    const gsize size = (gsize)g_rand_int_range (random, 0, sizeof bytes);
    g_autofree guint8 *copy = NULL;

    for (gsize j = 0; j < size; j++)
      bytes[j] = (guint8)g_rand_int (random);
    memcpy (bytes, SOI TABLE, 8);
    copy = g_memdup2 (bytes, size ? size : 1);
    g_assert_false (is_whole (copy, size, 640, 480));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camjpeg/whole", test_whole);
  g_test_add_func ("/camjpeg/cut", test_cut);
  g_test_add_func ("/camjpeg/missing-parts", test_missing_parts);
  g_test_add_func ("/camjpeg/size", test_size);
  g_test_add_func ("/camjpeg/complain", test_complain);
  g_test_add_func ("/camjpeg/noise", test_noise);
  return g_test_run ();
}
