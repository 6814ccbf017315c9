/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "camera/io.h"

struct _DermaCamera {
  DermaCameraIo *io;
  gint fd;
  gchar *device;
  guint32 able; /* V4L2_CAP_... of this node */
  gchar *card;
  gchar *driver;
  gchar *bus;
};

/* ioctl; 0 or an errno */
gint derma_camera_call (DermaCamera *camera, gulong request, gpointer argument);
/* Whether the errno means that nothing more will come of the device. */
gboolean derma_camera_is_lost (gint code);
