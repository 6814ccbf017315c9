/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camjpeg.h"

enum {
  SOF0 = 0xc0,
  DHT = 0xc4,
  JPG = 0xc8,
  DAC = 0xcc,
  SOF15 = 0xcf,
  RST0 = 0xd0,
  SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda,
  TEM = 0x01,
};

typedef struct {
  const guint8 *data;
  gsize size;
  gsize at;
  gboolean sized; /* a frame header of an allowed size was met */
  guint max_width, max_height;
} Scan;

static guint
read_16 (const Scan *scan, gsize at)
{
  return at + 2 <= scan->size ? (guint)scan->data[at] << 8 | scan->data[at + 1] : 0;
}

/* The next marker, 0 if there is none where one must be. */
static guint8
next_marker (Scan *scan)
{
  if (scan->at >= scan->size || scan->data[scan->at] != 0xff)
    return 0;
  while (scan->at < scan->size && scan->data[scan->at] == 0xff)
    scan->at++;
  return scan->at < scan->size ? scan->data[scan->at++] : 0;
}

static gboolean
check_frame (Scan *scan)
{
  const guint height = read_16 (scan, scan->at + 3), width = read_16 (scan, scan->at + 5);

  scan->sized = width > 0 && height > 0 && width <= scan->max_width && height <= scan->max_height;
  return scan->sized;
}

static gboolean
is_frame (guint8 marker)
{
  return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

static gboolean
skip_segment (Scan *scan)
{
  const guint length = read_16 (scan, scan->at);

  scan->at += length;
  return length >= 2 && scan->at <= scan->size;
}

/* The end of the picture, which may have a tail of padding. */
static gboolean
has_end (const Scan *scan)
{
  for (gsize i = scan->size; i >= scan->at + 2; i--)
    if (scan->data[i - 1] == EOI && scan->data[i - 2] == 0xff)
      return TRUE;
  return FALSE;
}

const gchar *
derma_cam_jpeg_find_fault (const guint8 *data, gsize size, guint max_width, guint max_height)
{
  Scan scan = { .data = data, .size = size, .max_width = max_width, .max_height = max_height };
  guint8 marker = next_marker (&scan);

  if (marker != SOI)
    return "is no JPEG";
  while ((marker = next_marker (&scan)) != 0) {
    if (marker == TEM || (marker >= RST0 && marker <= SOI))
      continue;
    if (is_frame (marker) && !check_frame (&scan))
      return "has not the size that the camera named";
    if (marker == EOI || !skip_segment (&scan) || (marker == SOS && !scan.sized))
      break;
    if (marker == SOS)
      return has_end (&scan) ? NULL : "has no end";
  }
  return "is broken";
}
