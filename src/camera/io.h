/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <derma/camera.h>

typedef struct _DermaCameraIo DermaCameraIo;

/*
 * How the room reaches devices and time: through libv4l2 by default, through a camera that a test plays otherwise.
 * `open` and `ioctl` return -1 with errno set; times are in microseconds.
 */
struct _DermaCameraIo {
  gint (*open) (DermaCameraIo *io, const gchar *path);
  gint (*ioctl) (DermaCameraIo *io, gint fd, gulong request, gpointer argument);
  void (*close) (DermaCameraIo *io, gint fd);
  gint64 (*now) (DermaCameraIo *io);
  void (*sleep) (DermaCameraIo *io, guint64 duration);
};

extern DermaCameraIo derma_camera_io_libv4l2;

/* ioctl, again while signals interrupt it. Returns 0 or an errno. */
gint derma_camera_io_call (DermaCameraIo *io, gint fd, gulong request, gpointer argument);
/* "DEVICE: PLACE: CAUSE" for an errno; @place may be NULL. */
void derma_camera_io_fail (GError **error, const gchar *device, const gchar *place, gint code);
/* As for `derma_camera_open` and `derma_camera_find`, with the table given, which must outlive the camera. */
DermaCamera *derma_camera_open_with (DermaCameraIo *io, const gchar *device, GError **error);
gchar **derma_camera_find_with (DermaCameraIo *io, gchar ***problems);
