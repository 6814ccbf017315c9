/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libv4l2 calls the kernel by syscall(), so that it does not meet itself where it is preloaded; thereby it passes
 * umockdev too, which is a preload. A program that has this syscall() leads libv4l2 back to ioctl(), open() and
 * close().
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef long (*Syscall) (long number, ...);

__attribute__ ((visibility ("default"))) long
syscall (long number, ...)
{
  static Syscall real;
  long a[6];
  va_list list;

  va_start (list, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg (list, long);
  va_end (list);
  switch (number) {
  case SYS_ioctl:
    return ioctl ((int)a[0], (unsigned long)a[1], (void *)a[2]);
  case SYS_openat:
    return open ((const char *)a[1], (int)a[2], (mode_t)a[3]);
  case SYS_close:
    return close ((int)a[0]);
  default:
    if (!real)
      *(void **)&real = dlsym (RTLD_NEXT, "syscall");
    return real (number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
}
