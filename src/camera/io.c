/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camera/io.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_INTERRUPTIONS 100

/*
 * v4l2_open() would switch libv4l2's conversion on, which offers formats that the camera does not have, and which asks
 * the driver for formats until it says no. Hence v4l2_fd_open(), after a question that makes sure that libv4l2 finds
 * nothing to complain of on standard error.
 */
static gint
open_device (DermaCameraIo *io, const gchar *path)
{
  struct v4l2_capability capability = { 0 };
  gint fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  gint code;

  if (fd < 0)
    return -1;
  code = ioctl (fd, VIDIOC_QUERYCAP, &capability) < 0 ? errno : 0;
  if (code == 0 && v4l2_fd_open (fd, V4L2_DISABLE_CONVERSION) < 0)
    code = errno ? errno : EIO;
  if (code == 0)
    return fd;
  close (fd);
  errno = code;
  return -1;
}

static gint
control_device (DermaCameraIo *io, gint fd, gulong request, gpointer argument)
{
  return v4l2_ioctl (fd, request, argument);
}

static void
close_device (DermaCameraIo *io, gint fd)
{
  v4l2_close (fd);
}

static gint64
tell_time (DermaCameraIo *io)
{
  return g_get_monotonic_time ();
}

static void
pass_time (DermaCameraIo *io, guint64 duration)
{
  g_usleep (duration);
}

DermaCameraIo derma_camera_io_libv4l2 = { open_device, control_device, close_device, tell_time, pass_time };

gint
derma_camera_io_call (DermaCameraIo *io, gint fd, gulong request, gpointer argument)
{
  for (guint i = 0; i < MAX_INTERRUPTIONS; i++) {
    if (io->ioctl (io, fd, request, argument) >= 0)
      return 0;
    if (errno != EINTR)
      return errno ? errno : EIO;
  }
  return EINTR;
}

static DermaError
kind_of (gint code)
{
  switch (code) {
  case ENOENT:
  case ENOTDIR:
  case ENAMETOOLONG:
  case EACCES:
  case EPERM:
    return DERMA_ERROR_FILE;
  case EISDIR:
  case ENOSYS: /* emulators */
  case ENOTTY:
    return DERMA_ERROR_UNSUPPORTED;
  case EBUSY:
    return DERMA_ERROR_BUSY;
  case ENODEV:
  case ENXIO:
  case ESHUTDOWN:
    return DERMA_ERROR_GONE;
  default:
    return DERMA_ERROR_RUNTIME;
  }
}

static const gchar *
cause_of (gint code)
{
  switch (code) {
  case ENOENT:
  case ENOTDIR:
    return "no such device";
  case EACCES:
  case EPERM:
    return "permission denied (members of the group 'video' usually may)";
  case EISDIR:
  case ENOSYS:
  case ENOTTY:
    return "is not a video device";
  case EBUSY:
    return "is in use by another program";
  case ENODEV:
  case ENXIO:
  case ESHUTDOWN:
    return "was unplugged";
  default:
    return g_strerror (code);
  }
}

static const gchar *
cause_at_place (gint code)
{
  switch (code) {
  case EACCES:
  case EPERM:
    return "the driver does not allow it at present";
  case ENOTTY:
    return "the driver does not have that";
  case ERANGE:
  case EINVAL:
    return "the driver refuses the value";
  case EBUSY:
    return "cannot be changed while the camera is in use";
  default:
    return cause_of (code);
  }
}

void
derma_camera_io_fail (GError **error, const gchar *device, const gchar *place, gint code)
{
  if (!place)
    g_set_error (error, DERMA_ERROR, kind_of (code), "%s: %s", device, cause_of (code));
  else if (kind_of (code) == DERMA_ERROR_GONE || kind_of (code) == DERMA_ERROR_BUSY)
    g_set_error (error, DERMA_ERROR, kind_of (code), "%s: %s: %s", device, place, cause_at_place (code));
  else
    g_set_error (error, DERMA_ERROR, DERMA_ERROR_RUNTIME, "%s: %s: %s", device, place, cause_at_place (code));
}
