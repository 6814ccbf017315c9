/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cameras.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

#define MAX_DEVICES 64

/* A camera often has a second node that gives only metadata. */
static gboolean
captures (const gchar *device)
{
  struct v4l2_capability capability = { 0 };
  gint fd = g_open (device, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
  guint32 able = 0;

  if (fd < 0)
    return FALSE;
  if (ioctl (fd, VIDIOC_QUERYCAP, &capability) == 0)
    able = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps : capability.capabilities;
  g_close (fd, NULL);
  return (able & V4L2_CAP_VIDEO_CAPTURE) && (able & (V4L2_CAP_STREAMING | V4L2_CAP_READWRITE));
}

gchar *
cameras_find_first (void)
{
  for (guint i = 0; i < MAX_DEVICES; i++) {
    g_autofree gchar *device = g_strdup_printf ("/dev/video%u", i);

    if (captures (device))
      return g_steal_pointer (&device);
  }
  return NULL;
}

gchar *
cameras_describe (const GstStructure *message)
{
  const gchar *error = gst_structure_get_string (message, "error");

  if (!gst_structure_has_name (message, "dermacamsrc"))
    return NULL;
  return g_strconcat ("camera: ", gst_structure_get_string (message, "event"), error ? ": " : NULL, error, NULL);
}
