/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "camhost.h"

#include "cambutton.h"

static gchar **
find (DermaCamHost *host)
{
  return derma_camera_find (NULL);
}

static DermaCamera *
open_camera (DermaCamHost *host, const gchar *device, GError **error)
{
  return derma_camera_open (device, error);
}

static GstElement *
make_source (DermaCamHost *host, const gchar *device)
{
  GstElement *source = gst_element_factory_make ("v4l2src", NULL);

  if (source)
    g_object_set (source, "device", device, NULL);
  return source;
}

static gchar *
find_button (DermaCamHost *host, const gchar *device)
{
  return derma_cam_button_find ("/sys", device);
}

DermaCamHost derma_cam_host_system = { find, open_camera, make_source, find_button };
