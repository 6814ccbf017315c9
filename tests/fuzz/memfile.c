/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "memfile.h"

#include <sys/mman.h>
#include <unistd.h>

const gchar *
fuzz_memfile_write (const guint8 *data, gsize size)
{
  static gchar path[64];
  static int fd = -1;

  if (fd < 0) {
    fd = memfd_create ("fuzz", MFD_CLOEXEC);
    g_assert_cmpint (fd, >=, 0);
    g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  }
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (pwrite (fd, data, size, 0), ==, (gssize)size);
  return path;
}
